/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sixteen barriers of a block.
 */
#include "config.h"
#include "softgpu/ptx/exec.h"
#include "softgpu/ptx/warp.h"

bool
ptx_barrier_arrive(struct ptx_warp *w, unsigned id, uint32_t count,
	uint32_t lanes, uint32_t yes, bool wait)
{
	struct ptx_block *b = w->block;
	struct ptx_barrier *bar = &b->barrier[id];
	uint32_t n = (uint32_t)__builtin_popcount(lanes);

	if (!(b->barriers_used >> id & 1)) {
		*bar = (struct ptx_barrier){.expected = count};
		b->barriers_used |= 1u << id;
	}
	if (bar->expected != count)
		return false;
	bar->yes += (uint32_t)__builtin_popcount(yes);
	bar->total += n;
	/* Counts are of whole warps: what never lived counts as arrived. */
	if (!wait)
		bar->arrived += lanes == w->live ? PTX_LANES : n;
	return true;
}

/* Lanes of a warp that wait at a barrier. */
static uint32_t
waiting_lanes(const struct ptx_warp *w, unsigned id)
{
	uint32_t lanes = 0;

	for (unsigned n = 0; n < w->count; n++)
		if (w->split[n].state == PTX_BARRIER &&
			w->split[n].barrier == id)
			lanes |= w->split[n].mask;
	return lanes;
}

static bool
is_complete(const struct ptx_block *b, unsigned id)
{
	const struct ptx_barrier *bar = &b->barrier[id];
	uint32_t threads = 0, warps = bar->arrived;

	for (unsigned i = 0; i < b->warps; i++) {
		const struct ptx_warp *w = &b->warp[i];
		uint32_t lanes = waiting_lanes(w, id);
		uint32_t n = (uint32_t)__builtin_popcount(lanes);

		threads += n;
		warps += lanes && lanes == w->live ? PTX_LANES : n;
	}
	if (bar->expected)
		return warps >= bar->expected;
	return threads == b->live;
}

/* What bar.red gives to lanes that waited. */
static void
write_result(struct ptx_warp *w, const struct ptx_split *s,
	const struct ptx_barrier *bar)
{
	uint8_t *d = w->rf + s->frame + s->pc->r[0];
	bool yes;

	switch (s->pc->x[0]) {
	case PTX_BAR_RED_POPC:
		for (unsigned i = 0; i < PTX_LANES; i++)
			if (s->mask >> i & 1)
				((uint32_t *)d)[i] = bar->yes;
		return;
	case PTX_BAR_RED_AND: yes = bar->yes == bar->total; break;
	case PTX_BAR_RED_OR: yes = bar->yes != 0; break;
	default: return;
	}
	*(uint32_t *)d = (*(uint32_t *)d & ~s->mask) | (yes ? s->mask : 0);
}

static void
complete(struct ptx_block *b, unsigned id)
{
	for (unsigned i = 0; i < b->warps; i++) {
		struct ptx_warp *w = &b->warp[i];

		for (unsigned n = 0; n < w->count; n++) {
			struct ptx_split *s = &w->split[n];

			if (s->state != PTX_BARRIER || s->barrier != id)
				continue;
			write_result(w, s, &b->barrier[id]);
			s->state = PTX_RUN;
			s->pc++;
		}
	}
	b->barriers_used &= ~(1u << id);
}

void
ptx_barrier_release(struct ptx_block *b)
{
	for (uint32_t left = b->barriers_used; left; left &= left - 1) {
		unsigned id = (unsigned)__builtin_ctz(left);

		if (is_complete(b, id))
			complete(b, id);
	}
}
