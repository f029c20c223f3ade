/* SPDX-License-Identifier: Apache-2.0 */
/* cuGetErrorName and cuGetErrorString, which need no server. */
#include "config.h"
#include "cudaabi/errors.h"
#include "cudaabi/gen/inner.h"

CUresult
rgpu_do_cuGetErrorName(CUresult error, const char **pStr)
{
	const struct rgpu_cuda_error *e = rgpu_cuda_error_find((int)error);

	if (!pStr)
		return CUDA_ERROR_INVALID_VALUE;
	*pStr = e ? e->name : NULL;
	return e ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuGetErrorString(CUresult error, const char **pStr)
{
	const struct rgpu_cuda_error *e = rgpu_cuda_error_find((int)error);

	if (!pStr)
		return CUDA_ERROR_INVALID_VALUE;
	*pStr = e ? e->text : NULL;
	return e ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
