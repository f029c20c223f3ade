/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the table of handlers. Each file of handlers exports one for
 * the instruction set it is compiled for.
 */
#ifndef RGPU_SOFTGPU_PTX_TABLES_H
#define RGPU_SOFTGPU_PTX_TABLES_H

#include "softgpu/ptx/exec.h"

/* The families, in the order of their numbers in enum ptx_code_id. */
#define PTX_FAMILIES(X) \
	X(int)          \
	X(bits)         \
	X(float)        \
	X(approx)       \
	X(half)         \
	X(move)         \
	X(cvt) X(mem) X(atom) X(flow) X(warp) X(matrix) X(tex) X(mbarrier)

#define PTX_DECLARE_ISA(isa)                               \
	extern ptx_exec *const ptx_table_int_##isa[];      \
	extern ptx_exec *const ptx_table_bits_##isa[];     \
	extern ptx_exec *const ptx_table_float_##isa[];    \
	extern ptx_exec *const ptx_table_approx_##isa[];   \
	extern ptx_exec *const ptx_table_half_##isa[];     \
	extern ptx_exec *const ptx_table_move_##isa[];     \
	extern ptx_exec *const ptx_table_cvt_##isa[];      \
	extern ptx_exec *const ptx_table_mem_##isa[];      \
	extern ptx_exec *const ptx_table_atom_##isa[];     \
	extern ptx_exec *const ptx_table_flow_##isa[];     \
	extern ptx_exec *const ptx_table_warp_##isa[];     \
	extern ptx_exec *const ptx_table_matrix_##isa[];   \
	extern ptx_exec *const ptx_table_tex_##isa[];      \
	extern ptx_exec *const ptx_table_mbarrier_##isa[]; \
	enum ptx_warp_status ptx_run_##isa(struct ptx_warp *warp)
PTX_DECLARE_ISA(generic);
PTX_DECLARE_ISA(v2);
PTX_DECLARE_ISA(v3);
PTX_DECLARE_ISA(v4);

#endif
