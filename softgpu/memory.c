/* SPDX-License-Identifier: Apache-2.0 */
/* Making and ending allocations, and look-ups of API calls. */
#include "config.h"
#include "softgpu/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/error.h"
#include "common/log.h"
#include "softgpu/device.h"
#include "softgpu/heap.h"
#include "softgpu/memory-internal.h"
#include "softgpu/pool.h"
#include "softgpu/state.h"
#include "softgpu/vmm.h"
#include "softgpu/work.h"

/* An allocation was unpinned, or has ended. */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

unsigned long long
rgpu_memory_next_number(void)
{
	static _Atomic unsigned long long last;

	return atomic_fetch_add(&last, 1) + 1;
}

static struct rgpu_allocation *
new_allocation(struct rgpu_context *context, uint64_t base, uint64_t size,
	enum rgpu_memory_kind kind)
{
	struct rgpu_allocation *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->base = base;
	a->size = size;
	a->context = context;
	a->device = context->device;
	a->kind = kind;
	a->number = rgpu_memory_next_number();
	return a;
}

static void
list(struct rgpu_allocation *a)
{
	struct rgpu_context *c = a->context;

	a->next = c->allocations;
	if (c->allocations)
		c->allocations->prev = a;
	c->allocations = a;
}

static void
unlist(struct rgpu_allocation *a)
{
	if (a->prev)
		a->prev->next = a->next;
	else
		a->context->allocations = a->next;
	if (a->next)
		a->next->prev = a->prev;
}

/* What an allocation takes from the device; the heap is not counted: the
 * application did not ask for it. */
uint64_t
rgpu_memory_cost(const struct rgpu_allocation *a)
{
	return a->kind == RGPU_MEMORY_HEAP ? 0 : rgpu_arena_cost(a->size);
}

int
rgpu_memory_open_arena(struct rgpu_device *d)
{
	if (atomic_load(&d->arena.base) ||
		!rgpu_arena_open(&d->arena, d->ordinal, d->memory))
		return 0;
	rgpu_err("%s", rgpu_error_text());
	return -1;
}

