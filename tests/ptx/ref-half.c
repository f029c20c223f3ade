/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: f16 and bf16. Values are looked up and results are searched for
 * among all numbers of the format; sums and products are exact or carry their
 * exact error with them.
 */
#include "config.h"
#include <math.h>
#include <string.h>

#include "tests/ptx/ref.h"

typedef ref_quad quad;

double
ref_from_half(uint16_t bits, bool bf16)
{
	unsigned fraction = bf16 ? 7 : 10;
	int e = bits >> fraction & (bf16 ? 255 : 31), bias = bf16 ? 127 : 15;
	double f = bits & ((1 << fraction) - 1), x;

	if (e == (bf16 ? 255 : 31))
		x = f != 0 ? NAN : INFINITY;
	else if (e == 0)
		x = ldexp(f, 1 - bias - (int)fraction);
	else
		x = ldexp(f + (1 << fraction), e - bias - (int)fraction);
	return bits & 0x8000 ? -x : x;
}

/* The largest number of the format that is not above |hi + lo|. */
static uint16_t
floor_half(quad hi, quad lo, bool bf16)
{
	uint16_t low = 0, high = bf16 ? 0x7f80 : 0x7c00;

	while (high - low > 1) {
		uint16_t mid = (uint16_t)((low + high) / 2);
		quad x = (quad)ref_from_half(mid, bf16) - hi;

		if (x < lo || x == lo)
			low = mid;
		else
			high = mid;
	}
	return low;
}

uint16_t
ref_to_half(quad hi, quad lo, bool bf16, int rounding)
{
	uint16_t inf = bf16 ? 0x7f80 : 0x7c00, sign = 0, low;
	quad below, above;
	bool up;

	if (hi != hi)
		return 0x7fff;
	if (hi < 0 || (hi == 0 && 1 / (double)hi < 0)) {
		sign = 0x8000;
		hi = -hi;
		lo = -lo;
	}
	if ((double)hi == INFINITY && hi > (quad)1e300 && hi + hi == hi)
		return sign | inf;
	low = floor_half(hi, lo, bf16);
	/* What is left below, and what is missing to the next number. */
	below = (hi - (quad)ref_from_half(low, bf16)) + lo;
	if (low + 1 == inf)
		above = (quad)ldexp(1, bf16 ? 128 : 16) - hi;
	else
		above = (quad)ref_from_half((uint16_t)(low + 1), bf16) - hi;
	above -= lo;
	if (rounding == REF_RN)
		up = below > above || (below == above && low & 1);
	else if (rounding == REF_RZ)
		up = false;
	else
		up = below > 0 && (rounding == REF_RP) == (sign == 0);
	return (uint16_t)(sign | (low + (up ? 1 : 0)));
}

