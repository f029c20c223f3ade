/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: arithmetic, logic, selections and comparisons.
 */
#include "config.h"
#include <string.h>

#include "softgpu/ptx/compare.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/half.h"

unsigned
ptx_fp_flags(const struct ptx_mods *mods)
{
	static const struct {
		enum ptx_mod mod;
		unsigned flag;
	} flags[] = {
		{PTX_MOD_RZ, PTX_FP_RZ},
		{PTX_MOD_RM, PTX_FP_RM},
		{PTX_MOD_RP, PTX_FP_RP},
		{PTX_MOD_FTZ, PTX_FP_FTZ},
		{PTX_MOD_SAT, PTX_FP_SAT},
		{PTX_MOD_RELU, PTX_FP_RELU},
		{PTX_MOD_NAN_WINS, PTX_FP_NAN},
		{PTX_MOD_XORSIGN, PTX_FP_XORSIGN},
		{PTX_MOD_SATFINITE, PTX_FP_SATFINITE},
	};
	unsigned r = 0;

	for (unsigned i = 0; i < RGPU_COUNT(flags); i++)
		if (ptx_mod_in(mods, flags[i].mod))
			r |= flags[i].flag;
	return r;
}

/* The type twice as wide, for .wide results. */
static enum ptx_type
wider(enum ptx_type type)
{
	switch (ptx_type_size(type)) {
	case 2: return PTX_B32;
	case 4: return PTX_B64;
	default: return PTX_NONE;
	}
}

/* One operand: everything that emits operations of its own comes first. */
struct operand {
	bool is_def;
	uint32_t value; /* register of a result, else the operand */
};

static int
immediate(struct ptx_dec *dec, const struct ptx_arg *arg, uint32_t *out)
{
	if (arg->kind != PTX_ARG_VALUE || arg->value.is_float ||
		arg->value.bits > 255)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"needs a number from 0 to 255");
	*out = (uint32_t)arg->value.bits;
	return 0;
}

static int
get_operand(struct ptx_dec *dec, const struct ptx_insn *in, char letter,
	const struct ptx_arg *arg, struct operand *out)
{
	enum ptx_type t = in->types[0];

	*out = (struct operand){.is_def = strchr("dDeq", letter) != NULL};
	switch (letter) {
	case 'd': out->value = ptx_dest(dec, arg, 8 * ptx_type_size(t)); break;
	case 'D':
		out->value = ptx_dest(dec, arg, 8 * ptx_type_size(wider(t)));
		break;
	case 'e': out->value = ptx_dest(dec, arg, 32); break;
	case 'q': out->value = ptx_dest(dec, arg, 1); break;
	case 'a': out->value = ptx_source(dec, in, arg, t); break;
	case 'A': out->value = ptx_source(dec, in, arg, wider(t)); break;
	case 'b': out->value = ptx_source(dec, in, arg, in->types[1]); break;
	case 'c': out->value = ptx_source(dec, in, arg, in->types[2]); break;
	case 'w': out->value = ptx_source(dec, in, arg, PTX_B32); break;
	default: out->value = ptx_source_pred(dec, in, arg);
	}
	if (out->is_def ? !out->value : out->value == PTX_BAD_OPERAND)
		return -1;
	return 0;
}

/* Emits one operation with the operands that the letters describe. */
static struct ptx_op *
emit_form(struct ptx_dec *dec, const struct ptx_insn *in, const char *letters,
	unsigned id)
{
	unsigned count = (unsigned)strlen(letters), places = 0;
	struct operand operand[PTX_OPERANDS];
	uint32_t number = 0;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, count, count))
		return NULL;
	for (unsigned i = 0; i < count; i++) {
		if (letters[i] == 'i') {
			if (immediate(dec, &in->arg[i], &number))
				return NULL;
		} else if (get_operand(dec, in, letters[i], &in->arg[i],
				   &operand[places++])) {
			return NULL;
		}
	}
	op = ptx_emit(dec, id);
	if (!op)
		return NULL;
	op->x[0] = (uint8_t)number;
	for (unsigned i = 0; i < places; i++)
		if (operand[i].is_def ? ptx_set_def(dec, i, operand[i].value)
				      : ptx_set(dec, i, operand[i].value))
			return NULL;
	return op;
}

int
ptx_build_alu(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	struct ptx_op *op = emit_form(dec, in, form->args, form->op);

	if (!op)
		return -1;
	op->x[1] = form->x;
	return 0;
}

