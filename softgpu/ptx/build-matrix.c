/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: matrices held by a warp.
 */
#include "config.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/matrix.h"
#include "softgpu/ptx/mem.h"

/* Registers of one operand, in their order. */
struct fragment {
	uint32_t operand[PTX_MATRIX_OUT];
	unsigned count;
	bool wide;
};

static enum ptx_mma_shape
shape_of(const struct ptx_insn *in)
{
	static const enum ptx_mod mods[PTX_MMA_SHAPES] = {
		[PTX_M8N8K4] = PTX_MOD_M8N8K4,
		[PTX_M8N8K16] = PTX_MOD_M8N8K16,
		[PTX_M16N8K4] = PTX_MOD_M16N8K4,
		[PTX_M16N8K8] = PTX_MOD_M16N8K8,
		[PTX_M16N8K16] = PTX_MOD_M16N8K16,
		[PTX_M16N8K32] = PTX_MOD_M16N8K32,
		[PTX_M16N16K8] = PTX_MOD_M16N16K8,
		[PTX_M16N16K16] = PTX_MOD_M16N16K16,
		[PTX_M32N8K16] = PTX_MOD_M32N8K16,
		[PTX_M8N32K16] = PTX_MOD_M8N32K16,
	};
	unsigned i = 0;

	while (i < PTX_MMA_SHAPES - 1 && !ptx_has(in, mods[i]))
		i++;
	return (enum ptx_mma_shape)i;
}

/* How many registers of a lane hold this many elements. */
static unsigned
registers(unsigned elements, enum ptx_type type)
{
	unsigned size = ptx_type_size(type);

	return elements / PTX_LANES / (size < 4 ? 4 / size : 1);
}

/* A vector of registers, or one that stands for itself. */
static int
get_fragment(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, unsigned count, enum ptx_type type,
	bool result, struct fragment *f)
{
	const struct ptx_arg *list =
		arg->kind == PTX_ARG_VECTOR ? arg->list : arg;
	unsigned has = arg->kind == PTX_ARG_VECTOR ? arg->count : 1;

	f->count = count;
	f->wide = type == PTX_F64;
	if (has != count)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has a matrix of %u registers where it takes %u", has,
			count);
	for (unsigned i = 0; i < count; i++) {
		f->operand[i] = result
			? ptx_dest(dec, &list[i], f->wide ? 64 : 32)
			: ptx_source(dec, in, &list[i],
				  f->wide		    ? PTX_F64
					  : type == PTX_F32 ? PTX_F32
							    : PTX_B32);
		if (result ? !f->operand[i] : f->operand[i] == PTX_BAD_OPERAND)
			return -1;
	}
	return 0;
}

static int
converge(struct ptx_dec *dec)
{
	return ptx_emit(dec, PTX_X_CONVERGE) ? 0 : -1;
}

/* Sources or results in as many operations as that takes. */
static int
emit_registers(struct ptx_dec *dec, const uint32_t *operand, unsigned count,
	bool wide, bool result)
{
	for (unsigned i = 0; i < count; i += PTX_OPERANDS) {
		unsigned n =
			count - i < PTX_OPERANDS ? count - i : PTX_OPERANDS;
		struct ptx_op *op =
			ptx_emit(dec, result ? PTX_X_MAT_OUT : PTX_X_MAT_IN);

		if (!op)
			return -1;
		op->x[PTX_MAT_FIRST] = (uint8_t)i;
		op->x[PTX_MAT_COUNT] = (uint8_t)n;
		op->x[PTX_MAT_WIDE] = wide;
		for (unsigned k = 0; k < n; k++)
			if (result ? ptx_set_def(dec, k, operand[i + k])
				   : ptx_set(dec, k, operand[i + k]))
				return -1;
	}
	return 0;
}

/* d, a, b, c, whose types are known */
static int
build_mma(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form, const enum ptx_type *type, bool wmma)
{
	enum ptx_mma_shape shape = shape_of(in);
	const struct ptx_mma_size *size = &ptx_mma_sizes[shape];
	bool twice = wmma && type[1] == PTX_F16;
	unsigned count[4] = {
		registers(size->m * size->n, type[0]),
		twice ? 8 : registers(size->m * size->k, type[1]),
		twice ? 8 : registers(size->k * size->n, type[2]),
		registers(size->m * size->n, type[3]),
	};
	uint32_t source[PTX_MATRIX_IN];
	struct fragment f, d;
	struct ptx_op *op;
	unsigned n = 0;

	if (ptx_want_args(dec, in, 4, 4) ||
		get_fragment(dec, in, &in->arg[0], count[0], type[0], true, &d))
		return -1;
	for (unsigned i = 1; i < 4; i++) {
		if (get_fragment(
			    dec, in, &in->arg[i], count[i], type[i], false, &f))
			return -1;
		for (unsigned k = 0; k < f.count; k++)
			source[n++] = f.operand[k];
	}
	if (converge(dec) || emit_registers(dec, source, n, d.wide, false))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op)
		return -1;
	op->x[PTX_MMA_SHAPE] = (uint8_t)shape;
	op->x[PTX_MMA_A] = (uint8_t)type[1];
	op->x[PTX_MMA_B] = (uint8_t)type[2];
	op->x[PTX_MMA_C] = (uint8_t)type[3];
	op->x[PTX_MMA_D] = (uint8_t)type[0];
	op->x[PTX_MMA_FLAGS] =
		(uint8_t)((ptx_has(in, PTX_MOD_SATFINITE) ? PTX_MMA_SATFINITE
							  : 0) |
			(wmma ? PTX_MMA_WMMA : 0));
	op->x[PTX_MMA_REGS_A] = (uint8_t)count[1];
	op->x[PTX_MMA_REGS_B] = (uint8_t)count[2];
	return emit_registers(dec, d.operand, d.count, d.wide, true);
}

