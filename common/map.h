/* SPDX-License-Identifier: Apache-2.0 */
/* A hash map from a 64-bit key (not 0) to a pointer. Not locked. */
#ifndef RGPU_COMMON_MAP_H
#define RGPU_COMMON_MAP_H

#include <stddef.h>
#include <stdint.h>

struct rgpu_map {
	struct rgpu_map_slot *slots;
	size_t capacity, used; /* used counts removed slots too */
	size_t count;	       /* live keys */
};

struct rgpu_map_slot {
	uint64_t key; /* 0: never used */
	void *value;  /* NULL: removed */
};

/* Zeroed memory is an empty map. Frees the table, not the values. */
void rgpu_map_free(struct rgpu_map *map);

/* NULL when the key is not there. */
void *rgpu_map_get(const struct rgpu_map *map, uint64_t key);

/* Adds or replaces; value must not be NULL. -1: no memory, map unchanged. */
int rgpu_map_put(struct rgpu_map *map, uint64_t key, void *value);

/* Removes the key and returns its value; NULL when it was not there. */
void *rgpu_map_remove(struct rgpu_map *map, uint64_t key);

/* Goes through all values: *pos begins as 0; NULL at the end. Removing the
 * value just returned is allowed. */
void *rgpu_map_next(const struct rgpu_map *map, size_t *pos);

#endif