int
ptx_build_float(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned flags = ptx_fp_flags(&in->mods), id = form->op;
	struct ptx_op *op;

	/* f64 has no .ftz, so its second operation is the general one. */
	if (flags && in->types[0] == PTX_F64)
		id += 1;
	else if (flags)
		id += flags == PTX_FP_FTZ ? 1 : 2;
	op = emit_form(dec, in, form->args, id);
	if (!op)
		return -1;
	op->x[0] = (uint8_t)flags;
	return 0;
}

/* form->x: PTX_HALF_* for x[1]; the plain operation, where there is one, is
 * followed by that with flags. */
int
ptx_build_flags(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned flags = ptx_fp_flags(&in->mods);
	bool has_plain = form->op == PTX_X_MIN_F32 || form->op == PTX_X_MAX_F32;
	struct ptx_op *op = emit_form(
		dec, in, form->args, form->op + (has_plain && flags ? 1 : 0));

	if (!op)
		return -1;
	op->x[0] = (uint8_t)flags;
	op->x[1] = form->x;
	return 0;
}

/* form->x: carry in. */
int
ptx_build_carry(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	struct ptx_op *op = emit_form(dec, in, form->args, form->op);

	if (!op)
		return -1;
	op->x[0] = (uint8_t)(form->x | (ptx_has(in, PTX_MOD_CC) ? 2 : 0));
	return 0;
}

/* A boolean operation of predicates into a new register; 0: refused. */
static uint32_t
combine(struct ptx_dec *dec, const struct ptx_insn *in, uint32_t a, uint32_t b)
{
	uint32_t reg = ptx_reg_new(dec, 1);
	unsigned id = ptx_has(in, PTX_MOD_AND) ? PTX_X_AND_PRED
		: ptx_has(in, PTX_MOD_OR)      ? PTX_X_OR_PRED
					       : PTX_X_XOR_PRED;

	if (!reg || b == PTX_BAD_OPERAND || !ptx_emit_temp(dec, id) ||
		ptx_set_def(dec, 0, reg) || ptx_set(dec, 1, a) ||
		ptx_set(dec, 2, b))
		return 0;
	return reg;
}

static uint32_t
invert(struct ptx_dec *dec, uint32_t reg)
{
	uint32_t not = ptx_reg_new(dec, 1);

	if (!not || !ptx_emit_temp(dec, PTX_X_NOT_PRED) ||
		ptx_set_def(dec, 0, not ) ||
		ptx_set(dec, 1, ptx_reg_operand(reg)))
		return 0;
	return not ;
}

/* Writes a predicate, under the guard of the instruction. */
static int
write_pred(struct ptx_dec *dec, uint32_t to, uint32_t from)
{
	if (!from || !ptx_emit(dec, PTX_X_MOV_PRED) ||
		ptx_set_def(dec, 0, to) ||
		ptx_set(dec, 1, ptx_reg_operand(from)))
		return -1;
	return 0;
}

static bool
has_bool_op(const struct ptx_insn *in)
{
	return ptx_has(in, PTX_MOD_AND) || ptx_has(in, PTX_MOD_OR) ||
		ptx_has(in, PTX_MOD_XOR);
}

/* lop3.or.b32 d|p, a, b, c, lut, q: p = (d != 0) or q. */
int
ptx_build_lop3(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	uint32_t value = ptx_reg_new(dec, 32), test = ptx_reg_new(dec, 1);
	uint32_t src[3], lut = 0, q, d, p;
	struct ptx_op *op;

	(void)form;
	if (ptx_want_args(dec, in, 6, 6) || !value || !test ||
		ptx_dest_pair(dec, &in->arg[0], &d, &p))
		return -1;
	if (!p)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"needs a predicate for its second result");
	for (unsigned i = 0; i < 3; i++) {
		src[i] = ptx_source(dec, in, &in->arg[i + 1], PTX_B32);
		if (src[i] == PTX_BAD_OPERAND)
			return -1;
	}
	q = ptx_source_pred(dec, in, &in->arg[5]);
	if (immediate(dec, &in->arg[4], &lut) || q == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit_temp(dec, PTX_X_LOP3);
	if (!op || ptx_set_def(dec, 0, value))
		return -1;
	op->x[0] = (uint8_t)lut;
	for (unsigned i = 0; i < 3; i++)
		ptx_set(dec, i + 1, src[i]);
	if (!ptx_emit_temp(dec, PTX_X_SETP_NE_U32) ||
		ptx_set_def(dec, 0, test) ||
		ptx_set(dec, 1, ptx_reg_operand(value)))
		return -1;
	test = combine(dec, in, ptx_reg_operand(test), q);
	if (!test || !ptx_emit(dec, PTX_X_MOV_B32) || ptx_set_def(dec, 0, d) ||
		ptx_set(dec, 1, ptx_reg_operand(value)))
		return -1;
	return write_pred(dec, p, test);
}

