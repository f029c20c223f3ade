/* SPDX-License-Identifier: Apache-2.0 */
/* The heap of malloc() and free() in kernels. */
#include "config.h"
#include "softgpu/heap.h"

#include <stdlib.h>

#include "common/log.h"
#include "softgpu/context.h"
#include "softgpu/memory.h"

#define UNIT 16 /* the alignment that device malloc promises */

struct rgpu_heap {
	pthread_mutex_t lock;
	uint64_t base;
	size_t units, cursor;
	/* One bit a unit: in a block; the first of a block. */
	uint64_t *used, *first;
};

static bool
is_set(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

static void
flip(uint64_t *bits, size_t i)
{
	bits[i / 64] ^= (uint64_t)1 << (i % 64);
}

static struct rgpu_heap *
make(struct rgpu_context *context)
{
	uint64_t size = atomic_load(&context->heap_limit) / UNIT * UNIT;
	struct rgpu_heap *h = calloc(1, sizeof(*h));
	struct rgpu_allocation *a;
	size_t words;

	if (!h || !size)
		goto err_free;
	h->units = size / UNIT;
	words = h->units / 64 + 1;
	h->used = calloc(words, sizeof(*h->used));
	h->first = calloc(words, sizeof(*h->first));
	if (!h->used || !h->first ||
		rgpu_memory_alloc(context, size, RGPU_MEMORY_HEAP, &a))
		goto err_free;
	h->base = a->base;
	pthread_mutex_init(&h->lock, NULL);
	return h;
err_free:
	if (h) {
		free(h->used);
		free(h->first);
	}
	free(h);
	return NULL;
}

static struct rgpu_heap *
heap_of(struct rgpu_context *context)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct rgpu_heap *h = atomic_load(&context->heap);

	if (h)
		return h;
	pthread_mutex_lock(&lock);
	h = atomic_load(&context->heap);
	if (!h) {
		h = make(context);
		atomic_store(&context->heap, h);
	}
	pthread_mutex_unlock(&lock);
	return h;
}

/* n free units in a row within [from, to); to: there are none. */
static size_t
find(const struct rgpu_heap *h, size_t from, size_t to, size_t n)
{
	size_t run = 0;

	for (size_t i = from; i < to; i++) {
		if (i % 64 == 0 && h->used[i / 64] == UINT64_MAX) {
			run = 0;
			i += 63;
			continue;
		}
		run = is_set(h->used, i) ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return to;
}

uint64_t
rgpu_heap_alloc(struct rgpu_context *context, uint64_t size)
{
	struct rgpu_heap *h = heap_of(context);
	uint64_t address = 0;
	size_t n, at;

	if (!h || size > (uint64_t)h->units * UNIT)
		return 0;
	n = size ? (size_t)((size + UNIT - 1) / UNIT) : 1;
	pthread_mutex_lock(&h->lock);
	at = find(h, h->cursor, h->units, n);
	if (at == h->units)
		at = find(h, 0, h->units, n);
	if (at < h->units) {
		flip(h->first, at);
		for (size_t i = 0; i < n; i++)
			flip(h->used, at + i);
		h->cursor = at + n;
		address = h->base + (uint64_t)at * UNIT;
	}
	pthread_mutex_unlock(&h->lock);
	return address;
}

void
rgpu_heap_free(struct rgpu_context *context, uint64_t addr)
{
	struct rgpu_heap *h = atomic_load(&context->heap);
	size_t at;

	if (!addr)
		return;
	if (!h || addr % UNIT || addr < h->base ||
		addr - h->base >= (uint64_t)h->units * UNIT) {
		rgpu_err("a kernel calls free() with 0x%llx, which malloc() "
			 "did not return",
			(unsigned long long)addr);
		return;
	}
	at = (size_t)((addr - h->base) / UNIT);
	pthread_mutex_lock(&h->lock);
	if (is_set(h->first, at)) {
		flip(h->first, at);
		do
			flip(h->used, at++);
		while (at < h->units && is_set(h->used, at) &&
			!is_set(h->first, at));
	} else {
		rgpu_err("a kernel calls free() with 0x%llx, which malloc() "
			 "did not return",
			(unsigned long long)addr);
	}
	pthread_mutex_unlock(&h->lock);
}

void
rgpu_heap_end(struct rgpu_context *context)
{
	struct rgpu_heap *h = atomic_exchange(&context->heap, NULL);

	if (!h)
		return;
	pthread_mutex_destroy(&h->lock);
	free(h->used);
	free(h->first);
	free(h);
}
