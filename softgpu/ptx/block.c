/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block: its memory, its warps taking turns, its end.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/exec.h"
#include "softgpu/ptx/stack.h"

/* Registers of one warp, with all calls: some thousand calls deep. */
#define STACK_MAX (16u << 20)
#define ALIGNMENT 256

static void *
get_memory(uint64_t bytes)
{
	bytes = ptx_align(bytes ? bytes : 1, ALIGNMENT);
	return aligned_alloc(ALIGNMENT, bytes);
}

static void
fill32(void *slot, uint32_t value)
{
	uint32_t *p = slot;

	for (unsigned i = 0; i < PTX_LANES; i++)
		p[i] = value;
}

static void
fill64(void *slot, uint64_t value)
{
	uint64_t *p = slot;

	for (unsigned i = 0; i < PTX_LANES; i++)
		p[i] = value;
}

static void
set_uniform(struct ptx_block *b, enum ptx_uniform which, uint32_t value)
{
	fill32(b->uniform + which * PTX_UNIFORM_BYTES, value);
}

static void
set_uniform64(struct ptx_block *b, enum ptx_uniform which, uint64_t value)
{
	fill64(b->uniform + which * PTX_UNIFORM_BYTES, value);
}

/* Values that are equal for all blocks of a launch. */
static void
set_launch_values(struct ptx_block *b, const struct ptx_layout *layout)
{
	const struct rgpu_ptx_launch *l = b->launch;

	for (unsigned i = 0; i < 3; i++) {
		set_uniform(b, PTX_U_NTID_X + i, l->block[i]);
		set_uniform(b, PTX_U_NCTAID_X + i, l->grid[i]);
	}
	set_uniform(b, PTX_U_NWARPID, b->warps);
	set_uniform(b, PTX_U_NSMID, 1);
	set_uniform64(b, PTX_U_GRIDID, layout->grid_id);
	set_uniform(b, PTX_U_DYNAMIC_SMEM, l->dynamic_shared);
	set_uniform(b, PTX_U_TOTAL_SMEM, layout->shared_bytes);
	set_uniform(b, PTX_U_DYNAMIC_BASE, layout->dynamic_base);
	set_uniform64(b, PTX_U_DYNAMIC_BASE64, layout->dynamic_base);
	set_uniform(b, PTX_U_MODULE_BASE, layout->module_base);
	set_uniform64(b, PTX_U_MODULE_BASE64, layout->module_base);
	set_uniform64(b, PTX_U_SHARED_WINDOW, (uint64_t)(uintptr_t)b->shared);
	set_uniform64(b, PTX_U_PARAM_WINDOW, (uint64_t)(uintptr_t)b->params);
	set_uniform(b, PTX_U_ENVREG1, (uint32_t)(layout->workspace.lo >> 32));
	set_uniform(b, PTX_U_ENVREG2, (uint32_t)layout->workspace.lo);
	b->workspace = layout->workspace;
}

static void
set_warp_values(struct ptx_warp *w)
{
	const struct rgpu_ptx_launch *l = w->block->launch;
	uint32_t *x = (uint32_t *)(w->values + PTX_W_TID_X * PTX_WARP_BYTES);
	uint32_t *y = (uint32_t *)(w->values + PTX_W_TID_Y * PTX_WARP_BYTES);
	uint32_t *z = (uint32_t *)(w->values + PTX_W_TID_Z * PTX_WARP_BYTES);
	uint64_t *local =
		(uint64_t *)(w->values + PTX_W_LOCAL_WINDOW * PTX_WARP_BYTES);

	for (unsigned i = 0; i < PTX_LANES; i++) {
		uint32_t t = w->index * PTX_LANES + i;

		x[i] = t % l->block[0];
		y[i] = t / l->block[0] % l->block[1];
		z[i] = t / l->block[0] / l->block[1];
		local[i] = (uint64_t)(uintptr_t)w->local +
			i * w->block->local_stride;
	}
	fill32(w->values + PTX_W_WARPID * PTX_WARP_BYTES, w->index);
}

