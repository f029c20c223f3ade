/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All memory that kernels can reach: allocations of device memory, pinned and
 * registered host memory, variables of modules, the heap of device malloc.
 * Addresses are host addresses, so copies and kernels just use them; what makes
 * them safe is that every access is looked up here first.
 *
 * Who looks up:
 * - API calls, under the lock of this module. A call whose work goes on after
 *   the look-up pins the allocation; freeing waits for the pins.
 * - Kernels, without a lock, as a reader (below), from any thread. The engine
 *   remembers an answer until its launch ends. So freeing first waits for the
 *   contexts that may reach the memory, then hides it, then waits again for
 *   launches that came in between, and only then takes it away. The structure
 *   itself stays until every reader has ended that began before it was hidden,
 *   in any context: a reader may hold the pointer for a moment.
 */
#ifndef RGPU_SOFTGPU_MEMORY_H
#define RGPU_SOFTGPU_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/context.h"

struct rgpu_device;
struct rgpu_pool;
struct rgpu_virtual;

/* What is freed only when no reader can see it any more. */
struct rgpu_retired {
	struct rgpu_retired *next;
	uint64_t epoch;
	/* Called then, under the lock; NULL: free(). */
	void (*unseen)(struct rgpu_retired *retired);
};

enum rgpu_memory_kind {
	RGPU_MEMORY_DEVICE,	/* cuMemAlloc */
	RGPU_MEMORY_VARIABLE,	/* of a module */
	RGPU_MEMORY_HEAP,	/* of device malloc; only kernels see it */
	RGPU_MEMORY_ARRAY,	/* of arrays; only copies and textures see it */
	RGPU_MEMORY_PINNED,	/* cuMemHostAlloc */
	RGPU_MEMORY_REGISTERED, /* cuMemHostRegister */
};

struct rgpu_allocation {
	struct rgpu_retired retired;
	uint64_t base, size; /* exact; fixed once it is visible */
	struct rgpu_context *context;
	struct rgpu_device *device;
	struct rgpu_pool *pool;	      /* a reference; NULL: not from one */
	struct rgpu_virtual *virtual; /* a reservation; or NULL: vmm.h */
	enum rgpu_memory_kind kind;
	unsigned flags;		   /* of cuMemHostAlloc and cuMemHostRegister */
	unsigned long long number; /* CU_POINTER_ATTRIBUTE_BUFFER_ID */

	/* The lock of this module. */
	struct rgpu_allocation *next, *prev; /* of the context */
	unsigned pins;
	bool freeing;
	bool managed; /* fixed: the host uses it as well, all contexts may */
	bool claimed; /* freed in stream order */
	bool unused;  /* and no kernel uses it any more, but a copy does */
};

static inline bool
rgpu_memory_on_host(const struct rgpu_allocation *a)
{
	return a->kind >= RGPU_MEMORY_PINNED;
}

/* Whether kernels of contexts may reach it that are no peers of its own. */
static inline bool
rgpu_memory_shared(const struct rgpu_allocation *a)
{
	return rgpu_memory_on_host(a) || a->pool || a->virtual || a->managed;
}

/*
 * Device memory for a context. The allocation belongs to the context and ends
 * with it. CUDA_ERROR_OUT_OF_MEMORY, CUDA_ERROR_CONTEXT_IS_DESTROYED.
 */
CUresult rgpu_memory_alloc(struct rgpu_context *context, uint64_t size,
	enum rgpu_memory_kind kind, struct rgpu_allocation **out);

/* The same, for host and all contexts. */
CUresult rgpu_memory_alloc_managed(struct rgpu_context *context, uint64_t size,
	enum rgpu_memory_kind kind, struct rgpu_allocation **out);

/* The same from a pool, which counts it. */
CUresult rgpu_memory_alloc_from(struct rgpu_context *context,
	struct rgpu_pool *pool, uint64_t size, struct rgpu_allocation **out);

