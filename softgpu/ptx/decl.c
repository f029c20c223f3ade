/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declarations: variables, parameters, and what a body declares.
 */
#include "config.h"
#include "softgpu/ptx/module.h"

#include <string.h>

/* Of one variable; more than any device has. */
#define SIZE_LIMIT  (1ull << 40)
#define ALIGN_LIMIT (1u << 23)

struct decl {
	struct rgpu_ptx_module *module;
	struct ptx_lex *lex;
	struct rgpu_ptx_diag *diag;
};

static enum rgpu_ptx_status
fail(const struct decl *d, enum rgpu_ptx_status status, const char *text)
{
	return ptx_diag(d->diag, &d->module->source, d->lex->tok.text, status,
		"%s", text);
}

static enum rgpu_ptx_status
parse_align(const struct decl *d, uint64_t *align)
{
	uint64_t n = d->lex->tok.bits;

	if (d->lex->tok.kind != PTX_TOK_INT || n == 0 || n > ALIGN_LIMIT ||
		(n & (n - 1)))
		return fail(d, RGPU_PTX_SYNTAX, "is not an alignment");
	*align = n;
	ptx_lex_next(d->lex);
	return RGPU_PTX_OK;
}

/* .attribute(.managed) and .unified(x, y): where memory lives is the
 * caller's matter, the value is the same. */
static enum rgpu_ptx_status
parse_attribute(const struct decl *d, struct ptx_var *var)
{
	unsigned depth = 0;

	do {
		if (ptx_lex_is(d->lex, '('))
			depth++;
		if (ptx_lex_is(d->lex, ')'))
			depth--;
		if (ptx_lex_is_dot(d->lex, "managed"))
			var->managed = true;
		if (d->lex->tok.kind == PTX_TOK_END ||
			(depth == 1 && d->lex->tok.kind == PTX_TOK_DOT &&
				!ptx_lex_is_dot(d->lex, "managed") &&
				!ptx_lex_is_dot(d->lex, "unified")))
			return fail(d, RGPU_PTX_UNSUPPORTED,
				"is not a known attribute");
		ptx_lex_next(d->lex);
	} while (depth > 0);
	return RGPU_PTX_OK;
}

/* Textures have no place in memory: a module may have them, code that names
 * them is refused. */
static bool
take_opaque(const struct decl *d)
{
	return ptx_lex_take_dot(d->lex, "texref") ||
		ptx_lex_take_dot(d->lex, "samplerref") ||
		ptx_lex_take_dot(d->lex, "surfref");
}

static enum rgpu_ptx_status
parse_type(const struct decl *d, struct ptx_var *var)
{
	const struct ptx_token *tok = &d->lex->tok;

	if (take_opaque(d)) {
		var->opaque = true;
		return RGPU_PTX_OK;
	}
	if (tok->kind == PTX_TOK_DOT)
		var->type = ptx_type_find(tok->text, tok->len);
	if (ptx_lex_is_dot(d->lex, "b128")) {
		ptx_lex_next(d->lex);
		var->type = PTX_B64;
		var->size = 16;
		return RGPU_PTX_OK;
	}
	var->size = ptx_type_size(var->type);
	if (var->size == 0)
		return fail(d, RGPU_PTX_UNSUPPORTED,
			"is not a type that a variable can have");
	ptx_lex_next(d->lex);
	return RGPU_PTX_OK;
}

enum rgpu_ptx_status
ptx_parse_var_type(struct rgpu_ptx_module *module, struct ptx_lex *lex,
	struct ptx_var *var, struct rgpu_ptx_diag *diag)
{
	struct decl d = {module, lex, diag};
	enum rgpu_ptx_status rc = RGPU_PTX_OK;
	unsigned vec = 1;

	for (;;) {
		if (ptx_lex_take_dot(lex, "align"))
			rc = parse_align(&d, &var->align);
		else if (ptx_lex_take_dot(lex, "attribute"))
			rc = parse_attribute(&d, var);
		else if (ptx_lex_take_dot(lex, "v2"))
			vec = 2;
		else if (ptx_lex_take_dot(lex, "v4"))
			vec = 4;
		else
			break;
		if (rc != RGPU_PTX_OK)
			return rc;
	}
	rc = parse_type(&d, var);
	var->size *= vec;
	if (var->align < var->size && !var->align)
		var->align = var->size;
	return rc;
}

