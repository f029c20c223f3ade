/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: from bytes to frames to units. Everything here trusts nothing that
 * came over the wire. */
#include "config.h"
#include "protocol/transport/channel-internal.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"

bool
rgpu_channel_take_receiver(struct rgpu_channel *c)
{
	return !atomic_exchange_explicit(
		&c->receiving, true, memory_order_acquire);
}

void
rgpu_channel_drop_receiver(struct rgpu_channel *c)
{
	atomic_store_explicit(&c->receiving, false, memory_order_release);
	if (c->config.hooks.receiver_free)
		c->config.hooks.receiver_free(c->config.hooks.ctx);
}

static int
begin_frame(struct rgpu_channel *c, const uint8_t *p)
{
	struct rgpu_frame f;
	uint64_t expected =
		atomic_load_explicit(&c->received_seq, memory_order_relaxed) +
		1;

	if (rgpu_frame_get(p, &f) || f.type != c->config.receive_type ||
		f.length == 0)
		return rgpu_error(
			"damaged frame (type %u, length %u)", f.type, f.length);
	if (f.seq != expected)
		return rgpu_error("frame %llu where %llu was expected",
			(unsigned long long)f.seq,
			(unsigned long long)expected);
	if (f.count == 0 || f.count > f.length / RGPU_UNIT_HEADER)
		return rgpu_error(
			"frame with %u units in %u bytes", f.count, f.length);
	c->frame_left = f.length;
	c->units_left = f.count;
	return 0;
}

static int
check_unit(struct rgpu_channel *c, const uint8_t *p, struct rgpu_unit *u)
{
	if (c->frame_left < RGPU_UNIT_HEADER || !c->units_left)
		return rgpu_error("frame longer than its units");
	if (rgpu_unit_get(p, u) || u->length > c->frame_left)
		return rgpu_error("unit of %u bytes in a frame with %u left",
			u->length, c->frame_left);
	return 0;
}

static int
deliver(struct rgpu_channel *c, const struct rgpu_unit *u, const uint8_t *p)
{
	c->frame_left -= u->length;
	c->units_left--;
	if (!c->frame_left != !c->units_left)
		return rgpu_error("frame and units do not end together");
	RGPU_COUNT_STAT(c, units_received, 1);
	atomic_fetch_add_explicit(&c->received_seq, 1, memory_order_relaxed);
	return c->config.hooks.unit(c->config.hooks.ctx, u,
		p + RGPU_UNIT_HEADER, u->length - RGPU_UNIT_HEADER);
}

/* Gives out every complete unit in the buffer. */
static int
parse(struct rgpu_channel *c)
{
	struct rgpu_unit u;

	for (;;) {
		const uint8_t *p = c->buffer + c->start;
		size_t have = c->end - c->start;

		if (!c->frame_left) {
			if (have < RGPU_FRAME_HEADER)
				return 0;
			if (begin_frame(c, p))
				return -1;
			c->start += RGPU_FRAME_HEADER;
			continue;
		}
		if (have < RGPU_UNIT_HEADER)
			return 0;
		if (check_unit(c, p, &u))
			return -1;
		if (have < u.length)
			return 0;
		if (deliver(c, &u, p))
			return -1;
		c->start += u.length;
	}
}

/* Bytes from the transport: spins briefly, then sleeps. */
static ssize_t
fetch(struct rgpu_channel *c, uint8_t *to, size_t size, bool wait)
{
	struct rgpu_transport *t = c->transport;
	uint64_t deadline;
	ssize_t n = 0;

	RGPU_COUNT_STAT(c, receives, 1);
	if (!wait)
		return t->ops->recv(t, to, size, false);
	if (!c->spin_ns)
		return t->ops->recv(t, to, size, true);
	for (deadline = rgpu_now() + c->spin_ns; rgpu_now() < deadline;) {
		n = t->ops->recv(t, to, size, false);
		if (n)
			return n;
	}
	return t->ops->recv(t, to, size, true);
}

int
rgpu_channel_receive(struct rgpu_channel *c, bool wait)
{
	ssize_t n;

	if (rgpu_channel_is_dead(c))
		return -1;
	/* Units are multiples of 8 and the buffer begins at one, so what is
	 * moved to the front stays aligned. */
	if (c->start == c->end)
		c->start = c->end = 0;
	if (c->capacity - c->start < RGPU_UNIT_MAX) {
		memmove(c->buffer, c->buffer + c->start, c->end - c->start);
		c->end -= c->start;
		c->start = 0;
	}
	n = fetch(c, c->buffer + c->end, c->capacity - c->end, wait);
	if (n > 0) {
		c->end += (size_t)n;
		RGPU_COUNT_STAT(c, bytes_received, (uint64_t)n);
		if (!parse(c))
			return 1;
	}
	if (n == 0)
		return 0;
	rgpu_channel_fail(c, rgpu_error_text());
	return -1;
}

void
rgpu_channel_get_stats(struct rgpu_channel *c, struct rgpu_channel_stats *stats)
{
#define GET(field) \
	stats->field = __atomic_load_n(&c->stats.field, __ATOMIC_RELAXED)
	GET(units_sent);
	GET(units_received);
	GET(bytes_sent);
	GET(bytes_received);
	GET(sends);
	GET(receives);
#undef GET
}
