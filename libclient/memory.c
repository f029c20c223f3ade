/* SPDX-License-Identifier: Apache-2.0 */
/* The table of addresses, and the reservation of device ranges. */
#include "config.h"
#include "libclient/memory.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "common/map.h"
#include "common/ranges.h"
#include "libclient/complain.h"

/* Device addresses are reserved in blocks: small allocations share one. */
#define BLOCK (UINT64_C(2) << 20)

/* No GPU has so much; a size beyond is a damaged answer's, and reserving it
 * block by block would not end. */
#define SIZE_LIMIT (UINT64_C(1) << 41)

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct rgpu_ranges ranges;   /* object: struct rgpu_memory */
static struct rgpu_map blocks;	    /* block number + 1 -> uses */
static struct rgpu_ranges reserved; /* for mappings; no object */
static uint64_t next_number = 1;

/* ---- reserved blocks; lock held --------------------------------------------------- */

static int
reserve_block(uint64_t n)
{
	uintptr_t uses = (uintptr_t)rgpu_map_get(&blocks, n + 1);
	void *want = (void *)(uintptr_t)(n * BLOCK), *got;

	if (!uses) {
		got = mmap(want, BLOCK, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
				MAP_FIXED_NOREPLACE,
			-1, 0);
		if (got == MAP_FAILED)
			return -1;
		if (got != want) { /* a kernel before 4.17 takes it as a hint */
			munmap(got, BLOCK);
			return -1;
		}
	}
	if (rgpu_map_put(&blocks, n + 1, (void *)(uses + 1))) {
		if (!uses)
			munmap(want, BLOCK);
		return -1;
	}
	return 0;
}

static void
release_block(uint64_t n)
{
	uintptr_t uses = (uintptr_t)rgpu_map_get(&blocks, n + 1);

	if (uses > 1) {
		rgpu_map_put(&blocks, n + 1, (void *)(uses - 1));
		return;
	}
	rgpu_map_remove(&blocks, n + 1);
	munmap((void *)(uintptr_t)(n * BLOCK), BLOCK);
}

static void
release(uint64_t base, uint64_t size)
{
	for (uint64_t n = base / BLOCK; n <= (base + size - 1) / BLOCK; n++)
		release_block(n);
}

static int
reserve(uint64_t base, uint64_t size)
{
	for (uint64_t n = base / BLOCK; n <= (base + size - 1) / BLOCK; n++) {
		if (!reserve_block(n))
			continue;
		while (n-- > base / BLOCK)
			release_block(n);
		return -1;
	}
	return 0;
}

/* ---- the table ---------------------------------------------------------------------- */

static bool
can_be(const struct rgpu_memory *m)
{
	return m->kind != RGPU_MEMORY_DEVICE ||
		(m->size > 0 && m->size <= SIZE_LIMIT &&
			m->base <= UINT64_MAX - m->size);
}

/* The addresses of device memory; those of a mapping are there already. */
static int
take(const struct rgpu_memory *m)
{
	if (m->handle)
		return rgpu_ranges_cover(&reserved, m->base, m->size) ? 0 : -1;
	return m->kind == RGPU_MEMORY_DEVICE ? reserve(m->base, m->size) : 0;
}

static void
give(const struct rgpu_memory *m)
{
	if (m->kind == RGPU_MEMORY_DEVICE && !m->handle)
		release(m->base, m->size);
}

int
rgpu_memory_add(const struct rgpu_memory *m)
{
	struct rgpu_memory *copy = can_be(m) ? malloc(sizeof(*copy)) : NULL;
	int r = -1;

	if (!copy)
		return -1;
	*copy = *m;
	pthread_rwlock_wrlock(&lock);
	copy->number = next_number++;
	if (!take(m)) {
		r = rgpu_ranges_add(&ranges, m->base, m->size, copy);
		if (r)
			give(m);
	}
	pthread_rwlock_unlock(&lock);
	if (r)
		free(copy);
	return r;
}

static void
drop(struct rgpu_memory *m)
{
	give(m);
	free(m);
}

int
rgpu_memory_remove(
	uint64_t base, enum rgpu_memory_kind kind, struct rgpu_memory *out)
{
	const struct rgpu_range *r;
	struct rgpu_memory *m;
	int found = -1;

	pthread_rwlock_wrlock(&lock);
	r = rgpu_ranges_find(&ranges, base);
	m = r ? r->object : NULL;
	if (m && m->base == base && m->kind == kind && !m->owner &&
		!m->handle) {
		rgpu_ranges_remove(&ranges, base, NULL);
		if (out)
			*out = *m;
		drop(m);
		found = 0;
	}
	pthread_rwlock_unlock(&lock);
	return found;
}

int
rgpu_memory_reserve(uint64_t base, uint64_t size)
{
	const struct rgpu_memory m = {
		.kind = RGPU_MEMORY_DEVICE, .base = base, .size = size};
	int r = -1;

	if (!can_be(&m))
		return -1;
	pthread_rwlock_wrlock(&lock);
	if (!reserve(base, size)) {
		r = rgpu_ranges_add(&reserved, base, size, NULL);
		if (r)
			release(base, size);
	}
	pthread_rwlock_unlock(&lock);
	return r;
}

/* Lock held. */
static bool
something_in(uint64_t base, uint64_t size)
{
	for (size_t i = 0; i < ranges.count; i++) {
		if (ranges.list[i].base - base < size)
			return true;
	}
	return false;
}

