/* SPDX-License-Identifier: Apache-2.0 */
/* What memory.c and memory-find.c share. The lock is held in every function
 * here. */
#ifndef RGPU_SOFTGPU_MEMORY_INTERNAL_H
#define RGPU_SOFTGPU_MEMORY_INTERNAL_H

#include "softgpu/memory.h"

extern pthread_mutex_t rgpu_memory_lock;

/* The allocation that holds addr, of any kind; NULL: none. */
struct rgpu_allocation *rgpu_memory_at(uint64_t addr);

/* Host memory becomes visible to readers, or no longer. Fails with
 * CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED when it overlaps other. */
CUresult rgpu_memory_show_host(struct rgpu_allocation *allocation);
void rgpu_memory_hide_host(struct rgpu_allocation *allocation);

/* Frees it when no reader can hold a pointer to it any more. */
void rgpu_memory_retire(struct rgpu_retired *retired);

#endif
