/* SPDX-License-Identifier: Apache-2.0 */
/* Calls in flight: a hash table by sequence number, a list of those who wait,
 * a list of detached ones. */
#include "config.h"
#include "protocol/transport/calls.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"

#define BUCKETS 256

struct rgpu_calls {
	struct rgpu_channel *channel;
	struct rgpu_calls_hooks hooks;
	_Atomic uint64_t round_trips;

	pthread_mutex_t lock; /* all below */
	bool dead;
	struct rgpu_call *bucket[BUCKETS];
	struct rgpu_call *waiting;
	atomic_uint detached;	/* changed under lock */
	unsigned settling;	/* threads in settle() */
	pthread_cond_t settled; /* a detached call has ended, or dead */
};

static void
add(struct rgpu_calls *calls, struct rgpu_call *call)
{
	struct rgpu_call **b = &calls->bucket[call->seq % BUCKETS];

	call->next = *b;
	*b = call;
}

static struct rgpu_call **
find(struct rgpu_calls *calls, uint64_t seq)
{
	struct rgpu_call **b = &calls->bucket[seq % BUCKETS];

	while (*b && (*b)->seq != seq)
		b = &(*b)->next;
	return b;
}

static void
join_waiting(struct rgpu_calls *calls, struct rgpu_call *call)
{
	call->wait_next = calls->waiting;
	call->wait_prev = &calls->waiting;
	if (calls->waiting)
		calls->waiting->wait_prev = &call->wait_next;
	calls->waiting = call;
}

static void
leave_waiting(struct rgpu_call *call)
{
	*call->wait_prev = call->wait_next;
	if (call->wait_next)
		call->wait_next->wait_prev = call->wait_prev;
	call->wait_prev = NULL;
}

/* ---- arrivals: by the thread that receives ------------------------------ */

/* Keeps the fields of a reply beyond the receive buffer. */
static int
keep_body(struct rgpu_call *call, const uint8_t *body, size_t size)
{
	void *to = call->inline_body;

	if (size > sizeof(call->inline_body)) {
		to = call->heap = malloc(size);
		if (!to)
			return rgpu_error(
				"no memory for a reply of %zu bytes", size);
	}
	memcpy(to, body, size);
	call->body = rgpu_dec_init(to, size);
	return 0;
}

static int
on_result(struct rgpu_calls *calls, const struct rgpu_unit *u,
	const uint8_t *body, size_t size)
{
	struct rgpu_notice notice = {NULL, NULL};
	struct rgpu_call **at, *call;
	int r = 0;

	pthread_mutex_lock(&calls->lock);
	at = find(calls, u->id);
	call = *at;
	if (!call) {
		r = rgpu_error(
			"a result for command %llu, which waits for none",
			(unsigned long long)u->id);
	} else if (!u->info && call->data_got != call->data_size) {
		r = rgpu_error("%zu bytes of data where %zu were expected",
			call->data_got, call->data_size);
	} else if (call->detached) {
		*at = call->next;
		notice = call->notice;
		free(call);
		calls->detached--;
		if (calls->settling)
			pthread_cond_broadcast(&calls->settled);
	} else {
		r = keep_body(call, body, size);
		if (!r) {
			*at = call->next;
			call->result = u->info;
			atomic_store(&call->done, true);
			pthread_cond_signal(&call->cond);
		}
	}
	pthread_mutex_unlock(&calls->lock);
	if (notice.answered)
		notice.answered(notice.arg, u->info);
	return r;
}

/* A piece of the data, row by row; rows were packed for the wire. */
static void
land(const struct rgpu_call *call, uint64_t offset, const uint8_t *from,
	size_t n)
{
	uint8_t *to = call->data;

	if (!call->row) {
		memcpy(to + offset, from, n);
		return;
	}
	while (n) {
		size_t in_row = offset % call->row, left = call->row - in_row;
		size_t size = n < left ? n : left;

		memcpy(to + offset / call->row * call->pitch + in_row, from,
			size);
		from += size;
		offset += size;
		n -= size;
	}
}

