/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual memory management. What is reserved on the server is reserved here as
 * well, like all device memory; a mapping is known as memory of its own. How
 * often a handle is to be released is counted here: the server hears of it when
 * nothing is mapped either, so a mapped address can give its handle back.
 */
#include "config.h"

#include <string.h>

#include "common/log.h"
#include "common/slab.h"
#include "cudaabi/entry.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/complain.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/memory.h"

/* Like allocations: alloc.c. */
#define TRIES 8

struct physical {
	uint64_t id;
	CUmemAllocationProp prop;
	unsigned handles, mappings; /* lock */
};

static struct rgpu_ids physicals = RGPU_IDS_INIT(RGPU_KIND_MEMORY);
static struct rgpu_slab slab = RGPU_SLAB_INIT(struct physical);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- addresses -------------------------------------------------------------- */

static void
give_back(CUdeviceptr ptr, size_t size)
{
	struct rgpu_args_cuMemAddressFree a = {.ptr = ptr, .size = size};

	rgpu_call_cuMemAddressFree(0, &a);
}

CUresult
rgpu_do_cuMemAddressReserve(CUdeviceptr *ptr, size_t size, size_t alignment,
	CUdeviceptr addr, unsigned long long flags)
{
	struct rgpu_args_cuMemAddressReserve a = {.size = size,
		.alignment = alignment,
		.addr = addr,
		.flags = flags};
	struct rgpu_res_cuMemAddressReserve res;
	CUdeviceptr taken[TRIES];
	int n = 0;
	CUresult r;

	if (!ptr || !size)
		return CUDA_ERROR_INVALID_VALUE;
	while (!(r = rgpu_call_cuMemAddressReserve(0, &a, &res))) {
		if (!rgpu_memory_reserve(res.ptr, size))
			break;
		taken[n++] = res.ptr;
		if (n < TRIES)
			continue;
		rgpu_err("device addresses at 0x%llx cannot be used: this "
			 "process has them itself",
			(unsigned long long)res.ptr);
		r = CUDA_ERROR_OUT_OF_MEMORY;
		break;
	}
	while (n > 0)
		give_back(taken[--n], size);
	if (!r)
		*ptr = res.ptr;
	return r;
}

CUresult
rgpu_do_cuMemAddressFree(CUdeviceptr ptr, size_t size)
{
	struct rgpu_args_cuMemAddressFree a = {.ptr = ptr, .size = size};

	if (rgpu_memory_unreserve(ptr, size))
		return rgpu_because(CUDA_ERROR_INVALID_VALUE,
			"%llu bytes at %#llx are no reservation, or still "
			"mapped",
			(unsigned long long)size, (unsigned long long)ptr);
	return rgpu_call_cuMemAddressFree(0, &a);
}

/* ---- physical memory ---------------------------------------------------------- */

static CUresult
check_prop(const CUmemAllocationProp *prop, int32_t *ordinal)
{
	if (!prop || prop->type != CU_MEM_ALLOCATION_TYPE_PINNED)
		return CUDA_ERROR_INVALID_VALUE;
	if (prop->requestedHandleTypes)
		return rgpu_because(CUDA_ERROR_NOT_SUPPORTED,
			"handles of the operating system do not cross hosts");
	if (prop->location.type > CU_MEM_LOCATION_TYPE_DEVICE)
		return rgpu_because(CUDA_ERROR_NOT_SUPPORTED,
			"a remote device does not reach memory of this host");
	if (prop->location.type != CU_MEM_LOCATION_TYPE_DEVICE)
		return CUDA_ERROR_INVALID_VALUE;
	return rgpu_client_device(prop->location.id, ordinal)
		? CUDA_ERROR_INVALID_VALUE
		: CUDA_SUCCESS;
}

/* On the server it ends only when this is done, so no lock. */
static CUresult
end(struct physical *p)
{
	struct rgpu_args_cuMemRelease a = {.handle = p->id};
	CUresult r = rgpu_call_cuMemRelease(0, &a);

	rgpu_id_end(&physicals, p->id);
	rgpu_slab_put(&slab, p);
	return r;
}

CUresult
rgpu_do_cuMemCreate(CUmemGenericAllocationHandle *handle, size_t size,
	const CUmemAllocationProp *prop, unsigned long long flags)
{
	struct rgpu_args_cuMemCreate a = {.size = size, .flags = flags};
	struct physical *p;
	CUresult r = check_prop(prop, &a.dev);

	if (!handle || !size)
		return CUDA_ERROR_INVALID_VALUE;
	p = r ? NULL : rgpu_slab_get(&slab);
	if (!p)
		return r ? r : CUDA_ERROR_OUT_OF_MEMORY;
	p->prop = *prop;
	p->handles = 1;
	p->mappings = 0;
	p->id = a.memory = rgpu_id_make(&physicals, p);
	a.compression = prop->allocFlags.compressionType;
	r = p->id ? rgpu_call_cuMemCreate(0, &a) : CUDA_ERROR_OUT_OF_MEMORY;
	if (r) {
		rgpu_id_end(&physicals, p->id);
		rgpu_slab_put(&slab, p);
	} else {
		*handle = a.memory;
	}
	return r;
}

