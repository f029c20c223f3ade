/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: branches, calls, exit.
 */
#include "config.h"
#include <stdlib.h>

#include "softgpu/ptx/exec-split.h"
#include "softgpu/ptx/stack.h"
#include "softgpu/ptx/tables.h"

/* Counts a backward jump; true: others have to run first. */
static inline bool
tired(struct ptx_warp *w)
{
	int64_t weight = 1 + (int64_t)w->waiting;

	w->block->polled |= w->waiting != 0;
	w->waiting = 0;
	w->fuel -= weight;
	w->patience -= weight;
	if (rgpu_unlikely(w->fuel < 0)) {
		w->yielding = true;
		return true;
	}
	if (rgpu_likely(w->patience >= 0))
		return false;
	w->patience = PTX_SPLIT_TURN;
	return w->count > 1;
}

/* The whole running split goes to another place of the same call. */
static inline const struct ptx_op *
jump(struct ptx_warp *w, const struct ptx_op *from, const struct ptx_op *to)
{
	bool give_way = to <= from && tired(w);

	if (rgpu_likely(w->count == 1 && !give_way))
		return to;
	ptx_current(w)->pc = to;
	if (give_way)
		ptx_current(w)->state = PTX_YIELDED;
	return ptx_again(w);
}

/* Some lanes go to a place of the same call, the rest goes on. */
static const struct ptx_op *
diverge(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	const struct ptx_op *to)
{
	struct ptx_split *s = ptx_current(w), *other;

	ptx_leave(w, op, mask);
	other = ptx_add_split(w, to, s->code, s->frame, mask);
	if (to <= op && tired(w))
		other->state = PTX_YIELDED;
	return ptx_again(w);
}

PTX_HANDLER(BRA)
{
	if (mask == w->mask)
		return jump(w, op, op->target);
	return diverge(w, op, mask, op->target);
}

/* Lanes of mask that agree with the first one. */
static uint32_t
same_lanes(const uint32_t *value, uint32_t mask)
{
	uint32_t first = value[__builtin_ctz(mask)];

	return PTX_BITS(value[i] == first) & mask;
}

PTX_HANDLER(BRX)
{
	const struct ptx_branch_table *table = op->ext;
	const uint32_t *index = PTX_SRC(uint32_t, 1);
	uint32_t left = mask;

	while (left) {
		uint32_t group = same_lanes(index, left);
		uint32_t n = index[__builtin_ctz(left)];

		if (n >= table->count)
			return ptx_fault(w, op, group, RGPU_PTX_FAULT_BAD_CALL,
				n, "the index is beyond the branch targets");
		if (group == w->mask)
			return jump(w, op, table->target[n]);
		diverge(w, op, group, table->target[n]);
		w->mask &= ~group;
		left &= ~group;
	}
	ptx_drop_if_empty(w);
	return ptx_again(w);
}

PTX_HANDLER(EXIT)
{
	w->live &= ~mask;
	w->block->live -= (unsigned)__builtin_popcount(mask);
	ptx_leave(w, op, mask);
	ptx_drop_if_empty(w);
	ptx_wake(w);
	return ptx_again(w);
}

/* Copies results of the lanes that return to one call. */
static void
return_results(struct ptx_warp *w, const struct ptx_op *call,
	const struct ptx_frame *from, const struct ptx_frame *to, uint32_t mask)
{
	const struct ptx_call *site = call->ext;
	uint64_t stride = w->block->local_stride;

	for (unsigned n = 0; n < site->results; n++) {
		const struct ptx_arg_copy *r = &site->result[n];

		PTX_FOR_MASK(i, mask)
		{
			uint8_t *local = w->local + i * stride;

			memcpy(local + to->local[i] + r->to,
				local + from->local[i] + r->from, r->size);
		}
	}
}

