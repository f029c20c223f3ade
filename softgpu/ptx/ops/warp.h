/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations between lanes, and barriers.
 */
/* clang-format off */
/* Waits for all lanes of the warp that live */
FN(CONVERGE)
FN(BAR_WARP)
FN(BAR)
FN(SHFL)
FN(VOTE)
FN(MATCH_B32)
FN(MATCH_B64)
FN(REDUX)
FN(REDUX_F32)
FN(ACTIVEMASK)
FN(ELECT)
/* clang-format on */
