/* SPDX-License-Identifier: Apache-2.0 */
/* Unfinished copies. Two locks: "list" for the lists, held shortly, so that the
 * executor can always add; "sending" around taking a finished copy and sending
 * it, so that data goes out in order and whoever flushes knows it is out. */
#include "config.h"
#include "server/transfers.h"

#include <stdlib.h>

#include "common/error.h"
#include "common/thread.h"
#include "server/events.h"
#include "server/output.h"

struct transfer {
	struct transfer *next;
	uint64_t seq; /* 0: to the device */
	const struct rgpu_object *context;
	CUcontext real_context;
	CUevent event;
	struct rgpu_buffer *buffer;
	size_t size;
	bool done; /* sent; the pump, which looks at it, frees it */
};

struct queue {
	struct transfer *first, **last;
};

struct rgpu_transfers {
	struct rgpu_session *s;
	pthread_mutex_t sending, list;
	pthread_cond_t work; /* to_host has something for the pump */
	pthread_cond_t idle; /* pumped has changed */
	struct queue to_host, to_device;
	struct transfer *pumped; /* the pump waits for its event */
};

static struct transfer *
new_transfer(uint64_t seq, const struct rgpu_object *context, CUevent event,
	struct rgpu_buffer *buffer, size_t size)
{
	struct transfer *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->seq = seq;
	x->context = context;
	x->real_context = context->real;
	x->event = event;
	x->buffer = buffer;
	x->size = size;
	return x;
}

static void
append(struct queue *q, struct transfer *x)
{
	x->next = NULL;
	*q->last = x;
	q->last = &x->next;
}

static void
take_out(struct queue *q, struct transfer **at)
{
	struct transfer *x = *at;

	*at = x->next;
	if (q->last == &x->next)
		q->last = at;
}

/* Gives event and buffer back. */
static void
recycle(struct rgpu_transfers *t, struct transfer *x)
{
	rgpu_events_put(t->s->events, x->context, x->event);
	rgpu_staging_put(t->s->staging, x->buffer);
	x->buffer = NULL;
}

static void
send_data(struct rgpu_session *s, const struct transfer *x)
{
	for (size_t at = 0; at < x->size;) {
		size_t n = x->size - at;
		uint64_t head[2];
		struct rgpu_enc e = rgpu_enc_init(head, sizeof(head));

		if (n > RGPU_CHUNK_MAX)
			n = RGPU_CHUNK_MAX;
		rgpu_put_u64(&e, at);
		rgpu_put_bulk_head(&e, n);
		if (!rgpu_channel_send_bulk(s->channel, RGPU_ANSWER_DATA, 0,
			    x->seq, &e, (uint8_t *)x->buffer->data + at, n))
			return;
		at += n;
	}
}

static void
deliver(struct rgpu_transfers *t, struct transfer *x, CUresult r)
{
	/* Whoever waits for this copy sees device output first. */
	rgpu_output_send(t->s->output, t->s->channel);
	if (!r)
		send_data(t->s, x);
	rgpu_session_result(t->s, x->seq, r);
}

/* The first copy to the host that has finished, taken from the list; *result is
 * what became of it. An event may be asked without its context (CUDA API:
 * cuEventQuery has no such condition). */
static struct transfer *
take_finished(struct rgpu_transfers *t, CUresult *result)
{
	struct transfer **at = &t->to_host.first, *x;

	pthread_mutex_lock(&t->list);
	while ((x = *at)) {
		*result = t->s->driver->cuEventQuery(x->event);
		if (*result != CUDA_ERROR_NOT_READY) {
			take_out(&t->to_host, at);
			break;
		}
		at = &x->next;
	}
	pthread_mutex_unlock(&t->list);
	return x;
}

/* A transfer is over: frees it, unless the pump still looks at it. */
static void
finish(struct rgpu_transfers *t, struct transfer *x)
{
	bool pumped;

	pthread_mutex_lock(&t->list);
	pumped = t->pumped == x;
	x->done = true;
	pthread_mutex_unlock(&t->list);
	if (pumped)
		return;
	recycle(t, x);
	free(x);
}

void
rgpu_transfers_flush(struct rgpu_transfers *t)
{
	struct transfer *x;
	CUresult r;

	pthread_mutex_lock(&t->sending);
	while ((x = take_finished(t, &r))) {
		deliver(t, x, r);
		finish(t, x);
	}
	pthread_mutex_unlock(&t->sending);
}

/* The oldest copy that waits; blocks until there is one. */
static struct transfer *
pump_take(struct rgpu_transfers *t)
{
	struct transfer *x;

	pthread_mutex_lock(&t->list);
	while (!t->to_host.first)
		pthread_cond_wait(&t->work, &t->list);
	x = t->pumped = t->to_host.first;
	pthread_mutex_unlock(&t->list);
	return x;
}