/* Lock held. */
static CUresult
place(struct rgpu_device *d, struct rgpu_allocation *a)
{
	if (!atomic_load(&a->context->alive))
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	if (rgpu_memory_cost(a) > d->memory - d->used)
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (rgpu_memory_open_arena(d))
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (a->pool && rgpu_memory_pool_take(a->pool, rgpu_memory_cost(a)))
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (rgpu_arena_take(&d->arena, a)) {
		if (a->pool)
			rgpu_memory_pool_give(a, rgpu_memory_cost(a));
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	d->used += rgpu_memory_cost(a);
	list(a);
	rgpu_arena_show(&d->arena, a);
	return CUDA_SUCCESS;
}

static CUresult
allocate(struct rgpu_context *context, struct rgpu_pool *pool, uint64_t size,
	enum rgpu_memory_kind kind, bool managed, struct rgpu_allocation **out)
{
	struct rgpu_device *d = pool ? pool->device : context->device;
	struct rgpu_allocation *a;
	CUresult r;

	if (size > d->memory)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a = new_allocation(context, 0, size, kind);
	if (!a)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a->device = d;
	a->pool = pool;
	a->managed = managed;
	if (pool)
		rgpu_object_ref(&pool->object);
	pthread_mutex_lock(&rgpu_memory_lock);
	r = place(d, a);
	pthread_mutex_unlock(&rgpu_memory_lock);
	if (!r) {
		*out = a;
		return CUDA_SUCCESS;
	}
	if (pool)
		rgpu_object_put(&pool->object);
	free(a);
	return r;
}

CUresult
rgpu_memory_alloc(struct rgpu_context *context, uint64_t size,
	enum rgpu_memory_kind kind, struct rgpu_allocation **out)
{
	return allocate(context, NULL, size, kind, false, out);
}

CUresult
rgpu_memory_alloc_managed(struct rgpu_context *context, uint64_t size,
	enum rgpu_memory_kind kind, struct rgpu_allocation **out)
{
	return allocate(context, NULL, size, kind, true, out);
}

CUresult
rgpu_memory_alloc_from(struct rgpu_context *context, struct rgpu_pool *pool,
	uint64_t size, struct rgpu_allocation **out)
{
	return allocate(context, pool, size, RGPU_MEMORY_DEVICE, false, out);
}

CUresult
rgpu_memory_add_host(struct rgpu_context *context, void *base, uint64_t size,
	enum rgpu_memory_kind kind, unsigned flags)
{
	struct rgpu_allocation *a =
		new_allocation(context, (uintptr_t)base, size, kind);
	CUresult r = CUDA_ERROR_CONTEXT_IS_DESTROYED;

	if (!a)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a->flags = flags;
	pthread_mutex_lock(&rgpu_memory_lock);
	if (atomic_load(&context->alive))
		r = rgpu_memory_show_host(a);
	if (!r)
		list(a);
	pthread_mutex_unlock(&rgpu_memory_lock);
	if (r)
		free(a);
	return r;
}

void
rgpu_memory_hide(struct rgpu_allocation *a)
{
	if (rgpu_memory_on_host(a))
		rgpu_memory_hide_host(a);
	else
		rgpu_arena_hide(&a->device->arena, a);
}

void
rgpu_memory_release(struct rgpu_allocation *a)
{
	struct rgpu_device *d = a->device;

	unlist(a);
	if (a->pool) {
		rgpu_memory_pool_give(a, rgpu_memory_cost(a));
		rgpu_object_put(&a->pool->object);
	}
	if (!rgpu_memory_on_host(a)) {
		rgpu_arena_give(&d->arena, a);
		d->used -= rgpu_memory_cost(a);
	} else if (a->kind == RGPU_MEMORY_PINNED) {
		munmap((void *)(uintptr_t)a->base, a->size);
	}
	rgpu_memory_retire(&a->retired);
	pthread_cond_broadcast(&changed);
}

static bool
has_peer(const struct rgpu_context *context, const struct rgpu_context *peer)
{
	bool found = false;

	pthread_mutex_lock(&rgpu_memory_lock);
	for (unsigned i = 0; i < context->peer_count; i++)
		found |= context->peers[i] == peer;
	pthread_mutex_unlock(&rgpu_memory_lock);
	return found;
}

/* Waits for the contexts whose kernels may reach the memory of owner; all of
 * them for shared memory. */
static void
wait_for_users(struct rgpu_context *owner, bool shared)
{
	struct rgpu_context *c;
	uint32_t pos = 0;

	rgpu_context_wait(owner);
	while ((c = rgpu_object_next(RGPU_KIND_CONTEXT, &pos))) {
		if (c != owner && (shared || has_peer(c, owner)))
			rgpu_context_wait(c);
		rgpu_object_put(&c->object);
	}
}

void
rgpu_memory_wait(struct rgpu_allocation *a, bool pins)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	while (pins && a->pins)
		pthread_cond_wait(&changed, &rgpu_memory_lock);
	pthread_mutex_unlock(&rgpu_memory_lock);
	wait_for_users(a->context, rgpu_memory_shared(a));
}

CUresult
rgpu_memory_free(uint64_t base, enum rgpu_memory_kind kind)
{
	struct rgpu_allocation *a;
	struct rgpu_context *owner;

	pthread_mutex_lock(&rgpu_memory_lock);
	a = rgpu_memory_at(base);
	if (!a || a->base != base || a->kind != kind || a->freeing ||
		a->virtual) {
		pthread_mutex_unlock(&rgpu_memory_lock);
		return CUDA_ERROR_INVALID_VALUE;
	}
	a->freeing = true;
	owner = a->context;
	rgpu_object_ref(&owner->object);
	pthread_mutex_unlock(&rgpu_memory_lock);

	/* At the end of the process kernels are not waited for, so what they
	 * may use must stay. */
	if (!rgpu_exiting()) {
		wait_for_users(owner, rgpu_memory_shared(a));
		pthread_mutex_lock(&rgpu_memory_lock);
		rgpu_memory_hide(a);
		while (a->pins)
			pthread_cond_wait(&changed, &rgpu_memory_lock);
		pthread_mutex_unlock(&rgpu_memory_lock);
		wait_for_users(owner, rgpu_memory_shared(a));
		pthread_mutex_lock(&rgpu_memory_lock);
		rgpu_memory_release(a);
		pthread_mutex_unlock(&rgpu_memory_lock);
	}
	rgpu_object_put(&owner->object);
	return CUDA_SUCCESS;
}