/* stride[] holds dimensions until all are known; then bytes. */
static void
set_strides(struct ptx_var *var)
{
	uint64_t bytes = var->stride[var->dims] = var->size;

	for (unsigned i = var->dims; i-- > 0;) {
		bytes *= var->stride[i];
		var->stride[i] = bytes;
	}
	if (!var->unsized)
		var->size = bytes;
}

static enum rgpu_ptx_status
add_dim(const struct decl *d, struct ptx_var *var, uint64_t n)
{
	if (var->dims == PTX_DIMS_MAX)
		return fail(d, RGPU_PTX_UNSUPPORTED, "has more dimensions");
	var->stride[var->dims++] = n;
	return RGPU_PTX_OK;
}

/* [4][2] or, for the first, [] */
static enum rgpu_ptx_status
parse_array(const struct decl *d, struct ptx_var *var)
{
	enum rgpu_ptx_status rc = RGPU_PTX_OK;
	uint64_t total = var->size;
	struct ptx_value n;

	while (rc == RGPU_PTX_OK && ptx_lex_take(d->lex, '[')) {
		if (var->dims == 0 && ptx_lex_take(d->lex, ']')) {
			var->unsized = true;
			rc = add_dim(d, var, 1);
			continue;
		}
		if (ptx_expr(d->lex, &n) || n.is_float || n.bits > SIZE_LIMIT ||
			!ptx_lex_take(d->lex, ']'))
			return fail(d, RGPU_PTX_SYNTAX, "is not a dimension");
		if (n.bits && total > SIZE_LIMIT / n.bits)
			return fail(d, RGPU_PTX_SYNTAX, "is too large");
		total *= n.bits;
		rc = add_dim(d, var, n.bits);
	}
	if (rc == RGPU_PTX_OK)
		set_strides(var);
	return rc;
}

/* Notes where the value stands; counts its elements when [] needs it. */
static enum rgpu_ptx_status
parse_init(const struct decl *d, struct ptx_var *var)
{
	unsigned depth = 0;
	uint64_t elements = 1;

	var->init = d->lex->tok.text;
	while (depth > 0 ||
		!(ptx_lex_is(d->lex, ';') || ptx_lex_is(d->lex, ','))) {
		if (d->lex->tok.kind == PTX_TOK_END ||
			d->lex->tok.kind == PTX_TOK_BAD)
			return fail(d, RGPU_PTX_SYNTAX, "ends a value");
		if (ptx_lex_is(d->lex, '{') || ptx_lex_is(d->lex, '('))
			depth++;
		if (ptx_lex_is(d->lex, '}') || ptx_lex_is(d->lex, ')'))
			if (depth-- == 0)
				return fail(d, RGPU_PTX_SYNTAX,
					"closes what is not open");
		if (depth == 1 && ptx_lex_is(d->lex, ','))
			elements++;
		ptx_lex_next(d->lex);
	}
	var->init_end = d->lex->tok.text;
	if (var->unsized) {
		/* stride[0] is that of one element, as [] counted as [1]. */
		if (elements > SIZE_LIMIT / (var->stride[0] + 1))
			return fail(d, RGPU_PTX_SYNTAX, "ends too long a list");
		var->unsized = false;
		var->size = var->stride[0] * elements;
		var->stride[0] = var->size;
	}
	return RGPU_PTX_OK;
}

enum rgpu_ptx_status
ptx_parse_var(struct rgpu_ptx_module *module, struct ptx_lex *lex,
	struct ptx_var *var, struct rgpu_ptx_diag *diag)
{
	struct decl d = {module, lex, diag};
	bool may_init = var->space == PTX_GLOBAL || var->space == PTX_CONST;
	enum rgpu_ptx_status rc;

	if (lex->tok.kind != PTX_TOK_NAME)
		return fail(&d, RGPU_PTX_SYNTAX, "is not a name");
	var->sym.name =
		ptx_arena_text(&module->arena, lex->tok.text, lex->tok.len);
	if (!var->sym.name)
		return ptx_diag_plain(
			diag, RGPU_PTX_NO_MEMORY, "no memory for a variable");
	ptx_lex_next(lex);
	rc = parse_array(&d, var);
	if (rc == RGPU_PTX_OK && ptx_lex_is(lex, '=')) {
		if (!may_init)
			return fail(&d, RGPU_PTX_SYNTAX,
				"gives a value where none is allowed");
		ptx_lex_next(lex);
		/* The fields of an opaque value do not concern us. */
		rc = parse_init(&d, var);
		if (var->opaque)
			var->init = NULL;
	}
	if (var->unsized)
		var->size = 0;
	return rc;
}