static enum ptx_compare
compare_of(const struct ptx_insn *in)
{
	static const struct {
		enum ptx_mod mod;
		enum ptx_compare compare;
	} all[] = {
		{PTX_MOD_EQ, PTX_CMP_EQ},
		{PTX_MOD_NE, PTX_CMP_NE},
		{PTX_MOD_LT, PTX_CMP_LT},
		{PTX_MOD_LE, PTX_CMP_LE},
		{PTX_MOD_GT, PTX_CMP_GT},
		{PTX_MOD_GE, PTX_CMP_GE},
		{PTX_MOD_LO, PTX_CMP_LT},
		{PTX_MOD_LS, PTX_CMP_LE},
		{PTX_MOD_HI, PTX_CMP_GT},
		{PTX_MOD_HS, PTX_CMP_GE},
		{PTX_MOD_EQU, PTX_CMP_EQU},
		{PTX_MOD_NEU, PTX_CMP_NEU},
		{PTX_MOD_LTU, PTX_CMP_LTU},
		{PTX_MOD_LEU, PTX_CMP_LEU},
		{PTX_MOD_GTU, PTX_CMP_GTU},
		{PTX_MOD_GEU, PTX_CMP_GEU},
		{PTX_MOD_NUM, PTX_CMP_NUM},
	};

	for (unsigned i = 0; i < RGPU_COUNT(all); i++)
		if (ptx_has(in, all[i].mod))
			return all[i].compare;
	return PTX_CMP_NAN;
}

/* The handler that compares two values of a type. */
static unsigned
setp_handler(enum ptx_type type, enum ptx_compare compare, bool ftz)
{
	bool order = compare >= PTX_CMP_LT;
	unsigned id;

	switch (type) {
	case PTX_F64: return PTX_X_SETP_EQ_F64 + compare;
	case PTX_F32:
		return ftz ? PTX_X_SETP_F32_FTZ : PTX_X_SETP_EQ_F32 + compare;
	case PTX_F16:
	case PTX_BF16:
	case PTX_F16X2:
	case PTX_BF16X2: return PTX_X_SETP_HALF;
	case PTX_S16: id = PTX_X_SETP_LT_S16; break;
	case PTX_S32: id = PTX_X_SETP_LT_S32; break;
	case PTX_S64: id = PTX_X_SETP_LT_S64; break;
	case PTX_B64:
	case PTX_U64: return PTX_X_SETP_EQ_U64 + compare;
	default: return PTX_X_SETP_EQ_U32 + compare;
	}
	if (order)
		return id + (compare - PTX_CMP_LT);
	return (type == PTX_S64 ? PTX_X_SETP_EQ_U64 : PTX_X_SETP_EQ_U32) +
		compare;
}

/* form->x of half types: PTX_HALF_*. test[1] is of the upper half of pairs.
 * guarded: straight into the registers of the instruction. */
static int
emit_compare(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form, unsigned first, enum ptx_type type,
	uint32_t test[2], bool guarded)
{
	uint32_t a = ptx_source(dec, in, &in->arg[first], type);
	uint32_t b = ptx_source(dec, in, &in->arg[first + 1], type);
	enum ptx_compare compare = compare_of(in);
	unsigned id = setp_handler(type, compare, ptx_has(in, PTX_MOD_FTZ));
	struct ptx_op *op;

	if (a == PTX_BAD_OPERAND || b == PTX_BAD_OPERAND)
		return -1;
	op = guarded ? ptx_emit(dec, id) : ptx_emit_temp(dec, id);
	if (!op || ptx_set_def(dec, 0, test[0]) || ptx_set(dec, 1, a) ||
		ptx_set(dec, 2, b))
		return -1;
	op->x[0] = (uint8_t)ptx_fp_flags(&in->mods);
	op->x[1] = (uint8_t)compare;
	op->x[2] = form->x;
	return form->x & PTX_HALF_PAIR ? ptx_set_def(dec, 3, test[1]) : 0;
}

/* p and q of setp: of pairs the two halves, else the result and the result
 * of the complement. */
