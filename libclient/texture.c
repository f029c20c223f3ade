/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuTexObject* and cuSurfObject*. A kernel gets a handle as a number, so handles
 * are the server's. What an object was made of is remembered here.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/map.h"
#include "cudaabi/gen/inner.h"
#include "libclient/array.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/memory.h"

struct object {
	uint64_t handle;
	struct rgpu_context *context;
	CUDA_RESOURCE_DESC resource;
	CUDA_TEXTURE_DESC texture;
	CUDA_RESOURCE_VIEW_DESC view;
	bool has_view;
};

/* Under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rgpu_map textures, surfaces;

/* ---- making ------------------------------------------------------------------------ */

static CUresult
fill_resource(
	struct rgpu_args_cuTexObjectCreate *a, const CUDA_RESOURCE_DESC *d)
{
	a->resType = (unsigned)d->resType;
	a->resFlags = d->flags;
	switch (d->resType) {
	case CU_RESOURCE_TYPE_ARRAY:
		a->object = rgpu_handle_id(d->res.array.hArray);
		return rgpu_array_find(d->res.array.hArray)
			? CUDA_SUCCESS
			: CUDA_ERROR_INVALID_HANDLE;
	case CU_RESOURCE_TYPE_MIPMAPPED_ARRAY:
		a->object = rgpu_handle_id(d->res.mipmap.hMipmappedArray);
		return rgpu_mipmap_find(d->res.mipmap.hMipmappedArray)
			? CUDA_SUCCESS
			: CUDA_ERROR_INVALID_HANDLE;
	case CU_RESOURCE_TYPE_LINEAR:
		a->devPtr = d->res.linear.devPtr;
		a->format = (unsigned)d->res.linear.format;
		a->channels = d->res.linear.numChannels;
		a->width = d->res.linear.sizeInBytes;
		return rgpu_client_range(a->devPtr, a->width, 1);
	case CU_RESOURCE_TYPE_PITCH2D:
		a->devPtr = d->res.pitch2D.devPtr;
		a->format = (unsigned)d->res.pitch2D.format;
		a->channels = d->res.pitch2D.numChannels;
		a->width = d->res.pitch2D.width;
		a->height = d->res.pitch2D.height;
		a->pitch = d->res.pitch2D.pitchInBytes;
		return CUDA_SUCCESS;
	default: return CUDA_ERROR_INVALID_VALUE;
	}
}

static void
fill_texture(struct rgpu_args_cuTexObjectCreate *a, const CUDA_TEXTURE_DESC *t)
{
	a->addressMode0 = (unsigned)t->addressMode[0];
	a->addressMode1 = (unsigned)t->addressMode[1];
	a->addressMode2 = (unsigned)t->addressMode[2];
	a->filterMode = (unsigned)t->filterMode;
	a->flags = t->flags;
	a->maxAnisotropy = t->maxAnisotropy;
	a->mipmapFilterMode = (unsigned)t->mipmapFilterMode;
	a->mipmapLevelBias = t->mipmapLevelBias;
	a->minMipmapLevelClamp = t->minMipmapLevelClamp;
	a->maxMipmapLevelClamp = t->maxMipmapLevelClamp;
	a->border0 = t->borderColor[0];
	a->border1 = t->borderColor[1];
	a->border2 = t->borderColor[2];
	a->border3 = t->borderColor[3];
}

static void
fill_view(
	struct rgpu_args_cuTexObjectCreate *a, const CUDA_RESOURCE_VIEW_DESC *v)
{
	a->hasView = 1;
	a->viewFormat = (unsigned)v->format;
	a->viewWidth = v->width;
	a->viewHeight = v->height;
	a->viewDepth = v->depth;
	a->firstMipmapLevel = v->firstMipmapLevel;
	a->lastMipmapLevel = v->lastMipmapLevel;
	a->firstLayer = v->firstLayer;
	a->lastLayer = v->lastLayer;
}

/* Remembers an object; takes it over. */
static CUresult
keep(struct rgpu_map *map, struct object *o)
{
	struct object *old;
	int failed;

	pthread_mutex_lock(&lock);
	old = rgpu_map_remove(map, o->handle);
	failed = rgpu_map_put(map, o->handle, o);
	pthread_mutex_unlock(&lock);
	free(old);
	if (!failed)
		return CUDA_SUCCESS;
	free(o);
	return CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_do_cuTexObjectCreate(CUtexObject *pTexObject,
	const CUDA_RESOURCE_DESC *pResDesc, const CUDA_TEXTURE_DESC *pTexDesc,
	const CUDA_RESOURCE_VIEW_DESC *pResViewDesc)
{
	struct rgpu_args_cuTexObjectCreate a = {.object = 0};
	struct rgpu_res_cuTexObjectCreate res;
	struct rgpu_context *c;
	struct object *o;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pTexObject || !pResDesc || !pTexDesc)
		return CUDA_ERROR_INVALID_VALUE;
	r = fill_resource(&a, pResDesc);
	if (r)
		return r;
	fill_texture(&a, pTexDesc);
	if (pResViewDesc)
		fill_view(&a, pResViewDesc);
	o = calloc(1, sizeof(*o));
	if (!o)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_call_cuTexObjectCreate(c->id, &a, &res);
	if (r) {
		free(o);
		return r;
	}
	o->handle = res.pTexObject;
	o->context = c;
	o->resource = *pResDesc;
	o->texture = *pTexDesc;
	o->has_view = pResViewDesc != NULL;
	if (pResViewDesc)
		o->view = *pResViewDesc;
	r = keep(&textures, o);
	if (!r)
		*pTexObject = res.pTexObject;
	return r;
}

