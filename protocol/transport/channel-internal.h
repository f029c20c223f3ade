/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a channel. Private to protocol/transport/channel*.c. */
#ifndef RGPU_TRANSPORT_CHANNEL_INTERNAL_H
#define RGPU_TRANSPORT_CHANNEL_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include "protocol/transport/channel.h"

/* Room of a batch: enough for 2000 launches between two system calls. */
#define RGPU_BATCH_BYTES    (256u << 10)
/* A batch this full is sent by the thread that fills it. */
#define RGPU_BATCH_HIGH	    (64u << 10)
/* The largest unit that begin() takes. */
#define RGPU_BATCH_UNIT_MAX (RGPU_BATCH_BYTES / 2)
/* Quiet for so long: the next lazy unit goes at once. */
#define RGPU_QUIET_NS	    (50 * RGPU_US)
/* So often the helper sends what has gathered. */
#define RGPU_TAIL_NS	    (30 * RGPU_US)
#define RGPU_POLL_NS	    (1 * RGPU_MS)

/* A receiver spins for so long before it sleeps in the kernel: an answer on the
 * same host takes a few microseconds, a sleep and wake-up costs as much again.
 * Not on one processor, where the other side could not run meanwhile. */
#define RGPU_SPIN_NS (10 * RGPU_US)

/* Units that wait to be sent, behind room for a frame header. */
struct rgpu_batch {
	uint8_t *data;
	size_t used;
	uint32_t count;
	uint64_t first_seq;
};

struct rgpu_channel {
	struct rgpu_channel_config config;
	struct rgpu_transport *transport;
	atomic_bool dead;

	/* Sending: all of it under lock; the batch being sent belongs to the
	 * thread that set sending. */
	pthread_mutex_t lock;
	pthread_cond_t room; /* sending has become false, or dead */
	struct rgpu_batch batch[2];
	int fill; /* batch[fill] takes new units */
	bool sending, again;
	unsigned waiting; /* threads that wait for room */
	uint64_t next_seq, last_sent_ns;

	/* The helper thread of a batching channel. */
	pthread_t helper;
	bool has_helper;
	pthread_cond_t wake;
	bool awake, stop;

	/* Receiving: by the thread that holds the role. */
	atomic_bool receiving;
	uint8_t *buffer;
	size_t capacity, start, end;
	uint32_t frame_left, units_left;
	_Atomic uint64_t received_seq;

	uint64_t spin_ns;

	struct rgpu_channel_stats stats;
};

/* Counters are written by whoever sends or receives and read at any time. */
#define RGPU_COUNT_STAT(c, field, n) \
	__atomic_fetch_add(&(c)->stats.field, (n), __ATOMIC_RELAXED)

/* Sends all bytes of the vector, which it changes. Receives while the wire is
 * full. -1: dead (and the channel knows). No lock held. */
int rgpu_channel_write(struct rgpu_channel *c, struct iovec *iov, int count);

/* Sends the batch that fills; lock held, dropped meanwhile; !c->sending. */
void rgpu_channel_send_batch(struct rgpu_channel *c);

/* Sends batches until there is nothing left that is urgent; lock held. */
void rgpu_channel_push(struct rgpu_channel *c);

/* Gives up the right to send; lock held. */
void rgpu_channel_end_sending(struct rgpu_channel *c);

int rgpu_channel_start_helper(struct rgpu_channel *c);
void rgpu_channel_stop_helper(struct rgpu_channel *c);

#endif
