/* SPDX-License-Identifier: Apache-2.0 */
/* Making and ending arrays. */
#include "config.h"
#include "softgpu/array.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/format.h"
#include "softgpu/device.h"
#include "softgpu/memory.h"

#define FLAGS                                          \
	(CUDA_ARRAY3D_LAYERED | CUDA_ARRAY3D_CUBEMAP | \
		CUDA_ARRAY3D_SURFACE_LDST | CUDA_ARRAY3D_TEXTURE_GATHER)

/* The greatest extents of arrays of this shape (what cuDeviceGetAttribute
 * says). */
static bool
fits(const CUDA_ARRAY3D_DESCRIPTOR *d)
{
	bool layered = d->Flags & CUDA_ARRAY3D_LAYERED;

	if (d->Flags & CUDA_ARRAY3D_CUBEMAP)
		return d->Width == d->Height && d->Width <= RGPU_LAYERED_MAX &&
			d->Depth % 6 == 0 && d->Depth &&
			(layered ? d->Depth <= RGPU_CUBE_FACES_MAX
				 : d->Depth == 6);
	if (layered)
		return d->Depth && d->Depth <= RGPU_LAYERS_MAX &&
			d->Width <= RGPU_LAYERED_MAX &&
			d->Height <= RGPU_LAYERED_MAX;
	if (d->Depth)
		return d->Height && d->Width <= RGPU_TEXTURE_3D_MAX &&
			d->Height <= RGPU_TEXTURE_3D_MAX &&
			d->Depth <= RGPU_TEXTURE_3D_MAX;
	return d->Width <= RGPU_TEXTURE_WIDTH_MAX &&
		d->Height <= RGPU_TEXTURE_HEIGHT_MAX;
}

static CUresult
check(const CUDA_ARRAY3D_DESCRIPTOR *d)
{
	if (d->NumChannels != 1 && d->NumChannels != 2 && d->NumChannels != 4)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d->Width || !fits(d))
		return CUDA_ERROR_INVALID_VALUE;
	if (rgpu_format_bytes(d->Format) && !(d->Flags & ~(unsigned)FLAGS))
		return CUDA_SUCCESS;
	rgpu_warn("arrays of format 0x%x with flags 0x%x are not supported",
		(unsigned)d->Format, d->Flags);
	return CUDA_ERROR_NOT_SUPPORTED;
}

static void
destroy(struct rgpu_object *object)
{
	struct rgpu_array *a = (struct rgpu_array *)object;

	rgpu_object_put(&a->context->object);
	free(a);
}

static CUresult
allocate(struct rgpu_array *a)
{
	struct rgpu_allocation *memory;
	uint64_t bytes;
	CUresult r;

	a->pitch = a->width * a->element;
	a->slice = a->pitch * a->height;
	if (__builtin_mul_overflow(a->slice, a->depth, &bytes))
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_memory_alloc(a->context, bytes, RGPU_MEMORY_ARRAY, &memory);
	if (r)
		return r;
	a->base = memory->base;
	memset((void *)(uintptr_t)a->base, 0, bytes);
	return CUDA_SUCCESS;
}

CUresult
rgpu_array_new(struct rgpu_context *context,
	const CUDA_ARRAY3D_DESCRIPTOR *desc, struct rgpu_array **out)
{
	CUresult r = check(desc);
	struct rgpu_array *a;

	if (r)
		return r;
	a = calloc(1, sizeof(*a));
	if (!a)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_object_init(&a->object, destroy);
	rgpu_object_ref(&context->object);
	a->context = context;
	a->desc = *desc;
	a->element = rgpu_format_bytes(desc->Format) * desc->NumChannels;
	a->width = desc->Width;
	a->height = desc->Height ? desc->Height : 1;
	a->depth = desc->Depth ? desc->Depth : 1;
	r = allocate(a);
	if (!r && rgpu_object_make(RGPU_KIND_ARRAY, &a->object)) {
		rgpu_memory_free(a->base, RGPU_MEMORY_ARRAY);
		r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (r)
		rgpu_object_put(&a->object);
	else
		*out = a;
	return r;
}

struct rgpu_array *
rgpu_array_get(CUarray handle)
{
	return rgpu_object_get(RGPU_KIND_ARRAY, handle);
}

CUresult
rgpu_array_destroy(CUarray handle, bool level)
{
	struct rgpu_array *a = rgpu_array_get(handle), *gone = NULL;

	if (!a)
		return CUDA_ERROR_INVALID_HANDLE;
	if (a->level == level)
		gone = rgpu_object_end(RGPU_KIND_ARRAY, handle);
	rgpu_object_put(&a->object);
	if (!gone)
		return CUDA_ERROR_INVALID_HANDLE;
	rgpu_memory_free(gone->base, RGPU_MEMORY_ARRAY);
	rgpu_object_put(&gone->object);
	return CUDA_SUCCESS;
}

static bool
inside(uint64_t at, uint64_t count, uint64_t size)
{
	return at <= size && count <= size - at;
}

CUresult
rgpu_array_side(const struct rgpu_array *a, uint64_t x, uint64_t y, uint64_t z,
	const struct rgpu_copy *box, struct rgpu_side *side)
{
	if (x % a->element || box->width % a->element ||
		!inside(x, box->width, a->pitch) ||
		!inside(y, box->height, a->height) ||
		!inside(z, box->depth, a->depth))
		return CUDA_ERROR_INVALID_VALUE;
	*side = (struct rgpu_side){
		.kind = RGPU_SIDE_ARRAY,
		.address = a->base + z * a->slice + y * a->pitch + x,
		.pitch = a->pitch,
		.slice = a->slice,
	};
	return CUDA_SUCCESS;
}

/* Their memory goes with the rest of the context's. */
void
rgpu_arrays_end(struct rgpu_context *context)
{
	struct rgpu_mipmap *m;
	struct rgpu_array *a;
	uint32_t pos = 0;

	while ((m = rgpu_object_next(RGPU_KIND_MIPMAP, &pos))) {
		if (m->context == context)
			rgpu_object_put(rgpu_object_end(RGPU_KIND_MIPMAP,
				rgpu_object_handle(&m->object)));
		rgpu_object_put(&m->object);
	}
	pos = 0;
	while ((a = rgpu_object_next(RGPU_KIND_ARRAY, &pos))) {
		if (a->context == context)
			rgpu_object_put(rgpu_object_end(RGPU_KIND_ARRAY,
				rgpu_object_handle(&a->object)));
		rgpu_object_put(&a->object);
	}
}
