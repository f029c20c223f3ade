/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of streams and the order between them. */
#include "config.h"
#include "softgpu/work.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/compiler.h"
#include "softgpu/context.h"
#include "softgpu/executor.h"
#include "softgpu/work-internal.h"

uint64_t rgpu_work_last_sequence;

void
rgpu_work_init(struct rgpu_work *work,
	void (*run)(struct rgpu_work *work, CUresult status))
{
	*work = (struct rgpu_work){.run = run, .refs = 1};
	pthread_cond_init(&work->done, NULL);
}

void
rgpu_work_put_locked(struct rgpu_work *work)
{
	if (--work->refs)
		return;
	pthread_cond_destroy(&work->done);
	free(work->edges);
	free(work);
}

void
rgpu_work_ref(struct rgpu_work *work)
{
	pthread_mutex_lock(&rgpu_work_lock);
	work->refs++;
	pthread_mutex_unlock(&rgpu_work_lock);
}

void
rgpu_work_put(struct rgpu_work *work)
{
	if (!work)
		return;
	pthread_mutex_lock(&rgpu_work_lock);
	rgpu_work_put_locked(work);
	pthread_mutex_unlock(&rgpu_work_lock);
}

static size_t
wait_for(struct rgpu_work *work, struct rgpu_work *blocker,
	struct rgpu_work_edge *edge)
{
	if (!blocker || blocker->state == RGPU_WORK_DONE)
		return 0;
	if (edge) {
		edge->waiter = work;
		edge->next = blocker->waiters;
		blocker->waiters = edge;
		work->blockers++;
	}
	return 1;
}

/* Makes the edges to all that must be done before; edges NULL: only counts
 * them. */
static size_t
wait_for_all(struct rgpu_work *work, const struct rgpu_stream *stream,
	struct rgpu_work *after, struct rgpu_work_edge *edges)
{
	struct rgpu_context *c = stream->context;
	size_t n = wait_for(work, stream->tail, edges);

	if (rgpu_stream_blocking(stream))
		n += wait_for(work, c->legacy.tail, edges ? edges + n : NULL);
	for (struct rgpu_stream *s = stream->legacy ? c->streams : NULL; s;
		s = s->next) {
		if (rgpu_stream_blocking(s))
			n += wait_for(work, s->tail, edges ? edges + n : NULL);
	}
	return n + wait_for(work, after, edges ? edges + n : NULL);
}

static int
link_blockers(struct rgpu_work *work, const struct rgpu_stream *stream,
	struct rgpu_work *after)
{
	struct rgpu_work_edge *edges = work->own_edges;
	size_t n = wait_for_all(work, stream, after, NULL);

	if (n > RGPU_COUNT(work->own_edges)) {
		edges = work->edges = malloc(n * sizeof(*edges));
		if (!edges)
			return -1;
	}
	wait_for_all(work, stream, after, edges);
	return 0;
}

static void
append(struct rgpu_stream *stream, struct rgpu_work *work)
{
	if (stream->tail)
		stream->tail->next_in_stream = work;
	else
		stream->head = work;
	stream->tail = work;
}

void
rgpu_stream_unlist_if_over(struct rgpu_stream *stream)
{
	if (!stream->listed || !stream->closed || stream->head)
		return;
	if (stream->prev)
		stream->prev->next = stream->next;
	else
		stream->context->streams = stream->next;
	if (stream->next)
		stream->next->prev = stream->prev;
	stream->listed = false;
	rgpu_object_put(&stream->object);
}

/* Work is done: takes it off its stream and counts down those that wait. What
 * has nothing to run is done at once as well. */
