/* SPDX-License-Identifier: Apache-2.0 */
/* cuMemAddressReserve, cuMemCreate, cuMemMap and what belongs to them. */
#include "config.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "common/compiler.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/device.h"
#include "softgpu/memory-internal.h"
#include "softgpu/state.h"
#include "softgpu/vmm.h"

#define READ	  UINT32_C(1)  /* in a granule's access, of device 0 */
#define WRITE	  (READ << 16) /* the same */
#define HANDLE(p) ((CUmemGenericAllocationHandle)(p)->object.id)

/* One call at a time, with the waiting it does. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static bool
whole(uint64_t n)
{
	return n % RGPU_GRANULE == 0;
}

static struct rgpu_physical *
physical_get(CUmemGenericAllocationHandle handle)
{
	return rgpu_object_get(RGPU_KIND_MEMORY, (void *)(uintptr_t)handle);
}

/* ---- addresses -------------------------------------------------------------------- */

CUresult
rgpu_do_cuMemAddressReserve(CUdeviceptr *ptr, size_t size, size_t alignment,
	CUdeviceptr addr RGPU_UNUSED, unsigned long long flags)
{
	struct rgpu_allocation *a;
	CUresult r;

	if (!ptr || !size || !whole(size) || (alignment & (alignment - 1)) ||
		flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (alignment > RGPU_GRANULE)
		return CUDA_ERROR_NOT_SUPPORTED;
	r = rgpu_memory_reserve(size, &a);
	if (!r)
		*ptr = a->base;
	return r;
}

CUresult
rgpu_do_cuMemAddressFree(CUdeviceptr ptr, size_t size)
{
	struct rgpu_allocation *a;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	a = rgpu_memory_reservation(ptr, true);
	if (a && a->size == size && !a->virtual->mapped.count) {
		rgpu_memory_unreserve(a);
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

/* ---- physical memory ---------------------------------------------------------------- */

static CUresult
check_prop(const CUmemAllocationProp *prop, struct rgpu_device **device)
{
	if (!prop || prop->type != CU_MEM_ALLOCATION_TYPE_PINNED)
		return CUDA_ERROR_INVALID_VALUE;
	/* Absent by the device's attributes. */
	if (prop->location.type > CU_MEM_LOCATION_TYPE_DEVICE ||
		prop->requestedHandleTypes)
		return CUDA_ERROR_NOT_SUPPORTED;
	*device = prop->location.type == CU_MEM_LOCATION_TYPE_DEVICE
		? rgpu_device_get(prop->location.id)
		: NULL;
	return *device ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuMemCreate(CUmemGenericAllocationHandle *handle, size_t size,
	const CUmemAllocationProp *prop, unsigned long long flags)
{
	struct rgpu_physical *p;
	struct rgpu_device *d;
	CUresult r = check_prop(prop, &d);

	if (!handle || !size || !whole(size) || flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_physical_new(d, size, &p);
	if (!r)
		*handle = HANDLE(p);
	return r;
}

CUresult
rgpu_do_cuMemRelease(CUmemGenericAllocationHandle handle)
{
	struct rgpu_physical *p;

	pthread_mutex_lock(&lock);
	p = physical_get(handle);
	if (p && !--p->handles) {
		rgpu_object_end(RGPU_KIND_MEMORY, (void *)(uintptr_t)handle);
		rgpu_object_put(&p->object);
	}
	pthread_mutex_unlock(&lock);
	if (p)
		rgpu_object_put(&p->object);
	return p ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuMemGetAllocationGranularity(size_t *granularity,
	const CUmemAllocationProp *prop,
	CUmemAllocationGranularity_flags option)
{
	struct rgpu_device *d;
	CUresult r = check_prop(prop, &d);

	if (!granularity || option > CU_MEM_ALLOC_GRANULARITY_RECOMMENDED)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*granularity = RGPU_GRANULE;
	return r;
}

CUresult
rgpu_do_cuMemGetAllocationPropertiesFromHandle(
	CUmemAllocationProp *prop, CUmemGenericAllocationHandle handle)
{
	struct rgpu_physical *p = prop ? physical_get(handle) : NULL;

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	*prop = (CUmemAllocationProp){
		.type = CU_MEM_ALLOCATION_TYPE_PINNED,
		.location = {CU_MEM_LOCATION_TYPE_DEVICE, p->device->ordinal},
	};
	rgpu_object_put(&p->object);
	return CUDA_SUCCESS;
}

/* Memory that is mapped only has no handle any more: it gets a new one. */
static CUresult
retain(struct rgpu_physical *p)
{
	if (!p->handles) {
		rgpu_object_ref(&p->object);
		if (rgpu_object_make(RGPU_KIND_MEMORY, &p->object)) {
			rgpu_object_put(&p->object);
			return CUDA_ERROR_OUT_OF_MEMORY;
		}
	}
	p->handles++;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemRetainAllocationHandle(
	CUmemGenericAllocationHandle *handle, void *addr)
{
	const struct rgpu_range *m = NULL;
	struct rgpu_allocation *a;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	a = rgpu_memory_reservation((uintptr_t)addr, false);
	if (a && handle)
		m = rgpu_virtual_mapping(a, (uintptr_t)addr);
	if (m)
		r = retain(m->object);
	if (!r)
		*handle = HANDLE((struct rgpu_physical *)m->object);
	pthread_mutex_unlock(&lock);
	return r;
}

/* ---- mappings -------------------------------------------------------------------------- */

/* The reservation that all of it lies in. */
static struct rgpu_allocation *
reservation_of(CUdeviceptr ptr, size_t size)
{
	struct rgpu_allocation *a = rgpu_memory_reservation(ptr, false);

	return a && size && whole(ptr) && whole(size) &&
			size <= a->size - (ptr - a->base)
		? a
		: NULL;
}

static int
note(struct rgpu_allocation *a, CUdeviceptr ptr, size_t size, void *object)
{
	int r;

	pthread_mutex_lock(&rgpu_memory_lock);
	r = rgpu_ranges_add(&a->virtual->mapped, ptr, size, object);
	pthread_mutex_unlock(&rgpu_memory_lock);
	return r;
}

static void
forget(struct rgpu_allocation *a, CUdeviceptr ptr)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	rgpu_ranges_remove(&a->virtual->mapped, ptr, NULL);
	pthread_mutex_unlock(&rgpu_memory_lock);
}

CUresult
rgpu_do_cuMemMap(CUdeviceptr ptr, size_t size, size_t offset,
	CUmemGenericAllocationHandle handle, unsigned long long flags)
{
	struct rgpu_physical *p;
	struct rgpu_allocation *a;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	p = physical_get(handle);
	a = reservation_of(ptr, size);
	if (p && a && !offset && !flags && size <= p->size &&
		!note(a, ptr, size, p)) {
		r = rgpu_physical_map(p, ptr, size) ? CUDA_ERROR_OUT_OF_MEMORY
						    : CUDA_SUCCESS;
		if (r)
			forget(a, ptr);
		else
			rgpu_object_ref(&p->object);
	}
	pthread_mutex_unlock(&lock);
	if (p)
		rgpu_object_put(&p->object);
	return r;
}

/* Whether [ptr, ptr + size) is mapped; whole: by mappings that end with it. */
static bool
is_mapped(const struct rgpu_allocation *a, CUdeviceptr ptr, size_t size,
	bool wholly)
{
	CUdeviceptr at = ptr;

	while (at < ptr + size) {
		const struct rgpu_range *m = rgpu_virtual_mapping(a, at);

		if (!m || (wholly && m->base != at))
			return false;
		at = m->base + m->size;
	}
	return !wholly || at == ptr + size;
}

static void
set_access(struct rgpu_allocation *a, CUdeviceptr ptr, size_t size,
	uint32_t clear, uint32_t set)
{
	size_t first = (size_t)((ptr - a->base) / RGPU_GRANULE);

	for (size_t g = first; g < first + size / RGPU_GRANULE; g++) {
		_Atomic uint32_t *now = &a->virtual->access[g];

		atomic_store_explicit(now,
			(atomic_load_explicit(now, memory_order_relaxed) &
				~clear) |
				set,
			memory_order_release);
	}
}

/* Takes access away, after the work that uses it and before what comes. */
static void
end_access(
	struct rgpu_allocation *a, CUdeviceptr ptr, size_t size, uint32_t clear)
{
	rgpu_memory_wait(a, false);
	pthread_mutex_lock(&rgpu_memory_lock);
	set_access(a, ptr, size, clear, 0);
	pthread_mutex_unlock(&rgpu_memory_lock);
	rgpu_memory_wait(a, true);
}

static void
unmap(struct rgpu_allocation *a, CUdeviceptr ptr, size_t size)
{
	end_access(a, ptr, size, UINT32_MAX);
	/* No look-up leads there any more; should this fail, only the host
	 * still sees the memory. */
	mmap((void *)(uintptr_t)ptr, size, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	for (CUdeviceptr at = ptr; at < ptr + size;) {
		const struct rgpu_range *m = rgpu_virtual_mapping(a, at);
		struct rgpu_physical *p = m->object;

		at += m->size;
		forget(a, m->base);
		rgpu_object_put(&p->object);
	}
}

CUresult
rgpu_do_cuMemUnmap(CUdeviceptr ptr, size_t size)
{
	struct rgpu_allocation *a;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	a = reservation_of(ptr, size);
	if (a && is_mapped(a, ptr, size, true)) {
		/* At the end of the process nothing is waited for. */
		if (!rgpu_exiting())
			unmap(a, ptr, size);
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

static CUresult
change_access(struct rgpu_allocation *a, CUdeviceptr ptr, size_t size,
	const CUmemAccessDesc *desc)
{
	uint32_t both = (READ | WRITE) << desc->location.id;
	uint32_t set =
		(desc->flags & 1 ? READ : 0) | (desc->flags & 2 ? WRITE : 0);

	if (!desc->flags)
		end_access(a, ptr, size, both);
	else if (mprotect((void *)(uintptr_t)ptr, size, PROT_READ | PROT_WRITE))
		return CUDA_ERROR_OUT_OF_MEMORY;
	else
		set_access(a, ptr, size, both, set << desc->location.id);
	return CUDA_SUCCESS;
}

static bool
good_desc(const CUmemAccessDesc *desc)
{
	return desc->location.type == CU_MEM_LOCATION_TYPE_DEVICE &&
		rgpu_device_get(desc->location.id) &&
		(desc->flags == CU_MEM_ACCESS_FLAGS_PROT_NONE ||
			desc->flags == CU_MEM_ACCESS_FLAGS_PROT_READ ||
			desc->flags == CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
}

CUresult
rgpu_do_cuMemSetAccess(
	CUdeviceptr ptr, size_t size, const CUmemAccessDesc *desc, size_t count)
{
	struct rgpu_allocation *a;
	CUresult r = CUDA_SUCCESS;

	if (!desc || !count)
		return CUDA_ERROR_INVALID_VALUE;
	for (size_t i = 0; i < count; i++) {
		if (!good_desc(&desc[i]))
			return CUDA_ERROR_INVALID_VALUE;
	}
	pthread_mutex_lock(&lock);
	a = reservation_of(ptr, size);
	if (!a || !is_mapped(a, ptr, size, false))
		r = CUDA_ERROR_INVALID_VALUE;
	for (size_t i = 0; i < count && !r; i++)
		r = change_access(a, ptr, size, &desc[i]);
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuMemGetAccess(unsigned long long *flags, const CUmemLocation *location,
	CUdeviceptr ptr)
{
	struct rgpu_allocation *a;
	CUresult r = CUDA_ERROR_INVALID_VALUE;
	uint32_t access;

	if (!flags || !location ||
		location->type != CU_MEM_LOCATION_TYPE_DEVICE ||
		!rgpu_device_get(location->id))
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	a = rgpu_memory_reservation(ptr, false);
	if (a && rgpu_virtual_mapping(a, ptr)) {
		access = atomic_load(&a->virtual->access[(ptr - a->base) /
				 RGPU_GRANULE]) >>
			location->id;
		*flags = (access & READ ? 1u : 0u) | (access & WRITE ? 2u : 0u);
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return r;
}
