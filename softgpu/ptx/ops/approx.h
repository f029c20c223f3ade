/* SPDX-License-Identifier: Apache-2.0 */
/*
 * .approx operations. All are computed in double with plain sums, products
 * and quotients, so that every build gives the same bits; errors are far
 * below what PTX allows.
 */
/* clang-format off */
OP2(DIV_APPROX_F32, f32, f32, f32, ptx_div_approx(x, y))
OP2(DIV_APPROX_F32_FTZ, f32, f32, f32, \
	ptx_ftz32(ptx_div_approx(ptx_ftz32(x), ptx_ftz32(y))))
OP1(SQRT_APPROX_F32, f32, f32, ptx_canon32(__builtin_sqrtf(x)))
OP1(SQRT_APPROX_F32_FTZ, f32, f32, \
	ptx_canon32(__builtin_sqrtf(ptx_ftz32(x))))
OP1(RSQRT_F32, f32, f32, ptx_rsqrt(x))
OP1(RSQRT_F32_FTZ, f32, f32, ptx_rsqrt(ptx_ftz32(x)))
OP1(EX2_F32, f32, f32, ptx_ex2(x))
OP1(EX2_F32_FTZ, f32, f32, ptx_ftz32(ptx_ex2(ptx_ftz32(x))))
OP1(LG2_F32, f32, f32, ptx_lg2(x))
OP1(LG2_F32_FTZ, f32, f32, ptx_ftz32(ptx_lg2(ptx_ftz32(x))))
FN(SIN_F32)
FN(SIN_F32_FTZ)
FN(COS_F32)
FN(COS_F32_FTZ)
OP1(TANH_F32, f32, f32, ptx_tanh(x))
OP1(RCP_APPROX_F64, f64, f64, ptx_rcp_high(x))
OP1(RSQRT_F64, f64, f64, ptx_canon64(1 / __builtin_sqrt(x)))
OP1(RSQRT_F64_FTZ, f64, f64, ptx_rsqrt_high(x))
/* clang-format on */
