/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second opinion on every instruction: one lane, as slowly and plainly as
 * the manual puts it. Nothing of the executor is used here; what is shared is
 * the names of modifiers and types.
 */
#ifndef RGPU_TESTS_PTX_REF_H
#define RGPU_TESTS_PTX_REF_H

#include <stdbool.h>
#include <stdint.h>
#include "softgpu/ptx/optab.h"

/* How a result is to be compared. */
enum ref_compare {
	REF_EXACT,
	REF_SKIP,   /* the manual leaves it open */
	REF_ULP,    /* of the type, at most limit apart */
	REF_ABS,    /* as numbers */
	REF_REL,    /* as numbers, relative to the right one */
	REF_NUMBER, /* any number from -limit to limit */
};

struct ref {
	const char *name;
	struct ptx_mods mods;
	enum ptx_type type[PTX_TYPES_MAX];
	uint64_t in[6];	     /* sources in order; predicates 0 or 1 */
	uint64_t old;	     /* carry in */
	unsigned bits[2];    /* of the result registers */
	const char *part[3]; /* of SIMD video: ".b10" of d, a, b; or "" */

	uint64_t out[2]; /* results in order; out[1]: p of "d|p", carry out */
	enum ref_compare compare;
	double limit;
	double value;		 /* the right number, unless REF_EXACT */
	enum ptx_type real_type; /* of out[0], for REF_ULP and others */
};

/* Fills in out and how to compare; false: there is no reference. */
bool ref_eval(struct ref *r);

/* The parts of ref_eval() by family. */
bool ref_int(struct ref *r);
bool ref_bits(struct ref *r);
bool ref_float(struct ref *r);
bool ref_approx(struct ref *r);
bool ref_half(struct ref *r);
bool ref_cvt(struct ref *r);
bool ref_select(struct ref *r);
bool ref_video(struct ref *r);

static inline bool
ref_has(const struct ref *r, enum ptx_mod mod)
{
	return ptx_mod_in(&r->mods, mod);
}

/* Rounding directions. */
enum { REF_RN, REF_RZ, REF_RM, REF_RP };
int ref_rounding(const struct ref *r);

/* At least 113 bits. */
#ifdef __x86_64__
typedef __float128 ref_quad;
#else
typedef long double ref_quad;
#endif

/* Numbers of the small formats. */
double ref_from_half(uint16_t bits, bool bf16);
double ref_from_fp8(unsigned bits, bool e5m2);
/* hi + lo, where lo is smaller than the last place of hi, rounded. */
uint16_t ref_to_half(ref_quad hi, ref_quad lo, bool bf16, int rounding);

float ref_f32(uint64_t bits);
double ref_f64(uint64_t bits);
uint32_t ref_bits32(float x);
uint64_t ref_bits64(double x);

/* A comparison by its modifier, of two numbers. */
bool ref_compare_floats(const struct ref *r, double x, double y);

#endif
