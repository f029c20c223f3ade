/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: floating point.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"
#include "softgpu/ptx/half.h"

#define ALU(name, mods, types, args, op, x)                           \
	{                                                             \
		name, mods, types, args, ptx_build_alu, PTX_X_##op, x \
	}
#define FP(name, mods, types, args, op)                                 \
	{                                                               \
		name, mods, types, args, ptx_build_float, PTX_X_##op, 0 \
	}
#define FLAGS(name, mods, types, args, op, x)                           \
	{                                                               \
		name, mods, types, args, ptx_build_flags, PTX_X_##op, x \
	}
#define RND "rn|rz|rm|rp "

/* clang-format off */
const struct ptx_form ptx_forms_float[] = {
	FP("add", "?" RND "?ftz ?sat", "f32", "daa", ADD_F32),
	FP("sub", "?" RND "?ftz ?sat", "f32", "daa", SUB_F32),
	FP("mul", "?" RND "?ftz ?sat", "f32", "daa", MUL_F32),
	FP("fma", RND "?ftz ?sat", "f32", "daaa", FMA_F32),
	FP("mad", RND "?ftz ?sat", "f32", "daaa", FMA_F32),
	FP("div", RND "?ftz", "f32", "daa", DIV_F32),
	FP("rcp", RND "?ftz", "f32", "da", RCP_F32),
	FP("sqrt", RND "?ftz", "f32", "da", SQRT_F32),
	FP("add", "?" RND, "f64", "daa", ADD_F64),
	FP("sub", "?" RND, "f64", "daa", SUB_F64),
	FP("mul", "?" RND, "f64", "daa", MUL_F64),
	FP("fma", RND, "f64", "daaa", FMA_F64),
	FP("mad", RND, "f64", "daaa", FMA_F64),
	FP("div", RND, "f64", "daa", DIV_F64),
	FP("rcp", RND, "f64", "da", RCP_F64),
	FP("sqrt", RND, "f64", "da", SQRT_F64),

	FLAGS("min", "?ftz ?NaN", "f32", "daa", MIN_F32, 0),
	FLAGS("max", "?ftz ?NaN", "f32", "daa", MAX_F32, 0),
	FLAGS("min", "?ftz ?NaN xorsign abs", "f32", "daa", MIN_F32, 0),
	FLAGS("max", "?ftz ?NaN xorsign abs", "f32", "daa", MAX_F32, 0),
	ALU("min", "", "f64", "daa", MIN_F64, 0),
	ALU("max", "", "f64", "daa", MAX_F64, 0),
	ALU("abs", "", "f32", "da", ABS_F32, 0),
	ALU("abs", "ftz", "f32", "da", ABS_F32_FTZ, 0),
	ALU("neg", "", "f32", "da", NEG_F32, 0),
	ALU("neg", "ftz", "f32", "da", NEG_F32_FTZ, 0),
	ALU("abs", "", "f64", "da", ABS_F64, 0),
	ALU("neg", "", "f64", "da", NEG_F64, 0),
	ALU("copysign", "", "f32", "daa", COPYSIGN_F32, 0),
	ALU("copysign", "", "f64", "daa", COPYSIGN_F64, 0),
	ALU("testp", "finite", "f32", "qa", TESTP_F32, 0),
	ALU("testp", "infinite", "f32", "qa", TESTP_F32, 1),
	ALU("testp", "number", "f32", "qa", TESTP_F32, 2),
	ALU("testp", "notanumber", "f32", "qa", TESTP_F32, 3),
	ALU("testp", "normal", "f32", "qa", TESTP_F32, 4),
	ALU("testp", "subnormal", "f32", "qa", TESTP_F32, 5),
	ALU("testp", "finite", "f64", "qa", TESTP_F64, 0),
	ALU("testp", "infinite", "f64", "qa", TESTP_F64, 1),
	ALU("testp", "number", "f64", "qa", TESTP_F64, 2),
	ALU("testp", "notanumber", "f64", "qa", TESTP_F64, 3),
	ALU("testp", "normal", "f64", "qa", TESTP_F64, 4),
	ALU("testp", "subnormal", "f64", "qa", TESTP_F64, 5),

	ALU("div", "approx", "f32", "daa", DIV_APPROX_F32, 0),
	ALU("div", "approx ftz", "f32", "daa", DIV_APPROX_F32_FTZ, 0),
	/* Correctly rounded is better than the 2 ulp that .full asks. */
	ALU("div", "full", "f32", "daa", DIV_F32, 0),
	ALU("div", "full ftz", "f32", "daa", DIV_F32_FTZ, 0),
	ALU("rcp", "approx", "f32", "da", RCP_F32, 0),
	ALU("rcp", "approx ftz", "f32", "da", RCP_F32_FTZ, 0),
	ALU("sqrt", "approx", "f32", "da", SQRT_APPROX_F32, 0),
	ALU("sqrt", "approx ftz", "f32", "da", SQRT_APPROX_F32_FTZ, 0),
	ALU("rsqrt", "approx", "f32", "da", RSQRT_F32, 0),
	ALU("rsqrt", "approx ftz", "f32", "da", RSQRT_F32_FTZ, 0),
	ALU("ex2", "approx", "f32", "da", EX2_F32, 0),
	ALU("ex2", "approx ftz", "f32", "da", EX2_F32_FTZ, 0),
	ALU("lg2", "approx", "f32", "da", LG2_F32, 0),
	ALU("lg2", "approx ftz", "f32", "da", LG2_F32_FTZ, 0),
	ALU("sin", "approx", "f32", "da", SIN_F32, 0),
	ALU("sin", "approx ftz", "f32", "da", SIN_F32_FTZ, 0),
	ALU("cos", "approx", "f32", "da", COS_F32, 0),
	ALU("cos", "approx ftz", "f32", "da", COS_F32_FTZ, 0),
	ALU("tanh", "approx", "f32", "da", TANH_F32, 0),
	ALU("rcp", "approx ftz", "f64", "da", RCP_APPROX_F64, 0),
	ALU("rsqrt", "approx", "f64", "da", RSQRT_F64, 0),
	ALU("rsqrt", "approx ftz", "f64", "da", RSQRT_F64_FTZ, 0),
};
const size_t ptx_forms_float_count = RGPU_COUNT(ptx_forms_float);

