/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that is freed all at once, and a map from names to pointers. Both
 * belong to one owner and take no lock.
 */
#ifndef RGPU_SOFTGPU_PTX_ARENA_H
#define RGPU_SOFTGPU_PTX_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct ptx_chunk;

struct ptx_arena {
	struct ptx_chunk *chunk; /* the one being filled */
};

/* Zeroed memory, aligned to 16 bytes; NULL when there is none. */
void *ptx_arena_get(struct ptx_arena *arena, size_t size);

/* A copy of len characters with a NUL after them. */
char *ptx_arena_text(struct ptx_arena *arena, const char *text, size_t len);

void ptx_arena_free(struct ptx_arena *arena);

struct ptx_map_slot {
	const char *key; /* NULL: free */
	uint32_t len, hash;
	void *value;
};

/* Zero it before first use. Keys are not copied. */
struct ptx_map {
	struct ptx_map_slot *slots;
	size_t used, size;
};

/* The value of a name, or NULL. */
void *ptx_map_get(const struct ptx_map *map, const char *key, size_t len);

/* Sets the value of a name, new or known. -1: no memory. */
int ptx_map_put(struct ptx_map *map, const char *key, size_t len, void *value);

void ptx_map_free(struct ptx_map *map);

/*
 * Makes room for one more element in a growing array: *array has used
 * elements of the given size, *room places. -1: no memory.
 */
int ptx_grow(void *array, size_t used, size_t *room, size_t size);

#endif
