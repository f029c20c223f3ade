/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: products of matrices held by a warp, and how they get there.
 *
 * Sums of floating-point products: each product is exact in single precision
 * but for what .bf16 and .tf32 lose beyond its range, and they are added to
 * the element of C one by one, in the order of k, each sum rounded to nearest;
 * a result in .f16 is rounded once more at the end. GPUs add several products
 * at once and cut what is far below the largest, in an order that is not
 * documented. f64 is a chain of fma.rn.f64 in the order of k.
 */
#include "config.h"
#include "softgpu/ptx/exec-address.h"
#include "softgpu/ptx/matrix.h"
#include "softgpu/ptx/soft.h"
#include "softgpu/ptx/tables.h"

#define SIDE_MAX  32
#define CELLS_MAX 512 /* of A, B, C, D: 16 x 32, 32 x 16 */

PTX_HANDLER(MAT_IN)
{
	struct ptx_matrices *x = &w->block->matrices;

	(void)mask;
	for (unsigned n = 0; n < op->x[PTX_MAT_COUNT]; n++)
		x->in[op->x[PTX_MAT_FIRST] + n] = ptx_at(w, op->r[n]);
	return op + 1;
}

PTX_HANDLER(MAT_OUT)
{
	const struct ptx_matrices *x = &w->block->matrices;
	unsigned first = op->x[PTX_MAT_FIRST];

	for (unsigned n = 0; n < op->x[PTX_MAT_COUNT]; n++)
		if (op->x[PTX_MAT_WIDE])
			ptx_put64(
				PTX_DST(uint64_t, n), x->out[first + n], mask);
		else
			ptx_put32(
				PTX_DST(uint32_t, n), x->out[first + n], mask);
	return op + 1;
}

enum role { MATRIX_A, MATRIX_B, MATRIX_C };

/* Where the elements of a matrix lie; cells are in rows. */
struct layout {
	enum role role;
	unsigned rows, cols;
	unsigned per; /* elements of a register */
	bool wmma;
};

/* The cell of element e of register `reg` of a lane: see matrix.h. */
static inline unsigned
cell_of(const struct layout *l, unsigned reg, unsigned e, unsigned lane)
{
	unsigned g = lane >> 2, t = lane & 3, pairs = l->rows > 8 ? 2 : 1;
	unsigned index = reg * l->per + e;

	if (l->wmma)
		return (index * PTX_LANES + lane) % (l->rows * l->cols);
	switch (l->role) {
	case MATRIX_A:
		return (g + 8 * (reg % pairs)) * l->cols +
			reg / pairs * 4 * l->per + t * l->per + e;
	case MATRIX_B: return (reg * 4 * l->per + t * l->per + e) * l->cols + g;
	default: return (g + index / 2 * 8) * l->cols + 2 * t + index % 2;
	}
}

static unsigned
per_register(unsigned type)
{
	unsigned size = ptx_type_size((enum ptx_type)type);

	return size < 4 ? 4 / size : 1;
}

static struct layout
layout_of(const struct ptx_op *op, enum role role)
{
	const struct ptx_mma_size *s = &ptx_mma_sizes[op->x[PTX_MMA_SHAPE]];
	struct layout l = {
		.role = role, .wmma = op->x[PTX_MMA_FLAGS] & PTX_MMA_WMMA};

	l.rows = role == MATRIX_B ? s->k : s->m;
	l.cols = role == MATRIX_A ? s->k : s->n;
	return l;
}

/* Element e of 32 registers as numbers. */
static inline void
unpack(float *to, const uint32_t *reg, unsigned e, unsigned type)
{
	switch (type) {
	case PTX_F16:
		PTX_FOR_LANES to[i] = ptx_from_f16(reg[i] >> 16 * e & 0xffff);
		break;
	case PTX_BF16:
		PTX_FOR_LANES to[i] = ptx_from_bf16(reg[i] >> 16 * e & 0xffff);
		break;
	case PTX_E4M3:
	case PTX_E5M2:
		PTX_FOR_LANES to[i] =
			ptx_from_fp8(reg[i] >> 8 * e & 0xff, type == PTX_E5M2);
		break;
	/* The lower bits do not count. */
	case PTX_TF32:
		PTX_FOR_LANES to[i] = ptx_float32(reg[i] & 0xffffe000);
		break;
	default: PTX_FOR_LANES to[i] = ptx_float32(reg[i]);
	}
}

