/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every variant of loads, stores and atomic operations, in every state space;
 * fences and hints, which must change nothing.
 */
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/forms.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"

#define THREADS 64
#define AREA	32 /* bytes a thread */

/* The variant at hand. */
struct variant {
	const struct ptx_form *form;
	char text[96];
	struct ptx_mods mods;
	enum ptx_type type;
	unsigned count, size; /* elements and their bytes */
	const char *space;    /* how the area is addressed */
	bool wide;	      /* registers wider than the type */
};

static unsigned char *src, *areas;
static uint64_t (*in)[8], (*out)[8];
static unsigned variants;

static bool
has(const struct variant *v, enum ptx_mod mod)
{
	return ptx_mod_in(&v->mods, mod);
}

static unsigned
reg_bits(const struct variant *v)
{
	unsigned bits = 8 * v->size < 16 ? 16 : 8 * v->size;

	return v->wide && bits < 64 ? 2 * bits : bits;
}

static char
reg_name(unsigned bits)
{
	return bits == 16 ? 'h' : bits == 32 ? 'r' : 'd';
}

/* "{%h0, %h1}" or "%h0" */
static void
add_registers(struct ops_text *t, const struct variant *v, unsigned first)
{
	char c = reg_name(reg_bits(v));

	ops_add(t, "%s", v->count > 1 ? "{" : "");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t, "%s%%%c%u", i ? ", " : "", c, first + i);
	ops_add(t, "%s", v->count > 1 ? "}" : "");
}

/* The space that the area is in: for generic forms one of several. */
static const char *
area_of(const struct variant *v, unsigned n)
{
	static const char *const generic[] = {"global", "shared", "local"};
	bool weak = v->form->build == ptx_build_ld ||
		v->form->build == ptx_build_st;

	/* Order and scope are for memory that others can see. */
	if (has(v, PTX_MOD_VOLATILE) || has(v, PTX_MOD_RELAXED) ||
		has(v, PTX_MOD_ACQUIRE) || has(v, PTX_MOD_RELEASE))
		weak = false;
	if (has(v, PTX_MOD_SHARED) || has(v, PTX_MOD_SHARED_CTA) ||
		has(v, PTX_MOD_SHARED_CLUSTER))
		return n ? NULL : "shared";
	if (has(v, PTX_MOD_CONST))
		return n ? NULL : "const";
	if (has(v, PTX_MOD_LOCAL))
		return n ? NULL : "local";
	if (has(v, PTX_MOD_PARAM) || has(v, PTX_MOD_PARAM_ENTRY) ||
		has(v, PTX_MOD_PARAM_FUNC))
		return n ? NULL : "param";
	if (has(v, PTX_MOD_GLOBAL) || has(v, PTX_MOD_NC) ||
		has(v, PTX_MOD_MMIO) || has(v, PTX_MOD_V8) ||
		strcmp(v->form->name, "ldu") == 0)
		return n ? NULL : "global";
	return n < (weak ? 3u : 2u) ? generic[n] : NULL;
}

static bool
is_generic(const struct variant *v)
{
	return !has(v, PTX_MOD_GLOBAL) && !has(v, PTX_MOD_CONST) &&
		!has(v, PTX_MOD_SHARED) && !has(v, PTX_MOD_SHARED_CTA) &&
		!has(v, PTX_MOD_SHARED_CLUSTER) && !has(v, PTX_MOD_LOCAL) &&
		!has(v, PTX_MOD_PARAM) && !has(v, PTX_MOD_PARAM_ENTRY) &&
		!has(v, PTX_MOD_PARAM_FUNC);
}

/* Heads of kernels: %src and %out of this thread, and %area, the address
 * of its bytes in the space. */
