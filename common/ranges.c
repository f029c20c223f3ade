/* SPDX-License-Identifier: Apache-2.0 */
/* Address ranges in a sorted array. */
#include "config.h"
#include "common/ranges.h"

#include <stdlib.h>
#include <string.h>

/* Index of the first range that begins above addr. */
static size_t
above(const struct rgpu_ranges *r, uint64_t addr)
{
	size_t lo = 0, hi = r->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->list[mid].base <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void
rgpu_ranges_free(struct rgpu_ranges *r)
{
	free(r->list);
	*r = (struct rgpu_ranges){.list = NULL};
}

int
rgpu_ranges_add(
	struct rgpu_ranges *r, uint64_t base, uint64_t size, void *object)
{
	size_t i = above(r, base);

	if (!size || base + size < base)
		return -1;
	if (i > 0 && r->list[i - 1].base + r->list[i - 1].size > base)
		return -1;
	if (i < r->count && base + size > r->list[i].base)
		return -1;
	if (r->count == r->capacity) {
		size_t n = r->capacity ? 2 * r->capacity : 16;
		void *p = realloc(r->list, n * sizeof(*r->list));

		if (!p)
			return -1;
		r->list = p;
		r->capacity = n;
	}
	memmove(&r->list[i + 1], &r->list[i],
		(r->count - i) * sizeof(*r->list));
	r->list[i] = (struct rgpu_range){base, size, object};
	r->count++;
	return 0;
}

int
rgpu_ranges_remove(struct rgpu_ranges *r, uint64_t base, struct rgpu_range *out)
{
	size_t i = above(r, base);

	if (i == 0 || r->list[i - 1].base != base)
		return -1;
	if (out)
		*out = r->list[i - 1];
	memmove(&r->list[i - 1], &r->list[i],
		(r->count - i) * sizeof(*r->list));
	r->count--;
	return 0;
}

const struct rgpu_range *
rgpu_ranges_find(const struct rgpu_ranges *r, uint64_t addr)
{
	size_t i = above(r, addr);

	if (i == 0 || addr - r->list[i - 1].base >= r->list[i - 1].size)
		return NULL;
	return &r->list[i - 1];
}

const struct rgpu_range *
rgpu_ranges_cover(const struct rgpu_ranges *r, uint64_t addr, uint64_t size)
{
	const struct rgpu_range *f = rgpu_ranges_find(r, addr);

	if (!f || size > f->size - (addr - f->base))
		return NULL;
	return f;
}

bool
rgpu_ranges_span(const struct rgpu_ranges *r, uint64_t addr, uint64_t size,
	bool (*joins)(const void *object))
{
	if (rgpu_ranges_cover(r, addr, size))
		return true;
	for (size_t i = above(r, addr); i > 0 && i <= r->count; i++) {
		const struct rgpu_range *f = &r->list[i - 1];

		if (addr < f->base || addr - f->base >= f->size ||
			!joins(f->object))
			return false;
		if (size <= f->size - (addr - f->base))
			return true;
		size -= f->size - (addr - f->base);
		addr = f->base + f->size;
	}
	return false;
}
