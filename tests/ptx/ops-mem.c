/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels around one access to memory, in every state space.
 */
#include "config.h"
#include <string.h>

#include "tests/ptx/harness.h"
#include "tests/ptx/ops-mem.h"

unsigned char *mem_src, *mem_areas;
uint64_t (*mem_in)[8], (*mem_out)[8];
unsigned mem_runs;

unsigned
mem_reg_bits(const struct mem_variant *v)
{
	unsigned bits = 8 * v->size < 16 ? 16 : 8 * v->size;

	return v->wide && bits < 64 ? 2 * bits : bits;
}

char
mem_reg_name(unsigned bits)
{
	return bits == 16 ? 'h' : bits == 32 ? 'r' : 'd';
}

/* "{%h0, %h1}" or "%h0" */
void
mem_add_registers(
	struct ops_text *t, const struct mem_variant *v, unsigned first)
{
	char c = mem_reg_name(mem_reg_bits(v));

	ops_add(t, "%s", v->count > 1 ? "{" : "");
	for (unsigned i = 0; i < v->count; i++)
		ops_add(t, "%s%%%c%u", i ? ", " : "", c, first + i);
	ops_add(t, "%s", v->count > 1 ? "}" : "");
}

/* The space that the area is in: for generic forms one of several. */
const char *
mem_area_of(const struct mem_variant *v, unsigned n)
{
	static const char *const generic[] = {"global", "shared", "local"};
	bool weak = v->form->build == ptx_build_ld ||
		v->form->build == ptx_build_st;

	/* Order and scope are for memory that others can see. */
	if (mem_has(v, PTX_MOD_VOLATILE) || mem_has(v, PTX_MOD_RELAXED) ||
		mem_has(v, PTX_MOD_ACQUIRE) || mem_has(v, PTX_MOD_RELEASE))
		weak = false;
	if (mem_has(v, PTX_MOD_SHARED) || mem_has(v, PTX_MOD_SHARED_CTA) ||
		mem_has(v, PTX_MOD_SHARED_CLUSTER))
		return n ? NULL : "shared";
	if (mem_has(v, PTX_MOD_CONST))
		return n ? NULL : "const";
	if (mem_has(v, PTX_MOD_LOCAL))
		return n ? NULL : "local";
	if (mem_has(v, PTX_MOD_PARAM) || mem_has(v, PTX_MOD_PARAM_ENTRY) ||
		mem_has(v, PTX_MOD_PARAM_FUNC))
		return n ? NULL : "param";
	if (mem_has(v, PTX_MOD_GLOBAL) || mem_has(v, PTX_MOD_NC) ||
		mem_has(v, PTX_MOD_MMIO) || mem_has(v, PTX_MOD_V8) ||
		strcmp(v->form->name, "ldu") == 0)
		return n ? NULL : "global";
	return n < (weak ? 3u : 2u) ? generic[n] : NULL;
}

static bool
mem_is_generic(const struct mem_variant *v)
{
	return !mem_has(v, PTX_MOD_GLOBAL) && !mem_has(v, PTX_MOD_CONST) &&
		!mem_has(v, PTX_MOD_SHARED) &&
		!mem_has(v, PTX_MOD_SHARED_CTA) &&
		!mem_has(v, PTX_MOD_SHARED_CLUSTER) &&
		!mem_has(v, PTX_MOD_LOCAL) && !mem_has(v, PTX_MOD_PARAM) &&
		!mem_has(v, PTX_MOD_PARAM_ENTRY) &&
		!mem_has(v, PTX_MOD_PARAM_FUNC);
}

/* Heads of kernels: %src and %out of this thread, and %area, the address
 * of its bytes in the space. */
void
mem_begin(struct ops_text *t, const struct mem_variant *v)
{
	bool func = mem_has(v, PTX_MOD_PARAM_FUNC);

	ops_add(t, "%s.const .align 32 .b8 c[%u];\n", OPS_HEADER,
		MEM_THREADS * MEM_AREA);
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
		MEM_THREADS * MEM_AREA, MEM_AREA, MEM_AREA);
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
	if (mem_is_generic(v) && strcmp(v->space, "global") != 0)
		ops_add(t, "cvta.%s.u64 %%area, %%area;\n", v->space);
}

/* The area as an address operand. */
const char *
mem_address(const struct mem_variant *v)
{
	if (strcmp(v->space, "param") == 0)
		return "[p]";
	if (strcmp(v->space, "shared") == 0 && !mem_is_generic(v) &&
		v->count != 2)
		return "[%area32]";
	return "[%area]";
}

/* Bytes between the source and an area that a kernel has to fill. */
void
mem_copy_area(struct ops_text *t, const struct mem_variant *v, bool to_area)
{
	const char *s = v->space;

	if (strcmp(s, "shared") != 0 && strcmp(s, "local") != 0)
		return;
	/* Into the space by its own addresses, which generic ones hide. */
	ops_add(t, "mov.u64 %%d32, %%area;\n");
	if (mem_is_generic(v))
		ops_add(t, "cvta.to.%s.u64 %%d32, %%area;\n", s);
	for (unsigned i = 0; i < MEM_AREA; i += 4) {
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

void
mem_end(struct ops_text *t, const struct mem_variant *v)
{
	ops_add(t, "ret;\n}\n");
	if (!mem_has(v, PTX_MOD_PARAM_FUNC))
		return;
	ops_add(t,
		".visible .entry k(.param .align 32 .b8 p[32], "
		".param .u64 a, .param .u64 b)\n{\n"
		".reg .b64 %%d<4>;\n.reg .b32 %%r<4>;\n"
		".param .align 32 .b8 q[32];\n"
		".param .u64 x;\n.param .u64 y;\n");
	for (unsigned i = 0; i < MEM_AREA; i += 4)
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
const unsigned char *
mem_bytes_of(const struct mem_variant *v, const void *params, unsigned thread)
{
	if (strcmp(v->space, "param") == 0)
		return params;
	if (strcmp(v->space, "const") == 0)
		return mem_areas + thread * MEM_AREA;
	return mem_src + thread * 64;
}

bool
mem_run(struct ops_text *t, const struct mem_variant *v,
	struct mem_params *params)
{
	struct rgpu_ptx_module *module = t_module(t->data);
	struct t_launch l = {.block = {MEM_THREADS}};
	enum rgpu_ptx_fault_kind rc;

	l.kernel = t_kernel(module, "k");
	if (strcmp(v->space, "const") == 0)
		memcpy(t_variable(module, "c"), mem_areas,
			MEM_THREADS * MEM_AREA);
	params->a = mem_src;
	params->b = mem_out;
	memset(mem_out, 0, MEM_THREADS * 64);
	rc = t_run(&l, params);
	if (rc != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", v->text, l.fault.text);
	t_module_free(module);
	t->len = 0;
	mem_runs++;
	return rc == RGPU_PTX_FAULT_NONE;
}

void
mem_fill(struct mem_params *params)
{
	for (unsigned i = 0; i < MEM_THREADS * 64; i++)
		mem_src[i] = (unsigned char)t_random();
	for (unsigned i = 0; i < MEM_THREADS * MEM_AREA; i++)
		mem_areas[i] = (unsigned char)t_random();
	for (unsigned i = 0; i < 32; i++)
		params->block[i] = (unsigned char)t_random();
}
