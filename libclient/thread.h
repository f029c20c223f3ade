/* SPDX-License-Identifier: Apache-2.0 */
/* What the shim keeps for each thread of the application. */
#ifndef RGPU_CLIENT_THREAD_H
#define RGPU_CLIENT_THREAD_H

#include "libclient/objects.h"

struct rgpu_thread_stream_entry {
	uint64_t context, stream; /* ids */
};

struct rgpu_thread {
	CUcontext *stack; /* of contexts; the top is the last */
	int depth, capacity;
	struct rgpu_thread_stream_entry *streams; /* per-thread default */
	int stream_count;
};

/* The calling thread's; NULL: no memory. */
struct rgpu_thread *rgpu_thread_self(void);

#endif
