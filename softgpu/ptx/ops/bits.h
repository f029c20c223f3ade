/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logic, shifts and bit fields.
 */
/* clang-format off */
OP2(AND_B32, u32, u32, u32, x & y)
OP2(AND_B64, u64, u64, u64, x & y)
OP2(OR_B32, u32, u32, u32, x | y)
OP2(OR_B64, u64, u64, u64, x | y)
OP2(XOR_B32, u32, u32, u32, x ^ y)
OP2(XOR_B64, u64, u64, u64, x ^ y)
OP1(NOT_B16, u16, u16, ~x)
OP1(NOT_B32, u32, u32, ~x)
OP1(NOT_B64, u64, u64, ~x)
OP1(CNOT_B32, u32, u32, x == 0)
OP1(CNOT_B64, u64, u64, x == 0)

/* Amounts above the width shift everything out. */
OP2(SHL_B16, u16, u16, u32, y > 15 ? 0 : (uint32_t)x << (y & 15))
OP2(SHL_B32, u32, u32, u32, y > 31 ? 0 : x << (y & 31))
OP2(SHL_B64, u64, u64, u32, y > 63 ? 0 : x << (y & 63))
OP2(SHR_U16, u16, u16, u32, y > 15 ? 0 : x >> (y & 15))
OP2(SHR_U32, u32, u32, u32, y > 31 ? 0 : x >> (y & 31))
OP2(SHR_U64, u64, u64, u32, y > 63 ? 0 : x >> (y & 63))
OP2(SHR_S16, s16, s16, u32, x >> (y > 15 ? 15 : y))
OP2(SHR_S32, s32, s32, u32, x >> (y > 31 ? 31 : y))
OP2(SHR_S64, s64, s64, u32, x >> (y > 63 ? 63 : y))
OP3(SHF_L_WRAP, u32, u32, u32, u32, ptx_funnel_l(x, y, z & 31))
OP3(SHF_L_CLAMP, u32, u32, u32, u32, ptx_funnel_l(x, y, z > 32 ? 32 : z))
OP3(SHF_R_WRAP, u32, u32, u32, u32, ptx_funnel_r(x, y, z & 31))
OP3(SHF_R_CLAMP, u32, u32, u32, u32, ptx_funnel_r(x, y, z > 32 ? 32 : z))

OP3(LOP3, u32, u32, u32, u32, ptx_lop3(x, y, z, op->x[0]))
OP3(PRMT, u32, u32, u32, u32, ptx_prmt(x, y, z))
OP3(PRMT_F4E, u32, u32, u32, u32, ptx_prmt_mode(x, y, z, 0))
OP3(PRMT_B4E, u32, u32, u32, u32, ptx_prmt_mode(x, y, z, 1))
OP3(PRMT_RC8, u32, u32, u32, u32, ptx_prmt_mode(x, y, z, 2))
OP3(PRMT_ECL, u32, u32, u32, u32, ptx_prmt_mode(x, y, z, 3))
OP3(PRMT_ECR, u32, u32, u32, u32, ptx_prmt_mode(x, y, z, 4))
OP3(PRMT_RC16, u32, u32, u32, u32, ptx_prmt_mode(x, y, z, 5))

OP3(BFE_U32, u32, u32, u32, u32, ptx_bfe_u64(x, y, z, 31))
OP3(BFE_S32, s32, s32, u32, u32, ptx_bfe_s64(x, y, z, 31))
OP3(BFE_U64, u64, u64, u32, u32, ptx_bfe_u64(x, y, z, 63))
OP3(BFE_S64, s64, s64, u32, u32, ptx_bfe_s64(x, y, z, 63))
OP4(BFI_B32, u32, u32, u32, u32, u32, ptx_bfi(x, y, z, u, 31))
OP4(BFI_B64, u64, u64, u64, u32, u32, ptx_bfi(x, y, z, u, 63))
OP1(BFIND_U32, u32, u32, ptx_bfind(x))
OP1(BFIND_S32, u32, s32, ptx_bfind((uint32_t)(x < 0 ? ~x : x)))
OP1(BFIND_U64, u32, u64, ptx_bfind(x))
OP1(BFIND_S64, u32, s64, ptx_bfind((uint64_t)(x < 0 ? ~x : x)))
OP1(BFIND_SHIFT_U32, u32, u32, ptx_shiftamt(ptx_bfind(x), 31))
OP1(BFIND_SHIFT_S32, u32, s32, \
	ptx_shiftamt(ptx_bfind((uint32_t)(x < 0 ? ~x : x)), 31))
OP1(BFIND_SHIFT_U64, u32, u64, ptx_shiftamt(ptx_bfind(x), 63))
OP1(BFIND_SHIFT_S64, u32, s64, \
	ptx_shiftamt(ptx_bfind((uint64_t)(x < 0 ? ~x : x)), 63))
OP1(POPC_B32, u32, u32, (uint32_t)__builtin_popcount(x))
OP1(POPC_B64, u32, u64, (uint32_t)__builtin_popcountll(x))
OP1(CLZ_B32, u32, u32, x ? (uint32_t)__builtin_clz(x) : 32)
OP1(CLZ_B64, u32, u64, x ? (uint32_t)__builtin_clzll(x) : 64)
OP1(BREV_B32, u32, u32, ptx_brev(x))
OP1(BREV_B64, u64, u64, \
	(uint64_t)ptx_brev((uint32_t)x) << 32 | ptx_brev((uint32_t)(x >> 32)))
OP2(BMSK_CLAMP, u32, u32, u32, ptx_bmsk(x > 32 ? 32 : x, y > 32 ? 32 : y))
OP2(BMSK_WRAP, u32, u32, u32, ptx_bmsk(x & 31, y & 31))
OP2(SZEXT_CLAMP_U32, u32, u32, u32, ptx_zext(x, y > 32 ? 32 : y))
OP2(SZEXT_WRAP_U32, u32, u32, u32, ptx_zext(x, y & 31))
OP2(SZEXT_CLAMP_S32, u32, u32, u32, ptx_sext(x, y > 32 ? 32 : y))
OP2(SZEXT_WRAP_S32, u32, u32, u32, ptx_sext(x, y & 31))
OP3(FNS, u32, u32, u32, s32, ptx_fns(x, y, z))

/* Predicates: one word for all lanes. */
PRED2(AND_PRED, x & y)
PRED2(OR_PRED, x | y)
PRED2(XOR_PRED, x ^ y)
PRED2(NOT_PRED, ~x)
PRED2(MOV_PRED, x)
/* clang-format on */
