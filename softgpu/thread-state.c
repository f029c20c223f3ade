/* SPDX-License-Identifier: Apache-2.0 */
/* The state of each thread, and what its end gives back. */
#include "config.h"
#include "softgpu/thread-state.h"

#include <pthread.h>
#include <stdlib.h>

#include "softgpu/context.h"
#include "softgpu/state.h"
#include "softgpu/stream.h"

#define STACK_MIN 8

static _Thread_local struct rgpu_thread_state self;

static pthread_key_t key;
static int key_error;

static void
thread_ends(void *arg)
{
	struct rgpu_thread_state *t = arg;
	struct rgpu_context *context;
	/* In a forked child locks may be held for ever: there only what is
	 * this thread's alone is given back. */
	bool whole = rgpu_running();

	while (t->streams) {
		struct rgpu_thread_stream *s = t->streams;

		t->streams = s->next;
		if (whole) {
			rgpu_stream_close(s->stream);
			rgpu_object_put(&s->stream->object);
		}
		free(s);
	}
	while ((context = rgpu_thread_pop())) {
		if (whole)
			rgpu_object_put(&context->object);
	}
	free(t->stack);
	*t = (struct rgpu_thread_state){.stack = NULL};
}

static void
make_key(void)
{
	key_error = pthread_key_create(&key, thread_ends);
}

struct rgpu_thread_state *
rgpu_thread_state(void)
{
	return &self;
}

int
rgpu_thread_state_keep(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (self.registered)
		return 0;
	pthread_once(&once, make_key);
	if (key_error || pthread_setspecific(key, &self))
		return -1;
	self.registered = true;
	return 0;
}

struct rgpu_context *
rgpu_thread_top(void)
{
	return self.depth ? self.stack[self.depth - 1] : NULL;
}

int
rgpu_thread_push(struct rgpu_context *context)
{
	if (rgpu_thread_state_keep())
		return -1;
	if (self.depth == self.capacity) {
		unsigned n = self.capacity ? 2 * self.capacity : STACK_MIN;
		void *p = realloc(self.stack, n * sizeof(*self.stack));

		if (!p)
			return -1;
		self.stack = p;
		self.capacity = n;
	}
	self.stack[self.depth++] = context;
	return 0;
}

struct rgpu_context *
rgpu_thread_pop(void)
{
	return self.depth ? self.stack[--self.depth] : NULL;
}
