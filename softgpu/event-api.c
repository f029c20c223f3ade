/* SPDX-License-Identifier: Apache-2.0 */
/* cuEvent* and cuStreamWaitEvent. */
#include "config.h"
#include "softgpu/event.h"

#include <stdlib.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

#define EVENT_FLAGS                                         \
	(CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING | \
		CU_EVENT_INTERPROCESS)

static void
free_event(struct rgpu_object *object)
{
	struct rgpu_event *e = (struct rgpu_event *)object;

	rgpu_work_put(e->record);
	pthread_mutex_destroy(&e->lock);
	rgpu_object_put(&e->context->object);
	free(e);
}

struct rgpu_work *
rgpu_event_work(struct rgpu_event *event)
{
	struct rgpu_work *w;

	pthread_mutex_lock(&event->lock);
	w = event->record;
	if (w)
		rgpu_work_ref(w);
	pthread_mutex_unlock(&event->lock);
	return w;
}

void
rgpu_events_end(struct rgpu_context *context)
{
	struct rgpu_event *e;
	uint32_t pos = 0;

	while ((e = rgpu_object_next(RGPU_KIND_EVENT, &pos))) {
		if (e->context == context &&
			rgpu_object_end(RGPU_KIND_EVENT,
				rgpu_object_handle(&e->object)))
			rgpu_object_put(&e->object);
		rgpu_object_put(&e->object);
	}
}

