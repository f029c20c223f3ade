/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: moves, packing, addresses, conversions.
 */
#include "config.h"
#include "softgpu/ptx/decode.h"

static int
emit1(struct ptx_dec *dec, unsigned id, uint32_t d, uint32_t a)
{
	if (a == PTX_BAD_OPERAND || !d || !ptx_emit(dec, id) ||
		ptx_set_def(dec, 0, d))
		return -1;
	return ptx_set(dec, 1, a);
}

static unsigned
mov_handler(unsigned bits)
{
	switch (bits) {
	case 1: return PTX_X_MOV_PRED;
	case 64: return PTX_X_MOV_B64;
	default: return PTX_X_MOV_B32;
	}
}

/* mov.b64 d, {a, b}: elements to one register */
static int
pack(struct ptx_dec *dec, const struct ptx_insn *in)
{
	const struct ptx_arg *v = &in->arg[1];
	unsigned bits = 8 * ptx_type_size(in->types[0]);
	unsigned part = v->count ? bits / v->count : 0, id;
	uint32_t d = ptx_dest(dec, &in->arg[0], bits), a[4];
	enum ptx_type type = part == 32 ? PTX_B32
		: part == 16		? PTX_B16
					: PTX_B8;

	if (!d)
		return -1;
	switch (bits * 100 + v->count) {
	case 1602: id = PTX_X_PACK_2X8; break;
	case 3202: id = PTX_X_PACK_2X16; break;
	case 3204: id = PTX_X_PACK_4X8; break;
	case 6402: id = PTX_X_PACK_2X32; break;
	case 6404: id = PTX_X_PACK_4X16; break;
	default:
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"packs a vector of a size that is not supported");
	}
	for (unsigned i = 0; i < v->count; i++) {
		a[i] = ptx_source(dec, in, &v->list[i], type);
		if (a[i] == PTX_BAD_OPERAND)
			return -1;
	}
	if (!ptx_emit(dec, id) || ptx_set_def(dec, 0, d))
		return -1;
	for (unsigned i = 0; i < v->count; i++)
		if (ptx_set(dec, i + 1, a[i]))
			return -1;
	return 0;
}

/* mov.b64 {a, b}, d: one register to elements, an operation each */
static int
unpack(struct ptx_dec *dec, const struct ptx_insn *in)
{
	const struct ptx_arg *v = &in->arg[0];
	unsigned bits = 8 * ptx_type_size(in->types[0]);
	unsigned part = v->count ? bits / v->count : 0, id;
	uint32_t a = ptx_source(dec, in, &in->arg[1], in->types[0]);

	if (a == PTX_BAD_OPERAND)
		return -1;
	if (part == 32)
		id = PTX_X_PART_32;
	else if (part == 16)
		id = bits == 64 ? PTX_X_PART_16_OF_64 : PTX_X_PART_16;
	else if (part == 8 && bits < 64)
		id = PTX_X_PART_8;
	else
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"unpacks to a vector of a size that is not supported");
	for (unsigned i = 0; i < v->count; i++) {
		uint32_t d;

		if (v->list[i].kind == PTX_ARG_SINK)
			continue;
		d = ptx_dest(dec, &v->list[i], part);
		if (emit1(dec, id, d, a))
			return -1;
		dec->code->ops[dec->code->count - 1].x[1] = (uint8_t)(part * i);
	}
	return 0;
}

static int
mov_special(struct ptx_dec *dec, const struct ptx_insn *in, unsigned bits)
{
	uint32_t d = ptx_dest(dec, &in->arg[0], bits), a;
	unsigned have;

	a = ptx_special_operand(dec, in->arg[1].special, &have);
	if (bits == 16 && have == 32)
		return emit1(dec, PTX_X_MOV_B16, d, a);
	if (have == 64 && bits == 32)
		return emit1(dec, PTX_X_CVT_B32_B64, d, a);
	if (have != bits)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"moves a special register of another width");
	return emit1(dec, mov_handler(bits), d, a);
}

/* The address of a variable in its own space; const and global addresses are
 * 64-bit ones of the host. */
