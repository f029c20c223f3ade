/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: conversions.
 */
#include "config.h"
#include "softgpu/ptx/exec-float.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/soft.h"
#include "softgpu/ptx/tables.h"

/* x is a whole number or NaN; NaN is 0, all else is clamped. The bounds are
 * floats, as INT32_MAX is not one. */
static inline int32_t
ptx_to_s32(float x)
{
	float low = x >= -0x1p31f ? x : -0x1p31f;
	float safe = low < 0x1p31f ? low : 0;
	int32_t r = (int32_t)safe;

	r = x >= 0x1p31f ? INT32_MAX : r;
	return x == x ? r : 0;
}

static inline uint32_t
ptx_to_u32(float x)
{
	float low = x > 0 ? x : 0;
	double safe = low < 0x1p32f ? low : 0;
	uint32_t r = (uint32_t)(int64_t)safe;

	return x >= 0x1p32f ? UINT32_MAX : r;
}

#define OP1 PTX_OP1
#define OP2 PTX_OP2
#define FN(name)
#include "softgpu/ptx/ops/cvt.h"
#undef OP1
#undef OP2
#undef FN

/* A number on its way: exact, as an integer or as a double. */
struct number {
	bool is_float, negative;
	uint64_t magnitude; /* of an integer */
	double value;
};

static inline struct number
from_signed(int64_t x)
{
	return (struct number){.negative = x < 0,
		.magnitude = x < 0 ? 0 - (uint64_t)x : (uint64_t)x};
}

static inline struct number
from_double(double x)
{
	return (struct number){.is_float = true, .value = x};
}

static inline struct number
read_number(uint64_t raw, unsigned type, unsigned flags)
{
	float f;

	switch (type) {
	case PTX_U8: raw = (uint8_t)raw; break;
	case PTX_U16: raw = (uint16_t)raw; break;
	case PTX_U32: raw = (uint32_t)raw; break;
	case PTX_S8: return from_signed((int8_t)raw);
	case PTX_S16: return from_signed((int16_t)raw);
	case PTX_S32: return from_signed((int32_t)raw);
	case PTX_S64: return from_signed((int64_t)raw);
	case PTX_F16: return from_double(ptx_from_f16((uint16_t)raw));
	case PTX_BF16: return from_double(ptx_from_bf16((uint16_t)raw));
	case PTX_F32:
		f = ptx_float32((uint32_t)raw);
		return from_double(flags & PTX_FP_FTZ ? ptx_ftz32(f) : f);
	case PTX_F64: return from_double(ptx_float64(raw));
	default: break;
	}
	return (struct number){.magnitude = raw};
}

static double
round_whole(double x, unsigned how)
{
	switch (how) {
	case 1: return rint(x);
	case 2: return trunc(x);
	case 3: return floor(x);
	case 4: return ceil(x);
	default: return x;
	}
}

/* "NaN input results in: zero if source is not .f64 and destination is not
 * .s64, .u64; otherwise 1 << (BitWidth(dst) - 1)" (ISA manual 9.0, cvt). */
static uint64_t
nan_to_int(unsigned to, unsigned from)
{
	unsigned bits = 8 * ptx_type_size((enum ptx_type)to);

	return from == PTX_F64 || bits == 64 ? 1ull << (bits - 1) : 0;
}

static uint64_t
double_to_int(double x, const uint8_t *how)
{
	unsigned bits = 8 * ptx_type_size((enum ptx_type)how[1]);
	bool is_signed = ptx_type_signed((enum ptx_type)how[1]);
	uint64_t max =
		is_signed ? (1ull << (bits - 1)) - 1 : ~0ull >> (64 - bits);
	double top = is_signed ? ldexp(1, (int)bits - 1) : ldexp(1, (int)bits);

	if (x != x)
		return nan_to_int(how[1], how[2]);
	x = round_whole(x, how[4]);
	if (x >= top)
		return max;
	if (is_signed)
		return x < -top ? ~max : (uint64_t)(int64_t)x;
	return x <= 0 ? 0 : (uint64_t)x;
}

static uint64_t
int_to_int(const struct number *n, const uint8_t *how)
{
	unsigned bits = 8 * ptx_type_size((enum ptx_type)how[1]);
	bool is_signed = ptx_type_signed((enum ptx_type)how[1]);
	uint64_t max =
		is_signed ? (1ull << (bits - 1)) - 1 : ~0ull >> (64 - bits);
	uint64_t value = n->negative ? 0 - n->magnitude : n->magnitude;

	if (!(how[0] & PTX_FP_SAT))
		return value;
	if (n->negative)
		return !is_signed ? 0 : n->magnitude > max ? ~max : value;
	return n->magnitude > max ? max : value;
}

static struct ptx_format
format_of(unsigned type)
{
	switch (type) {
	case PTX_F16: return PTX_FORMAT_F16;
	case PTX_BF16: return PTX_FORMAT_BF16;
	case PTX_F32: return PTX_FORMAT_F32;
	default: return PTX_FORMAT_F64;
	}
}

static uint64_t
to_float(const struct number *n, const uint8_t *how)
{
	struct ptx_format f = format_of(how[1]);
	unsigned flags = how[0];
	double x = n->value;
	uint64_t bits;

	if (!n->is_float) {
		bits = ptx_round_int(f, n->negative, n->magnitude, flags);
	} else {
		x = round_whole(x, how[4]);
		if (flags & PTX_FP_SAT)
			x = ptx_satd(x);
		if (flags & PTX_FP_RELU && x <= 0)
			x = 0;
		return how[1] == PTX_F32 && flags & PTX_FP_FTZ
			? ptx_ftz_bits32((uint32_t)ptx_round_to(f, x, flags))
			: ptx_round_to(f, x, flags);
	}
	/* An integer is at least 1 or at most 0: .sat knows only 0 and 1. */
	if (flags & PTX_FP_SAT)
		bits = n->negative || !n->magnitude
			? 0
			: ptx_round_int(f, false, 1, 0);
	return bits;
}

