/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a body declares, without decoding it: sizes of shared and local memory
 * and of registers. Statements are skipped whole.
 */
#include "config.h"
#include "softgpu/ptx/module.h"

#include <string.h>

struct scan {
	struct ptx_func *func;
	struct ptx_lex lex;
	struct ptx_body_sizes *sizes;
	struct rgpu_ptx_diag *diag;
	bool list;
};

static enum rgpu_ptx_status
fail(struct scan *s, const char *text)
{
	return ptx_diag(s->diag, &s->func->module->source, s->lex.tok.text,
		RGPU_PTX_SYNTAX, "%s", text);
}

/* .reg .b64 %rd<10>, a; */
static enum rgpu_ptx_status
scan_registers(struct scan *s)
{
	const struct ptx_token *tok = &s->lex.tok;
	enum ptx_type type = PTX_NONE;
	uint64_t words;

	if (tok->kind == PTX_TOK_DOT)
		type = ptx_type_find(tok->text, tok->len);
	words = (ptx_type_size(type) + 3) / 4;
	ptx_lex_next(&s->lex);
	while (tok->kind == PTX_TOK_NAME) {
		uint64_t count = 1;

		ptx_lex_next(&s->lex);
		if (ptx_lex_take(&s->lex, '<')) {
			count = tok->bits;
			if (tok->kind != PTX_TOK_INT || count > UINT32_MAX)
				return fail(s, "is not a count of registers");
			ptx_lex_next(&s->lex);
			if (!ptx_lex_take(&s->lex, '>'))
				return fail(s, "is where a '>' should be");
		}
		s->sizes->registers += words * count;
		if (!ptx_lex_take(&s->lex, ','))
			break;
	}
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
list_shared(struct scan *s, const struct ptx_var *var)
{
	struct rgpu_ptx_module *m = s->func->module;
	struct ptx_func *f = s->func;
	struct ptx_var *copy = ptx_arena_get(&m->arena, sizeof(*copy));

	if (!copy ||
		ptx_grow(&f->shared, f->shared_count, &f->shared_room,
			sizeof(*f->shared)))
		return ptx_diag_plain(s->diag, RGPU_PTX_NO_MEMORY,
			"no memory for a variable");
	*copy = *var;
	copy->address = ptx_align(m->shared_bytes, copy->align);
	m->shared_bytes = copy->address + copy->size;
	f->shared[f->shared_count++] = copy;
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
scan_memory(struct scan *s, enum ptx_space space)
{
	struct rgpu_ptx_module *m = s->func->module;
	struct ptx_var proto = {.space = space}, var;
	uint64_t *sum =
		space == PTX_SHARED ? &s->sizes->shared : &s->sizes->local;
	enum rgpu_ptx_status rc;

	rc = ptx_parse_var_type(m, &s->lex, &proto, s->diag);
	do {
		var = proto;
		if (rc == RGPU_PTX_OK)
			rc = ptx_parse_var(m, &s->lex, &var, s->diag);
		if (rc != RGPU_PTX_OK)
			return rc;
		if (s->list && space == PTX_SHARED)
			rc = list_shared(s, &var);
		*sum = ptx_align(*sum, var.align) + var.size;
	} while (ptx_lex_take(&s->lex, ','));
	return rc;
}

static enum rgpu_ptx_status
scan_declaration(struct scan *s)
{
	if (ptx_lex_take_dot(&s->lex, "reg"))
		return scan_registers(s);
	if (ptx_lex_take_dot(&s->lex, "shared"))
		return scan_memory(s, PTX_SHARED);
	if (ptx_lex_take_dot(&s->lex, "local"))
		return scan_memory(s, PTX_LOCAL);
	return RGPU_PTX_OK;
}

/* .loc and .file end with their line, not with a ';'. */
static bool
ends_with_line(const struct scan *s)
{
	return ptx_lex_is_dot(&s->lex, "loc") ||
		ptx_lex_is_dot(&s->lex, "file");
}

static const char *
skip_line(const char *p, const char *end)
{
	const char *eol = memchr(p, '\n', (size_t)(end - p));

	return eol ? eol : end;
}

enum rgpu_ptx_status
ptx_scan_body(struct ptx_func *func, bool var_list, struct ptx_body_sizes *out,
	struct rgpu_ptx_diag *diag)
{
	struct scan s = {
		.func = func, .sizes = out, .diag = diag, .list = var_list};
	enum rgpu_ptx_status rc = RGPU_PTX_OK;
	const char *p = func->body, *end = func->body_end;

	*out = (struct ptx_body_sizes){0};
	while (p < end && rc == RGPU_PTX_OK) {
		ptx_lex_start(&s.lex, p, end);
		while (ptx_lex_is(&s.lex, '{') || ptx_lex_is(&s.lex, '}'))
			ptx_lex_next(&s.lex);
		p = s.lex.tok.text;
		if (ends_with_line(&s)) {
			p = skip_line(p, end);
			continue;
		}
		out->calls |= ptx_lex_is_name(&s.lex, "call");
		if (s.lex.tok.kind == PTX_TOK_DOT)
			rc = scan_declaration(&s);
		p = ptx_skip_statement(s.lex.tok.text, end);
		p += p < end;
	}
	return rc;
}