static void
begin(struct ops_text *t, const struct variant *v)
{
	bool func = has(v, PTX_MOD_PARAM_FUNC);

	ops_add(t, "%s.const .align 32 .b8 c[%u];\n", OPS_HEADER,
		THREADS * AREA);
	if (func)
		ops_add(t,
			".func f(.param .align 32 .b8 p[32], "
			".param .u64 a, .param .u64 b)\n{\n");
	else
		ops_add(t,
			".visible .entry k(.param .align 32 .b8 p[32], "
			".param .u64 a, .param .u64 b)\n{\n");
	ops_add(t,
		".reg .pred %%p<8>;\n.reg .b16 %%h<32>;\n"
		".reg .b32 %%r<40>;\n.reg .b64 %%d<40>;\n"
		".reg .b64 %%src, %%out, %%area;\n.reg .b32 %%area32;\n"
		".shared .align 32 .b8 s[%u];\n"
		".local .align 32 .b8 l[%u];\n"
		"mov.u32 %%r30, %%tid.x;\n"
		"ld.param.u64 %%src, [a];\nld.param.u64 %%out, [b];\n"
		"mul.wide.u32 %%d30, %%r30, 64;\n"
		"add.u64 %%src, %%src, %%d30;\n"
		"add.u64 %%out, %%out, %%d30;\n"
		"mul.lo.u32 %%area32, %%r30, %u;\n",
		THREADS * AREA, AREA, AREA);
	if (strcmp(v->space, "shared") == 0)
		ops_add(t,
			"mov.u32 %%r31, s;\n"
			"add.u32 %%area32, %%area32, %%r31;\n"
			"cvt.u64.u32 %%area, %%area32;\n");
	else if (strcmp(v->space, "local") == 0)
		ops_add(t, "mov.u64 %%area, l;\n");
	else if (strcmp(v->space, "const") == 0)
		ops_add(t,
			"mov.u64 %%d31, c;\ncvt.u64.u32 %%area, %%area32;\n"
			"add.u64 %%area, %%area, %%d31;\n");
	else
		ops_add(t, "mov.u64 %%area, %%src;\n");
	if (is_generic(v) && strcmp(v->space, "global") != 0)
		ops_add(t, "cvta.%s.u64 %%area, %%area;\n", v->space);
}

/* The area as an address operand. */
static const char *
address(const struct variant *v)
{
	if (strcmp(v->space, "param") == 0)
		return "[p]";
	if (strcmp(v->space, "shared") == 0 && !is_generic(v) && v->count != 2)
		return "[%area32]";
	return "[%area]";
}

/* Bytes between the source and an area that a kernel has to fill. */
static void
copy_area(struct ops_text *t, const struct variant *v, bool to_area)
{
	const char *s = v->space;

	if (strcmp(s, "shared") != 0 && strcmp(s, "local") != 0)
		return;
	/* Into the space by its own addresses, which generic ones hide. */
	ops_add(t, "mov.u64 %%d32, %%area;\n");
	if (is_generic(v))
		ops_add(t, "cvta.to.%s.u64 %%d32, %%area;\n", s);
	for (unsigned i = 0; i < AREA; i += 4) {
		if (to_area)
			ops_add(t,
				"ld.global.u32 %%r33, [%%src+%u];\n"
				"st.%s.u32 [%%d32+%u], %%r33;\n",
				i, s, i);
		else
			ops_add(t,
				"ld.%s.u32 %%r33, [%%d32+%u];\n"
				"st.global.u32 [%%src+%u], %%r33;\n",
				s, i, i);
	}
}

static void
end(struct ops_text *t, const struct variant *v)
{
	ops_add(t, "ret;\n}\n");
	if (!has(v, PTX_MOD_PARAM_FUNC))
		return;
	ops_add(t,
		".visible .entry k(.param .align 32 .b8 p[32], "
		".param .u64 a, .param .u64 b)\n{\n"
		".reg .b64 %%d<4>;\n.reg .b32 %%r<4>;\n"
		".param .align 32 .b8 q[32];\n"
		".param .u64 x;\n.param .u64 y;\n");
	for (unsigned i = 0; i < AREA; i += 4)
		ops_add(t,
			"ld.param.u32 %%r1, [p+%u];\n"
			"st.param.b32 [q+%u], %%r1;\n",
			i, i);
	ops_add(t,
		"ld.param.u64 %%d1, [a];\nst.param.b64 [x], %%d1;\n"
		"ld.param.u64 %%d1, [b];\nst.param.b64 [y], %%d1;\n"
		"call f, (q, x, y);\nret;\n}\n");
}

