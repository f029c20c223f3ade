/* SPDX-License-Identifier: Apache-2.0 */
/* Per-thread state: context stack, per-thread default streams. */
#include "config.h"
#include "libclient/thread.h"

#include <pthread.h>
#include <stdlib.h>

#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static _Thread_local struct rgpu_thread *self;

/* A thread ends: its default streams go, as soon as their work is done. */
static void
thread_ends(void *arg)
{
	struct rgpu_thread *t = arg;

	for (int i = 0; i < t->stream_count; i++) {
		struct rgpu_stream *s =
			rgpu_id_find(&rgpu_streams, t->streams[i].stream);
		struct rgpu_args_cuStreamDestroy_v2 a = {
			.hStream = t->streams[i].stream};

		if (!s || atomic_load(&rgpu_client.state) != RGPU_CLIENT_UP)
			continue;
		rgpu_post_cuStreamDestroy_v2(t->streams[i].context, &a);
		rgpu_stream_end(s);
	}
	free(t->streams);
	free(t->stack);
	free(t);
}

static void
make_key(void)
{
	pthread_key_create(&key, thread_ends);
}

struct rgpu_thread *
rgpu_thread_self(void)
{
	if (rgpu_likely(self != NULL))
		return self;
	pthread_once(&once, make_key);
	self = calloc(1, sizeof(*self));
	if (self)
		pthread_setspecific(key, self);
	return self;
}

static struct rgpu_stream *
find_stream(struct rgpu_thread *t, uint64_t context)
{
	for (int i = 0; i < t->stream_count; i++) {
		if (t->streams[i].context == context)
			return rgpu_id_find(
				&rgpu_streams, t->streams[i].stream);
	}
	return NULL;
}

static int
remember(struct rgpu_thread *t, uint64_t context, uint64_t stream)
{
	void *p;

	for (int i = 0; i < t->stream_count; i++) {
		if (t->streams[i].context == context) {
			t->streams[i].stream = stream;
			return 0;
		}
	}
	p = realloc(t->streams,
		((size_t)t->stream_count + 1) * sizeof(*t->streams));
	if (!p)
		return -1;
	t->streams = p;
	t->streams[t->stream_count++] =
		(struct rgpu_thread_stream_entry){context, stream};
	return 0;
}

CUresult
rgpu_thread_stream(struct rgpu_context *context, struct rgpu_stream **stream)
{
	struct rgpu_thread *t = rgpu_thread_self();
	struct rgpu_args_cuStreamCreateWithPriority a = {.flags = 0};
	struct rgpu_stream *s;

	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	*stream = find_stream(t, context->id);
	if (*stream)
		return CUDA_SUCCESS;
	s = rgpu_stream_new(context, CU_STREAM_DEFAULT, 0);
	if (!s)
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (remember(t, context->id, s->id)) {
		rgpu_stream_end(s);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	a.phStream = s->id;
	*stream = s;
	return rgpu_post_cuStreamCreateWithPriority(context->id, &a);
}
