/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integer arithmetic: OPn(name, types of the result and n sources, value).
 * Sources are x, y, z. Values are computed without signed overflow.
 */
/* clang-format off */
OP2(ADD_B16, u16, u16, u16, x + y)
OP2(ADD_B32, u32, u32, u32, x + y)
OP2(ADD_B64, u64, u64, u64, x + y)
OP2(ADD_SAT_S32, s32, s32, s32, ptx_sat32((int64_t)x + y))
OP2(ADD_X2, u32, u32, u32, ptx_pack2(x + y, (x >> 16) + (y >> 16)))
OP2(SUB_B16, u16, u16, u16, x - y)
OP2(SUB_B32, u32, u32, u32, x - y)
OP2(SUB_B64, u64, u64, u64, x - y)
OP2(SUB_SAT_S32, s32, s32, s32, ptx_sat32((int64_t)x - y))

OP2(MUL_LO_B16, u16, u16, u16, (uint32_t)x * y)
OP2(MUL_LO_B32, u32, u32, u32, x * y)
OP2(MUL_LO_B64, u64, u64, u64, x * y)
OP2(MUL_HI_U16, u16, u16, u16, (uint32_t)x * y >> 16)
OP2(MUL_HI_S16, s16, s16, s16, (int32_t)x * y >> 16)
OP2(MUL_HI_U32, u32, u32, u32, (uint64_t)x * y >> 32)
OP2(MUL_HI_S32, s32, s32, s32, (int64_t)x * y >> 32)
OP2(MUL_HI_U64, u64, u64, u64, ptx_mulhi_u64(x, y))
OP2(MUL_HI_S64, s64, s64, s64, ptx_mulhi_s64(x, y))
OP2(MUL_WIDE_U16, u32, u16, u16, (uint32_t)x * y)
OP2(MUL_WIDE_S16, s32, s16, s16, (int32_t)x * y)
OP2(MUL_WIDE_U32, u64, u32, u32, (uint64_t)x * y)
OP2(MUL_WIDE_S32, s64, s32, s32, (int64_t)x * y)

OP3(MAD_LO_B16, u16, u16, u16, u16, (uint32_t)x * y + z)
OP3(MAD_LO_B32, u32, u32, u32, u32, x * y + z)
OP3(MAD_LO_B64, u64, u64, u64, u64, x * y + z)
OP3(MAD_HI_U16, u16, u16, u16, u16, ((uint32_t)x * y >> 16) + z)
OP3(MAD_HI_S16, s16, s16, s16, s16, ((int32_t)x * y >> 16) + z)
OP3(MAD_HI_U32, u32, u32, u32, u32, (uint32_t)((uint64_t)x * y >> 32) + z)
OP3(MAD_HI_S32, u32, s32, s32, u32, (uint32_t)((int64_t)x * y >> 32) + z)
OP3(MAD_HI_U64, u64, u64, u64, u64, ptx_mulhi_u64(x, y) + z)
OP3(MAD_HI_S64, u64, s64, s64, u64, (uint64_t)ptx_mulhi_s64(x, y) + z)
OP3(MAD_HI_SAT_S32, s32, s32, s32, s32, \
	ptx_sat32(((int64_t)x * y >> 32) + z))
OP3(MAD_WIDE_U16, u32, u16, u16, u32, (uint32_t)x * y + z)
OP3(MAD_WIDE_S16, u32, s16, s16, u32, (uint32_t)((int32_t)x * y) + z)
OP3(MAD_WIDE_U32, u64, u32, u32, u64, (uint64_t)x * y + z)
OP3(MAD_WIDE_S32, u64, s32, s32, u64, (uint64_t)((int64_t)x * y) + z)

OP2(MUL24_LO_U32, u32, u32, u32, ptx_low24(x) * ptx_low24(y))
OP2(MUL24_LO_S32, u32, u32, u32, (uint32_t)(ptx_sext24(x) * ptx_sext24(y)))
OP2(MUL24_HI_U32, u32, u32, u32, \
	(uint64_t)ptx_low24(x) * ptx_low24(y) >> 16)
OP2(MUL24_HI_S32, u32, u32, u32, ptx_sext24(x) * ptx_sext24(y) >> 16)
OP3(MAD24_LO_U32, u32, u32, u32, u32, ptx_low24(x) * ptx_low24(y) + z)
OP3(MAD24_LO_S32, u32, u32, u32, u32, \
	(uint32_t)(ptx_sext24(x) * ptx_sext24(y)) + z)
OP3(MAD24_HI_U32, u32, u32, u32, u32, \
	(uint32_t)((uint64_t)ptx_low24(x) * ptx_low24(y) >> 16) + z)
OP3(MAD24_HI_S32, u32, u32, u32, u32, \
	(uint32_t)(ptx_sext24(x) * ptx_sext24(y) >> 16) + z)
OP3(MAD24_HI_SAT_S32, s32, u32, u32, s32, \
	ptx_sat32((ptx_sext24(x) * ptx_sext24(y) >> 16) + z))

OP3(SAD_U16, u16, u16, u16, u16, (x > y ? x - y : y - x) + z)
OP3(SAD_S16, u16, s16, s16, u16, (x > y ? x - y : y - x) + z)
OP3(SAD_U32, u32, u32, u32, u32, (x > y ? x - y : y - x) + z)
OP3(SAD_S32, u32, s32, s32, u32, \
	(x > y ? (uint32_t)x - (uint32_t)y : (uint32_t)y - (uint32_t)x) + z)
