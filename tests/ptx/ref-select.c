/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: comparisons and selections; and the way to all references.
 */
#include "config.h"
#include <math.h>
#include <string.h>

#include "tests/ptx/ref.h"

static bool
is(const struct ref *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

bool
ref_compare_floats(const struct ref *r, double x, double y)
{
	bool un = isunordered(x, y);

	if (ref_has(r, PTX_MOD_EQ))
		return !un && x == y;
	if (ref_has(r, PTX_MOD_NE))
		return !un && x != y;
	if (ref_has(r, PTX_MOD_LT))
		return isless(x, y);
	if (ref_has(r, PTX_MOD_LE))
		return islessequal(x, y);
	if (ref_has(r, PTX_MOD_GT))
		return isgreater(x, y);
	if (ref_has(r, PTX_MOD_GE))
		return isgreaterequal(x, y);
	if (ref_has(r, PTX_MOD_EQU))
		return un || x == y;
	if (ref_has(r, PTX_MOD_NEU))
		return un || x != y;
	if (ref_has(r, PTX_MOD_LTU))
		return un || isless(x, y);
	if (ref_has(r, PTX_MOD_LEU))
		return un || islessequal(x, y);
	if (ref_has(r, PTX_MOD_GTU))
		return un || isgreater(x, y);
	if (ref_has(r, PTX_MOD_GEU))
		return un || isgreaterequal(x, y);
	return ref_has(r, PTX_MOD_NUM) ? !un : un;
}

static bool
compare_ints(const struct ref *r, enum ptx_type type, uint64_t a, uint64_t b)
{
	unsigned drop = 64 - 8 * ptx_type_size(type);
	__int128 x = a << drop >> drop, y = b << drop >> drop;

	if (ptx_type_signed(type)) {
		x = (int64_t)(a << drop) >> drop;
		y = (int64_t)(b << drop) >> drop;
	}
	if (ref_has(r, PTX_MOD_EQ))
		return x == y;
	if (ref_has(r, PTX_MOD_NE))
		return x != y;
	if (ref_has(r, PTX_MOD_LT) || ref_has(r, PTX_MOD_LO))
		return x < y;
	if (ref_has(r, PTX_MOD_LE) || ref_has(r, PTX_MOD_LS))
		return x <= y;
	if (ref_has(r, PTX_MOD_GT) || ref_has(r, PTX_MOD_HI))
		return x > y;
	return x >= y;
}

static double
read_float(const struct ref *r, enum ptx_type type, uint64_t bits)
{
	bool ftz = ref_has(r, PTX_MOD_FTZ);
	double x;

	switch (type) {
	case PTX_F64: return ref_f64(bits);
	case PTX_F32:
		x = ref_f32(bits);
		return ftz && fabs(x) < 0x1p-126 ? copysign(0, x) : x;
	case PTX_F16:
	case PTX_F16X2:
		x = ref_from_half((uint16_t)bits, false);
		return ftz && fabs(x) < 0x1p-14 ? copysign(0, x) : x;
	default: return ref_from_half((uint16_t)bits, true);
	}
}

static bool
test(const struct ref *r, enum ptx_type type, unsigned shift)
{
	uint64_t a = r->in[0] >> shift, b = r->in[1] >> shift;

	if (ptx_type_float(type))
		return ref_compare_floats(
			r, read_float(r, type, a), read_float(r, type, b));
	return compare_ints(r, type, a, b);
}

static bool
combine(const struct ref *r, bool t)
{
	bool c = r->in[2];

	if (ref_has(r, PTX_MOD_AND))
		return t && c;
	if (ref_has(r, PTX_MOD_OR))
		return t || c;
	return ref_has(r, PTX_MOD_XOR) ? t != c : t;
}

static bool
is_pair(enum ptx_type type)
{
	return type == PTX_F16X2 || type == PTX_BF16X2;
}

static bool
ref_setp(struct ref *r)
{
	enum ptx_type type = r->type[0];
	bool t = test(r, type, 0);
	bool u = is_pair(type) ? test(r, type, 16) : !t;

	r->out[0] = combine(r, t);
	r->out[1] = combine(r, u);
	return true;
}

static uint64_t
true_value(enum ptx_type type)
{
	switch (type) {
	case PTX_F32: return ref_bits32(1.0f);
	case PTX_F16: return 0x3c00;
	case PTX_BF16: return 0x3f80;
	case PTX_F16X2: return 0x3c003c00;
	case PTX_BF16X2: return 0x3f803f80;
	case PTX_U16:
	case PTX_S16: return 0xffff;
	default: return 0xffffffff;
	}
}

static bool
ref_set(struct ref *r)
{
	uint64_t yes = true_value(r->type[0]);

	if (!is_pair(r->type[1])) {
		r->out[0] = combine(r, test(r, r->type[1], 0)) ? yes : 0;
		return true;
	}
	r->out[0] = combine(r, test(r, r->type[1], 0)) ? yes & 0xffff : 0;
	if (combine(r, test(r, r->type[1], 16)))
		r->out[0] |= yes & 0xffff0000;
	return true;
}

bool
ref_select(struct ref *r)
{
	if (is(r, "setp"))
		return ref_setp(r);
	if (is(r, "set"))
		return ref_set(r);
	if (is(r, "selp")) {
		r->out[0] = r->in[2] ? r->in[0] : r->in[1];
		return true;
	}
	if (is(r, "slct")) {
		double c = r->type[1] == PTX_S32
			? (int32_t)r->in[2]
			: read_float(r, PTX_F32, r->in[2]);

		r->out[0] = c >= 0 ? r->in[0] : r->in[1];
		return true;
	}
	if (is(r, "mov")) {
		r->out[0] = r->in[0];
		return true;
	}
	return false;
}

bool
ref_eval(struct ref *r)
{
	enum ptx_type t = r->type[0];
	bool half = t == PTX_F16 || t == PTX_BF16 || is_pair(t);

	r->compare = REF_EXACT;
	r->out[0] = r->out[1] = 0;
	if (ref_select(r) || ref_video(r))
		return true;
	if (is(r, "cvt"))
		return ref_cvt(r);
	if (half)
		return ref_half(r);
	if (ptx_type_float(t))
		return ref_float(r);
	return ref_bits(r) || ref_int(r);
}
