/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding a body: statement by statement into operations, then places for
 * registers and addresses for jumps.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/decode.h"

int
ptx_refuse(
	struct ptx_dec *dec, enum rgpu_ptx_status status, const char *fmt, ...)
{
	char text[256];
	const char *at = dec->insn ? dec->insn->text : dec->lex.tok.text;
	va_list ap;

	/* The first reason is the one that tells most. */
	if (dec->diag->status != RGPU_PTX_OK)
		return -1;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ptx_diag(dec->diag, &dec->module->source, at, status, "%s", text);
	return -1;
}

int
ptx_no_memory(struct ptx_dec *dec)
{
	if (dec->diag->status == RGPU_PTX_OK)
		ptx_diag_plain(dec->diag, RGPU_PTX_NO_MEMORY,
			"no memory to decode %s", dec->func->sym.name);
	return -1;
}

/* .add.rn.f32: modifiers as a set, types in their order */
static int
parse_modifiers(struct ptx_dec *dec, struct ptx_insn *in)
{
	const struct ptx_token *tok = &dec->lex.tok;

	for (; tok->kind == PTX_TOK_DOT; ptx_lex_next(&dec->lex)) {
		enum ptx_type type = ptx_type_find(tok->text, tok->len);

		if (type != PTX_NONE && in->type_count < PTX_TYPES_MAX) {
			in->types[in->type_count++] = type;
			continue;
		}
		if (ptx_mod_add(&in->mods, tok->text, tok->len))
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"is not supported: .%.*s", (int)tok->len,
				tok->text);
	}
	return 0;
}

/* @%p or @!%p */
static int
parse_guard(struct ptx_dec *dec, struct ptx_insn *in)
{
	const struct ptx_token *tok = &dec->lex.tok;

	if (!ptx_lex_take(&dec->lex, '@'))
		return 0;
	in->guard_not = ptx_lex_take(&dec->lex, '!');
	if (tok->kind == PTX_TOK_NAME)
		in->guard = ptx_name_reg(dec, tok->text, tok->len);
	if (!in->guard || dec->reg[in->guard].bits != 1)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has a guard that is not a predicate");
	ptx_lex_next(&dec->lex);
	return 0;
}

static int
build(struct ptx_dec *dec, struct ptx_insn *in)
{
	const struct ptx_form *form = ptx_form_find(
		in->name, in->len, &in->mods, in->types, in->type_count);

	if (!form)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"is not supported with these modifiers and types");
	dec->parts = form->build == ptx_build_video;
	/* A call has operands in a way of its own. */
	if (form->build != ptx_build_call && ptx_parse_args(dec, in))
		return -1;
	return form->build(dec, in, form);
}

int
ptx_decode_insn(struct ptx_dec *dec)
{
	struct ptx_insn *in = &dec->statement;
	int rc;

	*in = (struct ptx_insn){.text = dec->lex.tok.text};
	dec->vectors = 0;
	dec->insn = in;
	rc = parse_guard(dec, in);
	if (rc == 0 && dec->lex.tok.kind != PTX_TOK_NAME)
		rc = ptx_refuse(dec, RGPU_PTX_SYNTAX, "is not an instruction");
	if (rc == 0) {
		in->name = dec->lex.tok.text;
		in->len = dec->lex.tok.len;
		if (!ptx_form_known(in->name, in->len))
			rc = ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"is not supported: unknown instruction %.*s",
				(int)(in->len > 40 ? 40 : in->len), in->name);
	}
	if (rc == 0) {
		ptx_lex_next(&dec->lex);
		rc = parse_modifiers(dec, in);
	}
	if (rc == 0)
		rc = build(dec, in);
	if (rc == 0 && !ptx_lex_take(&dec->lex, ';'))
		rc = ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "goes on where a ';' should be");
	dec->insn = NULL;
	return rc;
}

/* "L: .branchtargets a, b;" and prototypes: kept for the statements that
 * name them. */