static int
on_data(struct rgpu_calls *calls, const struct rgpu_unit *u,
	const uint8_t *body, size_t size)
{
	struct rgpu_dec d = rgpu_dec_init(body, size);
	uint64_t offset = rgpu_get_u64(&d);
	uint32_t n;
	const void *data = rgpu_get_bytes(&d, &n);
	struct rgpu_call *call;
	int r = 0;

	if (rgpu_dec_end(&d))
		return rgpu_error("damaged data for command %llu",
			(unsigned long long)u->id);
	pthread_mutex_lock(&calls->lock);
	call = *find(calls, u->id);
	/* Pieces come in order: so each byte comes once. */
	if (!call || offset != call->data_got || n > call->data_size - offset) {
		r = rgpu_error("data for command %llu, which takes none there",
			(unsigned long long)u->id);
	} else if (n) { /* a call that takes nothing has no buffer */
		land(call, offset, data, n);
		call->data_got += n;
	}
	pthread_mutex_unlock(&calls->lock);
	return r;
}

static int
on_notice(struct rgpu_calls *calls, const struct rgpu_unit *u,
	const uint8_t *body, size_t size)
{
	const struct rgpu_calls_hooks *h = &calls->hooks;
	struct rgpu_dec d = rgpu_dec_init(body, size);
	const char *text;
	uint32_t n;

	if (u->kind == RGPU_ANSWER_OUTPUT) {
		text = rgpu_get_bytes(&d, &n);
		if (rgpu_dec_end(&d) || u->info < 1 || u->info > 2)
			return rgpu_error("damaged device output");
		h->output(h->ctx, u->info, text, n);
		return 0;
	}
	text = rgpu_get_cstr(&d);
	if (rgpu_dec_end(&d))
		return rgpu_error("damaged notice");
	if (u->kind == RGPU_ANSWER_FAILED)
		h->failed(h->ctx, u->id, u->info, text);
	else
		h->log(h->ctx, u->info, text);
	return 0;
}

static int
on_unit(void *ctx, const struct rgpu_unit *u, const uint8_t *body, size_t size)
{
	struct rgpu_calls *calls = ctx;

	switch (u->kind) {
	case RGPU_ANSWER_RESULT: return on_result(calls, u, body, size);
	case RGPU_ANSWER_DATA: return on_data(calls, u, body, size);
	case RGPU_ANSWER_FAILED:
	case RGPU_ANSWER_OUTPUT:
	case RGPU_ANSWER_LOG: return on_notice(calls, u, body, size);
	default: return rgpu_error("an answer of unknown kind %u", u->kind);
	}
}

/* Takes out a call whose notice is due; NULL: there is none. */
static struct rgpu_call *
take_notified(struct rgpu_calls *calls)
{
	struct rgpu_call *found = NULL;

	pthread_mutex_lock(&calls->lock);
	for (int i = 0; i < BUCKETS && !found; i++) {
		struct rgpu_call **at = &calls->bucket[i];

		while (*at && !(*at)->notice.answered)
			at = &(*at)->next;
		found = *at;
		if (found)
			*at = found->next;
	}
	pthread_mutex_unlock(&calls->lock);
	return found;
}

static void
on_dead(void *ctx, const char *why)
{
	struct rgpu_calls *calls = ctx;
	struct rgpu_call *call;

	pthread_mutex_lock(&calls->lock);
	calls->dead = true;
	for (struct rgpu_call *c = calls->waiting; c; c = c->wait_next)
		pthread_cond_signal(&c->cond);
	pthread_cond_broadcast(&calls->settled);
	pthread_mutex_unlock(&calls->lock);
	calls->hooks.dead(calls->hooks.ctx, why);
	while ((call = take_notified(calls))) {
		call->notice.answered(call->notice.arg, RGPU_NOTICE_LOST);
		free(call);
	}
}

/* The role is free: one of those who wait takes it. */
static void
on_receiver_free(void *ctx)
{
	struct rgpu_calls *calls = ctx;
	struct rgpu_call *c;

	pthread_mutex_lock(&calls->lock);
	for (c = calls->waiting; c; c = c->wait_next) {
		if (!atomic_load(&c->done)) {
			pthread_cond_signal(&c->cond);
			break;
		}
	}
	if (!c && calls->settling)
		pthread_cond_broadcast(&calls->settled);
	pthread_mutex_unlock(&calls->lock);
}

