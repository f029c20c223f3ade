/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing with linear probing, at most three quarters full. */
#include "config.h"
#include "common/map.h"

#include <stdlib.h>

#define CAPACITY_MIN 16

static size_t
home(const struct rgpu_map *map, uint64_t key)
{
	/* Fibonacci hashing: ids and addresses differ in few bits. */
	return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) &
		(map->capacity - 1);
}

static struct rgpu_map_slot *
find(const struct rgpu_map *map, uint64_t key)
{
	if (!map->capacity || !key)
		return NULL;
	for (size_t i = home(map, key);; i = (i + 1) & (map->capacity - 1)) {
		struct rgpu_map_slot *s = &map->slots[i];

		if (s->key == key)
			return s;
		if (!s->key)
			return NULL;
	}
}

static void
insert(struct rgpu_map *map, uint64_t key, void *value)
{
	size_t i = home(map, key);

	while (map->slots[i].key)
		i = (i + 1) & (map->capacity - 1);
	map->slots[i].key = key;
	map->slots[i].value = value;
	map->used++;
}

/* A table with room for one more; forgets removed slots. */
static int
grow(struct rgpu_map *map)
{
	struct rgpu_map old = *map;
	size_t capacity = CAPACITY_MIN;

	if (old.used + 1 <= old.capacity / 4 * 3)
		return 0;
	while (capacity / 2 < old.count + 1)
		capacity *= 2;
	map->slots = calloc(capacity, sizeof(*map->slots));
	if (!map->slots) {
		*map = old;
		return -1;
	}
	map->capacity = capacity;
	map->used = 0;
	for (size_t i = 0; i < old.capacity; i++) {
		if (old.slots[i].key && old.slots[i].value)
			insert(map, old.slots[i].key, old.slots[i].value);
	}
	free(old.slots);
	return 0;
}

void
rgpu_map_free(struct rgpu_map *map)
{
	free(map->slots);
	*map = (struct rgpu_map){.slots = NULL};
}

void *
rgpu_map_get(const struct rgpu_map *map, uint64_t key)
{
	struct rgpu_map_slot *s = find(map, key);

	return s ? s->value : NULL;
}

int
rgpu_map_put(struct rgpu_map *map, uint64_t key, void *value)
{
	struct rgpu_map_slot *s = find(map, key);

	if (s) {
		map->count += !s->value;
		s->value = value;
		return 0;
	}
	if (grow(map))
		return -1;
	insert(map, key, value);
	map->count++;
	return 0;
}

void *
rgpu_map_remove(struct rgpu_map *map, uint64_t key)
{
	struct rgpu_map_slot *s = find(map, key);
	void *value = s ? s->value : NULL;

	if (value) {
		s->value = NULL;
		map->count--;
	}
	return value;
}

void *
rgpu_map_next(const struct rgpu_map *map, size_t *pos)
{
	while (*pos < map->capacity) {
		struct rgpu_map_slot *s = &map->slots[(*pos)++];

		if (s->key && s->value)
			return s->value;
	}
	return NULL;
}