int
rgpu_memory_unreserve(uint64_t base, uint64_t size)
{
	const struct rgpu_range *range;
	int r = -1;

	pthread_rwlock_wrlock(&lock);
	range = rgpu_ranges_find(&reserved, base);
	if (range && range->base == base && range->size == size &&
		!something_in(base, size)) {
		rgpu_ranges_remove(&reserved, base, NULL);
		release(base, size);
		r = 0;
	}
	pthread_rwlock_unlock(&lock);
	return r;
}

bool
rgpu_memory_is_mapped(uint64_t base, uint64_t size)
{
	const struct rgpu_range *r;
	bool ok = size != 0;

	pthread_rwlock_rdlock(&lock);
	while (ok && size) {
		r = rgpu_ranges_find(&ranges, base);
		ok = r && r->base == base && r->size <= size &&
			((const struct rgpu_memory *)r->object)->handle;
		if (ok) {
			base += r->size;
			size -= r->size;
		}
	}
	pthread_rwlock_unlock(&lock);
	return ok;
}

int
rgpu_memory_unmap(uint64_t base, struct rgpu_memory *out)
{
	const struct rgpu_range *r;
	struct rgpu_memory *m;
	int found = -1;

	pthread_rwlock_wrlock(&lock);
	r = rgpu_ranges_find(&ranges, base);
	m = r ? r->object : NULL;
	if (m && m->base == base && m->handle) {
		rgpu_ranges_remove(&ranges, base, NULL);
		if (out)
			*out = *m;
		drop(m);
		found = 0;
	}
	pthread_rwlock_unlock(&lock);
	return found;
}

struct rgpu_memory
rgpu_memory_find(uint64_t addr)
{
	struct rgpu_memory m = {.kind = RGPU_MEMORY_UNKNOWN};
	const struct rgpu_range *r;

	pthread_rwlock_rdlock(&lock);
	r = rgpu_ranges_find(&ranges, addr);
	if (r)
		m = *(const struct rgpu_memory *)r->object;
	pthread_rwlock_unlock(&lock);
	return m;
}

bool
rgpu_memory_is_pinned(const void *host)
{
	enum rgpu_memory_kind kind = rgpu_memory_find((uintptr_t)host).kind;

	return kind == RGPU_MEMORY_PINNED || kind == RGPU_MEMORY_REGISTERED;
}

/* Drops all device memory of a context (unless NULL) or owner. */
static void
forget(const struct rgpu_context *context, const struct rgpu_module *owner)
{
	pthread_rwlock_wrlock(&lock);
	for (size_t i = ranges.count; i-- > 0;) {
		struct rgpu_memory *m = ranges.list[i].object;

		if (m->kind != RGPU_MEMORY_DEVICE || m->handle ||
			(context ? m->context != context : m->owner != owner))
			continue;
		rgpu_ranges_remove(&ranges, m->base, NULL);
		drop(m);
	}
	pthread_rwlock_unlock(&lock);
}

void
rgpu_memory_forget(struct rgpu_context *context)
{
	forget(context, NULL);
}

void
rgpu_memory_forget_owner(const struct rgpu_module *owner)
{
	forget(NULL, owner);
}

static CUresult
not_covered(uint64_t addr, uint64_t bytes)
{
	struct rgpu_memory m = rgpu_memory_find(addr);

	if (m.kind != RGPU_MEMORY_DEVICE)
		return rgpu_because(CUDA_ERROR_INVALID_VALUE,
			"%#llx is no address of device memory",
			(unsigned long long)addr);
	return rgpu_because(CUDA_ERROR_INVALID_VALUE,
		"%llu bytes at %#llx reach beyond their allocation, %llu bytes "
		"at %#llx",
		(unsigned long long)bytes, (unsigned long long)addr,
		(unsigned long long)m.size, (unsigned long long)m.base);
}

static bool
is_mapping(const void *memory)
{
	return ((const struct rgpu_memory *)memory)->handle != 0;
}

static CUresult
covered(uint64_t addr, uint64_t bytes)
{
	const struct rgpu_range *r;
	bool ok;

	pthread_rwlock_rdlock(&lock);
	r = rgpu_ranges_find(&ranges, addr);
	ok = r &&
		((const struct rgpu_memory *)r->object)->kind ==
			RGPU_MEMORY_DEVICE &&
		rgpu_ranges_span(&ranges, addr, bytes, is_mapping);
	pthread_rwlock_unlock(&lock);
	return ok ? CUDA_SUCCESS : not_covered(addr, bytes);
}

CUresult
rgpu_client_range(uint64_t addr, uint64_t count, uint64_t size)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || addr % size)
		return CUDA_ERROR_INVALID_VALUE;
	return bytes ? covered(addr, bytes) : CUDA_SUCCESS;
}

CUresult
rgpu_client_range2d(uint64_t addr, uint64_t pitch, uint64_t width,
	uint64_t height, uint64_t size)
{
	uint64_t row, bytes;

	if (!width || !height)
		return CUDA_SUCCESS;
	if (__builtin_mul_overflow(width, size, &row) || addr % size ||
		pitch % size || (height > 1 && pitch < row) ||
		__builtin_mul_overflow(height - 1, pitch, &bytes) ||
		__builtin_add_overflow(bytes, row, &bytes))
		return CUDA_ERROR_INVALID_VALUE;
	return covered(addr, bytes);
}
