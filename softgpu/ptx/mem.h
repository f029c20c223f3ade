/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What memory operations keep in op->x.
 */
#ifndef RGPU_SOFTGPU_PTX_MEM_H
#define RGPU_SOFTGPU_PTX_MEM_H

enum ptx_mem_field {
	PTX_MEM_SPACE, /* enum ptx_space */
	PTX_MEM_SIZE,  /* bytes of an element */
	PTX_MEM_COUNT, /* elements */
	PTX_MEM_FLAGS, /* PTX_MEM_* below */
	PTX_MEM_WIDE,  /* the address has 64-bit lanes */
	PTX_MEM_OP,    /* enum ptx_atom_op, PTX_COPY_* */
	PTX_MEM_ALIGN, /* bytes, at least those accessed */
	PTX_MEM_MODE,  /* PTX_HALF_* of ATOM_HALF */
};

enum {
	PTX_MEM_SIGNED = 1,
	PTX_MEM_LANE64 = 2, /* the register has 64-bit lanes */
	PTX_MEM_REG16 = 4,  /* the register has 16 bits */
};

enum ptx_atom_op {
	PTX_ATOM_ADD,
	PTX_ATOM_AND,
	PTX_ATOM_OR,
	PTX_ATOM_XOR,
	PTX_ATOM_EXCH,
	PTX_ATOM_CAS,
	PTX_ATOM_INC,
	PTX_ATOM_DEC,
	PTX_ATOM_MIN_U,
	PTX_ATOM_MAX_U,
	PTX_ATOM_MIN_S,
	PTX_ATOM_MAX_S,
};

/* cp.async: all bytes come from the source, the first r[1] of them, or none
 * where the predicate r[2] is set; the others are zero. r[0] is the place in
 * shared memory. */
enum { PTX_COPY_ALL, PTX_COPY_SOME, PTX_COPY_IGNORE };

/* Polling memory makes a loop's turns count more (see exec-flow.c). */
#define PTX_POLL_WEIGHT 63

#endif
