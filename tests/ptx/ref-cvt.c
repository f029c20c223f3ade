/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: conversions, by way of an exact integer or a quad number.
 */
#include "config.h"
#include <fenv.h>
#include <math.h>

#include "tests/ptx/ref.h"

typedef ref_quad quad;
typedef __int128 wide;

static double
read_float(const struct ref *r, uint64_t bits)
{
	double x;

	switch (r->type[1]) {
	case PTX_F16: return ref_from_half((uint16_t)bits, false);
	case PTX_BF16: return ref_from_half((uint16_t)bits, true);
	case PTX_F32: x = ref_f32(bits); break;
	default: return ref_f64(bits);
	}
	if (ref_has(r, PTX_MOD_FTZ) &&
		fpclassify(ref_f32(bits)) == FP_SUBNORMAL)
		x = copysign(0, x);
	return x;
}

static wide
read_int(const struct ref *r, uint64_t bits)
{
	unsigned n = 8 * ptx_type_size(r->type[1]);
	wide x = n == 64 ? bits : bits & ((1ull << n) - 1);

	if (ptx_type_signed(r->type[1]) && bits >> (n - 1) & 1)
		x -= (wide)1 << n;
	return x;
}

static double
to_whole(const struct ref *r, double x)
{
	if (ref_has(r, PTX_MOD_RNI))
		return nearbyint(x);
	if (ref_has(r, PTX_MOD_RZI))
		return x < 0 ? ceil(x) : floor(x);
	if (ref_has(r, PTX_MOD_RMI))
		return floor(x);
	return ref_has(r, PTX_MOD_RPI) ? ceil(x) : x;
}

static bool
put_int(struct ref *r, wide x, bool saturate)
{
	unsigned n = 8 * ptx_type_size(r->type[0]);
	bool is_signed = ptx_type_signed(r->type[0]);
	wide low = is_signed ? -((wide)1 << (n - 1)) : 0;
	wide high = ((wide)1 << (is_signed ? n - 1 : n)) - 1;

	if (saturate)
		x = x < low ? low : x > high ? high : x;
	/* Wrap to the type, then extend to the register. */
	x &= ((wide)1 << n) - 1;
	if (is_signed && x >> (n - 1))
		x -= (wide)1 << n;
	r->out[0] = (uint64_t)x;
	if (r->bits[0] < 64)
		r->out[0] &= (1ull << r->bits[0]) - 1;
	return true;
}

static bool
float_to_int(struct ref *r)
{
	double x = to_whole(r, read_float(r, r->in[0]));
	unsigned n = 8 * ptx_type_size(r->type[0]);

	if (isnan(x))
		return put_int(r,
			r->type[1] == PTX_F64 || n == 64 ? (wide)1 << (n - 1)
							 : 0,
			false);
	if (fabs(x) >= 0x1p100)
		x = copysign(0x1p100, x);
	return put_int(r, (wide)x, true);
}

