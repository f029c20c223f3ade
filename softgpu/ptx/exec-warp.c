/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: operations between the lanes of a warp, and barriers.
 */
#include "config.h"
#include "softgpu/ptx/exec-float.h"
#include "softgpu/ptx/exec-split.h"
#include "softgpu/ptx/tables.h"
#include "softgpu/ptx/warp.h"

/* Lanes that name the same members as the first one of mask. */
static uint32_t
same_members(const uint32_t *members, uint32_t mask)
{
	uint32_t m = members[__builtin_ctz(mask)];

	return PTX_BITS(members[i] == m) & mask;
}

/* The lanes wait here for others; the rest of the split goes on. */
static void
park(struct ptx_warp *w, const struct ptx_op *op, uint32_t lanes)
{
	struct ptx_split *s = ptx_current(w);
	unsigned count = w->count;

	w->saved = true;
	if (lanes == w->mask) {
		s->pc = op;
		s->state = PTX_SYNC;
		return;
	}
	ptx_leave(w, op, lanes);
	s = ptx_add_split(w, op, s->code, s->frame, lanes);
	/* Where others were waiting already, all of them look again. */
	if (w->count > count)
		s->state = PTX_SYNC;
}

/*
 * Which lanes can do a .sync operation now: those all of whose live members
 * are here. The others are parked. 0: nobody; the handler returns w->stop.
 */
static uint32_t
gather(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	const uint32_t *members)
{
	uint32_t ready = 0, left = mask;

	while (left) {
		uint32_t group = same_members(members, left);
		uint32_t need = members[__builtin_ctz(left)] & w->live;

		if (!(need & ~group))
			ready |= group;
		left &= ~group;
	}
	if (rgpu_unlikely(ready != mask))
		park(w, op, mask & ~ready);
	return ready;
}

static const struct ptx_op *
after_sync(struct ptx_warp *w, const struct ptx_op *op)
{
	return rgpu_unlikely(w->saved) ? w->stop : op + 1;
}

/* Before operations that say .aligned: all lanes are to be here. */
PTX_HANDLER(CONVERGE)
{
	if (rgpu_likely(mask == w->live))
		return op + 1;
	park(w, op, mask);
	return w->stop;
}

static const struct ptx_op *x_BAR_WARP(
	struct ptx_warp *w, const struct ptx_op *op, uint32_t mask);

/* The lanes of another split that wait at a bar.warp.sync for these members;
 * their operand is relative to their own frame and code. */
static uint32_t
waiting_for(const struct ptx_warp *w, const struct ptx_split *s, uint32_t m)
{
	uint32_t operand = s->pc->r[1];
	const uint8_t *p = ptx_at(w, operand);
	const uint32_t *members;

	if (s->state != PTX_SYNC || s->pc->exec != x_BAR_WARP)
		return 0;
	if ((operand & 3) == PTX_BASE_FRAME)
		p = w->rf + s->frame + operand;
	if ((operand & 3) == PTX_BASE_CONST)
		p = s->code->consts - PTX_BASE_CONST + operand;
	members = (const uint32_t *)__builtin_assume_aligned(p, 64);
	return PTX_BITS(members[i] == m) & s->mask;
}

/* Lanes that wait for these members in other places go on. */
static void
release_all(struct ptx_warp *w, uint32_t m)
{
	unsigned count = w->count;

	for (unsigned n = 0; n < count; n++) {
		struct ptx_split *s = &w->split[n];
		uint32_t lanes = n == w->current ? 0 : waiting_for(w, s, m);

		if (!lanes)
			continue;
		if (lanes == s->mask) {
			s->pc++;
			s->state = PTX_RUN;
			continue;
		}
		s->mask &= ~lanes;
		ptx_add_split(w, s->pc + 1, s->code, s->frame, lanes);
	}
}

/*
 * Unlike other operations, the members may be at several of these barriers:
 * in both branches of an if, say. True: all of them are at one.
 */
static bool
met_elsewhere(struct ptx_warp *w, uint32_t m, uint32_t here)
{
	uint32_t lanes = here;

	for (unsigned n = 0; n < w->count; n++)
		if (n != w->current)
			lanes |= waiting_for(w, &w->split[n], m);
	if (m & w->live & ~lanes)
		return false;
	release_all(w, m);
	return true;
}

/* Lanes share one thread of ours: their memory is in order. */
PTX_HANDLER(BAR_WARP)
{
	const uint32_t *members = PTX_SRC(uint32_t, 1);
	uint32_t ready = 0, left = mask;
	bool released = false;

	while (left) {
		uint32_t group = same_members(members, left);
		uint32_t m = members[__builtin_ctz(left)];

		if (!(m & w->live & ~group)) {
			ready |= group;
		} else if (met_elsewhere(w, m, group)) {
			ready |= group;
			released = true;
		}
		left &= ~group;
	}
	if (rgpu_unlikely(ready != mask))
		park(w, op, mask & ~ready);
	else if (released) {
		ptx_current(w)->pc = op + 1;
		return ptx_again(w);
	}
	return after_sync(w, op);
}

