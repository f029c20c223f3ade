/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts: the client keeps stacks and counts; here they are made and ended. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>

#include "server/events.h"

static CUresult
bind_context(struct rgpu_session *s, const struct rgpu_command *cmd,
	uint64_t id, CUcontext real, CUdevice dev, bool primary)
{
	CUresult r = rgpu_session_bind(s, cmd, id, RGPU_KIND_CONTEXT, real);
	struct rgpu_object *o;

	if (r)
		return r;
	o = rgpu_session_find(s, id, RGPU_KIND_CONTEXT);
	o->context = NULL;
	o->device = dev;
	o->primary = primary;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_cuDevicePrimaryCtxRetain(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuDevicePrimaryCtxRetain *a)
{
	CUcontext real;
	CUresult r = rgpu_session_may_bind(s, a->pctx, RGPU_KIND_CONTEXT);

	if (!r && a->flags)
		r = s->driver->cuDevicePrimaryCtxSetFlags_v2(a->dev, a->flags);
	if (!r)
		r = s->driver->cuDevicePrimaryCtxRetain(&real, a->dev);
	if (!r)
		r = bind_context(s, cmd, a->pctx, real, a->dev, true);
	return r;
}

CUresult
rgpu_serve_cuCtxCreate_v4(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuCtxCreate_v4 *a)
{
	CUcontext real, top;
	CUresult r = rgpu_session_may_bind(s, a->pctx, RGPU_KIND_CONTEXT);

	/* _v2 is in every driver, and the client sends no more than it takes. */
	if (!r)
		r = s->driver->cuCtxCreate_v2(&real, a->flags, a->dev);
	if (r)
		return r;
	/* It is current now, and on the executor's stack. */
	s->driver->cuCtxPopCurrent_v2(&top);
	s->current = NULL;
	r = bind_context(s, cmd, a->pctx, real, a->dev, false);
	if (r)
		s->driver->cuCtxDestroy_v2(real);
	return r;
}

static CUresult
destroy(struct rgpu_job *job)
{
	const struct rgpu_driver *driver = job->s->driver;
	struct rgpu_object *o = job->context;
	CUresult r;

	rgpu_job_quiesce(job);
	driver->cuCtxSetCurrent(NULL);
	r = o->primary ? driver->cuDevicePrimaryCtxRelease_v2(o->device)
		       : driver->cuCtxDestroy_v2(o->real);
	job->context = NULL;
	free(o);
	return r;
}

/* Ends a context of the tables. */
static CUresult
end_context(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_object *o, CUresult (*work)(struct rgpu_job *job))
{
	struct rgpu_job *job = rgpu_job_new(s, cmd, o, work);

	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_session_detach(s, o);
	s->driver->cuCtxSetCurrent(NULL);
	s->current = NULL;
	return rgpu_job_start(job);
}

CUresult
rgpu_serve_cuCtxDestroy_v2(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuCtxDestroy_v2 *a)
{
	struct rgpu_object *o = rgpu_session_find(s, a->ctx, RGPU_KIND_CONTEXT);

	if (!o || o->primary)
		return CUDA_ERROR_INVALID_CONTEXT;
	return end_context(s, cmd, o, destroy);
}

CUresult
rgpu_serve_cuDevicePrimaryCtxRelease_v2(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuDevicePrimaryCtxRelease_v2 *a)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->context, RGPU_KIND_CONTEXT);

	if (!o || !o->primary || o->device != a->dev)
		return CUDA_ERROR_INVALID_CONTEXT;
	return end_context(s, cmd, o, destroy);
}

/* After a reset the client retains again, which makes a new object. */
static CUresult
reset(struct rgpu_job *job)
{
	const struct rgpu_driver *driver = job->s->driver;
	struct rgpu_object *o = job->context;

	rgpu_job_quiesce(job);
	driver->cuCtxSetCurrent(NULL);
	job->context = NULL;
	job->device = o->device;
	free(o);
	return driver->cuDevicePrimaryCtxReset_v2(job->device);
}

CUresult
rgpu_serve_cuDevicePrimaryCtxReset_v2(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuDevicePrimaryCtxReset_v2 *a)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->context, RGPU_KIND_CONTEXT);

	if (!o || !o->primary || o->device != a->dev)
		return CUDA_ERROR_INVALID_CONTEXT;
	return end_context(s, cmd, o, reset);
}

static CUresult
synchronize(struct rgpu_job *job)
{
	CUresult r = job->s->driver->cuCtxSynchronize();

	atomic_store(&job->context->orphans_waited, job->orphans);
	return r;
}

/* Whether all of a context is idle already: its blocking streams are when an
 * event in the legacy stream has happened. It says nothing of others, nor of
 * what destroyed streams still have to do. */
static CUresult
idle(struct rgpu_session *s, const struct rgpu_object *context)
{
	CUevent event;
	CUresult r;

	if (context->nonblocking_streams ||
		context->orphans != atomic_load(&context->orphans_waited))
		return CUDA_ERROR_NOT_READY;
	r = rgpu_events_get(s->events, context, &event);
	if (r)
		return r;
	r = s->driver->cuEventRecord(event, NULL);
	if (!r)
		r = s->driver->cuEventQuery(event);
	rgpu_events_put(s->events, context, event);
	return r;
}

CUresult
rgpu_serve_cuCtxSynchronize(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuCtxSynchronize *a RGPU_UNUSED)
{
	CUresult r = idle(s, cmd->context);
	struct rgpu_job *job;

	if (r != CUDA_ERROR_NOT_READY) {
		rgpu_session_before_sync_answer(s);
		return rgpu_session_take_error(cmd->context, r);
	}
	job = rgpu_job_new(s, cmd, cmd->context, synchronize);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->orphans = cmd->context->orphans;
	job->deferred = rgpu_session_take_error(cmd->context, CUDA_SUCCESS);
	return rgpu_job_start(job);
}
