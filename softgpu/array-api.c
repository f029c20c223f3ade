/* SPDX-License-Identifier: Apache-2.0 */
/* cuArray* and cuMipmappedArray*. */
#include "config.h"

#include <stdlib.h>

#include "cudaabi/format.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/array.h"
#include "softgpu/device.h"

CUresult
rgpu_do_cuArray3DCreate_v2(
	CUarray *pHandle, const CUDA_ARRAY3D_DESCRIPTOR *pAllocateArray)
{
	struct rgpu_context *c;
	struct rgpu_array *a;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pHandle || !pAllocateArray)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_array_new(c, pAllocateArray, &a);
	if (!r)
		*pHandle = rgpu_object_handle(&a->object);
	return r;
}

CUresult
rgpu_do_cuArrayCreate_v2(
	CUarray *pHandle, const CUDA_ARRAY_DESCRIPTOR *pAllocateArray)
{
	CUDA_ARRAY3D_DESCRIPTOR d = {.Depth = 0};

	if (!pAllocateArray)
		return CUDA_ERROR_INVALID_VALUE;
	d.Width = pAllocateArray->Width;
	d.Height = pAllocateArray->Height;
	d.Format = pAllocateArray->Format;
	d.NumChannels = pAllocateArray->NumChannels;
	return rgpu_do_cuArray3DCreate_v2(pHandle, &d);
}

CUresult
rgpu_do_cuArray3DGetDescriptor_v2(
	CUDA_ARRAY3D_DESCRIPTOR *pArrayDescriptor, CUarray hArray)
{
	struct rgpu_context *c;
	struct rgpu_array *a;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pArrayDescriptor)
		return CUDA_ERROR_INVALID_VALUE;
	a = rgpu_array_get(hArray);
	if (!a)
		return CUDA_ERROR_INVALID_HANDLE;
	*pArrayDescriptor = a->desc;
	rgpu_object_put(&a->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuArrayGetDescriptor_v2(
	CUDA_ARRAY_DESCRIPTOR *pArrayDescriptor, CUarray hArray)
{
	CUDA_ARRAY3D_DESCRIPTOR d;
	CUresult r = pArrayDescriptor
		? rgpu_do_cuArray3DGetDescriptor_v2(&d, hArray)
		: CUDA_ERROR_INVALID_VALUE;

	if (!r)
		*pArrayDescriptor = (CUDA_ARRAY_DESCRIPTOR){
			d.Width, d.Height, d.Format, d.NumChannels};
	return r;
}

CUresult
rgpu_do_cuArrayDestroy(CUarray hArray)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	return r ? r : rgpu_array_destroy(hArray, false);
}

/* Of arrays that are sparse, mapped later or of several planes, and there are
 * none: every array is CUDA_ERROR_INVALID_VALUE, as the manual says. */
