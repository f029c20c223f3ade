/* SPDX-License-Identifier: Apache-2.0 */
/* The heap of malloc() and free() in kernels. */
#include "config.h"
#include "softgpu/heap.h"

#include <stdlib.h>

#include "common/log.h"
#include "softgpu/bits.h"
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
	at = rgpu_bits_find_clear(h->used, h->cursor, h->units, n, NULL);
	if (at == h->units)
		at = rgpu_bits_find_clear(h->used, 0, h->units, n, NULL);
	if (at < h->units) {
		rgpu_bits_set(h->first, at, 1, true);
		rgpu_bits_set(h->used, at, n, true);
		h->cursor = at + n;
		address = h->base + (uint64_t)at * UNIT;
	}
	pthread_mutex_unlock(&h->lock);
	return address;
}

/* Gives back the block that begins at unit at; false: none does. Lock held. */
static bool
free_block(struct rgpu_heap *h, size_t at)
{
	size_t end = at + 1;

	if (!rgpu_bit(h->first, at))
		return false;
	while (end < h->units && rgpu_bit(h->used, end) &&
		!rgpu_bit(h->first, end))
		end++;
	rgpu_bits_set(h->first, at, 1, false);
	rgpu_bits_set(h->used, at, end - at, false);
	return true;
}

void
rgpu_heap_free(struct rgpu_context *context, uint64_t addr)
{
	struct rgpu_heap *h = atomic_load(&context->heap);
	bool found = false;

	if (!addr)
		return;
	if (h && addr % UNIT == 0 && addr >= h->base &&
		addr - h->base < (uint64_t)h->units * UNIT) {
		pthread_mutex_lock(&h->lock);
		found = free_block(h, (size_t)((addr - h->base) / UNIT));
		pthread_mutex_unlock(&h->lock);
	}
	if (!found)
		rgpu_err("a kernel calls free() with 0x%llx, which malloc() "
			 "did not return",
			(unsigned long long)addr);
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