static int
parse_table(struct ptx_dec *dec, struct ptx_name *name)
{
	name->kind = ptx_lex_is_dot(&dec->lex, "branchtargets")
		? PTX_NAME_TABLE
		: PTX_NAME_PROTO;
	name->at = dec->lex.p;
	while (!ptx_lex_is(&dec->lex, ';')) {
		if (dec->lex.tok.kind == PTX_TOK_END)
			return ptx_refuse(dec, RGPU_PTX_SYNTAX, "has no end");
		ptx_lex_next(&dec->lex);
	}
	name->end = dec->lex.tok.text;
	ptx_lex_next(&dec->lex);
	return 0;
}

/* "name:" */
static int
parse_label(struct ptx_dec *dec)
{
	struct ptx_name *name = ptx_name_add(
		dec, PTX_NAME_LABEL, dec->lex.tok.text, dec->lex.tok.len);

	if (!name)
		return -1;
	name->op = dec->code->count;
	ptx_lex_next(&dec->lex);
	ptx_lex_next(&dec->lex);
	if (ptx_lex_is_dot(&dec->lex, "branchtargets") ||
		ptx_lex_is_dot(&dec->lex, "callprototype") ||
		ptx_lex_is_dot(&dec->lex, "calltargets"))
		return parse_table(dec, name);
	return 0;
}

static bool
at_label(const struct ptx_dec *dec)
{
	struct ptx_lex ahead = dec->lex;

	if (ahead.tok.kind != PTX_TOK_NAME)
		return false;
	ptx_lex_next(&ahead);
	return ptx_lex_is(&ahead, ':');
}

/* Debug information that ends with its line. */
static bool
skip_loc(struct ptx_dec *dec)
{
	const char *eol;

	if (!ptx_lex_is_dot(&dec->lex, "loc") &&
		!ptx_lex_is_dot(&dec->lex, "file"))
		return false;
	eol = memchr(dec->lex.p, '\n', (size_t)(dec->lex.end - dec->lex.p));
	ptx_lex_start(&dec->lex, eol ? eol : dec->lex.end, dec->lex.end);
	return true;
}

static int
parse_directive(struct ptx_dec *dec)
{
	struct ptx_insn where = {.text = dec->lex.tok.text - 1};
	int rc;

	dec->insn = &where;
	rc = ptx_declare(dec);
	if (rc == 0 && !ptx_lex_take(&dec->lex, ';'))
		rc = ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "goes on where a ';' should be");
	dec->insn = NULL;
	return rc;
}

static int
parse_statement(struct ptx_dec *dec)
{
	if (ptx_lex_take(&dec->lex, ';'))
		return 0;
	if (ptx_lex_take(&dec->lex, '{'))
		return ptx_scope_open(dec);
	if (ptx_lex_is(&dec->lex, '}')) {
		if (dec->depth == 0)
			return ptx_refuse(
				dec, RGPU_PTX_SYNTAX, "closes no scope");
		ptx_lex_next(&dec->lex);
		return ptx_scope_close(dec);
	}
	if (skip_loc(dec))
		return 0;
	if (dec->lex.tok.kind == PTX_TOK_DOT)
		return parse_directive(dec);
	if (at_label(dec))
		return parse_label(dec);
	return ptx_decode_insn(dec);
}

/* Parameters are names of the outermost scope. */
static int
name_formals(struct ptx_dec *dec, const struct ptx_formals *formals)
{
	bool entry = dec->func->entry;

	for (uint32_t i = 0; i < formals->count; i++) {
		const struct ptx_formal *f = &formals->list[i];
		struct ptx_name *name;

		if (f->len == 1 && *f->name == '_')
			continue;
		name = ptx_name_add(dec, PTX_NAME_PLACE, f->name, f->len);
		if (!name)
			return -1;
		name->place = (struct ptx_place){
			.space = entry ? PTX_PARAM : PTX_LOCAL,
			.origin = entry ? PTX_AT_ABSOLUTE : PTX_AT_FRAME,
			.offset = f->offset,
			.size = f->size};
	}
	return 0;
}

/* Results and parameters of a function begin its local memory. */
static int
take_formals(struct ptx_dec *dec, const struct ptx_formals *formals)
{
	for (uint32_t i = 0; i < formals->count; i++) {
		const struct ptx_formal *f = &formals->list[i];

		if (ptx_local_get(dec, f->size, f->align) != f->offset)
			return dec->diag->status == RGPU_PTX_OK
				? ptx_no_memory(dec)
				: -1;
	}
	return 0;
}

