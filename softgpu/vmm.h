/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual memory management (CUDA driver API, the section of that name):
 * addresses that are reserved, physical memory that is created, and the mapping
 * of one into the other.
 *
 * A reservation is an allocation of its own kind in the arena of device 0, which
 * belongs to no context. For each granule it knows which devices may reach it;
 * kernels read that without a lock. Physical memory is a piece of one file a
 * device, so that it can be mapped more than once and costs no descriptor.
 */
#ifndef RGPU_SOFTGPU_VMM_H
#define RGPU_SOFTGPU_VMM_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/ranges.h"
#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/memory.h"
#include "softgpu/object.h"

#define RGPU_GRANULE	 ((uint64_t)2 << 20)
#define RGPU_RESERVE_MAX ((uint64_t)1 << 45) /* of one reservation */

struct rgpu_virtual {
	size_t granules;
	struct rgpu_ranges mapped; /* object: struct rgpu_physical */
	/* A bit for each device that may reach a granule; 16 bits up the same
	 * for writing. */
	_Atomic uint32_t access[];
};

struct rgpu_physical {
	struct rgpu_object object;
	struct rgpu_device *device;
	uint64_t size;
	size_t granule;	  /* the first, in the device's file */
	unsigned handles; /* how often cuMemRelease is due; lock of vmm.c */
};

/* What of a reservation a device reaches around addr: [*lo, *hi). No lock. */
bool rgpu_virtual_reach(const struct rgpu_allocation *a, CUdevice ordinal,
	uint64_t addr, uint64_t *lo, uint64_t *hi);

/* Whether some device reaches all size bytes from addr. */
bool rgpu_virtual_covers(
	const struct rgpu_allocation *a, uint64_t addr, uint64_t size);

/* The mapping that holds addr; NULL: none. The lock of memory.c is held. */
const struct rgpu_range *rgpu_virtual_mapping(
	const struct rgpu_allocation *a, uint64_t addr);

/* Physical memory of a device: reference of the handle. */
CUresult rgpu_physical_new(
	struct rgpu_device *device, uint64_t size, struct rgpu_physical **out);

/* Makes it appear at address, without access. */
int rgpu_physical_map(
	const struct rgpu_physical *physical, uint64_t address, uint64_t size);

/* Reserves addresses of a multiple of the granule, and gives them back. */
CUresult rgpu_memory_reserve(uint64_t size, struct rgpu_allocation **out);
void rgpu_memory_unreserve(struct rgpu_allocation *allocation);

/* The reservation that begins at base or, unless exactly, holds it. */
struct rgpu_allocation *rgpu_memory_reservation(uint64_t base, bool exactly);

/* Waits until no work uses the allocation that was queued before; with pins, no
 * copy either. */
void rgpu_memory_wait(struct rgpu_allocation *allocation, bool pins);

#endif
