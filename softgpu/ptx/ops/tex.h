/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Textures and surfaces. r[0..3] data; MAT_IN before them has the handle and the
 * coordinates.
 */
/* clang-format off */
FN(TEX)
FN(SULD)
FN(SUST)
/* clang-format on */
