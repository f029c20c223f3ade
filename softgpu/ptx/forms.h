/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the table of forms, and the builders they name.
 */
#ifndef RGPU_SOFTGPU_PTX_FORMS_H
#define RGPU_SOFTGPU_PTX_FORMS_H

#include "softgpu/ptx/optab.h"

#define PTX_FORMS(name)                                  \
	extern const struct ptx_form ptx_forms_##name[]; \
	extern const size_t ptx_forms_##name##_count
PTX_FORMS(int);
PTX_FORMS(bits);
PTX_FORMS(float);
PTX_FORMS(half);
PTX_FORMS(move);
PTX_FORMS(cvt);
PTX_FORMS(mem);
PTX_FORMS(flow);
PTX_FORMS(warp);
PTX_FORMS(video);
PTX_FORMS(copy);
PTX_FORMS(matrix);
PTX_FORMS(tex);
PTX_FORMS(mbarrier);
#undef PTX_FORMS

/*
 * Operands by the letters of form->args:
 *   d destination of the first type     D destination twice as wide
 *   e destination of 32 bits            q destination predicate
 *   a source of the first type          A source twice as wide
 *   b source of the second type         c source of the third type
 *   w source of 32 bits                 p source predicate, '!' allowed
 *   i immediate number below 256, kept in op->x[0]
 * The operation is form->op with form->x in op->x[1].
 */
ptx_build ptx_build_alu;

/* The same; .rn without .ftz is form->op, .rn.ftz the next, and all other
 * roundings and .sat the one after, with PTX_FP_* flags in op->x[0]. */
ptx_build ptx_build_float;

/* The same; x[0] gets the PTX_FP_* flags, one operation for all. */
ptx_build ptx_build_flags;

ptx_build ptx_build_carry, ptx_build_lop3;
ptx_build ptx_build_mov, ptx_build_cvta, ptx_build_isspacep;
ptx_build ptx_build_setp, ptx_build_set, ptx_build_slct;
ptx_build ptx_build_cvt, ptx_build_cvt_small, ptx_build_video, ptx_build_copy;
ptx_build ptx_build_mma, ptx_build_wmma, ptx_build_wmma_load;
ptx_build ptx_build_wmma_store, ptx_build_ldmatrix, ptx_build_stmatrix;
ptx_build ptx_build_tex, ptx_build_suld, ptx_build_sust;
ptx_build ptx_build_movmatrix, ptx_build_mbarrier, ptx_build_mbarrier_wait;
ptx_build ptx_build_mbarrier_pending;
ptx_build ptx_build_ld, ptx_build_st, ptx_build_atom, ptx_build_void;
ptx_build ptx_build_fence;
ptx_build ptx_build_bra, ptx_build_brx, ptx_build_call, ptx_build_simple;
ptx_build ptx_build_alloca, ptx_build_stack, ptx_build_nanosleep;
ptx_build ptx_build_bar, ptx_build_shfl, ptx_build_vote, ptx_build_match;
ptx_build ptx_build_redux, ptx_build_elect, ptx_build_warp_bar;

/* op->x[0] of floating-point operations and conversions. */
enum ptx_fp_flags {
	PTX_FP_RZ = 1,
	PTX_FP_RM = 2,
	PTX_FP_RP = 3,
	PTX_FP_ROUND = 3, /* mask; 0 is .rn */
	PTX_FP_FTZ = 4,
	PTX_FP_SAT = 8,
	PTX_FP_RELU = 16,
	PTX_FP_NAN = 32,     /* .NaN of min and max */
	PTX_FP_XORSIGN = 64, /* .xorsign.abs */
	PTX_FP_SATFINITE = 128,
};
unsigned ptx_fp_flags(const struct ptx_mods *mods);

#endif
