/* SPDX-License-Identifier: Apache-2.0 */
/* Where the memory of a device lies. Changes are made under the lock of
 * memory.c. */
#include "config.h"
#include "softgpu/arena.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "softgpu/bits.h"
#include "softgpu/memory.h"

#define CHUNK	  ((uint64_t)2 << 20)
#define UNITS	  (CHUNK / RGPU_UNIT)
#define SMALL_MAX (CHUNK / 2 - RGPU_UNIT) /* two fit into a slab */

/*
 * Addresses begin here: 32 TiB, which Linux gives to nobody by itself on any
 * machine with 47 bits of address space or more. Where that is not possible the
 * kernel chooses.
 */
#define FIRST_ADDRESS ((uint64_t)1 << 45)

struct rgpu_slab {
	struct rgpu_slab *next;
	uint64_t base;
	unsigned free_units;
	unsigned longest; /* no run of free units is longer; perhaps less */
	uint64_t used[UNITS / 64];
	_Atomic(struct rgpu_allocation *) at[UNITS];
};

static uint64_t
page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t
round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

static void *
pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* size bytes of address space near hint, chunk-aligned; 0: none. */
static uint64_t
reserve(uint64_t hint, uint64_t size)
{
	void *p = mmap(pointer(hint), size + CHUNK, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t start = (uintptr_t)p, base = round_up(start, CHUNK);

	if (p == MAP_FAILED)
		return 0;
	if (base > start)
		munmap(p, base - start);
	munmap(pointer(base + size), start + CHUNK - base);
	return base;
}

int
rgpu_arena_open(struct rgpu_arena *arena, int index, uint64_t memory)
{
	uint64_t base = 0, size = 0, memory_chunks = round_up(memory, CHUNK);

	/* Eight times the memory: a large allocation wastes up to half of its
	 * last chunk, and freed addresses should not come back soon. */
	for (uint64_t times = 8; times && !base; times /= 2) {
		size = times * memory_chunks;
		base = reserve(
			FIRST_ADDRESS + (uint64_t)index * (16 * memory_chunks),
			size);
	}
	if (!base)
		return rgpu_error("no address space for %llu bytes of device "
				  "memory: %m",
			(unsigned long long)memory);
	arena->chunks = size / CHUNK;
	arena->map = calloc(arena->chunks, sizeof(*arena->map));
	arena->taken = calloc(arena->chunks / 64 + 1, sizeof(uint64_t));
	if (!arena->map || !arena->taken) {
		free(arena->map);
		free(arena->taken);
		munmap(pointer(base), size);
		return rgpu_error("no memory for the map of a device");
	}
	arena->size = size;
	atomic_store_explicit(&arena->base, base, memory_order_release);
	return 0;
}

/* n chunks in a row; the search goes on where the last one ended, so that
 * addresses are used again as late as possible. -1: none. */
static int
take_chunks(struct rgpu_arena *arena, size_t n, size_t *first)
{
	*first = rgpu_bits_find_clear(
		arena->taken, arena->cursor, arena->chunks, n, NULL);
	if (*first == arena->chunks)
		*first = rgpu_bits_find_clear(
			arena->taken, 0, arena->chunks, n, NULL);
	if (*first == arena->chunks)
		return -1;
	rgpu_bits_set(arena->taken, *first, n, true);
	arena->cursor = *first + n;
	return 0;
}

static struct rgpu_slab *
new_slab(struct rgpu_arena *arena)
{
	struct rgpu_slab *slab = calloc(1, sizeof(*slab));
	size_t chunk;

	if (!slab)
		return NULL;
	if (take_chunks(arena, 1, &chunk))
		goto err_free;
	slab->base = arena->base + chunk * CHUNK;
	slab->free_units = slab->longest = UNITS;
	if (mprotect(pointer(slab->base), CHUNK, PROT_READ | PROT_WRITE))
		goto err_chunk;
	slab->next = arena->slabs;
	arena->slabs = slab;
	atomic_store_explicit(
		&arena->map[chunk], (uintptr_t)slab + 1, memory_order_release);
	return slab;
err_chunk:
	rgpu_bits_set(arena->taken, chunk, 1, false);
err_free:
	free(slab);
	return NULL;
}

/* Units of a small allocation; the last one stays free. */
static size_t
units_of(uint64_t size)
{
	return (size_t)(round_up(size, RGPU_UNIT) / RGPU_UNIT + 1);
}

static int
take_from_slab(struct rgpu_slab *slab, struct rgpu_allocation *a)
{
	size_t n = units_of(a->size), first, longest;

	if (slab->free_units < n || slab->longest < n)
		return -1;
	first = rgpu_bits_find_clear(slab->used, 0, UNITS, n, &longest);
	if (first == UNITS) {
		slab->longest = (unsigned)longest;
		return -1;
	}
	rgpu_bits_set(slab->used, first, n, true);
	slab->free_units -= (unsigned)n;
	a->base = slab->base + first * RGPU_UNIT;
	return 0;
}

static int
take_small(struct rgpu_arena *arena, struct rgpu_allocation *a)
{
	struct rgpu_slab *slab = arena->slabs;

	while (slab && take_from_slab(slab, a))
		slab = slab->next;
	if (slab)
		return 0;
	slab = new_slab(arena);
	return slab ? take_from_slab(slab, a) : -1;
}

/*
 * Large allocations begin at different places of their first page: arrays that
 * all begin at a multiple of 4 KiB would compete for the same cache sets, and
 * processors take loads and stores 4 KiB apart for dependent.
 */
#define COLOURS 8

static uint64_t
large_offset(const struct rgpu_allocation *a)
{
	return a->base % CHUNK;
}

static size_t
chunks_of(uint64_t offset, uint64_t size)
{
	return (size_t)(round_up(offset + size, page_size()) + page_size() +
		       CHUNK - 1) /
		CHUNK;
}

static int
take_large(struct rgpu_arena *arena, struct rgpu_allocation *a)
{
	uint64_t offset = (uint64_t)(arena->colour++ % COLOURS) * RGPU_UNIT;
	size_t n = chunks_of(offset, a->size), chunk;

	if (take_chunks(arena, n, &chunk))
		return -1;
	a->base = arena->base + chunk * CHUNK + offset;
	if (mprotect(pointer(a->base - offset),
		    round_up(offset + a->size, page_size()),
		    PROT_READ | PROT_WRITE)) {
		rgpu_bits_set(arena->taken, chunk, n, false);
		return -1;
	}
	return 0;
}

uint64_t
rgpu_arena_cost(uint64_t size)
{
	return round_up(size, size <= SMALL_MAX ? RGPU_UNIT : page_size());
}

int
rgpu_arena_take(struct rgpu_arena *arena, struct rgpu_allocation *allocation)
{
	return allocation->size <= SMALL_MAX ? take_small(arena, allocation)
					     : take_large(arena, allocation);
}

static struct rgpu_slab *
slab_of(struct rgpu_arena *arena, uint64_t base)
{
	return (struct rgpu_slab
			*)(atomic_load_explicit(
				   &arena->map[(base - arena->base) / CHUNK],
				   memory_order_relaxed) -
		1);
}

/* Sets all entries that lead to an allocation. */
static void
set_entries(struct rgpu_arena *arena, const struct rgpu_allocation *a,
	struct rgpu_allocation *entry)
{
	if (a->size <= SMALL_MAX) {
		struct rgpu_slab *slab = slab_of(arena, a->base);
		size_t first = (a->base - slab->base) / RGPU_UNIT;

		for (size_t i = 0; i < units_of(a->size) - 1; i++)
			atomic_store_explicit(&slab->at[first + i], entry,
				memory_order_release);
	} else {
		size_t first = (a->base - arena->base) / CHUNK;
		size_t n = chunks_of(large_offset(a), a->size);

		for (size_t i = 0; i < n; i++)
			atomic_store_explicit(&arena->map[first + i],
				(uintptr_t)entry, memory_order_release);
	}
}

void
rgpu_arena_show(struct rgpu_arena *arena, struct rgpu_allocation *allocation)
{
	set_entries(arena, allocation, allocation);
}

void
rgpu_arena_hide(struct rgpu_arena *arena, struct rgpu_allocation *allocation)
{
	set_entries(arena, allocation, NULL);
}

struct rgpu_allocation *
rgpu_arena_at(struct rgpu_arena *arena, uint64_t addr)
{
	uint64_t base =
		atomic_load_explicit(&arena->base, memory_order_relaxed);
	uintptr_t entry = atomic_load_explicit(
		&arena->map[(addr - base) / CHUNK], memory_order_acquire);
	struct rgpu_slab *slab;

	if (!(entry & 1))
		return (struct rgpu_allocation *)entry;
	slab = (struct rgpu_slab *)(entry - 1);
	return atomic_load_explicit(&slab->at[(addr - slab->base) / RGPU_UNIT],
		memory_order_acquire);
}

static void
give_small(struct rgpu_arena *arena, const struct rgpu_allocation *a)
{
	struct rgpu_slab *slab = slab_of(arena, a->base);
	size_t n = units_of(a->size);

	rgpu_bits_set(slab->used, (a->base - slab->base) / RGPU_UNIT, n, false);
	slab->free_units += (unsigned)n;
	slab->longest = slab->free_units;
	/* The slab stays, its pages go back. */
	if (slab->free_units == UNITS)
		madvise(pointer(slab->base), CHUNK, MADV_DONTNEED);
}

static void
give_large(struct rgpu_arena *arena, const struct rgpu_allocation *a)
{
	uint64_t offset = large_offset(a);
	uint64_t bytes = round_up(offset + a->size, page_size());
	size_t first = (a->base - arena->base) / CHUNK;

	madvise(pointer(a->base - offset), bytes, MADV_DONTNEED);
	/* Should this fail, the pages stay accessible to the host only: no
	 * look-up leads to them. */
	if (mprotect(pointer(a->base - offset), bytes, PROT_NONE))
		rgpu_error("mprotect: %m");
	rgpu_bits_set(arena->taken, first, chunks_of(offset, a->size), false);
}

void
rgpu_arena_give(struct rgpu_arena *arena, struct rgpu_allocation *allocation)
{
	if (allocation->size <= SMALL_MAX)
		give_small(arena, allocation);
	else
		give_large(arena, allocation);
}

int
rgpu_arena_take_range(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation)
{
	size_t chunk;

	if (take_chunks(arena, chunks_of(0, allocation->size), &chunk))
		return -1;
	allocation->base = arena->base + chunk * CHUNK;
	return 0;
}

void
rgpu_arena_give_range(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation)
{
	rgpu_bits_set(arena->taken, (allocation->base - arena->base) / CHUNK,
		chunks_of(0, allocation->size), false);
}