static bool
on_expects(void *ctx)
{
	struct rgpu_calls *calls = ctx;

	return atomic_load(&calls->detached) > 0;
}

/* ---- callers -------------------------------------------------------------- */

struct rgpu_calls *
rgpu_calls_create(
	struct rgpu_transport *transport, const struct rgpu_calls_hooks *hooks)
{
	struct rgpu_calls *calls = calloc(1, sizeof(*calls));
	struct rgpu_channel_config config = {
		.transport = transport,
		.send_type = RGPU_FRAME_COMMANDS,
		.receive_type = RGPU_FRAME_ANSWERS,
		.batching = true,
		.hooks = {calls, on_unit, on_dead, on_receiver_free,
			on_expects},
	};

	if (!calls) {
		transport->ops->close(transport);
		rgpu_error("out of memory");
		return NULL;
	}
	calls->hooks = *hooks;
	pthread_mutex_init(&calls->lock, NULL);
	pthread_cond_init(&calls->settled, NULL);
	calls->channel = rgpu_channel_create(&config);
	if (!calls->channel) {
		free(calls);
		return NULL;
	}
	return calls;
}

void
rgpu_calls_destroy(struct rgpu_calls *calls)
{
	rgpu_channel_destroy(calls->channel);
	for (int i = 0; i < BUCKETS; i++) {
		while (calls->bucket[i]) {
			struct rgpu_call *c = calls->bucket[i];

			calls->bucket[i] = c->next;
			free(c);
		}
	}
	pthread_mutex_destroy(&calls->lock);
	pthread_cond_destroy(&calls->settled);
	free(calls);
}

struct rgpu_channel *
rgpu_calls_channel(struct rgpu_calls *calls)
{
	return calls->channel;
}

void
rgpu_call_init(struct rgpu_call *call)
{
	call->result = 0;
	call->data = NULL;
	call->data_size = call->data_got = 0;
	call->row = call->pitch = 0;
	call->detached = false;
	call->notice = (struct rgpu_notice){NULL, NULL};
	call->heap = NULL;
	call->body = (struct rgpu_dec){.base = NULL};
	atomic_init(&call->done, false);
	pthread_cond_init(&call->cond, NULL);
}

/* Receives for all until the call is answered or the channel is dead. */
static void
lead(struct rgpu_calls *calls, struct rgpu_call *call)
{
	while (!atomic_load(&call->done) &&
		rgpu_channel_receive(calls->channel, true) >= 0)
		;
	rgpu_channel_drop_receiver(calls->channel);
}

static int
await(struct rgpu_calls *calls, struct rgpu_call *call)
{
	bool lost;

	pthread_mutex_lock(&calls->lock);
	while (!atomic_load(&call->done) && !calls->dead) {
		if (rgpu_channel_take_receiver(calls->channel)) {
			pthread_mutex_unlock(&calls->lock);
			lead(calls, call);
			pthread_mutex_lock(&calls->lock);
		} else {
			pthread_cond_wait(&call->cond, &calls->lock);
		}
	}
	leave_waiting(call);
	lost = !atomic_load(&call->done);
	if (lost) {
		struct rgpu_call **at = find(calls, call->seq);

		if (*at)
			*at = call->next;
	}
	pthread_mutex_unlock(&calls->lock);
	return lost ? rgpu_error("the connection is lost") : 0;
}

int
rgpu_call_run(struct rgpu_calls *calls, struct rgpu_sending *sending,
	struct rgpu_call *call)
{
	call->seq = rgpu_channel_next_seq(calls->channel);
	pthread_mutex_lock(&calls->lock);
	add(calls, call);
	join_waiting(calls, call);
	pthread_mutex_unlock(&calls->lock);
	if (!rgpu_channel_commit(calls->channel, sending, RGPU_NOW)) {
		pthread_mutex_lock(&calls->lock);
		*find(calls, call->seq) = call->next;
		leave_waiting(call);
		pthread_mutex_unlock(&calls->lock);
		return rgpu_error("a message is longer than its bound");
	}
	atomic_fetch_add_explicit(&calls->round_trips, 1, memory_order_relaxed);
	return await(calls, call);
}

