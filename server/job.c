/* SPDX-License-Identifier: Apache-2.0 */
/* Work that must wait for the GPU, on a waiter thread. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "server/callbacks.h"
#include "server/events.h"
#include "server/staging.h"
#include "server/transfers.h"
#include "server/waiters.h"

struct rgpu_job *
rgpu_job_new(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_object *context, CUresult (*work)(struct rgpu_job *job))
{
	struct rgpu_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->s = s;
	job->seq = cmd->flags & RGPU_COMMAND_REPLY ? cmd->seq : 0;
	job->context = context;
	job->real_context = context ? context->real : NULL;
	job->work = work;
	return job;
}

static void
run(void *arg)
{
	struct rgpu_job *job = arg;
	struct rgpu_session *s = job->s;
	CUresult r = CUDA_SUCCESS;

	if (job->real_context)
		r = s->driver->cuCtxSetCurrent(job->real_context);
	if (!r)
		r = job->work(job);
	if (job->context)
		atomic_fetch_sub(&job->context->jobs, 1);
	if (job->seq) {
		rgpu_session_before_sync_answer(s);
		rgpu_session_result(s, job->seq, r ? r : job->deferred);
	}
	free(job);
}

CUresult
rgpu_job_start(struct rgpu_job *job)
{
	if (job->context)
		atomic_fetch_add(&job->context->jobs, 1);
	/* Without a thread the executor itself has to wait. */
	if (rgpu_waiters_run(job->s->waiters, run, job)) {
		job->s->current = NULL;
		run(job);
	}
	return RGPU_SERVE_LATER;
}

void
rgpu_job_quiesce(struct rgpu_job *job)
{
	struct rgpu_session *s = job->s;
	const struct timespec nap = {.tv_nsec = RGPU_MS};

	s->driver->cuCtxSynchronize();
	/* This job is one of the context's. */
	while (atomic_load(&job->context->jobs) > 1)
		nanosleep(&nap, NULL);
	if (s->callbacks)
		rgpu_callbacks_drop(s->callbacks, job->context);
	rgpu_transfers_drop(s->transfers, job->context);
	rgpu_staging_drop(s->staging, job->context);
	rgpu_events_drop(s->events, job->context);
}