static void
pump_leave(struct rgpu_transfers *t, struct transfer *x)
{
	bool done;

	pthread_mutex_lock(&t->list);
	done = x->done;
	if (!done) {
		t->pumped = NULL;
		pthread_cond_broadcast(&t->idle);
	}
	pthread_mutex_unlock(&t->list);
	if (!done)
		return;
	/* Until this is done the context must stay: see drop(). */
	recycle(t, x);
	pthread_mutex_lock(&t->list);
	t->pumped = NULL;
	pthread_cond_broadcast(&t->idle);
	pthread_mutex_unlock(&t->list);
	free(x);
}

/* The pump: waits for the oldest copy, then sends what has finished. */
static void *
pump(void *arg)
{
	struct rgpu_transfers *t = arg;
	const struct rgpu_driver *driver = t->s->driver;

	for (;;) {
		struct transfer *x = pump_take(t);

		if (!driver->cuCtxSetCurrent(x->real_context))
			driver->cuEventSynchronize(x->event);
		rgpu_transfers_flush(t);
		pump_leave(t, x);
	}
	return NULL;
}

struct rgpu_transfers *
rgpu_transfers_create(struct rgpu_session *s)
{
	struct rgpu_transfers *t = calloc(1, sizeof(*t));
	pthread_t thread;

	if (!t) {
		rgpu_error("out of memory");
		return NULL;
	}
	t->s = s;
	t->to_host.last = &t->to_host.first;
	t->to_device.last = &t->to_device.first;
	pthread_mutex_init(&t->sending, NULL);
	pthread_mutex_init(&t->list, NULL);
	pthread_cond_init(&t->work, NULL);
	pthread_cond_init(&t->idle, NULL);
	if (rgpu_thread_start(&thread, "rgpu-pump", pump, t)) {
		free(t);
		return NULL;
	}
	pthread_detach(thread);
	return t;
}

CUresult
rgpu_transfers_to_host(struct rgpu_transfers *t, uint64_t seq,
	const struct rgpu_object *context, CUevent event,
	struct rgpu_buffer *buffer, size_t size)
{
	struct transfer *x = new_transfer(seq, context, event, buffer, size);

	if (!x)
		return CUDA_ERROR_OUT_OF_MEMORY;
	pthread_mutex_lock(&t->list);
	append(&t->to_host, x);
	pthread_cond_signal(&t->work);
	pthread_mutex_unlock(&t->list);
	return CUDA_SUCCESS;
}

/* Takes back the buffers whose copy is over. Looks at a few of the others only:
 * they are mostly in order. Lock held. */
static void
reclaim(struct rgpu_transfers *t)
{
	struct transfer **at = &t->to_device.first, *x;
	int pending = 0;

	while ((x = *at) && pending < 16) {
		if (t->s->driver->cuEventQuery(x->event) ==
			CUDA_ERROR_NOT_READY) {
			at = &x->next;
			pending++;
			continue;
		}
		take_out(&t->to_device, at);
		recycle(t, x);
		free(x);
	}
}

CUresult
rgpu_transfers_to_device(struct rgpu_transfers *t,
	const struct rgpu_object *context, CUevent event,
	struct rgpu_buffer *buffer)
{
	struct transfer *x = new_transfer(0, context, event, buffer, 0);

	if (!x)
		return CUDA_ERROR_OUT_OF_MEMORY;
	pthread_mutex_lock(&t->list);
	reclaim(t);
	append(&t->to_device, x);
	pthread_mutex_unlock(&t->list);
	return CUDA_SUCCESS;
}

bool
rgpu_transfers_wait(struct rgpu_transfers *t)
{
	CUevent event = NULL;
	bool any;

	pthread_mutex_lock(&t->list);
	if (t->to_device.first)
		event = t->to_device.first->event;
	pthread_mutex_unlock(&t->list);
	any = event != NULL;
	if (any)
		t->s->driver->cuEventSynchronize(event);
	pthread_mutex_lock(&t->list);
	reclaim(t);
	pthread_mutex_unlock(&t->list);
	return any;
}

void
rgpu_transfers_drop(struct rgpu_transfers *t, const struct rgpu_object *context)
{
	struct transfer **at, *x;

	rgpu_transfers_flush(t);
	pthread_mutex_lock(&t->list);
	while (t->pumped && t->pumped->context == context)
		pthread_cond_wait(&t->idle, &t->list);
	for (at = &t->to_device.first; (x = *at);) {
		if (x->context != context) {
			at = &x->next;
			continue;
		}
		take_out(&t->to_device, at);
		recycle(t, x);
		free(x);
	}
	pthread_mutex_unlock(&t->list);
}
