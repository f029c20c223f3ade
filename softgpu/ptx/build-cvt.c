/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder: conversions. Which combinations exist is in the table of forms.
 */
#include "config.h"
#include "softgpu/ptx/decode.h"

/* Conversions with a handler of their own, to nearest and without any other
 * modifier. */
static const struct {
	uint8_t to, from;
	uint16_t op;
} plain[] = {
	{PTX_S64, PTX_S32, PTX_X_CVT_S64_S32},
	{PTX_U64, PTX_S32, PTX_X_CVT_S64_S32},
	{PTX_U64, PTX_U32, PTX_X_CVT_U64_U32},
	{PTX_S64, PTX_U32, PTX_X_CVT_U64_U32},
	{PTX_U32, PTX_U64, PTX_X_CVT_B32_B64},
	{PTX_U32, PTX_S64, PTX_X_CVT_B32_B64},
	{PTX_S32, PTX_U64, PTX_X_CVT_B32_B64},
	{PTX_S32, PTX_S64, PTX_X_CVT_B32_B64},
	{PTX_U32, PTX_U16, PTX_X_CVT_U32_U16},
	{PTX_S32, PTX_U16, PTX_X_CVT_U32_U16},
	{PTX_S32, PTX_S16, PTX_X_CVT_S32_S16},
	{PTX_U32, PTX_S16, PTX_X_CVT_S32_S16},
	{PTX_U16, PTX_U32, PTX_X_CVT_U16_U32},
	{PTX_S16, PTX_S32, PTX_X_CVT_U16_U32},
	{PTX_U16, PTX_S32, PTX_X_CVT_U16_U32},
	{PTX_S16, PTX_U32, PTX_X_CVT_U16_U32},
	{PTX_U32, PTX_U8, PTX_X_CVT_U32_U8},
	{PTX_S32, PTX_U8, PTX_X_CVT_U32_U8},
	{PTX_S32, PTX_S8, PTX_X_CVT_S32_S8},
	{PTX_U32, PTX_S8, PTX_X_CVT_S32_S8},
	{PTX_U64, PTX_U16, PTX_X_CVT_U64_U16},
	{PTX_S64, PTX_U16, PTX_X_CVT_U64_U16},
	{PTX_S64, PTX_S16, PTX_X_CVT_S64_S16},
	{PTX_U64, PTX_S16, PTX_X_CVT_S64_S16},
	{PTX_U16, PTX_U64, PTX_X_CVT_U16_U64},
	{PTX_S16, PTX_S64, PTX_X_CVT_U16_U64},
	{PTX_F32, PTX_S32, PTX_X_CVT_F32_S32},
	{PTX_F32, PTX_U32, PTX_X_CVT_F32_U32},
	{PTX_F64, PTX_S32, PTX_X_CVT_F64_S32},
	{PTX_F64, PTX_U32, PTX_X_CVT_F64_U32},
	{PTX_F64, PTX_F32, PTX_X_CVT_F64_F32},
	{PTX_F32, PTX_F64, PTX_X_CVT_F32_F64},
	{PTX_F32, PTX_F16, PTX_X_CVT_F32_F16},
	{PTX_F32, PTX_BF16, PTX_X_CVT_F32_BF16},
	{PTX_F16, PTX_F32, PTX_X_CVT_F16_F32},
	{PTX_BF16, PTX_F32, PTX_X_CVT_BF16_F32},
};

static unsigned
whole_rounding(const struct ptx_insn *in)
{
	return ptx_has(in, PTX_MOD_RNI)	   ? 1
		: ptx_has(in, PTX_MOD_RZI) ? 2
		: ptx_has(in, PTX_MOD_RMI) ? 3
		: ptx_has(in, PTX_MOD_RPI) ? 4
					   : 0;
}

/* float to integer and rounding to whole numbers, in f32 */
static unsigned
whole_handler(enum ptx_type to, enum ptx_type from, unsigned whole)
{
	if (from != PTX_F32)
		return PTX_X_CVT_ANY;
	if (to == PTX_F32)
		return whole == 1    ? PTX_X_CVT_F32_RNI
			: whole == 2 ? PTX_X_CVT_F32_RZI
			: whole == 3 ? PTX_X_CVT_F32_RMI
				     : PTX_X_CVT_F32_RPI;
	if (to == PTX_S32 && whole < 4)
		return whole == 1    ? PTX_X_CVT_S32_F32_RNI
			: whole == 2 ? PTX_X_CVT_S32_F32_RZI
				     : PTX_X_CVT_S32_F32_RMI;
	return to == PTX_U32 && whole == 2 ? PTX_X_CVT_U32_F32_RZI
					   : PTX_X_CVT_ANY;
}

/* fits: the registers are as wide as the types. */
static unsigned
handler_of(const struct ptx_insn *in, unsigned flags, bool fits)
{
	enum ptx_type to = in->types[0], from = in->types[1];
	unsigned whole = whole_rounding(in);

	if (!fits)
		return PTX_X_CVT_ANY;
	if (whole)
		return flags ? PTX_X_CVT_ANY : whole_handler(to, from, whole);
	if (to == PTX_F32 && from == PTX_F32 && flags == PTX_FP_SAT)
		return PTX_X_CVT_F32_SAT;
	for (unsigned i = 0; !flags && i < RGPU_COUNT(plain); i++)
		if (plain[i].to == to && plain[i].from == from)
			return plain[i].op;
	return PTX_X_CVT_ANY;
}