void
rgpu_call_end(struct rgpu_call *call)
{
	free(call->heap);
	call->heap = NULL;
	pthread_cond_destroy(&call->cond);
}

/* A call that nobody waits for, on the heap; NULL with rgpu_error(). */
static struct rgpu_call *
new_detached(struct rgpu_calls *calls, struct rgpu_sending *sending)
{
	struct rgpu_call *call = calloc(1, sizeof(*call));

	if (!call) {
		rgpu_channel_cancel(calls->channel, sending);
		rgpu_error("out of memory");
		return NULL;
	}
	rgpu_call_init(call);
	call->detached = true;
	return call;
}

/* -1: the connection was dead before; the call is freed, no notice comes. */
static int
send_detached(struct rgpu_calls *calls, struct rgpu_sending *sending,
	struct rgpu_call *call)
{
	bool dead;

	call->seq = rgpu_channel_next_seq(calls->channel);
	pthread_mutex_lock(&calls->lock);
	dead = calls->dead;
	if (!dead) {
		add(calls, call);
		calls->detached++;
	}
	pthread_mutex_unlock(&calls->lock);
	rgpu_channel_commit(calls->channel, sending, RGPU_LAZY);
	rgpu_channel_kick(calls->channel);
	if (!dead)
		return 0;
	free(call);
	return rgpu_error("the connection is lost");
}

int
rgpu_call_detach(struct rgpu_calls *calls, struct rgpu_sending *sending,
	const struct rgpu_landing *to)
{
	struct rgpu_call *call = new_detached(calls, sending);

	if (!call)
		return -1;
	call->data = to->data;
	call->data_size = to->size;
	call->row = to->row;
	call->pitch = to->pitch;
	return send_detached(calls, sending, call);
}

int
rgpu_call_notify(struct rgpu_calls *calls, struct rgpu_sending *sending,
	const struct rgpu_notice *notice)
{
	struct rgpu_call *call = new_detached(calls, sending);

	if (!call)
		return -1;
	call->notice = *notice;
	return send_detached(calls, sending, call);
}

/* From the first byte of a landing to the last. */
static size_t
span(const struct rgpu_call *c)
{
	return c->row ? (c->data_size / c->row - 1) * c->pitch + c->row
		      : c->data_size;
}

static bool
overlaps(struct rgpu_calls *calls, const void *data, size_t size)
{
	uintptr_t a = (uintptr_t)data;

	for (int i = 0; i < BUCKETS; i++) {
		for (struct rgpu_call *c = calls->bucket[i]; c; c = c->next) {
			uintptr_t b = (uintptr_t)c->data;

			if (c->detached && a < b + span(c) && b < a + size)
				return true;
		}
	}
	return false;
}

int
rgpu_calls_settle(struct rgpu_calls *calls, const void *data, size_t size)
{
	bool dead;

	pthread_mutex_lock(&calls->lock);
	if (calls->detached && overlaps(calls, data, size)) {
		pthread_mutex_unlock(&calls->lock);
		rgpu_channel_flush(calls->channel);
		pthread_mutex_lock(&calls->lock);
	}
	calls->settling++;
	while (calls->detached && !calls->dead && overlaps(calls, data, size)) {
		if (rgpu_channel_take_receiver(calls->channel)) {
			pthread_mutex_unlock(&calls->lock);
			rgpu_channel_receive(calls->channel, true);
			rgpu_channel_drop_receiver(calls->channel);
			pthread_mutex_lock(&calls->lock);
		} else {
			pthread_cond_wait(&calls->settled, &calls->lock);
		}
	}
	calls->settling--;
	dead = calls->dead;
	pthread_mutex_unlock(&calls->lock);
	return dead ? rgpu_error("the connection is lost") : 0;
}

uint64_t
rgpu_calls_round_trips(const struct rgpu_calls *calls)
{
	return atomic_load_explicit(&calls->round_trips, memory_order_relaxed);
}
