/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address ranges that do not overlap: allocations, registered host memory. Kept
 * sorted in one array: look-ups are a binary search, changes move memory. Not
 * locked.
 */
#ifndef RGPU_COMMON_RANGES_H
#define RGPU_COMMON_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rgpu_range {
	uint64_t base, size;
	void *object; /* the owner's */
};

struct rgpu_ranges {
	struct rgpu_range *list;
	size_t count, capacity;
};

/* Zeroed memory is an empty set. Frees the array, not the objects. */
void rgpu_ranges_free(struct rgpu_ranges *r);

/* -1: it overlaps another, is empty, wraps around, or there is no memory. */
int rgpu_ranges_add(
	struct rgpu_ranges *r, uint64_t base, uint64_t size, void *object);

/* Takes out the range that begins at base. -1: there is none. out may be
 * NULL. */
int rgpu_ranges_remove(
	struct rgpu_ranges *r, uint64_t base, struct rgpu_range *out);

/* The range that holds addr, or NULL. Valid until the next change. */
const struct rgpu_range *rgpu_ranges_find(
	const struct rgpu_ranges *r, uint64_t addr);

/* Whether ranges that follow each other without a gap hold all size bytes from
 * addr: one of them, or several for each of which joins() says yes. */
bool rgpu_ranges_span(const struct rgpu_ranges *r, uint64_t addr, uint64_t size,
	bool (*joins)(const void *object));

/* The range that holds all size bytes from addr (one byte if size is 0), or
 * NULL. */
const struct rgpu_range *rgpu_ranges_cover(
	const struct rgpu_ranges *r, uint64_t addr, uint64_t size);

#endif
