/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses the client knows: device memory of the session, and host memory that
 * the application allocated or registered through CUDA.
 *
 * Every device range is also reserved, without access, in this process: so no
 * host object can ever have the address of device memory, and a copy whose
 * direction follows from its pointers is never taken for another.
 */
#ifndef RGPU_CLIENT_MEMORY_H
#define RGPU_CLIENT_MEMORY_H

#include <stdbool.h>
#include "libclient/objects.h"

enum rgpu_memory_kind {
	RGPU_MEMORY_UNKNOWN, /* plain host memory, or nothing */
	RGPU_MEMORY_DEVICE,
	RGPU_MEMORY_PINNED,	/* cuMemHostAlloc */
	RGPU_MEMORY_REGISTERED, /* cuMemHostRegister */
};

struct rgpu_memory {
	enum rgpu_memory_kind kind;
	uint64_t base, size;
	struct rgpu_context *context;
	unsigned flags;	 /* of host memory */
	uint64_t pool;	 /* it was allocated from; 0: none */
	uint64_t handle; /* mapped into a reservation; 0: no mapping */
	struct rgpu_module *owner; /* of a variable; NULL: an allocation */
	uint64_t number;	   /* CU_POINTER_ATTRIBUTE_BUFFER_ID */
};

/* Notes memory. -1: no memory, or it overlaps what is known. For device memory
 * also: its addresses are in use in this process. */
int rgpu_memory_add(const struct rgpu_memory *m);

/* Takes out the memory that begins at base; kinds must agree. -1: there is no
 * such. */
int rgpu_memory_remove(
	uint64_t base, enum rgpu_memory_kind kind, struct rgpu_memory *out);

/* What addr lies in. kind is RGPU_MEMORY_UNKNOWN if in nothing we know. */
struct rgpu_memory rgpu_memory_find(uint64_t addr);

/* Whether a host address is page-locked: a copy from or to it is truly
 * asynchronous. */
bool rgpu_memory_is_pinned(const void *host);

/* Addresses of device memory to be mapped, and back. -1: they are in use in this
 * process; there is no such reservation, or something is mapped in it. What
 * rgpu_memory_add() is given with a handle must lie in one. */
int rgpu_memory_reserve(uint64_t base, uint64_t size);
int rgpu_memory_unreserve(uint64_t base, uint64_t size);

/* Whether whole mappings fill the range; takes out the one that begins at base,
 * -1: there is none. out may be NULL. */
bool rgpu_memory_is_mapped(uint64_t base, uint64_t size);
int rgpu_memory_unmap(uint64_t base, struct rgpu_memory *out);

/* The context is gone, its device memory with it. */
void rgpu_memory_forget(struct rgpu_context *context);

/* The module or library is gone, its variables with it. */
void rgpu_memory_forget_owner(const struct rgpu_module *owner);

/* ---- for the generated code --------------------------------------------------- */

/* CUDA_ERROR_INVALID_VALUE unless count elements of size bytes from addr lie in
 * one piece of device memory and are aligned. */
CUresult rgpu_client_range(uint64_t addr, uint64_t count, uint64_t size);
CUresult rgpu_client_range2d(uint64_t addr, uint64_t pitch, uint64_t width,
	uint64_t height, uint64_t size);

#endif