PTX_HANDLER(RET)
{
	struct ptx_split *s = ptx_current(w);
	struct ptx_frame *frame = (struct ptx_frame *)(w->rf + s->frame);
	uint32_t left = mask;

	if (s->frame == 0)
		return x_EXIT(w, op, mask);
	ptx_leave(w, op, mask);
	while (left) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		uint64_t to = frame->ret_op[lane];
		uint32_t base = frame->ret_base[lane];
		const struct ptx_op *pc = (const struct ptx_op *)(uintptr_t)to;
		const struct ptx_call *site = pc[-1].ext;
		uint32_t group = PTX_BITS(frame->ret_op[i] == to) & left;

		group &= PTX_BITS(frame->ret_base[i] == base);
		return_results(w, pc - 1, frame,
			(struct ptx_frame *)(w->rf + base), group);
		ptx_add_split(w, pc, site->owner, base, group);
		left &= ~group;
	}
	ptx_drop_if_empty(w);
	return ptx_again(w);
}

static void
clear_slots(const struct ptx_code *code, uint8_t *frame, uint32_t mask)
{
	static const uint64_t zero[PTX_LANES];

	for (uint32_t n = 0; n < code->zero_count; n++) {
		uint8_t *slot = frame + code->zero[n].offset;

		if (code->zero[n].bytes == 4)
			*(uint32_t *)slot &= ~mask;
		else if (code->zero[n].bytes == 128)
			ptx_put32(slot, zero, mask);
		else
			ptx_put64(slot, zero, mask);
	}
}

/* A new frame for lanes that call; -1: the stack is full. */
static int
push_frame(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	const struct ptx_code *callee, uint32_t base)
{
	uint32_t old_base = ptx_current(w)->frame;
	const struct ptx_frame *old;
	struct ptx_frame *frame;

	if (ptx_stack_reserve(w, (uint64_t)base + callee->frame_bytes))
		return -1;
	old = (const struct ptx_frame *)(w->rf + old_base);
	frame = (struct ptx_frame *)(w->rf + base);
	PTX_FOR_MASK(i, mask)
	{
		uint64_t local = ptx_align(old->top[i], callee->local_align);
		uint64_t top = local + callee->local_bytes;

		if (top > w->block->local_stride)
			return -1;
		frame->local[i] = (uint32_t)local;
		frame->top[i] = (uint32_t)top;
		frame->ret_op[i] = (uint64_t)(uintptr_t)(op + 1);
		frame->ret_base[i] = old_base;
	}
	frame->carry &= ~mask;
	clear_slots(callee, (uint8_t *)frame, mask);
	return 0;
}

static void
pass_arguments(struct ptx_warp *w, const struct ptx_call *site,
	const struct ptx_func *callee, uint32_t base, uint32_t mask)
{
	const struct ptx_frame *from, *to;

	from = (const struct ptx_frame *)(w->rf + ptx_current(w)->frame);
	to = (const struct ptx_frame *)(w->rf + base);
	for (unsigned n = 0; n < site->args; n++) {
		const struct ptx_arg_copy *arg = &site->arg[n];
		uint32_t offset = callee->params.list[n].offset;

		PTX_FOR_MASK(i, mask)
		{
			uint8_t *local = w->local + i * w->block->local_stride;

			memcpy(local + to->local[i] + offset,
				local + from->local[i] + arg->from, arg->size);
		}
	}
}

/* The lanes of mask enter a function. False after a fault. */
static bool
enter(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	const struct ptx_func *callee)
{
	const struct ptx_code *code = callee->code;
	uint32_t base =
		ptx_current(w)->frame + ptx_current(w)->code->frame_bytes;

	if (push_frame(w, op, mask, code, base)) {
		ptx_fault(w, op, mask, RGPU_PTX_FAULT_STACK, 0, NULL);
		return false;
	}
	/* Recursion can take forever without any backward jump. */
	w->yielding |= --w->fuel < 0;
	pass_arguments(w, op->ext, callee, base, mask);
	ptx_add_split(w, code->ops, code, base, mask);
	return true;
}

PTX_HANDLER(CALL)
{
	const struct ptx_call *site = op->ext;

	if (!enter(w, op, mask, site->callee))
		return w->stop;
	ptx_leave(w, op, mask);
	ptx_drop_if_empty(w);
	return ptx_again(w);
}

