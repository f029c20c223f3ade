/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every wmma.mma with matrices from memory and a result to memory, in all
 * layouts and spaces, against a product element by element. Which lane holds
 * what is nobody's business; that bytes beside the matrices stay as they were
 * is.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/forms.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"
#include "tests/ptx/ref-matrix.h"

#define LANES	32
#define PART	4096 /* bytes of a matrix and what is beside it */
#define ROUNDS	4
#define SPACES	4
#define PADDING 0xee

static const char *const spaces[SPACES] = {
	"", ".global", ".shared", ".shared::cta"};

/* A matrix in memory, as an operand. */
struct operand {
	unsigned rows, cols, stride;
	bool by_column;
	enum ptx_type type;
};

static uint8_t *memory;
static struct ref_product p;
static struct operand operand[4]; /* d, a, b, c */
static bool used[256];		  /* forms of load and store that ran */

static uint8_t *
place(unsigned which, unsigned row, unsigned col)
{
	const struct operand *o = &operand[which];
	unsigned index =
		o->by_column ? col * o->stride + row : row * o->stride + col;

	return memory + which * PART + index * ref_width(o->type) / 8;
}

static void
fill(bool wild)
{
	uint64_t *cells[4] = {p.d, p.a, p.b, p.c};

	memset(memory, PADDING, 4 * PART);
	for (unsigned which = 1; which < 4; which++) {
		const struct operand *o = &operand[which];

		for (unsigned i = 0; i < o->rows * o->cols; i++) {
			cells[which][i] = ref_cell(o->type, wild);
			memcpy(place(which, i / o->cols, i % o->cols),
				&cells[which][i], ref_width(o->type) / 8);
		}
	}
}

/* Takes the result out of memory, then nothing of it may be left. */
static void
check(const char *text, unsigned round)
{
	unsigned bytes = ref_width(p.type[0]) / 8;

	for (unsigned i = 0; i < p.m * p.n; i++) {
		uint8_t *at = place(0, i / p.n, i % p.n);
		uint64_t got = 0;

		memcpy(&got, at, bytes);
		memset(at, PADDING, bytes);
		if (got != p.d[i])
			T_FAIL("%s, round %u, element %u: %llx, right is %llx",
				text, round, i, (unsigned long long)got,
				(unsigned long long)p.d[i]);
	}
	for (unsigned i = 0; i < PART; i++)
		if (memory[i] != PADDING)
			T_FAIL("%s: byte %u beside the matrix changed", text,
				i);
}

static const char *
shape_name(const struct ptx_mods *mods)
{
	static const enum ptx_mod shapes[] = {PTX_MOD_M8N8K4, PTX_MOD_M16N16K8,
		PTX_MOD_M16N16K16, PTX_MOD_M32N8K16, PTX_MOD_M8N32K16};

	for (unsigned i = 0; i < RGPU_COUNT(shapes); i++)
		if (ptx_mod_in(mods, shapes[i]))
			return ptx_mod_name(shapes[i]);
	return "?";
}

static void
vector(struct ops_text *t, const char *prefix, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ops_add(t, "%s%%%s%u", i ? ", " : "{", prefix, first + i);
	ops_add(t, "}");
}

static unsigned
registers(unsigned which)
{
	const struct operand *o = &operand[which];
	unsigned bits = ref_width(o->type), cells = o->rows * o->cols;

	if (o->type == PTX_F16 && (which == 1 || which == 2))
		return 8;
	return bits < 32 ? cells * bits / 32 / LANES : cells / LANES;
}

static void
note(const char *opcode)
{
	const struct ptx_form *form = ptx_form_find_text(opcode);

	for (size_t i = 0; i < ptx_forms_matrix_count; i++)
		if (form == &ptx_forms_matrix[i])
			used[i] = true;
	if (!form)
		T_FAIL("%s is not known", opcode);
}

/* A load of matrix 1 to 3, or the store of 0; without a stride where rows lie
 * side by side. */
static void
access(struct ops_text *t, const struct ptx_mods *mods, unsigned which,
	const char *space)
{
	const struct operand *o = &operand[which];
	const char *r = p.type[0] == PTX_F64 ? "d" : "r";
	char opcode[96], stride[16] = "";

	snprintf(opcode, sizeof(opcode), "wmma.%s.%c.sync.aligned.%s.%s%s.%s",
		which ? "load" : "store", "dabc"[which],
		o -> by_column ? "col" : "row", shape_name(mods), space,
		ptx_type_name(o->type));
	note(opcode);
	if (o->stride != (o->by_column ? o->rows : o->cols))
		snprintf(stride, sizeof(stride), ", %u", o->stride);
	ops_add(t, "%s ", opcode);
	if (which) {
		vector(t, r, 8 * which, registers(which));
		ops_add(t, ", [%%x1+%u]%s;\n", which * PART, stride);
	} else {
		ops_add(t, "[%%x1], ");
		vector(t, r, 0, registers(0));
		ops_add(t, "%s;\n", stride);
	}
}