static float
narrow32(const struct ref *r, volatile double x)
{
	static const int modes[] = {
		FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
	volatile float f;

	fesetround(modes[ref_rounding(r)]);
	f = (float)x;
	fesetround(FE_TONEAREST);
	return f;
}

/* An integer of up to 64 bits to 53 or 24, by searching the two neighbours. */
static double
round_int(wide x, int precision, int rounding)
{
	wide mag = x < 0 ? -x : x, unit = 1, low;
	bool up;

	while (mag >> precision >= unit)
		unit <<= 1;
	low = mag / unit * unit;
	if (low == mag)
		up = false;
	else if (rounding == REF_RN)
		up = 2 * (mag - low) > unit ||
			(2 * (mag - low) == unit && low / unit & 1);
	else
		up = rounding != REF_RZ && (rounding == REF_RP) == (x > 0);
	low += up ? unit : 0;
	return x < 0 ? -(double)low : (double)low;
}

static uint16_t
finish_half(const struct ref *r, uint16_t h, bool bf16)
{
	uint16_t inf = bf16 ? 0x7f80 : 0x7c00;

	if (ref_has(r, PTX_MOD_RELU) &&
		(h & 0x8000 || ref_from_half(h, bf16) == 0))
		h = h == 0x7fff ? h : 0;
	if (ref_has(r, PTX_MOD_SATFINITE) && (h & 0x7fff) == inf)
		h--;
	return h;
}

static bool
put_float(struct ref *r, double x)
{
	bool bf16 = r->type[0] == PTX_BF16;
	float f;

	if (ref_has(r, PTX_MOD_SAT))
		x = isnan(x) || x <= 0 ? 0 : x > 1 ? 1 : x;
	switch (r->type[0]) {
	case PTX_F64:
		r->out[0] = isnan(x) ? 0xfff8000000000000ull : ref_bits64(x);
		return true;
	case PTX_F32:
		f = narrow32(r, x);
		if (ref_has(r, PTX_MOD_FTZ) && fpclassify(f) == FP_SUBNORMAL)
			f = copysignf(0, f);
		r->out[0] = isnan(f) ? 0x7fffffff : ref_bits32(f);
		return true;
	default:
		r->out[0] = finish_half(r,
			ref_to_half((quad)x, 0, bf16, ref_rounding(r)), bf16);
		return true;
	}
}

static bool
int_to_float(struct ref *r)
{
	wide x = read_int(r, r->in[0]);
	int rounding = ref_rounding(r);
	bool bf16 = r->type[0] == PTX_BF16;

	if (ref_has(r, PTX_MOD_SAT))
		return put_float(r, x <= 0 ? 0 : 1);
	if (r->type[0] == PTX_F64)
		return put_float(r, round_int(x, 53, rounding));
	if (r->type[0] == PTX_F32)
		return put_float(r, round_int(x, 24, rounding));
	r->out[0] = ref_to_half((quad)x, 0, bf16, rounding);
	return true;
}

static bool
pair(struct ref *r)
{
	bool bf16 = r->type[0] == PTX_BF16X2;
	int rounding = ref_rounding(r);
	uint16_t hi = finish_half(r,
		ref_to_half((quad)ref_f32(r->in[0]), 0, bf16, rounding), bf16);
	uint16_t lo = finish_half(r,
		ref_to_half((quad)ref_f32(r->in[1]), 0, bf16, rounding), bf16);

	r->out[0] = (uint64_t)hi << 16 | lo;
	return true;
}

/* The number of 8 bits: bias 7 and 3 bits, or 15 and 2. */
double
ref_from_fp8(unsigned h, bool e5m2)
{
	int bits = e5m2 ? 2 : 3, bias = e5m2 ? 15 : 7;
	int e = (int)(h & 0x7f) >> bits, f = (int)h & ((1 << bits) - 1);
	double x = e ? ldexp((1 << bits) + f, e - bias - bits)
		     : ldexp(f, 1 - bias - bits);

	if ((h & 0x7f) == 0x7f || (e5m2 && e == 31 && f))
		x = NAN;
	else if (e5m2 && e == 31)
		x = INFINITY;
	return h & 0x80 ? -x : x;
}

/* The nearest of all numbers, the even one of two. */
static unsigned
to_fp8(const struct ref *r, double x, bool e5m2)
{
	unsigned best = 0, last = e5m2 ? 0x7b : 0x7e;
	double mag = fabs(x);

	if (isnan(x))
		return 0x7f;
	if (ref_has(r, PTX_MOD_RELU) && x <= 0)
		return 0;
	for (unsigned h = 1; h <= last; h++) {
		double now = fabs(mag - ref_from_fp8(h, e5m2));
		double then = fabs(mag - ref_from_fp8(best, e5m2));

		if (now < then || (now == then && !(h & 1)))
			best = h;
	}
	/* Far above all of them the distances are all alike. */
	if (mag > ref_from_fp8(last, e5m2))
		best = last;
	return best | (signbit(x) ? 0x80 : 0);
}

static bool
to_fp8_pair(struct ref *r)
{
	bool e5m2 = r->type[0] == PTX_E5M2X2, half = r->type[1] == PTX_F16X2;
	double hi = half ? ref_from_half((uint16_t)(r->in[0] >> 16), false)
			 : ref_f32(r->in[0]);
	double lo = half ? ref_from_half((uint16_t)r->in[0], false)
			 : ref_f32(r->in[1]);

	r->out[0] = to_fp8(r, hi, e5m2) << 8 | to_fp8(r, lo, e5m2);
	return true;
}

static bool
from_fp8_pair(struct ref *r)
{
	bool e5m2 = r->type[1] == PTX_E5M2X2;

	r->out[0] = 0;
	for (unsigned i = 0; i < 2; i++) {
		double x = ref_from_fp8((unsigned)(r->in[0] >> 8 * i), e5m2);
		uint16_t h = ref_to_half((quad)x, 0, false, REF_RN);

		if (ref_has(r, PTX_MOD_RELU) && x <= 0)
			h = 0;
		r->out[0] |= (uint64_t)h << 16 * i;
	}
	return true;
}

/* To ten bits after the point, between the two neighbours. */
static bool
to_tf32(struct ref *r)
{
	double x = ref_f32(r->in[0]), mag = fabs(x), low, unit, f;
	int e;

	r->out[0] = 0x7fffffff;
	if (isnan(x))
		return true;
	frexp(mag, &e);
	unit = ldexp(1, (e < -125 ? -125 : e) - 11);
	low = isinf(mag) ? mag : floor(mag / unit) * unit;
	f = isinf(mag) ? 0 : (mag - low) / unit;
	if (ref_has(r, PTX_MOD_RNA) ? f >= 0.5
				    : !ref_has(r, PTX_MOD_RZ) &&
				(f > 0.5 ||
					(f == 0.5 && fmod(low / unit, 2) > 0)))
		low += unit;
	if (low >= 0x1p128 && ref_has(r, PTX_MOD_SATFINITE))
		low = ref_f32(0x7f7fe000);
	if (ref_has(r, PTX_MOD_RELU) && x <= 0)
		x = low = 0;
	r->out[0] = ref_bits32((float)copysign(low, x));
	return true;
}

bool
ref_cvt(struct ref *r)
{
	bool to_float = ptx_type_float(r->type[0]);
	bool from_float = ptx_type_float(r->type[1]);

	if (r->type[0] == PTX_TF32)
		return to_tf32(r);
	if (r->type[0] == PTX_E4M3X2 || r->type[0] == PTX_E5M2X2)
		return to_fp8_pair(r);
	if (r->type[1] == PTX_E4M3X2 || r->type[1] == PTX_E5M2X2)
		return from_fp8_pair(r);
	if (r->type[0] == PTX_F16X2 || r->type[0] == PTX_BF16X2)
		return pair(r);
	if (!from_float && !to_float)
		return put_int(
			r, read_int(r, r->in[0]), ref_has(r, PTX_MOD_SAT));
	if (from_float && !to_float)
		return float_to_int(r);
	if (!from_float)
		return int_to_float(r);
	return put_float(r, to_whole(r, read_float(r, r->in[0])));
}
