/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementary functions of single precision by polynomials in double. Without
 * branches, so that loops of them become vectors.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_APPROX_H
#define RGPU_SOFTGPU_PTX_EXEC_APPROX_H

#include "softgpu/ptx/exec-float.h"

/* Added and taken away again, it leaves the nearest integer, and its low
 * bits hold that integer meanwhile. */
#define PTX_ROUNDER 0x1.8p52

/* 2^f for |f| <= 1/2: Taylor's series of exp(f ln 2), error below 2^-31. */
static inline double
ptx_exp2_part(double f)
{
	double r = 0x1.62c0223a5c823p-20;

	r = r * f + 0x1.ffcbfc588b0c7p-17;
	r = r * f + 0x1.430912f86c787p-13;
	r = r * f + 0x1.5d87fe78a6731p-10;
	r = r * f + 0x1.3b2ab6fba4e77p-7;
	r = r * f + 0x1.c6b08d704a0c0p-5;
	r = r * f + 0x1.ebfbdff82c58fp-3;
	r = r * f + 0x1.62e42fefa39efp-1;
	return r * f + 1.0;
}

static inline double
ptx_exp2(double x)
{
	double high, shifted, whole;
	uint64_t scale;

	/* Beyond this all is 0 or infinity in single precision. */
	x = x > 300 ? 300 : x;
	x = x < -300 ? -300 : x;
	shifted = x + PTX_ROUNDER;
	whole = shifted - PTX_ROUNDER;
	high = ptx_exp2_part(x - whole);
	scale = (ptx_bits64(shifted) << 52) + (1023ull << 52);
	return high * ptx_float64(scale);
}

static inline float
ptx_ex2(float x)
{
	return ptx_canon32(x == x ? (float)ptx_exp2(x) : x);
}

/* 2 atanh(s) / ln 2 with s = (m - 1) / (m + 1), m in [sqrt(1/2), sqrt 2]. */
static inline double
ptx_log2_part(double m)
{
	double s = (m - 1) / (m + 1), q = s * s;
	double r = 2.0 / 13;

	r = r * q + 2.0 / 11;
	r = r * q + 2.0 / 9;
	r = r * q + 2.0 / 7;
	r = r * q + 2.0 / 5;
	r = r * q + 2.0 / 3;
	r = r * q + 2.0;
	return r * s * 0x1.71547652b82fep0;
}

static inline float
ptx_lg2(float x)
{
	uint64_t bits = ptx_bits64((double)x);
	int32_t e = (int32_t)(bits >> 52 & 0x7ff) - 1023;
	uint64_t fraction = bits & ((1ull << 52) - 1);
	double m = ptx_float64(fraction | 1023ull << 52);
	bool big = fraction > 0x6a09e667f3bcdull; /* sqrt 2 */
	double r;

	m = big ? m * 0.5 : m;
	e = big ? e + 1 : e;
	r = ptx_log2_part(m) + (double)e;
	r = x > 0 ? r : x == 0 ? -INFINITY : NAN;
	r = x == INFINITY ? INFINITY : r;
	return ptx_canon32((float)r);
}

static inline float
ptx_rsqrt(float x)
{
	return ptx_canon32((float)(1 / __builtin_sqrt((double)x)));
}

/* Above 2^126 the reciprocal of y counts as zero (ISA manual, div.approx). */
static inline float
ptx_div_approx(float x, float y)
{
	uint32_t high = ptx_bits32(y) & 0x7fffffff;
	float zero = ptx_float32(ptx_bits32(y) & 0x80000000);
	bool huge = high > 0x7e800000 && high < 0x7f800000;

	return ptx_canon32(huge ? x * zero : x / y);
}

static inline float
ptx_tanh(float x)
{
	double a = ptx_float32(ptx_bits32(x) & 0x7fffffff);
	double e = ptx_exp2(a * 0x1.71547652b82fep1);
	double r = 1 - 2 / (e + 1);
	float f;

	/* Here e - 1 loses too many digits, and the series has enough. */
	r = a < 0.01 ? a - a * a * a * (1.0 / 3) : r;
	f = (float)r;
	f = ptx_float32(ptx_bits32(f) | (ptx_bits32(x) & 0x80000000));
	return x == x ? f : ptx_float32(PTX_NAN32);
}

/* Only the upper halves of source and result count; no subnormals. */
static inline double
ptx_high_half(double x)
{
	uint64_t bits = ptx_bits64(x) & ~0xffffffffull;
	uint64_t zero = bits & 1ull << 63;

	return ptx_float64(bits & 0x7ffull << 52 ? bits : zero);
}

static inline double
ptx_rcp_high(double x)
{
	double r = ptx_high_half(1 / ptx_high_half(x));

	return x == x ? r : ptx_float64(PTX_NAN64);
}

static inline double
ptx_rsqrt_high(double x)
{
	double r = ptx_high_half(1 / __builtin_sqrt(ptx_high_half(x)));

	return x == x && r == r ? r : ptx_float64(PTX_NAN64);
}

/* Sine and cosine of |r| <= pi/4. */
static inline double
ptx_sin_part(double r)
{
	double q = r * r;
	double p = 1.0 / 362880;

	p = p * q - 1.0 / 5040;
	p = p * q + 1.0 / 120;
	p = p * q - 1.0 / 6;
	return p * q * r + r;
}

static inline double
ptx_cos_part(double r)
{
	double q = r * r;
	double p = -1.0 / 3628800;

	p = p * q + 1.0 / 40320;
	p = p * q - 1.0 / 720;
	p = p * q + 1.0 / 24;
	p = p * q - 0.5;
	return p * q + 1.0;
}

/* quarter: 0 for the sine, 1 for the cosine. |x| is at most a million. */
static inline double
ptx_sincos(double x, uint64_t quarter)
{
	double shifted = x * 0x1.45f306dc9c883p-1 + PTX_ROUNDER;
	double n = shifted - PTX_ROUNDER;
	uint64_t q = ptx_bits64(shifted) + quarter;
	double r = x, s, c;

	/* pi/2 in two parts of 33 bits and a rest: the products are exact. */
	r -= n * 0x1.921fb544p0;
	r -= n * 0x1.0b4611a6p-34;
	r -= n * 0x1.3198a2e037073p-69;
	s = ptx_sin_part(r);
	c = ptx_cos_part(r);
	s = q & 1 ? c : s;
	return q & 2 ? -s : s;
}

#endif
