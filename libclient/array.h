/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the client knows of arrays: enough to answer for them and to check copies
 * as the driver does.
 */
#ifndef RGPU_CLIENT_ARRAY_H
#define RGPU_CLIENT_ARRAY_H

#include "libclient/objects.h"

struct rgpu_mipmap;

struct rgpu_array {
	uint64_t id;
	struct rgpu_context *context;
	CUDA_ARRAY3D_DESCRIPTOR desc;
	unsigned element;	    /* bytes */
	struct rgpu_mipmap *mipmap; /* of a level: what it belongs to */
};

#define RGPU_LEVELS_MAX 32

struct rgpu_mipmap {
	uint64_t id;
	struct rgpu_context *context;
	CUDA_ARRAY3D_DESCRIPTOR desc;
	struct rgpu_array *level[RGPU_LEVELS_MAX]; /* asked for so far */
};

extern struct rgpu_ids rgpu_arrays, rgpu_mipmaps;

/* Behind a handle; NULL: garbage, or gone. */
static inline struct rgpu_array *
rgpu_array_find(CUarray handle)
{
	return rgpu_id_find(&rgpu_arrays, rgpu_handle_id(handle));
}

static inline struct rgpu_mipmap *
rgpu_mipmap_find(CUmipmappedArray handle)
{
	return rgpu_id_find(&rgpu_mipmaps, rgpu_handle_id(handle));
}

/* Whether a box of bytes, rows and slices lies in the array and is made of whole
 * elements. */
bool rgpu_array_holds(const struct rgpu_array *array, uint64_t x, uint64_t y,
	uint64_t z, uint64_t width, uint64_t height, uint64_t depth);

/* The context is gone, its textures and surfaces with it (texture.c). */
void rgpu_textures_end_in(const struct rgpu_context *context);

/* The context is gone, its arrays with it. */
void rgpu_arrays_end_in(struct rgpu_context *context);

#endif
