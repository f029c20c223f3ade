/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: the product of two matrices, element by element.
 */
#ifndef RGPU_TESTS_PTX_REF_MATRIX_H
#define RGPU_TESTS_PTX_REF_MATRIX_H

#include "tests/ptx/ref.h"

#define REF_CELLS 512

/* d = a * b + c; cells are bits of their types, in rows. */
struct ref_product {
	unsigned m, n, k;
	enum ptx_type type[4]; /* of d, a, b, c */
	bool satfinite;
	uint64_t d[REF_CELLS], a[REF_CELLS], b[REF_CELLS], c[REF_CELLS];
};
void ref_product(struct ref_product *p);

/* The shape that the modifiers name. */
void ref_shape(struct ref_product *p, const struct ptx_mods *mods);

/* Bits of an element: mostly numbers of like size, with wild ones also the
 * edges of the type. */
uint64_t ref_cell(enum ptx_type type, bool wild);

/* Bits of an element in memory and in registers. */
unsigned ref_width(enum ptx_type type);

#endif
