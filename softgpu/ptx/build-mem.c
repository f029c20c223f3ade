/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: loads, stores, atomic operations, fences.
 */
#include "config.h"
#include <string.h>

#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/half.h"
#include "softgpu/ptx/mem.h"

enum ptx_space
ptx_space_of(const struct ptx_insn *in)
{
	static const struct {
		enum ptx_mod mod;
		enum ptx_space space;
	} all[] = {
		{PTX_MOD_GLOBAL, PTX_GLOBAL},
		{PTX_MOD_CONST, PTX_CONST},
		{PTX_MOD_SHARED, PTX_SHARED},
		{PTX_MOD_SHARED_CTA, PTX_SHARED},
		/* A cluster is one block here. */
		{PTX_MOD_SHARED_CLUSTER, PTX_SHARED},
		{PTX_MOD_LOCAL, PTX_LOCAL},
		{PTX_MOD_PARAM, PTX_PARAM},
		{PTX_MOD_PARAM_ENTRY, PTX_PARAM},
		{PTX_MOD_PARAM_FUNC, PTX_PARAM},
	};

	for (unsigned i = 0; i < RGPU_COUNT(all); i++)
		if (ptx_has(in, all[i].mod))
			return all[i].space;
	return PTX_GENERIC;
}

/*
 * The space that an access really goes to. Parameters of a kernel are a space
 * of their own; those of functions, and those of calls, are in local memory.
 */
static enum ptx_space
real_space(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, enum ptx_space space)
{
	if (space == PTX_PARAM && arg->has_place)
		return arg->place.space;
	if (space == PTX_PARAM && ptx_has(in, PTX_MOD_PARAM_FUNC))
		return PTX_LOCAL;
	if (space == PTX_PARAM && !ptx_has(in, PTX_MOD_PARAM_ENTRY))
		return dec->func->entry ? PTX_PARAM : PTX_LOCAL;
	if (space == PTX_GENERIC && arg->has_place)
		return arg->place.space;
	return space;
}

static int
symbol_address(
	struct ptx_dec *dec, const struct ptx_arg *arg, struct ptx_address *out)
{
	out->offset = arg->place.offset + arg->offset;
	out->wide = false;
	switch (arg->place.origin) {
	case PTX_AT_DYNAMIC:
		out->base = ptx_uniform_operand(PTX_U_DYNAMIC_BASE);
		break;
	case PTX_AT_MODULE:
		out->base = ptx_uniform_operand(PTX_U_MODULE_BASE);
		break;
	case PTX_AT_FRAME:
		out->base = dec->func->entry ? ptx_uniform_operand(PTX_U_ZERO)
					     : ptx_reg_operand(PTX_REG_LOCAL);
		break;
	default: out->base = ptx_uniform_operand(PTX_U_ZERO); out->wide = true;
	}
	return 0;
}

int
ptx_get_address(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, enum ptx_space space,
	struct ptx_address *out)
{
	if (arg->kind != PTX_ARG_MEMORY)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "has no [address]");
	out->space = real_space(dec, in, arg, space);
	if (arg->has_place) {
		if (space != PTX_GENERIC && space != PTX_PARAM &&
			arg->place.space != space)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"names a variable of another space");
		return symbol_address(dec, arg, out);
	}
	out->offset = arg->offset;
	out->base = ptx_uniform_operand(PTX_U_ZERO);
	out->wide = true;
	if (!arg->reg)
		return 0;
	out->base = ptx_reg_operand(arg->reg);
	out->wide = dec->reg[arg->reg].bits == 64;
	if (dec->reg[arg->reg].bits < 32 ||
		(!out->wide &&
			(out->space == PTX_GLOBAL || out->space == PTX_CONST ||
				out->space == PTX_GENERIC)))
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"has an address of too few bits");
	return 0;
}

int
ptx_set_address(struct ptx_dec *dec, const struct ptx_address *a, unsigned size,
	unsigned count)
{
	struct ptx_op *op = &dec->code->ops[dec->code->count - 1];

	op->imm = a->offset;
	op->x[PTX_MEM_SPACE] = (uint8_t)a->space;
	op->x[PTX_MEM_SIZE] = (uint8_t)size;
	op->x[PTX_MEM_COUNT] = (uint8_t)count;
	op->x[PTX_MEM_WIDE] = a->wide;
	op->x[PTX_MEM_ALIGN] = (uint8_t)(size * count);
	/* Few instructions share a cached range, so it mostly fits. */
	op->slot = (uint16_t)(dec->slots++ % PTX_RANGES);
	return ptx_set(dec, 4, a->base);
}

