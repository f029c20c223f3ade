/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: barriers and operations between lanes.
 */
#include "config.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/warp.h"

/* bar.sync a{, b}; bar.arrive a, b; bar.red.op.type d, a{, b}, {!}c */
int
ptx_build_bar(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned kind = form->x, first = 0;
	bool red = kind >= PTX_BAR_RED_POPC, counted;
	uint32_t d = 0, id, count = 0, c = 0;
	struct ptx_op *op;

	if (ptx_want_args(dec, in,
		    red				     ? 3
			    : kind == PTX_BAR_ARRIVE ? 2
						     : 1,
		    red ? 4 : 2))
		return -1;
	if (red) {
		d = ptx_dest(dec, &in->arg[first++],
			kind == PTX_BAR_RED_POPC ? 32 : 1);
		c = ptx_source_pred(dec, in, &in->arg[in->args - 1]);
		if (!d || c == PTX_BAD_OPERAND)
			return -1;
	}
	counted = in->args - (red ? 2 : 0) == 2;
	id = ptx_source(dec, in, &in->arg[first], PTX_U32);
	if (counted)
		count = ptx_source(dec, in, &in->arg[first + 1], PTX_U32);
	if (id == PTX_BAD_OPERAND || count == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec, PTX_X_BAR);
	if (!op || (red && ptx_set_def(dec, 0, d)) || ptx_set(dec, 1, id) ||
		(counted && ptx_set(dec, 2, count)) ||
		(red && ptx_set(dec, 3, c)))
		return -1;
	op->x[0] = (uint8_t)kind;
	op->x[1] = counted;
	return 0;
}

int
ptx_build_warp_bar(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t members;

	(void)form;
	if (ptx_want_args(dec, in, 1, 1))
		return -1;
	members = ptx_source(dec, in, &in->arg[0], PTX_B32);
	if (members == PTX_BAD_OPERAND || !ptx_emit(dec, PTX_X_BAR_WARP))
		return -1;
	return ptx_set(dec, 1, members);
}

static int
set_pair(struct ptx_dec *dec, uint32_t d, uint32_t p)
{
	if (ptx_set_def(dec, 0, d))
		return -1;
	return p ? ptx_set_def(dec, 5, p) : 0;
}

/* shfl.sync.mode.b32 d{|p}, a, b, c, members */
int
ptx_build_shfl(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, p, s[4];
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 5, 5) ||
		ptx_dest_pair(dec, &in->arg[0], &d, &p))
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		s[i] = ptx_source(dec, in, &in->arg[i + 1], PTX_B32);
		if (s[i] == PTX_BAD_OPERAND)
			return -1;
	}
	op = ptx_emit(dec, PTX_X_SHFL);
	if (!op || set_pair(dec, d, p))
		return -1;
	for (unsigned i = 0; i < 4; i++)
		ptx_set(dec, i + 1, s[i]);
	op->x[0] = form->x;
	op->x[1] = p != 0;
	return 0;
}

/* vote.sync.mode.pred p, {!}a, members; .ballot.b32 d, {!}a, members */
int
ptx_build_vote(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, a, members;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 3, 3))
		return -1;
	d = ptx_dest(dec, &in->arg[0], form->x == PTX_VOTE_BALLOT ? 32 : 1);
	a = ptx_source_pred(dec, in, &in->arg[1]);
	members = ptx_source(dec, in, &in->arg[2], PTX_B32);
	if (!d || a == PTX_BAD_OPERAND || members == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec, PTX_X_VOTE);
	if (!op || ptx_set_def(dec, 0, d) || ptx_set(dec, 1, a) ||
		ptx_set(dec, 4, members))
		return -1;
	op->x[0] = form->x;
	return 0;
}

/* match.any.sync d, a, members; match.all.sync d{|p}, a, members */
int
ptx_build_match(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, p, a, members;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 3, 3) ||
		ptx_dest_pair(dec, &in->arg[0], &d, &p))
		return -1;
	if (p && !form->x)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has a predicate that .any does not give");
	a = ptx_source(dec, in, &in->arg[1], in->types[0]);
	members = ptx_source(dec, in, &in->arg[2], PTX_B32);
	if (a == PTX_BAD_OPERAND || members == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op || set_pair(dec, d, p) || ptx_set(dec, 1, a) ||
		ptx_set(dec, 4, members))
		return -1;
	op->x[0] = form->x;
	op->x[1] = p != 0;
	return 0;
}

/* redux.sync.op.type d, a, members; form->x: PTX_REDUX_* */
int
ptx_build_redux(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, a, members;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 3, 3))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 32);
	a = ptx_source(dec, in, &in->arg[1], in->types[0]);
	members = ptx_source(dec, in, &in->arg[2], PTX_B32);
	if (!d || a == PTX_BAD_OPERAND || members == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op || ptx_set_def(dec, 0, d) || ptx_set(dec, 1, a) ||
		ptx_set(dec, 4, members))
		return -1;
	op->x[0] = form->x;
	op->x[1] = (uint8_t)((ptx_has(in, PTX_MOD_ABS) ? PTX_REDUX_ABS : 0) |
		(ptx_has(in, PTX_MOD_NAN_WINS) ? PTX_REDUX_NAN : 0));
	return 0;
}

/* elect.sync d|p, members */
int
ptx_build_elect(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, p, members;

	(void)form;
	if (ptx_want_args(dec, in, 2, 2) ||
		ptx_dest_pair(dec, &in->arg[0], &d, &p))
		return -1;
	if (!p)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "needs a predicate");
	members = ptx_source(dec, in, &in->arg[1], PTX_B32);
	if (members == PTX_BAD_OPERAND || !ptx_emit(dec, PTX_X_ELECT) ||
		set_pair(dec, d, p))
		return -1;
	return ptx_set(dec, 4, members);
}
