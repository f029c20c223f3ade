/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuDevicePrimaryCtx*. Retain and release count; reset closes the context
 * whatever the count is, and the next retain opens it again.
 */
#include "config.h"

#include "cudaabi/cls.h"
#include "cudaabi/entry.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/state.h"

CUresult
rgpu_primary_context(CUdevice dev, CUcontext *context)
{
	struct rgpu_device *d;

	if (!rgpu_running())
		return CUDA_ERROR_NOT_INITIALIZED;
	d = rgpu_device_get(dev);
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	*context = rgpu_context_handle(d->primary);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDevicePrimaryCtxRetain(CUcontext *pctx, CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);

	if (!pctx)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&d->primary_lock);
	if (!atomic_load(&d->primary->alive))
		rgpu_context_open(d->primary, d->primary_flags);
	d->primary_users++;
	pthread_mutex_unlock(&d->primary_lock);
	*pctx = rgpu_context_handle(d->primary);
	return CUDA_SUCCESS;
}

/* With primary_lock, which this gives up: the destructors of the context's
 * local storage are the application's. */
static void
close_primary(struct rgpu_device *d)
{
	bool was_open = atomic_load(&d->primary->alive);

	if (was_open)
		rgpu_context_close(d->primary);
	d->primary_flags = 0;
	pthread_mutex_unlock(&d->primary_lock);
	if (was_open)
		rgpu_cls_clear(rgpu_context_handle(d->primary));
}

CUresult
rgpu_do_cuDevicePrimaryCtxRelease_v2(CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);

	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&d->primary_lock);
	if (!d->primary_users) {
		pthread_mutex_unlock(&d->primary_lock);
		return CUDA_ERROR_INVALID_CONTEXT;
	}
	if (--d->primary_users)
		pthread_mutex_unlock(&d->primary_lock);
	else
		close_primary(d);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDevicePrimaryCtxReset_v2(CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);

	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&d->primary_lock);
	close_primary(d);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDevicePrimaryCtxSetFlags_v2(CUdevice dev, unsigned int flags)
{
	struct rgpu_device *d = rgpu_device_get(dev);

	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	if (!rgpu_context_flags_good(flags))
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&d->primary_lock);
	d->primary_flags = flags;
	if (atomic_load(&d->primary->alive))
		atomic_store(&d->primary->flags, flags);
	pthread_mutex_unlock(&d->primary_lock);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDevicePrimaryCtxGetState(
	CUdevice dev, unsigned int *flags, int *active)
{
	struct rgpu_device *d = rgpu_device_get(dev);

	if (!flags || !active)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	pthread_mutex_lock(&d->primary_lock);
	*active = atomic_load(&d->primary->alive);
	*flags = *active ? atomic_load(&d->primary->flags) : d->primary_flags;
	pthread_mutex_unlock(&d->primary_lock);
	return CUDA_SUCCESS;
}
