/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launching as before CUDA 4.0: block shape, shared memory and parameters are
 * set on the function first. The driver keeps them with the function; here they
 * become one cuLaunchKernel.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/map.h"
#include "cudaabi/gen/inner.h"

/* Bytes of parameters; kernels of that time had no more (CUDA API:
 * cuParamSetSize). */
#define PARAMS_MAX 4096

struct settings {
	unsigned x, y, z, shared;
	size_t params;
	uint64_t param[PARAMS_MAX / 8];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rgpu_map known; /* function -> struct settings */

/* The settings of a function, with the lock; NULL without it, and *r says why. */
static struct settings *
take(CUfunction f, CUresult *r)
{
	uint64_t key = (uint64_t)(uintptr_t)f;
	struct settings *s;
	int any;

	*r = rgpu_do_cuFuncGetAttribute(
		&any, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, f);
	if (*r)
		return NULL;
	pthread_mutex_lock(&lock);
	s = rgpu_map_get(&known, key);
	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (s && !rgpu_map_put(&known, key, s))
		return s;
	pthread_mutex_unlock(&lock);
	free(s);
	*r = CUDA_ERROR_OUT_OF_MEMORY;
	return NULL;
}

CUresult
rgpu_do_cuFuncSetBlockShape(CUfunction hfunc, int x, int y, int z)
{
	struct settings *s;
	CUresult r;

	if (x <= 0 || y <= 0 || z <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	s = take(hfunc, &r);
	if (!s)
		return r;
	s->x = (unsigned)x;
	s->y = (unsigned)y;
	s->z = (unsigned)z;
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncSetSharedSize(CUfunction hfunc, unsigned int bytes)
{
	CUresult r;
	struct settings *s = take(hfunc, &r);

	if (!s)
		return r;
	s->shared = bytes;
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuParamSetSize(CUfunction hfunc, unsigned int numbytes)
{
	struct settings *s;
	CUresult r;

	if (numbytes > PARAMS_MAX)
		return CUDA_ERROR_INVALID_VALUE;
	s = take(hfunc, &r);
	if (!s)
		return r;
	s->params = numbytes;
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuParamSetv(
	CUfunction hfunc, int offset, void *ptr, unsigned int numbytes)
{
	struct settings *s;
	CUresult r;

	if (offset < 0 || offset > PARAMS_MAX ||
		numbytes > PARAMS_MAX - (unsigned)offset || (!ptr && numbytes))
		return CUDA_ERROR_INVALID_VALUE;
	s = take(hfunc, &r);
	if (!s)
		return r;
	if (numbytes)
		memcpy((uint8_t *)s->param + offset, ptr, numbytes);
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuParamSeti(CUfunction hfunc, int offset, unsigned int value)
{
	return rgpu_do_cuParamSetv(hfunc, offset, &value, sizeof(value));
}

CUresult
rgpu_do_cuParamSetf(CUfunction hfunc, int offset, float value)
{
	return rgpu_do_cuParamSetv(hfunc, offset, &value, sizeof(value));
}

static CUresult
launch(CUfunction f, int width, int height, CUstream stream)
{
	struct settings copy, *s;
	void *extra[] = {
		(void *)(uintptr_t)CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT,
		copy.param,
		(void *)(uintptr_t)CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT,
		&copy.params,
		(void *)(uintptr_t)CU_LAUNCH_PARAM_END_AS_INT,
	};
	CUresult r;

	if (width <= 0 || height <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	s = take(f, &r);
	if (!s)
		return r;
	copy = *s;
	pthread_mutex_unlock(&lock);
	return rgpu_do_cuLaunchKernel(f, (unsigned)width, (unsigned)height, 1,
		copy.x, copy.y, copy.z, copy.shared, stream, NULL, extra);
}

CUresult
rgpu_do_cuLaunch(CUfunction f)
{
	return launch(f, 1, 1, NULL);
}

CUresult
rgpu_do_cuLaunchGrid(CUfunction f, int grid_width, int grid_height)
{
	return launch(f, grid_width, grid_height, NULL);
}

CUresult
rgpu_do_cuLaunchGridAsync(
	CUfunction f, int grid_width, int grid_height, CUstream hStream)
{
	return launch(f, grid_width, grid_height, hStream);
}