/* All of the memory, a word a lane at a time. */
static void
copy(struct ops_text *t, const char *label, bool in)
{
	ops_add(t,
		"mov.u32 %%r60, %%tid.x;\n%s: mul.wide.u32 %%x4, %%r60, 4;\n"
		"add.u64 %%x5, %%x2, %%x4;\nadd.u64 %%x4, %%x3, %%x4;\n"
		"ld.u32 %%r61, [%s];\nst.u32 [%s], %%r61;\n"
		"add.u32 %%r60, %%r60, 32;\nsetp.lt.u32 %%q1, %%r60, %u;\n"
		"@%%q1 bra %s;\nbar.warp.sync -1;\n",
		label, in ? "%x5" : "%x4", in ? "%x4" : "%x5", 4 * PART / 4,
		label);
}

static void
write_kernel(struct ops_text *t, const char *text, const struct ptx_mods *mods,
	const char *space)
{
	bool shared = strncmp(space, ".shared", 7) == 0;
	const char *r = p.type[0] == PTX_F64 ? "d" : "r";

	t->len = 0;
	ops_add(t,
		"%s.visible .entry k(.param .u64 p)\n{\n.reg .pred %%q<8>;\n"
		".reg .b32 %%r<64>;\n.reg .b64 %%d<64>;\n.reg .b64 %%x<8>;\n"
		".shared .align 16 .b8 s[%u];\nld.param.u64 %%x2, [p];\n"
		"cvta.to.global.u64 %%x1, %%x2;\nmov.u64 %%x3, s;\n",
		OPS_HEADER, 4 * PART);
	if (shared)
		ops_add(t, "mov.b64 %%x1, %%x3;\n");
	ops_add(t, "cvta.shared.u64 %%x3, %%x3;\n");
	if (shared)
		copy(t, "IN", true);
	for (unsigned which = 1; which < 4; which++)
		access(t, mods, which, space);
	ops_add(t, "%s ", text);
	for (unsigned i = 0; i < 4; i++) {
		ops_add(t, "%s", i ? ", " : "");
		vector(t, r, 8 * i, registers(i));
	}
	ops_add(t, ";\n");
	access(t, mods, 0, space);
	if (shared)
		copy(t, "OUT", false);
	ops_add(t, "ret;\n}\n");
}

/* n varies what the instruction itself does not name. */
static void
test(const char *text, const struct ptx_mods *mods, unsigned n,
	struct ops_text *t)
{
	struct t_launch l = {.block = {LANES}};
	const void *params[1] = {memory};
	struct rgpu_ptx_module *module;

	operand[0] = (struct operand){p.m, p.n, 0, n & 1, p.type[0]};
	operand[1] = (struct operand){
		p.m, p.k, 0, ptx_mod_in(mods, PTX_MOD_COL), p.type[1]};
	operand[2] = (struct operand){
		p.k, p.n, 0, ptx_mod_in(mods, PTX_MOD_COL_B), p.type[2]};
	operand[3] = (struct operand){p.m, p.n, 0, n >> 1 & 1, p.type[3]};
	for (unsigned i = 0; i < 4; i++)
		operand[i].stride = (operand[i].by_column ? operand[i].rows
							  : operand[i].cols) +
			(n + i) % 3 * (128 / ref_width(operand[i].type));
	write_kernel(t, text, mods, spaces[n % SPACES]);
	module = t_module(t->data);
	l.kernel = t_kernel(module, "k");
	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(round >= ROUNDS / 2);
		ref_product(&p);
		if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
			T_FAIL("%s: %s", text, l.fault.text);
		else
			check(text, round);
	}
	t_module_free(module);
}

static void
test_form(const struct ptx_form *form, struct ops_text *t)
{
	enum ptx_type type[PTX_TYPES_MAX];
	struct ptx_mods mods;
	unsigned count;
	char text[96];

	for (size_t n = 0; ptx_form_variant(
		     form, n, text, sizeof(text), &mods, type, &count);
		n++) {
		p = (struct ref_product){
			.satfinite = ptx_mod_in(&mods, PTX_MOD_SATFINITE),
			.type = {type[0], PTX_F16, PTX_F16, type[1]}};
		if (count == 4)
			memcpy(p.type, type, sizeof(p.type));
		ref_shape(&p, &mods);
		for (unsigned i = 0; i < 12; i++)
			test(text, &mods, i, t);
	}
}

int
main(void)
{
	struct ops_text text = {0};

	memory = t_alloc(4 * PART);
	for (size_t i = 0; i < ptx_forms_matrix_count; i++)
		if (ptx_forms_matrix[i].build == ptx_build_wmma) {
			used[i] = true;
			test_form(&ptx_forms_matrix[i], &text);
		}
	for (size_t i = 0; i < ptx_forms_matrix_count; i++)
		if (strcmp(ptx_forms_matrix[i].name, "wmma") == 0 && !used[i])
			T_FAIL("%s %s: nothing tests it",
				ptx_forms_matrix[i].mods,
				ptx_forms_matrix[i].types);
	free(text.data);
	return t_done();
}
