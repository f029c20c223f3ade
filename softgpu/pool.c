/* SPDX-License-Identifier: Apache-2.0 */
/* Memory pools: their properties. Allocating from them is in async-api.c. */
#include "config.h"
#include "softgpu/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/device.h"
#include "softgpu/memory.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void
destroy(struct rgpu_object *object)
{
	free(object);
}

struct rgpu_pool *
rgpu_pool_new(struct rgpu_device *device, uint64_t limit, bool is_default)
{
	struct rgpu_pool *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	rgpu_object_init(&p->object, destroy);
	p->device = device;
	p->limit = limit;
	p->is_default = is_default;
	atomic_init(&p->access, UINT64_C(1) << device->ordinal);
	for (int i = 0; i < RGPU_POOL_REUSE; i++)
		atomic_init(&p->reuse[i], 1);
	if (rgpu_object_make(RGPU_KIND_POOL, &p->object)) {
		free(p);
		return NULL;
	}
	return p;
}

/* Lock held. */
static struct rgpu_pool *
default_of(struct rgpu_device *d)
{
	if (!d->default_pool)
		d->default_pool = rgpu_pool_new(d, 0, true);
	return d->default_pool;
}

CUresult
rgpu_do_cuDeviceGetDefaultMemPool(CUmemoryPool *pool_out, CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);
	struct rgpu_pool *p;

	if (!pool_out)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&lock);
	p = default_of(d);
	pthread_mutex_unlock(&lock);
	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	*pool_out = rgpu_object_handle(&p->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetMemPool(CUmemoryPool *pool, CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);
	struct rgpu_pool *p;

	if (!pool)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&lock);
	p = d->pool ? d->pool : default_of(d);
	pthread_mutex_unlock(&lock);
	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	*pool = rgpu_object_handle(&p->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceSetMemPool(CUdevice dev, CUmemoryPool pool)
{
	struct rgpu_device *d = rgpu_device_get(dev);
	struct rgpu_pool *p;
	CUresult r = CUDA_SUCCESS;

	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&lock);
	p = rgpu_object_get(RGPU_KIND_POOL, pool);
	if (p && p->device == d)
		d->pool = p; /* no reference: destroying it takes it out */
	else
		r = CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_unlock(&lock);
	if (p)
		rgpu_object_put(&p->object);
	return r;
}

/* Only device memory lies in pools here. */
static CUresult
device_of(
	const CUmemLocation *location, CUmemAllocationType type, CUdevice *dev)
{
	if (!location || type != CU_MEM_ALLOCATION_TYPE_PINNED ||
		location->type == CU_MEM_LOCATION_TYPE_INVALID)
		return CUDA_ERROR_INVALID_VALUE;
	if (location->type != CU_MEM_LOCATION_TYPE_DEVICE)
		return CUDA_ERROR_NOT_SUPPORTED;
	*dev = location->id;
	return rgpu_device_get(location->id) ? CUDA_SUCCESS
					     : CUDA_ERROR_INVALID_DEVICE;
}

CUresult
rgpu_do_cuMemGetDefaultMemPool(CUmemoryPool *pool_out, CUmemLocation *location,
	CUmemAllocationType type)
{
	CUdevice dev;
	CUresult r = device_of(location, type, &dev);

	return r ? r : rgpu_do_cuDeviceGetDefaultMemPool(pool_out, dev);
}

CUresult
rgpu_do_cuMemGetMemPool(
	CUmemoryPool *pool, CUmemLocation *location, CUmemAllocationType type)
{
	CUdevice dev;
	CUresult r = device_of(location, type, &dev);

	return r ? r : rgpu_do_cuDeviceGetMemPool(pool, dev);
}

CUresult
rgpu_do_cuMemSetMemPool(
	CUmemLocation *location, CUmemAllocationType type, CUmemoryPool pool)
{
	CUdevice dev;
	CUresult r = device_of(location, type, &dev);

	return r ? r : rgpu_do_cuDeviceSetMemPool(dev, pool);
}

CUresult
rgpu_do_cuMemPoolCreate(CUmemoryPool *pool, const CUmemPoolProps *poolProps)
{
	struct rgpu_pool *p;
	CUdevice dev;
	CUresult r;

	if (!pool || !poolProps)
		return CUDA_ERROR_INVALID_VALUE;
	r = device_of(&poolProps->location, poolProps->allocType, &dev);
	if (r)
		return r;
	/* Absent by MEMPOOL_SUPPORTED_HANDLE_TYPES. */
	if (poolProps->handleTypes)
		return CUDA_ERROR_NOT_SUPPORTED;
	p = rgpu_pool_new(rgpu_device_get(dev), poolProps->maxSize, false);
	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	*pool = rgpu_object_handle(&p->object);
	return CUDA_SUCCESS;
}

/* What was allocated from it stays, and keeps it. */
CUresult
rgpu_do_cuMemPoolDestroy(CUmemoryPool pool)
{
	struct rgpu_pool *p;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	p = rgpu_object_get(RGPU_KIND_POOL, pool);
	if (p && !p->is_default) {
		if (p->device->pool == p)
			p->device->pool = NULL;
		rgpu_object_end(RGPU_KIND_POOL, pool);
		rgpu_object_put(&p->object);
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	if (p)
		rgpu_object_put(&p->object);
	return r;
}

CUresult
rgpu_do_cuMemPoolSetAccess(
	CUmemoryPool pool, const CUmemAccessDesc *map, size_t count)
{
	struct rgpu_pool *p;
	uint64_t bit, own;
	CUresult r = CUDA_SUCCESS;

	if (!map)
		return CUDA_ERROR_INVALID_VALUE;
	p = rgpu_object_get(RGPU_KIND_POOL, pool);
	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	own = UINT64_C(1) << p->device->ordinal;
	for (size_t i = 0; i < count && !r; i++) {
		if (map[i].location.type != CU_MEM_LOCATION_TYPE_DEVICE ||
			!rgpu_device_get(map[i].location.id))
			r = CUDA_ERROR_INVALID_VALUE;
	}
	for (size_t i = 0; i < count && !r; i++) {
		bit = UINT64_C(1) << map[i].location.id;
		if (map[i].flags)
			atomic_fetch_or(&p->access, bit);
		else if (bit == own) /* that of its own device stays */
			r = CUDA_ERROR_INVALID_VALUE;
		else
			atomic_fetch_and(&p->access, ~bit);
	}
	rgpu_object_put(&p->object);
	return r;
}

CUresult
rgpu_do_cuMemPoolGetAccess(
	CUmemAccess_flags *flags, CUmemoryPool memPool, CUmemLocation *location)
{
	struct rgpu_pool *p;

	if (!flags || !location ||
		location->type != CU_MEM_LOCATION_TYPE_DEVICE ||
		!rgpu_device_get(location->id))
		return CUDA_ERROR_INVALID_VALUE;
	p = rgpu_object_get(RGPU_KIND_POOL, memPool);
	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	*flags = rgpu_pool_reached_from(p, location->id)
		? CU_MEM_ACCESS_FLAGS_PROT_READWRITE
		: CU_MEM_ACCESS_FLAGS_PROT_NONE;
	rgpu_object_put(&p->object);
	return CUDA_SUCCESS;
}
