/* SPDX-License-Identifier: Apache-2.0 */
/* From addresses to allocations: for kernels without a lock, for messages. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/device.h"
#include "softgpu/memory-internal.h"
#include "softgpu/pool.h"
#include "softgpu/vmm.h"

/* Beyond this an address is not "near" an allocation. */
#define NEAR ((uint64_t)1 << 20)

/*
 * Host memory, ascending. Once it is published entries are only cleared; to add
 * one makes another table and retires this one.
 */
struct host_entry {
	uint64_t base;
	_Atomic(struct rgpu_allocation *) allocation; /* NULL: ended */
};

struct host_table {
	struct rgpu_retired retired;
	size_t count;
	struct host_entry list[];
};

pthread_mutex_t rgpu_memory_lock = PTHREAD_MUTEX_INITIALIZER;

static _Atomic(struct host_table *) host_table;

/* Under the lock. */
static struct rgpu_memory_reader *readers;
static struct rgpu_retired *retired;
static uint64_t epoch;

static bool
holds(const struct rgpu_allocation *a, uint64_t addr)
{
	return a && addr - a->base < a->size;
}

static struct rgpu_allocation *
host_at(uint64_t addr)
{
	const struct host_table *t =
		atomic_load_explicit(&host_table, memory_order_acquire);
	size_t lo = 0, hi = t ? t->count : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->list[mid].base <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? atomic_load_explicit(
			    &t->list[lo - 1].allocation, memory_order_acquire)
		  : NULL;
}

struct rgpu_allocation *
rgpu_memory_at(uint64_t addr)
{
	struct rgpu_allocation *a = NULL;
	bool found = false;

	for (int i = 0; i < rgpu_device_count() && !found; i++) {
		struct rgpu_arena *arena = &rgpu_device_get(i)->arena;

		found = rgpu_arena_holds(arena, addr);
		if (found)
			a = rgpu_arena_at(arena, addr);
	}
	if (!found)
		a = host_at(addr);
	return holds(a, addr) ? a : NULL;
}

static bool
may_reach(const struct rgpu_memory_reader *r, const struct rgpu_allocation *a)
{
	if (rgpu_memory_on_host(a) || a->managed)
		return true;
	if (a->pool)
		return rgpu_pool_reached_from(
			a->pool, r->context->device->ordinal);
	if (a->context == r->context)
		return true;
	for (unsigned i = 0; i < r->peer_count; i++) {
		if (r->peers[i] == a->context)
			return true;
	}
	return false;
}

bool
rgpu_memory_find(const struct rgpu_memory_reader *reader, uint64_t addr,
	uint64_t *lo, uint64_t *hi)
{
	const struct rgpu_allocation *a = rgpu_memory_at(addr);

	if (a && a->virtual)
		return rgpu_virtual_reach(
			a, reader->context->device->ordinal, addr, lo, hi);
	if (!a || a->kind == RGPU_MEMORY_ARRAY || !may_reach(reader, a))
		return false;
	*lo = a->base;
	*hi = a->base + a->size;
	return true;
}

bool
rgpu_memory_holds(
	const struct rgpu_memory_reader *reader, uint64_t base, uint64_t size)
{
	const struct rgpu_allocation *a = rgpu_memory_at(base);

	return a && may_reach(reader, a) && size <= a->size &&
		base - a->base <= a->size - size;
}

void
rgpu_memory_reader_begin(
	struct rgpu_memory_reader *reader, struct rgpu_context *context)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	reader->context = context;
	reader->peer_count = context->peer_count;
	memcpy(reader->peers, context->peers,
		context->peer_count * sizeof(*reader->peers));
	reader->epoch = epoch;
	reader->next = readers;
	reader->link = &readers;
	if (readers)
		readers->link = &reader->next;
	readers = reader;
	pthread_mutex_unlock(&rgpu_memory_lock);
}

/* Ends what no reader can see: it was retired before each of them began. To end
 * it may retire something else. */
static void
reap(void)
{
	struct rgpu_retired **p = &retired, *unseen = NULL;
	uint64_t oldest = epoch;

	for (struct rgpu_memory_reader *r = readers; r; r = r->next) {
		if (r->epoch < oldest)
			oldest = r->epoch;
	}
	while (*p) {
		struct rgpu_retired *gone = *p;

		if (gone->epoch > oldest) {
			p = &gone->next;
			continue;
		}
		*p = gone->next;
		gone->next = unseen;
		unseen = gone;
	}
	while (unseen) {
		struct rgpu_retired *gone = unseen;

		unseen = gone->next;
		if (gone->unseen)
			gone->unseen(gone);
		else
			free(gone);
	}
}

void
rgpu_memory_reader_end(struct rgpu_memory_reader *reader)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	*reader->link = reader->next;
	if (reader->next)
		reader->next->link = reader->link;
	if (retired)
		reap();
	pthread_mutex_unlock(&rgpu_memory_lock);
}

