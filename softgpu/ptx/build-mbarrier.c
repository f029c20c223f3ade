/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: barriers in shared memory.
 */
#include "config.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/mbarrier.h"
#include "softgpu/ptx/mem.h"

/* Where operands stand, as the kind of the operation has it. */
struct operands {
	bool state; /* a result before the address */
	bool count; /* a number after it */
	bool optional;
};

static struct operands
operands_of(const struct ptx_insn *in, const struct ptx_form *form)
{
	if (ptx_has(in, PTX_MOD_MBARRIER))
		return (struct operands){false, false, false};
	switch (form->x) {
	case PTX_MBARRIER_INIT:
	case PTX_MBARRIER_EXPECT:
	case PTX_MBARRIER_COMPLETE:
		return (struct operands){false, true, false};
	case PTX_MBARRIER_INVAL: return (struct operands){false, false, false};
	case PTX_MBARRIER_ARRIVE:
	case PTX_MBARRIER_DROP:
		return (struct operands){
			true, true, !ptx_has(in, PTX_MOD_NO_COMPLETE)};
	default: return (struct operands){true, true, false};
	}
}

/* PTX ISA: without a state arrivals are written with or without "_,". */
static bool
has_state(const struct ptx_insn *in, const struct operands *want)
{
	return want->state && in->arg[0].kind != PTX_ARG_MEMORY;
}

int
ptx_build_mbarrier(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	struct operands want = operands_of(in, form);
	unsigned at = has_state(in, &want) ? 1 : 0;
	unsigned most = at + 1 + (want.count ? 1 : 0);
	uint32_t count = ptx_const(dec, 1, 32), state = 0;
	struct ptx_address a;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, most - (want.optional ? 1 : 0), most))
		return -1;
	if (at) {
		state = ptx_dest(dec, &in->arg[0], 64);
		if (!state)
			return -1;
	}
	if (in->args > at + 1)
		count = ptx_source(dec, in, &in->arg[at + 1], PTX_U32);
	if (count == PTX_BAD_OPERAND ||
		ptx_get_address(dec, in, &in->arg[at], ptx_space_of(in), &a))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op || ptx_set_address(dec, &a, 8, 1) || ptx_set(dec, 1, count) ||
		(at && ptx_set_def(dec, 0, state)))
		return -1;
	op->x[PTX_MEM_OP] = form->x;
	op->x[PTX_MEM_MODE] = (uint8_t)at;
	return 0;
}

/* mbarrier.test_wait p, [a], state or parity; .try_wait also takes a time */
int
ptx_build_mbarrier_wait(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool parity = form->x == PTX_MBARRIER_PARITY;
	unsigned most = ptx_has(in, PTX_MOD_TRY_WAIT) ? 4 : 3;
	struct ptx_address a;
	uint32_t p, value;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 3, most))
		return -1;
	p = ptx_dest(dec, &in->arg[0], 1);
	value = ptx_source(dec, in, &in->arg[2], parity ? PTX_U32 : PTX_B64);
	if (!p || value == PTX_BAD_OPERAND ||
		(in->args == 4 &&
			ptx_source(dec, in, &in->arg[3], PTX_U32) ==
				PTX_BAD_OPERAND) ||
		ptx_get_address(dec, in, &in->arg[1], ptx_space_of(in), &a))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op || ptx_set_address(dec, &a, 8, 1) || ptx_set_def(dec, 0, p))
		return -1;
	op->x[PTX_MEM_OP] = form->x;
	return ptx_set(dec, 1, value);
}

int
ptx_build_mbarrier_pending(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, state;

	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 32);
	state = ptx_source(dec, in, &in->arg[1], PTX_B64);
	if (!d || state == PTX_BAD_OPERAND || !ptx_emit(dec, form->op) ||
		ptx_set_def(dec, 0, d))
		return -1;
	return ptx_set(dec, 1, state);
}
