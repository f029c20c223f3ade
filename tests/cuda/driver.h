/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver-API test programs share: every call is checked, and the two
 * differences between the headers of CUDA 12 and 13 are hidden. C and C++.
 */
#ifndef RGPU_TESTS_CUDA_DRIVER_H
#define RGPU_TESTS_CUDA_DRIVER_H

#include <cuda.h>

#include "verify.h"

/* Ends the program with status 1 unless the call succeeds. */
#define CHECK_CU(call) \
	check_result(__FILE__, __LINE__, #call, (call), CUDA_SUCCESS)

/* Ends the program with status 1 unless the call returns just this error. */
#define CHECK_CU_ERROR(want, call) \
	check_result(__FILE__, __LINE__, #call, (call), (want))

/* The name of an error, or its number: works before cuInit. */
static inline const char *
result_name(CUresult result)
{
	const char *name = NULL;

	return cuGetErrorName(result, &name) == CUDA_SUCCESS ? name : "?";
}

static inline void
check_result(const char *file, int line, const char *call, CUresult got,
	CUresult want)
{
	if (got == want)
		return;
	fprintf(stderr, "%s:%d: %s: got %s (%d), expected %s (%d)\n", file,
		line, call, result_name(got), (int)got, result_name(want),
		(int)want);
	give_up();
}

static inline CUresult
create_context(CUcontext *context, unsigned flags, CUdevice device)
{
#if CUDA_VERSION >= 13000
	return cuCtxCreate(context, NULL, flags, device);
#else
	return cuCtxCreate(context, flags, device);
#endif
}

#endif