/* A register at least as wide as the type, or a number. */
static uint32_t
source(struct ptx_dec *dec, const struct ptx_insn *in, unsigned *bits)
{
	const struct ptx_arg *arg = &in->arg[1];
	enum ptx_type type = in->types[1];

	*bits = 8 * ptx_type_size(type);
	if (arg->kind == PTX_ARG_SPECIAL)
		return ptx_special_operand(dec, arg->special, bits);
	if (arg->kind == PTX_ARG_REG && !arg->negated && !arg->pair &&
		dec->reg[arg->reg].bits > *bits) {
		*bits = dec->reg[arg->reg].bits;
		return ptx_reg_operand(arg->reg);
	}
	return ptx_source(dec, in, arg, type);
}

static uint32_t
dest(struct ptx_dec *dec, const struct ptx_insn *in, unsigned *bits)
{
	const struct ptx_arg *arg = &in->arg[0];

	*bits = 8 * ptx_type_size(in->types[0]);
	if (arg->kind == PTX_ARG_REG && !arg->negated && !arg->pair &&
		dec->reg[arg->reg].bits > *bits) {
		*bits = dec->reg[arg->reg].bits;
		return arg->reg;
	}
	return ptx_dest(dec, arg, *bits);
}

/* Two f32 to one pair of halves */
static int
build_pair(struct ptx_dec *dec, const struct ptx_insn *in)
{
	unsigned flags = ptx_fp_flags(&in->mods);
	bool bf16 = in->types[0] == PTX_BF16X2;
	uint32_t d, a, b;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 3, 3))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 32);
	a = ptx_source(dec, in, &in->arg[1], PTX_F32);
	b = ptx_source(dec, in, &in->arg[2], PTX_F32);
	if (!d || a == PTX_BAD_OPERAND || b == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec,
		flags	       ? PTX_X_CVT_PAIR
			: bf16 ? PTX_X_CVT_BF16X2_F32
			       : PTX_X_CVT_F16X2_F32);
	if (!op)
		return -1;
	op->x[0] = (uint8_t)flags;
	op->x[1] = (uint8_t)in->types[0];
	return ptx_set_def(dec, 0, d) || ptx_set(dec, 1, a) ||
			ptx_set(dec, 2, b)
		? -1
		: 0;
}

int
ptx_build_cvt(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned flags = ptx_fp_flags(&in->mods), to_bits, from_bits;
	enum ptx_type to = in->types[0], from = in->types[1];
	uint32_t d, a;
	struct ptx_op *op;

	(void)form;
	if (to == PTX_F16X2 || to == PTX_BF16X2)
		return build_pair(dec, in);
	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	d = dest(dec, in, &to_bits);
	a = source(dec, in, &from_bits);
	if (!d || a == PTX_BAD_OPERAND)
		return -1;
	/* 8-bit values lie in lanes of 32 bits, whatever their register. */
	op = ptx_emit(dec,
		handler_of(in, flags,
			to_bits == 8 * ptx_type_size(to) &&
				ptx_type_lane(from) ==
					(from_bits == 64 ? 8u : 4u)));
	if (!op)
		return -1;
	op->x[0] = (uint8_t)flags;
	op->x[1] = (uint8_t)to;
	op->x[2] = (uint8_t)from;
	op->x[3] = (uint8_t)to_bits;
	op->x[4] = (uint8_t)whole_rounding(in);
	op->x[5] = from_bits == 64 ? 8 : 4;
	return ptx_set_def(dec, 0, d) || ptx_set(dec, 1, a) ? -1 : 0;
}

/* To and from formats of 8 bits, two a register, and to .tf32: form->op. Two
 * f32 sources become one pair, the first one its upper half. */
int
ptx_build_cvt_small(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	enum ptx_type to = in->types[0], from = in->types[1];
	unsigned sources = to != PTX_TF32 && from == PTX_F32 ? 2 : 1;
	uint32_t d, a[2];
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 1 + sources, 1 + sources))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 8 * ptx_type_size(to));
	for (unsigned i = 0; i < sources; i++) {
		a[i] = ptx_source(dec, in, &in->arg[1 + i],
			from == PTX_F16X2	  ? PTX_B32
				: from == PTX_F32 ? PTX_F32
						  : PTX_B16);
		if (a[i] == PTX_BAD_OPERAND)
			return -1;
	}
	op = d ? ptx_emit(dec, form->op) : NULL;
	if (!op || ptx_set_def(dec, 0, d))
		return -1;
	op->x[0] = (uint8_t)ptx_fp_flags(&in->mods);
	op->x[1] = (uint8_t)to;
	op->x[2] = (uint8_t)from;
	op->x[3] = ptx_has(in, PTX_MOD_RNA);
	for (unsigned i = 0; i < sources; i++)
		ptx_set(dec, 1 + i, a[i]);
	return 0;
}
