/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts. Stacks, counts and handles are the client's own; the server hears of
 * a context when it comes and when it goes. */
#include "config.h"
#include "libclient/context.h"

#include <stdlib.h>

#include "cudaabi/cls.h"
#include "cudaabi/entry.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/memory.h"
#include "libclient/thread.h"

/* Primary contexts; the lock is held while the server makes or ends one. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct rgpu_context *primary[RGPU_DEVICES_MAX];

CUresult
rgpu_client_device(CUdevice dev, int32_t *ordinal)
{
	if (dev < 0 || dev >= rgpu_client.device_count)
		return CUDA_ERROR_INVALID_DEVICE;
	*ordinal = rgpu_client.ordinal[dev];
	return CUDA_SUCCESS;
}

/* ---- the stack of the calling thread ------------------------------------------- */

static CUcontext
top(void)
{
	struct rgpu_thread *t = rgpu_thread_self();

	return t && t->depth ? t->stack[t->depth - 1] : NULL;
}

static CUresult
push(CUcontext context)
{
	struct rgpu_thread *t = rgpu_thread_self();

	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (t->depth == t->capacity) {
		int n = t->capacity ? 2 * t->capacity : 8;
		void *p = realloc(t->stack, (size_t)n * sizeof(*t->stack));

		if (!p)
			return CUDA_ERROR_OUT_OF_MEMORY;
		t->stack = p;
		t->capacity = n;
	}
	t->stack[t->depth++] = context;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxPushCurrent_v2(CUcontext ctx)
{
	return rgpu_context_find(ctx) ? push(ctx) : CUDA_ERROR_INVALID_CONTEXT;
}

CUresult
rgpu_do_cuCtxPopCurrent_v2(CUcontext *pctx)
{
	struct rgpu_thread *t = rgpu_thread_self();

	if (!t || !t->depth)
		return CUDA_ERROR_INVALID_CONTEXT;
	t->depth--;
	if (pctx)
		*pctx = t->stack[t->depth];
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxSetCurrent(CUcontext ctx)
{
	struct rgpu_thread *t = rgpu_thread_self();

	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (!ctx) {
		t->depth -= t->depth > 0;
		return CUDA_SUCCESS;
	}
	if (!rgpu_context_find(ctx))
		return CUDA_ERROR_INVALID_CONTEXT;
	if (!t->depth)
		return push(ctx);
	t->stack[t->depth - 1] = ctx;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxGetCurrent(CUcontext *pctx)
{
	if (!pctx)
		return CUDA_ERROR_INVALID_VALUE;
	*pctx = top();
	return CUDA_SUCCESS;
}

CUresult
rgpu_context_current(struct rgpu_context **context)
{
	CUcontext handle = top();

	if (!handle)
		return CUDA_ERROR_INVALID_CONTEXT;
	*context = rgpu_context_find(handle);
	return *context ? rgpu_context_state(*context)
			: CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

CUresult
rgpu_client_context(uint64_t *context)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!r)
		*context = c->id;
	return r;
}

CUresult
rgpu_client_known_context(uint64_t id)
{
	return rgpu_id_find(&rgpu_contexts, id) ? CUDA_SUCCESS
						: CUDA_ERROR_INVALID_CONTEXT;
}

/* The argument of a call that takes NULL for the current context. */
static CUresult
given_or_current(CUcontext ctx, struct rgpu_context **context)
{
	if (!ctx)
		return rgpu_context_current(context);
	*context = rgpu_context_find(ctx);
	return *context ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}

/* ---- primary contexts ----------------------------------------------------------- */

/* Lock held. NULL: no memory. */
static struct rgpu_context *
primary_of(CUdevice dev)
{
	if (!primary[dev]) {
		primary[dev] = rgpu_context_new(dev, 0);
		if (primary[dev])
			primary[dev]->primary = true;
	}
	return primary[dev];
}

CUresult
rgpu_primary_context(CUdevice dev, CUcontext *context)
{
	struct rgpu_context *c;
	int32_t ordinal;
	CUresult r = rgpu_client_device(dev, &ordinal);

	if (r)
		return r;
	pthread_mutex_lock(&lock);
	c = primary_of(dev);
	pthread_mutex_unlock(&lock);
	if (!c)
		return CUDA_ERROR_OUT_OF_MEMORY;
	*context = rgpu_id_handle(c->id);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDevicePrimaryCtxRetain(CUcontext *pctx, CUdevice dev)
{
	struct rgpu_args_cuDevicePrimaryCtxRetain a;
	struct rgpu_context *c;
	CUresult r;

	if (!pctx)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_client_device(dev, &a.dev);
	if (r)
		return r;
	pthread_mutex_lock(&lock);
	c = primary_of(dev);
	if (!c) {
		r = CUDA_ERROR_OUT_OF_MEMORY;
	} else if (!atomic_load(&c->alive)) {
		a.pctx = c->id;
		a.flags = c->flags;
		r = rgpu_call_cuDevicePrimaryCtxRetain(0, &a);
		if (!r)
			atomic_store(&c->alive, true);
	}
	if (!r) {
		c->retained++;
		*pctx = rgpu_id_handle(c->id);
	}
	pthread_mutex_unlock(&lock);
	return r;
}

/* The context is gone on the server: so is what lived in it. */
static void
forget(struct rgpu_context *c)
{
	atomic_store(&c->alive, false);
	atomic_store(&c->fault, CUDA_SUCCESS);
	rgpu_objects_end_in(c);
	rgpu_memory_forget(c);
}

CUresult
rgpu_do_cuDevicePrimaryCtxRelease_v2(CUdevice dev)
{
	struct rgpu_args_cuDevicePrimaryCtxRelease_v2 a;
	struct rgpu_context *c;
	bool gone = false;
	CUresult r = rgpu_client_device(dev, &a.dev);

	if (r)
		return r;
	pthread_mutex_lock(&lock);
	c = primary[dev];
	if (!c || !c->retained) {
		r = CUDA_ERROR_INVALID_CONTEXT;
	} else if (--c->retained == 0 && atomic_load(&c->alive)) {
		a.context = c->id;
		r = rgpu_call_cuDevicePrimaryCtxRelease_v2(0, &a);
		forget(c);
		gone = true;
	}
	pthread_mutex_unlock(&lock);
	if (gone)
		rgpu_cls_clear(rgpu_id_handle(c->id));
	return r;
}

CUresult
rgpu_do_cuDevicePrimaryCtxReset_v2(CUdevice dev)
{
	struct rgpu_args_cuDevicePrimaryCtxReset_v2 a;
	struct rgpu_context *c;
	CUresult r = rgpu_client_device(dev, &a.dev);

	if (r)
		return r;
	pthread_mutex_lock(&lock);
	c = primary[dev];
	if (c && atomic_load(&c->alive)) {
		a.context = c->id;
		r = rgpu_call_cuDevicePrimaryCtxReset_v2(0, &a);
		forget(c);
	}
	pthread_mutex_unlock(&lock);
	if (c)
		rgpu_cls_clear(rgpu_id_handle(c->id));
	return r;
}

CUresult
rgpu_do_cuDevicePrimaryCtxSetFlags_v2(CUdevice dev, unsigned int flags)
{
	struct rgpu_context *c;
	int32_t ordinal;
	CUresult r = rgpu_client_device(dev, &ordinal);

	if (r)
		return r;
	if (flags & ~(unsigned)CU_CTX_FLAGS_MASK)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	c = primary_of(dev);
	if (c)
		c->flags = flags;
	pthread_mutex_unlock(&lock);
	return c ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_do_cuDevicePrimaryCtxGetState(
	CUdevice dev, unsigned int *flags, int *active)
{
	struct rgpu_context *c;
	int32_t ordinal;
	CUresult r = rgpu_client_device(dev, &ordinal);

	if (!flags || !active)
		return CUDA_ERROR_INVALID_VALUE;
	if (r)
		return r;
	pthread_mutex_lock(&lock);
	c = primary[dev];
	*flags = c ? c->flags : 0;
	*active = c && atomic_load(&c->alive);
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

/* ---- created contexts ------------------------------------------------------------- */

CUresult
rgpu_do_cuCtxCreate_v4(CUcontext *pctx, CUctxCreateParams *ctxCreateParams,
	unsigned int flags, CUdevice dev)
{
	struct rgpu_args_cuCtxCreate_v4 a = {.flags = flags};
	struct rgpu_context *c;
	CUresult r;

	if (!pctx || flags & ~(unsigned)CU_CTX_FLAGS_MASK)
		return CUDA_ERROR_INVALID_VALUE;
	if (ctxCreateParams &&
		(ctxCreateParams->numExecAffinityParams ||
			ctxCreateParams->cigParams))
		return CUDA_ERROR_NOT_SUPPORTED;
	r = rgpu_client_device(dev, &a.dev);
	if (r)
		return r;
	c = rgpu_context_new(dev, flags);
	if (!c)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a.pctx = c->id;
	r = rgpu_call_cuCtxCreate_v4(0, &a);
	if (!r) {
		atomic_store(&c->alive, true);
		r = push(rgpu_id_handle(c->id));
	}
	if (r) {
		rgpu_context_end(c);
		return r;
	}
	*pctx = rgpu_id_handle(c->id);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxCreate_v2(CUcontext *pctx, unsigned int flags, CUdevice dev)
{
	return rgpu_do_cuCtxCreate_v4(pctx, NULL, flags, dev);
}

CUresult
rgpu_do_cuCtxCreate_v3(CUcontext *pctx, CUexecAffinityParam *paramsArray,
	int numParams, unsigned int flags, CUdevice dev)
{
	CUctxCreateParams p = {.execAffinityParams = paramsArray,
		.numExecAffinityParams = numParams};

	return rgpu_do_cuCtxCreate_v4(pctx, &p, flags, dev);
}

CUresult
rgpu_do_cuCtxDestroy_v2(CUcontext ctx)
{
	struct rgpu_context *c = rgpu_context_find(ctx);
	struct rgpu_args_cuCtxDestroy_v2 a = {.ctx = rgpu_handle_id(ctx)};
	CUcontext dropped;
	CUresult r;

	if (!c || c->primary)
		return CUDA_ERROR_INVALID_CONTEXT;
	r = rgpu_call_cuCtxDestroy_v2(0, &a);
	forget(c);
	rgpu_cls_clear(ctx);
	if (top() == ctx)
		rgpu_do_cuCtxPopCurrent_v2(&dropped);
	rgpu_context_end(c);
	return r;
}

/* ---- questions ---------------------------------------------------------------------- */

CUresult
rgpu_do_cuCtxGetDevice(CUdevice *device)
{
	return rgpu_do_cuCtxGetDevice_v2(device, NULL);
}

CUresult
rgpu_do_cuCtxGetDevice_v2(CUdevice *device, CUcontext ctx)
{
	struct rgpu_context *c;
	CUcontext handle = ctx ? ctx : top();

	if (!device)
		return CUDA_ERROR_INVALID_VALUE;
	/* A primary context has its device before it is retained, too. */
	if (!handle || !(c = rgpu_context_find(handle)))
		return CUDA_ERROR_INVALID_CONTEXT;
	*device = c->dev;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuCtxGetFlags(unsigned int *flags)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*flags = c->flags;
	return r;
}

/* How a thread waits for the GPU is the server's affair. */
CUresult
rgpu_do_cuCtxSetFlags(unsigned int flags)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (flags & ~(unsigned)CU_CTX_FLAGS_MASK)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		c->flags = flags;
	return r;
}

CUresult
rgpu_do_cuCtxGetId(CUcontext ctx, unsigned long long *ctxId)
{
	struct rgpu_context *c;
	CUresult r = given_or_current(ctx, &c);

	if (!ctxId)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*ctxId = c->number;
	return r;
}

/* The version of the context interface since CUDA 3.2. */
CUresult
rgpu_do_cuCtxGetApiVersion(CUcontext ctx, unsigned int *version)
{
	struct rgpu_context *c;
	CUresult r = given_or_current(ctx, &c);

	if (!version)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*version = 3020;
	return r;
}

CUresult
rgpu_do_cuCtxSynchronize_v2(CUcontext ctx)
{
	const struct rgpu_args_cuCtxSynchronize a = {0};
	struct rgpu_context *c;
	CUresult r = given_or_current(ctx, &c);

	return r ? r : rgpu_call_cuCtxSynchronize(c->id, &a);
}
