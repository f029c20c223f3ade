/* SPDX-License-Identifier: Apache-2.0 */
/* cuArray* and cuMipmappedArray*. */
#include "config.h"
#include "libclient/array.h"

#include "common/log.h"
#include "common/slab.h"
#include "cudaabi/format.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"

struct rgpu_ids rgpu_arrays = RGPU_IDS_INIT(RGPU_KIND_ARRAY);
struct rgpu_ids rgpu_mipmaps = RGPU_IDS_INIT(RGPU_KIND_MIPMAP);

static struct rgpu_slab arrays = RGPU_SLAB_INIT(struct rgpu_array);
static struct rgpu_slab mipmaps = RGPU_SLAB_INIT(struct rgpu_mipmap);

/* Protects the lists of levels. */
static pthread_mutex_t levels_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- objects ------------------------------------------------------------------ */

static struct rgpu_array *
new_array(struct rgpu_context *context, const CUDA_ARRAY3D_DESCRIPTOR *d)
{
	struct rgpu_array *a = rgpu_slab_get(&arrays);

	if (!a)
		return NULL;
	a->context = context;
	a->desc = *d;
	a->element = rgpu_format_bytes(d->Format) * d->NumChannels;
	a->id = rgpu_id_make(&rgpu_arrays, a);
	if (a->id)
		return a;
	rgpu_slab_put(&arrays, a);
	return NULL;
}

static void
end_array(struct rgpu_array *a)
{
	if (rgpu_id_end(&rgpu_arrays, a->id))
		rgpu_slab_put(&arrays, a);
}

static void
end_mipmap(struct rgpu_mipmap *m)
{
	if (!rgpu_id_end(&rgpu_mipmaps, m->id))
		return;
	pthread_mutex_lock(&levels_lock);
	for (unsigned i = 0; i < RGPU_LEVELS_MAX; i++) {
		if (m->level[i])
			end_array(m->level[i]);
	}
	pthread_mutex_unlock(&levels_lock);
	rgpu_slab_put(&mipmaps, m);
}

void
rgpu_arrays_end_in(struct rgpu_context *context)
{
	struct rgpu_mipmap *m;
	struct rgpu_array *a;
	uint32_t pos = 0;

	while ((m = rgpu_id_next(&rgpu_mipmaps, &pos))) {
		if (m->context == context)
			end_mipmap(m);
	}
	pos = 0;
	while ((a = rgpu_id_next(&rgpu_arrays, &pos))) {
		if (a->context == context)
			end_array(a);
	}
}

static bool
inside(uint64_t at, uint64_t count, uint64_t size)
{
	return at <= size && count <= size - at;
}

bool
rgpu_array_holds(const struct rgpu_array *a, uint64_t x, uint64_t y, uint64_t z,
	uint64_t width, uint64_t height, uint64_t depth)
{
	const CUDA_ARRAY3D_DESCRIPTOR *d = &a->desc;

	return x % a->element == 0 && width % a->element == 0 &&
		inside(x, width, d->Width * a->element) &&
		inside(y, height, d->Height ? d->Height : 1) &&
		inside(z, depth, d->Depth ? d->Depth : 1);
}

/* ---- arrays -------------------------------------------------------------------- */

/* What copies and these functions could not do justice is not made. */
static CUresult
check(const CUDA_ARRAY3D_DESCRIPTOR *d)
{
	const unsigned later =
		CUDA_ARRAY3D_SPARSE | CUDA_ARRAY3D_DEFERRED_MAPPING;

	if (d->NumChannels != 1 && d->NumChannels != 2 && d->NumChannels != 4)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d->Width || d->Width > UINT32_MAX)
		return CUDA_ERROR_INVALID_VALUE;
	if (rgpu_format_bytes(d->Format) && !(d->Flags & later))
		return CUDA_SUCCESS;
	rgpu_warn("arrays of format 0x%x with flags 0x%x are not supported: "
		  "CUDA_ERROR_NOT_SUPPORTED",
		(unsigned)d->Format, d->Flags);
	return CUDA_ERROR_NOT_SUPPORTED;
}