static CUresult
no_special(CUarray handle, const void *out)
{
	CUDA_ARRAY3D_DESCRIPTOR d;
	CUresult r = rgpu_do_cuArray3DGetDescriptor_v2(&d, handle);

	(void)out;
	return r ? r : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuArrayGetSparseProperties(
	CUDA_ARRAY_SPARSE_PROPERTIES *sparseProperties, CUarray array)
{
	return no_special(array, sparseProperties);
}

CUresult
rgpu_do_cuArrayGetMemoryRequirements(
	CUDA_ARRAY_MEMORY_REQUIREMENTS *memoryRequirements, CUarray array,
	CUdevice device)
{
	if (!rgpu_device_get(device))
		return CUDA_ERROR_INVALID_DEVICE;
	return no_special(array, memoryRequirements);
}

CUresult
rgpu_do_cuArrayGetPlane(
	CUarray *pPlaneArray, CUarray hArray, unsigned int planeIdx)
{
	(void)planeIdx;
	return no_special(hArray, pPlaneArray);
}

/* ---- mipmapped arrays -------------------------------------------------------- */

static void
destroy_mipmap(struct rgpu_object *object)
{
	struct rgpu_mipmap *m = (struct rgpu_mipmap *)object;

	for (unsigned i = 0; i < m->levels; i++)
		rgpu_object_put(&m->level[i]->object);
	rgpu_object_put(&m->context->object);
	free(m);
}

/* Every level half as large, down to one element; layers and faces stay. */
static CUDA_ARRAY3D_DESCRIPTOR
level_desc(const CUDA_ARRAY3D_DESCRIPTOR *d, unsigned level)
{
	CUDA_ARRAY3D_DESCRIPTOR l = *d;
	size_t *extents[] = {&l.Width, &l.Height, &l.Depth};
	bool layers = d->Flags & (CUDA_ARRAY3D_LAYERED | CUDA_ARRAY3D_CUBEMAP);

	for (unsigned i = 0; i < (layers ? 2 : 3); i++) {
		if (*extents[i])
			*extents[i] =
				*extents[i] >> level ? *extents[i] >> level : 1;
	}
	return l;
}

/* Down to one element, at most. */
static unsigned
level_count(const CUDA_ARRAY3D_DESCRIPTOR *d, unsigned want)
{
	bool layers = d->Flags & (CUDA_ARRAY3D_LAYERED | CUDA_ARRAY3D_CUBEMAP);
	size_t most = d->Width | d->Height | (layers ? 0 : d->Depth);
	unsigned count = 1;

	while (most >>= 1)
		count++;
	if (count > RGPU_LEVELS_MAX)
		count = RGPU_LEVELS_MAX;
	return want < 1 ? 1 : want < count ? want : count;
}

static void
end_levels(struct rgpu_mipmap *m)
{
	for (unsigned i = 0; i < m->levels; i++)
		rgpu_array_destroy(
			rgpu_object_handle(&m->level[i]->object), true);
}

static CUresult
make_levels(
	struct rgpu_mipmap *m, const CUDA_ARRAY3D_DESCRIPTOR *d, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		CUDA_ARRAY3D_DESCRIPTOR l = level_desc(d, i);
		CUresult r = rgpu_array_new(m->context, &l, &m->level[i]);

		if (r)
			return r;
		m->level[i]->level = true;
		rgpu_object_ref(&m->level[i]->object);
		m->levels++;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMipmappedArrayCreate(CUmipmappedArray *pHandle,
	const CUDA_ARRAY3D_DESCRIPTOR *pMipmappedArrayDesc,
	unsigned int numMipmapLevels)
{
	const CUDA_ARRAY3D_DESCRIPTOR *d = pMipmappedArrayDesc;
	struct rgpu_context *c;
	struct rgpu_mipmap *m;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pHandle || !d)
		return CUDA_ERROR_INVALID_VALUE;
	m = calloc(1, sizeof(*m));
	if (!m)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_object_init(&m->object, destroy_mipmap);
	rgpu_object_ref(&c->object);
	m->context = c;
	r = make_levels(m, d, level_count(d, numMipmapLevels));
	if (!r && rgpu_object_make(RGPU_KIND_MIPMAP, &m->object))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (!r) {
		*pHandle = rgpu_object_handle(&m->object);
		return CUDA_SUCCESS;
	}
	end_levels(m);
	rgpu_object_put(&m->object);
	return r;
}

static CUresult
get_mipmap(CUmipmappedArray handle, struct rgpu_mipmap **m)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	*m = rgpu_object_get(RGPU_KIND_MIPMAP, handle);
	return *m ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuMipmappedArrayGetLevel(CUarray *pLevelArray,
	CUmipmappedArray hMipmappedArray, unsigned int level)
{
	struct rgpu_mipmap *m;
	CUresult r;

	if (!pLevelArray)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_mipmap(hMipmappedArray, &m);
	if (r)
		return r;
	if (level < m->levels)
		*pLevelArray = rgpu_object_handle(&m->level[level]->object);
	else
		r = CUDA_ERROR_INVALID_VALUE;
	rgpu_object_put(&m->object);
	return r;
}

CUresult
rgpu_do_cuMipmappedArrayDestroy(CUmipmappedArray hMipmappedArray)
{
	struct rgpu_context *c;
	struct rgpu_mipmap *m;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	m = rgpu_object_end(RGPU_KIND_MIPMAP, hMipmappedArray);
	if (!m)
		return CUDA_ERROR_INVALID_HANDLE;
	end_levels(m);
	rgpu_object_put(&m->object);
	return CUDA_SUCCESS;
}

static CUresult
no_special_mipmap(CUmipmappedArray handle)
{
	struct rgpu_mipmap *m;
	CUresult r = get_mipmap(handle, &m);

	if (r)
		return r;
	rgpu_object_put(&m->object);
	return CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuMipmappedArrayGetSparseProperties(
	CUDA_ARRAY_SPARSE_PROPERTIES *sparseProperties, CUmipmappedArray mipmap)
{
	(void)sparseProperties;
	return no_special_mipmap(mipmap);
}

CUresult
rgpu_do_cuMipmappedArrayGetMemoryRequirements(
	CUDA_ARRAY_MEMORY_REQUIREMENTS *memoryRequirements,
	CUmipmappedArray mipmap, CUdevice device)
{
	(void)memoryRequirements;
	if (!rgpu_device_get(device))
		return CUDA_ERROR_INVALID_DEVICE;
	return no_special_mipmap(mipmap);
}

CUresult
rgpu_do_cuDeviceGetTexture1DLinearMaxWidth(size_t *maxWidthInElements,
	CUarray_format format, unsigned int numChannels, CUdevice dev)
{
	if (!maxWidthInElements || !rgpu_format_bytes(format) ||
		(numChannels != 1 && numChannels != 2 && numChannels != 4))
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(dev))
		return CUDA_ERROR_INVALID_DEVICE;
	*maxWidthInElements = RGPU_LINEAR_MAX;
	return CUDA_SUCCESS;
}
