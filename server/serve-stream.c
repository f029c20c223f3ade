/* SPDX-License-Identifier: Apache-2.0 */
/* Streams and events: creation, and the calls that wait. */
#include "config.h"
#include "server/serve.h"

#include "server/events.h"

CUresult
rgpu_serve_cuStreamCreateWithPriority(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuStreamCreateWithPriority *a)
{
	CUstream real;
	CUresult r = rgpu_session_may_bind(s, a->phStream, RGPU_KIND_STREAM);

	if (!r)
		r = s->driver->cuStreamCreateWithPriority(
			&real, a->flags, a->priority);
	if (!r)
		r = rgpu_session_bind(
			s, cmd, a->phStream, RGPU_KIND_STREAM, real);
	if (!r && (a->flags & CU_STREAM_NON_BLOCKING)) {
		rgpu_session_find(s, a->phStream, RGPU_KIND_STREAM)
			->nonblocking = true;
		cmd->context->nonblocking_streams++;
	}
	return r;
}

CUresult
rgpu_serve_cuStreamDestroy_v2(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuStreamDestroy_v2 *a)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->hStream, RGPU_KIND_STREAM);
	CUstream real;

	if (!o || o->context != cmd->context)
		return CUDA_ERROR_INVALID_HANDLE;
	real = o->real;
	/* The fence's event stays recorded when its stream goes, but another
	 * stream may get the same handle. */
	if (s->fence.stream == real)
		s->fence.stream = CU_STREAM_PER_THREAD;
	if (s->driver->cuStreamQuery(real) == CUDA_ERROR_NOT_READY)
		o->context->orphans++;
	rgpu_session_forget(s, o);
	return s->driver->cuStreamDestroy_v2(real);
}

/* Waits for an event of our own. */
static CUresult
wait_own(struct rgpu_job *job)
{
	CUresult r = job->s->driver->cuEventSynchronize(job->event);

	rgpu_events_put(job->s->events, job->context, job->event);
	return r;
}

static CUresult
wait_event(struct rgpu_job *job)
{
	return job->s->driver->cuEventSynchronize(job->event);
}

CUresult
rgpu_serve_cuStreamSynchronize(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuStreamSynchronize *a)
{
	struct rgpu_object *c = cmd->context;
	struct rgpu_job *job;
	CUstream stream;
	CUevent event;
	CUresult r = rgpu_session_stream(s, cmd, a->hStream, &stream);

	if (!r)
		r = rgpu_events_get(s->events, c, &event);
	if (r)
		return r;
	r = s->driver->cuEventRecord(event, stream);
	if (!r)
		r = s->driver->cuEventQuery(event);
	if (r != CUDA_ERROR_NOT_READY) {
		rgpu_events_put(s->events, c, event);
		rgpu_session_before_sync_answer(s);
		return rgpu_session_take_error(c, r);
	}
	job = rgpu_job_new(s, cmd, c, wait_own);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->event = event;
	job->deferred = rgpu_session_take_error(c, CUDA_SUCCESS);
	return rgpu_job_start(job);
}

CUresult
rgpu_serve_cuStreamQuery(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuStreamQuery *a)
{
	CUstream stream;
	CUresult r = rgpu_session_stream(s, cmd, a->hStream, &stream);

	if (!r)
		r = s->driver->cuStreamQuery(stream);
	if (r != CUDA_ERROR_NOT_READY)
		rgpu_session_before_sync_answer(s);
	return r;
}

CUresult
rgpu_serve_cuEventQuery(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuEventQuery *a)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->hEvent, RGPU_KIND_EVENT);
	CUresult r;

	if (!o)
		return CUDA_ERROR_INVALID_HANDLE;
	r = s->driver->cuEventQuery(o->real);
	if (r != CUDA_ERROR_NOT_READY)
		rgpu_session_before_sync_answer(s);
	return r;
}

CUresult
rgpu_serve_cuEventSynchronize(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuEventSynchronize *a)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->hEvent, RGPU_KIND_EVENT);
	struct rgpu_job *job;
	CUresult r;

	if (!o)
		return CUDA_ERROR_INVALID_HANDLE;
	r = s->driver->cuEventQuery(o->real);
	if (r != CUDA_ERROR_NOT_READY) {
		rgpu_session_before_sync_answer(s);
		return rgpu_session_take_error(o->context, r);
	}
	job = rgpu_job_new(s, cmd, o->context, wait_event);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->event = o->real;
	job->deferred = rgpu_session_take_error(o->context, CUDA_SUCCESS);
	return rgpu_job_start(job);
}
