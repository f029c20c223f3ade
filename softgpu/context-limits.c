/* SPDX-License-Identifier: Apache-2.0 */
/* cuCtx*: limits, preferences, and access to the memory of other contexts. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/memory.h"
#include "softgpu/work.h"

#define STACK_LIMIT_MAX	     ((size_t)512 << 10) /* as of compute capability 5 */
#define L2_FETCH_GRANULARITY 128

CUresult
rgpu_do_cuCtxGetLimit(size_t *pvalue, CUlimit limit)
{
	struct rgpu_context *c;
	CUresult r;

	if (!pvalue)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_current_any(&c);
	if (r)
		return r;
	switch (limit) {
	case CU_LIMIT_STACK_SIZE:
		*pvalue = atomic_load(&c->stack_limit);
		return CUDA_SUCCESS;
	case CU_LIMIT_PRINTF_FIFO_SIZE:
		*pvalue = atomic_load(&c->print_limit);
		return CUDA_SUCCESS;
	case CU_LIMIT_MALLOC_HEAP_SIZE:
		*pvalue = atomic_load(&c->heap_limit);
		return CUDA_SUCCESS;
	case CU_LIMIT_MAX_L2_FETCH_GRANULARITY:
		*pvalue = L2_FETCH_GRANULARITY;
		return CUDA_SUCCESS;
	/* No context is shared with a graphics API. cuBLASLt asks, and does no
	 * multiplication when this fails [observed, CUDA 13.0]. */
	case CU_LIMIT_CIG_ENABLED:
	case CU_LIMIT_CIG_SHMEM_FALLBACK_ENABLED:
	case CU_LIMIT_PERSISTING_L2_CACHE_SIZE:
		*pvalue = 0;
		return CUDA_SUCCESS;
	default: return CUDA_ERROR_UNSUPPORTED_LIMIT;
	}
}

CUresult
rgpu_do_cuCtxSetLimit(CUlimit limit, size_t value)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	switch (limit) {
	case CU_LIMIT_STACK_SIZE:
		/* The engine's stacks are larger than this anyway. */
		if (value > STACK_LIMIT_MAX)
			return CUDA_ERROR_INVALID_VALUE;
		atomic_store(&c->stack_limit, value);
		return CUDA_SUCCESS;
	case CU_LIMIT_PRINTF_FIFO_SIZE:
		atomic_store(&c->print_limit, value);
		return CUDA_SUCCESS;
	case CU_LIMIT_MALLOC_HEAP_SIZE:
		/* Too late once a kernel has used the heap. */
		if (atomic_load(&c->heap))
			return CUDA_ERROR_INVALID_VALUE;
		atomic_store(&c->heap_limit, value);
		return CUDA_SUCCESS;
	case CU_LIMIT_MAX_L2_FETCH_GRANULARITY:
		return value <= L2_FETCH_GRANULARITY ? CUDA_SUCCESS
						     : CUDA_ERROR_INVALID_VALUE;
	default: return CUDA_ERROR_UNSUPPORTED_LIMIT;
	}
}

CUresult
rgpu_do_cuCtxGetCacheConfig(CUfunc_cache *pconfig)
{
	struct rgpu_context *c;
	CUresult r;

	if (!pconfig)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_current_any(&c);
	if (!r)
		*pconfig = (CUfunc_cache)atomic_load(&c->cache_config);
	return r;
}

CUresult
rgpu_do_cuCtxSetCacheConfig(CUfunc_cache config)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if ((unsigned)config > CU_FUNC_CACHE_PREFER_EQUAL)
		return CUDA_ERROR_INVALID_VALUE;
	atomic_store(&c->cache_config, (unsigned)config);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxGetSharedMemConfig(CUsharedconfig *pConfig)
{
	struct rgpu_context *c;
	CUresult r;

	if (!pConfig)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_current_any(&c);
	if (!r)
		*pConfig = (CUsharedconfig)atomic_load(&c->shared_config);
	return r;
}

/* Since compute capability 5 there is one bank size; asking is no error. */
CUresult
rgpu_do_cuCtxSetSharedMemConfig(CUsharedconfig config)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!r && (unsigned)config > CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE)
		r = CUDA_ERROR_INVALID_VALUE;
	return r;
}

CUresult
rgpu_do_cuCtxGetStreamPriorityRange(int *leastPriority, int *greatestPriority)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (leastPriority)
		*leastPriority = 0;
	if (greatestPriority)
		*greatestPriority = RGPU_PRIORITY_GREATEST;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxResetPersistingL2Cache(void)
{
	struct rgpu_context *c;

	return rgpu_context_current(&c);
}

static CUresult
resolve_peer(CUcontext handle, struct rgpu_context **self,
	struct rgpu_context **peer)
{
	CUresult r = rgpu_context_current(self);

	if (r)
		return r;
	*peer = rgpu_object_get(RGPU_KIND_CONTEXT, handle);
	if (*peer && *peer != *self && atomic_load(&(*peer)->alive))
		return CUDA_SUCCESS;
	if (*peer)
		rgpu_object_put(&(*peer)->object);
	return CUDA_ERROR_INVALID_CONTEXT;
}

CUresult
rgpu_do_cuCtxEnablePeerAccess(CUcontext peerContext, unsigned int Flags)
{
	struct rgpu_context *self, *peer;
	CUresult r;

	if (Flags)
		return CUDA_ERROR_INVALID_VALUE;
	r = resolve_peer(peerContext, &self, &peer);
	if (r)
		return r;
	r = rgpu_memory_add_peer(self, peer);
	rgpu_object_put(&peer->object);
	return r;
}

CUresult
rgpu_do_cuCtxDisablePeerAccess(CUcontext peerContext)
{
	struct rgpu_context *self, *peer;
	CUresult r = resolve_peer(peerContext, &self, &peer);

	if (r)
		return r;
	/* What runs now began with the right to reach the other's memory; who
	 * frees that memory must not have to wait for it later. */
	rgpu_context_wait(self);
	r = rgpu_memory_remove_peer(self, peer);
	rgpu_object_put(&peer->object);
	return r;
}
