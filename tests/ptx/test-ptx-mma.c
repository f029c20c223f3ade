/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every variant of mma against a product element by element, whose elements
 * are where the manual says (PTX ISA 9.0, "Matrix fragments for mma", one
 * formula a shape); ldmatrix, stmatrix and movmatrix; lanes that come late.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/forms.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"
#include "tests/ptx/ref-matrix.h"

#define LANES  32
#define ROUNDS 12

/* What a lane has: eight registers of each matrix. */
struct lane {
	uint64_t a[8], b[8], c[8], d[8];
};
static struct lane *lanes;

struct variant {
	char text[96];
	struct ptx_mods mods;
	struct ref_product p;
};

struct cell {
	unsigned row, col;
};

static struct cell
cell_a(const struct ref_product *p, unsigned i, unsigned lane)
{
	unsigned g = lane >> 2, t = lane % 4, bits = ref_width(p->type[1]);
	bool low;

	switch (bits) {
	case 64:
		if (p->m == 8)
			return (struct cell){g, t};
		if (p->k == 4)
			return (struct cell){i == 0 ? g : g + 8, t};
		if (p->k == 8)
			return (struct cell){i == 0 || i == 2 ? g : g + 8,
				i < 2 ? t : t + 4};
		return i % 2 == 0 ? (struct cell){g, i * 2 + t}
				  : (struct cell){g + 8, i * 2 - 2 + t};
	case 32:
		if (p->k == 4)
			return (struct cell){i == 0 ? g : g + 8, t};
		return (struct cell){
			i == 0 || i == 2 ? g : g + 8, i < 2 ? t : t + 4};
	case 16:
		if (p->k == 8)
			return (struct cell){
				i < 2 ? g : g + 8, t * 2 + (i & 1)};
		low = i < 2 || (i >= 4 && i < 6);
		return (struct cell){
			low ? g : g + 8, t * 2 + (i & 1) + (i >= 4 ? 8 : 0)};
	default:
		if (p->m == 8)
			return (struct cell){g, t * 4 + i};
		if (p->k == 16)
			return (struct cell){
				i < 4 ? g : g + 8, t * 4 + (i & 3)};
		low = i < 4 || (i >= 8 && i < 12);
		return (struct cell){
			low ? g : g + 8, t * 4 + (i & 3) + (i >= 8 ? 16 : 0)};
	}
}

static struct cell
cell_b(const struct ref_product *p, unsigned i, unsigned lane)
{
	unsigned g = lane >> 2, t = lane % 4;

	switch (ref_width(p->type[2])) {
	case 64:
	case 32: return (struct cell){t + 4 * i, g};
	case 16: return (struct cell){t * 2 + (i & 1) + (i >= 2 ? 8 : 0), g};
	default: return (struct cell){t * 4 + (i & 3) + (i >= 4 ? 16 : 0), g};
	}
}

static struct cell
cell_c(unsigned i, unsigned lane)
{
	unsigned g = lane >> 2, t = lane % 4;

	return (struct cell){i < 2 ? g : g + 8, t * 2 + (i & 1)};
}

/* Element i of registers that hold elements of a type. */
static uint64_t
get(const uint64_t *reg, unsigned i, unsigned bits)
{
	unsigned per = bits < 32 ? 32 / bits : 1;
	uint64_t x = reg[i / per] >> i % per * bits;

	return bits == 64 ? x : x & ((1ull << bits) - 1);
}

static void
put(uint64_t *reg, unsigned i, unsigned bits, uint64_t x)
{
	unsigned per = bits < 32 ? 32 / bits : 1;

	reg[i / per] |= x << i % per * bits;
}

static void
fill(struct ref_product *p, bool wild)
{
	memset(lanes, 0, LANES * sizeof(*lanes));
	for (unsigned i = 0; i < p->m * p->k; i++)
		p->a[i] = ref_cell(p->type[1], wild);
	for (unsigned i = 0; i < p->k * p->n; i++)
		p->b[i] = ref_cell(p->type[2], wild);
	for (unsigned i = 0; i < p->m * p->n; i++)
		p->c[i] = ref_cell(p->type[3], wild);
	for (unsigned l = 0; l < LANES; l++) {
		struct cell x;

		for (unsigned i = 0; i < p->m * p->k / LANES; i++) {
			x = cell_a(p, i, l);
			put(lanes[l].a, i, ref_width(p->type[1]),
				p->a[x.row * p->k + x.col]);
		}
		for (unsigned i = 0; i < p->k * p->n / LANES; i++) {
			x = cell_b(p, i, l);
			put(lanes[l].b, i, ref_width(p->type[2]),
				p->b[x.row * p->n + x.col]);
		}
		for (unsigned i = 0; i < p->m * p->n / LANES; i++) {
			x = cell_c(i, l);
			put(lanes[l].c, i, ref_width(p->type[3]),
				p->c[x.row * p->n + x.col]);
		}
	}
}

