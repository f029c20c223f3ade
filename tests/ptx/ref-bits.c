/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: logic and bit fields, bit by bit as the manual writes them.
 */
#include "config.h"
#include <string.h>

#include "tests/ptx/ref.h"

static bool
is(const struct ref *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

static unsigned
width(const struct ref *r)
{
	return r->type[0] == PTX_PRED ? 1 : 8 * ptx_type_size(r->type[0]);
}

static bool
bit(uint64_t x, unsigned n)
{
	return n < 64 && x >> n & 1;
}

static bool
done(struct ref *r, uint64_t x)
{
	unsigned n = r->bits[0];

	r->out[0] = n == 64 ? x : x & ((1ull << n) - 1);
	return true;
}

/* d[i] = a[from + i], zeros or the sign where there is none. */
static bool
ref_shift(struct ref *r, int64_t from)
{
	bool sign = ptx_type_signed(r->type[0]) && bit(r->in[0], width(r) - 1);
	uint64_t d = 0;

	for (int64_t i = 0; i < (int64_t)width(r); i++) {
		int64_t at = from + i;
		bool b = at >= (int64_t)width(r) ? sign
			: at < 0		 ? false
						 : bit(r->in[0], (unsigned)at);

		d |= (uint64_t)b << i;
	}
	return done(r, d);
}

static bool
ref_funnel(struct ref *r)
{
	uint64_t n = r->in[2], both = r->in[1] << 32 | r->in[0];

	n = ref_has(r, PTX_MOD_WRAP) ? n & 31 : n > 32 ? 32 : n;
	for (; n; n--)
		both = ref_has(r, PTX_MOD_L) ? both << 1 : both >> 1;
	return done(r, ref_has(r, PTX_MOD_L) ? both >> 32 : both);
}

static bool
ref_lop3(struct ref *r)
{
	uint64_t d = 0;

	for (unsigned i = 0; i < 32; i++) {
		unsigned k = 4u * bit(r->in[0], i) + 2u * bit(r->in[1], i) +
			bit(r->in[2], i);

		d |= (uint64_t)bit(r->in[3], k) << i;
	}
	r->out[1] = ref_has(r, PTX_MOD_OR) ? d || r->in[4] : d && r->in[4];
	return done(r, d);
}

static unsigned
prmt_byte(const struct ref *r, unsigned i)
{
	unsigned c = r->in[2] & 3;

	if (ref_has(r, PTX_MOD_F4E))
		return c + i;
	if (ref_has(r, PTX_MOD_B4E))
		return (8 + c - i) & 7;
	if (ref_has(r, PTX_MOD_RC8))
		return c;
	if (ref_has(r, PTX_MOD_ECL))
		return i < c ? c : i;
	if (ref_has(r, PTX_MOD_ECR))
		return i > c ? c : i;
	if (ref_has(r, PTX_MOD_RC16))
		return 2 * (c & 1) + (i & 1);
	return r->in[2] >> 4 * i & 15;
}

static bool
ref_prmt(struct ref *r)
{
	uint64_t both = r->in[1] << 32 | r->in[0], d = 0;

	for (unsigned i = 0; i < 4; i++) {
		unsigned select = prmt_byte(r, i);
		uint64_t byte = both >> 8 * (select & 7) & 255;

		if (select & 8)
			byte = byte & 128 ? 255 : 0;
		d |= byte << 8 * i;
	}
	return done(r, d);
}

static bool
ref_bfe(struct ref *r)
{
	unsigned msb = width(r) - 1, pos = r->in[1] & 255, len = r->in[2] & 255;
	bool sign = false;
	uint64_t d = 0;

	if (ptx_type_signed(r->type[0]) && len)
		sign = bit(r->in[0], pos + len - 1 < msb ? pos + len - 1 : msb);
	for (unsigned i = 0; i <= msb; i++) {
		bool b = i < len && pos + i <= msb ? bit(r->in[0], pos + i)
						   : sign;

		d |= (uint64_t)b << i;
	}
	return done(r, d);
}

static bool
ref_bfi(struct ref *r)
{
	unsigned msb = width(r) - 1, pos = r->in[2] & 255, len = r->in[3] & 255;
	uint64_t d = r->in[1];

	for (unsigned i = 0; i < len && pos + i <= msb; i++) {
		d &= ~(1ull << (pos + i));
		d |= (uint64_t)bit(r->in[0], i) << (pos + i);
	}
	return done(r, d);
}

static bool
ref_bfind(struct ref *r)
{
	unsigned msb = width(r) - 1;
	uint64_t a = r->in[0];
	uint32_t d = 0xffffffffu;

	if (ptx_type_signed(r->type[0]) && bit(a, msb))
		a = ~a;
	for (unsigned i = msb + 1; i-- > 0 && d == 0xffffffffu;)
		if (bit(a, i))
			d = i;
	if (ref_has(r, PTX_MOD_SHIFTAMT) && d != 0xffffffffu)
		d = msb - d;
	return done(r, d);
}

static bool
ref_bmsk(struct ref *r)
{
	uint32_t a = (uint32_t)r->in[0], b = (uint32_t)r->in[1];
	uint32_t a1 = a & 31, b1 = b & 31, sum = a1 + b1;
	uint32_t mask0 = ~0u << a1, mask1 = sum < 32 ? ~0u << sum : 0;
	bool clamp = ref_has(r, PTX_MOD_CLAMP);

	if (clamp && a >= 32)
		mask0 = 0;
	if (sum >= 32 || (clamp && (a >= 32 || b >= 32)))
		mask1 = 0;
	else if (b1 == 0)
		mask1 = ~0u;
	return done(r, mask0 & ~mask1);
}

static bool
ref_szext(struct ref *r)
{
	uint32_t a = (uint32_t)r->in[0], b = (uint32_t)r->in[1], b1 = b & 31;
	bool large = b >= 32 && ref_has(r, PTX_MOD_CLAMP), sign;
	uint32_t mask = large ? 0 : ~0u << b1;

	sign = b1 && !large && ptx_type_signed(r->type[0]) && a >> (b1 - 1) & 1;
	return done(r, (a & ~mask) | (sign ? mask : 0));
}

static bool
ref_fns(struct ref *r)
{
	int64_t base = (int64_t)r->in[1], offset = (int32_t)r->in[2];
	int64_t count = (offset < 0 ? -offset : offset) - 1;
	uint32_t d = 0xffffffffu;

	if (base > 31)
		r->compare = REF_SKIP;
	if (offset == 0) {
		if (bit(r->in[0], (unsigned)base) && base < 32)
			d = (uint32_t)base;
		return done(r, d);
	}
	for (int64_t pos = base;
		pos >= 0 && pos<32; pos += offset> 0 ? 1 : -1) {
		if (!bit(r->in[0], (unsigned)pos))
			continue;
		if (count-- == 0) {
			d = (uint32_t)pos;
			break;
		}
	}
	return done(r, d);
}

static bool
ref_count(struct ref *r)
{
	unsigned n = width(r), ones = 0, zeros = 0;
	uint64_t reversed = 0;

	for (unsigned i = 0; i < n; i++) {
		ones += bit(r->in[0], i);
		zeros = bit(r->in[0], i) ? 0 : zeros + 1;
		reversed |= (uint64_t)bit(r->in[0], i) << (n - 1 - i);
	}
	if (is(r, "popc"))
		return done(r, ones);
	return done(r, is(r, "clz") ? zeros : reversed);
}

bool
ref_bits(struct ref *r)
{
	uint64_t x = r->in[0], y = r->in[1];
	uint64_t n = r->in[1] > 64 ? 64 : r->in[1];

	if (is(r, "and"))
		return done(r, x & y);
	if (is(r, "or"))
		return done(r, x | y);
	if (is(r, "xor"))
		return done(r, x ^ y);
	if (is(r, "not"))
		return done(r, ~x);
	if (is(r, "cnot"))
		return done(r, x == 0);
	if (is(r, "shl"))
		return ref_shift(r, -(int64_t)n);
	if (is(r, "shr"))
		return ref_shift(r, (int64_t)n);
	if (is(r, "shf"))
		return ref_funnel(r);
	if (is(r, "lop3"))
		return ref_lop3(r);
	if (is(r, "prmt"))
		return ref_prmt(r);
	if (is(r, "bfe"))
		return ref_bfe(r);
	if (is(r, "bfi"))
		return ref_bfi(r);
	if (is(r, "bfind"))
		return ref_bfind(r);
	if (is(r, "bmsk"))
		return ref_bmsk(r);
	if (is(r, "szext"))
		return ref_szext(r);
	if (is(r, "fns"))
		return ref_fns(r);
	if (is(r, "popc") || is(r, "clz") || is(r, "brev"))
		return ref_count(r);
	return false;
}
