/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: birth, death, and the units' way into a batch. */
#include "config.h"
#include "protocol/transport/channel-internal.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"

static void
free_all(struct rgpu_channel *c)
{
	if (c->transport)
		c->transport->ops->close(c->transport);
	free(c->batch[0].data);
	free(c->batch[1].data);
	free(c->buffer);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->room);
	pthread_cond_destroy(&c->wake);
	free(c);
}

static uint64_t
spin_time(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) < 2)
		return 0;
	return RGPU_SPIN_NS;
}

struct rgpu_channel *
rgpu_channel_create(const struct rgpu_channel_config *config)
{
	struct rgpu_channel *c = calloc(1, sizeof(*c));
	bool ok = c != NULL;

	if (!c) {
		config->transport->ops->close(config->transport);
		rgpu_error("out of memory");
		return NULL;
	}
	c->config = *config;
	c->transport = config->transport;
	c->next_seq = 1;
	c->spin_ns = spin_time();
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->room, NULL);
	pthread_cond_init(&c->wake, NULL);
	for (int i = 0; i < 2; i++) {
		c->batch[i].data = malloc(RGPU_BATCH_BYTES);
		c->batch[i].used = RGPU_FRAME_HEADER;
		ok = ok && c->batch[i].data;
	}
	c->capacity = 2 * RGPU_UNIT_MAX;
	c->buffer = malloc(c->capacity);
	if (!ok || !c->buffer) {
		rgpu_error("out of memory");
		free_all(c);
		return NULL;
	}
	if (config->batching && rgpu_channel_start_helper(c)) {
		free_all(c);
		return NULL;
	}
	return c;
}

void
rgpu_channel_destroy(struct rgpu_channel *c)
{
	rgpu_channel_stop_helper(c);
	free_all(c);
}

void
rgpu_channel_abandon(struct rgpu_channel *c)
{
	/* Locks and the helper belong to threads that do not exist here; the
	 * memory is left as it is. */
	atomic_store(&c->dead, true);
	if (c->transport)
		c->transport->ops->close(c->transport);
	c->transport = NULL;
}

void
rgpu_channel_fail(struct rgpu_channel *c, const char *why)
{
	if (atomic_exchange(&c->dead, true))
		return;
	c->transport->ops->shutdown(c->transport);
	pthread_mutex_lock(&c->lock);
	pthread_cond_broadcast(&c->room);
	pthread_mutex_unlock(&c->lock);
	if (c->config.hooks.dead)
		c->config.hooks.dead(c->config.hooks.ctx, why);
}

bool
rgpu_channel_is_dead(const struct rgpu_channel *c)
{
	return atomic_load_explicit(&c->dead, memory_order_acquire);
}

/* Lock held. */
static bool
has_room(const struct rgpu_channel *c, size_t bound)
{
	return c->batch[c->fill].used + RGPU_UNIT_HEADER + bound + 8 <=
		RGPU_BATCH_BYTES;
}

int
rgpu_channel_begin(struct rgpu_channel *c, uint16_t kind, uint16_t info,
	uint64_t id, size_t bound, struct rgpu_sending *s)
{
	struct rgpu_batch *b;

	if (bound > RGPU_BATCH_UNIT_MAX)
		return rgpu_error("a message of %zu bytes is too long", bound);
	pthread_mutex_lock(&c->lock);
	while (!rgpu_channel_is_dead(c) && !has_room(c, bound)) {
		if (!c->sending) {
			rgpu_channel_send_batch(c);
			continue;
		}
		c->waiting++;
		pthread_cond_wait(&c->room, &c->lock);
		c->waiting--;
	}
	if (rgpu_channel_is_dead(c)) {
		pthread_mutex_unlock(&c->lock);
		return rgpu_error("the connection is lost");
	}
	b = &c->batch[c->fill];
	s->unit = (struct rgpu_unit){.kind = kind, .info = info, .id = id};
	s->enc = rgpu_enc_init(b->data + b->used + RGPU_UNIT_HEADER,
		RGPU_BATCH_BYTES - b->used - RGPU_UNIT_HEADER);
	return 0;
}

uint64_t
rgpu_channel_next_seq(const struct rgpu_channel *c)
{
	return c->next_seq;
}

/* A lazy unit is in the batch: who sends it, and when? Lock held. */
static void
arrange(struct rgpu_channel *c)
{
	if (c->batch[c->fill].used >= RGPU_BATCH_HIGH) {
		if (!c->sending)
			rgpu_channel_push(c);
		return;
	}
	if (c->awake)
		return;
	if (!c->sending && rgpu_now() - c->last_sent_ns > RGPU_QUIET_NS) {
		rgpu_channel_push(c);
		return;
	}
	c->awake = true;
	pthread_cond_signal(&c->wake);
}

uint64_t
rgpu_channel_commit(struct rgpu_channel *c, struct rgpu_sending *s,
	enum rgpu_urgency urgency)
{
	struct rgpu_batch *b = &c->batch[c->fill];
	uint64_t seq = 0;

	rgpu_enc_room(&s->enc, 0, 8);
	if (!s->enc.bad) {
		seq = c->next_seq++;
		s->unit.length = RGPU_UNIT_HEADER + (uint32_t)s->enc.pos;
		rgpu_unit_put(b->data + b->used, &s->unit);
		b->used += s->unit.length;
		if (b->count++ == 0)
			b->first_seq = seq;
		if (urgency == RGPU_NOW || !c->config.batching) {
			if (c->sending)
				c->again = true;
			else
				rgpu_channel_push(c);
		} else {
			arrange(c);
		}
	}
	pthread_mutex_unlock(&c->lock);
	return seq;
}

void
rgpu_channel_cancel(struct rgpu_channel *c, struct rgpu_sending *s RGPU_UNUSED)
{
	pthread_mutex_unlock(&c->lock);
}

void
rgpu_channel_flush(struct rgpu_channel *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->sending)
		c->again = true;
	else if (c->batch[c->fill].count)
		rgpu_channel_push(c);
	pthread_mutex_unlock(&c->lock);
}
