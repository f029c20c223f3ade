/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena, name map and growing arrays of the PTX engine.
 */
#include "config.h"
#include "softgpu/ptx/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 65536

struct ptx_chunk {
	struct ptx_chunk *next;
	size_t used, size;
	_Alignas(16) char data[];
};

void *
ptx_arena_get(struct ptx_arena *arena, size_t size)
{
	struct ptx_chunk *chunk = arena->chunk;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + 15) & ~(size_t)15;
	if (!chunk || chunk->size - chunk->used < size) {
		size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;

		chunk = calloc(1, sizeof(*chunk) + bytes);
		if (!chunk)
			return NULL;
		chunk->size = bytes;
		chunk->next = arena->chunk;
		arena->chunk = chunk;
	}
	p = chunk->data + chunk->used;
	chunk->used += size;
	return p;
}

char *
ptx_arena_text(struct ptx_arena *arena, const char *text, size_t len)
{
	char *copy = ptx_arena_get(arena, len + 1);

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

void
ptx_arena_free(struct ptx_arena *arena)
{
	while (arena->chunk) {
		struct ptx_chunk *next = arena->chunk->next;

		free(arena->chunk);
		arena->chunk = next;
	}
}

/* FNV-1a over 8 bytes at a time would need alignment; names are short. */
static uint32_t
hash_name(const char *key, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)key[i]) * 16777619u;
	return h;
}

static struct ptx_map_slot *
find_slot(const struct ptx_map *map, const char *key, size_t len, uint32_t h)
{
	size_t at = h & (map->size - 1);

	for (;; at = (at + 1) & (map->size - 1)) {
		struct ptx_map_slot *slot = &map->slots[at];

		if (!slot->key ||
			(slot->hash == h && slot->len == len &&
				memcmp(slot->key, key, len) == 0))
			return slot;
	}
}

void *
ptx_map_get(const struct ptx_map *map, const char *key, size_t len)
{
	struct ptx_map_slot *slot;

	if (!map->size)
		return NULL;
	slot = find_slot(map, key, len, hash_name(key, len));
	return slot->key ? slot->value : NULL;
}

static int
resize(struct ptx_map *map)
{
	struct ptx_map bigger = {NULL, map->used, 0};

	bigger.size = map->size ? map->size * 2 : 64;
	bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
	if (!bigger.slots)
		return -1;
	for (size_t i = 0; i < map->size; i++) {
		struct ptx_map_slot *slot = &map->slots[i];

		if (slot->key)
			*find_slot(&bigger, slot->key, slot->len, slot->hash) =
				*slot;
	}
	free(map->slots);
	*map = bigger;
	return 0;
}

int
ptx_map_put(struct ptx_map *map, const char *key, size_t len, void *value)
{
	struct ptx_map_slot *slot;
	uint32_t h = hash_name(key, len);

	if (map->used * 2 >= map->size && resize(map))
		return -1;
	slot = find_slot(map, key, len, h);
	if (!slot->key) {
		*slot = (struct ptx_map_slot){key, (uint32_t)len, h, NULL};
		map->used++;
	}
	slot->value = value;
	return 0;
}

void
ptx_map_free(struct ptx_map *map)
{
	free(map->slots);
	*map = (struct ptx_map){NULL, 0, 0};
}

int
ptx_grow(void *array, size_t used, size_t *room, size_t size)
{
	void *old, *more;
	size_t want;

	if (used < *room)
		return 0;
	want = *room ? *room * 2 : 16;
	memcpy(&old, array, sizeof(old));
	more = realloc(old, want * size);
	if (!more)
		return -1;
	memcpy(array, &more, sizeof(more));
	*room = want;
	return 0;
}
