/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIMD video instructions: what they keep in op->x and op->imm.
 */
#ifndef RGPU_SOFTGPU_PTX_VIDEO_H
#define RGPU_SOFTGPU_PTX_VIDEO_H

enum ptx_video_op {
	PTX_VIDEO_ADD,
	PTX_VIDEO_SUB,
	PTX_VIDEO_AVRG,
	PTX_VIDEO_ABSDIFF,
	PTX_VIDEO_MIN,
	PTX_VIDEO_MAX,
	PTX_VIDEO_SET,
};

/* form->x: an operation, and this bit for four bytes instead of two halves. */
#define PTX_VIDEO_QUAD 0x80

enum ptx_video_field {
	PTX_VIDEO_OP,
	PTX_VIDEO_FLAGS,   /* PTX_VIDEO_* below */
	PTX_VIDEO_MASK,	   /* a bit for each element of the result */
	PTX_VIDEO_COMPARE, /* enum ptx_compare of PTX_VIDEO_SET */
};

enum {
	PTX_VIDEO_FOUR = 1, /* elements, else two */
	PTX_VIDEO_SIGNED_D = 2,
	PTX_VIDEO_SIGNED_A = 4,
	PTX_VIDEO_SIGNED_B = 8,
	PTX_VIDEO_SAT = 16,
	PTX_VIDEO_SUM = 32, /* .add: elements are added to c */
};

/* op->imm: which elements of b:a are taken, four bits each, the lowest first;
 * for a from bit 0, for b from bit 16. */
#define PTX_VIDEO_B_SHIFT 16

#endif
