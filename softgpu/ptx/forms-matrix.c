/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: matrices of a warp. Shapes and types that are not here: .m8n8k4 with
 * f16, four bits and one bit an element, block scaling, sparse matrices.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"

#define MMA(shapes, mods, types, op)                                          \
	{                                                                     \
		"mma", "sync aligned " shapes " row col+" mods, types, "MMA", \
			ptx_build_mma, PTX_X_##op, 0                          \
	}
#define WMMA(shapes, mods, types, op)                                      \
	{                                                                  \
		"wmma", "mma sync aligned row|col row+|col+ " shapes mods, \
			types, "WMMA", ptx_build_wmma, PTX_X_##op, 0       \
	}
#define MEM " ?global|shared|shared::cta"
#define K16 "m16n16k16|m32n8k16|m8n32k16"
#define LOAD(shapes, matrices, types)                                         \
	{                                                                     \
		"wmma", "load " matrices " sync aligned row|col " shapes MEM, \
			types, "WMMALOAD", ptx_build_wmma_load,               \
			PTX_X_WMMA_LOAD, 0                                    \
	}
#define STORE(shapes, types)                                                   \
	{                                                                      \
		"wmma", "store d sync aligned row|col " shapes MEM, types,     \
			"WMMASTORE", ptx_build_wmma_store, PTX_X_WMMA_STORE, 0 \
	}
#define FP8 "e4m3|e5m2 e4m3|e5m2"

const struct ptx_form ptx_forms_matrix[] = {
	MMA("m16n8k8|m16n8k16", "", "f32 f16 f16 f32", MMA_FLOAT),
	MMA("m16n8k8|m16n8k16", "", "f16 f16 f16 f16", MMA_FLOAT),
	MMA("m16n8k8|m16n8k16", "", "f32 bf16 bf16 f32", MMA_FLOAT),
	MMA("m16n8k4|m16n8k8", "", "f32 tf32 tf32 f32", MMA_FLOAT),
	MMA("m16n8k16|m16n8k32", "", "f32 " FP8 " f32", MMA_FLOAT),
	MMA("m16n8k16|m16n8k32", "", "f16 " FP8 " f16", MMA_FLOAT),
	MMA("m8n8k4|m16n8k4|m16n8k8|m16n8k16", " ?rn", "f64 f64 f64 f64",
		MMA_F64),
	MMA("m8n8k16|m16n8k16|m16n8k32", " ?satfinite", "s32 s8|u8 s8|u8 s32",
		MMA_INT),

	WMMA(K16, "", "f16|f32 f16|f32", MMA_FLOAT),
	WMMA(K16, "", "f32 bf16 bf16 f32", MMA_FLOAT),
	WMMA("m16n16k8", "", "f32 tf32 tf32 f32", MMA_FLOAT),
	WMMA("m8n8k4", " ?rn", "f64 f64 f64 f64", MMA_F64),
	WMMA(K16, " ?satfinite", "s32 s8 s8 s32", MMA_INT),
	WMMA(K16, " ?satfinite", "s32 u8 u8 s32", MMA_INT),
	LOAD(K16, "a|b", "f16|bf16|s8|u8"),
	LOAD(K16, "c", "f16|f32|s32"),
	LOAD("m16n16k8", "a|b", "tf32"),
	LOAD("m16n16k8", "c", "f32"),
	LOAD("m8n8k4", "a|b|c", "f64"),
	STORE(K16, "f16|f32|s32"),
	STORE("m16n16k8", "f32"),
	STORE("m8n8k4", "f64"),

	{"ldmatrix", "sync aligned m8n8 x1|x2|x4 ?trans ?shared|shared::cta",
		"b16", "LDMATRIX", ptx_build_ldmatrix, PTX_X_LDMATRIX, 0},
	{"stmatrix", "sync aligned m8n8 x1|x2|x4 ?trans ?shared|shared::cta",
		"b16", "STMATRIX", ptx_build_stmatrix, PTX_X_STMATRIX, 0},
	{"movmatrix", "sync aligned m8n8 trans", "b16", "MOVMATRIX",
		ptx_build_movmatrix, PTX_X_MOVMATRIX, 0},
};
const size_t ptx_forms_matrix_count = RGPU_COUNT(ptx_forms_matrix);