/* Bytes of the source as each thread sees them. */
static const unsigned char *
bytes_of(const struct variant *v, const void *params, unsigned thread)
{
	if (strcmp(v->space, "param") == 0)
		return params;
	if (strcmp(v->space, "const") == 0)
		return areas + thread * AREA;
	return src + thread * 64;
}

struct params {
	unsigned char block[32];
	const void *a, *b;
};

static bool
run(struct ops_text *t, const struct variant *v, struct params *params)
{
	struct rgpu_ptx_module *module = t_module(t->data);
	struct t_launch l = {.block = {THREADS}};
	enum rgpu_ptx_fault_kind rc;

	l.kernel = t_kernel(module, "k");
	if (strcmp(v->space, "const") == 0)
		memcpy(t_variable(module, "c"), areas, THREADS * AREA);
	params->a = src;
	params->b = out;
	memset(out, 0, THREADS * 64);
	rc = t_run(&l, params);
	if (rc != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", v->text, l.fault.text);
	t_module_free(module);
	t->len = 0;
	variants++;
	return rc == RGPU_PTX_FAULT_NONE;
}

static void
fill_bytes(struct params *params)
{
	for (unsigned i = 0; i < THREADS * 64; i++)
		src[i] = (unsigned char)t_random();
	for (unsigned i = 0; i < THREADS * AREA; i++)
		areas[i] = (unsigned char)t_random();
	for (unsigned i = 0; i < 32; i++)
		params->block[i] = (unsigned char)t_random();
}

/* What a load of the type leaves in a register of these bits. */
static uint64_t
extended(const unsigned char *p, const struct variant *v)
{
	unsigned bits = reg_bits(v);
	uint64_t x = 0;

	memcpy(&x, p, v->size);
	if (ptx_type_signed(v->type) && v->size < 8 &&
		x >> (8 * v->size - 1) & 1)
		x |= ~0ull << 8 * v->size;
	return bits == 64 ? x : x & ((1ull << bits) - 1);
}

static void
store_out(struct ops_text *t, const struct variant *v)
{
	unsigned bits = reg_bits(v);

	for (unsigned i = 0; i < v->count; i++)
		ops_add(t,
			"cvt.u64.u%u %%d33, %%%c%u;\n"
			"st.global.u64 [%%out+%u], %%d33;\n",
			bits, reg_name(bits), i, 8 * i);
}

static void
test_load(const struct variant *v, struct ops_text *t)
{
	struct params params;

	fill_bytes(&params);
	begin(t, v);
	copy_area(t, v, true);
	/* Odd threads load, the others keep what they have. */
	ops_add(t, "and.b32 %%r34, %%r30, 1;\nsetp.ne.u32 %%p1, %%r34, 0;\n");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t, "mov.b%u %%%c%u, 77;\n", reg_bits(v),
			reg_name(reg_bits(v)), i);
	ops_add(t, "@%%p1 %s ", v->text);
	add_registers(t, v, 0);
	ops_add(t, ", %s%s;\n", address(v),
		has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	store_out(t, v);
	end(t, v);
	if (!run(t, v, &params))
		return;
	for (unsigned i = 0; i < THREADS; i++)
		for (unsigned k = 0; k < v->count; k++) {
			const unsigned char *p =
				bytes_of(v, &params, i) + k * v->size;
			uint64_t right = i & 1 ? extended(p, v) : 77;

			if (out[i][k] != right)
				T_FAIL("%s (%s, %u bits) thread %u element "
				       "%u: %llx, right is %llx",
					v->text, v->space, reg_bits(v), i, k,
					(unsigned long long)out[i][k],
					(unsigned long long)right);
		}
}

static void
test_store(const struct variant *v, struct ops_text *t)
{
	unsigned char want[THREADS][64];
	struct params params;
	unsigned bits = reg_bits(v);

	fill_bytes(&params);
	memcpy(want, src, sizeof(want));
	begin(t, v);
	copy_area(t, v, true);
	ops_add(t,
		"and.b32 %%r34, %%r30, 1;\nsetp.eq.u32 %%p1, %%r34, 0;\n"
		"mul.wide.u32 %%d34, %%r30, 0x1234567;\n");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t,
			"add.u64 %%d34, %%d34, 0x1112131415161718;\n"
			"cvt.u%u.u64 %%%c%u, %%d34;\n",
			bits, reg_name(bits), i);
	ops_add(t, "@!%%p1 %s %s, ", v->text, address(v));
	add_registers(t, v, 0);
	ops_add(t, "%s;\n", has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	copy_area(t, v, false);
	end(t, v);
	for (unsigned i = 1; i < THREADS; i += 2)
		for (unsigned k = 0; k < v->count; k++) {
			uint64_t x = i * 0x1234567ull +
				(k + 1) * 0x1112131415161718ull;

			memcpy(want[i] + k * v->size, &x, v->size);
		}
	if (run(t, v, &params) && memcmp(want, src, sizeof(want)) != 0)
		T_FAIL("%s (%s, %u bits) stores something else", v->text,
			v->space, bits);
}

/* st.param goes to the arguments of a call: a callee returns them. */
static void
test_store_param(const struct variant *v, struct ops_text *t)
{
	struct params params;
	unsigned bits = reg_bits(v);

	fill_bytes(&params);
	ops_add(t,
		"%s.func (.param .align 32 .b8 r[32]) f"
		"(.param .align 32 .b8 p[32])\n{\n.reg .b32 %%r<4>;\n",
		OPS_HEADER);
	for (unsigned i = 0; i < AREA; i += 4)
		ops_add(t,
			"ld.param.b32 %%r1, [p+%u];\n"
			"st.param.b32 [r+%u], %%r1;\n",
			i, i);
	ops_add(t,
		"ret;\n}\n.visible .entry k(.param .align 32 .b8 p[32], "
		".param .u64 a, .param .u64 b)\n{\n"
		".reg .b16 %%h<8>;\n.reg .b32 %%r<40>;\n"
		".reg .b64 %%d<40>, %%out;\nmov.u32 %%r30, %%tid.x;\n"
		"ld.param.u64 %%out, [b];\nmul.wide.u32 %%d30, %%r30, 64;\n"
		"add.u64 %%out, %%out, %%d30;\n"
		"mul.wide.u32 %%d34, %%r30, 0x1234567;\n{\n"
		".param .align 32 .b8 x[32];\n"
		".param .align 32 .b8 y[32];\n");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t,
			"add.u64 %%d34, %%d34, 0x1112131415161718;\n"
			"cvt.u%u.u64 %%%c%u, %%d34;\n",
			bits, reg_name(bits), i);
	ops_add(t, "%s [x], ", v->text);
	add_registers(t, v, 0);
	ops_add(t, "%s;\ncall (y), f, (x);\n",
		has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	for (unsigned i = 0; i < AREA; i += 8)
		ops_add(t,
			"ld.param.b64 %%d1, [y+%u];\n"
			"st.global.b64 [%%out+%u], %%d1;\n",
			i, i);
	ops_add(t, "}\nret;\n}\n");
	if (!run(t, v, &params))
		return;
	for (unsigned i = 0; i < THREADS; i++)
		for (unsigned k = 0; k < v->count; k++) {
			uint64_t x = i * 0x1234567ull +
				(k + 1) * 0x1112131415161718ull;

			if (memcmp((char *)out[i] + k * v->size, &x, v->size))
				T_FAIL("%s passes something else", v->text);
		}
}

/* The new value in memory, as the manual defines the operations. */
static uint64_t
new_value(const struct variant *v, uint64_t x, uint64_t b, uint64_t c)
{
	unsigned drop = 64 - 8 * v->size;
	int64_t sx = (int64_t)(x << drop) >> drop;
	int64_t sb = (int64_t)(b << drop) >> drop;
	bool is_signed = ptx_type_signed(v->type);
	bool less = is_signed ? sx < sb : x < b;

	if (has(v, PTX_MOD_AND))
		return x & b;
	if (has(v, PTX_MOD_OR))
		return x | b;
	if (has(v, PTX_MOD_XOR))
		return x ^ b;
	if (has(v, PTX_MOD_EXCH))
		return b;
	if (has(v, PTX_MOD_CAS))
		return x == b ? c : x;
	if (has(v, PTX_MOD_INC))
		return x >= b ? 0 : x + 1;
	if (has(v, PTX_MOD_DEC))
		return x == 0 || x > b ? b : x - 1;
	if (has(v, PTX_MOD_MIN))
		return less ? x : b;
	if (has(v, PTX_MOD_MAX))
		return less ? b : x;
	return x + b;
}

static uint64_t
new_float(const struct variant *v, uint64_t x, uint64_t b)
{
	struct ref r = {.name = "add", .type = {v->type}};

	/* Only global memory flushes. */
	if (v->type == PTX_F32 && strcmp(v->space, "global") == 0)
		ptx_mod_set(&r.mods, PTX_MOD_FTZ);
	r.in[0] = x;
	r.in[1] = b;
	if (!ref_eval(&r))
		T_FAIL("%s has no reference", v->text);
	return r.out[0];
}

static void
fill_atom(const struct variant *v)
{
	struct ops_operand o = {.type = v->type};

	/* Memory first, then operands; often equal, for cas. */
	for (unsigned i = 0; i < THREADS; i++) {
		unsigned n = (unsigned)t_random();
		uint64_t mask =
			v->size == 8 ? ~0ull : (1ull << 8 * v->size) - 1;

		for (unsigned k = 0; k < 3; k++)
			in[i][k] = ops_value(&o, k, n % 700, 768) & mask;
		if (n >> 20 & 1)
			in[i][1] = in[i][0];
		memset(src + 64 * i, 0, 64);
		memcpy(src + 64 * i, &in[i][0], 8);
		memcpy(src + 64 * i + 32, in[i], 24);
	}
}

static void
check_atom(const struct variant *v, bool red)
{
	for (unsigned i = 0; i < THREADS; i++) {
		uint64_t x = in[i][0], right, now = 0;

		memcpy(&now, src + 64 * i, v->size);
		right = ptx_type_float(v->type)
			? new_float(v, x, in[i][1])
			: new_value(v, x, in[i][1], in[i][2]);
		if (v->size < 8)
			right &= (1ull << 8 * v->size) - 1;
		if (i % 4 == 3)
			right = x; /* the guard is false */
		if (now != right || (!red && i % 4 != 3 && out[i][0] != x))
			T_FAIL("%s (%s) of %llx, %llx, %llx: %llx, right is "
			       "%llx; returned %llx",
				v->text, v->space, (unsigned long long)x,
				(unsigned long long)in[i][1],
				(unsigned long long)in[i][2],
				(unsigned long long)now,
				(unsigned long long)right,
				(unsigned long long)out[i][0]);
	}
}

static void
test_atom(const struct variant *v, struct ops_text *t)
{
	bool red = strcmp(v->form->name, "red") == 0;
	unsigned bits = 8 * v->size;
	char c = reg_name(bits);
	struct params params;

	fill_bytes(&params);
	fill_atom(v);
	begin(t, v);
	copy_area(t, v, true);
	ops_add(t, "and.b32 %%r34, %%r30, 3;\nsetp.ne.u32 %%p1, %%r34, 3;\n");
	for (unsigned i = 1; i < 3; i++)
		ops_add(t,
			"ld.global.u64 %%d33, [%%src+%u];\n"
			"cvt.u%u.u64 %%%c%u, %%d33;\n",
			32 + 8 * i, bits, c, i);
	ops_add(t, "@%%p1 %s ", v->text);
	if (!red)
		ops_add(t, "%%%c3, ", c);
	ops_add(t, "%s, %%%c1", address(v), c);
	if (has(v, PTX_MOD_CAS))
		ops_add(t, ", %%%c2", c);
	ops_add(t, "%s;\n", has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	if (!red)
		ops_add(t,
			"cvt.u64.u%u %%d33, %%%c3;\n"
			"st.global.u64 [%%out], %%d33;\n",
			bits, c);
	copy_area(t, v, false);
	end(t, v);
	if (run(t, v, &params))
		check_atom(v, red);
}

/* Fences and hints between a store and a load. */
static void
test_void(struct variant *v, struct ops_text *t)
{
	const char *args = v->form->args;
	struct params params;

	v->space = "global";
	fill_bytes(&params);
	begin(t, v);
	ops_add(t, "st.global.u32 [%%out], %%r30;\n%s%s%s;\n", v->text,
		args[0] == 'm'		 ? " [%src]"
			: args[0] == 'i' ? " 5"
					 : "",
		strcmp(args, "mi") == 0 ? ", 128" : "");
	ops_add(t,
		"ld.global.u32 %%r31, [%%out];\n"
		"st.global.u32 [%%out+4], %%r31;\n");
	end(t, v);
	if (!run(t, v, &params))
		return;
	for (unsigned i = 0; i < THREADS; i++)
		if (out[i][0] != ((uint64_t)i << 32 | i))
			T_FAIL("%s changes something", v->text);
}

static void
test_variant(struct variant *v, struct ops_text *t)
{
	bool store = v->form->build == ptx_build_st;

	if (v->form->build == ptx_build_void ||
		v->form->build == ptx_build_fence) {
		test_void(v, t);
		return;
	}
	for (unsigned n = 0; (v->space = area_of(v, n)) != NULL; n++) {
		if (v->form->build == ptx_build_atom)
			test_atom(v, t);
		else if (store && strcmp(v->space, "param") == 0)
			test_store_param(v, t);
		else if (store)
			test_store(v, t);
		else
			test_load(v, t);
	}
}

static void
test_form(const struct ptx_form *form, struct ops_text *t)
{
	enum ptx_type types[PTX_TYPES_MAX];
	unsigned count;

	for (size_t n = 0;; n++) {
		struct variant v = {.form = form};

		if (!ptx_form_variant(form, n, v.text, sizeof(v.text), &v.mods,
			    types, &count))
			return;
		v.type = count ? types[0] : PTX_NONE;
		v.size = ptx_type_size(v.type);
		v.count = has(&v, PTX_MOD_V8) ? 8
			: has(&v, PTX_MOD_V4) ? 4
			: has(&v, PTX_MOD_V2) ? 2
					      : 1;
		test_variant(&v, t);
		v.wide = true;
		if (form->build != ptx_build_atom && v.size && v.size < 8 &&
			!ptx_type_float(v.type))
			test_variant(&v, t);
	}
}

int
main(void)
{
	struct ops_text text = {0};

	src = t_alloc(THREADS * 64);
	areas = t_alloc(THREADS * AREA);
	in = t_alloc(THREADS * 64);
	out = t_alloc(THREADS * 64);
	for (size_t i = 0; i < ptx_forms_mem_count; i++)
		test_form(&ptx_forms_mem[i], &text);
	printf("%u kernels on %s\n", variants, rgpu_ptx_isa());
	free(text.data);
	return t_done();
}
