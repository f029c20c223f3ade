/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder: cp.async.ca.shared.global [to], [from], size{, some or p}{, policy}
 */
#include "config.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/mem.h"

/* The place in shared memory as one operand of 32 bits. */
static uint32_t
get_place(struct ptx_dec *dec, const struct ptx_insn *in)
{
	struct ptx_address a;
	uint32_t reg, add;

	if (ptx_get_address(dec, in, &in->arg[0], PTX_SHARED, &a))
		return PTX_BAD_OPERAND;
	if (a.wide) {
		reg = ptx_reg_new(dec, 32);
		if (!reg || !ptx_emit_temp(dec, PTX_X_CVT_B32_B64) ||
			ptx_set_def(dec, 0, reg) || ptx_set(dec, 1, a.base))
			return PTX_BAD_OPERAND;
		a.base = ptx_reg_operand(reg);
	}
	if (!a.offset)
		return a.base;
	reg = ptx_reg_new(dec, 32);
	add = ptx_const(dec, (uint32_t)a.offset, 32);
	if (!reg || add == PTX_BAD_OPERAND ||
		!ptx_emit_temp(dec, PTX_X_ADD_B32) ||
		ptx_set_def(dec, 0, reg) || ptx_set(dec, 1, a.base) ||
		ptx_set(dec, 2, add))
		return PTX_BAD_OPERAND;
	return ptx_reg_operand(reg);
}

/* 0: it is none. */
static unsigned
get_size(struct ptx_dec *dec, const struct ptx_insn *in)
{
	const struct ptx_arg *arg = &in->arg[2];
	uint64_t n = arg->value.bits;

	if (arg->kind == PTX_ARG_VALUE && !arg->value.is_float &&
		(n == 16 || (ptx_has(in, PTX_MOD_CA) && (n == 4 || n == 8))))
		return (unsigned)n;
	ptx_refuse(dec, RGPU_PTX_SYNTAX,
		"copies another number of bytes than it can");
	return 0;
}

/* How much of the source counts: a number of bytes, or a predicate that says
 * that nothing does. */
static int
get_limit(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, uint32_t *some, uint32_t *ignore)
{
	bool pred = arg->kind == PTX_ARG_REG && dec->reg[arg->reg].bits == 1;

	if (pred)
		*ignore = ptx_source_pred(dec, in, arg);
	else
		*some = ptx_source(dec, in, arg, PTX_U32);
	if ((pred ? *ignore : *some) == PTX_BAD_OPERAND)
		return -1;
	return pred ? PTX_COPY_IGNORE : PTX_COPY_SOME;
}

int
ptx_build_copy(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned hint = ptx_has(in, PTX_MOD_L2_HINT) ? 1 : 0;
	unsigned size = in->args >= 3 ? get_size(dec, in) : 0;
	uint32_t zero = ptx_uniform_operand(PTX_U_ZERO), place;
	uint32_t some = zero, ignore = zero;
	int how = PTX_COPY_ALL;
	struct ptx_address from;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 3 + hint, 4 + hint) || !size)
		return -1;
	if (hint &&
		ptx_source(dec, in, &in->arg[in->args - 1], PTX_B64) ==
			PTX_BAD_OPERAND)
		return -1;
	if (in->args == 4 + hint)
		how = get_limit(dec, in, &in->arg[3], &some, &ignore);
	place = get_place(dec, in);
	if (how < 0 || place == PTX_BAD_OPERAND ||
		ptx_get_address(dec, in, &in->arg[1], PTX_GLOBAL, &from))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op || ptx_set_address(dec, &from, size, 1) ||
		ptx_set(dec, 0, place) || ptx_set(dec, 1, some) ||
		ptx_set(dec, 2, ignore))
		return -1;
	op->x[PTX_MEM_OP] = (uint8_t)how;
	return 0;
}
