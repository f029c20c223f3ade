/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing operations: their array, constants, and operands of instructions
 * as operands of operations.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/decode.h"

/* Operations of one body; operands hold numbers of 30 bits. */
#define OPS_MAX		(1u << 24)
#define CONST_BYTES_MAX (1u << 28)

struct ptx_op *
ptx_emit(struct ptx_dec *dec, unsigned id)
{
	struct ptx_code *code = dec->code;
	const struct ptx_insn *in = dec->insn;
	uint32_t n = code->count;
	struct ptx_op *op;

	if (n == OPS_MAX ||
		ptx_grow(&code->ops, n, &dec->op_room, sizeof(*code->ops)) ||
		ptx_grow(&code->at, n, &dec->at_room, sizeof(*code->at)) ||
		ptx_grow(&dec->use, n, &dec->use_room, sizeof(*dec->use))) {
		ptx_no_memory(dec);
		return NULL;
	}
	code->count++;
	op = &code->ops[n];
	*op = (struct ptx_op){.exec = ptx_isa_handler(id)};
	for (unsigned i = 0; i < PTX_OPERANDS; i++)
		op->r[i] = ptx_uniform_operand(PTX_U_ZERO);
	if (in) {
		op->guard = in->guard;
		op->guard_flip = in->guard_not ? ~0u : 0;
	}
	code->at[n] = in ? (uint32_t)(in->text - dec->module->source.text) : 0;
	dec->use[n] = (struct ptx_use){0};
	return op;
}

struct ptx_op *
ptx_emit_temp(struct ptx_dec *dec, unsigned id)
{
	struct ptx_op *op = ptx_emit(dec, id);

	if (op)
		op->guard = op->guard_flip = 0;
	return op;
}

struct ptx_use *
ptx_last_use(struct ptx_dec *dec)
{
	return &dec->use[dec->code->count - 1];
}

int
ptx_set(struct ptx_dec *dec, unsigned n, uint32_t operand)
{
	if (operand == PTX_BAD_OPERAND)
		return -1;
	dec->code->ops[dec->code->count - 1].r[n] = operand;
	return 0;
}

int
ptx_set_def(struct ptx_dec *dec, unsigned n, uint32_t reg)
{
	if (!reg)
		return -1;
	ptx_last_use(dec)->defs |= (uint8_t)(1u << n);
	return ptx_set(dec, n, ptx_reg_operand(reg));
}

uint32_t
ptx_uniform_operand(enum ptx_uniform which)
{
	return which * PTX_UNIFORM_BYTES + PTX_BASE_UNIFORM;
}

uint32_t
ptx_warp_operand(enum ptx_warp_value which)
{
	return which * PTX_WARP_BYTES + PTX_BASE_WARP;
}

/* Appends a constant of some bytes, aligned to a vector. */
static uint32_t
add_const(struct ptx_dec *dec, const char *key, size_t key_len,
	const void *data, uint32_t bytes)
{
	struct ptx_code *code = dec->code;
	uint32_t at = (uint32_t)ptx_align(code->const_bytes, 64);
	uint32_t operand = at + PTX_BASE_CONST;

	if (at + bytes > CONST_BYTES_MAX)
		return PTX_BAD_OPERAND;
	if (at + bytes > dec->const_room) {
		size_t room = dec->const_room ? dec->const_room * 2 : 4096;
		uint8_t *more = aligned_alloc(64, room);

		if (!more)
			return PTX_BAD_OPERAND;
		if (code->consts)
			memcpy(more, code->consts, code->const_bytes);
		free(code->consts);
		code->consts = more;
		dec->const_room = room;
	}
	memcpy(code->consts + at, data, bytes);
	code->const_bytes = at + bytes;
	key = ptx_arena_text(&dec->arena, key, key_len);
	if (!key ||
		ptx_map_put(&dec->consts, key, key_len,
			(void *)(uintptr_t)(operand + 1ull)))
		return PTX_BAD_OPERAND;
	return operand;
}