/* Whether a function takes and gives what this call site has. */
static bool
fits(const struct ptx_func *func, const struct ptx_call *site)
{
	if (func->entry || func->params.count != site->args ||
		func->results.count != site->results)
		return false;
	for (unsigned n = 0; n < site->args; n++)
		if (func->params.list[n].size != site->arg[n].size)
			return false;
	for (unsigned n = 0; n < site->results; n++)
		if (func->results.list[n].size != site->result[n].size)
			return false;
	return true;
}

PTX_HANDLER(CALL_INDIRECT)
{
	const struct ptx_call *site = op->ext;
	const uint64_t *target = PTX_SRC(uint64_t, 1);
	uint64_t to[PTX_LANES];
	uint32_t left = mask;

	/* A callee may move the register file. */
	memcpy(to, target, sizeof(to));
	while (left) {
		uint64_t address = to[__builtin_ctz(left)];
		uint32_t group = PTX_BITS(to[i] == address) & left;
		const struct ptx_func *func =
			ptx_func_at(site->module, address);

		if (!func || !func->code || !fits(func, site))
			return ptx_fault(w, op, group, RGPU_PTX_FAULT_BAD_CALL,
				address, ptx_why_no_call(func));
		if (!enter(w, op, group, func))
			return w->stop;
		left &= ~group;
	}
	ptx_leave(w, op, mask);
	ptx_drop_if_empty(w);
	return ptx_again(w);
}

PTX_HANDLER(TRAP)
{
	return ptx_fault(w, op, mask, RGPU_PTX_FAULT_TRAP, 0, NULL);
}

/* Time that passes is time for others. */
PTX_HANDLER(NANOSLEEP)
{
	(void)mask;
	w->waiting = PTX_WARP_TURN;
	return op + 1;
}

/* Memory of a lane above its frame; the stack grows upwards here. */
PTX_HANDLER(ALLOCA)
{
	struct ptx_frame *frame = (struct ptx_frame *)w->base[0];
	bool wide = op->x[0];
	const uint32_t *size32 = PTX_SRC(uint32_t, 1);
	const uint64_t *size64 = PTX_SRC(uint64_t, 1);

	PTX_FOR_MASK(i, mask)
	{
		uint64_t at = ptx_align(frame->top[i], op->imm);
		uint64_t size = wide ? size64[i] : size32[i];

		if (size > w->block->local_stride ||
			at + size > w->block->local_stride)
			return ptx_fault(
				w, op, 1u << i, RGPU_PTX_FAULT_STACK, 0, NULL);
		frame->top[i] = (uint32_t)(at + size);
		if (wide)
			PTX_DST(uint64_t, 0)[i] = at;
		else
			PTX_DST(uint32_t, 0)[i] = (uint32_t)at;
	}
	return op + 1;
}

PTX_HANDLER(STACKSAVE)
{
	const struct ptx_frame *frame = (const struct ptx_frame *)w->base[0];

	PTX_FOR_MASK(i, mask)
	if (op->x[0])
		PTX_DST(uint64_t, 0)[i] = frame->top[i];
	else
		PTX_DST(uint32_t, 0)[i] = frame->top[i];
	return op + 1;
}

PTX_HANDLER(STACKRESTORE)
{
	struct ptx_frame *frame = (struct ptx_frame *)w->base[0];

	PTX_FOR_MASK(i, mask)
	{
		uint64_t top = op->x[0] ? PTX_SRC(uint64_t, 1)[i]
					: PTX_SRC(uint32_t, 1)[i];

		if (top > w->block->local_stride)
			return ptx_fault(
				w, op, 1u << i, RGPU_PTX_FAULT_STACK, 0, NULL);
		frame->top[i] = (uint32_t)top;
	}
	return op + 1;
}

PTX_HANDLER(HOST_VPRINTF)
{
	return ptx_host_vprintf(w, op, mask);
}

PTX_HANDLER(HOST_ASSERTFAIL)
{
	return ptx_host_assertfail(w, op, mask);
}

PTX_HANDLER(HOST_MALLOC)
{
	return ptx_host_malloc(w, op, mask);
}

PTX_HANDLER(HOST_FREE)
{
	return ptx_host_free(w, op, mask);
}

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_flow)[] = {
#include "softgpu/ptx/ops/flow.h"
};
