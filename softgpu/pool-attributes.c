/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes of memory pools (cuda.h 13.0, CUmemPool_attribute): three of type
 * int, the others cuuint64_t. */
#include "config.h"

#include "common/compiler.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/memory.h"
#include "softgpu/pool.h"

#define A(name) CU_MEMPOOL_ATTR_##name

/* Nothing that is free stays in a pool, so it is as small as it can be. */
CUresult
rgpu_do_cuMemPoolTrimTo(CUmemoryPool pool, size_t minBytesToKeep RGPU_UNUSED)
{
	struct rgpu_pool *p = rgpu_object_get(RGPU_KIND_POOL, pool);

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_object_put(&p->object);
	return CUDA_SUCCESS;
}

static CUresult
set(struct rgpu_pool *p, CUmemPool_attribute attr, const void *value)
{
	switch (attr) {
	case A(REUSE_FOLLOW_EVENT_DEPENDENCIES):
	case A(REUSE_ALLOW_OPPORTUNISTIC):
	case A(REUSE_ALLOW_INTERNAL_DEPENDENCIES):
		atomic_store(&p->reuse[attr - 1], *(const int *)value != 0);
		return CUDA_SUCCESS;
	case A(RELEASE_THRESHOLD):
		atomic_store(&p->threshold, *(const uint64_t *)value);
		return CUDA_SUCCESS;
	/* A high-water mark can only be set back to what there is now. */
	case A(RESERVED_MEM_HIGH):
	case A(USED_MEM_HIGH):
		if (*(const uint64_t *)value)
			return CUDA_ERROR_INVALID_VALUE;
		rgpu_memory_reset_pool(p, attr == A(USED_MEM_HIGH));
		return CUDA_SUCCESS;
	default: return CUDA_ERROR_INVALID_VALUE;
	}
}

CUresult
rgpu_do_cuMemPoolSetAttribute(
	CUmemoryPool pool, CUmemPool_attribute attr, void *value)
{
	struct rgpu_pool *p;
	CUresult r;

	if (!value)
		return CUDA_ERROR_INVALID_VALUE;
	p = rgpu_object_get(RGPU_KIND_POOL, pool);
	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	r = set(p, attr, value);
	rgpu_object_put(&p->object);
	return r;
}

static CUresult
get(struct rgpu_pool *p, CUmemPool_attribute attr, void *value)
{
	struct rgpu_pool_use use;
	uint64_t *number = value;

	rgpu_memory_pool_use(p, &use);
	switch (attr) {
	case A(REUSE_FOLLOW_EVENT_DEPENDENCIES):
	case A(REUSE_ALLOW_OPPORTUNISTIC):
	case A(REUSE_ALLOW_INTERNAL_DEPENDENCIES):
		*(int *)value = atomic_load(&p->reuse[attr - 1]);
		break;
	case A(RELEASE_THRESHOLD): *number = atomic_load(&p->threshold); break;
	case A(RESERVED_MEM_CURRENT): *number = use.reserved; break;
	case A(RESERVED_MEM_HIGH): *number = use.reserved_high; break;
	case A(USED_MEM_CURRENT): *number = use.used; break;
	case A(USED_MEM_HIGH): *number = use.used_high; break;
	default: return CUDA_ERROR_INVALID_VALUE;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemPoolGetAttribute(
	CUmemoryPool pool, CUmemPool_attribute attr, void *value)
{
	struct rgpu_pool *p;
	CUresult r;

	if (!value)
		return CUDA_ERROR_INVALID_VALUE;
	p = rgpu_object_get(RGPU_KIND_POOL, pool);
	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	r = get(p, attr, value);
	rgpu_object_put(&p->object);
	return r;
}
