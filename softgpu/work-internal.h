/* SPDX-License-Identifier: Apache-2.0 */
/* What work.c, work-wait.c and executor.c share. The lock is held in every
 * function here. */
#ifndef RGPU_SOFTGPU_WORK_INTERNAL_H
#define RGPU_SOFTGPU_WORK_INTERNAL_H

#include "softgpu/stream.h"
#include "softgpu/work.h"

/* Guards work, the queues of streams and the executor. Nothing is called with
 * it held that could take another lock or wait. */
extern pthread_mutex_t rgpu_work_lock;

/* That of the work queued last, in any stream. */
extern uint64_t rgpu_work_last_sequence;

void rgpu_work_put_locked(struct rgpu_work *work);

/*
 * Runs work and marks it done; gives up the lock while it runs. Returns the
 * list, by next_ready, of the work that became ready.
 */
struct rgpu_work *rgpu_work_run(struct rgpu_work *work);

/* Hands a list, by next_ready, to the executor. */
void rgpu_work_push(struct rgpu_work *ready);

/* Takes a stream off the list of its context if it is closed and idle. */
void rgpu_stream_unlist_if_over(struct rgpu_stream *stream);

static inline bool
rgpu_stream_blocking(const struct rgpu_stream *stream)
{
	return !stream->legacy && !(stream->flags & CU_STREAM_NON_BLOCKING);
}

#endif