CUresult
rgpu_do_cuSurfObjectCreate(
	CUsurfObject *pSurfObject, const CUDA_RESOURCE_DESC *pResDesc)
{
	struct rgpu_args_cuSurfObjectCreate a = {.object = 0};
	struct rgpu_res_cuSurfObjectCreate res;
	struct rgpu_context *c;
	struct object *o;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pSurfObject || !pResDesc ||
		pResDesc->resType != CU_RESOURCE_TYPE_ARRAY)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_array_find(pResDesc->res.array.hArray))
		return CUDA_ERROR_INVALID_HANDLE;
	a.resType = (unsigned)pResDesc->resType;
	a.resFlags = pResDesc->flags;
	a.object = rgpu_handle_id(pResDesc->res.array.hArray);
	o = calloc(1, sizeof(*o));
	if (!o)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_call_cuSurfObjectCreate(c->id, &a, &res);
	if (r) {
		free(o);
		return r;
	}
	o->handle = res.pSurfObject;
	o->context = c;
	o->resource = *pResDesc;
	r = keep(&surfaces, o);
	if (!r)
		*pSurfObject = res.pSurfObject;
	return r;
}

/* ---- ending ------------------------------------------------------------------------- */

/* Takes an object out. */
static CUresult
take(struct rgpu_map *map, uint64_t handle, struct rgpu_context **context)
{
	CUresult r = rgpu_context_current(context);
	struct object *o;

	if (r)
		return r;
	pthread_mutex_lock(&lock);
	o = rgpu_map_remove(map, handle);
	pthread_mutex_unlock(&lock);
	if (!o)
		return CUDA_ERROR_INVALID_VALUE;
	*context = o->context;
	free(o);
	return rgpu_context_state(*context);
}

CUresult
rgpu_do_cuTexObjectDestroy(CUtexObject texObject)
{
	struct rgpu_args_cuTexObjectDestroy a = {.texObject = texObject};
	struct rgpu_context *c;
	CUresult r = take(&textures, texObject, &c);

	return r ? r : rgpu_call_cuTexObjectDestroy(c->id, &a);
}

CUresult
rgpu_do_cuSurfObjectDestroy(CUsurfObject surfObject)
{
	struct rgpu_args_cuSurfObjectDestroy a = {.surfObject = surfObject};
	struct rgpu_context *c;
	CUresult r = take(&surfaces, surfObject, &c);

	return r ? r : rgpu_call_cuSurfObjectDestroy(c->id, &a);
}

static void
end_in(struct rgpu_map *map, const struct rgpu_context *context)
{
	struct object *o;
	size_t pos = 0;

	while ((o = rgpu_map_next(map, &pos))) {
		if (o->context == context)
			free(rgpu_map_remove(map, o->handle));
	}
}

void
rgpu_textures_end_in(const struct rgpu_context *context)
{
	pthread_mutex_lock(&lock);
	end_in(&textures, context);
	end_in(&surfaces, context);
	pthread_mutex_unlock(&lock);
}

/* ---- what they were made of ------------------------------------------------------------ */

static CUresult
look(const struct rgpu_map *map, uint64_t handle, const void *out,
	struct object *copy)
{
	const struct object *o;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	pthread_mutex_lock(&lock);
	o = rgpu_map_get(map, handle);
	if (o)
		*copy = *o;
	pthread_mutex_unlock(&lock);
	return o && out ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuTexObjectGetResourceDesc(
	CUDA_RESOURCE_DESC *pResDesc, CUtexObject texObject)
{
	struct object o;
	CUresult r = look(&textures, texObject, pResDesc, &o);

	if (!r)
		*pResDesc = o.resource;
	return r;
}

CUresult
rgpu_do_cuTexObjectGetTextureDesc(
	CUDA_TEXTURE_DESC *pTexDesc, CUtexObject texObject)
{
	struct object o;
	CUresult r = look(&textures, texObject, pTexDesc, &o);

	if (!r)
		*pTexDesc = o.texture;
	return r;
}

CUresult
rgpu_do_cuTexObjectGetResourceViewDesc(
	CUDA_RESOURCE_VIEW_DESC *pResViewDesc, CUtexObject texObject)
{
	struct object o;
	CUresult r = look(&textures, texObject, pResViewDesc, &o);

	if (r)
		return r;
	if (!o.has_view)
		return CUDA_ERROR_INVALID_VALUE;
	*pResViewDesc = o.view;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuSurfObjectGetResourceDesc(
	CUDA_RESOURCE_DESC *pResDesc, CUsurfObject surfObject)
{
	struct object o;
	CUresult r = look(&surfaces, surfObject, pResDesc, &o);

	if (!r)
		*pResDesc = o.resource;
	return r;
}
