/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations as look-ups see them, and physical memory. */
#include "config.h"
#include "softgpu/vmm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "softgpu/bits.h"
#include "softgpu/device.h"
#include "softgpu/memory-internal.h"

/* So many granules are looked at in each direction for one answer to a kernel:
 * it asks again beyond. */
#define LOOK_AROUND 64

/* A file is so many times as large as its device's memory, so that there is room
 * in a row even when it is in pieces. */
#define FILE_TIMES 8

static uint32_t
access_of(const struct rgpu_virtual *v, size_t granule)
{
	return atomic_load_explicit(&v->access[granule], memory_order_acquire);
}

bool
rgpu_virtual_reach(const struct rgpu_allocation *a, CUdevice ordinal,
	uint64_t addr, uint64_t *lo, uint64_t *hi)
{
	const struct rgpu_virtual *v = a->virtual;
	size_t at = (size_t)((addr - a->base) / RGPU_GRANULE);
	size_t first = at, last = at;

	if (!(access_of(v, at) >> ordinal & 1))
		return false;
	while (first > 0 && at - first < LOOK_AROUND &&
		access_of(v, first - 1) >> ordinal & 1)
		first--;
	while (last + 1 < v->granules && last - at < LOOK_AROUND &&
		access_of(v, last + 1) >> ordinal & 1)
		last++;
	*lo = a->base + first * RGPU_GRANULE;
	*hi = a->base + (last + 1) * RGPU_GRANULE;
	return true;
}

bool
rgpu_virtual_covers(
	const struct rgpu_allocation *a, uint64_t addr, uint64_t size)
{
	uint64_t at = addr - a->base;

	if (size > a->size - at)
		return false;
	for (size_t g = (size_t)(at / RGPU_GRANULE);
		g * RGPU_GRANULE < at + size; g++) {
		if (!access_of(a->virtual, g))
			return false;
	}
	return true;
}

const struct rgpu_range *
rgpu_virtual_mapping(const struct rgpu_allocation *a, uint64_t addr)
{
	return rgpu_ranges_find(&a->virtual->mapped, addr);
}

/* ---- physical memory ------------------------------------------------------------ */

/* The file of a device, made when it is first needed. Lock held. */
static int
open_file(struct rgpu_device *d)
{
	size_t n = (size_t)(FILE_TIMES * (d->memory / RGPU_GRANULE));

	if (d->file_granules)
		return 0;
	d->file_taken = calloc(n / 64 + 1, sizeof(uint64_t));
	d->file = memfd_create("softgpu", MFD_CLOEXEC);
	if (!d->file_taken || d->file < 0 ||
		ftruncate(d->file, (off_t)(n * RGPU_GRANULE))) {
		rgpu_err("no file for physical memory: %m");
		if (d->file >= 0)
			close(d->file);
		free(d->file_taken);
		d->file_taken = NULL;
		return -1;
	}
	d->file_granules = n;
	return 0;
}

static void
destroy(struct rgpu_object *object)
{
	struct rgpu_physical *p = (struct rgpu_physical *)object;
	struct rgpu_device *d = p->device;

	pthread_mutex_lock(&rgpu_memory_lock);
	if (fallocate(d->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		    (off_t)(p->granule * RGPU_GRANULE), (off_t)p->size))
		rgpu_warn("physical memory cannot be given back: %m");
	rgpu_bits_set(d->file_taken, p->granule,
		(size_t)(p->size / RGPU_GRANULE), false);
	d->used -= p->size;
	pthread_mutex_unlock(&rgpu_memory_lock);
	free(p);
}

CUresult
rgpu_physical_new(
	struct rgpu_device *device, uint64_t size, struct rgpu_physical **out)
{
	size_t n = (size_t)(size / RGPU_GRANULE), at = 0;
	struct rgpu_physical *p = calloc(1, sizeof(*p));
	bool found = false;

	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	pthread_mutex_lock(&rgpu_memory_lock);
	if (size <= device->memory - device->used && !open_file(device)) {
		at = rgpu_bits_find_clear(
			device->file_taken, 0, device->file_granules, n, NULL);
		found = at < device->file_granules;
	}
	if (found) {
		rgpu_bits_set(device->file_taken, at, n, true);
		device->used += size;
	}
	pthread_mutex_unlock(&rgpu_memory_lock);
	if (!found) {
		free(p);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	p->device = device;
	p->size = size;
	p->granule = at;
	p->handles = 1;
	rgpu_object_init(&p->object, destroy);
	if (rgpu_object_make(RGPU_KIND_MEMORY, &p->object)) {
		rgpu_object_put(&p->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = p;
	return CUDA_SUCCESS;
}

int
rgpu_physical_map(
	const struct rgpu_physical *physical, uint64_t address, uint64_t size)
{
	void *p = mmap((void *)(uintptr_t)address, size, PROT_NONE,
		MAP_SHARED | MAP_FIXED, physical->device->file,
		(off_t)(physical->granule * RGPU_GRANULE));

	return p == MAP_FAILED ? -1 : 0;
}
