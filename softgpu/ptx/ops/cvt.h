/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversions, CVT_TO_FROM: the common ones, then all others by one handler.
 */
/* clang-format off */
OP1(CVT_S64_S32, s64, s32, x)
OP1(CVT_U64_U32, u64, u32, x)
OP1(CVT_B32_B64, u32, u64, x)
OP1(CVT_U32_U16, u32, u16, x)
OP1(CVT_S32_S16, s32, s16, x)
OP1(CVT_U16_U32, u16, u32, x)
OP1(CVT_U32_U8, u32, u8, x)
OP1(CVT_S32_S8, s32, s8, x)
OP1(CVT_U64_U16, u64, u16, x)
OP1(CVT_S64_S16, s64, s16, x)
OP1(CVT_U16_U64, u16, u64, x)
OP1(CVT_F32_S32, f32, s32, (float)x)
OP1(CVT_F32_U32, f32, u32, (float)x)
OP1(CVT_F64_S32, f64, s32, (double)x)
OP1(CVT_F64_U32, f64, u32, (double)x)
OP1(CVT_F64_F32, f64, f32, ptx_canon64((double)x))
OP1(CVT_F32_F64, f32, f64, ptx_canon32((float)x))
OP1(CVT_F32_F16, f32, u16, ptx_canon32(ptx_from_f16(x)))
OP1(CVT_F32_BF16, f32, u16, ptx_canon32(ptx_from_bf16(x)))
OP1(CVT_F16_F32, u16, f32, ptx_to_f16(x))
OP1(CVT_BF16_F32, u16, f32, ptx_to_bf16(x))
OP2(CVT_F16X2_F32, u32, f32, f32, ptx_to_f16(x) << 16 | ptx_to_f16(y))
OP2(CVT_BF16X2_F32, u32, f32, f32, ptx_to_bf16(x) << 16 | ptx_to_bf16(y))
OP1(CVT_S32_F32_RZI, s32, f32, ptx_to_s32(__builtin_truncf(x)))
OP1(CVT_S32_F32_RNI, s32, f32, ptx_to_s32(__builtin_rintf(x)))
OP1(CVT_S32_F32_RMI, s32, f32, ptx_to_s32(__builtin_floorf(x)))
OP1(CVT_U32_F32_RZI, u32, f32, ptx_to_u32(__builtin_truncf(x)))
OP1(CVT_F32_RNI, f32, f32, ptx_canon32(__builtin_rintf(x)))
OP1(CVT_F32_RZI, f32, f32, ptx_canon32(__builtin_truncf(x)))
OP1(CVT_F32_RMI, f32, f32, ptx_canon32(__builtin_floorf(x)))
OP1(CVT_F32_RPI, f32, f32, ptx_canon32(__builtin_ceilf(x)))
OP1(CVT_F32_SAT, f32, f32, ptx_satf(x))
/* x[0] flags, x[1] type to, x[2] type from, x[3] bits of the destination
 * register, x[4] 1..4 for .rni .rzi .rmi .rpi, x[5] lane of the source */
FN(CVT_ANY)
/* Two f32 to f16x2 or bf16x2 with flags */
FN(CVT_PAIR)
/* x[0] flags, x[1] type to, x[2] type from, x[3] of CVT_TF32: .rna */
FN(CVT_FP8)
FN(CVT_F16X2_FP8)
FN(CVT_TF32)
/* clang-format on */