static struct rgpu_work *
complete(struct rgpu_work *work)
{
	struct rgpu_work *ready = NULL, **ready_end = &ready;
	struct rgpu_work *list = work, **list_end = &work->next_ready;
	uint64_t now = rgpu_now();

	work->next_ready = NULL;
	while ((work = list)) {
		struct rgpu_stream *stream = work->stream;

		work->state = RGPU_WORK_DONE;
		work->done_at = now;
		pthread_cond_broadcast(&work->done);
		for (struct rgpu_work_edge *e = work->waiters; e; e = e->next) {
			struct rgpu_work *w = e->waiter;

			if (--w->blockers || w->state != RGPU_WORK_WAITING)
				continue;
			w->next_ready = NULL;
			if (w->run) {
				*ready_end = w;
				ready_end = &w->next_ready;
			} else {
				*list_end = w;
				list_end = &w->next_ready;
			}
		}
		work->waiters = NULL;
		/* It was the oldest: each waits for the one before it. */
		stream->head = work->next_in_stream;
		if (!stream->head)
			stream->tail = NULL;
		list = work->next_ready;
		rgpu_stream_unlist_if_over(stream);
		rgpu_object_put(&stream->object);
		rgpu_work_put_locked(work);
	}
	return ready;
}

struct rgpu_work *
rgpu_work_run(struct rgpu_work *work)
{
	struct rgpu_context *c = work->stream->context;
	CUresult status = atomic_load(&c->error);

	if (!status && __atomic_load_n(&c->stop, __ATOMIC_RELAXED))
		status = CUDA_ERROR_CONTEXT_IS_DESTROYED;
	pthread_mutex_unlock(&rgpu_work_lock);
	work->run(work, status);
	pthread_mutex_lock(&rgpu_work_lock);
	return complete(work);
}

void
rgpu_work_push(struct rgpu_work *ready)
{
	while (ready) {
		struct rgpu_work *next = ready->next_ready;

		rgpu_executor_push(ready);
		ready = next;
	}
}

static void
start(struct rgpu_work *work, enum rgpu_when when)
{
	if (work->blockers) {
		work->state = RGPU_WORK_WAITING;
	} else if (!work->run) {
		rgpu_work_push(complete(work));
	} else if (when != RGPU_LATER) {
		work->state = RGPU_WORK_RUNNING;
		rgpu_work_push(rgpu_work_run(work));
	} else {
		rgpu_executor_push(work);
	}
}

static void
wait_locked(struct rgpu_work *work)
{
	while (work->state != RGPU_WORK_DONE)
		pthread_cond_wait(&work->done, &rgpu_work_lock);
}

CUresult
rgpu_work_submit(struct rgpu_work *work, struct rgpu_stream *stream,
	struct rgpu_work *after, enum rgpu_when when)
{
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&rgpu_work_lock);
	if (!atomic_load(&stream->context->alive))
		r = CUDA_ERROR_CONTEXT_IS_DESTROYED;
	else if (stream->closed)
		r = CUDA_ERROR_INVALID_HANDLE;
	else if (link_blockers(work, stream, after))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (!r) {
		work->stream = stream;
		work->sequence = ++rgpu_work_last_sequence;
		work->refs++;
		rgpu_object_ref(&stream->object);
		append(stream, work);
		start(work, when);
		rgpu_executor_help();
		if (when == RGPU_WAIT)
			wait_locked(work);
	}
	pthread_mutex_unlock(&rgpu_work_lock);
	return r;
}

bool
rgpu_work_is_done(struct rgpu_work *work)
{
	bool done;

	pthread_mutex_lock(&rgpu_work_lock);
	done = work->state == RGPU_WORK_DONE;
	pthread_mutex_unlock(&rgpu_work_lock);
	return done;
}

void
rgpu_work_wait(struct rgpu_work *work)
{
	pthread_mutex_lock(&rgpu_work_lock);
	wait_locked(work);
	pthread_mutex_unlock(&rgpu_work_lock);
}

uint64_t
rgpu_work_time(struct rgpu_work *work)
{
	uint64_t time;

	pthread_mutex_lock(&rgpu_work_lock);
	time = work->state == RGPU_WORK_DONE ? work->done_at : 0;
	pthread_mutex_unlock(&rgpu_work_lock);
	return time;
}
