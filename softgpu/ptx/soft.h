/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounding to any of the floating-point formats in integer arithmetic, and
 * the 16-bit formats to and from single precision.
 */
#ifndef RGPU_SOFTGPU_PTX_SOFT_H
#define RGPU_SOFTGPU_PTX_SOFT_H

#include "softgpu/ptx/exec-float.h"
#include "softgpu/ptx/types.h"

struct ptx_format {
	uint8_t width, fraction; /* bits */
	int16_t emin;		 /* exponent of the smallest normal number */
};
#define PTX_FORMAT_F16	((struct ptx_format){16, 10, -14})
#define PTX_FORMAT_BF16 ((struct ptx_format){16, 7, -126})
#define PTX_FORMAT_F32	((struct ptx_format){32, 23, -126})
#define PTX_FORMAT_F64	((struct ptx_format){64, 52, -1022})

static inline uint64_t
ptx_format_inf(struct ptx_format f)
{
	return ((1ull << (f.width - 1 - f.fraction)) - 1) << f.fraction;
}

static inline uint64_t
ptx_format_nan(struct ptx_format f)
{
	return f.width == 64 ? PTX_NAN64 : (1ull << (f.width - 1)) - 1;
}

/* Whether rounding goes away from zero; lost are the bits below, of which
 * the highest is `half`. */
static inline bool
ptx_round_up(uint64_t keep, uint64_t lost, uint64_t half, bool negative,
	unsigned flags)
{
	switch (flags & PTX_FP_ROUND) {
	case PTX_FP_RZ: return false;
	case PTX_FP_RM: return negative && lost;
	case PTX_FP_RP: return !negative && lost;
	default: return lost > half || (lost == half && keep & 1);
	}
}

/* What is too large: infinity, or the largest number. */
static inline uint64_t
ptx_overflow(struct ptx_format f, bool negative, unsigned flags)
{
	uint64_t inf = ptx_format_inf(f);
	unsigned mode = flags & PTX_FP_ROUND;

	if (flags & PTX_FP_SATFINITE || mode == PTX_FP_RZ ||
		(mode == PTX_FP_RM && !negative) ||
		(mode == PTX_FP_RP && negative))
		return inf - 1;
	return inf;
}

/*
 * The number sig * 2^(e - 63), where bit 63 of sig is set, as bits of the
 * format. A set bit 0 may stand for anything below it.
 */
static inline uint64_t
ptx_pack(
	struct ptx_format f, bool negative, int e, uint64_t sig, unsigned flags)
{
	int shift = 63 - f.fraction;
	uint64_t keep, lost, half, mag,
		sign = (uint64_t)negative << (f.width - 1);

	if (e < f.emin)
		shift += f.emin - e;
	if (shift > 63) {
		keep = 0;
		half = 2;
		lost = shift == 64 && sig > 1ull << 63 ? 3
			: shift == 64		       ? 2
						       : 1;
	} else {
		keep = sig >> shift;
		lost = sig & ((1ull << shift) - 1);
		half = 1ull << (shift - 1);
	}
	keep += ptx_round_up(keep, lost, half, negative, flags);
	mag = e < f.emin ? keep : keep + ((uint64_t)(e - f.emin) << f.fraction);
	if (e > 2000 || mag >= ptx_format_inf(f))
		mag = ptx_overflow(f, negative, flags);
	return sign | mag;
}

/* A double rounded to the format. */
static inline uint64_t
ptx_round_to(struct ptx_format f, double x, unsigned flags)
{
	uint64_t bits = ptx_bits64(x), fraction = bits << 12 >> 1;
	bool negative = bits >> 63;
	int e = (int)(bits >> 52 & 0x7ff), up;

	if (x != x)
		return ptx_format_nan(f);
	if (e == 0x7ff) {
		uint64_t inf = ptx_format_inf(f);

		inf -= flags & PTX_FP_SATFINITE ? 1 : 0;
		return (uint64_t)negative << (f.width - 1) | inf;
	}
	if (x == 0)
		return (uint64_t)negative << (f.width - 1);
	if (e)
		return ptx_pack(
			f, negative, e - 1023, fraction | 1ull << 63, flags);
	up = __builtin_clzll(fraction);
	return ptx_pack(f, negative, -1022 - up, fraction << up, flags);
}

/* An integer of this magnitude. */
static inline uint64_t
ptx_round_int(struct ptx_format f, bool negative, uint64_t mag, unsigned flags)
{
	int up;

	if (mag == 0)
		return 0;
	up = __builtin_clzll(mag);
	return ptx_pack(f, negative, 63 - up, mag << up, flags);
}

static inline float
ptx_from_f16(uint32_t h)
{
	uint32_t mag = (h & 0x7fff) << 13;
	uint32_t bits = ptx_bits32(ptx_float32(mag) * 0x1p112f);

	bits = mag >= 0x7c00u << 13 ? mag | 0x7f800000 : bits;
	return ptx_float32(bits | (h & 0x8000) << 16);
}

static inline float
ptx_from_bf16(uint32_t h)
{
	return ptx_float32(h << 16);
}

/* To nearest even. */
static inline uint32_t
ptx_to_f16(float x)
{
	uint32_t bits = ptx_bits32(x), mag = bits & 0x7fffffff, r, small;

	r = (mag - 0x38000000 + 0xfff + (mag >> 13 & 1)) >> 13;
	/* The sum has the unit of the smallest subnormal in its last place. */
	small = ptx_bits32(ptx_float32(mag) + 0.5f) - 0x3f000000;
	r = mag < 0x38800000 ? small : r;
	r = mag >= 0x47800000 || r > 0x7c00 ? 0x7c00 : r;
	r |= bits >> 16 & 0x8000;
	return mag > 0x7f800000 ? 0x7fff : r;
}

static inline uint32_t
ptx_to_bf16(float x)
{
	uint32_t bits = ptx_bits32(x);
	uint32_t r = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;

	return (bits & 0x7fffffff) > 0x7f800000 ? 0x7fff : r;
}

/*
 * The formats of 8 bits. .e4m3 has no infinity and one NaN, .e5m2 is the upper
 * half of an f16. Too large is the largest number: .satfinite is not optional.
 */
static inline uint32_t
ptx_to_fp8(double x, bool e5m2)
{
	/* Wider than the format, so that nothing is infinite before it is
	 * clamped. */
	struct ptx_format f = e5m2 ? (struct ptx_format){16, 2, -14}
				   : (struct ptx_format){16, 3, -6};
	uint32_t max = e5m2 ? 0x7b : 0x7e;
	uint32_t mag = (uint32_t)ptx_round_to(f, fabs(x), 0);
	uint32_t sign = (uint32_t)(ptx_bits64(x) >> 63) << 7;

	if (x != x)
		return 0x7f;
	return sign | (mag < max ? mag : max);
}

static inline float
ptx_from_fp8(uint32_t h, bool e5m2)
{
	uint32_t mag = h & 0x7f, sign = (h & 0x80) << 24;

	if (e5m2)
		return ptx_from_f16(h << 8);
	if (mag == 0x7f)
		return ptx_float32(PTX_NAN32);
	/* As for f16: the exponent is moved by multiplying. */
	return ptx_float32(
		ptx_bits32(ptx_float32(mag << 20) * 0x1p120f) | sign);
}

#endif
