/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that runs a warp: which of its splits goes on, and how far.
 */
#include "config.h"
#include "softgpu/ptx/exec-split.h"
#include "softgpu/ptx/tables.h"

/* The split that just ran joins one that is at the same place. */
static void
merge_current(struct ptx_warp *w)
{
	struct ptx_split *s = ptx_current(w);

	if (w->current >= w->count || s->state == PTX_BARRIER)
		return;
	for (unsigned n = 0; n < w->count; n++) {
		struct ptx_split *other = &w->split[n];

		if (n == w->current || other->pc != s->pc ||
			other->frame != s->frame || other->state == PTX_BARRIER)
			continue;
		other->mask |= s->mask;
		other->state = PTX_RUN;
		*s = w->split[--w->count];
		return;
	}
}

/* The same for all splits: barriers release several at one place. */
static void
merge_all(struct ptx_warp *w)
{
	for (unsigned n = w->count; n-- > 1;) {
		w->current = n;
		merge_current(w);
	}
	/* Nothing of an earlier run is to be merged again. */
	w->current = w->count;
}

/* Deeper calls first, so that they return to where others wait; then what
 * comes first in the text. */
static bool
before(const struct ptx_split *a, const struct ptx_split *b)
{
	return a->frame != b->frame ? a->frame > b->frame : a->pc < b->pc;
}

static int
find_runnable(struct ptx_warp *w)
{
	int best = -1;

	for (unsigned n = 0; n < w->count; n++)
		if (w->split[n].state == PTX_RUN &&
			(best < 0 || before(&w->split[n], &w->split[best])))
			best = (int)n;
	return best;
}

/* Those that gave way may run again. */
static bool
clear_yields(struct ptx_warp *w)
{
	bool any = false;

	for (unsigned n = 0; n < w->count; n++)
		if (w->split[n].state == PTX_YIELDED) {
			w->split[n].state = PTX_RUN;
			any = true;
		}
	return any;
}

/* Where the split has to stop because others wait there to go on with it. */
static const struct ptx_op *
find_stop(const struct ptx_warp *w, const struct ptx_split *s)
{
	const struct ptx_op *stop = NULL;

	for (unsigned n = 0; n < w->count; n++) {
		const struct ptx_split *other = &w->split[n];

		if (other == s || other->frame != s->frame ||
			other->state == PTX_BARRIER || other->pc <= s->pc)
			continue;
		if (!stop || other->pc < stop)
			stop = other->pc;
	}
	return stop;
}

static bool
choose(struct ptx_warp *w)
{
	struct ptx_split *s;
	int best;

	merge_current(w);
	best = find_runnable(w);
	if (best < 0 && clear_yields(w))
		best = find_runnable(w);
	if (best < 0)
		return false;
	w->current = (unsigned)best;
	s = ptx_current(w);
	w->mask = s->mask;
	w->stop = find_stop(w, s);
	w->base[PTX_BASE_FRAME] = w->rf + s->frame;
	w->base[PTX_BASE_CONST] = s->code->consts - PTX_BASE_CONST;
	w->saved = false;
	return true;
}

/* Runs the chosen split until a choice is needed. */
static void
run_split(struct ptx_warp *w)
{
	const struct ptx_op *op = ptx_current(w)->pc;
	const struct ptx_op *stop = w->stop;
	const uint8_t *frame = w->base[0];
	uint32_t mask = w->mask;
	uint64_t ops = 0, lanes = 0;

	do {
		uint32_t on = mask;

		if (op->guard)
			on &= *(const uint32_t *)(frame + op->guard) ^
				op->guard_flip;
		ops++;
		lanes += (unsigned)__builtin_popcount(on);
		op = rgpu_likely(on != 0) ? op->exec(w, op, on) : op + 1;
	} while (op != stop);
	if (!w->saved)
		ptx_current(w)->pc = op;
	w->ops += ops;
	w->lanes += lanes;
}

enum ptx_warp_status
PTX_ISA_NAME(ptx_run)(struct ptx_warp *w)
{
	w->fuel = PTX_WARP_TURN;
	w->patience = PTX_SPLIT_TURN;
	w->yielding = false;
	merge_all(w);
	while (choose(w)) {
		run_split(w);
		if (w->block->fault->kind != RGPU_PTX_FAULT_NONE)
			return PTX_WARP_FAULT;
		if (w->yielding)
			return PTX_WARP_YIELD;
	}
	return w->count ? PTX_WARP_BLOCKED : PTX_WARP_DONE;
}