static void
take_floats(float *cells, struct layout l, const void *const *in, unsigned regs,
	unsigned type)
{
	float lane[PTX_LANES];

	l.per = per_register(type);
	for (unsigned reg = 0; reg < regs; reg++)
		for (unsigned e = 0; e < l.per; e++) {
			unpack(lane, in[reg], e, type);
			PTX_FOR_LANES
			cells[cell_of(&l, reg, e, i)] = lane[i];
		}
}

static void
take_ints(int32_t *cells, struct layout l, const void *const *in, unsigned regs,
	unsigned type)
{
	l.per = per_register(type);
	for (unsigned reg = 0; reg < regs; reg++)
		for (unsigned e = 0; e < l.per; e++)
			PTX_FOR_LANES
			{
				uint32_t x = ((const uint32_t *)in[reg])[i];

				if (type == PTX_S8)
					x = (uint32_t)(int8_t)(x >> 8 * e);
				else if (type == PTX_U8)
					x = (uint8_t)(x >> 8 * e);
				cells[cell_of(&l, reg, e, i)] = (int32_t)x;
			}
}

/* d = a * b + d; columns in groups of eight, which is a vector. */
static void
multiply(float *d, const float *a, const float *b, unsigned m, unsigned n,
	unsigned k)
{
	for (unsigned row = 0; row < m; row++)
		for (unsigned col = 0; col < n; col += 8) {
			float sum[8];

			memcpy(sum, d + row * n + col, sizeof(sum));
			for (unsigned i = 0; i < k; i++)
				for (unsigned c = 0; c < 8; c++)
					sum[c] += a[row * k + i] *
						b[i * n + col + c];
			memcpy(d + row * n + col, sum, sizeof(sum));
		}
}

static void
give_floats(struct ptx_matrices *x, struct layout l, const float *cells,
	unsigned type)
{
	unsigned regs;

	l.per = per_register(type);
	regs = l.rows * l.cols / PTX_LANES / l.per;
	for (unsigned reg = 0; reg < regs; reg++) {
		uint32_t *out = (uint32_t *)x->out[reg];

		PTX_FOR_LANES
		{
			float lo = cells[cell_of(&l, reg, 0, i)];

			out[i] = type == PTX_F16 ? ptx_to_f16(lo)
						 : ptx_bits32(ptx_canon32(lo));
		}
		if (type != PTX_F16)
			continue;
		PTX_FOR_LANES
		out[i] |= ptx_to_f16(cells[cell_of(&l, reg, 1, i)]) << 16;
	}
}

PTX_HANDLER(MMA_FLOAT)
{
	const struct ptx_mma_size *s = &ptx_mma_sizes[op->x[PTX_MMA_SHAPE]];
	unsigned na = op->x[PTX_MMA_REGS_A], nb = op->x[PTX_MMA_REGS_B];
	struct ptx_matrices *x = &w->block->matrices;
	float a[CELLS_MAX], b[CELLS_MAX], c[CELLS_MAX];

	(void)mask;
	take_floats(a, layout_of(op, MATRIX_A), x->in, na, op->x[PTX_MMA_A]);
	take_floats(
		b, layout_of(op, MATRIX_B), x->in + na, nb, op->x[PTX_MMA_B]);
	take_floats(c, layout_of(op, MATRIX_C), x->in + na + nb,
		s->m * s->n / PTX_LANES / per_register(op->x[PTX_MMA_C]),
		op->x[PTX_MMA_C]);
	multiply(c, a, b, s->m, s->n, s->k);
	give_floats(x, layout_of(op, MATRIX_C), c, op->x[PTX_MMA_D]);
	return op + 1;
}

static void
take_doubles(
	double *cells, struct layout l, const void *const *in, unsigned regs)
{
	l.per = 1;
	for (unsigned reg = 0; reg < regs; reg++)
		PTX_FOR_LANES
	cells[cell_of(&l, reg, 0, i)] = ((const double *)in[reg])[i];
}

PTX_HANDLER(MMA_F64)
{
	const struct ptx_mma_size *s = &ptx_mma_sizes[op->x[PTX_MMA_SHAPE]];
	unsigned na = op->x[PTX_MMA_REGS_A], nb = op->x[PTX_MMA_REGS_B];
	unsigned nc = s->m * s->n / PTX_LANES;
	struct layout l = layout_of(op, MATRIX_C);
	struct ptx_matrices *x = &w->block->matrices;
	double a[CELLS_MAX], b[CELLS_MAX], c[CELLS_MAX];

	(void)mask;
	take_doubles(a, layout_of(op, MATRIX_A), x->in, na);
	take_doubles(b, layout_of(op, MATRIX_B), x->in + na, nb);
	take_doubles(c, l, x->in + na + nb, nc);
	for (unsigned row = 0; row < s->m; row++)
		for (unsigned i = 0; i < s->k; i++)
			for (unsigned col = 0; col < s->n; col++)
				c[row * s->n + col] = ptx_fma(a[row * s->k + i],
					b[i * s->n + col], c[row * s->n + col]);
	l.per = 1;
	for (unsigned reg = 0; reg < nc; reg++)
		PTX_FOR_LANES
	x->out[reg][i] = ptx_bits64(ptx_canon64(c[cell_of(&l, reg, 0, i)]));
	return op + 1;
}

