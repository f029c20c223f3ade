/* SPDX-License-Identifier: Apache-2.0 */
/* cuStream*; capture is in graph/. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

CUresult
rgpu_do_cuStreamCreateWithPriority(
	CUstream *phStream, unsigned int flags, int priority)
{
	struct rgpu_stream *stream;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!phStream || (flags & ~(unsigned)CU_STREAM_NON_BLOCKING))
		return CUDA_ERROR_INVALID_VALUE;
	/* Out of range priorities are moved into it. */
	if (priority > 0)
		priority = 0;
	if (priority < RGPU_PRIORITY_GREATEST)
		priority = RGPU_PRIORITY_GREATEST;
	r = rgpu_stream_new(c, flags, priority, true, &stream);
	if (!r)
		*phStream = rgpu_object_handle(&stream->object);
	return r;
}

CUresult
rgpu_do_cuStreamCreate(CUstream *phStream, unsigned int Flags)
{
	return rgpu_do_cuStreamCreateWithPriority(phStream, Flags, 0);
}

/* What is queued will still be done. */
CUresult
rgpu_do_cuStreamDestroy_v2(CUstream hStream)
{
	struct rgpu_stream *s;
	CUresult r;

	/* The default streams cannot be destroyed. */
	s = rgpu_object_end(RGPU_KIND_STREAM, hStream);
	if (!s)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_context_state(s->context);
	rgpu_stream_close(s);
	rgpu_object_put(&s->object);
	return r;
}

CUresult
rgpu_do_cuStreamQuery(CUstream hStream)
{
	struct rgpu_stream *s;
	CUresult r = rgpu_stream_resolve(hStream, &s);

	if (r)
		return r;
	r = rgpu_stream_idle(s) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
	if (!r)
		r = rgpu_context_state(s->context);
	rgpu_object_put(&s->object);
	return r;
}

CUresult
rgpu_do_cuStreamSynchronize(CUstream hStream)
{
	struct rgpu_stream *s;
	CUresult r = rgpu_stream_resolve(hStream, &s);

	if (r)
		return r;
	rgpu_stream_wait(s);
	rgpu_print_flush(&s->context->print);
	r = rgpu_context_state(s->context);
	rgpu_object_put(&s->object);
	return r;
}

CUresult
rgpu_do_cuStreamGetPriority(CUstream hStream, int *priority)
{
	struct rgpu_stream *s;
	CUresult r;

	if (!priority)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_stream_resolve(hStream, &s);
	if (r)
		return r;
	*priority = s->priority;
	rgpu_object_put(&s->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuStreamGetFlags(CUstream hStream, unsigned int *flags)
{
	struct rgpu_stream *s;
	CUresult r;

	if (!flags)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_stream_resolve(hStream, &s);
	if (r)
		return r;
	*flags = s->flags;
	rgpu_object_put(&s->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuStreamGetId(CUstream hStream, unsigned long long *streamId)
{
	struct rgpu_stream *s;
	CUresult r;

	if (!streamId)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_stream_resolve(hStream, &s);
	if (r)
		return r;
	*streamId = s->number;
	rgpu_object_put(&s->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuStreamGetCtx(CUstream hStream, CUcontext *pctx)
{
	struct rgpu_stream *s;
	CUresult r;

	if (!pctx)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_stream_resolve(hStream, &s);
	if (r)
		return r;
	*pctx = rgpu_context_handle(s->context);
	rgpu_object_put(&s->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuStreamGetDevice(CUstream hStream, CUdevice *device)
{
	struct rgpu_stream *s;
	CUresult r;

	if (!device)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_stream_resolve(hStream, &s);
	if (r)
		return r;
	*device = s->context->device->ordinal;
	rgpu_object_put(&s->object);
	return CUDA_SUCCESS;
}
