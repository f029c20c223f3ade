/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies and fills as work of a stream. Both sides are checked against the
 * allocations when the call is made, and pinned until the work is done.
 */
#ifndef RGPU_SOFTGPU_COPY_H
#define RGPU_SOFTGPU_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"

struct rgpu_stream;

enum rgpu_side_kind {
	RGPU_SIDE_DEVICE, /* must lie in an allocation */
	RGPU_SIDE_HOST,	  /* any host memory */
	RGPU_SIDE_ANY,	  /* whatever the address says */
	RGPU_SIDE_ARRAY,  /* rgpu_array_side() has checked it */
};

/* Bytes between the beginnings of rows and of slices count only where there is
 * more than one. */
struct rgpu_side {
	enum rgpu_side_kind kind;
	uint64_t address, pitch, slice;
};

struct rgpu_copy {
	struct rgpu_side dst, src;
	uint64_t width, height, depth; /* bytes, rows, slices */
	bool late; /* of a graph: host memory is used when the stream gets
		    * there, and nobody waits */
};

/*
 * Copies in stream order. sync: returns when it is done, unless both sides are
 * device memory (as CUDA does). Otherwise ordinary host memory has been read,
 * or written, when this returns, and pinned memory is used later.
 */
CUresult rgpu_copy(
	const struct rgpu_copy *copy, struct rgpu_stream *stream, bool sync);

/* The same for what a graph's copy node says, late. */
CUresult rgpu_copy_late(const CUDA_MEMCPY3D *box, CUstream stream);

struct rgpu_fill {
	uint64_t address, pitch;
	uint64_t width, height; /* elements, rows */
	unsigned element;	/* bytes: 1, 2 or 4 */
	uint32_t value;
};

/* Fills device or pinned memory in stream order; sync waits for pinned memory
 * only. */
CUresult rgpu_fill(
	const struct rgpu_fill *fill, struct rgpu_stream *stream, bool sync);

#endif