static uint32_t
get_const(struct ptx_dec *dec, const char *key, size_t len, const void *data,
	uint32_t bytes)
{
	uintptr_t known = (uintptr_t)ptx_map_get(&dec->consts, key, len);
	uint32_t operand;

	if (known)
		return (uint32_t)(known - 1);
	operand = add_const(dec, key, len, data, bytes);
	if (operand == PTX_BAD_OPERAND)
		ptx_no_memory(dec);
	return operand;
}

uint32_t
ptx_const(struct ptx_dec *dec, uint64_t value, unsigned bits)
{
	uint64_t data[PTX_LANES];
	uint32_t *narrow = (uint32_t *)data;
	char key[40];
	int len = snprintf(
		key, sizeof(key), "%u:%llx", bits, (unsigned long long)value);

	if (bits == 64) {
		for (unsigned i = 0; i < PTX_LANES; i++)
			data[i] = value;
		return get_const(dec, key, (size_t)len, data, sizeof(data));
	}
	for (unsigned i = 0; i < PTX_LANES; i++)
		narrow[i] = (uint32_t)value;
	if (bits == 1)
		narrow[0] = value ? ~0u : 0;
	return get_const(
		dec, key, (size_t)len, narrow, bits == 1 ? 4 : PTX_LANES * 4);
}

uint32_t
ptx_const_lanes(struct ptx_dec *dec, unsigned id, const uint32_t value[32])
{
	char key[24];
	int len = snprintf(key, sizeof(key), "lanes:%u", id);

	return get_const(dec, key, (size_t)len, value, PTX_LANES * 4);
}

bool
ptx_has(const struct ptx_insn *in, enum ptx_mod mod)
{
	return ptx_mod_in(&in->mods, mod);
}

int
ptx_want_args(struct ptx_dec *dec, const struct ptx_insn *in, unsigned least,
	unsigned most)
{
	if (in->args >= least && in->args <= most)
		return 0;
	return ptx_refuse(dec, RGPU_PTX_SYNTAX,
		"has %u operands where it takes %u", in->args,
		in->args < least ? least : most);
}

static uint32_t
bad_operand(struct ptx_dec *dec, const struct ptx_arg *arg, const char *why)
{
	ptx_refuse(dec, RGPU_PTX_UNSUPPORTED, "has the operand %.*s, %s",
		(int)(arg->len > 60 ? 60 : arg->len), arg->text, why);
	return PTX_BAD_OPERAND;
}

uint32_t
ptx_source(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, enum ptx_type type)
{
	unsigned bits = 8 * ptx_type_size(type);
	uint64_t value;

	(void)in;
	if (arg->pair || arg->negated)
		return bad_operand(dec, arg, "which is not one value");
	if (arg->kind == PTX_ARG_REG) {
		if (dec->reg[arg->reg].bits != bits)
			return bad_operand(dec, arg,
				"a register of another width than the type");
		return ptx_reg_operand(arg->reg);
	}
	if (arg->kind != PTX_ARG_VALUE)
		return bad_operand(dec, arg, "which is no register or number");
	if (ptx_value_bits(&arg->value, type, &value))
		return bad_operand(dec, arg, "which does not fit the type");
	if (bits < 64)
		value &= (1ull << bits) - 1;
	return ptx_const(dec, value, bits == 64 ? 64 : 32);
}

uint32_t
ptx_source_pred(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg)
{
	uint32_t not ;

	(void)in;
	if (arg->kind == PTX_ARG_VALUE && !arg->value.is_float)
		return ptx_const(dec, arg->value.bits != 0, 1);
	if (arg->kind != PTX_ARG_REG || arg->pair ||
		dec->reg[arg->reg].bits != 1)
		return bad_operand(dec, arg, "which is not a predicate");
	if (!arg->negated)
		return ptx_reg_operand(arg->reg);
	not = ptx_reg_new(dec, 1);
	if (!not || !ptx_emit_temp(dec, PTX_X_NOT_PRED) ||
		ptx_set_def(dec, 0, not ) ||
		ptx_set(dec, 1, ptx_reg_operand(arg->reg)))
		return PTX_BAD_OPERAND;
	return ptx_reg_operand(not );
}

