/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texture and surface objects. Kernels get their handles as numbers, so the
 * client holds the driver's own; what it hands back is looked up here.
 */
#include "config.h"
#include "server/serve.h"

#include "common/map.h"

/* An array, or a mipmapped array, of the command's context. */
static CUresult
find(struct rgpu_session *s, const struct rgpu_command *cmd, uint64_t id,
	enum rgpu_kind kind, void **real)
{
	const struct rgpu_object *o = rgpu_session_find(s, id, kind);

	if (!o || o->context != cmd->context)
		return CUDA_ERROR_INVALID_HANDLE;
	*real = o->real;
	return CUDA_SUCCESS;
}

static CUresult
make_linear(struct rgpu_session *s, const struct rgpu_args_cuTexObjectCreate *a,
	CUDA_RESOURCE_DESC *d)
{
	d->res.linear.devPtr = a->devPtr;
	d->res.linear.format = (CUarray_format)a->format;
	d->res.linear.numChannels = a->channels;
	d->res.linear.sizeInBytes = a->width;
	return rgpu_session_range(s, a->devPtr, a->width, 1);
}

static CUresult
make_pitch(struct rgpu_session *s, const struct rgpu_args_cuTexObjectCreate *a,
	CUDA_RESOURCE_DESC *d)
{
	uint64_t bytes;

	d->res.pitch2D.devPtr = a->devPtr;
	d->res.pitch2D.format = (CUarray_format)a->format;
	d->res.pitch2D.numChannels = a->channels;
	d->res.pitch2D.width = a->width;
	d->res.pitch2D.height = a->height;
	d->res.pitch2D.pitchInBytes = a->pitch;
	/* Elements have at least one byte: the driver checks the width. */
	if (!a->height || !a->width || a->pitch < a->width ||
		__builtin_mul_overflow(a->height - 1, a->pitch, &bytes) ||
		__builtin_add_overflow(bytes, a->width, &bytes))
		return CUDA_ERROR_INVALID_VALUE;
	return rgpu_session_range(s, a->devPtr, bytes, 1);
}

static CUresult
make_resource(struct rgpu_session *s, const struct rgpu_command *cmd,
	const struct rgpu_args_cuTexObjectCreate *a, CUDA_RESOURCE_DESC *d)
{
	void *real;
	CUresult r;

	d->resType = (CUresourcetype)a->resType;
	d->flags = a->resFlags;
	switch (a->resType) {
	case CU_RESOURCE_TYPE_ARRAY:
		r = find(s, cmd, a->object, RGPU_KIND_ARRAY, &real);
		if (!r)
			d->res.array.hArray = real;
		return r;
	case CU_RESOURCE_TYPE_MIPMAPPED_ARRAY:
		r = find(s, cmd, a->object, RGPU_KIND_MIPMAP, &real);
		if (!r)
			d->res.mipmap.hMipmappedArray = real;
		return r;
	case CU_RESOURCE_TYPE_LINEAR: return make_linear(s, a, d);
	case CU_RESOURCE_TYPE_PITCH2D: return make_pitch(s, a, d);
	default: return CUDA_ERROR_INVALID_VALUE;
	}
}

/* Notes a handle; the same again, after the driver forgot it, is fine. */
static CUresult
keep(struct rgpu_map *map, const struct rgpu_command *cmd,
	unsigned long long handle)
{
	if (map->count >= RGPU_SESSION_OBJECTS_MAX || !handle)
		return CUDA_ERROR_OUT_OF_MEMORY;
	return rgpu_map_put(map, handle, cmd->context)
		? CUDA_ERROR_OUT_OF_MEMORY
		: CUDA_SUCCESS;
}

CUresult
rgpu_serve_cuTexObjectCreate(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuTexObjectCreate *a,
	struct rgpu_res_cuTexObjectCreate *res)
{
	CUDA_RESOURCE_DESC d = {.flags = 0};
	CUDA_TEXTURE_DESC t = {
		.addressMode = {(CUaddress_mode)a->addressMode0,
			(CUaddress_mode)a->addressMode1,
			(CUaddress_mode)a->addressMode2},
		.filterMode = (CUfilter_mode)a->filterMode,
		.flags = a->flags,
		.maxAnisotropy = a->maxAnisotropy,
		.mipmapFilterMode = (CUfilter_mode)a->mipmapFilterMode,
		.mipmapLevelBias = a->mipmapLevelBias,
		.minMipmapLevelClamp = a->minMipmapLevelClamp,
		.maxMipmapLevelClamp = a->maxMipmapLevelClamp,
		.borderColor = {a->border0, a->border1, a->border2, a->border3},
	};
	CUDA_RESOURCE_VIEW_DESC v = {
		.format = (CUresourceViewFormat)a->viewFormat,
		.width = a->viewWidth,
		.height = a->viewHeight,
		.depth = a->viewDepth,
		.firstMipmapLevel = a->firstMipmapLevel,
		.lastMipmapLevel = a->lastMipmapLevel,
		.firstLayer = a->firstLayer,
		.lastLayer = a->lastLayer,
	};
	CUtexObject handle;
	CUresult r = make_resource(s, cmd, a, &d);

	if (!r)
		r = s->driver->cuTexObjectCreate(
			&handle, &d, &t, a->hasView ? &v : NULL);
	if (r)
		return r;
	r = keep(&s->textures, cmd, handle);
	if (r)
		s->driver->cuTexObjectDestroy(handle);
	else
		res->pTexObject = handle;
	return r;
}

CUresult
rgpu_serve_cuTexObjectDestroy(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuTexObjectDestroy *a)
{
	if (rgpu_map_get(&s->textures, a->texObject) != cmd->context)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_map_remove(&s->textures, a->texObject);
	return s->driver->cuTexObjectDestroy(a->texObject);
}

CUresult
rgpu_serve_cuSurfObjectCreate(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuSurfObjectCreate *a,
	struct rgpu_res_cuSurfObjectCreate *res)
{
	CUDA_RESOURCE_DESC d = {
		.resType = CU_RESOURCE_TYPE_ARRAY, .flags = a->resFlags};
	CUsurfObject handle;
	void *real = NULL;
	CUresult r = a->resType == CU_RESOURCE_TYPE_ARRAY
		? find(s, cmd, a->object, RGPU_KIND_ARRAY, &real)
		: CUDA_ERROR_INVALID_VALUE;

	d.res.array.hArray = real;
	if (!r)
		r = s->driver->cuSurfObjectCreate(&handle, &d);
	if (r)
		return r;
	r = keep(&s->surfaces, cmd, handle);
	if (r)
		s->driver->cuSurfObjectDestroy(handle);
	else
		res->pSurfObject = handle;
	return r;
}

CUresult
rgpu_serve_cuSurfObjectDestroy(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuSurfObjectDestroy *a)
{
	if (rgpu_map_get(&s->surfaces, a->surfObject) != cmd->context)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_map_remove(&s->surfaces, a->surfObject);
	return s->driver->cuSurfObjectDestroy(a->surfObject);
}
