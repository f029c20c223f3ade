/* SPDX-License-Identifier: Apache-2.0 */
/* What the driver keeps for each thread of the application. */
#ifndef RGPU_SOFTGPU_THREAD_STATE_H
#define RGPU_SOFTGPU_THREAD_STATE_H

#include <stdbool.h>
#include "cudaabi/gen/cuda-abi.h"

struct rgpu_context;
struct rgpu_stream;

/* The default stream of a thread in one context. */
struct rgpu_thread_stream {
	struct rgpu_thread_stream *next;
	struct rgpu_stream *stream; /* with a reference */
};

struct rgpu_thread_state {
	struct rgpu_context **stack; /* each with a reference */
	unsigned depth, capacity;
	struct rgpu_thread_stream *streams;
	bool in_callback; /* a host function of a stream runs here */
	bool registered;  /* the thread's end gives all this back */
};

/* That of the calling thread; never NULL. */
struct rgpu_thread_state *rgpu_thread_state(void);

/*
 * To be called before the first reference is stored: from then on the end of
 * the thread puts them all. -1: no memory.
 */
int rgpu_thread_state_keep(void);

/* The context on top of the stack, or NULL; no reference of its own: the stack
 * holds one until the thread itself takes the context off. */
struct rgpu_context *rgpu_thread_top(void);

/* Puts a context with its reference on the stack. -1: no memory. */
int rgpu_thread_push(struct rgpu_context *context);

/* Takes the top off and gives its reference to the caller; NULL: empty. */
struct rgpu_context *rgpu_thread_pop(void);

#endif