int
ptx_build_mma(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	return build_mma(dec, in, form, in->types, false);
}

/* wmma.mma names the types of d and c alone where a and b are f16. */
int
ptx_build_wmma(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	enum ptx_type half[4] = {in->types[0], PTX_F16, PTX_F16, in->types[1]};

	return build_mma(
		dec, in, form, in->type_count == 2 ? half : in->types, true);
}

/* Rows and columns of what wmma.load and .store move. */
static void
matrix_size(const struct ptx_insn *in, unsigned *rows, unsigned *cols)
{
	const struct ptx_mma_size *size = &ptx_mma_sizes[shape_of(in)];

	*rows = ptx_has(in, PTX_MOD_MAT_B) ? size->k : size->m;
	*cols = ptx_has(in, PTX_MOD_MAT_A) ? size->k : size->n;
}

/* The address, and the stride: without one rows lie side by side. */
struct matrix_place {
	struct ptx_address address;
	uint32_t stride;
};

static int
get_place(struct ptx_dec *dec, const struct ptx_insn *in, unsigned at,
	unsigned line, unsigned stride_at, struct matrix_place *place)
{
	place->stride = in->args > stride_at
		? ptx_source(dec, in, &in->arg[stride_at], PTX_U32)
		: ptx_const(dec, line, 32);
	if (place->stride == PTX_BAD_OPERAND)
		return -1;
	return ptx_get_address(
		dec, in, &in->arg[at], ptx_space_of(in), &place->address);
}

static int
emit_access(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form, const struct matrix_place *place,
	unsigned count)
{
	struct ptx_op *op = ptx_emit(dec, form->op);
	unsigned rows, cols;

	matrix_size(in, &rows, &cols);
	if (!op ||
		ptx_set_address(
			dec, &place->address, ptx_type_size(in->types[0]), 1) ||
		ptx_set(dec, 5, place->stride))
		return -1;
	op->x[PTX_MEM_COUNT] = (uint8_t)count;
	op->x[PTX_MAT_ROWS] = (uint8_t)rows;
	op->x[PTX_MAT_COLS] = (uint8_t)cols;
	op->x[PTX_MAT_BY_COLUMN] = ptx_has(in, PTX_MOD_COL);
	return 0;
}

static unsigned
count_of(const struct ptx_insn *in)
{
	bool source = ptx_has(in, PTX_MOD_MAT_A) || ptx_has(in, PTX_MOD_MAT_B);
	unsigned rows, cols;

	matrix_size(in, &rows, &cols);
	return source && in->types[0] == PTX_F16
		? 8
		: registers(rows * cols, in->types[0]);
}

static unsigned
line_of(const struct ptx_insn *in)
{
	unsigned rows, cols;

	matrix_size(in, &rows, &cols);
	return ptx_has(in, PTX_MOD_COL) ? rows : cols;
}

/* wmma.load.a.sync.aligned... r, [p]{, stride} */
int
ptx_build_wmma_load(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	struct matrix_place place;
	struct fragment d;

	if (ptx_want_args(dec, in, 2, 3) ||
		get_fragment(dec, in, &in->arg[0], count_of(in), in->types[0],
			true, &d) ||
		get_place(dec, in, 1, line_of(in), 2, &place) ||
		converge(dec) || emit_access(dec, in, form, &place, d.count))
		return -1;
	return emit_registers(dec, d.operand, d.count, d.wide, true);
}

/* wmma.store.d.sync.aligned... [p], r{, stride} */
int
ptx_build_wmma_store(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	struct matrix_place place;
	struct fragment f;

	if (ptx_want_args(dec, in, 2, 3) ||
		get_fragment(dec, in, &in->arg[1], count_of(in), in->types[0],
			false, &f) ||
		get_place(dec, in, 0, line_of(in), 2, &place) ||
		converge(dec) ||
		emit_registers(dec, f.operand, f.count, f.wide, false))
		return -1;
	return emit_access(dec, in, form, &place, f.count);
}

/* Rows of 16 bytes in shared memory: the address as any other. */
static int
build_rows(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form, bool store)
{
	unsigned count = ptx_has(in, PTX_MOD_X4) ? 4
		: ptx_has(in, PTX_MOD_X2)	 ? 2
						 : 1;
	struct ptx_address a;
	struct fragment f;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 2, 2) ||
		get_fragment(dec, in, &in->arg[store ? 1 : 0], count, PTX_B32,
			!store, &f) ||
		ptx_get_address(dec, in, &in->arg[store ? 0 : 1],
			ptx_space_of(in), &a) ||
		converge(dec))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op || ptx_set_address(dec, &a, 16, 1))
		return -1;
	op->x[PTX_MEM_OP] = (uint8_t)count;
	op->x[PTX_MEM_MODE] = ptx_has(in, PTX_MOD_TRANS);
	for (unsigned i = 0; i < count; i++)
		if (store ? ptx_set(dec, i, f.operand[i])
			  : ptx_set_def(dec, i, f.operand[i]))
			return -1;
	return 0;
}

int
ptx_build_ldmatrix(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	return build_rows(dec, in, form, false);
}

int
ptx_build_stmatrix(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	return build_rows(dec, in, form, true);
}

int
ptx_build_movmatrix(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, a;

	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 32);
	a = ptx_source(dec, in, &in->arg[1], PTX_B32);
	if (!d || a == PTX_BAD_OPERAND || converge(dec) ||
		!ptx_emit(dec, form->op) || ptx_set_def(dec, 0, d))
		return -1;
	return ptx_set(dec, 1, a);
}
