/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: batches and bulk data onto the wire, and the helper thread. */
#include "config.h"
#include "protocol/transport/channel-internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/thread.h"

/* The wire is full. Waits until it takes more; receives meanwhile, unless
 * another thread does, because the other side may be waiting for that. */
static int
wait_for_wire(struct rgpu_channel *c)
{
	struct rgpu_transport *t = c->transport;
	int ready, r = 0;

	/* The limit is a safety net for a receiver that left just now. */
	if (!rgpu_channel_take_receiver(c)) {
		t->ops->wait(t, RGPU_WAIT_WRITE, 100 * RGPU_MS);
		return rgpu_channel_is_dead(c) ? -1 : 0;
	}
	ready = t->ops->wait(t, RGPU_WAIT_READ | RGPU_WAIT_WRITE, UINT64_MAX);
	if (ready & RGPU_WAIT_READ)
		r = rgpu_channel_receive(c, false);
	rgpu_channel_drop_receiver(c);
	return r < 0 ? -1 : 0;
}

int
rgpu_channel_write(struct rgpu_channel *c, struct iovec *iov, int count)
{
	while (count > 0) {
		ssize_t n;

		if (rgpu_channel_is_dead(c))
			return -1;
		n = c->transport->ops->send(c->transport, iov, count);
		if (n < 0) {
			rgpu_channel_fail(c, rgpu_error_text());
			return -1;
		}
		RGPU_COUNT_STAT(c, sends, 1);
		RGPU_COUNT_STAT(c, bytes_sent, (uint64_t)n);
		if (n == 0 && wait_for_wire(c))
			return -1;
		while (count > 0 && (size_t)n >= iov->iov_len) {
			n -= (ssize_t)iov->iov_len;
			iov++;
			count--;
		}
		if (count > 0) {
			iov->iov_base = (uint8_t *)iov->iov_base + n;
			iov->iov_len -= (size_t)n;
		}
	}
	return 0;
}

/* The batch that fills becomes the one to be sent. Lock held. */
static struct rgpu_batch *
swap(struct rgpu_channel *c)
{
	struct rgpu_batch *b = &c->batch[c->fill];
	struct rgpu_frame f = {
		.length = (uint32_t)(b->used - RGPU_FRAME_HEADER),
		.type = (uint16_t)c->config.send_type,
		.seq = b->first_seq,
		.ack = atomic_load_explicit(
			&c->received_seq, memory_order_relaxed),
		.count = b->count,
	};

	rgpu_frame_put(b->data, &f);
	RGPU_COUNT_STAT(c, units_sent, b->count);
	c->fill ^= 1;
	return b;
}

static void
reset(struct rgpu_batch *b)
{
	b->used = RGPU_FRAME_HEADER;
	b->count = 0;
}

void
rgpu_channel_end_sending(struct rgpu_channel *c)
{
	c->sending = false;
	c->last_sent_ns = rgpu_now();
	if (c->waiting)
		pthread_cond_broadcast(&c->room);
}

void
rgpu_channel_send_batch(struct rgpu_channel *c)
{
	struct rgpu_batch *b = swap(c);
	struct iovec iov = {b->data, b->used};

	c->sending = true;
	pthread_mutex_unlock(&c->lock);
	rgpu_channel_write(c, &iov, 1);
	pthread_mutex_lock(&c->lock);
	reset(b);
	rgpu_channel_end_sending(c);
}

void
rgpu_channel_push(struct rgpu_channel *c)
{
	do {
		c->again = false;
		rgpu_channel_send_batch(c);
	} while (c->again && c->batch[c->fill].count && !c->sending &&
		!rgpu_channel_is_dead(c));
}

/* Waits for the right to send. Lock held. -1: dead. */
static int
take_sending(struct rgpu_channel *c)
{
	while (c->sending && !rgpu_channel_is_dead(c)) {
		c->waiting++;
		pthread_cond_wait(&c->room, &c->lock);
		c->waiting--;
	}
	if (rgpu_channel_is_dead(c))
		return rgpu_error("the connection is lost");
	c->sending = true;
	return 0;
}

/* The headers of a frame that holds one long unit. */
static void
bulk_headers(
	struct rgpu_channel *c, uint8_t *out, struct rgpu_unit *u, uint64_t seq)
{
	struct rgpu_frame f = {
		.length = u->length,
		.type = (uint16_t)c->config.send_type,
		.seq = seq,
		.ack = atomic_load_explicit(
			&c->received_seq, memory_order_relaxed),
		.count = 1,
	};

