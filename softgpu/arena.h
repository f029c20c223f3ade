/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address space of a device: a reserved range far from the addresses of
 * host memory, several times as large as the device's memory, without access.
 * It is dealt out in chunks of 2 MiB:
 *
 *   large allocation   chunks of its own; its pages become accessible, at least
 *                      one page behind it does not
 *   slab               one chunk, accessible, for many small allocations, each
 *                      followed by at least one free unit of 512 bytes
 *
 * An array with a word for each chunk, and one with a word for each unit of a
 * slab, lead from an address to its allocation. Kernels read them without a
 * lock while others allocate: an entry is set after the allocation is complete
 * and cleared before it ends (who may read it until when: memory.h).
 */
#ifndef RGPU_SOFTGPU_ARENA_H
#define RGPU_SOFTGPU_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RGPU_UNIT 512 /* the alignment of allocations */

struct rgpu_allocation;
struct rgpu_slab;

struct rgpu_arena {
	_Atomic uint64_t base; /* 0: not reserved yet */
	uint64_t size;
	size_t chunks;
	_Atomic(uintptr_t) *map; /* an allocation, or a slab + 1 */
	uint64_t *taken;	 /* one bit a chunk */
	size_t cursor;		 /* where the search for chunks begins */
	struct rgpu_slab *slabs;
	unsigned colour;
};

/* Reserves the addresses for a device of that many bytes of memory. -1: none
 * could be had, rgpu_error() says why. */
int rgpu_arena_open(struct rgpu_arena *arena, int index, uint64_t memory);

/* Whether addr lies in the reserved range. */
static inline bool
rgpu_arena_holds(struct rgpu_arena *arena, uint64_t addr)
{
	uint64_t base =
		atomic_load_explicit(&arena->base, memory_order_acquire);

	return base && addr - base < arena->size;
}

/* The allocation whose memory addr lies in or near; any thread. Whether addr is
 * really inside is for the caller to check. */
struct rgpu_allocation *rgpu_arena_at(struct rgpu_arena *arena, uint64_t addr);

/* The bytes that an allocation of size bytes takes from the device. */
uint64_t rgpu_arena_cost(uint64_t size);

/* Finds a place for allocation->size bytes, makes it accessible and sets
 * allocation->base. -1: no place. */
int rgpu_arena_take(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation);

/* Makes an allocation visible to rgpu_arena_at(), and hides it again. */
void rgpu_arena_show(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation);
void rgpu_arena_hide(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation);

/* Finds addresses for a reservation, whose size is a multiple of 2 MiB; they stay
 * without access. -1: none. And gives back those of a hidden one. */
int rgpu_arena_take_range(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation);
void rgpu_arena_give_range(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation);

/* Gives back the place of a hidden allocation. */
void rgpu_arena_give(
	struct rgpu_arena *arena, struct rgpu_allocation *allocation);

#endif
