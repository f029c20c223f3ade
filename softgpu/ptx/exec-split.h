/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits: how handlers change them. After a change a handler returns
 * w->stop with w->saved set, and the scheduler chooses again.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_SPLIT_H
#define RGPU_SOFTGPU_PTX_EXEC_SPLIT_H

#include "softgpu/ptx/exec-vec.h"

/* Backward jumps of a warp before its siblings get a turn, and of a split
 * before another one of the same warp does (the forward progress that Volta
 * promised). A jump counts more when the loop polled memory. */
#define PTX_WARP_TURN  (1 << 14)
#define PTX_SPLIT_TURN (1 << 12)

static inline struct ptx_split *
ptx_current(struct ptx_warp *w)
{
	return &w->split[w->current];
}

static inline const struct ptx_op *
ptx_again(struct ptx_warp *w)
{
	w->saved = true;
	return w->stop;
}

/* Lanes join the split that is at this place of this call, or found one. */
static inline struct ptx_split *
ptx_add_split(struct ptx_warp *w, const struct ptx_op *pc,
	const struct ptx_code *code, uint32_t frame, uint32_t mask)
{
	for (unsigned n = 0; n < w->count; n++) {
		struct ptx_split *s = &w->split[n];

		if (s->pc != pc || s->frame != frame ||
			s->state == PTX_BARRIER || n == w->current)
			continue;
		s->mask |= mask;
		s->state = PTX_RUN;
		return s;
	}
	w->split[w->count] = (struct ptx_split){.pc = pc,
		.code = code,
		.mask = mask,
		.frame = frame,
		.state = PTX_RUN};
	return &w->split[w->count++];
}

/* The lanes of mask leave the running split, which goes on after op. */
static inline void
ptx_leave(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)
{
	struct ptx_split *s = ptx_current(w);

	s->pc = op + 1;
	s->mask = w->mask & ~mask;
}

/* A split that lost all lanes makes room. */
static inline void
ptx_drop_if_empty(struct ptx_warp *w)
{
	if (!ptx_current(w)->mask)
		w->split[w->current] = w->split[--w->count];
}

/* Something changed that others of the warp may have waited for. */
static inline void
ptx_wake(struct ptx_warp *w)
{
	for (unsigned n = 0; n < w->count; n++)
		if (w->split[n].state == PTX_SYNC)
			w->split[n].state = PTX_RUN;
}

#endif
