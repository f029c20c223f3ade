/* SPDX-License-Identifier: Apache-2.0 */
/* cuTexObject* and cuSurfObject*. */
#include "config.h"
#include "softgpu/texture.h"

#include <stdlib.h>
#include <string.h>

#include "common/ids.h"
#include "common/log.h"
#include "cudaabi/format.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/array.h"
#include "softgpu/device.h"
#include "softgpu/memory-internal.h"

#define TEXTURE_FLAGS                                               \
	(CU_TRSF_READ_AS_INTEGER | CU_TRSF_NORMALIZED_COORDINATES | \
		CU_TRSF_DISABLE_TRILINEAR_OPTIMIZATION)

/* Handles of both kinds; ids of a number that no other kind has. */
static struct rgpu_ids textures = RGPU_IDS_INIT(RGPU_KINDS);

/* ---- look-ups of kernels --------------------------------------------------------- */

const struct rgpu_ptx_texture *
rgpu_texture_find(
	const struct rgpu_memory_reader *reader, uint64_t handle, bool surface)
{
	const struct rgpu_texture *t = rgpu_id_find(&textures, handle);

	if (!t || t->surface != surface ||
		!rgpu_memory_holds(reader, t->engine.base, t->bytes))
		return NULL;
	return &t->engine;
}

/* ---- making and ending ------------------------------------------------------------ */

static CUresult
unsupported(const char *what)
{
	rgpu_warn("textures %s are not supported: CUDA_ERROR_NOT_SUPPORTED",
		what);
	return CUDA_ERROR_NOT_SUPPORTED;
}

static CUresult
set_format(struct rgpu_ptx_texture *e, CUarray_format format, unsigned channels)
{
	unsigned bytes = rgpu_format_bytes(format);

	if (!bytes || (channels != 1 && channels != 2 && channels != 4))
		return CUDA_ERROR_INVALID_VALUE;
	e->bytes = (uint8_t)bytes;
	e->channels = (uint8_t)channels;
	e->channel = format == CU_AD_FORMAT_HALF || format == CU_AD_FORMAT_FLOAT
		? RGPU_PTX_FLOAT
		: format >= CU_AD_FORMAT_SIGNED_INT8 ? RGPU_PTX_SIGNED
						     : RGPU_PTX_UNSIGNED;
	return CUDA_SUCCESS;
}

/* Memory of the application, wholly in one allocation. */
static CUresult
check_memory(const struct rgpu_texture *t, unsigned alignment)
{
	struct rgpu_memory_view v;

	rgpu_memory_look(t->engine.base, t->bytes, true, &v);
	if (!v.allocation)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_unpin(v.allocation);
	if (v.kind == RGPU_MEMORY_ARRAY || t->engine.base % alignment)
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_SUCCESS;
}

static CUresult
use_linear(struct rgpu_texture *t, const CUDA_RESOURCE_DESC *d)
{
	struct rgpu_ptx_texture *e = &t->engine;
	CUresult r =
		set_format(e, d->res.linear.format, d->res.linear.numChannels);
	uint64_t count;

	if (r)
		return r;
	count = d->res.linear.sizeInBytes / (e->bytes * e->channels);
	if (!count || count > RGPU_LINEAR_MAX)
		return CUDA_ERROR_INVALID_VALUE;
	e->base = d->res.linear.devPtr;
	e->width = (uint32_t)count;
	e->height = e->depth = 1;
	e->fetch = true;
	t->bytes = count * e->bytes * e->channels;
	return check_memory(t, RGPU_TEXTURE_ALIGNMENT);
}

static CUresult
use_pitch(struct rgpu_texture *t, const CUDA_RESOURCE_DESC *d)
{
	struct rgpu_ptx_texture *e = &t->engine;
	CUresult r = set_format(
		e, d->res.pitch2D.format, d->res.pitch2D.numChannels);
	uint64_t row;

	if (r)
		return r;
	row = (uint64_t)d->res.pitch2D.width * e->bytes * e->channels;
	if (!d->res.pitch2D.width || !d->res.pitch2D.height ||
		d->res.pitch2D.width > RGPU_LINEAR_2D_MAX ||
		d->res.pitch2D.height > RGPU_LINEAR_2D_HEIGHT ||
		d->res.pitch2D.pitchInBytes > RGPU_LINEAR_2D_PITCH ||
		d->res.pitch2D.pitchInBytes < row ||
		d->res.pitch2D.pitchInBytes % RGPU_TEXTURE_PITCH_ALIGNMENT)
		return CUDA_ERROR_INVALID_VALUE;
	e->base = d->res.pitch2D.devPtr;
	e->width = (uint32_t)d->res.pitch2D.width;
	e->height = (uint32_t)d->res.pitch2D.height;
	e->depth = 1;
	e->pitch = d->res.pitch2D.pitchInBytes;
	t->bytes = (e->height - 1) * e->pitch + row;
	return check_memory(t, RGPU_TEXTURE_ALIGNMENT);
}