OP3(SAD_U64, u64, u64, u64, u64, (x > y ? x - y : y - x) + z)
OP3(SAD_S64, u64, s64, s64, u64, \
	(x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x) + z)

/* Division by zero has no defined result: all ones, as the hardware has. */
OP2(DIV_U16, u16, u16, u16, y ? x / y : 0xffff)
OP2(DIV_S16, s16, s16, s16, y ? x / y : -1)
OP2(DIV_U32, u32, u32, u32, y ? x / y : 0xffffffffu)
OP2(DIV_S32, s32, s32, s32, ptx_div_s32(x, y))
OP2(DIV_U64, u64, u64, u64, y ? x / y : UINT64_MAX)
OP2(DIV_S64, s64, s64, s64, ptx_div_s64(x, y))
OP2(REM_U16, u16, u16, u16, y ? x % y : x)
OP2(REM_S16, s16, s16, s16, y ? x % y : x)
OP2(REM_U32, u32, u32, u32, y ? x % y : x)
OP2(REM_S32, s32, s32, s32, ptx_rem_s32(x, y))
OP2(REM_U64, u64, u64, u64, y ? x % y : x)
OP2(REM_S64, s64, s64, s64, ptx_rem_s64(x, y))

OP1(ABS_S16, u16, s16, x < 0 ? -x : x)
OP1(ABS_S32, u32, s32, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
OP1(ABS_S64, u64, s64, x < 0 ? 0 - (uint64_t)x : (uint64_t)x)
OP1(NEG_S16, u16, u16, 0 - (uint32_t)x)
OP1(NEG_S32, u32, u32, 0 - x)
OP1(NEG_S64, u64, u64, 0 - x)

OP2(MIN_U16, u16, u16, u16, x < y ? x : y)
OP2(MIN_S16, s16, s16, s16, x < y ? x : y)
OP2(MIN_U32, u32, u32, u32, x < y ? x : y)
OP2(MIN_S32, s32, s32, s32, x < y ? x : y)
OP2(MIN_U64, u64, u64, u64, x < y ? x : y)
OP2(MIN_S64, s64, s64, s64, x < y ? x : y)
OP2(MAX_U16, u16, u16, u16, x > y ? x : y)
OP2(MAX_S16, s16, s16, s16, x > y ? x : y)
OP2(MAX_U32, u32, u32, u32, x > y ? x : y)
OP2(MAX_S32, s32, s32, s32, x > y ? x : y)
OP2(MAX_U64, u64, u64, u64, x > y ? x : y)
OP2(MAX_S64, s64, s64, s64, x > y ? x : y)
OP2(MIN_RELU_S32, s32, s32, s32, ptx_relu(x < y ? x : y))
OP2(MAX_RELU_S32, s32, s32, s32, ptx_relu(x > y ? x : y))
OP2(MIN_U16X2, u32, u32, u32, \
	ptx_pack2(ptx_min(ptx_lo(x), ptx_lo(y)), ptx_min(x >> 16, y >> 16)))
OP2(MAX_U16X2, u32, u32, u32, \
	ptx_pack2(ptx_max(ptx_lo(x), ptx_lo(y)), ptx_max(x >> 16, y >> 16)))
OP2(MIN_S16X2, u32, u32, u32, ptx_minmax_s16x2(x, y, false, false))
OP2(MAX_S16X2, u32, u32, u32, ptx_minmax_s16x2(x, y, true, false))
OP2(MIN_RELU_S16X2, u32, u32, u32, ptx_minmax_s16x2(x, y, false, true))
OP2(MAX_RELU_S16X2, u32, u32, u32, ptx_minmax_s16x2(x, y, true, true))

OP3(DP4A_UU, u32, u32, u32, u32, z + (uint32_t)ptx_dp4(x, y, 0, 0))
OP3(DP4A_US, u32, u32, u32, u32, z + (uint32_t)ptx_dp4(x, y, 0, 1))
OP3(DP4A_SU, u32, u32, u32, u32, z + (uint32_t)ptx_dp4(x, y, 1, 0))
OP3(DP4A_SS, u32, u32, u32, u32, z + (uint32_t)ptx_dp4(x, y, 1, 1))
/* op->x[1]: 16 for the upper two bytes of y */
OP3(DP2A_UU, u32, u32, u32, u32, \
	z + (uint32_t)ptx_dp2(x, y >> op->x[1], 0, 0))
OP3(DP2A_US, u32, u32, u32, u32, \
	z + (uint32_t)ptx_dp2(x, y >> op->x[1], 0, 1))
OP3(DP2A_SU, u32, u32, u32, u32, \
	z + (uint32_t)ptx_dp2(x, y >> op->x[1], 1, 0))
OP3(DP2A_SS, u32, u32, u32, u32, \
	z + (uint32_t)ptx_dp2(x, y >> op->x[1], 1, 1))

OP3(VIDEO, u32, u32, u32, u32, ptx_video(op, x, y, z))

/* op->x[0]: carry in, carry out; see exec-int.c */
FN(ADD_C32)
FN(ADD_C64)
FN(SUB_C32)
FN(SUB_C64)
FN(MAD_LO_C32)
FN(MAD_LO_C64)
FN(MAD_HI_CU32)
FN(MAD_HI_CS32)
FN(MAD_HI_CU64)
FN(MAD_HI_CS64)
/* clang-format on */
