/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in a body: registers, variables, labels, by scope; and the
 * declarations that make them.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/decode.h"

/* More than any body has; guards the arithmetic below. */
#define REGISTERS_MAX	(1u << 24)
#define LOCAL_MAX	(1u << 26)
#define SHARED_MAX	(1u << 30)
/* The memory of a block begins at a multiple of this. */
#define LOCAL_ALIGN_MAX 256

int
ptx_scope_open(struct ptx_dec *dec)
{
	if (dec->depth + 1 == PTX_SCOPES_MAX)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"opens too many nested scopes");
	dec->depth++;
	dec->scope[dec->depth] = (struct ptx_scope){
		.local = dec->local_now, .jumps = dec->fixups};
	return 0;
}

static struct ptx_map *
map_of(struct ptx_dec *dec, enum ptx_name_kind kind)
{
	return kind == PTX_NAME_BANK ? &dec->banks : &dec->names;
}

/* Jumps to labels of the scope that ends find them; others go out with it. */
static void
settle_jumps(struct ptx_dec *dec)
{
	size_t kept = dec->scope[dec->depth].jumps;

	for (size_t i = kept; i < dec->fixups; i++) {
		struct ptx_fixup *f = &dec->fixup[i];
		const struct ptx_name *label;

		label = ptx_name_find(dec, f->text, f->len);
		if (label && label->kind == PTX_NAME_LABEL &&
			label->depth == dec->depth) {
			if (f->entry < 0)
				dec->code->ops[f->op].imm = label->op;
			else
				((uint64_t *)((struct ptx_branch_table *)
						      dec->code->ops[f->op]
							      .ext)
						->target)[f->entry] = label->op;
			continue;
		}
		dec->fixup[kept++] = *f;
	}
	dec->fixups = kept;
}

int
ptx_scope_close(struct ptx_dec *dec)
{
	struct ptx_scope *scope = &dec->scope[dec->depth];

	settle_jumps(dec);
	for (struct ptx_name *n = scope->newest; n; n = n->next)
		/* The slot exists: this cannot run out of memory. */
		ptx_map_put(map_of(dec, n->kind), n->text, n->len, n->hidden);
	if (!scope->keeps)
		dec->local_now = scope->local;
	else if (dec->depth > 0)
		scope[-1].keeps = true;
	dec->depth--;
	return 0;
}

struct ptx_name *
ptx_name_add(struct ptx_dec *dec, enum ptx_name_kind kind, const char *text,
	size_t len)
{
	struct ptx_map *map = map_of(dec, kind);
	struct ptx_name *name = ptx_arena_get(&dec->arena, sizeof(*name));
	struct ptx_name *old = ptx_map_get(map, text, len);
	struct ptx_scope *scope = &dec->scope[dec->depth];

	if (!name) {
		ptx_no_memory(dec);
		return NULL;
	}
	if (old && old->depth == dec->depth) {
		ptx_refuse(dec, RGPU_PTX_SYNTAX, "declares a name twice");
		return NULL;
	}
	*name = (struct ptx_name){.kind = kind,
		.text = text,
		.len = (uint32_t)len,
		.depth = dec->depth,
		.hidden = old,
		.next = scope->newest};
	if (ptx_map_put(map, text, len, name)) {
		ptx_no_memory(dec);
		return NULL;
	}
	scope->newest = name;
	return name;
}

const struct ptx_name *
ptx_name_find(const struct ptx_dec *dec, const char *text, size_t len)
{
	return ptx_map_get(&dec->names, text, len);
}

uint32_t
ptx_name_reg(const struct ptx_dec *dec, const char *text, size_t len)
{
	const struct ptx_name *one = ptx_map_get(&dec->names, text, len);
	const struct ptx_name *bank;
	uint64_t number = 0, unit = 1;
	size_t stem = len;

	while (stem > 0 && text[stem - 1] >= '0' && text[stem - 1] <= '9' &&
		len - stem < 9) {
		stem--;
		number += unit * (uint64_t)(text[stem] - '0');
		unit *= 10;
	}
	bank = stem < len ? ptx_map_get(&dec->banks, text, stem) : NULL;
	/* %r01 is not %r1. */
	if (bank &&
		(number >= bank->count ||
			(len - stem > 1 && text[stem] == '0')))
		bank = NULL;
	if (bank && (!one || bank->depth > one->depth))
		return bank->reg + (uint32_t)number;
	return one && one->kind == PTX_NAME_REG ? one->reg : 0;
}

uint32_t
ptx_reg_new(struct ptx_dec *dec, unsigned bits)
{
	if (dec->regs >= REGISTERS_MAX ||
		ptx_grow(&dec->reg, dec->regs, &dec->reg_room,
			sizeof(*dec->reg))) {
		ptx_no_memory(dec);
		return 0;
	}
	dec->reg[dec->regs] = (struct ptx_vreg){.bits = (uint8_t)bits};
	return (uint32_t)dec->regs++;
}

uint32_t
ptx_local_get(struct ptx_dec *dec, uint64_t size, uint64_t align)
{
	uint64_t at = ptx_align(dec->local_now, align ? align : 1);

	if (at + size > LOCAL_MAX || align > LOCAL_ALIGN_MAX) {
		ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"needs too much local memory, or alignment");
		return UINT32_MAX;
	}
	if (align > dec->code->local_align)
		dec->code->local_align = (uint32_t)align;
	dec->local_now = (uint32_t)(at + size);
	if (dec->local_now > dec->code->local_bytes)
		dec->code->local_bytes = dec->local_now;
	return (uint32_t)at;
}