static int
start(struct ptx_dec *dec)
{
	struct ptx_func *f = dec->func;

	/* Numbers of registers that are always there. */
	for (unsigned i = 0; i < PTX_REG_FIRST; i++)
		ptx_reg_new(dec, i == PTX_REG_SINK ? 64 : 32);
	if (dec->regs != PTX_REG_FIRST)
		return -1;
	/* Constants are addressed from one byte before: never from NULL. */
	dec->const_room = 4096;
	dec->code->consts = aligned_alloc(64, dec->const_room);
	if (!dec->code->consts)
		return ptx_no_memory(dec);
	dec->code->local_align = 16;
	if (!f->entry &&
		(take_formals(dec, &f->results) ||
			take_formals(dec, &f->params) ||
			name_formals(dec, &f->results)))
		return -1;
	return name_formals(dec, &f->params);
}

/* Falling off the end returns. */
static int
finish(struct ptx_dec *dec)
{
	struct ptx_insn where = {.text = dec->func->body_end};

	if (dec->depth)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "ends inside a scope");
	dec->insn = &where;
	if (!ptx_emit(dec, PTX_X_RET))
		return -1;
	ptx_last_use(dec)->ends = true;
	dec->insn = NULL;
	ptx_scope_close(dec);
	if (dec->fixups) {
		where.text = dec->fixup[0].at;
		dec->insn = &where;
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"jumps to a label that does not exist: %.*s",
			(int)dec->fixup[0].len, dec->fixup[0].text);
	}
	return ptx_place_registers(dec);
}

/* Numbers of operations to their addresses, now that they do not move. */
static void
link_jumps(struct ptx_dec *dec)
{
	struct ptx_op *ops = dec->code->ops;

	for (uint32_t n = 0; n < dec->code->count; n++) {
		struct ptx_branch_table *table;

		if (dec->use[n].jumps)
			ops[n].target = &ops[ops[n].imm];
		if (!dec->use[n].table)
			continue;
		table = (struct ptx_branch_table *)ops[n].ext;
		for (uint32_t i = 0; i < table->count; i++)
			table->target[i] = &ops[(uintptr_t)table->target[i]];
	}
}

static void
release(struct ptx_dec *dec)
{
	free(dec->reg);
	free(dec->use);
	free(dec->fixup);
	ptx_map_free(&dec->names);
	ptx_map_free(&dec->banks);
	ptx_map_free(&dec->consts);
	ptx_arena_free(&dec->arena);
}

enum rgpu_ptx_status
ptx_decode(struct ptx_func *func, struct ptx_code **out,
	struct rgpu_ptx_diag *diag)
{
	struct ptx_dec *dec = calloc(1, sizeof(*dec));
	struct ptx_code *code = calloc(1, sizeof(*code));
	int rc;

	*out = NULL;
	*diag = (struct rgpu_ptx_diag){RGPU_PTX_OK, 0, ""};
	if (!dec || !code) {
		free(dec);
		free(code);
		return ptx_diag_plain(diag, RGPU_PTX_NO_MEMORY,
			"no memory to decode %s", func->sym.name);
	}
	dec->func = func;
	dec->module = func->module;
	dec->code = code;
	dec->diag = diag;
	code->func = func;
	ptx_lex_start(&dec->lex, func->body, func->body_end);
	rc = start(dec);
	while (rc == 0 && dec->lex.tok.kind != PTX_TOK_END)
		rc = parse_statement(dec);
	if (rc == 0)
		rc = finish(dec);
	if (rc == 0) {
		link_jumps(dec);
		*out = code;
	} else {
		ptx_code_free(code);
	}
	release(dec);
	free(dec);
	return diag->status;
}

void
ptx_code_free(struct ptx_code *code)
{
	if (!code)
		return;
	free(code->ops);
	free(code->at);
	free(code->consts);
	free(code->zero);
	free(code->callees);
	ptx_arena_free(&code->arena);
	free(code);
}
