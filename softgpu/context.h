/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contexts. The primary context of a device is made by cuInit and opened and
 * closed as often as it is retained and released; its handle stays the same. A
 * created context is opened once.
 */
#ifndef RGPU_SOFTGPU_CONTEXT_H
#define RGPU_SOFTGPU_CONTEXT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/object.h"
#include "softgpu/print.h"
#include "softgpu/stream.h"

struct rgpu_allocation;
struct rgpu_device;
struct rgpu_heap;

/* A limit for the other contexts whose memory one context may reach. */
#define RGPU_PEERS_MAX 64

struct rgpu_context {
	struct rgpu_object object;
	struct rgpu_device *device;
	bool primary;
	_Atomic unsigned long long number; /* cuCtxGetId; new at each open */
	_Atomic unsigned flags;
	_Atomic unsigned cache_config, shared_config;
	_Atomic bool alive;
	_Atomic CUresult error; /* sticky: a kernel failed */
	int stop;		/* __atomic: kernels are to end */
	_Atomic size_t stack_limit, print_limit, heap_limit;

	/* The lock of work.c. */
	struct rgpu_stream legacy;
	struct rgpu_stream *streams; /* without the legacy one */

	/* The lock of memory.c. */
	struct rgpu_allocation *allocations;
	struct rgpu_context *peers[RGPU_PEERS_MAX]; /* reached by this one */
	unsigned peer_count;

	struct rgpu_print print;
	_Atomic(struct rgpu_heap *) heap; /* of device malloc; NULL: unused */
};

/* A context with a handle; a primary one is not open yet. NULL: no memory. */
struct rgpu_context *rgpu_context_new(struct rgpu_device *device, bool primary);

/* Whether these are flags of a context (CUctx_flags). */
bool rgpu_context_flags_good(unsigned flags);

/* Makes it usable. */
void rgpu_context_open(struct rgpu_context *context, unsigned flags);

/*
 * Waits for its work and gives back all it owns: streams, events, modules,
 * memory. Calls that come later fail with CUDA_ERROR_CONTEXT_IS_DESTROYED. -1:
 * the process exits; the work was stopped, and the context has to stay for the
 * threads that may still use it.
 */
int rgpu_context_close(struct rgpu_context *context);

/*
 * The context of the calling thread, if it can be used. It stays while the call
 * lasts: the thread's stack holds a reference. Fails with
 * CUDA_ERROR_INVALID_CONTEXT, CUDA_ERROR_CONTEXT_IS_DESTROYED or the sticky
 * error.
 */
CUresult rgpu_context_current(struct rgpu_context **out);

/* The same for calls that work in spite of a sticky error. */
CUresult rgpu_context_current_any(struct rgpu_context **out);

/* Whether it is open and without a sticky error; otherwise the error. */
CUresult rgpu_context_state(const struct rgpu_context *context);

/* The context of a handle, with a reference; 0 means the current one. */
CUresult rgpu_context_resolve(CUcontext handle, struct rgpu_context **out);

/* Records the first error of a kernel. */
void rgpu_context_fail(struct rgpu_context *context, CUresult error);

static inline CUcontext
rgpu_context_handle(const struct rgpu_context *context)
{
	return rgpu_object_handle(&context->object);
}

#endif