static bool
is(const struct ref *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

static bool
subnormal(double x, bool bf16)
{
	return x != 0 && fabs(x) < (bf16 ? 0x1p-126 : 0x1p-14);
}

static uint16_t
finish(const struct ref *r, uint16_t h, bool bf16)
{
	double x = ref_from_half(h, bf16);

	if (ref_has(r, PTX_MOD_FTZ) && subnormal(x, bf16))
		h &= 0x8000;
	if (ref_has(r, PTX_MOD_SAT))
		h = isnan(x) || x <= 0 ? 0
			: x > 1	       ? (bf16 ? 0x3f80 : 0x3c00)
				       : h;
	if (ref_has(r, PTX_MOD_RELU) && !isnan(x) && x <= 0)
		h = 0;
	return h;
}

static uint16_t
arith(const struct ref *r, double x, double y, double z, bool bf16)
{
	quad p, s, back, err;

	if (is(r, "sub"))
		y = -y;
	/* x * 1 + y and x * y - 0 are sum and product, signs of 0 too. */
	p = is(r, "add") || is(r, "sub") ? (quad)x : (quad)x * (quad)y;
	s = is(r, "fma") ? p + (quad)z : is(r, "mul") ? p : p + (quad)y;
	if (is(r, "mul"))
		return finish(r, ref_to_half(s, 0, bf16, REF_RN), bf16);
	/* The exact error of the sum (Knuth), as 113 bits can be few. */
	y = is(r, "fma") ? z : y;
	back = s - p;
	err = (p - (s - back)) + ((quad)y - back);
	if (err != err)
		err = 0;
	return finish(r, ref_to_half(s, err, bf16, REF_RN), bf16);
}

static uint16_t
minmax(const struct ref *r, uint16_t a, uint16_t b, bool bf16)
{
	bool max = is(r, "max"), xorsign = ref_has(r, PTX_MOD_XORSIGN);
	uint16_t sign = (uint16_t)((a ^ b) & 0x8000), d;
	double x, y;

	if (ref_has(r, PTX_MOD_FTZ)) {
		if (subnormal(ref_from_half(a, bf16), bf16))
			a &= 0x8000;
		if (subnormal(ref_from_half(b, bf16), bf16))
			b &= 0x8000;
	}
	if (xorsign) {
		a &= 0x7fff;
		b &= 0x7fff;
	}
	x = ref_from_half(a, bf16);
	y = ref_from_half(b, bf16);
	if (isnan(x) && isnan(y))
		return 0x7fff;
	if (ref_has(r, PTX_MOD_NAN_WINS) && (isnan(x) || isnan(y)))
		return 0x7fff;
	if (isnan(x) || isnan(y))
		d = isnan(x) ? b : a;
	else if (x == 0 && y == 0)
		d = (a >> 15 != 0) != max ? a : b;
	else
		d = (x < y) != max ? a : b;
	return xorsign ? d | sign : d;
}

static uint16_t
one_half(struct ref *r, unsigned shift, bool bf16)
{
	uint16_t a = (uint16_t)(r->in[0] >> shift);
	uint16_t b = (uint16_t)(r->in[1] >> shift);
	double x = ref_from_half(a, bf16), y = ref_from_half(b, bf16);
	double z = ref_from_half((uint16_t)(r->in[2] >> shift), bf16);

	if (is(r, "min") || is(r, "max"))
		return minmax(r, a, b, bf16);
	if (ref_has(r, PTX_MOD_FTZ)) {
		x = subnormal(x, bf16) ? copysign(0, x) : x;
		y = subnormal(y, bf16) ? copysign(0, y) : y;
		z = subnormal(z, bf16) ? copysign(0, z) : z;
	}
	if (is(r, "abs") || is(r, "neg")) {
		if (ref_has(r, PTX_MOD_FTZ) && x == 0)
			a &= 0x8000;
		return is(r, "abs") ? a & 0x7fff : a ^ 0x8000;
	}
	return arith(r, x, y, z, bf16);
}

/* ex2 and tanh: to nearest of the right value is within every bound. */
static uint16_t
function(struct ref *r, unsigned shift, bool bf16)
{
	double x = ref_from_half((uint16_t)(r->in[0] >> shift), bf16);
	uint16_t h;

	if (ref_has(r, PTX_MOD_FTZ) && subnormal(x, bf16))
		x = copysign(0, x);
	x = is(r, "ex2") ? exp2(x) : tanh(x);
	h = ref_to_half((quad)x, 0, bf16, REF_RN);
	return ref_has(r, PTX_MOD_FTZ) && subnormal(x, bf16) ? h & 0x8000 : h;
}

bool
ref_half(struct ref *r)
{
	bool bf16 = r->type[0] == PTX_BF16 || r->type[0] == PTX_BF16X2;
	bool pair = r->type[0] == PTX_F16X2 || r->type[0] == PTX_BF16X2;
	bool approx = ref_has(r, PTX_MOD_APPROX);

	r->out[0] = 0;
	for (unsigned shift = 0; shift < (pair ? 32u : 16u); shift += 16)
		r->out[0] |= (uint64_t)(approx ? function(r, shift, bf16)
					       : one_half(r, shift, bf16))
			<< shift;
	return true;
}
