/* SPDX-License-Identifier: Apache-2.0 */
/* Reservations: address ranges of the arena of device 0 that belong to no
 * context and have memory only where it is mapped. */
#include "config.h"

#include <stdlib.h>

#include "softgpu/device.h"
#include "softgpu/memory-internal.h"
#include "softgpu/vmm.h"

static struct rgpu_allocation *
new_reservation(uint64_t size)
{
	size_t n = (size_t)(size / RGPU_GRANULE);
	struct rgpu_allocation *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->virtual = calloc(
		1, sizeof(*a->virtual) + n * sizeof(a->virtual->access[0]));
	if (!a->virtual) {
		free(a);
		return NULL;
	}
	a->virtual->granules = n;
	a->size = size;
	a->device = rgpu_device_get(0);
	a->context = a->device->primary; /* whose address is fixed */
	a->kind = RGPU_MEMORY_DEVICE;
	a->number = rgpu_memory_next_number();
	return a;
}

CUresult
rgpu_memory_reserve(uint64_t size, struct rgpu_allocation **out)
{
	struct rgpu_allocation *a = NULL;
	struct rgpu_device *d = rgpu_device_get(0);
	int r = -1;

	if (size <= RGPU_RESERVE_MAX)
		a = new_reservation(size);
	if (!a)
		return CUDA_ERROR_OUT_OF_MEMORY;
	pthread_mutex_lock(&rgpu_memory_lock);
	if (!rgpu_memory_open_arena(d))
		r = rgpu_arena_take_range(&d->arena, a);
	if (!r)
		rgpu_arena_show(&d->arena, a);
	pthread_mutex_unlock(&rgpu_memory_lock);
	if (r) {
		free(a->virtual);
		free(a);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = a;
	return CUDA_SUCCESS;
}

static void
unseen(struct rgpu_retired *retired)
{
	struct rgpu_allocation *a = (struct rgpu_allocation *)retired;

	rgpu_ranges_free(&a->virtual->mapped);
	free(a->virtual);
	free(a);
}

/* Nothing is mapped, so nobody has an answer of it; a kernel may hold the
 * pointer for a moment. */
void
rgpu_memory_unreserve(struct rgpu_allocation *a)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	rgpu_arena_hide(&a->device->arena, a);
	rgpu_arena_give_range(&a->device->arena, a);
	a->retired.unseen = unseen;
	rgpu_memory_retire(&a->retired);
	pthread_mutex_unlock(&rgpu_memory_lock);
}

struct rgpu_allocation *
rgpu_memory_reservation(uint64_t base, bool exactly)
{
	struct rgpu_allocation *a;

	pthread_mutex_lock(&rgpu_memory_lock);
	a = rgpu_memory_at(base);
	if (a && (!a->virtual || (exactly && a->base != base)))
		a = NULL;
	pthread_mutex_unlock(&rgpu_memory_lock);
	return a;
}
