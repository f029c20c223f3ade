/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's half of request and reply over a channel: any number of threads
 * call at once; one of those who wait receives for all (leader and followers),
 * so an answer needs no hand-over between threads.
 *
 * A detached call is one nobody waits for: a copy to the host in the stream's
 * own time. Its data lands when it comes.
 */
#ifndef RGPU_TRANSPORT_CALLS_H
#define RGPU_TRANSPORT_CALLS_H

#include <pthread.h>
#include <stdatomic.h>
#include "protocol/transport/channel.h"

struct rgpu_calls;

/* What the server says without being asked. Called by whichever thread receives;
 * no lock held; must not call back into this module. */
struct rgpu_calls_hooks {
	void *ctx;
	/* A post failed: its number, the CUresult, a line of text. */
	void (*failed)(
		void *ctx, uint64_t seq, unsigned result, const char *text);
	/* Device text for the program's stdout (1) or stderr (2). */
	void (*output)(void *ctx, int fd, const void *text, size_t size);
	void (*log)(void *ctx, int level, const char *text);
	/* The connection is gone. */
	void (*dead)(void *ctx, const char *why);
};

/* What to do when the answer of a call comes that nobody waits for: called once,
 * by whichever thread receives, no lock held; must not call back into this
 * module. A lost connection counts as an answer, with RGPU_NOTICE_LOST. */
struct rgpu_notice {
	void (*answered)(void *arg, unsigned result);
	void *arg;
};
#define RGPU_NOTICE_LOST UINT32_MAX

/* Where the data of a detached call goes: size bytes in rows of row bytes that
 * begin pitch bytes apart; row 0: one piece. size is a multiple of row. */
struct rgpu_landing {
	void *data;
	size_t size, row, pitch;
};

/* A call and its answer; lives on the caller's stack. */
struct rgpu_call {
	uint64_t seq;
	unsigned result;      /* CUresult of the server */
	struct rgpu_dec body; /* fields of the reply */

	/* Where DATA goes; set before the call. */
	void *data;
	size_t data_size;

	/* Private. */
	size_t data_got;
	size_t row, pitch; /* of a landing */
	bool detached;
	struct rgpu_notice notice; /* of a detached call, or NULL */
	atomic_bool done;
	bool lost;
	pthread_cond_t cond;
	struct rgpu_call *next, *wait_next, **wait_prev;
	void *heap;
	uint64_t inline_body[16];
};

/* Takes over the transport, whose hello is done. NULL with rgpu_error(). */
struct rgpu_calls *rgpu_calls_create(
	struct rgpu_transport *transport, const struct rgpu_calls_hooks *hooks);
void rgpu_calls_destroy(struct rgpu_calls *calls);
struct rgpu_channel *rgpu_calls_channel(struct rgpu_calls *calls);

/* Zeroes a call; data may be set after. */
void rgpu_call_init(struct rgpu_call *call);

/* After rgpu_channel_begin() and encoding: sends the command and waits for its
 * result. 0: answered, call->result and body are valid until rgpu_call_end();
 * -1: the connection is lost, with rgpu_error(). */
int rgpu_call_run(struct rgpu_calls *calls, struct rgpu_sending *sending,
	struct rgpu_call *call);
void rgpu_call_end(struct rgpu_call *call);

/* The same without waiting: DATA will land there, where memory must stay valid
 * until the stream is synchronised. -1: lost, or no memory. */
int rgpu_call_detach(struct rgpu_calls *calls, struct rgpu_sending *sending,
	const struct rgpu_landing *to);

/* The same without data: the notice comes with the answer. -1: lost, or no
 * memory, and no notice will come. */
int rgpu_call_notify(struct rgpu_calls *calls, struct rgpu_sending *sending,
	const struct rgpu_notice *notice);

/* Waits until no detached call is to write into these bytes. -1: lost. */
int rgpu_calls_settle(struct rgpu_calls *calls, const void *data, size_t size);

/* Results waited for since the start: the number of round trips. */
uint64_t rgpu_calls_round_trips(const struct rgpu_calls *calls);

#endif
