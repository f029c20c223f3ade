/* SPDX-License-Identifier: Apache-2.0 */
/* Launching kernels. */
#ifndef RGPU_SOFTGPU_LAUNCH_H
#define RGPU_SOFTGPU_LAUNCH_H

#include <stdbool.h>

#include "cudaabi/gen/cuda-abi.h"

struct rgpu_function;
struct rgpu_stream;

struct rgpu_launch {
	unsigned grid[3], block[3];
	unsigned shared; /* bytes of dynamic shared memory */
	bool cooperative;
	void **params, **extra; /* one of them, as the application gave it */
};

/* Checks a launch against all limits, takes its parameters and queues it. */
CUresult rgpu_launch(struct rgpu_function *function, struct rgpu_stream *stream,
	const struct rgpu_launch *launch);

#endif
