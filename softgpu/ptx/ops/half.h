/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic of f16 and bf16, alone or in pairs. op->x[0] has PTX_FP_* flags,
 * op->x[1] PTX_HALF_* ones.
 */
/* clang-format off */
FN(HALF_ADD)
FN(HALF_SUB)
FN(HALF_MUL)
FN(HALF_FMA)
FN(HALF_MIN)
FN(HALF_MAX)
FN(HALF_EX2)
FN(HALF_TANH)
OP1(HALF_ABS, u32, u32, ptx_half_ftz(x, op->x[0]) & 0x7fff7fff)
OP1(HALF_NEG, u32, u32, ptx_half_ftz(x, op->x[0]) ^ ptx_half_signs(op->x[1]))
/* clang-format on */