static int
init_warp(struct ptx_block *b, unsigned index)
{
	struct ptx_warp *w = &b->warp[index];

	w->block = b;
	w->index = index;
	w->local = b->local + (uint64_t)index * PTX_LANES * b->local_stride;
	w->rf_bytes = b->kernel->func->code->frame_bytes;
	w->rf = get_memory(w->rf_bytes);
	if (!w->rf)
		return -1;
	/* The biases are what the low bits of an operand add; no element of
	 * the arrays lies there, so they are taken off numbers. */
	w->base[PTX_BASE_UNIFORM] =
		(uint8_t *)((uintptr_t)b->uniform - PTX_BASE_UNIFORM);
	w->base[PTX_BASE_WARP] =
		(uint8_t *)((uintptr_t)w->values - PTX_BASE_WARP);
	set_warp_values(w);
	return 0;
}

struct ptx_block *
ptx_block_create(const struct rgpu_ptx_launch *launch,
	const struct ptx_layout *layout, struct rgpu_ptx_fault *fault)
{
	struct ptx_block *b = get_memory(sizeof(*b));
	uint64_t lanes;

	if (!b)
		return NULL;
	memset(b, 0, sizeof(*b));
	b->isa = ptx_isa();
	b->kernel = launch->kernel;
	b->launch = launch;
	b->fault = fault;
	b->params = layout->params;
	b->param_bytes = launch->kernel->info.param_bytes;
	b->threads = launch->block[0] * launch->block[1] * launch->block[2];
	b->warps = (b->threads + PTX_LANES - 1) / PTX_LANES;
	b->shared_bytes = layout->shared_bytes;
	b->local_stride = layout->local_stride;
	lanes = (uint64_t)b->warps * PTX_LANES;
	b->shared = get_memory(b->shared_bytes);
	b->local = get_memory(lanes * b->local_stride);
	b->warp = get_memory(b->warps * sizeof(*b->warp));
	if (!b->shared || !b->local || !b->warp)
		goto err_destroy;
	memset(b->shared, 0, b->shared_bytes);
	memset(b->warp, 0, b->warps * sizeof(*b->warp));
	for (unsigned i = 0; i < b->warps; i++)
		if (init_warp(b, i))
			goto err_destroy;
	set_launch_values(b, layout);
	return b;
err_destroy:
	ptx_block_destroy(b);
	return NULL;
}

void
ptx_block_destroy(struct ptx_block *b)
{
	if (!b)
		return;
	for (unsigned i = 0; b->warp && i < b->warps; i++)
		free(b->warp[i].rf);
	free(b->warp);
	free(b->local);
	free(b->shared);
	free(b);
}

/* Registers that may be read before they are written read as zero. */
static void
start_warp(struct ptx_warp *w)
{
	const struct ptx_code *code = w->block->kernel->func->code;
	struct ptx_frame *frame = (struct ptx_frame *)w->rf;
	unsigned threads = w->block->threads - w->index * PTX_LANES;
	uint32_t live = threads >= PTX_LANES ? PTX_ALL : (1u << threads) - 1;

	for (uint32_t n = 0; n < code->zero_count; n++)
		memset(w->rf + code->zero[n].offset, 0, code->zero[n].bytes);
	frame->carry = 0;
	if (w->block->kernel->uses_stack) {
		memset(frame->local, 0, sizeof(frame->local));
		fill32(frame->top, code->local_bytes);
	}
	w->live = live;
	w->count = 1;
	w->waiting = 0;
	w->split[0] = (struct ptx_split){
		.pc = code->ops, .code = code, .mask = live, .state = PTX_RUN};
}

void
ptx_block_start(struct ptx_block *b, uint64_t i)
{
	const uint32_t *grid = b->launch->grid;

	b->index[0] = (uint32_t)(i % grid[0]);
	b->index[1] = (uint32_t)(i / grid[0] % grid[1]);
	b->index[2] = (uint32_t)(i / grid[0] / grid[1]);
	for (unsigned n = 0; n < 3; n++)
		set_uniform(b, PTX_U_CTAID_X + n, b->index[n]);
	b->live = b->threads;
	b->barriers_used = 0;
	memset(b->barrier, 0, sizeof(b->barrier));
	for (unsigned n = 0; n < b->warps; n++)
		start_warp(&b->warp[n]);
}

