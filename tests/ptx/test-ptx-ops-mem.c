/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every variant of loads, stores and atomic operations, in every state space;
 * fences and hints, which must change nothing.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"
#include "tests/ptx/ops-mem.h"

/* What a load of the type leaves in a register of these bits. */
static uint64_t
extended(const unsigned char *p, const struct mem_variant *v)
{
	unsigned bits = mem_reg_bits(v);
	uint64_t x = 0;

	memcpy(&x, p, v->size);
	if (ptx_type_signed(v->type) && v->size < 8 &&
		x >> (8 * v->size - 1) & 1)
		x |= ~0ull << 8 * v->size;
	return bits == 64 ? x : x & ((1ull << bits) - 1);
}

static void
store_out(struct ops_text *t, const struct mem_variant *v)
{
	unsigned bits = mem_reg_bits(v);

	for (unsigned i = 0; i < v->count; i++)
		ops_add(t,
			"cvt.u64.u%u %%d33, %%%c%u;\n"
			"st.global.u64 [%%out+%u], %%d33;\n",
			bits, mem_reg_name(bits), i, 8 * i);
}

static void
test_load(const struct mem_variant *v, struct ops_text *t)
{
	struct mem_params params;

	mem_fill(&params);
	mem_begin(t, v);
	mem_copy_area(t, v, true);
	/* Odd threads load, the others keep what they have. */
	ops_add(t, "and.b32 %%r34, %%r30, 1;\nsetp.ne.u32 %%p1, %%r34, 0;\n");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t, "mov.b%u %%%c%u, 77;\n", mem_reg_bits(v),
			mem_reg_name(mem_reg_bits(v)), i);
	ops_add(t, "@%%p1 %s ", v->text);
	mem_add_registers(t, v, 0);
	ops_add(t, ", %s%s;\n", mem_address(v),
		mem_has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	store_out(t, v);
	mem_end(t, v);
	if (!mem_run(t, v, &params))
		return;
	for (unsigned i = 0; i < MEM_THREADS; i++)
		for (unsigned k = 0; k < v->count; k++) {
			const unsigned char *p =
				mem_bytes_of(v, &params, i) + k * v->size;
			uint64_t right = i & 1 ? extended(p, v) : 77;

			if (mem_out[i][k] != right)
				T_FAIL("%s (%s, %u bits) thread %u element "
				       "%u: %llx, right is %llx",
					v->text, v->space, mem_reg_bits(v), i,
					k, (unsigned long long)mem_out[i][k],
					(unsigned long long)right);
		}
}

static void
test_store(const struct mem_variant *v, struct ops_text *t)
{
	unsigned char want[MEM_THREADS][64];
	struct mem_params params;
	unsigned bits = mem_reg_bits(v);

	mem_fill(&params);
	memcpy(want, mem_src, sizeof(want));
	mem_begin(t, v);
	mem_copy_area(t, v, true);
	ops_add(t,
		"and.b32 %%r34, %%r30, 1;\nsetp.eq.u32 %%p1, %%r34, 0;\n"
		"mul.wide.u32 %%d34, %%r30, 0x1234567;\n");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t,
			"add.u64 %%d34, %%d34, 0x1112131415161718;\n"
			"cvt.u%u.u64 %%%c%u, %%d34;\n",
			bits, mem_reg_name(bits), i);
	ops_add(t, "@!%%p1 %s %s, ", v->text, mem_address(v));
	mem_add_registers(t, v, 0);
	ops_add(t, "%s;\n", mem_has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	mem_copy_area(t, v, false);
	mem_end(t, v);
	for (unsigned i = 1; i < MEM_THREADS; i += 2)
		for (unsigned k = 0; k < v->count; k++) {
			uint64_t x = i * 0x1234567ull +
				(k + 1) * 0x1112131415161718ull;

			memcpy(want[i] + k * v->size, &x, v->size);
		}
	if (mem_run(t, v, &params) && memcmp(want, mem_src, sizeof(want)) != 0)
		T_FAIL("%s (%s, %u bits) stores something else", v->text,
			v->space, bits);
}