CUresult
rgpu_do_cuArray3DCreate_v2(
	CUarray *pHandle, const CUDA_ARRAY3D_DESCRIPTOR *pAllocateArray)
{
	const CUDA_ARRAY3D_DESCRIPTOR *d = pAllocateArray;
	struct rgpu_args_cuArray3DCreate_v2 a;
	struct rgpu_context *c;
	struct rgpu_array *array;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pHandle || !d)
		return CUDA_ERROR_INVALID_VALUE;
	r = check(d);
	if (r)
		return r;
	array = new_array(c, d);
	if (!array)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a = (struct rgpu_args_cuArray3DCreate_v2){
		.pHandle = array->id,
		.width = d->Width,
		.height = d->Height,
		.depth = d->Depth,
		.format = (unsigned)d->Format,
		.channels = d->NumChannels,
		.flags = d->Flags,
	};
	r = rgpu_call_cuArray3DCreate_v2(c->id, &a);
	if (r)
		end_array(array);
	else
		*pHandle = rgpu_id_handle(array->id);
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

static CUresult
get_array(CUarray handle, struct rgpu_array **array)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	*array = rgpu_array_find(handle);
	if (r || *array)
		return r;
	return CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuArray3DGetDescriptor_v2(
	CUDA_ARRAY3D_DESCRIPTOR *pArrayDescriptor, CUarray hArray)
{
	struct rgpu_array *array;
	CUresult r = pArrayDescriptor ? get_array(hArray, &array)
				      : CUDA_ERROR_INVALID_VALUE;

	if (!r)
		*pArrayDescriptor = array->desc;
	return r;
}

CUresult
rgpu_do_cuArrayGetDescriptor_v2(
	CUDA_ARRAY_DESCRIPTOR *pArrayDescriptor, CUarray hArray)
{
	struct rgpu_array *array;
	CUresult r = pArrayDescriptor ? get_array(hArray, &array)
				      : CUDA_ERROR_INVALID_VALUE;

	if (!r)
		*pArrayDescriptor = (CUDA_ARRAY_DESCRIPTOR){array->desc.Width,
			array->desc.Height, array->desc.Format,
			array->desc.NumChannels};
	return r;
}

CUresult
rgpu_do_cuArrayDestroy(CUarray hArray)
{
	struct rgpu_args_cuArrayDestroy a;
	struct rgpu_context *context;
	struct rgpu_array *array;
	CUresult r = get_array(hArray, &array);

	if (r)
		return r;
	if (array->mipmap)
		return CUDA_ERROR_INVALID_HANDLE;
	a.hArray = array->id;
	context = array->context;
	end_array(array);
	return rgpu_call_cuArrayDestroy(context->id, &a);
}

/* No array is sparse, mapped later or of several planes: the answer is
 * CUDA_ERROR_INVALID_VALUE, as the manual says. */
static CUresult
no_special(CUarray handle)
{
	struct rgpu_array *array;
	CUresult r = get_array(handle, &array);

	return r ? r : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuArrayGetSparseProperties(
	CUDA_ARRAY_SPARSE_PROPERTIES *sparseProperties, CUarray array)
{
	(void)sparseProperties;
	return no_special(array);
}

CUresult
rgpu_do_cuArrayGetMemoryRequirements(
	CUDA_ARRAY_MEMORY_REQUIREMENTS *memoryRequirements, CUarray array,
	CUdevice device)
{
	int32_t ordinal;
	CUresult r = rgpu_client_device(device, &ordinal);

	(void)memoryRequirements;
	return r ? r : no_special(array);
}

CUresult
rgpu_do_cuArrayGetPlane(
	CUarray *pPlaneArray, CUarray hArray, unsigned int planeIdx)
{
	(void)pPlaneArray;
	(void)planeIdx;
	return no_special(hArray);
}

/* ---- mipmapped arrays ------------------------------------------------------------ */

CUresult
rgpu_do_cuMipmappedArrayCreate(CUmipmappedArray *pHandle,
	const CUDA_ARRAY3D_DESCRIPTOR *pMipmappedArrayDesc,
	unsigned int numMipmapLevels)
{
	const CUDA_ARRAY3D_DESCRIPTOR *d = pMipmappedArrayDesc;
	struct rgpu_args_cuMipmappedArrayCreate a;
	struct rgpu_context *c;
	struct rgpu_mipmap *m;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pHandle || !d)
		return CUDA_ERROR_INVALID_VALUE;
	r = check(d);
	if (r)
		return r;
	m = rgpu_slab_get(&mipmaps);
	if (!m)
		return CUDA_ERROR_OUT_OF_MEMORY;
	m->context = c;
	m->desc = *d;
	m->id = rgpu_id_make(&rgpu_mipmaps, m);
	a = (struct rgpu_args_cuMipmappedArrayCreate){
		.pHandle = m->id,
		.numMipmapLevels = numMipmapLevels,
		.width = d->Width,
		.height = d->Height,
		.depth = d->Depth,
		.format = (unsigned)d->Format,
		.channels = d->NumChannels,
		.flags = d->Flags,
	};
	r = m->id ? rgpu_call_cuMipmappedArrayCreate(c->id, &a)
		  : CUDA_ERROR_OUT_OF_MEMORY;
	if (!r)
		*pHandle = rgpu_id_handle(m->id);
	else if (m->id)
		end_mipmap(m);
	else
		rgpu_slab_put(&mipmaps, m);
	return r;
}

