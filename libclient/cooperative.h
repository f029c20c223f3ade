/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cooperative launches. Launches are posted, but a grid whose blocks cannot all
 * be on the device at once must fail at the launch itself: programs try sizes
 * until one fits (CUDA Driver API 13.0, cuLaunchCooperativeKernel).
 */
#ifndef RGPU_CLIENT_COOPERATIVE_H
#define RGPU_CLIENT_COOPERATIVE_H

#include "cudaabi/gen/cuda-abi.h"

struct rgpu_context;
struct rgpu_function;

/* CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE, or what the server says when it is
 * asked: once for a function, its number of threads and its shared memory. The
 * shape must be within the device's limits. */
CUresult rgpu_cooperative_check(struct rgpu_function *f,
	const struct rgpu_context *c, const unsigned grid[3],
	const unsigned block[3], unsigned shared);

/* An attribute of a function or kernel has changed, and perhaps what fits. */
void rgpu_cooperative_forget(void);

#endif
