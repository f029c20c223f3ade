/* SPDX-License-Identifier: Apache-2.0 */
/* Names and one-line texts of CUresult. */
#ifndef RGPU_CUDAABI_ERRORS_H
#define RGPU_CUDAABI_ERRORS_H

#include <stdbool.h>
#include <stddef.h>

struct rgpu_cuda_error {
	int code;
	const char *name, *text;
};

extern const struct rgpu_cuda_error rgpu_cuda_errors[]; /* ascending codes */
extern const size_t rgpu_cuda_error_count;

/* The entry for a code, or NULL when CUDA 13.0 documents no such code. */
const struct rgpu_cuda_error *rgpu_cuda_error_find(int code);

/* "CUDA_ERROR_INVALID_VALUE"; "CUDA_ERROR_?" for an unknown code. */
const char *rgpu_cuda_error_name(int code);

/* Whether the code is "sticky": a fault of the device after which the context
 * does nothing any more (cuda.h: "leaves the process in an inconsistent state
 * and any further CUDA work will return the same error"). */
bool rgpu_cuda_error_is_sticky(int code);

#endif
