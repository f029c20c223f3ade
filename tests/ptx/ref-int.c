/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: integer arithmetic, in 128 bits.
 */
#include "config.h"
#include <string.h>

#include "tests/ptx/ref.h"

typedef __int128 wide;

static unsigned
width(const struct ref *r)
{
	return 8 * ptx_type_size(r->type[0]);
}

/* The value of the low bits, as the sign asks. */
static wide
value(uint64_t bits, unsigned n, bool is_signed)
{
	wide x = n == 64 ? bits : bits & ((1ull << n) - 1);

	if (is_signed && bits >> (n - 1) & 1)
		x -= (wide)1 << n;
	return x;
}

static wide
arg(const struct ref *r, unsigned i)
{
	return value(r->in[i], width(r), ptx_type_signed(r->type[0]));
}

static uint64_t
cut(wide x, unsigned n)
{
	uint64_t bits = (uint64_t)x;

	return n == 64 ? bits : bits & ((1ull << n) - 1);
}

static wide
saturate(wide x)
{
	return x > INT32_MAX ? INT32_MAX : x < INT32_MIN ? INT32_MIN : x;
}

static bool
done(struct ref *r, wide x)
{
	if (ref_has(r, PTX_MOD_SAT))
		x = saturate(x);
	r->out[0] = cut(x, r->bits[0]);
	return true;
}

static bool
is(const struct ref *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

/* The part of a product that .lo, .hi or .wide asks for. */
static wide
product(const struct ref *r, unsigned n)
{
	wide x = arg(r, 0), y = arg(r, 1);

	if (is(r, "mul24") || is(r, "mad24")) {
		bool is_signed = ptx_type_signed(r->type[0]);

		x = value(r->in[0], 24, is_signed);
		y = value(r->in[1], 24, is_signed);
		/* Bits 47..16 are the high part of 24 times 24 bits. */
		return ref_has(r, PTX_MOD_HI) ? (x * y) >> 16 : x * y;
	}
	/* Of .u64 it has more bits than a signed one holds. */
	if (!ref_has(r, PTX_MOD_HI))
		return (wide)((unsigned __int128)x * (unsigned __int128)y);
	if (n == 64 && !ptx_type_signed(r->type[0]))
		return (wide)((unsigned __int128)x * (unsigned __int128)y >>
			64);
	return (x * y) >> n;
}

/* d and the carry of a sum or difference of n bits. */
static bool
with_carry(struct ref *r, wide a, wide b, bool minus)
{
	unsigned n = width(r);
	wide x = value(cut(a, n), n, false), y = value(cut(b, n), n, false);
	wide c = r->name[strlen(r->name) - 1] == 'c' ? (wide)r->old : 0;
	wide sum = minus ? x - y - c : x + y + c;

	r->out[0] = cut(sum, n);
	r->out[1] = minus ? sum < 0 : sum >> n != 0;
	if (!ref_has(r, PTX_MOD_CC))
		r->out[1] = r->old;
	return true;
}

static bool
ref_carry(struct ref *r)
{
	unsigned n = width(r);
	wide high;

	if (is(r, "add") || is(r, "addc"))
		return with_carry(r, arg(r, 0), arg(r, 1), false);
	if (is(r, "sub") || is(r, "subc"))
		return with_carry(r, arg(r, 0), arg(r, 1), true);
	high = product(r, n);
	return with_carry(r, arg(r, 2), high, false);
}

static bool
ref_pairs(struct ref *r)
{
	bool is_signed = r->type[0] == PTX_S16X2;
	uint64_t out = 0;

	for (unsigned half = 0; half < 2; half++) {
		wide x = value(r->in[0] >> 16 * half, 16, is_signed);
		wide y = value(r->in[1] >> 16 * half, 16, is_signed), z;

		if (is(r, "add"))
			z = x + y;
		else if (is(r, "min"))
			z = x < y ? x : y;
		else if (is(r, "max"))
			z = x > y ? x : y;
		else
			return false;
		if (ref_has(r, PTX_MOD_RELU) && z < 0)
			z = 0;
		out |= cut(z, 16) << 16 * half;
	}
	r->out[0] = out;
	return true;
}

/* Without a defined result; what the engine says it gives. */
static bool
ref_divide(struct ref *r, bool rem)
{
	wide x = arg(r, 0), y = arg(r, 1);

	if (y == 0)
		return done(r, rem ? x : -1);
	return done(r, rem ? x % y : x / y);
}

static bool
ref_dot(struct ref *r)
{
	bool s0 = ptx_type_signed(r->type[0]);
	bool s1 = ptx_type_signed(r->type[1]);
	unsigned count = is(r, "dp4a") ? 4 : 2, bits = 32 / count;
	unsigned first = ref_has(r, PTX_MOD_HI) ? 2 : 0;
	wide sum = value(r->in[2], 32, false);

	for (unsigned i = 0; i < count; i++)
		sum += value(r->in[0] >> bits * i, bits, s0) *
			value(r->in[1] >> 8 * (first + i), 8, s1);
	r->out[0] = cut(sum, 32);
	return true;
}

bool
ref_int(struct ref *r)
{
	wide x = arg(r, 0), y = arg(r, 1), z = arg(r, 2);

	if (r->type[0] == PTX_U16X2 || r->type[0] == PTX_S16X2)
		return ref_pairs(r);
	if (ref_has(r, PTX_MOD_CC) || is(r, "addc") || is(r, "subc") ||
		is(r, "madc"))
		return ref_carry(r);
	if (is(r, "dp4a") || is(r, "dp2a"))
		return ref_dot(r);
	if (is(r, "add"))
		return done(r, x + y);
	if (is(r, "sub"))
		return done(r, x - y);
	if (is(r, "mul") || is(r, "mul24"))
		return done(r, product(r, width(r)));
	if (is(r, "mad") && ref_has(r, PTX_MOD_WIDE))
		z = value(r->in[2], r->bits[0], ptx_type_signed(r->type[0]));
	if (is(r, "mad") || is(r, "mad24"))
		return done(r, product(r, width(r)) + z);
	if (is(r, "sad"))
		return done(r, z + (x < y ? y - x : x - y));
	if (is(r, "div") || is(r, "rem"))
		return ref_divide(r, is(r, "rem"));
	if (is(r, "abs"))
		return done(r, x < 0 ? -x : x);
	if (is(r, "neg"))
		return done(r, -x);
	if (is(r, "min"))
		x = x < y ? x : y;
	else if (is(r, "max"))
		x = x > y ? x : y;
	else
		return false;
	return done(r, ref_has(r, PTX_MOD_RELU) && x < 0 ? 0 : x);
}