PTX_HANDLER(MMA_INT)
{
	const struct ptx_mma_size *s = &ptx_mma_sizes[op->x[PTX_MMA_SHAPE]];
	unsigned na = op->x[PTX_MMA_REGS_A], nb = op->x[PTX_MMA_REGS_B];
	unsigned nc = s->m * s->n / PTX_LANES;
	bool saturate = op->x[PTX_MMA_FLAGS] & PTX_MMA_SATFINITE;
	struct layout l = layout_of(op, MATRIX_C);
	struct ptx_matrices *x = &w->block->matrices;
	int32_t a[CELLS_MAX], b[CELLS_MAX], c[CELLS_MAX];

	(void)mask;
	take_ints(a, layout_of(op, MATRIX_A), x->in, na, op->x[PTX_MMA_A]);
	take_ints(b, layout_of(op, MATRIX_B), x->in + na, nb, op->x[PTX_MMA_B]);
	take_ints(c, l, x->in + na + nb, nc, PTX_S32);
	l.per = 1;
	for (unsigned reg = 0; reg < nc; reg++)
		PTX_FOR_LANES
		{
			unsigned cell = cell_of(&l, reg, 0, i);
			int64_t sum = c[cell];

			for (unsigned k = 0; k < s->k; k++)
				sum += a[cell / s->n * s->k + k] *
					b[k * s->n + cell % s->n];
			if (saturate && sum > INT32_MAX)
				sum = INT32_MAX;
			if (saturate && sum < INT32_MIN)
				sum = INT32_MIN;
			((uint32_t *)x->out[reg])[i] = (uint32_t)sum;
		}
	return op + 1;
}

/* Eight rows of 16 bytes for each matrix. */
typedef uint16_t rows_of_halves[PTX_LANES][8];

/* The first lanes give the addresses of rows, eight a matrix. */
static bool
find_rows(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint64_t *a, bool write)
{
	unsigned rows = 8 * op->x[PTX_MEM_OP];

	if (rows < PTX_LANES)
		mask &= (1u << rows) - 1;
	return !mask || ptx_locate(w, op, mask, a, 16, write);
}

/* The two cells of lane i in matrix n: column pairs of a row, or transposed. */
static inline uint16_t *
half_of(rows_of_halves rows, unsigned n, unsigned i, unsigned which, bool trans)
{
	unsigned row = i / 4, col = 2 * (i % 4) + which;

	return trans ? &rows[8 * n + col][row] : &rows[8 * n + row][col];
}

PTX_HANDLER(LDMATRIX)
{
	rows_of_halves rows = {{0}};
	uint64_t a[PTX_LANES];
	bool trans = op->x[PTX_MEM_MODE];

	if (!find_rows(w, op, mask, a, false))
		return w->stop;
	PTX_FOR_MASK(i, mask)
	if (i < 8u * op->x[PTX_MEM_OP])
		memcpy(rows[i], (const void *)(uintptr_t)a[i], 16);
	for (unsigned n = 0; n < op->x[PTX_MEM_OP]; n++) {
		uint32_t *d = PTX_DST(uint32_t, n);

		PTX_FOR_MASK(i, mask)
		d[i] = (uint32_t)*half_of(rows, n, i, 1, trans) << 16 |
			*half_of(rows, n, i, 0, trans);
	}
	return op + 1;
}

PTX_HANDLER(STMATRIX)
{
	rows_of_halves rows = {{0}};
	uint64_t a[PTX_LANES];
	bool trans = op->x[PTX_MEM_MODE];

	if (!find_rows(w, op, mask, a, true))
		return w->stop;
	for (unsigned n = 0; n < op->x[PTX_MEM_OP]; n++) {
		const uint32_t *s = PTX_SRC(uint32_t, n);

		PTX_FOR_MASK(i, mask)
		{
			*half_of(rows, n, i, 0, trans) = (uint16_t)s[i];
			*half_of(rows, n, i, 1, trans) = (uint16_t)(s[i] >> 16);
		}
	}
	PTX_FOR_MASK(i, mask)
	if (i < 8u * op->x[PTX_MEM_OP])
		memcpy((void *)(uintptr_t)a[i], rows[i], 16);
	return op + 1;
}

