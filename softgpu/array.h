/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUDA arrays: device memory that only copies, textures and surfaces reach. Here
 * the elements lie in rows without gaps; kernels cannot see the addresses.
 */
#ifndef RGPU_SOFTGPU_ARRAY_H
#define RGPU_SOFTGPU_ARRAY_H

#include <stdbool.h>

#include "softgpu/context.h"
#include "softgpu/copy.h"

struct rgpu_array {
	struct rgpu_object object;
	struct rgpu_context *context; /* a reference */
	CUDA_ARRAY3D_DESCRIPTOR desc; /* as it was asked for */
	unsigned element;	      /* bytes */
	/* At least 1 each; depth counts layers and faces, too. */
	uint64_t width, height, depth;
	uint64_t pitch, slice, base;
	bool level; /* of a mipmapped array, which owns it */
};

#define RGPU_LEVELS_MAX 32

struct rgpu_mipmap {
	struct rgpu_object object;
	struct rgpu_context *context; /* a reference */
	unsigned levels;
	struct rgpu_array *level[RGPU_LEVELS_MAX];
};

/* An array with a handle, in the context; its elements are 0. */
CUresult rgpu_array_new(struct rgpu_context *context,
	const CUDA_ARRAY3D_DESCRIPTOR *desc, struct rgpu_array **out);

/* Ends it: waits for all that may use it. Of a level: only when its mipmapped
 * array asks. CUDA_ERROR_INVALID_HANDLE: not a handle, or a level. */
CUresult rgpu_array_destroy(CUarray handle, bool level);

/* The array behind a handle, with a reference; or NULL. */
struct rgpu_array *rgpu_array_get(CUarray handle);

/* The box of an array as a side of a copy: x and width in bytes. The array must
 * stay until the copy has been submitted. CUDA_ERROR_INVALID_VALUE: outside, or
 * no whole elements. */
CUresult rgpu_array_side(const struct rgpu_array *array, uint64_t x, uint64_t y,
	uint64_t z, const struct rgpu_copy *box, struct rgpu_side *side);

/* The context is closed and idle: ends all arrays of it. */
void rgpu_arrays_end(struct rgpu_context *context);

#endif
