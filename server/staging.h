/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host buffers that copies go through. They come from the driver (page-locked:
 * a copy to or from pageable memory would make the executor wait for the GPU),
 * belong to a context and end with it, and are used again. Any thread.
 */
#ifndef RGPU_SERVER_STAGING_H
#define RGPU_SERVER_STAGING_H

#include "server/session.h"

/* The most that one session may hold at once, bytes. */
#define RGPU_STAGING_MAX (UINT64_C(4) << 30)

struct rgpu_buffer {
	struct rgpu_buffer *next;
	const struct rgpu_object *context;
	void *data;
	size_t size; /* at least what was asked for */
};

/* NULL: no memory. */
struct rgpu_staging *rgpu_staging_create(const struct rgpu_driver *driver);

/* A buffer of at least size bytes; the context must be current.
 * CUDA_ERROR_OUT_OF_MEMORY beyond the session's limit. */
CUresult rgpu_staging_get(struct rgpu_staging *st,
	const struct rgpu_object *context, size_t size,
	struct rgpu_buffer **buffer);
void rgpu_staging_put(struct rgpu_staging *st, struct rgpu_buffer *buffer);

/* The context is about to be destroyed (and is current): frees its buffers. All
 * of them must have been put back. */
void rgpu_staging_drop(
	struct rgpu_staging *st, const struct rgpu_object *context);

#endif
