/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Correctly rounded floating point. Of each operation: round to nearest, the
 * same with subnormals flushed, then (_ANY) every other rounding and .sat.
 */
/* clang-format off */
OP2(ADD_F32, f32, f32, f32, ptx_canon32(x + y))
OP2(ADD_F32_FTZ, f32, f32, f32, ptx_done32(ptx_ftz32(x) + ptx_ftz32(y)))
FN(ADD_F32_ANY)
OP2(SUB_F32, f32, f32, f32, ptx_canon32(x - y))
OP2(SUB_F32_FTZ, f32, f32, f32, ptx_done32(ptx_ftz32(x) - ptx_ftz32(y)))
FN(SUB_F32_ANY)
OP2(MUL_F32, f32, f32, f32, ptx_canon32(x * y))
OP2(MUL_F32_FTZ, f32, f32, f32, ptx_done32(ptx_ftz32(x) * ptx_ftz32(y)))
FN(MUL_F32_ANY)
OP3(FMA_F32, f32, f32, f32, f32, ptx_canon32(ptx_fmaf(x, y, z)))
OP3(FMA_F32_FTZ, f32, f32, f32, f32, \
	ptx_done32(ptx_fmaf(ptx_ftz32(x), ptx_ftz32(y), ptx_ftz32(z))))
FN(FMA_F32_ANY)
OP2(DIV_F32, f32, f32, f32, ptx_canon32(x / y))
OP2(DIV_F32_FTZ, f32, f32, f32, ptx_done32(ptx_ftz32(x) / ptx_ftz32(y)))
FN(DIV_F32_ANY)
OP1(RCP_F32, f32, f32, ptx_canon32(1.0f / x))
OP1(RCP_F32_FTZ, f32, f32, ptx_done32(1.0f / ptx_ftz32(x)))
FN(RCP_F32_ANY)
OP1(SQRT_F32, f32, f32, ptx_canon32(__builtin_sqrtf(x)))
OP1(SQRT_F32_FTZ, f32, f32, ptx_canon32(__builtin_sqrtf(ptx_ftz32(x))))
FN(SQRT_F32_ANY)

OP2(ADD_F64, f64, f64, f64, ptx_canon64(x + y))
FN(ADD_F64_ANY)
OP2(SUB_F64, f64, f64, f64, ptx_canon64(x - y))
FN(SUB_F64_ANY)
OP2(MUL_F64, f64, f64, f64, ptx_canon64(x * y))
FN(MUL_F64_ANY)
OP3(FMA_F64, f64, f64, f64, f64, ptx_canon64(ptx_fma(x, y, z)))
FN(FMA_F64_ANY)
OP2(DIV_F64, f64, f64, f64, ptx_canon64(x / y))
FN(DIV_F64_ANY)
OP1(RCP_F64, f64, f64, ptx_canon64(1.0 / x))
FN(RCP_F64_ANY)
OP1(SQRT_F64, f64, f64, ptx_canon64(__builtin_sqrt(x)))
FN(SQRT_F64_ANY)

/* Plain, then with the flags of op->x[0]. */
OP2(MIN_F32, f32, f32, f32, ptx_min32(x, y))
OP2(MIN_F32_ANY, f32, f32, f32, ptx_minmax32(x, y, op->x[0], false))
OP2(MAX_F32, f32, f32, f32, ptx_max32(x, y))
OP2(MAX_F32_ANY, f32, f32, f32, ptx_minmax32(x, y, op->x[0], true))
OP2(MIN_F64, f64, f64, f64, ptx_min64(x, y))
OP2(MAX_F64, f64, f64, f64, ptx_max64(x, y))

OP1(ABS_F32, u32, u32, x & 0x7fffffff)
OP1(ABS_F32_FTZ, u32, u32, ptx_ftz_bits32(x) & 0x7fffffff)
OP1(NEG_F32, u32, u32, x ^ 0x80000000)
OP1(NEG_F32_FTZ, u32, u32, ptx_ftz_bits32(x) ^ 0x80000000)
OP1(ABS_F64, u64, u64, x & INT64_MAX)
OP1(NEG_F64, u64, u64, x ^ 1ull << 63)
OP2(COPYSIGN_F32, u32, u32, u32, (x & 0x80000000) | (y & 0x7fffffff))
OP2(COPYSIGN_F64, u64, u64, u64, (x & 1ull << 63) | (y & INT64_MAX))
FN(TESTP_F32)
FN(TESTP_F64)
/* clang-format on */
