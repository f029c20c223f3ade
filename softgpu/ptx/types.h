/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PTX types and state spaces, and how wide a lane of each is. A register of 8
 * or 16 bits lives in a 32-bit lane whose upper bits are zero; the executor
 * relies on that.
 */
#ifndef RGPU_SOFTGPU_PTX_TYPES_H
#define RGPU_SOFTGPU_PTX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ptx_type {
	PTX_NONE,
	PTX_PRED,
	PTX_B8,
	PTX_U8,
	PTX_S8,
	PTX_B16,
	PTX_U16,
	PTX_S16,
	PTX_F16,
	PTX_BF16,
	PTX_B32,
	PTX_U32,
	PTX_S32,
	PTX_F32,
	PTX_F16X2,
	PTX_BF16X2,
	PTX_U16X2,
	PTX_S16X2,
	PTX_B64,
	PTX_U64,
	PTX_S64,
	PTX_F64,
	PTX_TF32, /* 19 bits of 32 */
	PTX_E4M3, /* elements of matrices, four a register */
	PTX_E5M2,
	PTX_E4M3X2,
	PTX_E5M2X2,
	PTX_TYPE_COUNT,
};

enum ptx_space {
	PTX_GENERIC,
	PTX_GLOBAL,
	PTX_CONST,
	PTX_SHARED,
	PTX_LOCAL,
	PTX_PARAM, /* of the kernel; those of functions are in PTX_LOCAL */
};

/* The type named by len characters without the dot, or PTX_NONE. */
enum ptx_type ptx_type_find(const char *name, size_t len);

const char *ptx_type_name(enum ptx_type type);

/* Bytes in memory; 0 for predicates. */
unsigned ptx_type_size(enum ptx_type type);

bool ptx_type_signed(enum ptx_type type);
bool ptx_type_float(enum ptx_type type);

/* Bytes of a lane in the register file: 0 (predicate), 4 or 8. */
unsigned ptx_type_lane(enum ptx_type type);

#endif