void
rgpu_memory_retire(struct rgpu_retired *what)
{
	what->epoch = ++epoch;
	what->next = retired;
	retired = what;
	if (!readers)
		reap();
}

/* Lock held; so is it in the next ones. */
static struct rgpu_allocation *
entry(const struct host_table *t, size_t i)
{
	return atomic_load_explicit(
		&t->list[i].allocation, memory_order_relaxed);
}

static void
add_entry(struct host_table *t, struct rgpu_allocation *a)
{
	t->list[t->count].base = a->base;
	atomic_init(&t->list[t->count++].allocation, a);
}

CUresult
rgpu_memory_show_host(struct rgpu_allocation *allocation)
{
	struct host_table *old = atomic_load(&host_table), *t;
	size_t count = old ? old->count : 0, i = 0;
	uint64_t end = allocation->base + allocation->size;

	for (; i < count; i++) {
		const struct rgpu_allocation *a = entry(old, i);

		if (a && a->base < end && allocation->base < a->base + a->size)
			return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
	}
	t = malloc(sizeof(*t) + (count + 1) * sizeof(*t->list));
	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	t->retired.unseen = NULL;
	t->count = 0;
	for (i = 0; i < count && old->list[i].base < end; i++) {
		if (entry(old, i))
			add_entry(t, entry(old, i));
	}
	add_entry(t, allocation);
	for (; i < count; i++) {
		if (entry(old, i))
			add_entry(t, entry(old, i));
	}
	atomic_store_explicit(&host_table, t, memory_order_release);
	if (old)
		rgpu_memory_retire(&old->retired);
	return CUDA_SUCCESS;
}

void
rgpu_memory_hide_host(struct rgpu_allocation *allocation)
{
	struct host_table *t = atomic_load(&host_table);

	for (size_t i = 0; i < t->count; i++) {
		if (entry(t, i) == allocation)
			atomic_store_explicit(&t->list[i].allocation, NULL,
				memory_order_release);
	}
}

CUresult
rgpu_memory_add_peer(struct rgpu_context *context, struct rgpu_context *peer)
{
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&rgpu_memory_lock);
	for (unsigned i = 0; i < context->peer_count; i++) {
		if (context->peers[i] == peer)
			r = CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED;
	}
	if (!r && context->peer_count == RGPU_PEERS_MAX)
		r = CUDA_ERROR_TOO_MANY_PEERS;
	if (!r)
		context->peers[context->peer_count++] = peer;
	pthread_mutex_unlock(&rgpu_memory_lock);
	return r;
}

CUresult
rgpu_memory_remove_peer(struct rgpu_context *context, struct rgpu_context *peer)
{
	CUresult r = CUDA_ERROR_PEER_ACCESS_NOT_ENABLED;

	pthread_mutex_lock(&rgpu_memory_lock);
	for (unsigned i = 0; i < context->peer_count; i++) {
		if (context->peers[i] != peer)
			continue;
		context->peers[i] = context->peers[--context->peer_count];
		r = CUDA_SUCCESS;
		break;
	}
	pthread_mutex_unlock(&rgpu_memory_lock);
	return r;
}

struct nearest {
	uint64_t distance, base, size;
	bool behind, inside;
};

static void
look_near(struct nearest *n, const struct rgpu_context *c, uint64_t addr)
{
	for (const struct rgpu_allocation *a = c->allocations; a; a = a->next) {
		bool behind = addr >= a->base;
		bool inside = holds(a, addr);
		uint64_t d = !behind ? a->base - addr
			: inside     ? 0
				     : addr - a->base - a->size;

		if (n->size && d >= n->distance)
			continue;
		*n = (struct nearest){d, a->base, a->size, behind, inside};
	}
}

void
rgpu_memory_describe(uint64_t addr, char *text, size_t size)
{
	struct nearest n = {.size = 0};
	struct rgpu_context *c;
	uint32_t pos = 0;

	while ((c = rgpu_object_next(RGPU_KIND_CONTEXT, &pos))) {
		pthread_mutex_lock(&rgpu_memory_lock);
		look_near(&n, c, addr);
		pthread_mutex_unlock(&rgpu_memory_lock);
		rgpu_object_put(&c->object);
	}
	if (!n.size || n.distance > NEAR)
		snprintf(text, size, "no allocation is near");
	else if (n.inside)
		snprintf(text, size, "inside the %llu bytes at 0x%llx",
			(unsigned long long)n.size, (unsigned long long)n.base);
	else
		snprintf(text, size, "%llu bytes %s the %llu bytes at 0x%llx",
			(unsigned long long)n.distance,
			n.behind ? "behind the end of" : "before",
			(unsigned long long)n.size, (unsigned long long)n.base);
}
