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
	uint8_t *data;	     /* size bytes come from the client, or */
	const uint8_t *give; /* go to it */
	size_t size, have;
	bool reached, told, done;
	struct rgpu_place *place; /* of a graph; in its list by: */
	struct rgpu_callback *later;
	pthread_cond_t changed;
};

struct rgpu_callbacks {
	struct rgpu_session *s;
	pthread_mutex_t lock; /* all below, and all callbacks */
	pthread_cond_t work;
	struct rgpu_map known; /* number -> callback */
	struct rgpu_callback *first, **last;
};

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

static void
send_data(
	struct rgpu_session *s, uint64_t seq, const uint8_t *data, size_t size)
{
	for (size_t at = 0, n; at < size; at += n) {
		uint64_t head[2];
		struct rgpu_enc e = rgpu_enc_init(head, sizeof(head));

		n = size - at < RGPU_CHUNK_MAX ? size - at : RGPU_CHUNK_MAX;
		rgpu_put_u64(&e, at);
		rgpu_put_bulk_head(&e, n);
		if (!rgpu_channel_send_bulk(s->channel, RGPU_ANSWER_DATA, 0,
			    seq, &e, data + at, n))
			return;
	}
}

/* Tells the client, in the order in which streams got there. */
static void *
tell(void *arg)
{
	struct rgpu_callbacks *c = arg;

	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct rgpu_callback *x;
		const uint8_t *give;
		size_t size;
		uint64_t seq;
		CUresult status;

		while (!c->first)
			pthread_cond_wait(&c->work, &c->lock);
		x = c->first;
		x->told = true;
		seq = x->seq;
		status = x->status;
		give = x->give;
		size = x->size;
		c->first = x->next;
		if (!c->first)
			c->last = &c->first;
		pthread_mutex_unlock(&c->lock);
		rgpu_session_before_sync_answer(c->s);
		if (give)
			send_data(c->s, seq, give, size);
		rgpu_session_result(c->s, seq, status);
		pthread_mutex_lock(&c->lock);
		/* What was given needs no word of the client: x is there as
		 * long as that has not come. */
		if (give)
			finish(x);
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

static CUresult
new_callback(struct rgpu_callbacks *c, const struct rgpu_command *cmd,
	uint64_t number, void *data, size_t size, struct rgpu_callback **out)
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
	x->data = data;
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

CUresult
rgpu_callbacks_new(struct rgpu_callbacks *c, const struct rgpu_command *cmd,
	uint64_t number, struct rgpu_buffer *buffer, size_t size,
	struct rgpu_callback **out)
{
	return new_callback(
		c, cmd, number, buffer ? buffer->data : NULL, size, out);
}

/* Lock held. */
static void
leave_place(struct rgpu_callback *x)
{
	struct rgpu_callback **p = &x->place->first;

	while (*p && *p != x)
		p = &(*p)->later;
	if (*p)
		*p = x->later;
	x->place = NULL;
}

/* Lock held. */
static void
forget(struct rgpu_callback *x)
{
	if (x->place)
		leave_place(x);
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

/* Waits until the client has done its part. Lock held. */
static void
reach(struct rgpu_callbacks *c, struct rgpu_callback *x, CUresult status)
{
	x->status = status;
	x->reached = true;
	x->next = NULL;
	*c->last = x;
	c->last = &x->next;
	pthread_cond_signal(&c->work);
	while (!x->done)
		pthread_cond_wait(&x->changed, &c->lock);
	forget(x);
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
	reach(c, x, status);
	pthread_mutex_unlock(&c->lock);
}

void
rgpu_callbacks_done(struct rgpu_callbacks *c, uint64_t number)
{
	struct rgpu_callback *x;

	pthread_mutex_lock(&c->lock);
	x = rgpu_map_get(&c->known, number);
	if (x && !x->data && !x->give)
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
	if (!x || !x->data || !x->told || size > x->size - x->have) {
		r = CUDA_ERROR_INVALID_VALUE;
	} else {
		memcpy(x->data + x->have, data, size);
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

/* ---- places of graphs ----------------------------------------------------------- */

CUresult
rgpu_callbacks_expect(struct rgpu_callbacks *c, const struct rgpu_command *cmd,
	uint64_t number, struct rgpu_place *place, void *data, size_t size,
	bool take)
{
	struct rgpu_callback *x, **p = &place->first;
	CUresult r;

	if (place->fresh)
		return CUDA_ERROR_INVALID_VALUE;
	r = new_callback(c, cmd, number, take ? NULL : data, size, &x);
	if (r)
		return r;
	pthread_mutex_lock(&c->lock);
	if (take)
		x->give = data;
	x->place = place;
	while (*p)
		p = &(*p)->later;
	*p = x;
	place->fresh = true;
	pthread_mutex_unlock(&c->lock);
	return CUDA_SUCCESS;
}

void
rgpu_callbacks_place_reached(void *place)
{
	struct rgpu_place *p = place;
	struct rgpu_callback *x;

	pthread_mutex_lock(&p->owner->lock);
	x = p->first;
	/* None: the node this is for is switched off. */
	if (x) {
		leave_place(x);
		reach(p->owner, x, CUDA_SUCCESS);
	}
	pthread_mutex_unlock(&p->owner->lock);
}

/* Lock held. */
static void
refuse(struct rgpu_callback *x, CUresult result)
{
	rgpu_session_result(x->owner->s, x->seq, result);
	forget(x);
}

void
rgpu_callbacks_launched(struct rgpu_place *place, CUresult result)
{
	struct rgpu_callback *x;

	pthread_mutex_lock(&place->owner->lock);
	for (x = place->first; x && x->later; x = x->later)
		;
	if (result && place->fresh && x)
		refuse(x, result);
	place->fresh = false;
	pthread_mutex_unlock(&place->owner->lock);
}

void
rgpu_callbacks_leave(struct rgpu_place *place)
{
	pthread_mutex_lock(&place->owner->lock);
	while (place->first)
		refuse(place->first, CUDA_ERROR_INVALID_HANDLE);
	pthread_mutex_unlock(&place->owner->lock);
}