/* st.param goes to the arguments of a call: a callee returns them. */
static void
test_store_param(const struct mem_variant *v, struct ops_text *t)
{
	struct mem_params params;
	unsigned bits = mem_reg_bits(v);

	mem_fill(&params);
	ops_add(t,
		"%s.func (.param .align 32 .b8 r[32]) f"
		"(.param .align 32 .b8 p[32])\n{\n.reg .b32 %%r<4>;\n",
		OPS_HEADER);
	for (unsigned i = 0; i < MEM_AREA; i += 4)
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
			bits, mem_reg_name(bits), i);
	ops_add(t, "%s [x], ", v->text);
	mem_add_registers(t, v, 0);
	ops_add(t, "%s;\ncall (y), f, (x);\n",
		mem_has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	for (unsigned i = 0; i < MEM_AREA; i += 8)
		ops_add(t,
			"ld.param.b64 %%d1, [y+%u];\n"
			"st.global.b64 [%%out+%u], %%d1;\n",
			i, i);
	ops_add(t, "}\nret;\n}\n");
	if (!mem_run(t, v, &params))
		return;
	for (unsigned i = 0; i < MEM_THREADS; i++)
		for (unsigned k = 0; k < v->count; k++) {
			uint64_t x = i * 0x1234567ull +
				(k + 1) * 0x1112131415161718ull;

			if (memcmp((char *)mem_out[i] + k * v->size, &x,
				    v->size))
				T_FAIL("%s passes something else", v->text);
		}
}

/* Fences and hints between a store and a load. */
static void
test_void(struct mem_variant *v, struct ops_text *t)
{
	const char *args = v->form->args;
	struct mem_params params;

	v->space = "global";
	mem_fill(&params);
	mem_begin(t, v);
	ops_add(t, "st.global.u32 [%%out], %%r30;\n%s%s%s;\n", v->text,
		args[0] == 'm'		 ? " [%src]"
			: args[0] == 'i' ? " 5"
					 : "",
		strcmp(args, "mi") == 0 ? ", 128" : "");
	ops_add(t,
		"ld.global.u32 %%r31, [%%out];\n"
		"st.global.u32 [%%out+4], %%r31;\n");
	mem_end(t, v);
	if (!mem_run(t, v, &params))
		return;
	for (unsigned i = 0; i < MEM_THREADS; i++)
		if (mem_out[i][0] != ((uint64_t)i << 32 | i))
			T_FAIL("%s changes something", v->text);
}

static void
test_variant(struct mem_variant *v, struct ops_text *t)
{
	bool store = v->form->build == ptx_build_st;

	if (v->form->build == ptx_build_void ||
		v->form->build == ptx_build_fence) {
		test_void(v, t);
		return;
	}
	for (unsigned n = 0; (v->space = mem_area_of(v, n)) != NULL; n++) {
		if (v->form->build == ptx_build_atom)
			mem_test_atom(v, t);
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
		struct mem_variant v = {.form = form};

		if (!ptx_form_variant(form, n, v.text, sizeof(v.text), &v.mods,
			    types, &count))
			return;
		v.type = count ? types[0] : PTX_NONE;
		v.size = ptx_type_size(v.type);
		v.count = mem_has(&v, PTX_MOD_V8) ? 8
			: mem_has(&v, PTX_MOD_V4) ? 4
			: mem_has(&v, PTX_MOD_V2) ? 2
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

	mem_src = t_alloc(MEM_THREADS * 64);
	mem_areas = t_alloc(MEM_THREADS * MEM_AREA);
	mem_in = t_alloc(MEM_THREADS * 64);
	mem_out = t_alloc(MEM_THREADS * 64);
	for (size_t i = 0; i < ptx_forms_mem_count; i++)
		test_form(&ptx_forms_mem[i], &text);
	printf("%u kernels on %s\n", mem_runs, rgpu_ptx_isa());
	free(text.data);
	return t_done();
}
