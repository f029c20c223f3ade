/* SPDX-License-Identifier: Apache-2.0 */
/* Streams and events: made and ended without waiting for the server. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"
#include "libclient/thread.h"

#define EVENT_FLAGS                                         \
	(CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING | \
		CU_EVENT_INTERPROCESS)

/* A stream argument. *stream is NULL for the legacy default stream. */
static CUresult
resolve(CUstream handle, struct rgpu_context **context,
	struct rgpu_stream **stream)
{
	CUresult r;

	*stream = NULL;
	if (!handle || handle == CU_STREAM_LEGACY)
		return rgpu_context_current(context);
	if (handle == CU_STREAM_PER_THREAD) {
		r = rgpu_context_current(context);
		return r ? r : rgpu_thread_stream(*context, stream);
	}
	*stream = rgpu_id_find(&rgpu_streams, rgpu_handle_id(handle));
	if (!*stream)
		return CUDA_ERROR_INVALID_HANDLE;
	*context = (*stream)->context;
	return rgpu_context_state(*context);
}

CUresult
rgpu_client_stream(CUstream handle, uint64_t *context, uint64_t *id)
{
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(handle, &c, &s);

	if (r)
		return r;
	*context = c->id;
	*id = s ? s->id : 0;
	return CUDA_SUCCESS;
}

CUresult
rgpu_client_known_event(uint64_t id)
{
	return rgpu_id_find(&rgpu_events, id) ? CUDA_SUCCESS
					      : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuStreamCreateWithPriority(
	CUstream *phStream, unsigned int flags, int priority)
{
	struct rgpu_args_cuStreamCreateWithPriority a = {
		.flags = flags, .priority = priority};
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = rgpu_context_current(&c);

	if (!phStream || flags & ~(unsigned)CU_STREAM_NON_BLOCKING)
		return CUDA_ERROR_INVALID_VALUE;
	if (r)
		return r;
	s = rgpu_stream_new(c, flags, priority);
	if (!s)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a.phStream = s->id;
	r = rgpu_post_cuStreamCreateWithPriority(c->id, &a);
	if (r)
		rgpu_stream_end(s);
	else
		*phStream = rgpu_id_handle(s->id);
	return r;
}

CUresult
rgpu_do_cuStreamCreate(CUstream *phStream, unsigned int Flags)
{
	return rgpu_do_cuStreamCreateWithPriority(phStream, Flags, 0);
}

CUresult
rgpu_do_cuStreamDestroy_v2(CUstream hStream)
{
	struct rgpu_stream *s =
		rgpu_id_find(&rgpu_streams, rgpu_handle_id(hStream));
	struct rgpu_args_cuStreamDestroy_v2 a;
	CUresult r;

	if (!s)
		return CUDA_ERROR_INVALID_HANDLE;
	a.hStream = s->id;
	r = rgpu_post_cuStreamDestroy_v2(s->context->id, &a);
	rgpu_stream_end(s);
	return r;
}

CUresult
rgpu_do_cuStreamWaitEvent(CUstream hStream, CUevent hEvent, unsigned int Flags)
{
	struct rgpu_args_cuStreamWaitEvent a = {
		.hEvent = rgpu_handle_id(hEvent), .Flags = Flags};
	uint64_t context;
	CUresult r = rgpu_client_stream(hStream, &context, &a.hStream);

	if (r)
		return r;
	if (Flags & ~(unsigned)CU_EVENT_WAIT_EXTERNAL)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_client_known_event(a.hEvent);
	return r ? r : rgpu_post_cuStreamWaitEvent(context, &a);
}

/* ---- questions about streams ------------------------------------------------------ */

CUresult
rgpu_do_cuStreamGetPriority(CUstream hStream, int *priority)
{
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(hStream, &c, &s);

	if (!priority)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*priority = s ? s->priority : 0;
	return r;
}

CUresult
rgpu_do_cuStreamGetFlags(CUstream hStream, unsigned int *flags)
{
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(hStream, &c, &s);

	if (!flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*flags = s ? s->flags : 0;
	return r;
}

CUresult
rgpu_do_cuStreamGetId(CUstream hStream, unsigned long long *streamId)
{
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(hStream, &c, &s);

	if (!streamId)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*streamId = s ? s->number : c->number;
	return r;
}

CUresult
rgpu_do_cuStreamGetCtx(CUstream hStream, CUcontext *pctx)
{
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(hStream, &c, &s);

	if (!pctx)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*pctx = rgpu_id_handle(c->id);
	return r;
}

CUresult
rgpu_do_cuStreamGetDevice(CUstream hStream, CUdevice *device)
{
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(hStream, &c, &s);

	if (!device)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*device = c->dev;
	return r;
}

/* ---- events -------------------------------------------------------------------------- */

CUresult
rgpu_do_cuEventCreate(CUevent *phEvent, unsigned int Flags)
{
	struct rgpu_args_cuEventCreate a = {.Flags = Flags};
	struct rgpu_context *c;
	struct rgpu_event *e;
	CUresult r = rgpu_context_current(&c);

	if (!phEvent || Flags & ~(unsigned)EVENT_FLAGS)
		return CUDA_ERROR_INVALID_VALUE;
	if (r)
		return r;
	/* An event for other processes would have to cross hosts. */
	if (Flags & CU_EVENT_INTERPROCESS)
		return Flags & CU_EVENT_DISABLE_TIMING
			? CUDA_ERROR_NOT_SUPPORTED
			: CUDA_ERROR_INVALID_VALUE;
	e = rgpu_event_new(c, Flags);
	if (!e)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a.phEvent = e->id;
	r = rgpu_post_cuEventCreate(c->id, &a);
	if (r)
		rgpu_event_end(e);
	else
		*phEvent = rgpu_id_handle(e->id);
	return r;
}

CUresult
rgpu_do_cuEventRecordWithFlags(
	CUevent hEvent, CUstream hStream, unsigned int flags)
{
	struct rgpu_args_cuEventRecordWithFlags a = {
		.hEvent = rgpu_handle_id(hEvent), .flags = flags};
	struct rgpu_event *e = rgpu_event_find(hEvent);
	struct rgpu_context *c;
	struct rgpu_stream *s;
	CUresult r = resolve(hStream, &c, &s);

	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	if (r)
		return r;
	if (flags & ~(unsigned)CU_EVENT_RECORD_EXTERNAL)
		return CUDA_ERROR_INVALID_VALUE;
	if (e->context != c)
		return CUDA_ERROR_INVALID_HANDLE;
	a.hStream = s ? s->id : 0;
	return rgpu_post_cuEventRecordWithFlags(c->id, &a);
}

CUresult
rgpu_do_cuEventRecord(CUevent hEvent, CUstream hStream)
{
	return rgpu_do_cuEventRecordWithFlags(hEvent, hStream, 0);
}

CUresult
rgpu_do_cuEventDestroy_v2(CUevent hEvent)
{
	struct rgpu_args_cuEventDestroy_v2 a = {
		.hEvent = rgpu_handle_id(hEvent)};
	struct rgpu_event *e = rgpu_event_find(hEvent);
	CUresult r;

	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_post_cuEventDestroy_v2(e->context->id, &a);
	rgpu_event_end(e);
	return r;
}
