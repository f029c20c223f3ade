/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory pools (CUDA driver API, "Stream Ordered Memory Allocator"). A pool
 * keeps nothing: what is freed goes back to the device as soon as no kernel can
 * reach it. So a release threshold is noted, and nothing stays for it to
 * release. What a pool is made of is counted under the lock of memory.c.
 */
#ifndef RGPU_SOFTGPU_POOL_H
#define RGPU_SOFTGPU_POOL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/object.h"

struct rgpu_device;
struct rgpu_stream;

#define RGPU_POOL_REUSE 3 /* attributes that say what may be used again */

struct rgpu_pool {
	struct rgpu_object object;
	struct rgpu_device *device;
	bool is_default;
	uint64_t limit;		 /* 0: that of the device */
	_Atomic uint64_t access; /* a bit for each device that may reach it */
	_Atomic uint64_t threshold;
	_Atomic int reuse[RGPU_POOL_REUSE];

	/* The lock of memory.c. Reserved is used and what is about to go. */
	uint64_t used, used_high, reserved, reserved_high;
};

/* A pool with a handle, on a device. NULL: no memory. */
struct rgpu_pool *rgpu_pool_new(
	struct rgpu_device *device, uint64_t limit, bool is_default);

/* Whether kernels on that device may reach its memory. */
static inline bool
rgpu_pool_reached_from(struct rgpu_pool *pool, CUdevice ordinal)
{
	return atomic_load_explicit(&pool->access, memory_order_relaxed) >>
		ordinal &
		1;
}

#endif
