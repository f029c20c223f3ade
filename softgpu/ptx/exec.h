/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State of running code: a warp with its splits, a block with its warps.
 *
 * A split is a set of lanes that are at the same operation of the same call.
 * The runnable split of the deepest call and, in it, the lowest operation
 * runs first, and splits that meet become one: that is all there is to
 * reconvergence. One thread runs a block; blocks do not move between threads.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_H
#define RGPU_SOFTGPU_PTX_EXEC_H

#include "softgpu/ptx/code.h"
#include "softgpu/ptx/matrix.h"

#define PTX_BARRIERS 16

enum ptx_split_state {
	PTX_RUN,
	PTX_YIELDED, /* runs when no other can */
	PTX_SYNC,    /* waits for other lanes of its warp */
	PTX_BARRIER, /* waits at a barrier of the block */
};

struct ptx_split {
	const struct ptx_op *pc;
	const struct ptx_code *code;
	uint32_t mask;
	uint32_t frame; /* offset in the register file */
	enum ptx_split_state state;
	uint32_t barrier; /* which */
};

/* [lo, hi) is inside one allocation; lo == hi: nothing is known. */
struct ptx_range {
	uint64_t lo, hi;
};

/* Why a warp stopped running. */
enum ptx_warp_status {
	PTX_WARP_DONE,	  /* all lanes have exited */
	PTX_WARP_BLOCKED, /* every split waits */
	PTX_WARP_YIELD,	  /* its time is up */
	PTX_WARP_FAULT,
};

struct ptx_warp {
	uint8_t *base[PTX_BASE_COUNT];
	uint32_t mask; /* of the running split */
	uint32_t live; /* lanes that have not exited */
	const struct ptx_op *stop;
	bool saved; /* the running split is stored: choose again */
	bool yielding;
	unsigned count, current;
	/* One more than lanes: the running one may be empty for a moment. */
	struct ptx_split split[PTX_LANES + 2];
	int64_t fuel;	  /* until the warp gives way to others */
	int64_t patience; /* until a split gives way to its siblings */
	uint32_t waiting; /* weight of the polling since the last jump */
	uint8_t *rf;
	size_t rf_bytes;
	struct ptx_block *block;
	unsigned index;	     /* in the block */
	uint8_t *local;	     /* of lane 0 */
	uint64_t ops, lanes; /* counted */
	uint8_t values[PTX_W_COUNT * PTX_WARP_BYTES]
		__attribute__((aligned(64)));
};

/* A barrier between its first arrival and its completion. */
struct ptx_barrier {
	uint32_t expected;   /* threads; 0: all that live */
	uint32_t arrived;    /* threads that do not wait (bar.arrive) */
	uint32_t waiting;    /* threads that do */
	uint32_t yes, total; /* of bar.red */
};

/* Registers of the matrices that the running instruction works with. */
struct ptx_matrices {
	const void *in[PTX_MATRIX_IN];
	uint64_t out[PTX_MATRIX_OUT][PTX_LANES] __attribute__((aligned(64)));
};

struct ptx_block {
	const struct ptx_isa *isa;
	const struct rgpu_ptx_kernel *kernel;
	const struct rgpu_ptx_launch *launch;
	struct rgpu_ptx_fault *fault;
	const uint8_t *params;
	uint64_t param_bytes;
	uint8_t *shared;
	uint64_t shared_bytes;
	uint8_t *local;
	uint64_t local_stride; /* bytes a thread */
	uint32_t index[3];
	unsigned warps, threads;
	unsigned live; /* threads that have not exited */
	bool polled;   /* a loop of this turn read memory that others write */
	uint32_t barriers_used; /* a bit for each with arrivals */
	struct ptx_barrier barrier[PTX_BARRIERS];
	struct ptx_range range[PTX_RANGES], workspace;
	struct ptx_warp *warp;
	struct ptx_matrices matrices;
	uint8_t uniform[PTX_U_COUNT * PTX_UNIFORM_BYTES]
		__attribute__((aligned(64)));
};

/* How a block's turn ended. */
enum ptx_block_status {
	PTX_BLOCK_DONE,
	PTX_BLOCK_YIELD, /* it polls, or has run for long */
	PTX_BLOCK_FAULT,
};

/* What all blocks of a launch share. */
struct ptx_layout {
	uint32_t shared_static; /* of the entry */
	uint32_t module_base, dynamic_base, shared_bytes;
	uint64_t local_stride;
	const uint8_t *params;
	/* Where grid sync counts arrivals: %envreg1 and 2 point to it. Empty
	 * unless the launch is cooperative. */
	struct ptx_range workspace;
	uint64_t grid_id;
};

/* Memory for a block of a launch; used for one block after another. */
struct ptx_block *ptx_block_create(const struct rgpu_ptx_launch *launch,
	const struct ptx_layout *layout, struct rgpu_ptx_fault *fault);
void ptx_block_destroy(struct ptx_block *block);
/* Makes it block number i of the grid, about to start. */
void ptx_block_start(struct ptx_block *block, uint64_t i);
/* Runs it for a turn: every warp until it waits, ends or has run for long. */
enum ptx_block_status ptx_block_run(struct ptx_block *block);

/*
 * Executors, one for each level of the instruction set that is built. table
 * has the handler of every enum ptx_code_id.
 */
struct ptx_isa {
	const char *name;
	ptx_exec *const *table;
	enum ptx_warp_status (*run)(struct ptx_warp *warp);
};
const struct ptx_isa *ptx_isa(void);

/*
 * Records a fault of the first lane of mask and ends the run of the warp.
 * Returns what a handler has to return.
 */
const struct ptx_op *ptx_fault(struct ptx_warp *warp, const struct ptx_op *op,
	uint32_t mask, enum rgpu_ptx_fault_kind kind, uint64_t address,
	const char *text);

/* Which allocation holds [address, address + size); false: none does. */
bool ptx_find_range(struct ptx_block *block, uint64_t address, uint64_t size,
	struct ptx_range *out);

/* Whether a .const variable of the module lies at the address. */
bool ptx_in_const(const struct ptx_block *block, uint64_t address);

/*
 * Barriers. arrive: lanes of the running split are at a barrier, yes has
 * their predicates; the caller parks them when they wait. False: others gave
 * another count of threads. release: lets go on what can go on.
 */
bool ptx_barrier_arrive(struct ptx_warp *warp, unsigned id, uint32_t count,
	uint32_t lanes, uint32_t yes, bool wait);
void ptx_barrier_release(struct ptx_block *block);

/* Calls that the host answers; false after a fault. */
const struct ptx_op *ptx_host_vprintf(
	struct ptx_warp *warp, const struct ptx_op *op, uint32_t mask);
const struct ptx_op *ptx_host_assertfail(
	struct ptx_warp *warp, const struct ptx_op *op, uint32_t mask);
const struct ptx_op *ptx_host_malloc(
	struct ptx_warp *warp, const struct ptx_op *op, uint32_t mask);
const struct ptx_op *ptx_host_free(
	struct ptx_warp *warp, const struct ptx_op *op, uint32_t mask);

#endif
