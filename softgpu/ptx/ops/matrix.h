/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrices held by a warp. An instruction is several operations: CONVERGE,
 * MAT_IN until all sources are known, what it does, MAT_OUT until all results
 * are written. Nothing runs between them.
 */
/* clang-format off */
FN(MAT_IN)
FN(MAT_OUT)
FN(MMA_FLOAT)
FN(MMA_F64)
FN(MMA_INT)
FN(LDMATRIX)
FN(STMATRIX)
FN(MOVMATRIX)
/* r[4] address, r[5] elements from one row, or column, to the next */
FN(WMMA_LOAD)
FN(WMMA_STORE)
/* clang-format on */