/* x: PTX_HALF_* */
#define B PTX_HALF_BF16
#define P PTX_HALF_PAIR
const struct ptx_form ptx_forms_half[] = {
	FLAGS("add", "?rn ?ftz ?sat", "f16", "daa", HALF_ADD, 0),
	FLAGS("add", "?rn ?ftz ?sat", "f16x2", "daa", HALF_ADD, P),
	FLAGS("add", "?rn", "bf16", "daa", HALF_ADD, B),
	FLAGS("add", "?rn", "bf16x2", "daa", HALF_ADD, B | P),
	FLAGS("sub", "?rn ?ftz ?sat", "f16", "daa", HALF_SUB, 0),
	FLAGS("sub", "?rn ?ftz ?sat", "f16x2", "daa", HALF_SUB, P),
	FLAGS("sub", "?rn", "bf16", "daa", HALF_SUB, B),
	FLAGS("sub", "?rn", "bf16x2", "daa", HALF_SUB, B | P),
	FLAGS("mul", "?rn ?ftz ?sat", "f16", "daa", HALF_MUL, 0),
	FLAGS("mul", "?rn ?ftz ?sat", "f16x2", "daa", HALF_MUL, P),
	FLAGS("mul", "?rn", "bf16", "daa", HALF_MUL, B),
	FLAGS("mul", "?rn", "bf16x2", "daa", HALF_MUL, B | P),
	FLAGS("fma", "rn ?ftz ?sat|relu", "f16", "daaa", HALF_FMA, 0),
	FLAGS("fma", "rn ?ftz ?sat|relu", "f16x2", "daaa", HALF_FMA, P),
	FLAGS("fma", "rn ?relu", "bf16", "daaa", HALF_FMA, B),
	FLAGS("fma", "rn ?relu", "bf16x2", "daaa", HALF_FMA, B | P),
	FLAGS("min", "?ftz ?NaN", "f16", "daa", HALF_MIN, 0),
	FLAGS("min", "?ftz ?NaN", "f16x2", "daa", HALF_MIN, P),
	FLAGS("min", "?NaN", "bf16", "daa", HALF_MIN, B),
	FLAGS("min", "?NaN", "bf16x2", "daa", HALF_MIN, B | P),
	FLAGS("min", "?ftz ?NaN xorsign abs", "f16", "daa", HALF_MIN, 0),
	FLAGS("min", "?ftz ?NaN xorsign abs", "f16x2", "daa", HALF_MIN, P),
	FLAGS("min", "?NaN xorsign abs", "bf16", "daa", HALF_MIN, B),
	FLAGS("min", "?NaN xorsign abs", "bf16x2", "daa", HALF_MIN, B | P),
	FLAGS("max", "?ftz ?NaN", "f16", "daa", HALF_MAX, 0),
	FLAGS("max", "?ftz ?NaN", "f16x2", "daa", HALF_MAX, P),
	FLAGS("max", "?NaN", "bf16", "daa", HALF_MAX, B),
	FLAGS("max", "?NaN", "bf16x2", "daa", HALF_MAX, B | P),
	FLAGS("max", "?ftz ?NaN xorsign abs", "f16", "daa", HALF_MAX, 0),
	FLAGS("max", "?ftz ?NaN xorsign abs", "f16x2", "daa", HALF_MAX, P),
	FLAGS("max", "?NaN xorsign abs", "bf16", "daa", HALF_MAX, B),
	FLAGS("max", "?NaN xorsign abs", "bf16x2", "daa", HALF_MAX, B | P),
	FLAGS("abs", "?ftz", "f16", "da", HALF_ABS, 0),
	FLAGS("abs", "?ftz", "f16x2", "da", HALF_ABS, P),
	FLAGS("abs", "", "bf16", "da", HALF_ABS, B),
	FLAGS("abs", "", "bf16x2", "da", HALF_ABS, B | P),
	FLAGS("neg", "?ftz", "f16", "da", HALF_NEG, 0),
	FLAGS("neg", "?ftz", "f16x2", "da", HALF_NEG, P),
	FLAGS("neg", "", "bf16", "da", HALF_NEG, B),
	FLAGS("neg", "", "bf16x2", "da", HALF_NEG, B | P),
	FLAGS("ex2", "approx", "f16", "da", HALF_EX2, 0),
	FLAGS("ex2", "approx", "f16x2", "da", HALF_EX2, P),
	FLAGS("ex2", "approx ftz", "bf16", "da", HALF_EX2, B),
	FLAGS("ex2", "approx ftz", "bf16x2", "da", HALF_EX2, B | P),
	FLAGS("tanh", "approx", "f16", "da", HALF_TANH, 0),
	FLAGS("tanh", "approx", "f16x2", "da", HALF_TANH, P),
	FLAGS("tanh", "approx", "bf16", "da", HALF_TANH, B),
	FLAGS("tanh", "approx", "bf16x2", "da", HALF_TANH, B | P),
};
const size_t ptx_forms_half_count = RGPU_COUNT(ptx_forms_half);
/* clang-format on */
