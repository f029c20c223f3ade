/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder: SIMD video instructions, "vadd4.u32.u32.u32 d.b310, a.b7654, b, c".
 */
#include "config.h"
#include "softgpu/ptx/compare.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/video.h"

/* The digits of ".b3210" or ".h10", the lowest element last; each below
 * limit. The count of them; 0: it is no such thing. */
static unsigned
read_part(
	const struct ptx_arg *arg, bool four, unsigned limit, uint8_t digit[4])
{
	unsigned count = arg->part_len - 1;

	if (arg->part_len < 2 || count > (four ? 4u : 2u) ||
		arg->part[0] != (four ? 'b' : 'h'))
		return 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned n = (unsigned)(arg->part[count - i] - '0');

		if (n >= limit)
			return 0;
		digit[i] = (uint8_t)n;
	}
	return count;
}

/* The elements of the result that are written, each named once. */
static int
get_mask(struct ptx_dec *dec, const struct ptx_arg *arg, bool four,
	uint8_t *mask)
{
	unsigned limit = four ? 4 : 2, count;
	uint8_t digit[4];

	*mask = (uint8_t)((1u << limit) - 1);
	if (!arg->part_len)
		return 0;
	*mask = 0;
	count = read_part(arg, four, limit, digit);
	for (unsigned i = 0; i < count; i++) {
		if (*mask >> digit[i])
			return ptx_refuse(dec, RGPU_PTX_SYNTAX,
				"has a mask out of order");
		*mask |= (uint8_t)(1u << digit[i]);
	}
	return count
		? 0
		: ptx_refuse(dec, RGPU_PTX_SYNTAX, "has a mask that is none");
}

/* Which elements of b:a are taken, four bits each. */
static int
get_selector(struct ptx_dec *dec, const struct ptx_arg *arg, bool four,
	bool second, uint64_t *out)
{
	unsigned count = four ? 4 : 2;
	uint8_t digit[4];

	if (!arg->part_len)
		for (unsigned i = 0; i < count; i++)
			digit[i] = (uint8_t)(i + (second ? count : 0));
	else if (read_part(arg, four, 2 * count, digit) != count)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has a selector that is none");
	for (unsigned i = 0; i < count; i++)
		*out |= (uint64_t)digit[i]
			<< (4 * i + (second ? PTX_VIDEO_B_SHIFT : 0));
	return 0;
}

static uint8_t
flags_of(const struct ptx_insn *in, bool four, bool set)
{
	unsigned a = set ? 0 : 1;

	return (uint8_t)((four ? PTX_VIDEO_FOUR : 0) |
		(!set && ptx_type_signed(in->types[0]) ? PTX_VIDEO_SIGNED_D
						       : 0) |
		(ptx_type_signed(in->types[a]) ? PTX_VIDEO_SIGNED_A : 0) |
		(ptx_type_signed(in->types[a + 1]) ? PTX_VIDEO_SIGNED_B : 0) |
		(ptx_has(in, PTX_MOD_SAT) ? PTX_VIDEO_SAT : 0) |
		(ptx_has(in, PTX_MOD_ADD) ? PTX_VIDEO_SUM : 0));
}

static uint8_t
compare_of(const struct ptx_insn *in)
{
	static const enum ptx_mod mods[] = {
		[PTX_CMP_EQ] = PTX_MOD_EQ,
		[PTX_CMP_NE] = PTX_MOD_NE,
		[PTX_CMP_LT] = PTX_MOD_LT,
		[PTX_CMP_LE] = PTX_MOD_LE,
		[PTX_CMP_GT] = PTX_MOD_GT,
		[PTX_CMP_GE] = PTX_MOD_GE,
	};
	uint8_t i = 0;

	while (i < PTX_CMP_GE && !ptx_has(in, mods[i]))
		i++;
	return i;
}

int
ptx_build_video(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool four = form->x & PTX_VIDEO_QUAD;
	uint8_t kind = form->x & (uint8_t)~PTX_VIDEO_QUAD, mask;
	uint64_t select = 0;
	uint32_t d, s[3];
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 4, 4))
		return -1;
	if (in->arg[3].part_len)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"takes a part of its last operand");
	if (get_mask(dec, &in->arg[0], four, &mask) ||
		get_selector(dec, &in->arg[1], four, false, &select) ||
		get_selector(dec, &in->arg[2], four, true, &select))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 32);
	for (unsigned i = 0; i < 3; i++) {
		s[i] = ptx_source(dec, in, &in->arg[i + 1], PTX_U32);
		if (s[i] == PTX_BAD_OPERAND)
			return -1;
	}
	op = d ? ptx_emit(dec, form->op) : NULL;
	if (!op || ptx_set_def(dec, 0, d))
		return -1;
	op->x[PTX_VIDEO_OP] = kind;
	op->x[PTX_VIDEO_FLAGS] = flags_of(in, four, kind == PTX_VIDEO_SET);
	op->x[PTX_VIDEO_MASK] = mask;
	op->x[PTX_VIDEO_COMPARE] = compare_of(in);
	op->imm = select;
	for (unsigned i = 0; i < 3; i++)
		ptx_set(dec, i + 1, s[i]);
	return 0;
}
