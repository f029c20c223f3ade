/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A launch: blocks are started in the order of their numbers and, once
 * started, always get turns. A block that polls memory gives way to others
 * that its thread has started; when all of them only poll, another one is
 * started, as it may be the one they wait for.
 */
#include "config.h"
#include <fenv.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/pool.h"

/* Started blocks of one thread; on a GPU, too, only so many are resident. */
#define RESIDENT_MAX 1024
/* Rounds of blocks that do not poll before one more is started. */
#define PATIENCE     16
#define THREADS_MAX  1024
/* Local memory a thread for calls: 16 times the default of CUDA. */
#define STACK_BYTES  16384

/* Blocks that one thread has started. */
struct resident {
	struct ptx_run *run;
	struct ptx_block *block[RESIDENT_MAX];
	unsigned count;
	struct ptx_block *spare; /* memory of one that ended */
	struct rgpu_ptx_fault fault;
	bool dry; /* no more to start, or no memory for it */
};

static bool
stopped(const struct ptx_run *run)
{
	const volatile int *stop = run->launch->stop;

	return __atomic_load_n(&run->stop, __ATOMIC_RELAXED) ||
		(stop && __atomic_load_n(stop, __ATOMIC_RELAXED));
}

/* The first fault counts. */
static void
report(struct ptx_run *run, const struct rgpu_ptx_fault *fault)
{
	pthread_mutex_lock(&run->lock);
	if (run->fault.kind == RGPU_PTX_FAULT_NONE)
		run->fault = *fault;
	pthread_mutex_unlock(&run->lock);
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
}

static void
report_kind(
	struct ptx_run *run, enum rgpu_ptx_fault_kind kind, const char *text)
{
	struct rgpu_ptx_fault fault = {.kind = kind};

	snprintf(fault.text, sizeof(fault.text), "kernel %.80s: %s",
		run->launch->kernel->info.name, text);
	report(run, &fault);
}

/* Starts the next block of the grid. */
static void
start_one(struct resident *r)
{
	struct ptx_run *run = r->run;
	struct ptx_block *b = r->spare;
	uint64_t i;

	if (__atomic_load_n(&run->next, __ATOMIC_RELAXED) >= run->total) {
		r->dry = true;
		return;
	}
	r->spare = NULL;
	if (!b)
		b = ptx_block_create(run->launch, &run->layout, &r->fault);
	if (!b) {
		/* Those that run may still end without this one. */
		r->dry = true;
		if (r->count == 0)
			report_kind(run, RGPU_PTX_FAULT_NO_MEMORY,
				"no memory for a block");
		return;
	}
	i = __atomic_fetch_add(&run->next, 1, __ATOMIC_RELAXED);
	if (i >= run->total) {
		r->dry = true;
		r->spare = b;
		return;
	}
	ptx_block_start(b, i);
	r->block[r->count++] = b;
}

/* Counts what a block did. */
static void
add_up(struct ptx_block *b, uint64_t *ops, uint64_t *lanes)
{
	for (unsigned i = 0; i < b->warps; i++) {
		*ops += b->warp[i].ops;
		*lanes += b->warp[i].lanes;
		b->warp[i].ops = b->warp[i].lanes = 0;
	}
}

static void
finish(struct resident *r, unsigned n)
{
	struct ptx_block *b = r->block[n];
	uint64_t ops = 0, lanes = 0;

	/* Order is kept: who started first gets the next turn first. */
	memmove(&r->block[n], &r->block[n + 1],
		(r->count - n - 1) * sizeof(r->block[0]));
	r->count--;
	add_up(b, &ops, &lanes);
	__atomic_fetch_add(&r->run->ops, ops, __ATOMIC_RELAXED);
	__atomic_fetch_add(&r->run->lanes, lanes, __ATOMIC_RELAXED);
	if (r->spare)
		ptx_block_destroy(b);
	else
		r->spare = b;
}

/* A turn for each; true when one of them ended. */
static bool
round_of(struct resident *r, bool *polled)
{
	bool ended = false;

	*polled = false;
	for (unsigned n = 0; n < r->count && !stopped(r->run);) {
		switch (ptx_block_run(r->block[n])) {
		case PTX_BLOCK_FAULT: report(r->run, &r->fault); return true;
		case PTX_BLOCK_DONE:
			finish(r, n);
			ended = true;
			break;
		default: *polled |= r->block[n]->polled; n++;
		}
	}
	return ended;
}

/* All blocks of a cooperative launch have to be started. */
static bool
too_many(struct resident *r)
{
	if (!r->run->launch->cooperative || r->dry || r->count < RESIDENT_MAX)
		return false;
	report_kind(r->run, RGPU_PTX_FAULT_NO_MEMORY,
		"more blocks than can be resident at once");
	return true;
}

