/* SPDX-License-Identifier: Apache-2.0 */
/* Memory pools. Their ids are made here, also that of a device's default pool,
 * when it is first asked for. */
#include "config.h"
#include "libclient/pool.h"

#include <string.h>

#include "common/slab.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/complain.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"

static struct rgpu_ids pools = RGPU_IDS_INIT(RGPU_KIND_POOL);
static struct rgpu_slab slab = RGPU_SLAB_INIT(struct rgpu_pool);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t default_pool[RGPU_DEVICES_MAX], set_pool[RGPU_DEVICES_MAX];

CUresult
rgpu_client_known_pool(uint64_t id)
{
	return rgpu_id_find(&pools, id) ? CUDA_SUCCESS
					: CUDA_ERROR_INVALID_VALUE;
}

static struct rgpu_pool *
new_pool(CUdevice dev, bool is_default)
{
	struct rgpu_pool *p = rgpu_slab_get(&slab);

	if (!p)
		return NULL;
	p->dev = dev;
	p->is_default = is_default;
	p->id = rgpu_id_make(&pools, p);
	if (p->id)
		return p;
	rgpu_slab_put(&slab, p);
	return NULL;
}

static void
end_pool(struct rgpu_pool *p)
{
	if (rgpu_id_end(&pools, p->id))
		rgpu_slab_put(&slab, p);
}

/* Lock held. */
static CUresult
default_of(CUdevice dev, uint64_t *id)
{
	struct rgpu_args_cuDeviceGetDefaultMemPool a;
	CUresult r = rgpu_client_device(dev, &a.dev);
	struct rgpu_pool *p;

	if (r)
		return r;
	*id = default_pool[dev];
	if (*id)
		return CUDA_SUCCESS;
	p = new_pool(dev, true);
	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a.pool_out = p->id;
	r = rgpu_call_cuDeviceGetDefaultMemPool(0, &a);
	if (r)
		end_pool(p);
	else
		*id = default_pool[dev] = a.pool_out;
	return r;
}

CUresult
rgpu_pool_current(CUdevice dev, uint64_t *id)
{
	CUresult r = CUDA_SUCCESS;

	if (dev < 0 || dev >= rgpu_client.device_count)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&lock);
	*id = set_pool[dev];
	if (!*id)
		r = default_of(dev, id);
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuDeviceGetDefaultMemPool(CUmemoryPool *pool_out, CUdevice dev)
{
	uint64_t id;
	CUresult r;

	if (!pool_out)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	r = default_of(dev, &id);
	pthread_mutex_unlock(&lock);
	if (!r)
		*pool_out = rgpu_id_handle(id);
	return r;
}

CUresult
rgpu_do_cuDeviceGetMemPool(CUmemoryPool *pool, CUdevice dev)
{
	uint64_t id;
	CUresult r;

	if (!pool)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_pool_current(dev, &id);
	if (!r)
		*pool = rgpu_id_handle(id);
	return r;
}

CUresult
rgpu_do_cuDeviceSetMemPool(CUdevice dev, CUmemoryPool pool)
{
	struct rgpu_args_cuDeviceSetMemPool a = {.pool = rgpu_handle_id(pool)};
	CUresult r = rgpu_client_device(dev, &a.dev);
	const struct rgpu_pool *p = rgpu_id_find(&pools, a.pool);

	if (r)
		return r;
	if (!p || p->dev != dev)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	r = rgpu_call_cuDeviceSetMemPool(0, &a);
	if (!r)
		set_pool[dev] = a.pool;
	pthread_mutex_unlock(&lock);
	return r;
}

/* Pools of host memory have no use here: a remote device does not reach it. */
static CUresult
device_of(
	const CUmemLocation *location, CUmemAllocationType type, CUdevice *dev)
{
	int32_t ordinal;

	if (!location || type != CU_MEM_ALLOCATION_TYPE_PINNED ||
		location->type == CU_MEM_LOCATION_TYPE_INVALID)
		return CUDA_ERROR_INVALID_VALUE;
	if (location->type != CU_MEM_LOCATION_TYPE_DEVICE)
		return rgpu_because(CUDA_ERROR_NOT_SUPPORTED,
			"only pools of device memory exist remotely");
	*dev = location->id;
	return rgpu_client_device(*dev, &ordinal);
}

CUresult
rgpu_do_cuMemGetDefaultMemPool(CUmemoryPool *pool_out, CUmemLocation *location,
	CUmemAllocationType type)
{
	CUdevice dev = 0;
	CUresult r = device_of(location, type, &dev);

	return r ? r : rgpu_do_cuDeviceGetDefaultMemPool(pool_out, dev);
}

CUresult
rgpu_do_cuMemGetMemPool(
	CUmemoryPool *pool, CUmemLocation *location, CUmemAllocationType type)
{
	CUdevice dev = 0;
	CUresult r = device_of(location, type, &dev);

	return r ? r : rgpu_do_cuDeviceGetMemPool(pool, dev);
}

