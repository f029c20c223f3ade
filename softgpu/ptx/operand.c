/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operands as they are written: registers, numbers, variables, vectors,
 * addresses.
 */
#include "config.h"
#include <string.h>

#include "softgpu/ptx/decode.h"

/* A variable, a function or nothing that is known. */
static int
find_symbol(struct ptx_dec *dec, struct ptx_arg *arg)
{
	const struct ptx_name *name = ptx_name_find(dec, arg->text, arg->len);
	struct ptx_symbol *sym;
	const struct ptx_var *var;

	arg->kind = PTX_ARG_NAME;
	if (name && name->kind != PTX_NAME_PLACE)
		return 0;
	if (name) {
		arg->kind = PTX_ARG_PLACE;
		arg->place = name->place;
		return 0;
	}
	sym = ptx_module_find(dec->module, arg->text, arg->len);
	if (!sym)
		return 0;
	if (sym->kind == PTX_SYM_FUNC) {
		arg->kind = PTX_ARG_FUNC;
		arg->func = rgpu_container_of(sym, struct ptx_func, sym);
		return 0;
	}
	var = rgpu_container_of(sym, struct ptx_var, sym);
	if (var->opaque)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"uses the texture or surface %s", sym->name);
	arg->kind = PTX_ARG_PLACE;
	arg->place = (struct ptx_place){
		.space = var->space, .offset = var->address, .size = var->size};
	if (var->space == PTX_SHARED) {
		arg->place.origin = PTX_AT_MODULE;
		if (var->unsized)
			arg->place.origin = PTX_AT_DYNAMIC;
		else
			dec->code->module_shared = true;
	} else if (sym->linkage == PTX_LINK_EXTERN) {
		return ptx_refuse(dec, RGPU_PTX_UNRESOLVED,
			"uses the extern variable %s, which this module does "
			"not define",
			sym->name);
	}
	return 0;
}

/* %tid.x: the name and its component */
static bool
find_special(struct ptx_dec *dec, struct ptx_arg *arg)
{
	char full[64];
	uint32_t len = arg->len;

	if (*arg->text != '%' || len + 3 > sizeof(full))
		return false;
	memcpy(full, arg->text, len);
	if (dec->lex.tok.kind == PTX_TOK_DOT && dec->lex.tok.len == 1) {
		full[len++] = '.';
		full[len++] = *dec->lex.tok.text;
	}
	arg->special = ptx_special_find(full, len);
	if (!arg->special)
		return false;
	if (len != arg->len)
		ptx_lex_next(&dec->lex);
	arg->kind = PTX_ARG_SPECIAL;
	return true;
}

/* "d|p": the predicate after the bar */
static int
parse_pair(struct ptx_dec *dec, struct ptx_arg *arg)
{
	const struct ptx_token *tok = &dec->lex.tok;

	if (!ptx_lex_take(&dec->lex, '|'))
		return 0;
	arg->pair = ptx_lex_is_name(&dec->lex, "_")
		? (uint32_t)PTX_REG_SINK
		: ptx_name_reg(dec, tok->text, tok->len);
	if (tok->kind != PTX_TOK_NAME || !arg->pair)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has no register after '|'");
	ptx_lex_next(&dec->lex);
	return 0;
}

/* "+ 8", "+-8", "- 8" after a base */
static int
parse_offset(struct ptx_dec *dec, uint64_t *offset)
{
	struct ptx_value v;

	if (!ptx_lex_is(&dec->lex, '+') && !ptx_lex_is(&dec->lex, '-'))
		return 0;
	/* The sign belongs to the expression. */
	if (ptx_expr(&dec->lex, &v) || v.is_float)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has a bad address offset");
	*offset += v.bits;
	return 0;
}

static int
parse_name(struct ptx_dec *dec, struct ptx_arg *arg)
{
	if (ptx_lex_is_name(&dec->lex, "_")) {
		ptx_lex_next(&dec->lex);
		arg->kind = PTX_ARG_SINK;
		arg->reg = PTX_REG_SINK;
		return parse_pair(dec, arg);
	}
	arg->reg = ptx_name_reg(dec, arg->text, arg->len);
	ptx_lex_next(&dec->lex);
	if (arg->reg) {
		if (dec->lex.tok.kind == PTX_TOK_DOT) {
			if (!dec->parts)
				return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
					"uses a part of a register");
			arg->part = dec->lex.tok.text;
			arg->part_len = dec->lex.tok.len;
			ptx_lex_next(&dec->lex);
		}
		arg->kind = PTX_ARG_REG;
		return parse_pair(dec, arg);
	}
	if (find_special(dec, arg))
		return 0;
	if (find_symbol(dec, arg))
		return -1;
	if (arg->kind == PTX_ARG_PLACE)
		return parse_offset(dec, &arg->place.offset);
	return 0;
}