static CUresult
get_mipmap(CUmipmappedArray handle, struct rgpu_mipmap **m)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	*m = rgpu_mipmap_find(handle);
	if (r || *m)
		return r;
	return CUDA_ERROR_INVALID_HANDLE;
}

static size_t
half(size_t extent, unsigned level)
{
	return !extent ? 0 : extent >> level ? extent >> level : 1;
}

/* Every level half as large, down to one element; layers and faces stay. */
static CUDA_ARRAY3D_DESCRIPTOR
level_desc(const CUDA_ARRAY3D_DESCRIPTOR *d, unsigned level)
{
	CUDA_ARRAY3D_DESCRIPTOR l = *d;

	l.Width = half(d->Width, level);
	l.Height = half(d->Height, level);
	if (!(d->Flags & (CUDA_ARRAY3D_LAYERED | CUDA_ARRAY3D_CUBEMAP)))
		l.Depth = half(d->Depth, level);
	return l;
}

/* Lock held. */
static CUresult
ask_level(struct rgpu_mipmap *m, unsigned level)
{
	CUDA_ARRAY3D_DESCRIPTOR d = level_desc(&m->desc, level);
	struct rgpu_array *array = new_array(m->context, &d);
	struct rgpu_args_cuMipmappedArrayGetLevel a = {
		.hMipmappedArray = m->id, .level = level};
	CUresult r;

	if (!array)
		return CUDA_ERROR_OUT_OF_MEMORY;
	array->mipmap = m;
	a.pLevelArray = array->id;
	r = rgpu_call_cuMipmappedArrayGetLevel(m->context->id, &a);
	if (r)
		end_array(array);
	else
		m->level[level] = array;
	return r;
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
	if (level >= RGPU_LEVELS_MAX)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&levels_lock);
	if (!m->level[level])
		r = ask_level(m, level);
	if (!r)
		*pLevelArray = rgpu_id_handle(m->level[level]->id);
	pthread_mutex_unlock(&levels_lock);
	return r;
}

CUresult
rgpu_do_cuMipmappedArrayDestroy(CUmipmappedArray hMipmappedArray)
{
	struct rgpu_args_cuMipmappedArrayDestroy a;
	struct rgpu_context *context;
	struct rgpu_mipmap *m;
	CUresult r = get_mipmap(hMipmappedArray, &m);

	if (r)
		return r;
	a.hMipmappedArray = m->id;
	context = m->context;
	end_mipmap(m);
	return rgpu_call_cuMipmappedArrayDestroy(context->id, &a);
}

static CUresult
no_special_mipmap(CUmipmappedArray handle)
{
	struct rgpu_mipmap *m;
	CUresult r = get_mipmap(handle, &m);

	return r ? r : CUDA_ERROR_INVALID_VALUE;
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
	int32_t ordinal;
	CUresult r = rgpu_client_device(device, &ordinal);

	(void)memoryRequirements;
	return r ? r : no_special_mipmap(mipmap);
}
