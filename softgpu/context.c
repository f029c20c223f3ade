/* SPDX-License-Identifier: Apache-2.0 */
/* The life of contexts, and finding them. */
#include "config.h"
#include "softgpu/context.h"

#include <stdlib.h>

#include "softgpu/array.h"
#include "softgpu/event.h"
#include "softgpu/memory.h"
#include "softgpu/module.h"
#include "softgpu/state.h"
#include "softgpu/texture.h"
#include "softgpu/thread-state.h"
#include "softgpu/work.h"

/* What the manual gives as defaults; 7 MiB was seen with real drivers. */
#define STACK_LIMIT 1024
#define PRINT_LIMIT ((size_t)7 << 20)
#define HEAP_LIMIT  ((size_t)8 << 20)

static void
free_context(struct rgpu_object *object)
{
	struct rgpu_context *c = (struct rgpu_context *)object;

	rgpu_print_free(&c->print);
	free(c);
}

struct rgpu_context *
rgpu_context_new(struct rgpu_device *device, bool primary)
{
	struct rgpu_context *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->device = device;
	c->primary = primary;
	rgpu_print_init(&c->print);
	rgpu_stream_init_legacy(&c->legacy, c);
	rgpu_object_init(&c->object, free_context);
	if (rgpu_object_make(RGPU_KIND_CONTEXT, &c->object)) {
		rgpu_object_put(&c->object);
		return NULL;
	}
	return c;
}

bool
rgpu_context_flags_good(unsigned flags)
{
	unsigned sched = flags & CU_CTX_SCHED_MASK;

	return !(flags & ~(unsigned)CU_CTX_FLAGS_MASK) &&
		(sched == CU_CTX_SCHED_AUTO || sched == CU_CTX_SCHED_SPIN ||
			sched == CU_CTX_SCHED_YIELD ||
			sched == CU_CTX_SCHED_BLOCKING_SYNC);
}

void
rgpu_context_open(struct rgpu_context *context, unsigned flags)
{
	static _Atomic unsigned long long last;

	atomic_store(&context->number, atomic_fetch_add(&last, 1) + 1);
	atomic_store(&context->flags, flags);
	atomic_store(&context->cache_config, CU_FUNC_CACHE_PREFER_NONE);
	atomic_store(&context->shared_config,
		CU_SHARED_MEM_CONFIG_FOUR_BYTE_BANK_SIZE);
	atomic_store(&context->stack_limit, STACK_LIMIT);
	atomic_store(&context->print_limit, PRINT_LIMIT);
	atomic_store(&context->heap_limit, HEAP_LIMIT);
	atomic_store(&context->error, CUDA_SUCCESS);
	__atomic_store_n(&context->stop, 0, __ATOMIC_RELAXED);
	atomic_store(&context->alive, true);
}

int
rgpu_context_close(struct rgpu_context *context)
{
	rgpu_context_stop_work(context);
	if (rgpu_exiting()) {
		/* Threads of ours may still use all of it. */
		__atomic_store_n(&context->stop, 1, __ATOMIC_RELAXED);
		rgpu_print_flush(&context->print);
		return -1;
	}
	rgpu_context_wait(context);
	rgpu_print_flush(&context->print);
	rgpu_modules_end(context);
	rgpu_textures_end(context);
	rgpu_arrays_end(context);
	rgpu_events_end(context);
	rgpu_streams_end(context);
	rgpu_memory_end(context);
	return 0;
}

CUresult
rgpu_context_state(const struct rgpu_context *context)
{
	if (!atomic_load(&context->alive))
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	return atomic_load(&context->error);
}

CUresult
rgpu_context_current_any(struct rgpu_context **out)
{
	struct rgpu_context *c = rgpu_thread_top();

	if (!c)
		return CUDA_ERROR_INVALID_CONTEXT;
	if (!atomic_load(&c->alive))
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	*out = c;
	return CUDA_SUCCESS;
}

CUresult
rgpu_context_current(struct rgpu_context **out)
{
	CUresult r = rgpu_context_current_any(out);

	return r ? r : (CUresult)atomic_load(&(*out)->error);
}

CUresult
rgpu_context_resolve(CUcontext handle, struct rgpu_context **out)
{
	struct rgpu_context *c;

	if (handle) {
		c = rgpu_object_get(RGPU_KIND_CONTEXT, handle);
	} else {
		c = rgpu_thread_top();
		if (c)
			rgpu_object_ref(&c->object);
	}
	if (!c)
		return CUDA_ERROR_INVALID_CONTEXT;
	*out = c;
	return CUDA_SUCCESS;
}

void
rgpu_context_fail(struct rgpu_context *context, CUresult error)
{
	CUresult none = CUDA_SUCCESS;

	atomic_compare_exchange_strong(&context->error, &none, error);
}
