/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Barriers in shared memory. r[4] address; r[0] state or predicate, r[1] what
 * the operation takes; op->x as mbarrier.h says.
 */
/* clang-format off */
FN(MBARRIER)
FN(MBARRIER_WAIT)
FN(MBARRIER_PENDING)
/* clang-format on */