CUresult
rgpu_do_cuMemSetMemPool(
	CUmemLocation *location, CUmemAllocationType type, CUmemoryPool pool)
{
	CUdevice dev = 0;
	CUresult r = device_of(location, type, &dev);

	return r ? r : rgpu_do_cuDeviceSetMemPool(dev, pool);
}

CUresult
rgpu_do_cuMemPoolCreate(CUmemoryPool *pool, const CUmemPoolProps *poolProps)
{
	struct rgpu_args_cuMemPoolCreate a;
	struct rgpu_pool *p;
	CUdevice dev = 0;
	CUresult r;

	if (!pool || !poolProps)
		return CUDA_ERROR_INVALID_VALUE;
	r = device_of(&poolProps->location, poolProps->allocType, &dev);
	if (r)
		return r;
	if (poolProps->handleTypes)
		return rgpu_because(CUDA_ERROR_NOT_SUPPORTED,
			"handles of the operating system do not cross hosts");
	p = new_pool(dev, false);
	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a = (struct rgpu_args_cuMemPoolCreate){.pool = p->id,
		.maxSize = poolProps->maxSize,
		.usage = poolProps->usage};
	rgpu_client_device(dev, &a.dev);
	r = rgpu_call_cuMemPoolCreate(0, &a);
	if (r)
		end_pool(p);
	else
		*pool = rgpu_id_handle(a.pool);
	return r;
}

CUresult
rgpu_do_cuMemPoolDestroy(CUmemoryPool pool)
{
	struct rgpu_args_cuMemPoolDestroy a = {.pool = rgpu_handle_id(pool)};
	struct rgpu_pool *p = rgpu_id_find(&pools, a.pool);
	CUresult r;

	if (!p || p->is_default)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	r = rgpu_call_cuMemPoolDestroy(0, &a);
	if (set_pool[p->dev] == a.pool)
		set_pool[p->dev] = 0;
	end_pool(p);
	pthread_mutex_unlock(&lock);
	return r;
}

static bool
is_int(CUmemPool_attribute attr)
{
	return attr <= CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES;
}

CUresult
rgpu_do_cuMemPoolSetAttribute(
	CUmemoryPool pool, CUmemPool_attribute attr, void *value)
{
	struct rgpu_args_cuMemPoolSetAttribute a = {
		.pool = rgpu_handle_id(pool), .attr = attr};
	CUresult r = rgpu_client_known_pool(a.pool);

	if (r || !value)
		return CUDA_ERROR_INVALID_VALUE;
	a.number = is_int(attr) ? (uint64_t)(*(const int *)value != 0)
				: *(const uint64_t *)value;
	return rgpu_call_cuMemPoolSetAttribute(0, &a);
}

CUresult
rgpu_do_cuMemPoolGetAttribute(
	CUmemoryPool pool, CUmemPool_attribute attr, void *value)
{
	struct rgpu_args_cuMemPoolGetAttribute a = {
		.pool = rgpu_handle_id(pool), .attr = attr};
	struct rgpu_res_cuMemPoolGetAttribute res;
	CUresult r = rgpu_client_known_pool(a.pool);

	if (r || !value)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_call_cuMemPoolGetAttribute(0, &a, &res);
	if (r)
		return r;
	if (is_int(attr))
		*(int *)value = (int)res.number;
	else
		*(uint64_t *)value = res.number;
	return CUDA_SUCCESS;
}

static CUresult
access_device(const CUmemLocation *location, int32_t *ordinal)
{
	if (location->type != CU_MEM_LOCATION_TYPE_DEVICE ||
		rgpu_client_device(location->id, ordinal))
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemPoolSetAccess(
	CUmemoryPool pool, const CUmemAccessDesc *map, size_t count)
{
	struct rgpu_args_cuMemPoolSetAccess a = {.pool = rgpu_handle_id(pool)};
	CUresult r = rgpu_client_known_pool(a.pool);

	if (r || !map)
		return CUDA_ERROR_INVALID_VALUE;
	for (size_t i = 0; i < count && !r; i++)
		r = access_device(&map[i].location, &a.dev);
	for (size_t i = 0; i < count && !r; i++) {
		r = access_device(&map[i].location, &a.dev);
		a.flags = map[i].flags;
		if (!r)
			r = rgpu_call_cuMemPoolSetAccess(0, &a);
	}
	return r;
}

CUresult
rgpu_do_cuMemPoolGetAccess(
	CUmemAccess_flags *flags, CUmemoryPool memPool, CUmemLocation *location)
{
	struct rgpu_args_cuMemPoolGetAccess a = {
		.memPool = rgpu_handle_id(memPool)};
	struct rgpu_res_cuMemPoolGetAccess res;
	CUresult r = rgpu_client_known_pool(a.memPool);

	if (r || !flags || !location)
		return CUDA_ERROR_INVALID_VALUE;
	r = access_device(location, &a.dev);
	if (!r)
		r = rgpu_call_cuMemPoolGetAccess(0, &a, &res);
	if (!r)
		*flags = (CUmemAccess_flags)res.flags;
	return r;
}