static int
setp_results(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form, uint32_t test[2])
{
	bool pair = form->x & PTX_HALF_PAIR;
	uint32_t c = 0;

	if (has_bool_op(in)) {
		c = ptx_source_pred(dec, in, &in->arg[3]);
		if (c == PTX_BAD_OPERAND)
			return -1;
	}
	if (!pair)
		test[1] = in->arg[0].pair ? invert(dec, test[0]) : 0;
	for (unsigned i = 0; i < 2 && has_bool_op(in); i++)
		if (test[i])
			test[i] = combine(dec, in, ptx_reg_operand(test[i]), c);
	if (write_pred(dec, in->arg[0].reg, test[0]))
		return -1;
	return in->arg[0].pair ? write_pred(dec, in->arg[0].pair, test[1]) : 0;
}

int
ptx_build_setp(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool pair = form->x & PTX_HALF_PAIR;
	unsigned count = has_bool_op(in) ? 4 : 3;
	const struct ptx_arg *d = &in->arg[0];
	uint32_t test[2];

	if (ptx_want_args(dec, in, count, count))
		return -1;
	if ((d->kind != PTX_ARG_REG && d->kind != PTX_ARG_SINK) ||
		(d->kind == PTX_ARG_REG && dec->reg[d->reg].bits != 1) ||
		(d->pair > PTX_REG_SINK && dec->reg[d->pair].bits != 1))
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has a result that is not a predicate");
	/* The common case is one operation. */
	if (!has_bool_op(in) && !d->pair && !pair) {
		test[0] = d->reg;
		return emit_compare(dec, in, form, 1, in->types[0], test, true);
	}
	test[0] = ptx_reg_new(dec, 1);
	test[1] = ptx_reg_new(dec, 1);
	if (!test[0] || !test[1] ||
		emit_compare(dec, in, form, 1, in->types[0], test, false))
		return -1;
	return setp_results(dec, in, form, test);
}

/* What set writes for true. */
static uint64_t
set_value(enum ptx_type type)
{
	switch (type) {
	case PTX_F32: return 0x3f800000;
	case PTX_F16:
	case PTX_F16X2: return 0x3c00;
	case PTX_BF16:
	case PTX_BF16X2: return 0x3f80;
	case PTX_U16:
	case PTX_S16: return 0xffff;
	default: return 0xffffffff;
	}
}

/* value where the predicate is true, else 0, into a register; temp: a new
 * one, else that of the instruction under its guard. */
static uint32_t
select_value(struct ptx_dec *dec, uint32_t pred, uint64_t value, uint32_t to)
{
	struct ptx_op *op = to ? ptx_emit(dec, PTX_X_SELP_B32)
			       : ptx_emit_temp(dec, PTX_X_SELP_B32);

	if (!to)
		to = ptx_reg_new(dec, 32);
	if (!op || !to || ptx_set_def(dec, 0, to) ||
		ptx_set(dec, 1, ptx_const(dec, value, 32)) ||
		ptx_set(dec, 3, ptx_reg_operand(pred)))
		return 0;
	return to;
}

int
ptx_build_set(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool pair = form->x & PTX_HALF_PAIR;
	unsigned count = has_bool_op(in) ? 4 : 3;
	uint64_t value = set_value(in->types[0]);
	uint32_t test[2], d, half[2];

	if (ptx_want_args(dec, in, count, count))
		return -1;
	d = ptx_dest(dec, &in->arg[0], 8 * ptx_type_size(in->types[0]));
	test[0] = ptx_reg_new(dec, 1);
	test[1] = ptx_reg_new(dec, 1);
	if (!d || !test[0] || !test[1] ||
		emit_compare(dec, in, form, 1, in->types[1], test, false))
		return -1;
	for (unsigned i = 0; i < (pair ? 2u : 1u) && has_bool_op(in); i++) {
		uint32_t c = ptx_source_pred(dec, in, &in->arg[3]);

		test[i] = combine(dec, in, ptx_reg_operand(test[i]), c);
		if (!test[i])
			return -1;
	}
	if (!pair)
		return select_value(dec, test[0], value, d) ? 0 : -1;
	half[0] = select_value(dec, test[0], value & 0xffff, 0);
	half[1] = select_value(dec, test[1], value << 16 & 0xffff0000, 0);
	if (!half[0] || !half[1] || !ptx_emit(dec, PTX_X_OR_B32) ||
		ptx_set_def(dec, 0, d) ||
		ptx_set(dec, 1, ptx_reg_operand(half[0])))
		return -1;
	return ptx_set(dec, 2, ptx_reg_operand(half[1]));
}

int
ptx_build_slct(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned ftz = ptx_has(in, PTX_MOD_FTZ) ? 1 : 0;

	return emit_form(dec, in, "daab", form->op + ftz) ? 0 : -1;
}