static unsigned
vector_length(const struct ptx_insn *in)
{
	return ptx_has(in, PTX_MOD_V2)	  ? 2
		: ptx_has(in, PTX_MOD_V4) ? 4
		: ptx_has(in, PTX_MOD_V8) ? 8
					  : 1;
}

static bool
is_sync(const struct ptx_insn *in)
{
	/* .cv: "don't cache and fetch again", what loops that poll use. */
	return ptx_has(in, PTX_MOD_VOLATILE) || ptx_has(in, PTX_MOD_RELAXED) ||
		ptx_has(in, PTX_MOD_ACQUIRE) || ptx_has(in, PTX_MOD_RELEASE) ||
		ptx_has(in, PTX_MOD_CV);
}

/* Data operands: as many as the vector says, each at least as wide as the
 * type. What a wider one means is up to PTX_MEM_* flags. */
struct data {
	uint32_t operand[PTX_VECTOR_MAX];
	unsigned count, bits;
};

static int
check_width(struct ptx_dec *dec, struct data *d, unsigned bits, unsigned least)
{
	bool other_lane = (d->bits == 64) != (bits == 64);

	if (bits < least || (d->bits && d->bits != bits && other_lane))
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"has a register that does not fit the type");
	d->bits = bits;
	return 0;
}

static int
add_data(struct ptx_dec *dec, const struct ptx_insn *in, struct data *d,
	const struct ptx_arg *arg, bool store)
{
	enum ptx_type type = in->types[0];
	unsigned least = 8 * ptx_type_size(type);
	uint32_t *out = &d->operand[d->count++];

	if (arg->kind == PTX_ARG_REG && !arg->pair && !arg->negated) {
		*out = store ? ptx_reg_operand(arg->reg) : arg->reg;
		/* What a load extends to has to be the same for all. */
		if (!store && d->bits && d->bits != dec->reg[arg->reg].bits)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"loads into registers of several widths");
		return check_width(dec, d, dec->reg[arg->reg].bits, least);
	}
	if (!store && arg->kind == PTX_ARG_SINK) {
		*out = PTX_REG_SINK;
		return 0;
	}
	if (!store)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "does not load into a register");
	*out = ptx_source(dec, in, arg, type);
	if (*out == PTX_BAD_OPERAND)
		return -1;
	return check_width(dec, d, least < 32 ? 32 : least, least);
}

static int
get_data(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, bool store, struct data *d)
{
	unsigned want = vector_length(in);

	*d = (struct data){.count = 0};
	if ((arg->kind == PTX_ARG_VECTOR) != (want > 1) ||
		(want > 1 && arg->count != want))
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has another number of elements than it says");
	if (want == 1)
		return add_data(dec, in, d, arg, store);
	for (unsigned i = 0; i < want; i++)
		if (add_data(dec, in, d, &arg->list[i], store))
			return -1;
	return 0;
}

static uint8_t
data_flags(const struct ptx_insn *in, const struct data *d)
{
	unsigned flags = ptx_type_signed(in->types[0]) ? PTX_MEM_SIGNED : 0;

	/* 8 and 16 bits are as the type says where a register has no more. */
	if (d->bits == 64)
		flags |= PTX_MEM_LANE64;
	else if (d->bits == 16 || d->bits == 8)
		flags |= PTX_MEM_REG16;
	return (uint8_t)flags;
}

static bool
is_sink_only(const struct data *d)
{
	return d->bits == 0;
}

/* The handler for one element, where there is a fast one. */
static unsigned
pick_handler(const struct ptx_address *a, unsigned size, const struct data *d,
	bool store)
{
	bool word = size == 4 && d->bits == 32, twice = size == 8;

	if (d->count == 1 && (word || twice) && a->wide &&
		(a->space == PTX_GLOBAL || a->space == PTX_GENERIC ||
			a->space == PTX_CONST))
		return store
			? (word ? PTX_X_ST_GLOBAL_B32 : PTX_X_ST_GLOBAL_B64)
			: (word ? PTX_X_LD_GLOBAL_B32 : PTX_X_LD_GLOBAL_B64);
	if (d->count == 1 && (word || twice) && !a->wide &&
		a->space == PTX_SHARED)
		return store
			? (word ? PTX_X_ST_SHARED_B32 : PTX_X_ST_SHARED_B64)
			: (word ? PTX_X_LD_SHARED_B32 : PTX_X_LD_SHARED_B64);
	return store ? PTX_X_ST_ANY : PTX_X_LD_ANY;
}

