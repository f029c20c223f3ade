/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of streams that the client does. */
#include "config.h"
#include "server/callbacks.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/thread.h"

/* What a session may have in its streams at once. */
#define CALLBACKS_MAX 65536

struct rgpu_callback {
	struct rgpu_callbacks *owner;
	struct rgpu_callback *next; /* of those reached */
	const struct rgpu_object *context;
	uint64_t number, seq;
	CUresult status;
	struct rgpu_buffer *buffer;
	size_t size, have;
	bool reached, told, done;
	pthread_cond_t changed;
};

struct rgpu_callbacks {
	struct rgpu_session *s;
	pthread_mutex_t lock; /* all below, and all callbacks */
	pthread_cond_t work;
	struct rgpu_map known; /* number -> callback */
	struct rgpu_callback *first, **last;
};

/* Tells the client, in the order in which streams got there. */
static void *
tell(void *arg)
{
	struct rgpu_callbacks *c = arg;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		uint64_t seq;
		CUresult status;

		while (!c->first)
			pthread_cond_wait(&c->work, &c->lock);
		c->first->told = true;
		seq = c->first->seq;
		status = c->first->status;
		c->first = c->first->next;
		if (!c->first)
			c->last = &c->first;
		pthread_mutex_unlock(&c->lock);
		rgpu_session_before_sync_answer(c->s);
		rgpu_session_result(c->s, seq, status);
		pthread_mutex_lock(&c->lock);
	}
	return NULL;
}

struct rgpu_callbacks *
rgpu_callbacks_create(struct rgpu_session *s)
{
	struct rgpu_callbacks *c = calloc(1, sizeof(*c));
	pthread_t thread;

	if (!c) {
		rgpu_error("out of memory");
		return NULL;
	}
	c->s = s;
	c->last = &c->first;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->work, NULL);
	if (rgpu_thread_start(&thread, "rgpu-callbacks", tell, c)) {
		free(c);
		return NULL;
	}
	pthread_detach(thread);
	return c;
}

CUresult
rgpu_callbacks_new(struct rgpu_callbacks *c, const struct rgpu_command *cmd,
	uint64_t number, struct rgpu_buffer *buffer, size_t size,
	struct rgpu_callback **out)
{
	struct rgpu_callback *x;
	CUresult r = CUDA_SUCCESS;

	if (!number || !(cmd->flags & RGPU_COMMAND_REPLY))
		return CUDA_ERROR_INVALID_VALUE;
	x = calloc(1, sizeof(*x));
	if (!x)
		return CUDA_ERROR_OUT_OF_MEMORY;
	x->owner = c;
	x->context = cmd->context;
	x->number = number;
	x->seq = cmd->seq;
	x->buffer = buffer;
	x->size = size;
	pthread_cond_init(&x->changed, NULL);
	pthread_mutex_lock(&c->lock);
	if (c->known.count >= CALLBACKS_MAX || rgpu_map_get(&c->known, number))
		r = CUDA_ERROR_INVALID_VALUE;
	else if (rgpu_map_put(&c->known, number, x))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	pthread_mutex_unlock(&c->lock);
	if (r)
		free(x);
	else
		*out = x;
	return r;
}

/* Lock held. */
static void
forget(struct rgpu_callback *x)
{
	rgpu_map_remove(&x->owner->known, x->number);
	pthread_cond_destroy(&x->changed);
	free(x);
}

void
rgpu_callbacks_cancel(struct rgpu_callbacks *c, struct rgpu_callback *callback)
{
	pthread_mutex_lock(&c->lock);
	forget(callback);
	pthread_mutex_unlock(&c->lock);
}

void
rgpu_callbacks_reached(void *callback)
{
	rgpu_callbacks_reached_with(NULL, CUDA_SUCCESS, callback);
}

void
rgpu_callbacks_reached_with(
	CUstream stream RGPU_UNUSED, CUresult status, void *callback)
{
	struct rgpu_callback *x = callback;
	struct rgpu_callbacks *c = x->owner;

	pthread_mutex_lock(&c->lock);
	x->status = status;
	x->reached = true;
	x->next = NULL;
	*c->last = x;
	c->last = &x->next;
	pthread_cond_signal(&c->work);
	while (!x->done)
		pthread_cond_wait(&x->changed, &c->lock);
	forget(x);
	pthread_mutex_unlock(&c->lock);
}

/* Lock held. The client cannot be done with what it has not been told of: its
 * word does not count then. */
static void
finish(struct rgpu_callback *x)
{
	if (!x->told)
		return;
	x->done = true;
	pthread_cond_signal(&x->changed);
}

void
rgpu_callbacks_done(struct rgpu_callbacks *c, uint64_t number)
{
	struct rgpu_callback *x;

	pthread_mutex_lock(&c->lock);
	x = rgpu_map_get(&c->known, number);
	if (x && !x->buffer)
		finish(x);
	pthread_mutex_unlock(&c->lock);
}

CUresult
rgpu_callbacks_data(struct rgpu_callbacks *c, uint64_t number, const void *data,
	size_t size)
{
	struct rgpu_callback *x;
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&c->lock);
	x = rgpu_map_get(&c->known, number);
	if (!x || !x->buffer || !x->told || size > x->size - x->have) {
		r = CUDA_ERROR_INVALID_VALUE;
	} else {
		memcpy((uint8_t *)x->buffer->data + x->have, data, size);
		x->have += size;
		if (x->have == x->size)
			finish(x);
	}
	pthread_mutex_unlock(&c->lock);
	return r;
}

/* Any callback of the context; NULL: none. Lock held. */
static struct rgpu_callback *
any_of(struct rgpu_callbacks *c, const struct rgpu_object *context)
{
	size_t pos = 0;
	struct rgpu_callback *x;

	while ((x = rgpu_map_next(&c->known, &pos))) {
		if (x->context == context && !x->reached)
			return x;
	}
	return NULL;
}

void
rgpu_callbacks_drop(struct rgpu_callbacks *c, const struct rgpu_object *context)
{
	struct rgpu_callback *x;

	pthread_mutex_lock(&c->lock);
	while ((x = any_of(c, context))) {
		rgpu_session_result(
			c->s, x->seq, CUDA_ERROR_CONTEXT_IS_DESTROYED);
		forget(x);
	}
	pthread_mutex_unlock(&c->lock);
}
