/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel: one ordered, numbered stream of units in each direction over a
 * transport. Any thread may send; units leave in the order in which they were
 * committed. One thread at a time receives.
 *
 * Sending never waits for a timer while somebody waits, and makes no system
 * call while the wire is busy: units gather in a batch; the first after a quiet
 * time goes at once, then a helper thread sends what has gathered every few
 * tens of microseconds, until it is quiet again. Who waits for an answer sends
 * the batch himself.
 *
 * Who cannot send because the socket is full receives meanwhile (receive hook),
 * so two ends that both have much to say do not block each other for ever.
 */
#ifndef RGPU_TRANSPORT_CHANNEL_H
#define RGPU_TRANSPORT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/codec.h"
#include "protocol/frame.h"
#include "protocol/transport/transport.h"

struct rgpu_channel;

struct rgpu_channel_hooks {
	void *ctx;

	/* A unit has arrived; body is valid during the call. -1 with
	 * rgpu_error(): the other side broke the protocol. */
	int (*unit)(void *ctx, const struct rgpu_unit *unit,
		const uint8_t *body, size_t size);

	/* The channel is dead; called once, by the thread that found out, with
	 * no lock held. */
	void (*dead)(void *ctx, const char *why);

	/* Nobody has the receiver's role any more: whoever waits for an answer
	 * should take it. May be NULL. */
	void (*receiver_free)(void *ctx);

	/* Whether something may arrive that nobody waits for. May be NULL. */
	bool (*expects)(void *ctx);
};

struct rgpu_channel_config {
	struct rgpu_transport *transport; /* owned from here on */
	enum rgpu_frame_type send_type, receive_type;
	bool batching; /* lazy units may gather (the client's end) */
	struct rgpu_channel_hooks hooks;
};

/* NULL with rgpu_error(); then the transport is closed too. */
struct rgpu_channel *rgpu_channel_create(
	const struct rgpu_channel_config *config);

/* Ends the helper thread and closes the transport. No other thread may be in a
 * call of this channel. */
void rgpu_channel_destroy(struct rgpu_channel *c);

/* In a forked child: forgets the connection without a word to the server. */
void rgpu_channel_abandon(struct rgpu_channel *c);

/* Ends the connection now: every waiting call fails. Any thread. */
void rgpu_channel_fail(struct rgpu_channel *c, const char *why);
bool rgpu_channel_is_dead(const struct rgpu_channel *c);

/* ---- sending ---------------------------------------------------------- */

/* A unit on its way: filled by begin(), encoded into, then committed or
 * cancelled by the same thread. The channel is locked in between: no blocking
 * calls, no other calls of this channel. */
struct rgpu_sending {
	struct rgpu_enc enc; /* the unit's body */
	struct rgpu_unit unit;
};

/* Makes room for a body of at most bound bytes (below RGPU_UNIT_MAX); waits when
 * the wire is behind. -1: the channel is dead, nothing is locked. */
int rgpu_channel_begin(struct rgpu_channel *c, uint16_t kind, uint16_t info,
	uint64_t id, size_t bound, struct rgpu_sending *s);

/* Gives the unit its number (which commit will return). For those who must be
 * known to the receiver before the answer can come. */
uint64_t rgpu_channel_next_seq(const struct rgpu_channel *c);

enum rgpu_urgency {
	RGPU_LAZY, /* goes with the next batch */
	RGPU_NOW,  /* somebody waits */
};

/* Ends what begin() began. The number of the unit; 0 if the encoding was too
 * long (nothing is sent then; a mistake of the caller). */
uint64_t rgpu_channel_commit(struct rgpu_channel *c, struct rgpu_sending *s,
	enum rgpu_urgency urgency);
void rgpu_channel_cancel(struct rgpu_channel *c, struct rgpu_sending *s);

/*
 * Sends a unit whose body is head (encoded, a multiple of 8 bytes) followed by
 * size bytes of data, straight from there. Returns when data may be changed;
 * its number, or 0 when the channel is dead.
 */
uint64_t rgpu_channel_send_bulk(struct rgpu_channel *c, uint16_t kind,
	uint16_t info, uint64_t id, const struct rgpu_enc *head,
	const void *data, size_t size);

/* Sends what has gathered. */
void rgpu_channel_flush(struct rgpu_channel *c);

/* ---- receiving -------------------------------------------------------- */

/*
 * Receives and gives every complete unit to the hook. With wait, blocks until
 * something came. 1: something came; 0: nothing there; -1: dead.
 * Only by the thread that has the receiver's role.
 */
int rgpu_channel_receive(struct rgpu_channel *c, bool wait);

/* Takes the receiver's role if it is free; never blocks. */
bool rgpu_channel_take_receiver(struct rgpu_channel *c);
void rgpu_channel_drop_receiver(struct rgpu_channel *c);

/* Wakes the helper thread, which sends what has gathered and, as long as the
 * expects hook says so, looks for arrivals every millisecond. */
void rgpu_channel_kick(struct rgpu_channel *c);

struct rgpu_channel_stats {
	uint64_t units_sent, units_received;
	uint64_t bytes_sent, bytes_received;
	uint64_t sends, receives; /* system calls of the transport */
};
void rgpu_channel_get_stats(
	struct rgpu_channel *c, struct rgpu_channel_stats *stats);

#endif