/* The lane that lane i reads from; *in: whether it is in range. */
static inline unsigned
shfl_source(unsigned mode, unsigned i, uint32_t b, uint32_t c, bool *in)
{
	int lane = (int)i, bval = (int)(b & 31), segment = (int)(c >> 8 & 31);
	int max = (lane & segment) | ((int)(c & 31) & ~segment), j;

	switch (mode) {
	case PTX_SHFL_UP:
		j = lane - bval;
		*in = j >= max;
		break;
	case PTX_SHFL_DOWN:
		j = lane + bval;
		*in = j <= max;
		break;
	case PTX_SHFL_BFLY:
		j = lane ^ bval;
		*in = j <= max;
		break;
	default: j = (lane & segment) | (bval & ~segment); *in = j <= max;
	}
	return *in ? (unsigned)j & 31 : i;
}

PTX_HANDLER(SHFL)
{
	const uint32_t *b = PTX_SRC(uint32_t, 2), *c = PTX_SRC(uint32_t, 3);
	uint32_t ready = gather(w, op, mask, PTX_SRC(uint32_t, 4));
	uint32_t a[PTX_LANES], r[PTX_LANES], inside = 0;

	if (!ready)
		return w->stop;
	memcpy(a, PTX_SRC(uint32_t, 1), sizeof(a));
	PTX_FOR_LANES
	{
		bool in;

		r[i] = a[shfl_source(op->x[0], i, b[i], c[i], &in)];
		inside |= (uint32_t)in << i;
	}
	ptx_put32(PTX_DST(uint32_t, 0), r, ready);
	if (op->x[1])
		ptx_put_pred(&PTX_PRED(5), inside, ready);
	return after_sync(w, op);
}

PTX_HANDLER(VOTE)
{
	const uint32_t *members = PTX_SRC(uint32_t, 4);
	uint32_t ready = gather(w, op, mask, members);
	uint32_t p = PTX_PRED_SRC(1) ^ (op->x[1] ? PTX_ALL : 0), left;
	uint32_t r[PTX_LANES], bits = 0;

	for (left = ready; left;) {
		uint32_t group = same_members(members, left), yes = p & group;
		bool all = yes == group, any = yes != 0;

		PTX_FOR_MASK(i, group)
		r[i] = yes;
		if (op->x[0] == PTX_VOTE_ALL		   ? all
				: op->x[0] == PTX_VOTE_ANY ? any
							   : all || !any)
			bits |= group;
		left &= ~group;
	}
	if (op->x[0] == PTX_VOTE_BALLOT)
		PTX_FOR_MASK(i, ready)
	PTX_DST(uint32_t, 0)[i] = r[i];
	else ptx_put_pred(&PTX_PRED(0), bits, ready);
	return after_sync(w, op);
}

/* x[0]: .all, which gives the members or 0 and, if x[1], a predicate r[5]. */
#define MATCH(name, T)                                                       \
	PTX_HANDLER(name)                                                    \
	{                                                                    \
		const uint32_t *members = PTX_SRC(uint32_t, 4);              \
		uint32_t ready = gather(w, op, mask, members);               \
		uint32_t r[PTX_LANES], bits = 0;                             \
		T a[PTX_LANES];                                              \
                                                                             \
		memcpy(a, PTX_SRC(T, 1), sizeof(a));                         \
		for (uint32_t left = ready; left;) {                         \
			uint32_t group = same_members(members, left);        \
                                                                             \
			PTX_FOR_MASK(k, group)                               \
			{                                                    \
				T v = a[k];                                  \
				uint32_t same = PTX_BITS(a[i] == v) & group; \
                                                                             \
				if (op->x[0])                                \
					same = same == group ? group : 0;    \
				r[k] = same;                                 \
				bits |= same ? 1u << k : 0;                  \
			}                                                    \
			left &= ~group;                                      \
		}                                                            \
		PTX_FOR_MASK(i, ready)                                       \
		PTX_DST(uint32_t, 0)[i] = r[i];                              \
		if (op->x[1])                                                \
			ptx_put_pred(&PTX_PRED(5), bits, ready);             \
		return after_sync(w, op);                                    \
	}
MATCH(MATCH_B32, uint32_t)
MATCH(MATCH_B64, uint64_t)

static uint32_t
reduce(unsigned how, uint32_t x, uint32_t y)
{
	switch (how) {
	case PTX_REDUX_ADD: return x + y;
	case PTX_REDUX_AND: return x & y;
	case PTX_REDUX_OR: return x | y;
	case PTX_REDUX_XOR: return x ^ y;
	case PTX_REDUX_MIN_U: return x < y ? x : y;
	case PTX_REDUX_MAX_U: return x > y ? x : y;
	case PTX_REDUX_MIN_S: return (int32_t)x < (int32_t)y ? x : y;
	default: return (int32_t)x > (int32_t)y ? x : y;
	}
}