static unsigned
regs(unsigned cells, enum ptx_type type)
{
	unsigned bits = ref_width(type);

	return bits < 32 ? cells * bits / 32 / LANES : cells / LANES;
}

static void
vector(struct ops_text *t, const char *prefix, unsigned first, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		ops_add(t, "%s%%%s%u", i ? ", " : "{", prefix, first + i);
	ops_add(t, "}");
}

static const char head[] =
	OPS_HEADER ".visible .entry k(.param .u64 p)\n{\n.reg .pred %q<8>;\n"
		   ".reg .b32 %r<64>;\n.reg .b64 %d<64>;\n.reg .b64 %x<4>;\n"
		   "ld.param.u64 %x1, [p];\nmov.u32 %r60, %tid.x;\n"
		   "mul.wide.u32 %x2, %r60, 256;\nadd.u64 %x1, %x1, %x2;\n";

/* A, B and C are loaded to registers 8, 16 and 24 and on; D is 0 and on. */
static void
write_kernel(struct ops_text *t, const struct variant *v)
{
	const struct ref_product *p = &v->p;
	bool wide = p->type[0] == PTX_F64;
	const char *r = wide ? "d" : "r";
	unsigned count[4] = {regs(p->m * p->n, p->type[0]),
		regs(p->m * p->k, p->type[1]), regs(p->k * p->n, p->type[2]),
		regs(p->m * p->n, p->type[3])};

	t->len = 0;
	ops_add(t, "%s", head);
	for (unsigned i = 1; i < 4; i++)
		for (unsigned n = 0; n < count[i]; n++)
			ops_add(t, "ld.global.b%u %%%s%u, [%%x1+%u];\n",
				wide ? 64 : 32, r, 8 * i + n,
				64 * (i - 1) + 8 * n);
	/* Odd lanes come late, from below, and only then have what they
	 * should. */
	ops_add(t,
		"and.b32 %%r61, %%r60, 1;\nsetp.eq.u32 %%q1, %%r61, 1;\n"
		"setp.lt.u32 %%q2, %%r60, 32;\n@%%q1 not.b%u %%%s8, %%%s8;\n"
		"@%%q1 bra LATE;\nHERE: @%%q2 %s ",
		wide ? 64 : 32, r, r, v->text);
	for (unsigned i = 0; i < 4; i++) {
		ops_add(t, "%s", i ? ", " : "");
		vector(t, r, 8 * i, count[i]);
	}
	ops_add(t, ";\n");
	for (unsigned n = 0; n < count[0]; n++)
		ops_add(t, "st.global.b%u [%%x1+%u], %%%s%u;\n", wide ? 64 : 32,
			192 + 8 * n, r, n);
	ops_add(t, "ret;\nLATE: not.b%u %%%s8, %%%s8;\nbra HERE;\n}\n",
		wide ? 64 : 32, r, r);
}

static void
check(const struct variant *v, unsigned round)
{
	const struct ref_product *p = &v->p;
	unsigned bits = ref_width(p->type[0]);

	for (unsigned l = 0; l < LANES; l++)
		for (unsigned i = 0; i < p->m * p->n / LANES; i++) {
			struct cell x = cell_c(i, l);
			uint64_t got = get(lanes[l].d, i, bits);
			uint64_t want = p->d[x.row * p->n + x.col];

			if (got != want)
				T_FAIL("%s, round %u, row %u, column %u: %llx, "
				       "right is %llx",
					v->text, round, x.row, x.col,
					(unsigned long long)got,
					(unsigned long long)want);
		}
}

