/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Read-modify-write operations; op->x[5] says which. r[0] result, r[4]
 * address, r[1] and r[2] operands.
 */
/* clang-format off */
FN(ATOM_B32)
FN(ATOM_B64)
FN(ATOM_CAS_B16)
FN(ATOM_F32)
FN(ATOM_F64)
FN(ATOM_HALF)
FN(ATOM_HALF2)
/* clang-format on */
