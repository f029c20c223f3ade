/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of the handlers, made from the lists in ops/.
 */
#ifndef RGPU_SOFTGPU_PTX_CODES_H
#define RGPU_SOFTGPU_PTX_CODES_H

#define OP1(name, ...)	 PTX_X_##name,
#define OP2(name, ...)	 PTX_X_##name,
#define OP3(name, ...)	 PTX_X_##name,
#define OP4(name, ...)	 PTX_X_##name,
#define PRED2(name, ...) PTX_X_##name,
#define FN(name)	 PTX_X_##name,
#define SETP(name, ...)	 PTX_X_SETP_##name,
enum ptx_code_id {
#include "softgpu/ptx/ops/int.h"
	PTX_X_END_int,
	PTX_X_BEFORE_bits = PTX_X_END_int - 1,
#include "softgpu/ptx/ops/bits.h"
	PTX_X_END_bits,
	PTX_X_BEFORE_float = PTX_X_END_bits - 1,
#include "softgpu/ptx/ops/float.h"
	PTX_X_END_float,
	PTX_X_BEFORE_approx = PTX_X_END_float - 1,
#include "softgpu/ptx/ops/approx.h"
	PTX_X_END_approx,
	PTX_X_BEFORE_half = PTX_X_END_approx - 1,
#include "softgpu/ptx/ops/half.h"
	PTX_X_END_half,
	PTX_X_BEFORE_move = PTX_X_END_half - 1,
#include "softgpu/ptx/ops/move.h"
	PTX_X_END_move,
	PTX_X_BEFORE_cvt = PTX_X_END_move - 1,
#include "softgpu/ptx/ops/cvt.h"
	PTX_X_END_cvt,
	PTX_X_BEFORE_mem = PTX_X_END_cvt - 1,
#include "softgpu/ptx/ops/mem.h"
	PTX_X_END_mem,
	PTX_X_BEFORE_atom = PTX_X_END_mem - 1,
#include "softgpu/ptx/ops/atom.h"
	PTX_X_END_atom,
	PTX_X_BEFORE_flow = PTX_X_END_atom - 1,
#include "softgpu/ptx/ops/flow.h"
	PTX_X_END_flow,
	PTX_X_BEFORE_warp = PTX_X_END_flow - 1,
#include "softgpu/ptx/ops/warp.h"
	PTX_X_END_warp,
	PTX_X_BEFORE_matrix = PTX_X_END_warp - 1,
#include "softgpu/ptx/ops/matrix.h"
	PTX_X_END_matrix,
	PTX_X_BEFORE_tex = PTX_X_END_matrix - 1,
#include "softgpu/ptx/ops/tex.h"
	PTX_X_END_tex,
	PTX_X_BEFORE_mbarrier = PTX_X_END_tex - 1,
#include "softgpu/ptx/ops/mbarrier.h"
	PTX_X_COUNT
};
#undef OP1
#undef OP2
#undef OP3
#undef OP4
#undef PRED2
#undef FN
#undef SETP

#endif