/* Nothing can run and no barrier is complete: says who waits for whom. */
static enum ptx_block_status
deadlock(struct ptx_block *b)
{
	for (unsigned i = 0; i < b->warps; i++) {
		struct ptx_warp *w = &b->warp[i];

		for (unsigned n = 0; n < w->count; n++) {
			struct ptx_split *s = &w->split[n];
			bool sync = s->state == PTX_SYNC;

			w->current = n;
			w->base[PTX_BASE_FRAME] = w->rf + s->frame;
			ptx_fault(w, s->pc, s->mask, RGPU_PTX_FAULT_BARRIER, 0,
				sync ? "lanes that it waits for never come"
				     : "threads that it waits for never come");
			return PTX_BLOCK_FAULT;
		}
	}
	return PTX_BLOCK_DONE;
}

static bool
can_run(const struct ptx_warp *w)
{
	for (unsigned n = 0; n < w->count; n++)
		if (w->split[n].state == PTX_RUN ||
			w->split[n].state == PTX_YIELDED)
			return true;
	return false;
}

/* Between two barriers at most; a loop of barriers may poll as well. */
#define TURN_MAX 1024

enum ptx_block_status
ptx_block_run(struct ptx_block *b)
{
	bool progress, yielded;
	unsigned turns = 0;

	b->polled = false;
	do {
		progress = yielded = false;
		for (unsigned i = 0; i < b->warps; i++) {
			if (!can_run(&b->warp[i]))
				continue;
			switch (b->isa->run(&b->warp[i])) {
			case PTX_WARP_FAULT: return PTX_BLOCK_FAULT;
			case PTX_WARP_YIELD: yielded = true; break;
			default: progress = true;
			}
			if (b->barriers_used)
				ptx_barrier_release(b);
		}
		if (b->live == 0)
			return PTX_BLOCK_DONE;
	} while (progress && ++turns < TURN_MAX);
	return yielded || progress ? PTX_BLOCK_YIELD : deadlock(b);
}

int
ptx_stack_reserve(struct ptx_warp *w, uint64_t bytes)
{
	uint64_t size = w->rf_bytes;
	uint8_t *rf;

	if (bytes <= size)
		return 0;
	if (bytes > STACK_MAX)
		return -1;
	while (size < bytes)
		size *= 2;
	rf = get_memory(size);
	if (!rf)
		return -1;
	memcpy(rf, w->rf, w->rf_bytes);
	w->base[PTX_BASE_FRAME] = rf + (w->base[PTX_BASE_FRAME] - w->rf);
	free(w->rf);
	w->rf = rf;
	w->rf_bytes = size;
	return 0;
}

const char *
ptx_why_no_call(const struct ptx_func *func)
{
	if (!func)
		return "the value is not a function of this module";
	if (func->entry)
		return "the function is a kernel";
	if (func->refused)
		return func->refused->text;
	if (!func->code)
		return "the function has no body";
	return "the function takes other arguments";
}

bool
ptx_find_range(struct ptx_block *b, uint64_t address, uint64_t size,
	struct ptx_range *out)
{
	const struct rgpu_ptx_env *env = b->launch->env;
	struct ptx_range r;

	if (address - b->workspace.lo < b->workspace.hi - b->workspace.lo)
		r = b->workspace;
	else if (!env->find(env->ctx, address, &r.lo, &r.hi))
		return false;
	if (address < r.lo || r.hi - address < size || address >= r.hi)
		return false;
	*out = r;
	return true;
}

bool
ptx_in_const(const struct ptx_block *b, uint64_t address)
{
	const struct rgpu_ptx_module *m = b->kernel->func->module;

	for (size_t i = 0; i < m->var_count; i++)
		if (m->vars[i]->space == PTX_CONST &&
			address - m->vars[i]->address < m->vars[i]->size)
			return true;
	return false;
}
