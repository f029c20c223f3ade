/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual memory management. The session knows what it reserved and what it
 * mapped there: mappings are device memory like any other, and copies may go
 * from one into the next.
 */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>

CUresult
rgpu_serve_cuMemAddressReserve(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemAddressReserve *a,
	struct rgpu_res_cuMemAddressReserve *res)
{
	CUdeviceptr ptr = 0;
	CUresult r = s->driver->cuMemAddressReserve(
		&ptr, a->size, a->alignment, a->addr, a->flags);

	if (r)
		return r;
	if (rgpu_ranges_add(&s->reserved, ptr, a->size, NULL)) {
		s->driver->cuMemAddressFree(ptr, a->size);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	res->ptr = ptr;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_cuMemAddressFree(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemAddressFree *a)
{
	const struct rgpu_range *range = rgpu_ranges_find(&s->reserved, a->ptr);
	CUresult r;

	if (!range || range->base != a->ptr || range->size != a->size)
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuMemAddressFree(a->ptr, a->size);
	if (!r)
		rgpu_ranges_remove(&s->reserved, a->ptr, NULL);
	return r;
}

static CUmemAllocationProp
prop_of(CUdevice dev, unsigned compression)
{
	return (CUmemAllocationProp){
		.type = CU_MEM_ALLOCATION_TYPE_PINNED,
		.location = {CU_MEM_LOCATION_TYPE_DEVICE, dev},
		.allocFlags.compressionType = (unsigned char)compression,
	};
}

static void *
as_pointer(CUmemGenericAllocationHandle handle)
{
	return (void *)(uintptr_t)handle;
}

CUresult
rgpu_serve_cuMemCreate(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemCreate *a)
{
	const CUmemAllocationProp prop = prop_of(a->dev, a->compression);
	CUmemGenericAllocationHandle real = 0;
	CUresult r = rgpu_session_may_bind(s, a->memory, RGPU_KIND_MEMORY);

	if (!r)
		r = s->driver->cuMemCreate(&real, a->size, &prop, a->flags);
	if (r)
		return r;
	r = rgpu_session_bind(
		s, cmd, a->memory, RGPU_KIND_MEMORY, as_pointer(real));
	if (r)
		s->driver->cuMemRelease(real);
	return r;
}

CUresult
rgpu_serve_cuMemRelease(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemRelease *a)
{
	void *real;
	CUresult r = rgpu_session_unbind(s, a->handle, RGPU_KIND_MEMORY, &real);

	return r ? CUDA_ERROR_INVALID_VALUE
		 : s->driver->cuMemRelease((uintptr_t)real);
}

CUresult
rgpu_serve_cuMemGetAllocationGranularity(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemGetAllocationGranularity *a,
	struct rgpu_res_cuMemGetAllocationGranularity *res)
{
	const CUmemAllocationProp prop = prop_of(a->dev, 0);
	size_t granularity = 0;
	CUresult r = s->driver->cuMemGetAllocationGranularity(&granularity,
		&prop, (CUmemAllocationGranularity_flags)a->option);

	res->granularity = granularity;
	return r;
}

CUresult
rgpu_serve_cuMemMap(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemMap *a)
{
	void *real;
	CUresult r = rgpu_session_handle(s, a->handle, RGPU_KIND_MEMORY, &real);

	if (r || !a->size ||
		!rgpu_ranges_cover(&s->reserved, a->ptr, a->size) ||
		rgpu_ranges_find(&s->memory, a->ptr))
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuMemMap(
		a->ptr, a->size, a->offset, (uintptr_t)real, a->flags);
	if (r)
		return r;
	if (rgpu_session_add_mapping(s, a->ptr, a->size)) {
		s->driver->cuMemUnmap(a->ptr, a->size);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	return CUDA_SUCCESS;
}

/* Whether whole mappings fill the range. */
static bool
is_mapped(struct rgpu_session *s, CUdeviceptr ptr, uint64_t size)
{
	while (size) {
		const struct rgpu_range *r = rgpu_ranges_find(&s->memory, ptr);

		if (!r || r->base != ptr || r->size > size ||
			!((const struct rgpu_region *)r->object)->mapped)
			return false;
		ptr += r->size;
		size -= r->size;
	}
	return true;
}

static CUresult
do_unmap(struct rgpu_job *job)
{
	return job->s->driver->cuMemUnmap(job->address, job->size);
}

/* May wait for the device, so a waiter does it. */
CUresult
rgpu_serve_cuMemUnmap(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemUnmap *a)
{
	CUdeviceptr stop = a->ptr + a->size;
	struct rgpu_range range;
	struct rgpu_job *job;

	if (!a->size || stop < a->ptr || !is_mapped(s, a->ptr, a->size))
		return CUDA_ERROR_INVALID_VALUE;
	job = rgpu_job_new(s, cmd, NULL, do_unmap);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->address = a->ptr;
	job->size = a->size;
	for (CUdeviceptr at = a->ptr; at < stop; at += range.size) {
		rgpu_ranges_remove(&s->memory, at, &range);
		free(range.object);
	}
	return rgpu_job_start(job);
}

static CUresult
do_set_access(struct rgpu_job *job)
{
	const CUmemAccessDesc desc = {
		.location = {CU_MEM_LOCATION_TYPE_DEVICE, job->device},
		.flags = (CUmemAccess_flags)job->flags,
	};

	return job->s->driver->cuMemSetAccess(
		job->address, job->size, &desc, 1);
}

/* Taking access away may wait as well. */
CUresult
rgpu_serve_cuMemSetAccess(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemSetAccess *a)
{
	struct rgpu_job *job;

	if (!a->size || !rgpu_ranges_cover(&s->reserved, a->ptr, a->size))
		return CUDA_ERROR_INVALID_VALUE;
	job = rgpu_job_new(s, cmd, NULL, do_set_access);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->address = a->ptr;
	job->size = a->size;
	job->device = a->dev;
	job->flags = a->flags;
	return rgpu_job_start(job);
}

CUresult
rgpu_serve_cuMemGetAccess(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemGetAccess *a,
	struct rgpu_res_cuMemGetAccess *res)
{
	const CUmemLocation location = {CU_MEM_LOCATION_TYPE_DEVICE, a->dev};
	unsigned long long flags = 0;
	CUresult r;

	if (!rgpu_ranges_find(&s->reserved, a->ptr))
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuMemGetAccess(&flags, &location, a->ptr);
	res->flags = flags;
	return r;
}