/*
 * The words between .param and the type: ".align 8 .b8 x[12]" aligns the
 * parameter; in ".u64 .ptr .global .align 16 x" the alignment is that of what
 * the pointer points to, so it comes after the type and does not count.
 */
static enum rgpu_ptx_status
skip_ptr(const struct decl *d)
{
	uint64_t ignored;

	if (!ptx_lex_take_dot(d->lex, "ptr"))
		return RGPU_PTX_OK;
	while (d->lex->tok.kind == PTX_TOK_DOT) {
		if (ptx_lex_take_dot(d->lex, "align")) {
			if (parse_align(d, &ignored))
				return RGPU_PTX_SYNTAX;
		} else if (!ptx_lex_take_dot(d->lex, "global") &&
			!ptx_lex_take_dot(d->lex, "const") &&
			!ptx_lex_take_dot(d->lex, "shared") &&
			!ptx_lex_take_dot(d->lex, "local")) {
			return fail(d, RGPU_PTX_UNSUPPORTED,
				"is not a known pointer word");
		}
	}
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
parse_formal(const struct decl *d, struct ptx_formal *formal)
{
	struct ptx_var var = {.space = PTX_PARAM};
	enum rgpu_ptx_status rc;

	if (!ptx_lex_take_dot(d->lex, "param"))
		return fail(d, RGPU_PTX_UNSUPPORTED,
			"is not a .param (register parameters are not)");
	rc = ptx_parse_var_type(d->module, d->lex, &var, d->diag);
	if (rc == RGPU_PTX_OK)
		rc = skip_ptr(d);
	if (rc == RGPU_PTX_OK)
		rc = ptx_parse_var(d->module, d->lex, &var, d->diag);
	if (rc != RGPU_PTX_OK)
		return rc;
	if (var.opaque)
		return fail(d, RGPU_PTX_UNSUPPORTED,
			"follows a texture or surface parameter");
	if (var.size > UINT16_MAX * 2u)
		return fail(d, RGPU_PTX_SYNTAX, "follows a huge parameter");
	formal->name = var.sym.name;
	formal->len = (uint32_t)strlen(formal->name);
	formal->size = (uint32_t)var.size;
	formal->align = (uint32_t)var.align;
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
add_formal(const struct decl *d, struct ptx_formals *formals, size_t *room)
{
	struct ptx_formal *bigger;

	if (formals->count < *room)
		return RGPU_PTX_OK;
	*room = *room ? *room * 2 : 8;
	bigger = ptx_arena_get(&d->module->arena, *room * sizeof(*bigger));
	if (!bigger)
		return ptx_diag_plain(d->diag, RGPU_PTX_NO_MEMORY,
			"no memory for parameters");
	if (formals->count)
		memcpy(bigger, formals->list, formals->count * sizeof(*bigger));
	formals->list = bigger;
	return RGPU_PTX_OK;
}

enum rgpu_ptx_status
ptx_parse_formals(struct rgpu_ptx_module *module, struct ptx_lex *lex,
	struct ptx_formals *formals, uint32_t offset,
	struct rgpu_ptx_diag *diag)
{
	struct decl d = {module, lex, diag};
	enum rgpu_ptx_status rc;
	size_t room = 0;

	*formals = (struct ptx_formals){NULL, 0, offset};
	ptx_lex_next(lex);
	if (ptx_lex_take(lex, ')'))
		return RGPU_PTX_OK;
	do {
		struct ptx_formal *formal;

		rc = add_formal(&d, formals, &room);
		if (rc != RGPU_PTX_OK)
			return rc;
		formal = &formals->list[formals->count];
		rc = parse_formal(&d, formal);
		if (rc != RGPU_PTX_OK)
			return rc;
		formals->count++;
		formal->offset =
			(uint32_t)ptx_align(formals->bytes, formal->align);
		formals->bytes = formal->offset + formal->size;
		if (formals->bytes > UINT16_MAX * 2u)
			return fail(&d, RGPU_PTX_SYNTAX,
				"follows too many parameters");
	} while (ptx_lex_take(lex, ','));
	if (!ptx_lex_take(lex, ')'))
		return fail(&d, RGPU_PTX_SYNTAX, "is where a ')' should be");
	return RGPU_PTX_OK;
}
