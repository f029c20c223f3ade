/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuGetProcAddress: from a name without version suffix, a CUDA version and
 * flags to the symbol. Measured with libcudart 13.0, which finds the driver
 * through this function alone; the rule agrees with cudaTypedefs.h 13.0, which
 * tests/gen/abi-check.c compares with our table.
 */
#ifndef RGPU_CUDAABI_PROCS_H
#define RGPU_CUDAABI_PROCS_H

#include <stddef.h>

typedef void (*rgpu_proc_fn)(void);

struct rgpu_proc {
	const char *name; /* without suffix: "cuMemAlloc" */
	unsigned version; /* 3020: CUDA 3.2 */
	unsigned per_thread;
	rgpu_proc_fn function;
};

/* Ascending by name, then per_thread, then version. */
extern const struct rgpu_proc rgpu_procs[];
extern const size_t rgpu_proc_count;

enum rgpu_proc_status {
	RGPU_PROC_FOUND,
	RGPU_PROC_UNKNOWN, /* no such name */
	RGPU_PROC_TOO_NEW, /* the name exists in later versions only */
};

/* The newest symbol of that name not newer than version. With per_thread its
 * per-thread form where there is one. *function is NULL unless found. */
enum rgpu_proc_status rgpu_proc_find(const char *name, unsigned version,
	int per_thread, rgpu_proc_fn *function);

#endif
