/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texture and surface objects. Kernels look handles up without a lock, as
 * addresses (memory.h): an object stays until no launch can see it, and its
 * memory is looked up at each use, as it may have been freed before.
 */
#ifndef RGPU_SOFTGPU_TEXTURE_H
#define RGPU_SOFTGPU_TEXTURE_H

#include "softgpu/memory.h"
#include "softgpu/ptx/texture.h"

struct rgpu_texture {
	struct rgpu_retired retired;
	uint64_t id;
	struct rgpu_context *context; /* not a reference: it ends first */
	bool surface;
	uint64_t bytes; /* of memory from engine.base on */
	struct rgpu_ptx_texture engine;
	CUDA_RESOURCE_DESC resource;
	CUDA_TEXTURE_DESC texture;
	CUDA_RESOURCE_VIEW_DESC view;
	bool has_view;
};

/* What a kernel may read or write through a handle; no lock, any thread. */
const struct rgpu_ptx_texture *rgpu_texture_find(
	const struct rgpu_memory_reader *reader, uint64_t handle, bool surface);

/* The context is closed and idle: ends its objects. */
void rgpu_textures_end(struct rgpu_context *context);

#endif
