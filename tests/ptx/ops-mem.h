/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of loads, stores and atomic operations share.
 */
#ifndef RGPU_TESTS_PTX_OPS_MEM_H
#define RGPU_TESTS_PTX_OPS_MEM_H

#include "softgpu/ptx/forms.h"
#include "tests/ptx/ops.h"

#define MEM_THREADS 64
#define MEM_AREA    32 /* bytes a thread */

/* The variant at hand. */
struct mem_variant {
	const struct ptx_form *form;
	char text[96];
	struct ptx_mods mods;
	enum ptx_type type;
	unsigned count, size; /* elements and their bytes */
	const char *space;    /* how the area is addressed */
	bool wide;	      /* registers wider than the type */
};

struct mem_params {
	unsigned char block[32];
	const void *a, *b;
};

/* 64 bytes a thread for what kernels read and write; MEM_AREA a thread for
 * what they are to find in .const. */
extern unsigned char *mem_src, *mem_areas;
extern uint64_t (*mem_in)[8], (*mem_out)[8];
extern unsigned mem_runs; /* counted */

static inline bool
mem_has(const struct mem_variant *v, enum ptx_mod mod)
{
	return ptx_mod_in(&v->mods, mod);
}

unsigned mem_reg_bits(const struct mem_variant *v);
/* h, r or d. */
char mem_reg_name(unsigned bits);
void mem_add_registers(
	struct ops_text *t, const struct mem_variant *v, unsigned first);

/* The n-th space that a variant is tried in; NULL: no more. */
const char *mem_area_of(const struct mem_variant *v, unsigned n);

/* The kernel: its head, the address of its area, copies between the area and
 * the source, its end. */
void mem_begin(struct ops_text *t, const struct mem_variant *v);
const char *mem_address(const struct mem_variant *v);
void mem_copy_area(
	struct ops_text *t, const struct mem_variant *v, bool to_area);
void mem_end(struct ops_text *t, const struct mem_variant *v);

/* Random bytes everywhere; what thread sees of them; a run of the text. */
void mem_fill(struct mem_params *params);
const unsigned char *mem_bytes_of(
	const struct mem_variant *v, const void *params, unsigned thread);
bool mem_run(struct ops_text *t, const struct mem_variant *v,
	struct mem_params *params);

/* One variant of atom or red: ops-atom.c */
void mem_test_atom(const struct mem_variant *v, struct ops_text *t);

#endif
