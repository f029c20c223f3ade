/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of malloc() and free() in kernels: one allocation of device memory a
 * context, made at the first use. What is known of its blocks is kept outside
 * of it, where a kernel that writes beyond its block cannot damage it.
 */
#ifndef RGPU_SOFTGPU_HEAP_H
#define RGPU_SOFTGPU_HEAP_H

#include <stdint.h>

struct rgpu_context;

/* Several kernels may call these at once. 0: no room. */
uint64_t rgpu_heap_alloc(struct rgpu_context *context, uint64_t size);
void rgpu_heap_free(struct rgpu_context *context, uint64_t addr);

/* The context is closed; its memory has been given back. */
void rgpu_heap_end(struct rgpu_context *context);

#endif
