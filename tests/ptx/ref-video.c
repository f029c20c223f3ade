/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: SIMD video instructions, as the manual's pseudocode has them.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/ref.h"

/* Elements of {b, a} by the digits of ".b3210"; defaults when part is "". */
static void
extract(const struct ref *r, unsigned count, const char *part,
	const char *standard, bool is_signed, long v[4])
{
	unsigned long long both =
		(r->in[1] & 0xffffffff) << 32 | (r->in[0] & 0xffffffff);
	long range = count == 4 ? 256 : 65536;

	if (!*part)
		part = standard;
	for (unsigned i = 0; i < count; i++) {
		int n = part[strlen(part) - 1 - i] - '0';
		unsigned long long x = both;

		while (n-- > 0)
			x /= (unsigned long long)range;
		v[i] = (long)(x % (unsigned long long)range);
		if (is_signed && v[i] >= range / 2)
			v[i] -= range;
	}
}

static long
compare(const struct ref *r, long a, long b)
{
	if (ref_has(r, PTX_MOD_EQ))
		return a == b;
	if (ref_has(r, PTX_MOD_NE))
		return a != b;
	if (ref_has(r, PTX_MOD_LT))
		return a < b;
	if (ref_has(r, PTX_MOD_LE))
		return a <= b;
	return ref_has(r, PTX_MOD_GT) ? a > b : a >= b;
}

static long
average(long sum)
{
	return sum >= 0 ? (sum + 1) / 2 : -((1 - sum) / 2);
}

static long
operate(const struct ref *r, long a, long b)
{
	const char *op = r->name + 1;

	if (strncmp(op, "add", 3) == 0)
		return a + b;
	if (strncmp(op, "sub", 3) == 0)
		return a - b;
	if (strncmp(op, "avrg", 4) == 0)
		return average(a + b);
	if (strncmp(op, "absdiff", 7) == 0)
		return labs(a - b);
	if (strncmp(op, "min", 3) == 0)
		return a < b ? a : b;
	if (strncmp(op, "max", 3) == 0)
		return a > b ? a : b;
	return compare(r, a, b);
}

static long
saturate(long t, long range, bool is_signed)
{
	long low = is_signed ? -range / 2 : 0, high = low + range - 1;

	return t < low ? low : t > high ? high : t;
}

bool
ref_video(struct ref *r)
{
	bool four = strchr(r->name, '4'),
	     set = strncmp(r->name, "vset", 4) == 0;
	const enum ptx_type *ab = set ? r->type : r->type + 1;
	unsigned count = four ? 4 : 2, bits = 32 / count;
	long a[4], b[4], range = 1l << bits;
	uint32_t c = (uint32_t)r->in[2], merged = 0, sum = c;

	if (r->name[0] != 'v' || (!four && !strchr(r->name, '2')))
		return false;
	extract(r, count, r->part[1], four ? "3210" : "10", ab[0] == PTX_S32,
		a);
	extract(r, count, r->part[2], four ? "7654" : "32", ab[1] == PTX_S32,
		b);
	for (unsigned i = 0; i < count; i++) {
		bool in = !*r->part[0] || strchr(r->part[0], (int)('0' + i));
		long t = operate(r, a[i], b[i]);
		long old = c >> bits * i & (uint32_t)(range - 1);

		if (ref_has(r, PTX_MOD_SAT))
			t = saturate(t, range, r->type[0] == PTX_S32);
		sum += in ? (uint32_t)t : 0;
		t = in ? ((t % range) + range) % range : old;
		merged |= (uint32_t)t << bits * i;
	}
	r->out[0] = ref_has(r, PTX_MOD_ADD) ? sum : merged;
	return true;
}