/* %r<100>: registers by number */
static int
declare_bank(struct ptx_dec *dec, const struct ptx_token *tok, unsigned bits)
{
	struct ptx_name *name;
	uint64_t count = dec->lex.tok.bits;

	if (dec->lex.tok.kind != PTX_TOK_INT || count > REGISTERS_MAX)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "is not a count of registers");
	ptx_lex_next(&dec->lex);
	if (!ptx_lex_take(&dec->lex, '>'))
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "lacks a '>'");
	name = ptx_name_add(dec, PTX_NAME_BANK, tok->text, tok->len);
	if (!name)
		return -1;
	name->reg = (uint32_t)dec->regs;
	name->count = (uint32_t)count;
	for (uint64_t i = 0; i < count; i++)
		if (!ptx_reg_new(dec, bits))
			return -1;
	return 0;
}

static int
declare_register(struct ptx_dec *dec, unsigned bits)
{
	struct ptx_token tok = dec->lex.tok;
	struct ptx_name *name;

	if (tok.kind != PTX_TOK_NAME)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "lacks a name");
	ptx_lex_next(&dec->lex);
	if (ptx_lex_take(&dec->lex, '<'))
		return declare_bank(dec, &tok, bits);
	name = ptx_name_add(dec, PTX_NAME_REG, tok.text, tok.len);
	if (!name)
		return -1;
	name->reg = ptx_reg_new(dec, bits);
	return name->reg ? 0 : -1;
}

/* .reg .b32 a, %r<10>; */
static int
declare_registers(struct ptx_dec *dec)
{
	const struct ptx_token *tok = &dec->lex.tok;
	enum ptx_type type = PTX_NONE;
	unsigned bits;

	if (tok->kind == PTX_TOK_DOT)
		type = ptx_type_find(tok->text, tok->len);
	if (type == PTX_NONE)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"declares registers of a type that is not supported");
	bits = type == PTX_PRED ? 1 : 8 * ptx_type_size(type);
	ptx_lex_next(&dec->lex);
	do {
		if (declare_register(dec, bits))
			return -1;
	} while (ptx_lex_take(&dec->lex, ','));
	return 0;
}

static int
shared_place(
	struct ptx_dec *dec, const struct ptx_var *var, struct ptx_place *out)
{
	const struct ptx_func *f = dec->func;
	uint64_t at = ptx_align(dec->code->shared_bytes, var->align);

	*out = (struct ptx_place){.space = PTX_SHARED, .size = var->size};
	if (f->entry) {
		if (at + var->size > SHARED_MAX)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"needs too much shared memory");
		out->offset = at;
		dec->code->shared_bytes = (uint32_t)(at + var->size);
	} else if (dec->shared_seen < f->shared_count) {
		out->origin = PTX_AT_MODULE;
		out->offset = f->shared[dec->shared_seen++]->address;
		dec->code->module_shared = true;
	}
	return 0;
}

/* .shared, .local and .param variables of a body */
static int
declare_variables(struct ptx_dec *dec, enum ptx_space space, bool keeps)
{
	struct ptx_var proto = {.space = space}, var;
	struct ptx_name *name;

	if (ptx_parse_var_type(dec->module, &dec->lex, &proto, dec->diag))
		return -1;
	do {
		var = proto;
		if (ptx_parse_var(dec->module, &dec->lex, &var, dec->diag))
			return -1;
		if (var.unsized || var.opaque || var.size > LOCAL_MAX)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"declares what a body cannot hold");
		name = ptx_name_add(dec, PTX_NAME_PLACE, var.sym.name,
			strlen(var.sym.name));
		if (!name)
			return -1;
		if (space == PTX_SHARED) {
			if (shared_place(dec, &var, &name->place))
				return -1;
			continue;
		}
		dec->scope[dec->depth].keeps |= keeps;
		name->place = (struct ptx_place){.space = PTX_LOCAL,
			.origin = PTX_AT_FRAME,
			.size = var.size};
		name->place.offset = ptx_local_get(dec, var.size, var.align);
		if (name->place.offset == UINT32_MAX)
			return -1;
	} while (ptx_lex_take(&dec->lex, ','));
	return 0;
}

static int
skip_pragma(struct ptx_dec *dec)
{
	while (dec->lex.tok.kind == PTX_TOK_STRING ||
		ptx_lex_is(&dec->lex, ','))
		ptx_lex_next(&dec->lex);
	return 0;
}

int
ptx_declare(struct ptx_dec *dec)
{
	if (ptx_lex_take_dot(&dec->lex, "reg"))
		return declare_registers(dec);
	if (ptx_lex_take_dot(&dec->lex, "shared"))
		return declare_variables(dec, PTX_SHARED, true);
	if (ptx_lex_take_dot(&dec->lex, "local"))
		return declare_variables(dec, PTX_LOCAL, true);
	if (ptx_lex_take_dot(&dec->lex, "param"))
		return declare_variables(dec, PTX_LOCAL, false);
	if (ptx_lex_take_dot(&dec->lex, "pragma"))
		return skip_pragma(dec);
	return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
		"begins with a directive that is not supported in a body");
}
