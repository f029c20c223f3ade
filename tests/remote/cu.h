/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver API for test programs that are built without a CUDA toolkit: found
 * in libcuda.so.1 by name at run time, as cudart does.
 */
#ifndef RGPU_TESTS_CU_H
#define RGPU_TESTS_CU_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "cudaabi/gen/cuda-abi.h"

/* What cu_symbol() opens; a test sets another before its first call. */
static const char *cu_library = "libcuda.so.1";

static inline void *
cu_symbol(const char *name)
{
	static void *library;
	void *p;

	if (!library)
		library = dlopen(cu_library, RTLD_NOW);
	p = library ? dlsym(library, name) : NULL;
	if (!p) {
		fprintf(stderr, "%s\n", dlerror());
		exit(90);
	}
	return p;
}

/* The function of that exact symbol: CU(cuMemAlloc_v2)(&p, 16). */
#define CU(name) (*(__typeof__(&name))cu_symbol(#name))

static inline const char *
cu_name(CUresult r)
{
	const char *name;

	return CU(cuGetErrorName)(r, &name) ? "?" : name;
}

/* A call that must succeed. */
#define MUST(name, ...)                                                     \
	do {                                                                \
		CUresult r_ = CU(name)(__VA_ARGS__);                        \
                                                                            \
		if (r_) {                                                   \
			fprintf(stderr, "%s:%d: " #name ": %s\n", __FILE__, \
				__LINE__, cu_name(r_));                     \
			exit(91);                                           \
		}                                                           \
	} while (0)

#endif
