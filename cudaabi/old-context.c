/* SPDX-License-Identifier: Apache-2.0 */
/* Counting the users of a context as before CUDA 4.0: cuCtxAttach and
 * cuCtxDetach. Who made it with cuCtxCreate is the first user. */
#include "config.h"

#include <pthread.h>

#include "common/map.h"
#include "cudaabi/gen/inner.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rgpu_map further; /* context -> users besides the first */

CUresult
rgpu_do_cuCtxAttach(CUcontext *pctx, unsigned int flags)
{
	CUcontext c = NULL;
	CUresult r = CUDA_SUCCESS;
	uintptr_t users;

	if (!pctx || flags)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_do_cuCtxGetCurrent(&c);
	if (r || !c)
		return r ? r : CUDA_ERROR_INVALID_CONTEXT;
	pthread_mutex_lock(&lock);
	users = (uintptr_t)rgpu_map_get(&further, (uintptr_t)c);
	if (rgpu_map_put(&further, (uintptr_t)c, (void *)(users + 1)))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	pthread_mutex_unlock(&lock);
	if (!r)
		*pctx = c;
	return r;
}

CUresult
rgpu_do_cuCtxDetach(CUcontext ctx)
{
	CUcontext current = NULL;
	uintptr_t users;
	CUresult r = rgpu_do_cuCtxGetCurrent(&current);

	if (r)
		return r;
	/* It must be current to the calling thread (CUDA API: cuCtxDetach). */
	if (!ctx || ctx != current)
		return CUDA_ERROR_INVALID_CONTEXT;
	pthread_mutex_lock(&lock);
	users = (uintptr_t)rgpu_map_get(&further, (uintptr_t)ctx);
	if (users > 1)
		rgpu_map_put(&further, (uintptr_t)ctx, (void *)(users - 1));
	else if (users)
		rgpu_map_remove(&further, (uintptr_t)ctx);
	pthread_mutex_unlock(&lock);
	return users ? CUDA_SUCCESS : rgpu_do_cuCtxDestroy_v2(ctx);
}
