/* SPDX-License-Identifier: Apache-2.0 */
/* What memory.c and memory-find.c share. The lock is held in every function
 * here. */
#ifndef RGPU_SOFTGPU_MEMORY_INTERNAL_H
#define RGPU_SOFTGPU_MEMORY_INTERNAL_H

#include "softgpu/memory.h"

extern pthread_mutex_t rgpu_memory_lock;

/* Numbers of allocations; any thread, no lock. */
unsigned long long rgpu_memory_next_number(void);

/* The allocation that holds addr, of any kind; NULL: none. */
struct rgpu_allocation *rgpu_memory_at(uint64_t addr);

/* Host memory becomes visible to readers, or no longer. Fails with
 * CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED when it overlaps other. */
CUresult rgpu_memory_show_host(struct rgpu_allocation *allocation);
void rgpu_memory_hide_host(struct rgpu_allocation *allocation);

/* Takes the memory of a hidden allocation away, which nobody uses any more. */
void rgpu_memory_release(struct rgpu_allocation *allocation);

/* Hides an allocation from look-ups. */
void rgpu_memory_hide(struct rgpu_allocation *allocation);

/* Counts what a pool holds: more or less. -1: it may not hold so much. */
int rgpu_memory_pool_take(struct rgpu_pool *pool, uint64_t bytes);
void rgpu_memory_pool_give(
	const struct rgpu_allocation *allocation, uint64_t bytes);

/* What the allocation takes from its device. */
uint64_t rgpu_memory_cost(const struct rgpu_allocation *allocation);

/* Reserves the addresses of a device if that has not been done; logs why not. */
int rgpu_memory_open_arena(struct rgpu_device *device);

/* Frees it when no reader can hold a pointer to it any more. */
void rgpu_memory_retire(struct rgpu_retired *retired);

#endif