static CUresult
use_array(struct rgpu_texture *t, const CUDA_RESOURCE_DESC *d)
{
	struct rgpu_ptx_texture *e = &t->engine;
	struct rgpu_array *a = rgpu_array_get(d->res.array.hArray);

	if (!a)
		return CUDA_ERROR_INVALID_HANDLE;
	set_format(e, a->desc.Format, a->desc.NumChannels);
	e->base = a->base;
	e->width = (uint32_t)a->width;
	e->height = (uint32_t)a->height;
	e->depth = (uint32_t)a->depth;
	e->pitch = a->pitch;
	e->slice = a->slice;
	t->bytes = a->slice * a->depth;
	rgpu_object_put(&a->object);
	return CUDA_SUCCESS;
}

static CUresult
use_resource(struct rgpu_texture *t, const CUDA_RESOURCE_DESC *d)
{
	t->resource = *d;
	if (d->flags)
		return CUDA_ERROR_INVALID_VALUE;
	switch (d->resType) {
	case CU_RESOURCE_TYPE_ARRAY: return use_array(t, d);
	case CU_RESOURCE_TYPE_MIPMAPPED_ARRAY:
		return unsupported("of mipmapped arrays");
	case CU_RESOURCE_TYPE_LINEAR: return use_linear(t, d);
	case CU_RESOURCE_TYPE_PITCH2D: return use_pitch(t, d);
	default: return CUDA_ERROR_INVALID_VALUE;
	}
}

static bool
has_border(const CUDA_TEXTURE_DESC *d)
{
	for (unsigned i = 0; i < 4; i++) {
		if (d->borderColor[i] != 0)
			return true;
	}
	return false;
}

static CUresult
use_texture(struct rgpu_texture *t, const CUDA_TEXTURE_DESC *d)
{
	struct rgpu_ptx_texture *e = &t->engine;
	bool integer = e->channel != RGPU_PTX_FLOAT &&
		(d->flags & CU_TRSF_READ_AS_INTEGER || e->bytes == 4);

	t->texture = *d;
	for (unsigned i = 0; i < 3; i++) {
		if ((unsigned)d->addressMode[i] > CU_TR_ADDRESS_MODE_BORDER)
			return CUDA_ERROR_INVALID_VALUE;
		e->address[i] = (uint8_t)d->addressMode[i];
	}
	if ((unsigned)d->filterMode > CU_TR_FILTER_MODE_LINEAR)
		return CUDA_ERROR_INVALID_VALUE;
	if (d->flags & (CU_TRSF_SRGB | CU_TRSF_SEAMLESS_CUBEMAP))
		return unsupported("of sRGB or seamless cubes");
	if (d->flags & ~(unsigned)TEXTURE_FLAGS)
		return CUDA_ERROR_INVALID_VALUE;
	e->linear = d->filterMode == CU_TR_FILTER_MODE_LINEAR && !e->fetch;
	/* Only what is fetched as a float can be filtered. */
	if (e->linear && integer)
		return CUDA_ERROR_INVALID_VALUE;
	if (integer && has_border(d))
		return unsupported("of integers with a border colour");
	e->normalized = d->flags & CU_TRSF_NORMALIZED_COORDINATES;
	e->as_float = e->channel != RGPU_PTX_FLOAT && !integer;
	memcpy(e->border, d->borderColor, sizeof(e->border));
	return CUDA_SUCCESS;
}

/* A view may say what is there already; it changes nothing here. */
static CUresult
use_view(struct rgpu_texture *t, const CUDA_RESOURCE_VIEW_DESC *v)
{
	if (!v)
		return CUDA_SUCCESS;
	if (v->format != CU_RES_VIEW_FORMAT_NONE || v->firstMipmapLevel ||
		v->lastMipmapLevel || v->firstLayer || v->lastLayer)
		return unsupported("with a view of another format or part");
	t->view = *v;
	t->has_view = true;
	return CUDA_SUCCESS;
}

