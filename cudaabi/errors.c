/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the table of CUresult. */
#include "config.h"
#include "cudaabi/errors.h"

const struct rgpu_cuda_error *
rgpu_cuda_error_find(int code)
{
	for (size_t i = 0; i < rgpu_cuda_error_count; i++) {
		if (rgpu_cuda_errors[i].code == code)
			return &rgpu_cuda_errors[i];
	}
	return NULL;
}

const char *
rgpu_cuda_error_name(int code)
{
	const struct rgpu_cuda_error *e = rgpu_cuda_error_find(code);

	return e ? e->name : "CUDA_ERROR_?";
}