/* Operations hold four elements; eight take two of them. */
static int
emit_part(struct ptx_dec *dec, const struct ptx_insn *in, unsigned id,
	const struct ptx_address *a, const struct data *d, unsigned first,
	bool store)
{
	unsigned size = ptx_type_size(in->types[0]);
	unsigned count = d->count - first > 4 ? 4 : d->count - first;
	struct ptx_address part = *a;
	struct ptx_op *op;

	part.offset += first * size;
	if (!ptx_emit(dec, id) || ptx_set_address(dec, &part, size, count))
		return -1;
	op = &dec->code->ops[dec->code->count - 1];
	op->x[PTX_MEM_FLAGS] = data_flags(in, d);
	if (first == 0)
		op->x[PTX_MEM_ALIGN] = (uint8_t)(size * d->count);
	for (unsigned i = 0; i < count; i++)
		if (store ? ptx_set(dec, i, d->operand[first + i])
			  : ptx_set_def(dec, i, d->operand[first + i]))
			return -1;
	return 0;
}

/* The first half of an 8-vector must not overwrite the address of the
 * second. */
static int
keep_address(struct ptx_dec *dec, struct ptx_address *a, const struct data *d)
{
	unsigned bits = a->wide ? 64 : 32;
	uint32_t copy;

	for (unsigned i = 0; i < 4 && d->count == 8; i++) {
		if (ptx_reg_operand(d->operand[i]) != a->base)
			continue;
		copy = ptx_reg_new(dec, bits);
		if (!copy ||
			!ptx_emit_temp(
				dec, a->wide ? PTX_X_MOV_B64 : PTX_X_MOV_B32) ||
			ptx_set_def(dec, 0, copy) || ptx_set(dec, 1, a->base))
			return -1;
		a->base = ptx_reg_operand(copy);
		return 0;
	}
	return 0;
}

/* The last operand of .L2::cache_hint: a policy, which is a hint. */
static int
check_policy(struct ptx_dec *dec, const struct ptx_insn *in, unsigned plain)
{
	unsigned count = plain + (ptx_has(in, PTX_MOD_L2_HINT) ? 1 : 0);

	if (ptx_want_args(dec, in, count, count))
		return -1;
	if (count == plain)
		return 0;
	return ptx_source(dec, in, &in->arg[plain], PTX_B64) == PTX_BAD_OPERAND
		? -1
		: 0;
}

/* ld.param of the kernel at an offset that is known. */
static bool
is_uniform_param(
	const struct ptx_address *a, unsigned bytes, const struct ptx_dec *dec)
{
	uint32_t all = dec->func->params.bytes;

	return a->space == PTX_PARAM &&
		a->base == ptx_uniform_operand(PTX_U_ZERO) &&
		a->offset <= all && bytes <= all - a->offset &&
		dec->func->entry && a->offset % bytes == 0;
}

int
ptx_build_ld(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned size = ptx_type_size(in->types[0]), id;
	struct ptx_address a;
	struct data d;

	(void)form;
	if (check_policy(dec, in, 2) ||
		get_data(dec, in, &in->arg[0], false, &d) ||
		ptx_get_address(dec, in, &in->arg[1], ptx_space_of(in), &a))
		return -1;
	if (is_sink_only(&d))
		d.bits = 64;
	if (is_sync(in))
		id = PTX_X_LD_SYNC;
	else if (is_uniform_param(&a, size * d.count, dec))
		id = PTX_X_LD_PARAM;
	else
		id = pick_handler(&a, size, &d, false);
	if (keep_address(dec, &a, &d) ||
		emit_part(dec, in, id, &a, &d, 0, false))
		return -1;
	return d.count > 4 ? emit_part(dec, in, id, &a, &d, 4, false) : 0;
}