	rgpu_frame_put(out, &f);
	rgpu_unit_put(out + RGPU_FRAME_HEADER, u);
	RGPU_COUNT_STAT(c, units_sent, 1);
}

uint64_t
rgpu_channel_send_bulk(struct rgpu_channel *c, uint16_t kind, uint16_t info,
	uint64_t id, const struct rgpu_enc *head, const void *data, size_t size)
{
	static const uint8_t zero[8];
	uint8_t headers[RGPU_FRAME_HEADER + RGPU_UNIT_HEADER];
	size_t gap = (8 - size % 8) % 8;
	struct rgpu_unit u = {
		.length = (uint32_t)(RGPU_UNIT_HEADER + head->pos + size + gap),
		.kind = kind,
		.info = info,
		.id = id};
	struct iovec iov[5], *v = iov;
	struct rgpu_batch *b = NULL;
	uint64_t seq;
	int r;

	if (head->bad || u.length > RGPU_UNIT_MAX)
		return 0;
	pthread_mutex_lock(&c->lock);
	if (take_sending(c)) {
		pthread_mutex_unlock(&c->lock);
		return 0;
	}
	if (c->batch[c->fill].count) {
		b = swap(c);
		*v++ = (struct iovec){b->data, b->used};
	}
	seq = c->next_seq++;
	bulk_headers(c, headers, &u, seq);
	pthread_mutex_unlock(&c->lock);
	*v++ = (struct iovec){headers, sizeof(headers)};
	*v++ = (struct iovec){head->base, head->pos};
	*v++ = (struct iovec){(void *)(uintptr_t)data, size};
	*v++ = (struct iovec){(void *)(uintptr_t)zero, gap};
	r = rgpu_channel_write(c, iov, (int)(v - iov));
	pthread_mutex_lock(&c->lock);
	if (b)
		reset(b);
	rgpu_channel_end_sending(c);
	if (c->again && c->batch[c->fill].count && !rgpu_channel_is_dead(c))
		rgpu_channel_push(c);
	pthread_mutex_unlock(&c->lock);
	return r ? 0 : seq;
}

static bool
expects(struct rgpu_channel *c)
{
	const struct rgpu_channel_hooks *h = &c->config.hooks;

	return h->expects && h->expects(h->ctx);
}

/* One look of the helper thread: sends, receives, or goes back to sleep. Lock
 * held. */
static void
tick(struct rgpu_channel *c)
{
	if (c->batch[c->fill].count && !c->sending) {
		rgpu_channel_push(c);
	} else if (expects(c)) {
		if (rgpu_channel_take_receiver(c)) {
			pthread_mutex_unlock(&c->lock);
			rgpu_channel_receive(c, false);
			rgpu_channel_drop_receiver(c);
			pthread_mutex_lock(&c->lock);
		}
	} else if (!c->sending) {
		c->awake = false;
	}
}

static void *
help(void *arg)
{
	struct rgpu_channel *c = arg;

	/* Without this the kernel may stretch the nap by 50 us. */
	prctl(PR_SET_TIMERSLACK, 1);
	pthread_mutex_lock(&c->lock);
	while (!c->stop) {
		struct timespec nap = rgpu_timespec(RGPU_TAIL_NS);

		while (!c->awake && !c->stop)
			pthread_cond_wait(&c->wake, &c->lock);
		if (!c->batch[c->fill].count && expects(c))
			nap = rgpu_timespec(RGPU_POLL_NS);
		pthread_mutex_unlock(&c->lock);
		nanosleep(&nap, NULL);
		pthread_mutex_lock(&c->lock);
		if (rgpu_channel_is_dead(c))
			c->awake = false;
		else if (!c->stop)
			tick(c);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int
rgpu_channel_start_helper(struct rgpu_channel *c)
{
	if (rgpu_thread_start(&c->helper, "rgpu-send", help, c))
		return -1;
	c->has_helper = true;
	return 0;
}

void
rgpu_channel_stop_helper(struct rgpu_channel *c)
{
	if (!c->has_helper)
		return;
	pthread_mutex_lock(&c->lock);
	c->stop = true;
	pthread_cond_signal(&c->wake);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->helper, NULL);
	c->has_helper = false;
}

void
rgpu_channel_kick(struct rgpu_channel *c)
{
	pthread_mutex_lock(&c->lock);
	if (!c->awake) {
		c->awake = true;
		pthread_cond_signal(&c->wake);
	}
	pthread_mutex_unlock(&c->lock);
}
