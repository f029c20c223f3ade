/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for whole streams and contexts, and their list of streams. */
#include "config.h"
#include "softgpu/work.h"

#include "softgpu/context.h"
#include "softgpu/work-internal.h"

/* What is queued in a stream up to a sequence number: its last such piece if
 * that is at hand, or its oldest. NULL: all done. */
static struct rgpu_work *
queued(const struct rgpu_stream *stream, uint64_t limit)
{
	if (!stream->head || stream->head->sequence > limit)
		return NULL;
	return stream->tail->sequence <= limit ? stream->tail : stream->head;
}

/* The same in all streams of a context; only the blocking ones, or all. */
static struct rgpu_work *
queued_in(const struct rgpu_context *context, bool all, uint64_t limit)
{
	struct rgpu_work *w = queued(&context->legacy, limit);

	for (const struct rgpu_stream *s = context->streams; s && !w;
		s = s->next) {
		if (all || rgpu_stream_blocking(s))
			w = queued(s, limit);
	}
	return w;
}

static struct rgpu_work *
queued_for(const struct rgpu_stream *stream, uint64_t limit)
{
	return stream->legacy ? queued_in(stream->context, false, limit)
			      : queued(stream, limit);
}

/* Its reference keeps the condition while nobody else may. */
static void
wait_for(struct rgpu_work *work)
{
	work->refs++;
	while (work->state != RGPU_WORK_DONE)
		pthread_cond_wait(&work->done, &rgpu_work_lock);
	rgpu_work_put_locked(work);
}

bool
rgpu_stream_idle(struct rgpu_stream *stream)
{
	bool idle;

	pthread_mutex_lock(&rgpu_work_lock);
	idle = !queued_for(stream, UINT64_MAX);
	pthread_mutex_unlock(&rgpu_work_lock);
	return idle;
}

void
rgpu_stream_wait(struct rgpu_stream *stream)
{
	uint64_t limit;
	struct rgpu_work *w;

	pthread_mutex_lock(&rgpu_work_lock);
	limit = rgpu_work_last_sequence;
	while ((w = queued_for(stream, limit)))
		wait_for(w);
	pthread_mutex_unlock(&rgpu_work_lock);
}

void
rgpu_context_wait(struct rgpu_context *context)
{
	uint64_t limit;
	struct rgpu_work *w;

	pthread_mutex_lock(&rgpu_work_lock);
	limit = rgpu_work_last_sequence;
	while ((w = queued_in(context, true, limit)))
		wait_for(w);
	pthread_mutex_unlock(&rgpu_work_lock);
}

void
rgpu_context_stop_work(struct rgpu_context *context)
{
	pthread_mutex_lock(&rgpu_work_lock);
	atomic_store(&context->alive, false);
	pthread_mutex_unlock(&rgpu_work_lock);
}

int
rgpu_stream_list(struct rgpu_stream *stream)
{
	struct rgpu_context *c = stream->context;
	int r = -1;

	pthread_mutex_lock(&rgpu_work_lock);
	if (atomic_load(&c->alive)) {
		stream->prev = NULL;
		stream->next = c->streams;
		if (c->streams)
			c->streams->prev = stream;
		c->streams = stream;
		stream->listed = true;
		rgpu_object_ref(&stream->object);
		r = 0;
	}
	pthread_mutex_unlock(&rgpu_work_lock);
	return r;
}

void
rgpu_stream_unlist(struct rgpu_stream *stream)
{
	pthread_mutex_lock(&rgpu_work_lock);
	stream->closed = true;
	rgpu_stream_unlist_if_over(stream);
	pthread_mutex_unlock(&rgpu_work_lock);
}

bool
rgpu_stream_is_closed(struct rgpu_stream *stream)
{
	bool closed;

	pthread_mutex_lock(&rgpu_work_lock);
	closed = stream->closed;
	pthread_mutex_unlock(&rgpu_work_lock);
	return closed;
}

struct rgpu_stream *
rgpu_stream_any(struct rgpu_context *context)
{
	struct rgpu_stream *s;

	pthread_mutex_lock(&rgpu_work_lock);
	s = context->streams;
	if (s)
		rgpu_object_ref(&s->object);
	pthread_mutex_unlock(&rgpu_work_lock);
	return s;
}
