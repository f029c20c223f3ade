/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: moves, selections, comparisons, addresses, conversions.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"
#include "softgpu/ptx/half.h"

#define ALU(name, mods, types, args, op)                              \
	{                                                             \
		name, mods, types, args, ptx_build_alu, PTX_X_##op, 0 \
	}
#define SETP(mods, types, x)                                                   \
	{                                                                      \
		"setp", mods " ?and|or|xor", types, "SETP", ptx_build_setp, 0, \
			x                                                      \
	}
#define SET(mods, types, x)                                                   \
	{                                                                     \
		"set", mods " ?and|or|xor", types, "SET", ptx_build_set, 0, x \
	}
#define EQUAL	 "eq|ne"
#define SIGNED	 "eq|ne|lt|le|gt|ge"
#define UNSIGNED "eq|ne|lt|le|gt|ge|lo|ls|hi|hs"
#define FLOAT	 "eq|ne|lt|le|gt|ge|equ|neu|ltu|leu|gtu|geu|num|nan"
#define B	 PTX_HALF_BF16
#define P	 PTX_HALF_PAIR

/* clang-format off */
const struct ptx_form ptx_forms_move[] = {
	{ "mov", "", "b16|u16|s16|b32|u32|s32|f32|b64|u64|s64|f64|pred",
		"MOV", ptx_build_mov, 0, 0 },
	ALU("selp", "", "b16|u16|s16|b32|u32|s32|f32", "daap", SELP_B32),
	ALU("selp", "", "b64|u64|s64|f64", "daap", SELP_B64),
	{ "slct", "", "b16|u16|s16|b32|u32|s32|f32 s32", "daab",
		ptx_build_slct, PTX_X_SLCT_B32_S32, 0 },
	{ "slct", "", "b64|u64|s64|f64 s32", "daab",
		ptx_build_slct, PTX_X_SLCT_B64_S32, 0 },
	{ "slct", "?ftz", "b16|u16|s16|b32|u32|s32|f32 f32", "daab",
		ptx_build_slct, PTX_X_SLCT_B32_F32, 0 },
	{ "slct", "?ftz", "b64|u64|s64|f64 f32", "daab",
		ptx_build_slct, PTX_X_SLCT_B64_F32, 0 },

	SETP(EQUAL, "b16|b32|b64", 0),
	SETP(SIGNED, "s16|s32|s64", 0),
	SETP(UNSIGNED, "u16|u32|u64", 0),
	SETP(FLOAT " ?ftz", "f32", 0),
	SETP(FLOAT, "f64", 0),
	SETP(FLOAT " ?ftz", "f16", 0),
	SETP(FLOAT " ?ftz", "f16x2", P),
	SETP(FLOAT, "bf16", B),
	SETP(FLOAT, "bf16x2", B | P),
	SET(EQUAL, "u32|s32|f32 b16|b32|b64", 0),
	SET(SIGNED, "u32|s32|f32 s16|s32|s64", 0),
	SET(UNSIGNED, "u32|s32|f32 u16|u32|u64", 0),
	SET(FLOAT " ?ftz", "u32|s32|f32 f32", 0),
	SET(FLOAT, "u32|s32|f32 f64", 0),
	SET(FLOAT " ?ftz", "f16|u16|s16|u32|s32 f16", 0),
	SET(FLOAT " ?ftz", "f16x2|u32|s32 f16x2", P),
	SET(FLOAT, "bf16|u16|s16|u32|s32 bf16", B),
	SET(FLOAT, "bf16x2|u32|s32 bf16x2", B | P),

	{ "cvta", "global|const|shared|shared::cta|local|param|param::entry",
		"u64", "CVTA", ptx_build_cvta, 0, 0 },
	{ "cvta", "to global|const|shared|shared::cta|local|param", "u64",
		"CVTA", ptx_build_cvta, 0, 0 },
	{ "isspacep",
		"global|const|shared|shared::cta|local|param|param::entry", "",
		"ISSPACEP", ptx_build_isspacep, 0, 0 },
};
const size_t ptx_forms_move_count = RGPU_COUNT(ptx_forms_move);

#define CVT(mods, types) { "cvt", mods, types, "CVT", ptx_build_cvt, 0, 0 }
#define SMALL(mods, types, op) \
	{ "cvt", mods, types, "CVT", ptx_build_cvt_small, PTX_X_##op, 0 }
#define INT "u8|s8|u16|s16|u32|s32|u64|s64"
#define RND "rn|rz|rm|rp"
#define WHOLE "rni|rzi|rmi|rpi"
const struct ptx_form ptx_forms_cvt[] = {
	CVT("?sat", INT " " INT),
	CVT(RND " ?ftz ?sat", "f32 " INT),
	CVT(RND " ?sat", "f64|f16 " INT),
	CVT(RND, "bf16 " INT),
	CVT(WHOLE " ?ftz ?sat", INT " f32"),
	CVT(WHOLE " ?sat", INT " f64|f16"),
	CVT(WHOLE, INT " bf16"),
	CVT("?" WHOLE " ?ftz ?sat", "f32 f32"),
	CVT("?" WHOLE " ?sat", "f64 f64"),
	CVT("?" WHOLE " ?sat", "f16 f16"),
	CVT("?" WHOLE, "bf16 bf16"),
	CVT("?ftz ?sat", "f64 f32"),
	CVT("?ftz ?sat", "f32 f16"),
	CVT("?sat", "f64 f16"),
	CVT("?ftz", "f32 bf16"),
	CVT("", "f64 bf16"),
	CVT(RND " ?ftz ?sat", "f32 f64"),
	CVT(RND " ?ftz ?sat", "f16 f32"),
	CVT("rn|rz relu ?satfinite", "f16|bf16 f32"),
	CVT("rn|rz satfinite", "f16|bf16 f32"),
	CVT(RND " ?ftz", "bf16 f32"),
	CVT(RND " ?sat", "f16 f64"),
	CVT(RND, "bf16 f64"),
	CVT(RND, "bf16 f16"),
	CVT(RND, "f16 bf16"),
	CVT("rn|rz ?relu ?satfinite", "f16x2|bf16x2 f32"),
	SMALL("rn satfinite ?relu", "e4m3x2|e5m2x2 f32", CVT_FP8),
	SMALL("rn satfinite ?relu", "e4m3x2|e5m2x2 f16x2", CVT_FP8),
	SMALL("rn ?relu", "f16x2 e4m3x2|e5m2x2", CVT_F16X2_FP8),
	SMALL("rna ?satfinite", "tf32 f32", CVT_TF32),
	SMALL("rn|rz ?relu ?satfinite", "tf32 f32", CVT_TF32),
};
const size_t ptx_forms_cvt_count = RGPU_COUNT(ptx_forms_cvt);
/* clang-format on */