/* Other contexts can no longer reach the memory of this one. */
static void
forget_peer(struct rgpu_context *context)
{
	struct rgpu_context *c;
	uint32_t pos = 0;

	while ((c = rgpu_object_next(RGPU_KIND_CONTEXT, &pos))) {
		if (has_peer(c, context)) {
			rgpu_context_wait(c);
			rgpu_memory_remove_peer(c, context);
		}
		rgpu_object_put(&c->object);
	}
}

/* An allocation of the context that no other thread is about to free; waits for
 * those threads. NULL: none is left. */
static struct rgpu_allocation *
any_allocation(struct rgpu_context *context)
{
	struct rgpu_allocation *a;

	while (context->allocations) {
		for (a = context->allocations; a; a = a->next) {
			if (!a->freeing && !a->pins)
				return a;
		}
		pthread_cond_wait(&changed, &rgpu_memory_lock);
	}
	return NULL;
}

void
rgpu_memory_end(struct rgpu_context *context)
{
	struct rgpu_allocation *a;

	forget_peer(context);
	pthread_mutex_lock(&rgpu_memory_lock);
	context->peer_count = 0;
	while ((a = any_allocation(context))) {
		if (rgpu_memory_on_host(a)) {
			enum rgpu_memory_kind kind = a->kind;
			uint64_t base = a->base;

			/* Every context may use it: the long way. */
			pthread_mutex_unlock(&rgpu_memory_lock);
			rgpu_memory_free(base, kind);
			pthread_mutex_lock(&rgpu_memory_lock);
			continue;
		}
		rgpu_memory_hide(a);
		rgpu_memory_release(a);
	}
	pthread_mutex_unlock(&rgpu_memory_lock);
	rgpu_heap_end(context);
}

void
rgpu_memory_info(
	struct rgpu_device *device, uint64_t *available, uint64_t *total)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	*available = device->memory - device->used;
	*total = device->memory;
	pthread_mutex_unlock(&rgpu_memory_lock);
}

static bool
in_a_device(uint64_t addr)
{
	for (int i = 0; i < rgpu_device_count(); i++) {
		if (rgpu_arena_holds(&rgpu_device_get(i)->arena, addr))
			return true;
	}
	return false;
}

/* In a reservation the allocation is what is mapped. */
static void
look_mapping(const struct rgpu_allocation *a, uint64_t addr,
	struct rgpu_memory_view *view)
{
	const struct rgpu_range *m = rgpu_virtual_mapping(a, addr);
	const struct rgpu_physical *p = m ? m->object : NULL;

	if (m) {
		view->base = m->base;
		view->size = m->size;
		view->context = rgpu_context_handle(p->device->primary);
		view->device = p->device->ordinal;
	} else {
		*view = (struct rgpu_memory_view){.stale = true};
	}
}

static bool
holds_all(const struct rgpu_allocation *a, uint64_t addr, uint64_t size)
{
	return a->virtual ? rgpu_virtual_covers(a, addr, size)
			  : size <= a->size - (addr - a->base);
}

void
rgpu_memory_look(
	uint64_t addr, uint64_t size, bool pin, struct rgpu_memory_view *view)
{
	struct rgpu_allocation *a;

	*view = (struct rgpu_memory_view){.allocation = NULL};
	pthread_mutex_lock(&rgpu_memory_lock);
	a = rgpu_memory_at(addr);
	if (a && !a->freeing && a->kind != RGPU_MEMORY_HEAP) {
		*view = (struct rgpu_memory_view){
			.allocation = a,
			.base = a->base,
			.size = a->size,
			.kind = a->kind,
			.flags = a->flags,
			.number = a->number,
			.context = rgpu_context_handle(a->context),
			.device = a->device->ordinal,
			.managed = a->managed,
			.pool = a->pool ? rgpu_object_handle(&a->pool->object)
					: NULL,
		};
		if (a->virtual)
			look_mapping(a, addr, view);
		if (pin && holds_all(a, addr, size))
			a->pins++;
		else if (pin)
			view->allocation = NULL;
	} else {
		view->stale = in_a_device(addr);
	}
	pthread_mutex_unlock(&rgpu_memory_lock);
}

void
rgpu_memory_unpin(struct rgpu_allocation *allocation)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	if (!--allocation->pins) {
		if (allocation->unused)
			rgpu_memory_release(allocation);
		else
			pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&rgpu_memory_lock);
}
