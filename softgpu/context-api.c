/* SPDX-License-Identifier: Apache-2.0 */
/* cuCtx*: created contexts, the stack of each thread, what contexts say of
 * themselves. */
#include "config.h"

#include "common/compiler.h"
#include "common/log.h"
#include "cudaabi/cls.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/thread-state.h"
#include "softgpu/work.h"

/* What cuCtxCreate_v2 and later give their contexts. */
#define API_VERSION 3020

CUresult
rgpu_do_cuCtxCreate_v2(CUcontext *pctx, unsigned int flags, CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);
	struct rgpu_context *c;

	if (!pctx || !rgpu_context_flags_good(flags))
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	c = rgpu_context_new(d, false);
	if (!c)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_context_open(c, flags);
	rgpu_object_ref(&c->object);
	if (rgpu_thread_push(c)) {
		rgpu_object_end(RGPU_KIND_CONTEXT, rgpu_context_handle(c));
		rgpu_object_put(&c->object);
		rgpu_object_put(&c->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*pctx = rgpu_context_handle(c);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxCreate_v3(CUcontext *pctx,
	CUexecAffinityParam *paramsArray RGPU_UNUSED, int numParams,
	unsigned int flags, CUdevice dev)
{
	if (numParams < 0)
		return CUDA_ERROR_INVALID_VALUE;
	if (numParams > 0)
		return CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY;
	return rgpu_do_cuCtxCreate_v2(pctx, flags, dev);
}

CUresult
rgpu_do_cuCtxCreate_v4(CUcontext *pctx, CUctxCreateParams *ctxCreateParams,
	unsigned int flags, CUdevice dev)
{
	if (ctxCreateParams && ctxCreateParams->cigParams) {
		rgpu_warn("cuCtxCreate: sharing with a graphics API is not "
			  "supported: CUDA_ERROR_NOT_SUPPORTED");
		return CUDA_ERROR_NOT_SUPPORTED;
	}
	return rgpu_do_cuCtxCreate_v3(pctx, NULL,
		ctxCreateParams ? ctxCreateParams->numExecAffinityParams : 0,
		flags, dev);
}

CUresult
rgpu_do_cuCtxDestroy_v2(CUcontext ctx)
{
	struct rgpu_context *c = rgpu_object_get(RGPU_KIND_CONTEXT, ctx);

	if (!c)
		return CUDA_ERROR_INVALID_CONTEXT;
	if (c->primary || !rgpu_object_end(RGPU_KIND_CONTEXT, ctx)) {
		rgpu_object_put(&c->object);
		return CUDA_ERROR_INVALID_CONTEXT;
	}
	rgpu_cls_clear(ctx);
	if (rgpu_thread_top() == c) {
		rgpu_thread_pop();
		rgpu_object_put(&c->object);
	}
	if (!rgpu_context_close(c))
		rgpu_object_put(&c->object);
	rgpu_object_put(&c->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxPushCurrent_v2(CUcontext ctx)
{
	struct rgpu_context *c = rgpu_object_get(RGPU_KIND_CONTEXT, ctx);

	if (!c)
		return CUDA_ERROR_INVALID_CONTEXT;
	if (rgpu_thread_push(c)) {
		rgpu_object_put(&c->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxPopCurrent_v2(CUcontext *pctx)
{
	struct rgpu_context *c = rgpu_thread_pop();

	if (!c)
		return CUDA_ERROR_INVALID_CONTEXT;
	if (pctx)
		*pctx = rgpu_context_handle(c);
	rgpu_object_put(&c->object);
	return CUDA_SUCCESS;
}

/* Replaces the top of the stack; NULL takes it off. */
CUresult
rgpu_do_cuCtxSetCurrent(CUcontext ctx)
{
	struct rgpu_context *c = NULL, *old;
	CUresult r = CUDA_SUCCESS;

	if (ctx) {
		c = rgpu_object_get(RGPU_KIND_CONTEXT, ctx);
		if (!c)
			return CUDA_ERROR_INVALID_CONTEXT;
	}
	old = rgpu_thread_pop();
	if (c && rgpu_thread_push(c)) {
		rgpu_object_put(&c->object);
		r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (old)
		rgpu_object_put(&old->object);
	return r;
}

CUresult
rgpu_do_cuCtxGetCurrent(CUcontext *pctx)
{
	struct rgpu_context *c = rgpu_thread_top();

	if (!pctx)
		return CUDA_ERROR_INVALID_VALUE;
	*pctx = c ? rgpu_context_handle(c) : NULL;
	return CUDA_SUCCESS;
}

/* cudart asks this of a primary context that it has not yet retained. */
CUresult
rgpu_do_cuCtxGetDevice_v2(CUdevice *device, CUcontext ctx)
{
	struct rgpu_context *c;
	CUresult r;

	if (!device)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_resolve(ctx, &c);
	if (r)
		return r;
	if (!c->primary && !atomic_load(&c->alive))
		r = CUDA_ERROR_CONTEXT_IS_DESTROYED;
	else
		*device = c->device->ordinal;
	rgpu_object_put(&c->object);
	return r;
}

CUresult
rgpu_do_cuCtxGetDevice(CUdevice *device)
{
	return rgpu_do_cuCtxGetDevice_v2(device, NULL);
}

CUresult
rgpu_do_cuCtxGetFlags(unsigned int *flags)
{
	struct rgpu_context *c;
	CUresult r;

	if (!flags)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_current_any(&c);
	if (!r)
		*flags = atomic_load(&c->flags);
	return r;
}

CUresult
rgpu_do_cuCtxSetFlags(unsigned int flags)
{
	struct rgpu_context *c;
	CUresult r;

	if (!rgpu_context_flags_good(flags))
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_current(&c);
	if (!r)
		atomic_store(&c->flags, flags);
	return r;
}

CUresult
rgpu_do_cuCtxGetId(CUcontext ctx, unsigned long long *ctxId)
{
	struct rgpu_context *c;
	CUresult r;

	if (!ctxId)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_resolve(ctx, &c);
	if (r)
		return r;
	if (atomic_load(&c->alive))
		*ctxId = atomic_load(&c->number);
	else
		r = CUDA_ERROR_CONTEXT_IS_DESTROYED;
	rgpu_object_put(&c->object);
	return r;
}

CUresult
rgpu_do_cuCtxGetApiVersion(CUcontext ctx, unsigned int *version)
{
	struct rgpu_context *c;
	CUresult r;

	if (!version)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_context_resolve(ctx, &c);
	if (r)
		return r;
	*version = API_VERSION;
	rgpu_object_put(&c->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxSynchronize_v2(CUcontext ctx)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_resolve(ctx, &c);

	if (r)
		return r;
	r = rgpu_context_state(c);
	if (!r) {
		rgpu_context_wait(c);
		r = atomic_load(&c->error);
	}
	rgpu_print_flush(&c->print);
	rgpu_object_put(&c->object);
	return r;
}

CUresult
rgpu_do_cuCtxSynchronize(void)
{
	return rgpu_do_cuCtxSynchronize_v2(NULL);
}
