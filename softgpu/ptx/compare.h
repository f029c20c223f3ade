/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons in the order of ops/move.h: integers have the first six, floats
 * all.
 */
#ifndef RGPU_SOFTGPU_PTX_COMPARE_H
#define RGPU_SOFTGPU_PTX_COMPARE_H

enum ptx_compare {
	PTX_CMP_EQ,
	PTX_CMP_NE,
	PTX_CMP_LT,
	PTX_CMP_LE,
	PTX_CMP_GT,
	PTX_CMP_GE,
	PTX_CMP_EQU,
	PTX_CMP_NEU,
	PTX_CMP_LTU,
	PTX_CMP_LEU,
	PTX_CMP_GTU,
	PTX_CMP_GEU,
	PTX_CMP_NUM,
	PTX_CMP_NAN,
};

#endif
