/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work of streams: launches, copies, events, host functions. Each piece waits
 * for the pieces that must be done before it, and then runs on a thread of
 * executor.c:
 *
 * - the one before it in its stream;
 * - work in the legacy stream: all that is queued in the blocking streams of
 *   its context; and work in a blocking stream: what is queued in the legacy
 *   stream;
 * - after an event wait: the work that recorded the event.
 *
 * So the streams are nothing but edges between pieces of work, under one lock
 * for the process: a piece costs far more to run than to queue.
 */
#ifndef RGPU_SOFTGPU_WORK_H
#define RGPU_SOFTGPU_WORK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"

struct rgpu_context;
struct rgpu_stream;
struct rgpu_work;

enum rgpu_work_state {
	RGPU_WORK_NEW,
	RGPU_WORK_WAITING,
	RGPU_WORK_READY,
	RGPU_WORK_RUNNING,
	RGPU_WORK_DONE,
};

struct rgpu_work_edge {
	struct rgpu_work *waiter;
	struct rgpu_work_edge *next;
};

/* First member of every kind of work; private to work.c and executor.c, but for
 * the functions. */
struct rgpu_work {
	/*
	 * Does it; no lock held. When status is not CUDA_SUCCESS the context
	 * has failed or ends: give back what the work holds and do nothing
	 * else. NULL: there is nothing to run (events).
	 */
	void (*run)(struct rgpu_work *work, CUresult status);

	struct rgpu_stream *stream;
	enum rgpu_work_state state;
	unsigned refs, blockers;
	uint64_t sequence, ready_at, done_at;
	struct rgpu_work *next_in_stream, *next_ready;
	struct rgpu_work_edge *waiters; /* edges to those that wait for this */
	struct rgpu_work_edge *edges;	/* own edges, when two are too few */
	struct rgpu_work_edge own_edges[2];
	pthread_cond_t done;
};

enum rgpu_when {
	RGPU_LATER, /* on a thread of ours */
	RGPU_NOW,   /* in the calling thread if nothing is before it */
	RGPU_WAIT,  /* the same, and return when it is done */
};

/* Prepares allocated work; the caller holds one reference. The last one frees
 * it with free(). */
void rgpu_work_init(struct rgpu_work *work,
	void (*run)(struct rgpu_work *work, CUresult status));

/*
 * Queues work in a stream, behind "after" as well if that is not NULL. On
 * failure the work has not been queued, and run will not be called: the context
 * is closed, or there is no memory.
 */
CUresult rgpu_work_submit(struct rgpu_work *work, struct rgpu_stream *stream,
	struct rgpu_work *after, enum rgpu_when when);

void rgpu_work_ref(struct rgpu_work *work);
void rgpu_work_put(struct rgpu_work *work); /* takes NULL */

bool rgpu_work_is_done(struct rgpu_work *work);
void rgpu_work_wait(struct rgpu_work *work);

/* When it was done, on the clock of rgpu_now(); 0: not yet. */
uint64_t rgpu_work_time(struct rgpu_work *work);

/* Whether a stream has nothing queued; for the legacy stream the blocking
 * streams count as well. */
bool rgpu_stream_idle(struct rgpu_stream *stream);

/* Waits for all that is queued now. */
void rgpu_stream_wait(struct rgpu_stream *stream);
void rgpu_context_wait(struct rgpu_context *context);

/* No work can be queued in the context from now on. */
void rgpu_context_stop_work(struct rgpu_context *context);

/* A stream enters the list of its context. -1: the context is closed. */
int rgpu_stream_list(struct rgpu_stream *stream);

/* Takes a stream off the list as soon as it is idle. */
void rgpu_stream_unlist(struct rgpu_stream *stream);

/* Whether no work can come any more. */
bool rgpu_stream_is_closed(struct rgpu_stream *stream);

/* Any stream on the list, with a reference; NULL: none. */
struct rgpu_stream *rgpu_stream_any(struct rgpu_context *context);

#endif