CUresult
rgpu_do_cuEventCreate(CUevent *phEvent, unsigned int Flags)
{
	struct rgpu_context *c;
	struct rgpu_event *e;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!phEvent || (Flags & ~(unsigned)EVENT_FLAGS))
		return CUDA_ERROR_INVALID_VALUE;
	/* An event of other processes cannot measure time, nor do we have
	 * any. */
	if (Flags & CU_EVENT_INTERPROCESS)
		return Flags & CU_EVENT_DISABLE_TIMING
			? CUDA_ERROR_NOT_SUPPORTED
			: CUDA_ERROR_INVALID_VALUE;
	e = calloc(1, sizeof(*e));
	if (!e)
		return CUDA_ERROR_OUT_OF_MEMORY;
	e->context = c;
	e->flags = Flags;
	pthread_mutex_init(&e->lock, NULL);
	rgpu_object_ref(&c->object);
	rgpu_object_init(&e->object, free_event);
	if (rgpu_object_make(RGPU_KIND_EVENT, &e->object)) {
		rgpu_object_put(&e->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*phEvent = rgpu_object_handle(&e->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuEventDestroy_v2(CUevent hEvent)
{
	struct rgpu_event *e = rgpu_object_end(RGPU_KIND_EVENT, hEvent);
	CUresult r;

	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_context_state(e->context);
	rgpu_object_put(&e->object);
	return r;
}

static CUresult
record(struct rgpu_event *e, struct rgpu_stream *stream)
{
	struct rgpu_work *w, *old;
	CUresult r;

	if (e->context != stream->context)
		return CUDA_ERROR_INVALID_HANDLE;
	w = malloc(sizeof(*w));
	if (!w)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_work_init(w, NULL);
	/* With the lock over both steps two records of one event stay in the
	 * order in which they were queued. */
	pthread_mutex_lock(&e->lock);
	r = rgpu_work_submit(w, stream, NULL, RGPU_LATER);
	old = r ? w : e->record;
	if (!r)
		e->record = w;
	pthread_mutex_unlock(&e->lock);
	rgpu_work_put(old);
	return r;
}

CUresult
rgpu_do_cuEventRecordWithFlags(
	CUevent hEvent, CUstream hStream, unsigned int flags)
{
	struct rgpu_event *e;
	struct rgpu_stream *stream;
	CUresult r;

	/* EXTERNAL matters in stream capture only. */
	if (flags & ~(unsigned)CU_EVENT_RECORD_EXTERNAL)
		return CUDA_ERROR_INVALID_VALUE;
	e = rgpu_object_get(RGPU_KIND_EVENT, hEvent);
	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_stream_resolve(hStream, &stream);
	if (!r) {
		r = record(e, stream);
		rgpu_object_put(&stream->object);
	}
	rgpu_object_put(&e->object);
	return r;
}

CUresult
rgpu_do_cuEventRecord(CUevent hEvent, CUstream hStream)
{
	return rgpu_do_cuEventRecordWithFlags(hEvent, hStream, 0);
}

CUresult
rgpu_do_cuEventQuery(CUevent hEvent)
{
	struct rgpu_event *e = rgpu_object_get(RGPU_KIND_EVENT, hEvent);
	struct rgpu_work *w;
	CUresult r;

	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	w = rgpu_event_work(e);
	r = w && !rgpu_work_is_done(w) ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
	rgpu_work_put(w);
	if (rgpu_context_state(e->context))
		r = rgpu_context_state(e->context);
	rgpu_object_put(&e->object);
	return r;
}

CUresult
rgpu_do_cuEventSynchronize(CUevent hEvent)
{
	struct rgpu_event *e = rgpu_object_get(RGPU_KIND_EVENT, hEvent);
	struct rgpu_work *w;
	CUresult r;

	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	w = rgpu_event_work(e);
	if (w)
		rgpu_work_wait(w);
	rgpu_work_put(w);
	rgpu_print_flush(&e->context->print);
	r = rgpu_context_state(e->context);
	rgpu_object_put(&e->object);
	return r;
}

/* When an event was recorded. */
static CUresult
event_time(struct rgpu_event *e, uint64_t *time)
{
	struct rgpu_work *w = rgpu_event_work(e);
	CUresult r = CUDA_SUCCESS;

	if (!w || (e->flags & CU_EVENT_DISABLE_TIMING)) {
		r = CUDA_ERROR_INVALID_HANDLE;
	} else {
		*time = rgpu_work_time(w);
		if (!*time)
			r = CUDA_ERROR_NOT_READY;
	}
	rgpu_work_put(w);
	return r;
}

CUresult
rgpu_do_cuEventElapsedTime_v2(
	float *pMilliseconds, CUevent hStart, CUevent hEnd)
{
	struct rgpu_event *a = rgpu_object_get(RGPU_KIND_EVENT, hStart);
	struct rgpu_event *b = rgpu_object_get(RGPU_KIND_EVENT, hEnd);
	uint64_t from = 0, to = 0;
	CUresult r = CUDA_ERROR_INVALID_HANDLE;

	if (!pMilliseconds)
		r = CUDA_ERROR_INVALID_VALUE;
	else if (a && b && a->context->device == b->context->device)
		r = rgpu_context_state(a->context);
	if (!r)
		r = event_time(a, &from);
	/* An event that has no time at all weighs more than one that is not
	 * ready. */
	if (!r || r == CUDA_ERROR_NOT_READY) {
		CUresult r2 = event_time(b, &to);

		r = r2 ? r2 : r;
	}
	if (!r)
		*pMilliseconds = (float)((double)(int64_t)(to - from) / 1e6);
	rgpu_object_put(a ? &a->object : NULL);
	rgpu_object_put(b ? &b->object : NULL);
	return r;
}

CUresult
rgpu_do_cuStreamWaitEvent(CUstream hStream, CUevent hEvent, unsigned int Flags)
{
	struct rgpu_event *e;
	struct rgpu_stream *stream;
	struct rgpu_work *w, *after;
	CUresult r;

	if (Flags & ~(unsigned)CU_EVENT_WAIT_EXTERNAL)
		return CUDA_ERROR_INVALID_VALUE;
	e = rgpu_object_get(RGPU_KIND_EVENT, hEvent);
	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_stream_resolve(hStream, &stream);
	if (r)
		goto put_event;
	w = malloc(sizeof(*w));
	if (!w) {
		r = CUDA_ERROR_OUT_OF_MEMORY;
		goto put_stream;
	}
	rgpu_work_init(w, NULL);
	after = rgpu_event_work(e);
	r = rgpu_work_submit(w, stream, after, RGPU_LATER);
	rgpu_work_put(after);
	rgpu_work_put(w);
put_stream:
	rgpu_object_put(&stream->object);
put_event:
	rgpu_object_put(&e->object);
	return r;
}