uint32_t
ptx_dest(struct ptx_dec *dec, const struct ptx_arg *arg, unsigned bits)
{
	if (arg->kind == PTX_ARG_SINK && !arg->pair)
		return PTX_REG_SINK;
	if (arg->kind != PTX_ARG_REG || arg->negated || arg->pair ||
		dec->reg[arg->reg].bits != bits) {
		bad_operand(dec, arg,
			"which is not a register that can take the result");
		return 0;
	}
	return arg->reg;
}

int
ptx_dest_pair(struct ptx_dec *dec, const struct ptx_arg *arg, uint32_t *d,
	uint32_t *p)
{
	struct ptx_arg alone = *arg;

	alone.pair = 0;
	*d = ptx_dest(dec, &alone, 32);
	*p = arg->pair;
	if (!*d)
		return -1;
	if (*p > PTX_REG_SINK && dec->reg[*p].bits != 1)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has no predicate after '|'");
	return 0;
}

/* base + offset of a symbol, in 32 or 64 bits */
static uint32_t
add_base(struct ptx_dec *dec, uint32_t base, uint64_t offset, unsigned bits)
{
	uint32_t sum = ptx_reg_new(dec, bits), add;

	add = ptx_const(dec, bits == 64 ? offset : (uint32_t)offset, bits);
	if (!sum || add == PTX_BAD_OPERAND ||
		!ptx_emit_temp(
			dec, bits == 64 ? PTX_X_ADD_B64 : PTX_X_ADD_B32) ||
		ptx_set_def(dec, 0, sum) || ptx_set(dec, 1, base) ||
		ptx_set(dec, 2, add))
		return PTX_BAD_OPERAND;
	return ptx_reg_operand(sum);
}

uint32_t
ptx_place_operand(
	struct ptx_dec *dec, const struct ptx_place *place, unsigned bits)
{
	bool wide = bits == 64;
	uint32_t base;

	switch (place->origin) {
	case PTX_AT_ABSOLUTE: return ptx_const(dec, place->offset, bits);
	case PTX_AT_DYNAMIC:
		base = ptx_uniform_operand(
			wide ? PTX_U_DYNAMIC_BASE64 : PTX_U_DYNAMIC_BASE);
		break;
	case PTX_AT_MODULE:
		base = ptx_uniform_operand(
			wide ? PTX_U_MODULE_BASE64 : PTX_U_MODULE_BASE);
		break;
	default:
		if (dec->func->entry)
			return ptx_const(dec, place->offset, bits);
		base = ptx_reg_operand(PTX_REG_LOCAL);
		if (wide) {
			uint32_t reg = ptx_reg_new(dec, 64);

			if (!reg || !ptx_emit_temp(dec, PTX_X_CVT_U64_U32) ||
				ptx_set_def(dec, 0, reg) ||
				ptx_set(dec, 1, base))
				return PTX_BAD_OPERAND;
			base = ptx_reg_operand(reg);
		}
	}
	return add_base(dec, base, place->offset, bits);
}

int
ptx_jump_to(struct ptx_dec *dec, int32_t entry, const char *text, uint32_t len)
{
	if (dec->jumps++ == PTX_JUMPS_MAX)
		return ptx_refuse(
			dec, RGPU_PTX_UNSUPPORTED, "is one jump too many");
	if (ptx_grow(&dec->fixup, dec->fixups, &dec->fixup_room,
		    sizeof(*dec->fixup)))
		return ptx_no_memory(dec);
	dec->fixup[dec->fixups++] =
		(struct ptx_fixup){.op = dec->code->count - 1,
			.entry = entry,
			.text = text,
			.len = len,
			.at = dec->insn->text};
	return 0;
}