/* "[handle, {x, y}]": the coordinates behind the handle */
static int
parse_coords(struct ptx_dec *dec, struct ptx_arg *arg)
{
	struct ptx_arg coords;

	/* A vector, and no operand that could hold another address. */
	if (!ptx_lex_is(&dec->lex, '{') || ptx_parse_arg(dec, &coords))
		return ptx_refuse(
			dec, RGPU_PTX_UNSUPPORTED, "has unknown coordinates");
	if (!ptx_lex_take(&dec->lex, ']') || !arg->reg || arg->offset)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"has an unknown texture or surface");
	arg->kind = PTX_ARG_TEXTURE;
	arg->list = coords.list;
	arg->count = coords.count;
	return 0;
}

static int
parse_memory(struct ptx_dec *dec, struct ptx_arg *arg)
{
	struct ptx_arg base = {0};

	ptx_lex_next(&dec->lex);
	if (dec->lex.tok.kind == PTX_TOK_NAME) {
		if (ptx_parse_arg(dec, &base))
			return -1;
		if (base.kind == PTX_ARG_REG && !base.pair) {
			arg->reg = base.reg;
		} else if (base.kind == PTX_ARG_PLACE) {
			arg->has_place = true;
			arg->place = base.place;
		} else {
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"has an address that is not known");
		}
		if (parse_offset(dec, &arg->offset))
			return -1;
	} else if (ptx_expr(&dec->lex, &base.value) || base.value.is_float) {
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "has a bad address");
	} else {
		arg->offset = base.value.bits;
	}
	if (ptx_lex_take(&dec->lex, ','))
		return parse_coords(dec, arg);
	if (!ptx_lex_take(&dec->lex, ']'))
		return ptx_refuse(
			dec, RGPU_PTX_UNSUPPORTED, "has an unknown address");
	/* Says that the variable is unified; addresses are all one here. */
	ptx_lex_take_dot(&dec->lex, "unified");
	arg->kind = PTX_ARG_MEMORY;
	return 0;
}

static int
parse_vector(struct ptx_dec *dec, struct ptx_arg *arg)
{
	if (dec->vectors == PTX_ARGS_MAX)
		return ptx_refuse(
			dec, RGPU_PTX_UNSUPPORTED, "has too many vectors");
	arg->kind = PTX_ARG_VECTOR;
	arg->list = dec->vector[dec->vectors++];
	do {
		ptx_lex_next(&dec->lex);
		if (arg->count == PTX_VECTOR_MAX)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"has too long a vector");
		/* No vectors of vectors: they would nest without end. */
		if (ptx_lex_is(&dec->lex, '{'))
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"has a vector inside a vector");
		if (ptx_parse_arg(dec, &arg->list[arg->count++]))
			return -1;
	} while (ptx_lex_is(&dec->lex, ','));
	if (!ptx_lex_take(&dec->lex, '}'))
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has a vector without an end");
	return 0;
}

int
ptx_parse_arg(struct ptx_dec *dec, struct ptx_arg *arg)
{
	const struct ptx_token *tok = &dec->lex.tok;

	*arg = (struct ptx_arg){.text = tok->text, .len = tok->len};
	if (ptx_lex_is(&dec->lex, '{'))
		return parse_vector(dec, arg);
	if (ptx_lex_is(&dec->lex, '['))
		return parse_memory(dec, arg);
	if (ptx_lex_is(&dec->lex, '!')) {
		struct ptx_lex ahead = dec->lex;

		ptx_lex_next(&ahead);
		if (ahead.tok.kind == PTX_TOK_NAME &&
			ptx_name_reg(dec, ahead.tok.text, ahead.tok.len)) {
			dec->lex = ahead;
			*arg = (struct ptx_arg){.text = tok->text,
				.len = tok->len,
				.negated = true};
			return parse_name(dec, arg);
		}
	}
	if (tok->kind == PTX_TOK_NAME && !ptx_lex_is_name(&dec->lex, "WARP_SZ"))
		return parse_name(dec, arg);
	arg->kind = PTX_ARG_VALUE;
	if (ptx_expr(&dec->lex, &arg->value))
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has an operand that is none");
	return 0;
}

int
ptx_parse_args(struct ptx_dec *dec, struct ptx_insn *in)
{
	if (ptx_lex_is(&dec->lex, ';'))
		return 0;
	do {
		if (in->args == PTX_ARGS_MAX)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"has too many operands");
		if (ptx_parse_arg(dec, &in->arg[in->args++]))
			return -1;
	} while (ptx_lex_take(&dec->lex, ','));
	return 0;
}