static void
test_mma(struct variant *v, struct ops_text *t)
{
	struct t_launch l = {.block = {LANES}};
	const void *params[1] = {lanes};
	struct rgpu_ptx_module *module;

	v->p.satfinite = ptx_mod_in(&v->mods, PTX_MOD_SATFINITE);
	ref_shape(&v->p, &v->mods);
	write_kernel(t, v);
	module = t_module(t->data);
	l.kernel = t_kernel(module, "k");
	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(&v->p, round >= ROUNDS / 2);
		ref_product(&v->p);
		if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
			T_FAIL("%s: %s", v->text, l.fault.text);
		else
			check(v, round);
	}
	t_module_free(module);
}

/* Rows of shared memory; row i of all is where lane i points to. */
static void
test_rows(const struct variant *v, struct ops_text *t, bool store)
{
	unsigned count = ptx_mod_in(&v->mods, PTX_MOD_X4) ? 4
		: ptx_mod_in(&v->mods, PTX_MOD_X2)	  ? 2
							  : 1;
	bool trans = ptx_mod_in(&v->mods, PTX_MOD_TRANS);
	bool generic = !ptx_mod_in(&v->mods, PTX_MOD_SHARED) &&
		!ptx_mod_in(&v->mods, PTX_MOD_SHARED_CTA);
	struct t_launch l = {.block = {LANES}};
	const void *params[1] = {lanes};
	struct rgpu_ptx_module *module;

	t->len = 0;
	ops_add(t, "%s", head);
	/* Lane i has its row at 80 * (31 - i), filled with 2 i + n / 2. */
	ops_add(t,
		".shared .align 16 .b8 s[2560];\nmov.u32 %%r59, s;\n"
		"sub.u32 %%r58, 31, %%r60;\nmul.lo.u32 %%r57, %%r58, 80;\n"
		"add.u32 %%r59, %%r59, %%r57;\n");
	for (unsigned i = 0; i < 4; i++)
		ops_add(t,
			"ld.global.u32 %%r%u, [%%x1+%u];\n"
			"st.shared.u32 [%%r59+%u], %%r%u;\n",
			40 + i, 8 * i, 4 * i, store ? 63 : 40 + i);
	for (unsigned i = 0; i < count; i++)
		ops_add(t, "ld.global.u32 %%r%u, [%%x1+%u];\n", 8 + i,
			64 + 8 * i);
	ops_add(t,
		"bar.warp.sync -1;\ncvt.u64.u32 %%x3, %%r59;\n"
		"cvta.shared.u64 %%x3, %%x3;\n%s ",
		v->text);
	if (store)
		ops_add(t, "[%s], ", generic ? "%x3" : "%r59");
	vector(t, "r", store ? 8 : 0, count);
	if (!store)
		ops_add(t, ", [%s]", generic ? "%x3" : "%r59");
	ops_add(t, ";\nbar.warp.sync -1;\n");
	for (unsigned i = 0; i < 4; i++) {
		if (store)
			ops_add(t, "ld.shared.u32 %%r%u, [%%r59+%u];\n", i,
				4 * i);
		if (store || i < count)
			ops_add(t, "st.global.u32 [%%x1+%u], %%r%u;\n",
				192 + 8 * i, i);
	}
	ops_add(t, "ret;\n}\n");
	module = t_module(t->data);
	l.kernel = t_kernel(module, "k");
	memset(lanes, 0, LANES * sizeof(*lanes));
	for (unsigned i = 0; i < LANES; i++)
		for (unsigned n = 0; n < 4; n++) {
			lanes[i].a[n] = (uint32_t)t_random();
			lanes[i].b[n] = (uint32_t)t_random();
		}
	if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", v->text, l.fault.text);
	for (unsigned n = 0; n < count; n++)
		for (unsigned i = 0; i < LANES; i++)
			for (unsigned e = 0; e < 2; e++) {
				/* Lane i has elements 2 * (i % 4) + e of row
				 * i / 4, or of that column. */
				unsigned x = i / 4, y = 2 * (i % 4) + e;
				unsigned row = 8 * n + (trans ? y : x);
				unsigned col = trans ? x : y;
				const struct lane *at = &lanes[row];
				uint64_t reg =
					store ? lanes[i].b[n] : lanes[i].d[n];
				uint64_t mem =
					store ? at->d[col / 2] : at->a[col / 2];

				if ((reg >> 16 * e & 0xffff) !=
					(mem >> 16 * (col % 2) & 0xffff))
					T_FAIL("%s: matrix %u lane %u element "
					       "%u is wrong",
						v->text, n, i, e);
			}
	/* Rows that no matrix has stay as they were. */
	for (unsigned i = 8 * count; i < LANES && store; i++)
		if (lanes[i].d[0] | lanes[i].d[3])
			T_FAIL("%s: row %u was written", v->text, i);
	t_module_free(module);
}