PTX_HANDLER(MOVMATRIX)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1);
	uint32_t *d = PTX_DST(uint32_t, 0);
	rows_of_halves rows = {{0}};

	PTX_FOR_MASK(i, mask)
	{
		*half_of(rows, 0, i, 0, false) = (uint16_t)a[i];
		*half_of(rows, 0, i, 1, false) = (uint16_t)(a[i] >> 16);
	}
	PTX_FOR_MASK(i, mask)
	d[i] = (uint32_t)*half_of(rows, 0, i, 1, true) << 16 |
		*half_of(rows, 0, i, 0, true);
	return op + 1;
}

/* Host pointers of all rows, or columns, of a matrix; its place is what the
 * first lane says: it is the same for all. */
static bool
find_lines(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint64_t *line, bool write)
{
	unsigned first = (unsigned)__builtin_ctz(mask), size;
	bool columns = op->x[PTX_MAT_BY_COLUMN];
	unsigned lines = op->x[columns ? PTX_MAT_COLS : PTX_MAT_ROWS];
	unsigned length = op->x[columns ? PTX_MAT_ROWS : PTX_MAT_COLS];
	uint32_t stride = PTX_SRC(uint32_t, 5)[first], bad;
	uint32_t all = (uint32_t)(((uint64_t)1 << lines) - 1);
	uint64_t a[PTX_LANES], start;

	size = op->x[PTX_MEM_SIZE];
	ptx_addresses(w, op, a);
	start = a[first];
	if (start % size) {
		ptx_fault(w, op, mask, RGPU_PTX_FAULT_MISALIGNED, start, NULL);
		return false;
	}
	PTX_FOR_LANES
	line[i] = a[i] = start + (uint64_t)i * stride * size;
	bad = ptx_locate_lanes(w, op, all, line, length * size, write);
	if (bad)
		ptx_fault(w, op, mask, RGPU_PTX_FAULT_ADDRESS,
			a[__builtin_ctz(bad)], NULL);
	return !bad;
}

/* What both directions walk: element e of register reg of lane i. */
static inline uint8_t *
element_at(const struct ptx_op *op, const uint64_t *line, unsigned reg,
	unsigned e, unsigned i)
{
	unsigned size = op->x[PTX_MEM_SIZE], cols = op->x[PTX_MAT_COLS];
	struct layout l = {.rows = op->x[PTX_MAT_ROWS],
		.cols = cols,
		.per = size < 4 ? 4 / size : 1,
		.wmma = true};
	unsigned cell = cell_of(&l, reg, e, i);
	unsigned row = cell / cols, col = cell % cols;

	return op->x[PTX_MAT_BY_COLUMN]
		? (uint8_t *)(uintptr_t)line[col] + row * size
		: (uint8_t *)(uintptr_t)line[row] + col * size;
}

PTX_HANDLER(WMMA_LOAD)
{
	unsigned size = op->x[PTX_MEM_SIZE], per = size < 4 ? 4 / size : 1;
	struct ptx_matrices *x = &w->block->matrices;
	uint64_t line[PTX_LANES];

	if (!find_lines(w, op, mask, line, false))
		return w->stop;
	for (unsigned reg = 0; reg < op->x[PTX_MEM_COUNT]; reg++)
		for (unsigned e = 0; e < per; e++)
			PTX_FOR_LANES
			{
				uint8_t *out = (uint8_t *)x->out[reg];

				memcpy(out + (size < 4 ? 4 : size) * i +
						e * size,
					element_at(op, line, reg, e, i), size);
			}
	return op + 1;
}

PTX_HANDLER(WMMA_STORE)
{
	unsigned size = op->x[PTX_MEM_SIZE], per = size < 4 ? 4 / size : 1;
	struct ptx_matrices *x = &w->block->matrices;
	uint64_t line[PTX_LANES];

	if (!find_lines(w, op, mask, line, true))
		return w->stop;
	for (unsigned reg = 0; reg < op->x[PTX_MEM_COUNT]; reg++)
		for (unsigned e = 0; e < per; e++)
			PTX_FOR_MASK(i, mask)
			{
				const uint8_t *from = x->in[reg];

				memcpy(element_at(op, line, reg, e, i),
					from + (size < 4 ? 4 : size) * i +
						e * size,
					size);
			}
	return op + 1;
}

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_matrix)[] = {
#include "softgpu/ptx/ops/matrix.h"
};
