/* SPDX-License-Identifier: Apache-2.0 */
/* The options of module loading: log buffers are filled, what concerns the
 * making of machine code has no meaning here and is accepted. */
#ifndef RGPU_SOFTGPU_JIT_H
#define RGPU_SOFTGPU_JIT_H

#include "cudaabi/gen/cuda-abi.h"

struct rgpu_jit {
	unsigned count;
	const CUjit_option *options;
	void **values;
};

/* Checks options. CUDA_ERROR_INVALID_VALUE: one is unknown. */
CUresult rgpu_jit_open(unsigned count, const CUjit_option *options,
	void **values, struct rgpu_jit *jit);

/* Fills the log buffers and the other outputs. error: what went wrong, or "". */
void rgpu_jit_report(const struct rgpu_jit *jit, const char *error);

#endif