/* The same for host memory that is there already, at base. */
CUresult rgpu_memory_add_host(struct rgpu_context *context, void *base,
	uint64_t size, enum rgpu_memory_kind kind, unsigned flags);

/*
 * Ends the allocation of that kind that begins at base: waits for all that may
 * use it, and takes its memory away. CUDA_ERROR_INVALID_VALUE: there is none.
 */
CUresult rgpu_memory_free(uint64_t base, enum rgpu_memory_kind kind);

/*
 * Freeing in stream order: memory of a pool that begins at base is claimed, so
 * that nobody else frees it, and ended by work of a stream, which does not wait:
 * kernels and copies that still use it, against the rules, end first. Or it is
 * kept after all. CUDA_ERROR_INVALID_VALUE: there is none.
 */
CUresult rgpu_memory_claim(uint64_t base, struct rgpu_allocation **out);
void rgpu_memory_free_now(struct rgpu_allocation *allocation);
void rgpu_memory_keep(struct rgpu_allocation *allocation);

/* What a pool holds, in bytes; and its marks set back to that. */
struct rgpu_pool_use {
	uint64_t used, used_high, reserved, reserved_high;
};

void rgpu_memory_pool_use(
	const struct rgpu_pool *pool, struct rgpu_pool_use *out);
void rgpu_memory_reset_pool(struct rgpu_pool *pool, bool used);

/* The context is closed and idle: ends all that it owns. */
void rgpu_memory_end(struct rgpu_context *context);

/* Free and total bytes of the device. */
void rgpu_memory_info(
	struct rgpu_device *device, uint64_t *available, uint64_t *total);

/* What a look-up says; a copy, so that it needs no lock. */
struct rgpu_memory_view {
	struct rgpu_allocation *allocation; /* NULL: none holds the address */
	uint64_t base, size;
	enum rgpu_memory_kind kind;
	unsigned flags;
	unsigned long long number;
	CUcontext context;
	CUdevice device;
	CUmemoryPool pool; /* NULL: not from one */
	bool managed;
	bool stale; /* in the range of a device, but not in an allocation */
};

/* What holds addr, the heap apart. With pin, an allocation that was found and
 * holds all size bytes is pinned; otherwise view->allocation is NULL. */
void rgpu_memory_look(
	uint64_t addr, uint64_t size, bool pin, struct rgpu_memory_view *view);
void rgpu_memory_unpin(struct rgpu_allocation *allocation);

/* A launch that looks up addresses. It may reach the memory of its context and
 * of the peers that it had when it began, and all pinned host memory. */
struct rgpu_memory_reader {
	struct rgpu_memory_reader *next, **link;
	uint64_t epoch;
	const struct rgpu_context *context;
	const struct rgpu_context *peers[RGPU_PEERS_MAX];
	unsigned peer_count;
};

void rgpu_memory_reader_begin(
	struct rgpu_memory_reader *reader, struct rgpu_context *context);
void rgpu_memory_reader_end(struct rgpu_memory_reader *reader);

/* The allocation that holds addr: [*lo, *hi). false: none that this launch may
 * reach. No lock, any thread. */
bool rgpu_memory_find(const struct rgpu_memory_reader *reader, uint64_t addr,
	uint64_t *lo, uint64_t *hi);

/* Whether an allocation that this launch may reach, of an array too, has all of
 * these bytes. No lock, any thread. */
bool rgpu_memory_holds(
	const struct rgpu_memory_reader *reader, uint64_t base, uint64_t size);

/* Where addr lies, for a person: "4 bytes behind the 1024 bytes at 0x..". */
void rgpu_memory_describe(uint64_t addr, char *text, size_t size);

/* Lets kernels of context reach the memory of peer, and no longer. */
CUresult rgpu_memory_add_peer(
	struct rgpu_context *context, struct rgpu_context *peer);
CUresult rgpu_memory_remove_peer(
	struct rgpu_context *context, struct rgpu_context *peer);

#endif