static int
mov_address(struct ptx_dec *dec, const struct ptx_insn *in, unsigned bits)
{
	const struct ptx_arg *a = &in->arg[1];
	uint32_t d = ptx_dest(dec, &in->arg[0], bits);
	enum ptx_space space = a->place.space;

	if (bits == 32 && (space == PTX_GLOBAL || space == PTX_CONST))
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"takes an address of 64 bits into 32");
	if (bits < 32 || ptx_type_float(in->types[0]))
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"takes an address into another type");
	if (!d)
		return -1;
	return emit1(dec, mov_handler(bits), d,
		ptx_place_operand(dec, &a->place, bits));
}

static int
mov_function(struct ptx_dec *dec, const struct ptx_insn *in, unsigned bits)
{
	uint32_t d = ptx_dest(dec, &in->arg[0], bits);

	if (bits != 64)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"takes the address of a function into %u bits", bits);
	return emit1(dec, PTX_X_MOV_B64, d,
		ptx_const(dec, ptx_func_address(in->arg[1].func), 64));
}

int
ptx_build_mov(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	enum ptx_type type = in->types[0];
	unsigned bits = type == PTX_PRED ? 1 : 8 * ptx_type_size(type);
	uint32_t a;

	(void)form;
	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	switch (in->arg[1].kind) {
	case PTX_ARG_SPECIAL: return mov_special(dec, in, bits);
	case PTX_ARG_PLACE: return mov_address(dec, in, bits);
	case PTX_ARG_FUNC: return mov_function(dec, in, bits);
	case PTX_ARG_VECTOR: return pack(dec, in);
	default: break;
	}
	if (in->arg[0].kind == PTX_ARG_VECTOR)
		return unpack(dec, in);
	a = type == PTX_PRED ? ptx_source_pred(dec, in, &in->arg[1])
			     : ptx_source(dec, in, &in->arg[1], type);
	if (a == PTX_BAD_OPERAND)
		return -1;
	return emit1(
		dec, mov_handler(bits), ptx_dest(dec, &in->arg[0], bits), a);
}

/* What is added to an address of a space to make it generic. */
static uint32_t
window_of(enum ptx_space space)
{
	switch (space) {
	case PTX_SHARED: return ptx_uniform_operand(PTX_U_SHARED_WINDOW);
	case PTX_PARAM: return ptx_uniform_operand(PTX_U_PARAM_WINDOW);
	case PTX_LOCAL: return ptx_warp_operand(PTX_W_LOCAL_WINDOW);
	default: return ptx_uniform_operand(PTX_U_ZERO);
	}
}

/* cvta{.to}.space.u64 d, a, where a may be a variable. */
int
ptx_build_cvta(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool to = ptx_has(in, PTX_MOD_TO);
	enum ptx_space space = ptx_space_of(in);
	uint32_t d, a;

	(void)form;
	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 64);
	if (!d)
		return -1;
	if (in->arg[1].kind == PTX_ARG_PLACE) {
		/* Parameters of functions are in local memory here. */
		if (in->arg[1].place.space != space || to)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"converts the address of another space");
		a = ptx_place_operand(dec, &in->arg[1].place, 64);
	} else {
		a = ptx_source(dec, in, &in->arg[1], PTX_U64);
	}
	if (space == PTX_GLOBAL || space == PTX_CONST)
		return emit1(dec, PTX_X_MOV_B64, d, a);
	if (emit1(dec, to ? PTX_X_SUB_B64 : PTX_X_ADD_B64, d, a))
		return -1;
	return ptx_set(dec, 2, window_of(space));
}

int
ptx_build_isspacep(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t d, a;

	(void)form;
	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 1);
	a = d ? ptx_source(dec, in, &in->arg[1], PTX_U64) : PTX_BAD_OPERAND;
	if (emit1(dec, PTX_X_ISSPACEP, d, a))
		return -1;
	dec->code->ops[dec->code->count - 1].x[1] = (uint8_t)ptx_space_of(in);
	return 0;
}