static void
test_movmatrix(const struct variant *v, struct ops_text *t)
{
	struct t_launch l = {.block = {LANES}};
	const void *params[1] = {lanes};
	struct rgpu_ptx_module *module;

	t->len = 0;
	ops_add(t, "%s", head);
	ops_add(t,
		"ld.global.u32 %%r1, [%%x1];\n%s %%r1, %%r1;\n"
		"st.global.u32 [%%x1+192], %%r1;\nret;\n}\n",
		v->text);
	module = t_module(t->data);
	l.kernel = t_kernel(module, "k");
	for (unsigned i = 0; i < LANES; i++)
		lanes[i].a[0] = (uint32_t)t_random();
	if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", v->text, l.fault.text);
	for (unsigned row = 0; row < 8; row++)
		for (unsigned col = 0; col < 8; col++) {
			uint64_t from = lanes[4 * row + col / 2].a[0];
			uint64_t to = lanes[4 * col + row / 2].d[0];

			if ((from >> 16 * (col & 1) & 0xffff) !=
				(to >> 16 * (row & 1) & 0xffff))
				T_FAIL("%s: %u %u is wrong", v->text, row, col);
		}
	t_module_free(module);
}

static void
test_form(const struct ptx_form *form, struct ops_text *t)
{
	static struct variant v;
	unsigned count;

	/* test-ptx-wmma has the others. */
	if (strcmp(form->name, "wmma") == 0)
		return;
	for (size_t n = 0; memset(&v, 0, sizeof(v)),
		    ptx_form_variant(form, n, v.text, sizeof(v.text), &v.mods,
			    v.p.type, &count);
		n++) {
		if (form->build == ptx_build_mma)
			test_mma(&v, t);
		else if (form->build == ptx_build_movmatrix)
			test_movmatrix(&v, t);
		else
			test_rows(&v, t, form->build == ptx_build_stmatrix);
	}
}

static const struct {
	const char *text;
	enum rgpu_ptx_fault_kind kind;
} edges[] = {
	{"ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [s]",
		RGPU_PTX_FAULT_NONE},
	{"ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [s+112]",
		RGPU_PTX_FAULT_NONE},
	{"ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [s+128]",
		RGPU_PTX_FAULT_ADDRESS},
	{"ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [s+8]",
		RGPU_PTX_FAULT_MISALIGNED},
	{"stmatrix.sync.aligned.m8n8.x1.shared.b16 [s+128], {%r1}",
		RGPU_PTX_FAULT_ADDRESS},
	{"wmma.load.a.sync.aligned.row.m8n8k4.shared.f64 {%d1}, [s]",
		RGPU_PTX_FAULT_ADDRESS},
	{"wmma.load.a.sync.aligned.row.m8n8k4.global.f64 {%d1}, [%x1]",
		RGPU_PTX_FAULT_NONE},
	{"wmma.load.a.sync.aligned.row.m8n8k4.global.f64 {%d1}, [%x1+4]",
		RGPU_PTX_FAULT_MISALIGNED},
	{"wmma.store.d.sync.aligned.row.m8n8k4.shared.f64 [s], {%d1,%d2}, 9",
		RGPU_PTX_FAULT_ADDRESS},
};

static void
test_edges(struct ops_text *t)
{
	for (unsigned i = 0; i < RGPU_COUNT(edges); i++) {
		struct t_launch l = {.block = {LANES}};
		const void *params[1] = {lanes};
		struct rgpu_ptx_module *module;

		t->len = 0;
		ops_add(t, "%s", head);
		ops_add(t, ".shared .align 16 .b8 s[128];\n%s;\nret;\n}\n",
			edges[i].text);
		module = t_module(t->data);
		l.kernel = t_kernel(module, "k");
		if (t_run(&l, params) != edges[i].kind)
			T_FAIL("%s: fault %d, \"%s\"", edges[i].text,
				(int)l.fault.kind, l.fault.text);
		t_module_free(module);
	}
}

int
main(void)
{
	struct ops_text text = {0};

	lanes = t_alloc(LANES * sizeof(*lanes));
	for (size_t i = 0; i < ptx_forms_matrix_count; i++)
		test_form(&ptx_forms_matrix[i], &text);
	test_edges(&text);
	free(text.data);
	return t_done();
}