/* One that the application still has; lock held. */
static struct physical *
held(CUmemGenericAllocationHandle handle)
{
	struct physical *p = rgpu_id_find(&physicals, handle);

	return p && p->handles ? p : NULL;
}

CUresult
rgpu_do_cuMemRelease(CUmemGenericAllocationHandle handle)
{
	struct physical *p;
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&lock);
	p = held(handle);
	if (!p)
		r = CUDA_ERROR_INVALID_VALUE;
	else if (!--p->handles && !p->mappings)
		r = end(p);
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuMemRetainAllocationHandle(
	CUmemGenericAllocationHandle *handle, void *addr)
{
	struct rgpu_memory m;
	struct physical *p;

	pthread_mutex_lock(&lock);
	m = rgpu_memory_find((uintptr_t)addr);
	p = m.handle && handle ? rgpu_id_find(&physicals, m.handle) : NULL;
	if (p) {
		p->handles++;
		*handle = p->id;
	}
	pthread_mutex_unlock(&lock);
	return p ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuMemGetAllocationPropertiesFromHandle(
	CUmemAllocationProp *prop, CUmemGenericAllocationHandle handle)
{
	struct physical *p;

	pthread_mutex_lock(&lock);
	p = prop ? held(handle) : NULL;
	if (p)
		*prop = p->prop;
	pthread_mutex_unlock(&lock);
	return p ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuMemGetAllocationGranularity(size_t *granularity,
	const CUmemAllocationProp *prop,
	CUmemAllocationGranularity_flags option)
{
	struct rgpu_args_cuMemGetAllocationGranularity a = {.option = option};
	struct rgpu_res_cuMemGetAllocationGranularity res;
	CUresult r = check_prop(prop, &a.dev);

	if (!granularity)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_call_cuMemGetAllocationGranularity(0, &a, &res);
	if (!r)
		*granularity = res.granularity;
	return r;
}

/* ---- mappings -------------------------------------------------------------------- */

CUresult
rgpu_do_cuMemMap(CUdeviceptr ptr, size_t size, size_t offset,
	CUmemGenericAllocationHandle handle, unsigned long long flags)
{
	struct rgpu_args_cuMemMap a = {.ptr = ptr,
		.size = size,
		.offset = offset,
		.handle = handle,
		.flags = flags};
	struct rgpu_memory m = {.kind = RGPU_MEMORY_DEVICE,
		.base = ptr,
		.size = size,
		.handle = handle};
	CUcontext primary = NULL;
	struct physical *p;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	p = held(handle);
	if (p)
		rgpu_primary_context(p->prop.location.id, &primary);
	m.context = rgpu_context_find(primary);
	if (p && m.context && !rgpu_memory_add(&m)) {
		r = rgpu_call_cuMemMap(0, &a);
		if (r)
			rgpu_memory_unmap(ptr, NULL);
		else
			p->mappings++;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuMemUnmap(CUdeviceptr ptr, size_t size)
{
	struct rgpu_args_cuMemUnmap a = {.ptr = ptr, .size = size};
	CUdeviceptr stop = ptr + size;
	struct rgpu_memory m;
	CUresult r;

	pthread_mutex_lock(&lock);
	r = rgpu_memory_is_mapped(ptr, size) ? rgpu_call_cuMemUnmap(0, &a)
					     : CUDA_ERROR_INVALID_VALUE;
	while (!r && ptr < stop && !rgpu_memory_unmap(ptr, &m)) {
		struct physical *p = rgpu_id_find(&physicals, m.handle);

		ptr += m.size;
		if (!--p->mappings && !p->handles)
			end(p);
	}
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuMemSetAccess(
	CUdeviceptr ptr, size_t size, const CUmemAccessDesc *desc, size_t count)
{
	struct rgpu_args_cuMemSetAccess a = {.ptr = ptr, .size = size};
	CUresult r = CUDA_SUCCESS;

	if (!desc || !count)
		return CUDA_ERROR_INVALID_VALUE;
	for (size_t i = 0; i < count; i++) {
		if (desc[i].location.type != CU_MEM_LOCATION_TYPE_DEVICE ||
			rgpu_client_device(desc[i].location.id, &a.dev))
			return CUDA_ERROR_INVALID_VALUE;
	}
	for (size_t i = 0; i < count && !r; i++) {
		rgpu_client_device(desc[i].location.id, &a.dev);
		a.flags = desc[i].flags;
		r = rgpu_call_cuMemSetAccess(0, &a);
	}
	return r;
}

CUresult
rgpu_do_cuMemGetAccess(unsigned long long *flags, const CUmemLocation *location,
	CUdeviceptr ptr)
{
	struct rgpu_args_cuMemGetAccess a = {.ptr = ptr};
	struct rgpu_res_cuMemGetAccess res;
	CUresult r;

	if (!flags || !location ||
		location->type != CU_MEM_LOCATION_TYPE_DEVICE ||
		rgpu_client_device(location->id, &a.dev))
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_call_cuMemGetAccess(0, &a, &res);
	if (!r)
		*flags = res.flags;
	return r;
}
