/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads and stores. r[0..3] data, r[4] address; op->imm is added to it.
 */
/* clang-format off */
FN(LD_PARAM)
FN(LD_ANY)
FN(LD_SYNC)
FN(LD_GLOBAL_B32)
FN(LD_GLOBAL_B64)
FN(LD_SHARED_B32)
FN(LD_SHARED_B64)
FN(ST_ANY)
FN(ST_SYNC)
FN(ST_GLOBAL_B32)
FN(ST_GLOBAL_B64)
FN(ST_SHARED_B32)
FN(ST_SHARED_B64)
FN(FENCE)
FN(NOTHING)
FN(COPY)
/* clang-format on */