static uint32_t
reduce_f32(unsigned how, unsigned flags, uint32_t x, uint32_t y)
{
	float fx = ptx_float32(x), fy = ptx_float32(y);

	if (flags & PTX_REDUX_NAN && (fx != fx || fy != fy))
		return PTX_NAN32;
	return ptx_bits32(
		how == PTX_REDUX_MIN_F ? ptx_min32(fx, fy) : ptx_max32(fx, fy));
}

static RGPU_ALWAYS_INLINE const struct ptx_op *
redux(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, bool is_float)
{
	const uint32_t *members = PTX_SRC(uint32_t, 4);
	uint32_t ready = gather(w, op, mask, members);
	uint32_t a[PTX_LANES], r[PTX_LANES], how = op->x[0];

	memcpy(a, PTX_SRC(uint32_t, 1), sizeof(a));
	if (op->x[1] & PTX_REDUX_ABS)
		PTX_FOR_LANES
	a[i] &= 0x7fffffff;
	for (uint32_t left = ready; left;) {
		uint32_t group = same_members(members, left);
		uint32_t sum = a[__builtin_ctz(group)];

		/* A NaN alone has to become the canonical one. */
		if (is_float)
			sum = reduce_f32(how, op->x[1], sum, sum);
		PTX_FOR_MASK(i, group & (group - 1))
		sum = is_float ? reduce_f32(how, op->x[1], sum, a[i])
			       : reduce(how, sum, a[i]);
		PTX_FOR_MASK(i, group)
		r[i] = sum;
		left &= ~group;
	}
	PTX_FOR_MASK(i, ready)
	PTX_DST(uint32_t, 0)[i] = r[i];
	return after_sync(w, op);
}

PTX_HANDLER(REDUX)
{
	return redux(w, op, mask, false);
}

PTX_HANDLER(REDUX_F32)
{
	return redux(w, op, mask, true);
}

PTX_HANDLER(ACTIVEMASK)
{
	PTX_FOR_MASK(i, mask)
	PTX_DST(uint32_t, 0)[i] = mask;
	return op + 1;
}

/* d|p: the lowest member, and whether this lane is it. */
PTX_HANDLER(ELECT)
{
	const uint32_t *members = PTX_SRC(uint32_t, 4);
	uint32_t ready = gather(w, op, mask, members), bits = 0;
	uint32_t r[PTX_LANES];

	for (uint32_t left = ready; left;) {
		uint32_t group = same_members(members, left);

		PTX_FOR_MASK(i, group)
		r[i] = (uint32_t)__builtin_ctz(group);
		bits |= group & (0 - group);
		left &= ~group;
	}
	PTX_FOR_MASK(i, ready)
	PTX_DST(uint32_t, 0)[i] = r[i];
	ptx_put_pred(&PTX_PRED(5), bits, ready);
	return after_sync(w, op);
}

/*
 * Lanes that name another barrier than the first one stay behind and come
 * here again.
 */
PTX_HANDLER(BAR)
{
	const uint32_t *id = PTX_SRC(uint32_t, 1),
		       *count = PTX_SRC(uint32_t, 2);
	unsigned first = (unsigned)__builtin_ctz(mask);
	uint32_t threads = op->x[1] ? count[first] : 0;
	uint32_t lanes = PTX_BITS(id[i] == id[first]) & mask, yes;
	bool wait = op->x[0] != PTX_BAR_ARRIVE;
	struct ptx_split *s = ptx_current(w);

	if (op->x[1])
		lanes &= PTX_BITS(count[i] == threads);
	if (id[first] >= PTX_BARRIERS || threads % PTX_LANES ||
		(op->x[1] && !threads))
		return ptx_fault(w, op, lanes, RGPU_PTX_FAULT_BARRIER, 0,
			"no such barrier, or not whole warps");
	yes = op->x[0] >= PTX_BAR_RED_POPC ? PTX_PRED_SRC(3) : 0;
	yes = (op->x[2] ? ~yes : yes) & lanes;
	if (!ptx_barrier_arrive(w, id[first], threads, lanes, yes, wait))
		return ptx_fault(w, op, lanes, RGPU_PTX_FAULT_BARRIER, 0,
			"other threads gave another count");
	if (!wait && lanes == w->mask)
		return op + 1;
	/* Lanes go three ways: wait, come again, or were not asked. */
	ptx_leave(w, op, mask);
	if (mask != lanes)
		ptx_add_split(w, op, s->code, s->frame, mask & ~lanes);
	if (wait)
		w->split[w->count++] = (struct ptx_split){.pc = op,
			.code = s->code,
			.mask = lanes,
			.frame = s->frame,
			.state = PTX_BARRIER,
			.barrier = id[first]};
	else
		s->mask |= lanes;
	ptx_drop_if_empty(w);
	return ptx_again(w);
}

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_warp)[] = {
#include "softgpu/ptx/ops/warp.h"
};
