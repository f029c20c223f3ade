/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the client knows of contexts, streams, events, modules and kernels. Their
 * ids are made here and are the handles the application holds; a handle that is
 * garbage or gone is found out without asking the server.
 *
 * Objects stay readable after their end (common/slab.h).
 */
#ifndef RGPU_CLIENT_OBJECTS_H
#define RGPU_CLIENT_OBJECTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/ids.h"
#include "cudaabi/gen/cuda-abi.h"
#include "cudaabi/gen/ops.h"
#include "protocol/function.h"

struct rgpu_context {
	uint64_t id;
	CUdevice dev; /* as the application counts */
	unsigned flags;
	bool primary;
	atomic_bool alive; /* exists on the server */
	atomic_int fault;  /* a CUresult that stays, see rgpu_context_saw() */
	unsigned retained; /* of a primary context */
	uint64_t number;   /* cuCtxGetId */
};

struct rgpu_stream {
	uint64_t id;
	struct rgpu_context *context;
	unsigned flags;
	int priority;
	uint64_t number; /* cuStreamGetId: never used again */
};

struct rgpu_event {
	uint64_t id;
	struct rgpu_context *context;
	unsigned flags;
};

/* A module, or a library (context NULL). */
struct rgpu_module {
	uint64_t id;
	struct rgpu_context *context;
	struct rgpu_module *library;	 /* that a module was taken from */
	struct rgpu_function *functions; /* found so far; lock below */
	struct rgpu_module *modules;	 /* of a library, by context */
	struct rgpu_module *next;
};

/* Blocks of one shape that fit on a multiprocessor; threads 0: not asked yet. */
struct rgpu_resident {
	unsigned threads, shared;
	CUdevice dev;
	int blocks;
	uint64_t changes; /* of attributes, before it was asked */
};

/* A function, or a kernel of a library (context NULL). */
struct rgpu_function {
	uint64_t id;
	struct rgpu_context *context;
	struct rgpu_module *module;	 /* or library */
	struct rgpu_function *kernel;	 /* of a function made from one */
	struct rgpu_function *functions; /* of a kernel, by context */
	struct rgpu_function *next;
	char *name;
	struct rgpu_func_info info;
	CUdevice info_device; /* whose attributes a kernel's info holds */
	struct rgpu_resident resident; /* cooperative.c */
};

extern struct rgpu_ids rgpu_contexts, rgpu_streams, rgpu_events, rgpu_modules,
	rgpu_libraries, rgpu_functions, rgpu_kernels;

/* Protects the lists of functions and modules. */
extern pthread_mutex_t rgpu_modules_lock;

/* New objects with ids; NULL: no memory. */
struct rgpu_context *rgpu_context_new(CUdevice dev, unsigned flags);
struct rgpu_stream *rgpu_stream_new(
	struct rgpu_context *context, unsigned flags, int priority);
struct rgpu_event *rgpu_event_new(struct rgpu_context *context, unsigned flags);
struct rgpu_module *rgpu_module_new(struct rgpu_context *context);
struct rgpu_function *rgpu_function_new(struct rgpu_module *module,
	struct rgpu_context *context, const char *name);

/* Their ends: the id is unknown afterwards. */
void rgpu_context_end(struct rgpu_context *context);
void rgpu_stream_end(struct rgpu_stream *stream);
void rgpu_event_end(struct rgpu_event *event);
void rgpu_module_end(struct rgpu_module *module); /* with its functions */
void rgpu_function_end(struct rgpu_function *function);

/* Ends everything that lives in a context. */
void rgpu_objects_end_in(struct rgpu_context *context);

/*
 * Takes note of what a call in a context returned, and returns it. After a fault
 * in a kernel (CUDA_ERROR_ILLEGAL_ADDRESS and its like) every later call that
 * needs the context returns the same, until the context is gone.
 */
CUresult rgpu_context_saw(uint64_t context, CUresult result);

/* The same for a call about an event: its context. */
CUresult rgpu_event_saw(uint64_t event, CUresult result);

/* What stops calls in this context: it is gone, or a fault. */
static inline CUresult
rgpu_context_state(struct rgpu_context *c)
{
	if (!atomic_load_explicit(&c->alive, memory_order_relaxed))
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	return (CUresult)atomic_load_explicit(&c->fault, memory_order_relaxed);
}

static inline uint64_t
rgpu_handle_id(const void *handle)
{
	return (uint64_t)(uintptr_t)handle;
}

static inline void *
rgpu_id_handle(uint64_t id)
{
	return (void *)(uintptr_t)id;
}

/* Behind a handle; NULL: garbage, or gone. */
static inline struct rgpu_context *
rgpu_context_find(CUcontext handle)
{
	return rgpu_id_find(&rgpu_contexts, rgpu_handle_id(handle));
}

static inline struct rgpu_event *
rgpu_event_find(CUevent handle)
{
	return rgpu_id_find(&rgpu_events, rgpu_handle_id(handle));
}

/* A function, or a kernel in its place. */
static inline struct rgpu_function *
rgpu_function_find(CUfunction handle)
{
	struct rgpu_function *f =
		rgpu_id_find(&rgpu_functions, rgpu_handle_id(handle));

	return f ? f : rgpu_id_find(&rgpu_kernels, rgpu_handle_id(handle));
}

/* ---- for the generated code --------------------------------------------------- */

/* The current context's id. CUDA_ERROR_INVALID_CONTEXT: there is none;
 * CUDA_ERROR_CONTEXT_IS_DESTROYED: there was. */
CUresult rgpu_client_context(uint64_t *context);

/* A stream argument: its context and its id on the wire (0: legacy). */
CUresult rgpu_client_stream(CUstream stream, uint64_t *context, uint64_t *id);

/* CUDA_ERROR_INVALID_HANDLE (INVALID_CONTEXT) unless the handle is known. */
CUresult rgpu_client_known_context(uint64_t id);
CUresult rgpu_client_known_event(uint64_t id);
CUresult rgpu_client_known_kernel(uint64_t id);
CUresult rgpu_client_known_function(uint64_t id);
CUresult rgpu_client_known_pool(uint64_t id);

#endif