/* Integers fill a wider register with their sign or zeros. */
static uint64_t
fit(uint64_t bits, const uint8_t *how)
{
	unsigned have = 8 * ptx_type_size((enum ptx_type)how[1]);
	unsigned want = how[3];

	if (have < 64) {
		bits &= (1ull << have) - 1;
		if (ptx_type_signed((enum ptx_type)how[1]))
			bits = (uint64_t)((int64_t)(bits << (64 - have)) >>
				(64 - have));
	}
	return want < 64 ? bits & ((1ull << want) - 1) : bits;
}

static uint64_t
convert(uint64_t raw, const uint8_t *how)
{
	struct number n = read_number(raw, how[2], how[0]);
	uint64_t bits;

	if (ptx_type_float((enum ptx_type)how[1]))
		bits = to_float(&n, how);
	else if (n.is_float)
		bits = double_to_int(n.value, how);
	else
		bits = int_to_int(&n, how);
	return fit(bits, how);
}

PTX_HANDLER(CVT_ANY)
{
	const uint32_t *a32 = PTX_SRC(uint32_t, 1);
	const uint64_t *a64 = PTX_SRC(uint64_t, 1);
	uint32_t *d32 = PTX_DST(uint32_t, 0);
	uint64_t *d64 = PTX_DST(uint64_t, 0);

	PTX_FOR_MASK(i, mask)
	{
		uint64_t raw = op->x[5] == 8 ? a64[i] : a32[i];
		uint64_t r = convert(raw, op->x);

		if (op->x[3] == 64)
			d64[i] = r;
		else
			d32[i] = (uint32_t)r;
	}
	return op + 1;
}

static uint32_t
narrow(float x, const uint8_t *how)
{
	struct ptx_format f =
		format_of(how[1] == PTX_F16X2 ? PTX_F16 : PTX_BF16);

	if (how[0] & PTX_FP_RELU && x <= 0)
		x = 0;
	return (uint32_t)ptx_round_to(f, x, how[0]);
}

PTX_HANDLER(CVT_PAIR)
{
	const float *a = PTX_SRC(float, 1), *b = PTX_SRC(float, 2);
	uint32_t *d = PTX_DST(uint32_t, 0);

	PTX_FOR_MASK(i, mask)
	d[i] = narrow(a[i], op->x) << 16 | narrow(b[i], op->x);
	return op + 1;
}

static inline double
relu(double x, unsigned flags)
{
	return flags & PTX_FP_RELU && x <= 0 ? 0 : x;
}

PTX_HANDLER(CVT_FP8)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1), *b = PTX_SRC(uint32_t, 2);
	bool half = op->x[2] == PTX_F16X2, e5m2 = op->x[1] == PTX_E5M2X2;
	uint32_t *d = PTX_DST(uint32_t, 0);

	PTX_FOR_MASK(i, mask)
	{
		float hi = half ? ptx_from_f16(a[i] >> 16) : ptx_float32(a[i]);
		float lo =
			half ? ptx_from_f16(a[i] & 0xffff) : ptx_float32(b[i]);

		d[i] = ptx_to_fp8(relu(hi, op->x[0]), e5m2) << 8 |
			ptx_to_fp8(relu(lo, op->x[0]), e5m2);
	}
	return op + 1;
}

PTX_HANDLER(CVT_F16X2_FP8)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1);
	bool e5m2 = op->x[2] == PTX_E5M2X2;
	uint32_t *d = PTX_DST(uint32_t, 0);

	PTX_FOR_MASK(i, mask)
	{
		float hi = ptx_from_fp8(a[i] >> 8, e5m2);
		float lo = ptx_from_fp8(a[i] & 0xff, e5m2);

		/* All of them are exact. */
		d[i] = ptx_to_f16((float)relu(hi, op->x[0])) << 16 |
			ptx_to_f16((float)relu(lo, op->x[0]));
	}
	return op + 1;
}

/* x[3]: to nearest, ties away from zero. */
static inline uint32_t
to_tf32(uint32_t bits, const uint8_t *how)
{
	uint32_t sign = bits & 0x80000000, mag = bits & 0x7fffffff;

	if (mag > 0x7f800000)
		return PTX_NAN32;
	if (how[0] & PTX_FP_RELU && (sign || !mag))
		return 0;
	if (how[3])
		mag += 0x1000;
	else if (!(how[0] & PTX_FP_ROUND))
		mag += 0xfff + (mag >> 13 & 1);
	mag &= 0xffffe000;
	if (mag >= 0x7f800000 && how[0] & PTX_FP_SATFINITE)
		mag = 0x7f7fe000;
	return sign | mag;
}

PTX_HANDLER(CVT_TF32)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1);
	uint32_t *d = PTX_DST(uint32_t, 0);

	PTX_FOR_MASK(i, mask)
	d[i] = to_tf32(a[i], op->x);
	return op + 1;
}

#define OP1(name, ...) x_##name,
#define OP2(name, ...) x_##name,
#define FN(name)       x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_cvt)[] = {
#include "softgpu/ptx/ops/cvt.h"
};
