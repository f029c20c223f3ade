/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Atomic operations against what the manual says of them.
 */
#include "config.h"
#include <string.h>

#include "tests/ptx/harness.h"
#include "tests/ptx/ops-mem.h"

/* The new value in memory, as the manual defines the operations. */
static uint64_t
new_value(const struct mem_variant *v, uint64_t x, uint64_t b, uint64_t c)
{
	unsigned drop = 64 - 8 * v->size;
	int64_t sx = (int64_t)(x << drop) >> drop;
	int64_t sb = (int64_t)(b << drop) >> drop;
	bool is_signed = ptx_type_signed(v->type);
	bool less = is_signed ? sx < sb : x < b;

	if (mem_has(v, PTX_MOD_AND))
		return x & b;
	if (mem_has(v, PTX_MOD_OR))
		return x | b;
	if (mem_has(v, PTX_MOD_XOR))
		return x ^ b;
	if (mem_has(v, PTX_MOD_EXCH))
		return b;
	if (mem_has(v, PTX_MOD_CAS))
		return x == b ? c : x;
	if (mem_has(v, PTX_MOD_INC))
		return x >= b ? 0 : x + 1;
	if (mem_has(v, PTX_MOD_DEC))
		return x == 0 || x > b ? b : x - 1;
	if (mem_has(v, PTX_MOD_MIN))
		return less ? x : b;
	if (mem_has(v, PTX_MOD_MAX))
		return less ? b : x;
	return x + b;
}

static uint64_t
new_float(const struct mem_variant *v, uint64_t x, uint64_t b)
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
fill_atom(const struct mem_variant *v)
{
	struct ops_operand o = {.type = v->type};

	/* Memory first, then operands; often equal, for cas. */
	for (unsigned i = 0; i < MEM_THREADS; i++) {
		unsigned n = (unsigned)t_random();
		uint64_t mask =
			v->size == 8 ? ~0ull : (1ull << 8 * v->size) - 1;

		for (unsigned k = 0; k < 3; k++)
			mem_in[i][k] = ops_value(&o, k, n % 700, 768) & mask;
		if (n >> 20 & 1)
			mem_in[i][1] = mem_in[i][0];
		memset(mem_src + 64 * i, 0, 64);
		memcpy(mem_src + 64 * i, &mem_in[i][0], 8);
		memcpy(mem_src + 64 * i + 32, mem_in[i], 24);
	}
}

static void
check_atom(const struct mem_variant *v, bool red)
{
	for (unsigned i = 0; i < MEM_THREADS; i++) {
		uint64_t x = mem_in[i][0], right, now = 0;

		memcpy(&now, mem_src + 64 * i, v->size);
		right = ptx_type_float(v->type)
			? new_float(v, x, mem_in[i][1])
			: new_value(v, x, mem_in[i][1], mem_in[i][2]);
		if (v->size < 8)
			right &= (1ull << 8 * v->size) - 1;
		if (i % 4 == 3)
			right = x; /* the guard is false */
		if (now != right || (!red && i % 4 != 3 && mem_out[i][0] != x))
			T_FAIL("%s (%s) of %llx, %llx, %llx: %llx, right is "
			       "%llx; returned %llx",
				v->text, v->space, (unsigned long long)x,
				(unsigned long long)mem_in[i][1],
				(unsigned long long)mem_in[i][2],
				(unsigned long long)now,
				(unsigned long long)right,
				(unsigned long long)mem_out[i][0]);
	}
}

void
mem_test_atom(const struct mem_variant *v, struct ops_text *t)
{
	bool red = strcmp(v->form->name, "red") == 0;
	unsigned bits = 8 * v->size;
	char c = mem_reg_name(bits);
	struct mem_params params;

	mem_fill(&params);
	fill_atom(v);
	mem_begin(t, v);
	mem_copy_area(t, v, true);
	ops_add(t, "and.b32 %%r34, %%r30, 3;\nsetp.ne.u32 %%p1, %%r34, 3;\n");
	for (unsigned i = 1; i < 3; i++)
		ops_add(t,
			"ld.global.u64 %%d33, [%%src+%u];\n"
			"cvt.u%u.u64 %%%c%u, %%d33;\n",
			32 + 8 * i, bits, c, i);
	ops_add(t, "@%%p1 %s ", v->text);
	if (!red)
		ops_add(t, "%%%c3, ", c);
	ops_add(t, "%s, %%%c1", mem_address(v), c);
	if (mem_has(v, PTX_MOD_CAS))
		ops_add(t, ", %%%c2", c);
	ops_add(t, "%s;\n", mem_has(v, PTX_MOD_L2_HINT) ? ", %d35" : "");
	if (!red)
		ops_add(t,
			"cvt.u64.u%u %%d33, %%%c3;\n"
			"st.global.u64 [%%out], %%d33;\n",
			bits, c);
	mem_copy_area(t, v, false);
	mem_end(t, v);
	if (mem_run(t, v, &params))
		check_atom(v, red);
}
