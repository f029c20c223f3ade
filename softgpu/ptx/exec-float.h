/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalar helpers of the floating-point operations. Every NaN result is the
 * canonical one (CUDA's CUDART_NAN_F and CUDART_NAN), so that all builds agree
 * bit for bit whichever operand a compiler puts first.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_FLOAT_H
#define RGPU_SOFTGPU_PTX_EXEC_FLOAT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "softgpu/ptx/forms.h"

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define PTX_HARDWARE_FMA 1
#endif

#define PTX_NAN32 0x7fffffffu
#define PTX_NAN64 0xfff8000000000000ull

static inline uint32_t
ptx_bits32(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline float
ptx_float32(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline uint64_t
ptx_bits64(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline double
ptx_float64(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline float
ptx_canon32(float x)
{
	return x == x ? x : ptx_float32(PTX_NAN32);
}

static inline double
ptx_canon64(double x)
{
	return x == x ? x : ptx_float64(PTX_NAN64);
}

static inline uint32_t
ptx_ftz_bits32(uint32_t bits)
{
	return bits & 0x7f800000 ? bits : bits & 0x80000000;
}

static inline float
ptx_ftz32(float x)
{
	return ptx_float32(ptx_ftz_bits32(ptx_bits32(x)));
}

static inline float
ptx_done32(float x)
{
	return ptx_ftz32(ptx_canon32(x));
}

/* [0, 1]; NaN becomes +0. */
static inline float
ptx_satf(float x)
{
	return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f;
}

static inline double
ptx_satd(double x)
{
	return x > 0 ? (x < 1 ? x : 1.0) : 0.0;
}

/*
 * s = p + z rounded to nearest, err what rounding lost. Made odd in its last
 * place when it lost anything, a later rounding to a much narrower format is
 * as if it were the first and only one.
 */
static inline double
ptx_make_odd(double s, double err)
{
	uint64_t bits = ptx_bits64(s);
	bool lost = err > 0 || err < 0;
	bool away = (err > 0) == (s > 0);
	uint64_t odd = away ? bits + 1 : bits - 1;

	return ptx_float64(lost && !(bits & 1) ? odd : bits);
}

/* Knuth's exact sum: no branches, and NaN when an infinity is about. */
static inline double
ptx_add_odd(double p, double z)
{
	double s = p + z;
	double back = s - p;
	double err = (p - (s - back)) + (z - back);

	return ptx_make_odd(s, err);
}

static inline float
ptx_fmaf(float x, float y, float z)
{
#ifdef PTX_HARDWARE_FMA
	return __builtin_fmaf(x, y, z);
#else
	/* The product of two 24-bit numbers is exact in a double. */
	return (float)ptx_add_odd((double)x * (double)y, (double)z);
#endif
}

static inline double
ptx_fma(double x, double y, double z)
{
	/* A call into libm where there is no instruction; it is exact too. */
	return __builtin_fma(x, y, z);
}

/* A NaN loses against a number; -0 is less than +0. */
static inline float
ptx_min32(float x, float y)
{
	float equal = ptx_float32(ptx_bits32(x) | ptx_bits32(y));
	float r = x < y ? x : y < x ? y : equal;

	r = x == x ? r : y;
	r = y == y ? r : x;
	return ptx_canon32(r);
}

static inline float
ptx_max32(float x, float y)
{
	float equal = ptx_float32(ptx_bits32(x) & ptx_bits32(y));
	float r = x > y ? x : y > x ? y : equal;

	r = x == x ? r : y;
	r = y == y ? r : x;
	return ptx_canon32(r);
}

static inline double
ptx_min64(double x, double y)
{
	double equal = ptx_float64(ptx_bits64(x) | ptx_bits64(y));
	double r = x < y ? x : y < x ? y : equal;

	r = x == x ? r : y;
	r = y == y ? r : x;
	return ptx_canon64(r);
}

static inline double
ptx_max64(double x, double y)
{
	double equal = ptx_float64(ptx_bits64(x) & ptx_bits64(y));
	double r = x > y ? x : y > x ? y : equal;

	r = x == x ? r : y;
	r = y == y ? r : x;
	return ptx_canon64(r);
}

static inline float
ptx_minmax32(float x, float y, unsigned flags, bool max)
{
	uint32_t sign = (ptx_bits32(x) ^ ptx_bits32(y)) & 0x80000000;
	float r;

	if (flags & PTX_FP_FTZ) {
		x = ptx_ftz32(x);
		y = ptx_ftz32(y);
	}
	if (flags & PTX_FP_XORSIGN) {
		x = ptx_float32(ptx_bits32(x) & 0x7fffffff);
		y = ptx_float32(ptx_bits32(y) & 0x7fffffff);
	}
	r = max ? ptx_max32(x, y) : ptx_min32(x, y);
	if (flags & PTX_FP_NAN && (x != x || y != y))
		r = ptx_float32(PTX_NAN32);
	/* A canonical NaN has no sign to set. */
	if (flags & PTX_FP_XORSIGN && r == r)
		r = ptx_float32(ptx_bits32(r) | sign);
	return r;
}

#endif