static CUresult
publish(struct rgpu_texture *t, CUresult r, unsigned long long *handle)
{
	if (!r) {
		t->id = rgpu_id_make(&textures, t);
		r = t->id ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (r)
		free(t);
	else
		*handle = t->id;
	return r;
}

static CUresult
start(const void *out, const void *resource, struct rgpu_texture **t)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!out || !resource)
		return CUDA_ERROR_INVALID_VALUE;
	*t = calloc(1, sizeof(**t));
	if (!*t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	(*t)->context = c;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuTexObjectCreate(CUtexObject *pTexObject,
	const CUDA_RESOURCE_DESC *pResDesc, const CUDA_TEXTURE_DESC *pTexDesc,
	const CUDA_RESOURCE_VIEW_DESC *pResViewDesc)
{
	struct rgpu_texture *t;
	CUresult r = start(pTexObject, pTexDesc ? pResDesc : NULL, &t);

	if (r)
		return r;
	r = use_resource(t, pResDesc);
	if (!r)
		r = use_texture(t, pTexDesc);
	if (!r)
		r = use_view(t, pResViewDesc);
	return publish(t, r, pTexObject);
}

CUresult
rgpu_do_cuSurfObjectCreate(
	CUsurfObject *pSurfObject, const CUDA_RESOURCE_DESC *pResDesc)
{
	struct rgpu_texture *t;
	struct rgpu_array *a;
	CUresult r = start(pSurfObject, pResDesc, &t);

	if (r)
		return r;
	t->surface = true;
	r = pResDesc->resType == CU_RESOURCE_TYPE_ARRAY
		? use_resource(t, pResDesc)
		: CUDA_ERROR_INVALID_VALUE;
	a = r ? NULL : rgpu_array_get(pResDesc->res.array.hArray);
	if (a) {
		if (!(a->desc.Flags & CUDA_ARRAY3D_SURFACE_LDST))
			r = CUDA_ERROR_INVALID_VALUE;
		rgpu_object_put(&a->object);
	}
	return publish(t, r, pSurfObject);
}

static void
retire(struct rgpu_texture *t)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	rgpu_memory_retire(&t->retired);
	pthread_mutex_unlock(&rgpu_memory_lock);
}

static CUresult
find(unsigned long long handle, bool surface, struct rgpu_texture **t)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	*t = rgpu_id_find(&textures, handle);
	return *t && (*t)->surface == surface ? CUDA_SUCCESS
					      : CUDA_ERROR_INVALID_VALUE;
}

static CUresult
destroy(unsigned long long handle, bool surface)
{
	struct rgpu_texture *t;
	CUresult r = find(handle, surface, &t);

	if (r)
		return r;
	t = rgpu_id_end(&textures, handle);
	if (!t)
		return CUDA_ERROR_INVALID_VALUE;
	retire(t);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuTexObjectDestroy(CUtexObject texObject)
{
	return destroy(texObject, false);
}

CUresult
rgpu_do_cuSurfObjectDestroy(CUsurfObject surfObject)
{
	return destroy(surfObject, true);
}

void
rgpu_textures_end(struct rgpu_context *context)
{
	struct rgpu_texture *t;
	uint32_t pos = 0;

	while ((t = rgpu_id_next(&textures, &pos))) {
		if (t->context == context && rgpu_id_end(&textures, t->id))
			retire(t);
	}
}

/* ---- what they were made of --------------------------------------------------------- */

CUresult
rgpu_do_cuTexObjectGetResourceDesc(
	CUDA_RESOURCE_DESC *pResDesc, CUtexObject texObject)
{
	struct rgpu_texture *t;
	CUresult r = find(texObject, false, &t);

	if (!r && !pResDesc)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*pResDesc = t->resource;
	return r;
}

CUresult
rgpu_do_cuTexObjectGetTextureDesc(
	CUDA_TEXTURE_DESC *pTexDesc, CUtexObject texObject)
{
	struct rgpu_texture *t;
	CUresult r = find(texObject, false, &t);

	if (!r && !pTexDesc)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*pTexDesc = t->texture;
	return r;
}

CUresult
rgpu_do_cuTexObjectGetResourceViewDesc(
	CUDA_RESOURCE_VIEW_DESC *pResViewDesc, CUtexObject texObject)
{
	struct rgpu_texture *t;
	CUresult r = find(texObject, false, &t);

	if (!r && (!pResViewDesc || !t->has_view))
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*pResViewDesc = t->view;
	return r;
}

CUresult
rgpu_do_cuSurfObjectGetResourceDesc(
	CUDA_RESOURCE_DESC *pResDesc, CUsurfObject surfObject)
{
	struct rgpu_texture *t;
	CUresult r = find(surfObject, true, &t);

	if (!r && !pResDesc)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*pResDesc = t->resource;
	return r;
}
