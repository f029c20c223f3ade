/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every variant of forms against the reference: a kernel for each, run over
 * edge cases and random values, with and without a guard.
 */
#ifndef RGPU_TESTS_PTX_OPS_H
#define RGPU_TESTS_PTX_OPS_H

#include "common/compiler.h"
#include "softgpu/ptx/forms.h"
#include "tests/ptx/ref.h"

/* Tests forms[0 .. count-1]; returns the exit status. */
int ops_main(const struct ptx_form *forms, size_t count);

/* Text that grows. */
struct ops_text {
	char *data;
	size_t len, room;
};
void ops_add(struct ops_text *text, const char *fmt, ...) RGPU_PRINTF(2, 3);

/* An operand of a variant. */
enum ops_kind { OPS_RESULT, OPS_SOURCE, OPS_NUMBER };
struct ops_operand {
	enum ops_kind kind;
	enum ptx_type type; /* of the values; PTX_NONE: small numbers */
	unsigned bits;	    /* of the register; 1: a predicate */
	bool bar;	    /* stands after '|' */
	bool negated;
	const char *part; /* ".b310", or "" */
};

struct ops_case {
	const struct ptx_form *form;
	char text[96];	/* "add.rn.f32" */
	struct ref ref; /* name, modifiers, types */
	struct ops_operand operand[8];
	unsigned count;
	bool carry;
};

/* Shape number n of a variant: other widths, a second result. False: no more;
 * operands of a form that has none here: count is 0. */
bool ops_shape(struct ops_case *c, unsigned n);

/* Value number i of `total` for source number `which`. */
uint64_t ops_value(const struct ops_operand *operand, unsigned which,
	unsigned i, unsigned total);

/* The kernel of a case: sources from in, results to out, 64 bytes a thread. */
void ops_kernel(
	struct ops_text *text, const char *name, const struct ops_case *c);
#define OPS_THREADS 768
#define OPS_HEADER  ".version 9.0\n.target sm_100\n.address_size 64\n"

#endif
