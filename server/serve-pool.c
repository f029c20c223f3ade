/* SPDX-License-Identifier: Apache-2.0 */
/* Memory pools, and memory that is allocated in stream order. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>

CUresult
rgpu_serve_cuMemPoolCreate(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemPoolCreate *a)
{
	const CUmemPoolProps props = {
		.allocType = CU_MEM_ALLOCATION_TYPE_PINNED,
		.location = {CU_MEM_LOCATION_TYPE_DEVICE, a->dev},
		.maxSize = a->maxSize,
		.usage = (unsigned short)a->usage,
	};
	CUresult r = rgpu_session_may_bind(s, a->pool, RGPU_KIND_POOL);
	CUmemoryPool real;

	if (!r)
		r = s->driver->cuMemPoolCreate(&real, &props);
	if (r)
		return r;
	r = rgpu_session_bind(s, cmd, a->pool, RGPU_KIND_POOL, real);
	if (r)
		s->driver->cuMemPoolDestroy(real);
	return r;
}

static bool
is_int(unsigned attr)
{
	return attr <= CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES;
}

/* How large the value of an attribute is follows from its number, so no other
 * is handed on. */
static bool
is_attribute(unsigned attr)
{
	return attr >= CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES &&
		attr <= CU_MEMPOOL_ATTR_USED_MEM_HIGH;
}

CUresult
rgpu_serve_cuMemPoolSetAttribute(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemPoolSetAttribute *a)
{
	void *pool;
	uint64_t number = a->number;
	int flag = a->number != 0;
	CUresult r = rgpu_session_handle(s, a->pool, RGPU_KIND_POOL, &pool);

	if (r || !is_attribute(a->attr))
		return CUDA_ERROR_INVALID_VALUE;
	return s->driver->cuMemPoolSetAttribute(pool,
		(CUmemPool_attribute)a->attr,
		is_int(a->attr) ? (void *)&flag : (void *)&number);
}

CUresult
rgpu_serve_cuMemPoolGetAttribute(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemPoolGetAttribute *a,
	struct rgpu_res_cuMemPoolGetAttribute *res)
{
	void *pool;
	int flag = 0;
	CUresult r = rgpu_session_handle(s, a->pool, RGPU_KIND_POOL, &pool);

	if (r || !is_attribute(a->attr))
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuMemPoolGetAttribute(pool, (CUmemPool_attribute)a->attr,
		is_int(a->attr) ? (void *)&flag : (void *)&res->number);
	if (is_int(a->attr))
		res->number = (uint64_t)flag;
	return r;
}

CUresult
rgpu_serve_cuMemPoolSetAccess(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemPoolSetAccess *a)
{
	const CUmemAccessDesc desc = {
		.location = {CU_MEM_LOCATION_TYPE_DEVICE, a->dev},
		.flags = (CUmemAccess_flags)a->flags,
	};
	void *pool;
	CUresult r = rgpu_session_handle(s, a->pool, RGPU_KIND_POOL, &pool);

	return r ? CUDA_ERROR_INVALID_VALUE
		 : s->driver->cuMemPoolSetAccess(pool, &desc, 1);
}

CUresult
rgpu_serve_cuMemPoolGetAccess(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuMemPoolGetAccess *a,
	struct rgpu_res_cuMemPoolGetAccess *res)
{
	CUmemLocation location = {CU_MEM_LOCATION_TYPE_DEVICE, a->dev};
	CUmemAccess_flags flags = CU_MEM_ACCESS_FLAGS_PROT_NONE;
	void *pool;
	CUresult r = rgpu_session_handle(s, a->memPool, RGPU_KIND_POOL, &pool);

	if (r)
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuMemPoolGetAccess(&flags, pool, &location);
	res->flags = (uint32_t)flags;
	return r;
}

CUresult
rgpu_serve_cuMemAllocFromPoolAsync(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuMemAllocFromPoolAsync *a,
	struct rgpu_res_cuMemAllocFromPoolAsync *res)
{
	CUdeviceptr base = 0;
	CUstream stream;
	void *pool;
	CUresult r = rgpu_session_handle(s, a->pool, RGPU_KIND_POOL, &pool);

	if (r)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = s->driver->cuMemAllocFromPoolAsync(
			&base, a->bytesize, pool, stream);
	if (r)
		return r;
	if (rgpu_session_add_region(s, base, a->bytesize, cmd->context, NULL)) {
		s->driver->cuMemFreeAsync(base, stream);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	res->dptr = base;
	return CUDA_SUCCESS;
}

/* The addresses may be given out again as soon as this is queued. */
CUresult
rgpu_serve_cuMemFreeAsync(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemFreeAsync *a)
{
	const struct rgpu_range *range = rgpu_ranges_find(&s->memory, a->dptr);
	struct rgpu_region *m = range ? range->object : NULL;
	CUstream stream;
	CUresult r;

	if (!m || range->base != a->dptr || m->owner || m->mapped)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = s->driver->cuMemFreeAsync(a->dptr, stream);
	if (r)
		return r;
	rgpu_ranges_remove(&s->memory, a->dptr, NULL);
	free(m);
	return CUDA_SUCCESS;
}