static void
run_rounds(struct resident *r)
{
	bool all = r->run->launch->cooperative, polled;
	unsigned dull = 0;

	while (!stopped(r->run)) {
		bool want = r->count == 0 || all || dull >= PATIENCE;

		if (want && !r->dry && r->count < RESIDENT_MAX) {
			dull = 0;
			start_one(r);
			if (all)
				continue;
		}
		if (r->count == 0 || too_many(r))
			return;
		if (round_of(r, &polled)) {
			dull = 0;
			continue;
		}
		dull += polled ? PATIENCE : 1;
		/* The one all wait for may be on another thread. */
		if (polled && r->dry)
			sched_yield();
	}
}

void
ptx_run_blocks(struct ptx_run *run)
{
	struct resident *r = calloc(1, sizeof(*r));
	fenv_t env;

	if (!r) {
		report_kind(run, RGPU_PTX_FAULT_NO_MEMORY, "no memory");
		return;
	}
	r->run = run;
	/* The application may have set a rounding mode or flush-to-zero. */
	fegetenv(&env);
	fesetenv(FE_DFL_ENV);
	run_rounds(r);
	fesetenv(&env);
	if (r->count ||
		__atomic_load_n(&run->next, __ATOMIC_RELAXED) < run->total)
		report_kind(run, RGPU_PTX_FAULT_STOPPED, "stopped");
	while (r->count)
		finish(r, r->count - 1);
	ptx_block_destroy(r->spare);
	free(r);
}

/* What cooperative groups find at the address in %envreg1 and %envreg2 (its
 * header driver_abi.h): a size, then a counter of arrivals. */
struct workspace {
	uint32_t size, barrier, unused[62];
};

static int
set_layout(struct ptx_run *run, uint8_t *params, struct workspace *workspace)
{
	const struct rgpu_ptx_launch *l = run->launch;
	const struct rgpu_ptx_kernel *k = l->kernel;
	const struct ptx_code *code = k->func->code;
	struct ptx_layout *lay = &run->layout;
	uint64_t end = code->shared_bytes, stack;
	static uint64_t grids;

	if (l->cooperative) {
		lay->workspace.lo = (uint64_t)(uintptr_t)workspace;
		lay->workspace.hi = lay->workspace.lo + sizeof(*workspace);
		workspace->size = sizeof(*workspace);
	}
	lay->params = params;
	lay->grid_id = __atomic_add_fetch(&grids, 1, __ATOMIC_RELAXED);
	lay->shared_static = code->shared_bytes;
	lay->module_base = (uint32_t)ptx_align(end, 256);
	if (k->module_shared)
		end = lay->module_base + k->func->module->shared_bytes;
	if (end > UINT32_MAX - 16)
		return -1;
	lay->dynamic_base = (uint32_t)ptx_align(end, 16);
	if (l->dynamic_shared)
		end = (uint64_t)lay->dynamic_base + l->dynamic_shared;
	if (end > UINT32_MAX)
		return -1;
	lay->shared_bytes = (uint32_t)end;
	stack = code->local_bytes + (k->uses_stack ? STACK_BYTES : 0u);
	lay->local_stride = ptx_align(stack, k->local_align);
	return 0;
}

static bool
check(struct ptx_run *run)
{
	const struct rgpu_ptx_launch *l = run->launch;
	uint64_t threads = (uint64_t)l->block[0] * l->block[1] * l->block[2];

	for (unsigned i = 0; i < 3; i++)
		if (!l->grid[i] || l->block[i] > THREADS_MAX)
			threads = 0;
	if (threads == 0 || threads > THREADS_MAX) {
		report_kind(run, RGPU_PTX_FAULT_NO_MEMORY,
			"blocks of no or too many threads");
		return false;
	}
	return true;
}

static void
run_launch(struct rgpu_ptx_pool *pool, struct ptx_run *run)
{
	const struct rgpu_ptx_launch *l = run->launch;
	uint32_t bytes = l->kernel->info.param_bytes;
	uint8_t *params = aligned_alloc(256, ptx_align(bytes + 1, 256));
	struct workspace workspace = {0};

	if (!params || !check(run)) {
		if (!params)
			report_kind(run, RGPU_PTX_FAULT_NO_MEMORY,
				"no memory for parameters");
		free(params);
		return;
	}
	if (bytes)
		memcpy(params, l->params, bytes);
	if (set_layout(run, params, &workspace))
		report_kind(run, RGPU_PTX_FAULT_NO_MEMORY,
			"more shared memory than can be addressed");
	else
		ptx_pool_run(pool, run);
	free(params);
}

enum rgpu_ptx_fault_kind
rgpu_ptx_run(struct rgpu_ptx_pool *pool, const struct rgpu_ptx_launch *launch,
	struct rgpu_ptx_fault *fault, struct rgpu_ptx_stats *stats)
{
	struct ptx_run run = {.launch = launch};

	run.total =
		(uint64_t)launch->grid[0] * launch->grid[1] * launch->grid[2];
	pthread_mutex_init(&run.lock, NULL);
	run_launch(pool, &run);
	pthread_mutex_destroy(&run.lock);
	*fault = run.fault;
	if (stats)
		*stats = (struct rgpu_ptx_stats){run.ops, run.lanes};
	return run.fault.kind;
}
