/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: queues of work, each done in order. Who waits for whom between
 * streams is decided in work.c, whose lock guards the queue.
 */
#ifndef RGPU_SOFTGPU_STREAM_H
#define RGPU_SOFTGPU_STREAM_H

#include <stdbool.h>

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/object.h"

/* Priorities run from 0, the least, to this. */
#define RGPU_PRIORITY_GREATEST (-5)

struct rgpu_context;
struct rgpu_work;

struct rgpu_stream {
	struct rgpu_object object;
	struct rgpu_context *context; /* a reference, but for the legacy one */
	unsigned long long number;    /* cuStreamGetId */
	unsigned flags;
	int priority;
	bool legacy;

	/* The lock of work.c. While listed the context holds a reference. */
	struct rgpu_stream *next, *prev;
	struct rgpu_work *head, *tail; /* not yet done, oldest first */
	bool listed, closed;
};

/* The legacy default stream, which is part of its context. */
void rgpu_stream_init_legacy(
	struct rgpu_stream *stream, struct rgpu_context *context);

/*
 * A stream in a context; with_handle: one that the application names, whose
 * reference the handle holds. Otherwise the caller holds it.
 */
CUresult rgpu_stream_new(struct rgpu_context *context, unsigned flags,
	int priority, bool with_handle, struct rgpu_stream **out);

/* No more work comes; what there is will be done. */
void rgpu_stream_close(struct rgpu_stream *stream);

/* The context is closed and idle: ends the handles of its streams. */
void rgpu_streams_end(struct rgpu_context *context);

/*
 * The stream that a handle means for the calling thread: 0 or
 * CU_STREAM_LEGACY, CU_STREAM_PER_THREAD, or one that was created. Comes with
 * a reference. Fails with the sticky error of the stream's context, too.
 */
CUresult rgpu_stream_resolve(CUstream handle, struct rgpu_stream **out);

#endif