int
ptx_build_st(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned size = ptx_type_size(in->types[0]), id;
	struct ptx_address a;
	struct data d;

	(void)form;
	if (check_policy(dec, in, 2) ||
		get_data(dec, in, &in->arg[1], true, &d) ||
		ptx_get_address(dec, in, &in->arg[0], ptx_space_of(in), &a))
		return -1;
	if (a.space == PTX_PARAM || a.space == PTX_CONST)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"stores to memory that is constant");
	id = is_sync(in) ? PTX_X_ST_SYNC : pick_handler(&a, size, &d, true);
	if (emit_part(dec, in, id, &a, &d, 0, true))
		return -1;
	return d.count > 4 ? emit_part(dec, in, id, &a, &d, 4, true) : 0;
}

static int
atom_op(const struct ptx_insn *in)
{
	bool is_signed = ptx_type_signed(in->types[0]);
	static const struct {
		enum ptx_mod mod;
		int op;
	} all[] = {
		{PTX_MOD_ADD, PTX_ATOM_ADD},
		{PTX_MOD_AND, PTX_ATOM_AND},
		{PTX_MOD_OR, PTX_ATOM_OR},
		{PTX_MOD_XOR, PTX_ATOM_XOR},
		{PTX_MOD_EXCH, PTX_ATOM_EXCH},
		{PTX_MOD_CAS, PTX_ATOM_CAS},
		{PTX_MOD_INC, PTX_ATOM_INC},
		{PTX_MOD_DEC, PTX_ATOM_DEC},
	};

	for (unsigned i = 0; i < RGPU_COUNT(all); i++)
		if (ptx_has(in, all[i].mod))
			return all[i].op;
	if (ptx_has(in, PTX_MOD_MIN))
		return is_signed ? PTX_ATOM_MIN_S : PTX_ATOM_MIN_U;
	return is_signed ? PTX_ATOM_MAX_S : PTX_ATOM_MAX_U;
}

/* form->op is the handler, form->x PTX_HALF_*; red is atom without d. */
int
ptx_build_atom(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool red = memcmp(in->name, "red", 3) == 0;
	const struct ptx_arg *arg = red ? in->arg : in->arg + 1;
	unsigned size = ptx_type_size(in->types[0]);
	unsigned values = atom_op(in) == PTX_ATOM_CAS ? 2 : 1;
	uint32_t d = PTX_REG_SINK, v[2] = {0, 0};
	struct ptx_address a;
	struct ptx_op *op;

	if (check_policy(dec, in, values + (red ? 1 : 2)))
		return -1;
	if (!red)
		d = ptx_dest(dec, &in->arg[0], 8 * size);
	for (unsigned i = 0; i < values; i++) {
		v[i] = ptx_source(dec, in, &arg[i + 1], in->types[0]);
		if (v[i] == PTX_BAD_OPERAND)
			return -1;
	}
	if (!d || ptx_get_address(dec, in, arg, ptx_space_of(in), &a))
		return -1;
	if (a.space == PTX_CONST || a.space == PTX_PARAM)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"changes memory that is constant");
	op = ptx_emit(dec, form->op);
	if (!op || ptx_set_address(dec, &a, size, 1) || ptx_set_def(dec, 0, d))
		return -1;
	op->x[PTX_MEM_OP] = (uint8_t)atom_op(in);
	op->x[PTX_MEM_MODE] = form->x;
	for (unsigned i = 0; i < values; i++)
		if (ptx_set(dec, i + 1, v[i]))
			return -1;
	return 0;
}

int
ptx_build_fence(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	(void)form;
	if (ptx_want_args(dec, in, 0, 0) || !ptx_emit(dec, PTX_X_FENCE))
		return -1;
	return 0;
}

/* Hints: nothing happens, though the operands have to be right. */
int
ptx_build_void(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned count = (unsigned)strlen(form->args);
	struct ptx_address a;

	if (ptx_want_args(dec, in, count, count))
		return -1;
	for (unsigned i = 0; i < count; i++) {
		if (form->args[i] == 'm') {
			if (ptx_get_address(
				    dec, in, &in->arg[i], ptx_space_of(in), &a))
				return -1;
		} else if (in->arg[i].kind != PTX_ARG_VALUE) {
			return ptx_refuse(
				dec, RGPU_PTX_UNSUPPORTED, "needs a number");
		}
	}
	return ptx_emit(dec, PTX_X_NOTHING) ? 0 : -1;
}
