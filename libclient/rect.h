/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of bytes, rows and slices that copies are made of. */
#ifndef RGPU_CLIENT_RECT_H
#define RGPU_CLIENT_RECT_H

#include <stdbool.h>
#include <stdint.h>

#include "libclient/array.h"

/* One side of a copy: where its first byte is, and its steps. */
struct rgpu_side {
	bool device; /* memory of the device, or an array */
	uint64_t base;
	uint64_t pitch, slice;
	const struct rgpu_array *array; /* NULL: memory */
	uint64_t x, y, z;		/* in the array */
};

struct rgpu_box {
	struct rgpu_side dst, src;
	uint64_t width, height, depth;
	CUstream stream;
	uint64_t context, stream_id;
	bool synchronous;
};

/* Copies in stream order, after checks of what can be checked here. */
CUresult rgpu_copy_box(struct rgpu_box *box);

/* Makes a side of an array. CUDA_ERROR_INVALID_HANDLE, CUDA_ERROR_INVALID_VALUE:
 * the box is not in it. */
CUresult rgpu_array_side(struct rgpu_side *side, CUarray array, uint64_t x,
	uint64_t y, uint64_t z, const struct rgpu_box *box);

/* A checked box with an array on one side or both. */
CUresult rgpu_copy_arrays(const struct rgpu_box *box);

#endif
