/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrices that the lanes of a warp hold together: what builders tell handlers
 * about them.
 *
 * mma: PTX says which lane has which element (PTX ISA 9.0, "Matrix fragments
 * for mma"). With four lanes t = lane % 4 to a row and eight g = lane / 4 of
 * rows, all shapes are one rule, where `per` is the elements of a register:
 * register j of A has the columns 4 * per * c + per * t ... of the row g, or
 * g + 8 for odd j, where 16 rows take two registers and c counts the pairs;
 * register j of B has the rows 4 * per * j + per * t ... of the column g;
 * register j of C and D the columns 2 * t and 2 * t + 1 of the row g, then of
 * g + 8. wmma leaves it open: element number i of lane l is number 32 * i + l
 * of the matrix, in rows; where there is room for twice as many, all are held
 * twice, as programs know how many registers there are.
 */
#ifndef RGPU_SOFTGPU_PTX_MATRIX_H
#define RGPU_SOFTGPU_PTX_MATRIX_H

/* Registers of one lane for A, B and C together, and for D. */
#define PTX_MATRIX_IN  24
#define PTX_MATRIX_OUT 8

/* MAT_IN, MAT_OUT: registers r[0 .. count-1] are number `first` and on. */
enum ptx_mat_field {
	PTX_MAT_FIRST,
	PTX_MAT_COUNT,
	PTX_MAT_WIDE, /* lanes of 64 bits */
};

/* MMA and its kinds; registers of A come first, then those of B, of C. */
enum ptx_mma_field {
	PTX_MMA_SHAPE, /* enum ptx_mma_shape */
	PTX_MMA_A,     /* enum ptx_type of its elements */
	PTX_MMA_B,
	PTX_MMA_C,
	PTX_MMA_D,
	PTX_MMA_FLAGS,
	PTX_MMA_REGS_A,
	PTX_MMA_REGS_B,
};
enum {
	PTX_MMA_SATFINITE = 1,
	PTX_MMA_WMMA = 2, /* elements lie as wmma has them */
};

enum ptx_mma_shape {
	PTX_M8N8K4,
	PTX_M8N8K16,
	PTX_M16N8K4,
	PTX_M16N8K8,
	PTX_M16N8K16,
	PTX_M16N8K32,
	PTX_M16N16K8,
	PTX_M16N16K16,
	PTX_M32N8K16,
	PTX_M8N32K16,
	PTX_MMA_SHAPES,
};
struct ptx_mma_size {
	unsigned m, n, k;
};
static const struct ptx_mma_size ptx_mma_sizes[PTX_MMA_SHAPES] = {
	[PTX_M8N8K4] = {8, 8, 4},
	[PTX_M8N8K16] = {8, 8, 16},
	[PTX_M16N8K4] = {16, 8, 4},
	[PTX_M16N8K8] = {16, 8, 8},
	[PTX_M16N8K16] = {16, 8, 16},
	[PTX_M16N8K32] = {16, 8, 32},
	[PTX_M16N16K8] = {16, 16, 8},
	[PTX_M16N16K16] = {16, 16, 16},
	[PTX_M32N8K16] = {32, 8, 16},
	[PTX_M8N32K16] = {8, 32, 16},
};

/* Memory operations on matrices use these fields of enum ptx_mem_field for
 * other things: ldmatrix and stmatrix have PTX_MEM_OP matrices, transposed if
 * PTX_MEM_MODE; wmma.load and .store have rows, columns, and whether columns
 * lie together. */
#define PTX_MAT_ROWS	  PTX_MEM_OP
#define PTX_MAT_COLS	  PTX_MEM_FLAGS
#define PTX_MAT_BY_COLUMN PTX_MEM_MODE

#endif
