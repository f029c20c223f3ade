/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of a module: one pass over its text that finds entries, functions
 * and variables and steps over bodies.
 */
#include "config.h"
#include "softgpu/ptx/index.h"

#include <string.h>

static enum rgpu_ptx_status
add_symbol(struct ptx_index *ix, struct ptx_symbol *sym)
{
	if (ptx_map_put(
		    &ix->module->symbols, sym->name, strlen(sym->name), sym))
		return ptx_index_no_memory(ix);
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
list_var(struct ptx_index *ix, struct ptx_var *var)
{
	struct rgpu_ptx_module *m = ix->module;

	if (ptx_grow(&m->vars, m->var_count, &m->var_room, sizeof(*m->vars)))
		return ptx_index_no_memory(ix);
	m->vars[m->var_count++] = var;
	return RGPU_PTX_OK;
}

/* Gives a variable its place: an entry in the list of those that need an
 * address, or an offset in the module's shared memory. */
static enum rgpu_ptx_status
place_var(struct ptx_index *ix, struct ptx_var *var)
{
	struct rgpu_ptx_module *m = ix->module;

	if (var->opaque || var->sym.linkage == PTX_LINK_EXTERN)
		return RGPU_PTX_OK;
	if (var->space == PTX_SHARED) {
		if (var->unsized)
			return RGPU_PTX_OK;
		var->address = ptx_align(m->shared_bytes, var->align);
		m->shared_bytes = var->address + var->size;
		return RGPU_PTX_OK;
	}
	if (var->space == PTX_CONST)
		m->const_bytes =
			ptx_align(m->const_bytes, var->align) + var->size;
	return list_var(ix, var);
}

/*
 * A second declaration of a name: an extern one adds nothing, a definition
 * after an extern one takes its place.
 */
static enum rgpu_ptx_status
merge_var(struct ptx_index *ix, struct ptx_var *var)
{
	struct ptx_symbol *old = ptx_module_find(
		ix->module, var->sym.name, strlen(var->sym.name));

	if (old && old->kind == PTX_SYM_VAR) {
		if (var->sym.linkage == PTX_LINK_EXTERN)
			return RGPU_PTX_OK;
		if (old->linkage != PTX_LINK_EXTERN)
			return ptx_diag(ix->diag, &ix->module->source,
				var->sym.at, RGPU_PTX_SYNTAX,
				"defines a variable twice");
	} else if (old) {
		return ptx_diag(ix->diag, &ix->module->source, var->sym.at,
			RGPU_PTX_SYNTAX, "redefines a function");
	}
	if (place_var(ix, var) || add_symbol(ix, &var->sym))
		return RGPU_PTX_NO_MEMORY;
	return RGPU_PTX_OK;
}

/* ".global .align 4 .b8 a[4] = {...}, b;" after the state space */
static enum rgpu_ptx_status
parse_vars(struct ptx_index *ix, enum ptx_space space, enum ptx_linkage linkage,
	const char *at)
{
	struct ptx_var proto = {
		.sym = {PTX_SYM_VAR, NULL, at, linkage}, .space = space};
	enum rgpu_ptx_status rc;

	rc = ptx_parse_var_type(ix->module, &ix->lex, &proto, ix->diag);
	while (rc == RGPU_PTX_OK) {
		struct ptx_var *var =
			ptx_arena_get(&ix->module->arena, sizeof(*var));

		if (!var)
			return ptx_index_no_memory(ix);
		*var = proto;
		rc = ptx_parse_var(ix->module, &ix->lex, var, ix->diag);
		if (rc == RGPU_PTX_OK)
			rc = merge_var(ix, var);
		if (rc == RGPU_PTX_OK && ptx_lex_take(&ix->lex, ';'))
			return RGPU_PTX_OK;
		if (rc == RGPU_PTX_OK && !ptx_lex_take(&ix->lex, ','))
			rc = ptx_index_fail(ix, RGPU_PTX_SYNTAX,
				"is where a ';' should be");
	}
	return rc;
}

/* nx[, ny[, nz]] */
static enum rgpu_ptx_status
parse_dims(struct ptx_index *ix, uint32_t out[3])
{
	enum rgpu_ptx_status rc;

	out[1] = out[2] = 1;
	rc = ptx_index_u32(ix, &out[0]);
	for (int i = 1; rc == RGPU_PTX_OK && i < 3; i++)
		if (ptx_lex_take(&ix->lex, ','))
			rc = ptx_index_u32(ix, &out[i]);
	return rc;
}

/* At most UINT32_MAX. */
static uint32_t
product(const uint32_t dims[3])
{
	uint64_t n = (uint64_t)dims[0] * dims[1];

	if (n && dims[2] > UINT32_MAX / n)
		return UINT32_MAX;
	return (uint32_t)(n * dims[2]);
}

/* Pragmas are hints: "no impact on PTX semantics" (ISA manual). */
static enum rgpu_ptx_status
parse_pragma(struct ptx_index *ix)
{
	do {
		if (ix->lex.tok.kind != PTX_TOK_STRING)
			return ptx_index_fail(
				ix, RGPU_PTX_SYNTAX, "is not a pragma");
		ptx_lex_next(&ix->lex);
	} while (ptx_lex_take(&ix->lex, ','));
	return ptx_lex_take(&ix->lex, ';')
		? RGPU_PTX_OK
		: ptx_index_fail(
			  ix, RGPU_PTX_SYNTAX, "is where a ';' should be");
}

/* One performance or launch directive between a head and its body. */
static enum rgpu_ptx_status
parse_directive(struct ptx_index *ix, struct ptx_func *func)
{
	uint32_t dims[3] = {1, 1, 1};
	enum rgpu_ptx_status rc;

	if (ptx_lex_take_dot(&ix->lex, "noreturn") ||
		ptx_lex_take_dot(&ix->lex, "unique"))
		return RGPU_PTX_OK;
	if (ptx_lex_take_dot(&ix->lex, "maxntid")) {
		rc = parse_dims(ix, dims);
		/* Far more than any block can have is no limit. */
		func->max_threads = product(dims);
		return rc;
	}
	if (ptx_lex_take_dot(&ix->lex, "reqntid"))
		return parse_dims(ix, func->block);
	if (ptx_lex_take_dot(&ix->lex, "minnctapersm"))
		return ptx_index_u32(ix, &func->min_blocks);
	if (ptx_lex_take_dot(&ix->lex, "maxnctapersm") ||
		ptx_lex_take_dot(&ix->lex, "maxnreg"))
		return ptx_index_u32(ix, &dims[0]);
	if (ptx_lex_take_dot(&ix->lex, "reqnctapercluster")) {
		rc = parse_dims(ix, dims);
		func->cluster = product(dims);
		return rc;
	}
	if (ptx_lex_take_dot(&ix->lex, "maxclusterrank"))
		return ptx_index_u32(ix, &dims[0]);
	if (ptx_lex_take_dot(&ix->lex, "explicitcluster"))
		return RGPU_PTX_OK;
	if (ptx_lex_take_dot(&ix->lex, "pragma"))
		return parse_pragma(ix);
	return ptx_index_fail(ix, RGPU_PTX_UNSUPPORTED,
		"is not a known directive of a function");
}

static enum rgpu_ptx_status
parse_body(struct ptx_index *ix, struct ptx_func *func)
{
	struct ptx_body_sizes sizes;
	const char *open = ix->lex.tok.text;
	const char *close = ptx_skip_block(open + 1, ix->lex.end);

	if (!close)
		return ptx_diag(ix->diag, &ix->module->source, func->sym.at,
			RGPU_PTX_SYNTAX, "has a body without an end");
	func->has_body = true;
	func->body = open + 1;
	func->body_end = close - 1;
	ptx_lex_start(&ix->lex, close, ix->lex.end);
	if (func->entry)
		return RGPU_PTX_OK;
	/* Functions share their static .shared memory between kernels. */
	return ptx_scan_body(func, true, &sizes, ix->diag);
}

static enum rgpu_ptx_status
list_func(struct ptx_index *ix, struct ptx_func *func)
{
	struct rgpu_ptx_module *m = ix->module;

	func->index = (uint32_t)m->func_count;
	if (ptx_grow(
		    &m->funcs, m->func_count, &m->func_room, sizeof(*m->funcs)))
		return ptx_index_no_memory(ix);
	m->funcs[m->func_count++] = func;
	if (!func->entry)
		return RGPU_PTX_OK;
	if (ptx_grow(&m->entries, m->entry_count, &m->entry_room,
		    sizeof(*m->entries)))
		return ptx_index_no_memory(ix);
	m->entries[m->entry_count++] = func;
	return RGPU_PTX_OK;
}

/* The function of this name: a new one, or that of an earlier prototype. */
static enum rgpu_ptx_status
get_func(struct ptx_index *ix, struct ptx_func **out, const char *at)
{
	const struct ptx_token *tok = &ix->lex.tok;
	struct ptx_func *func = *out;
	struct ptx_symbol *old;

	if (tok->kind != PTX_TOK_NAME)
		return ptx_index_fail(ix, RGPU_PTX_SYNTAX, "is not a name");
	old = ptx_module_find(ix->module, tok->text, tok->len);
	if (old && old->kind != PTX_SYM_FUNC)
		return ptx_index_fail(
			ix, RGPU_PTX_SYNTAX, "redefines a variable");
	if (old) {
		struct ptx_func *known =
			rgpu_container_of(old, struct ptx_func, sym);

		if (known->entry != func->entry)
			return ptx_index_fail(ix, RGPU_PTX_SYNTAX,
				"is both an entry and a function");
		known->sym.at = at;
		known->results = func->results;
		*out = known;
		ptx_lex_next(&ix->lex);
		return RGPU_PTX_OK;
	}
	func->sym.name =
		ptx_arena_text(&ix->module->arena, tok->text, tok->len);
	if (!func->sym.name)
		return ptx_index_no_memory(ix);
	ptx_lex_next(&ix->lex);
	if (list_func(ix, func) || add_symbol(ix, &func->sym))
		return RGPU_PTX_NO_MEMORY;
	return RGPU_PTX_OK;
}

/* After the name: parameters, directives, then a body or a ';'. */
static enum rgpu_ptx_status
parse_func_tail(struct ptx_index *ix, struct ptx_func *func)
{
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	if (ptx_lex_is(&ix->lex, '('))
		rc = ptx_parse_formals(ix->module, &ix->lex, &func->params,
			func->entry ? 0 : func->results.bytes, ix->diag);
	while (rc == RGPU_PTX_OK && ix->lex.tok.kind == PTX_TOK_DOT)
		rc = parse_directive(ix, func);
	if (rc != RGPU_PTX_OK)
		return rc;
	if (ptx_lex_take(&ix->lex, ';'))
		return RGPU_PTX_OK;
	if (!ptx_lex_is(&ix->lex, '{'))
		return ptx_index_fail(
			ix, RGPU_PTX_SYNTAX, "is where a body should be");
	if (func->has_body)
		return ptx_index_fail(ix, RGPU_PTX_SYNTAX, "is a second body");
	return parse_body(ix, func);
}

static enum rgpu_ptx_status
parse_func(struct ptx_index *ix, bool entry, enum ptx_linkage linkage,
	const char *at)
{
	struct ptx_func *func =
		ptx_arena_get(&ix->module->arena, sizeof(*func));
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	if (!func)
		return ptx_index_no_memory(ix);
	func->sym = (struct ptx_symbol){PTX_SYM_FUNC, NULL, at, linkage};
	func->module = ix->module;
	func->entry = entry;
	if (!entry && ptx_lex_is(&ix->lex, '('))
		rc = ptx_parse_formals(
			ix->module, &ix->lex, &func->results, 0, ix->diag);
	if (rc == RGPU_PTX_OK)
		rc = get_func(ix, &func, at);
	return rc == RGPU_PTX_OK ? parse_func_tail(ix, func) : rc;
}

/* Debug information: .file 1 "x.cu", .loc 1 2 3, .section .debug_x { ... } */
static enum rgpu_ptx_status
skip_debug(struct ptx_index *ix, bool section)
{
	const char *eol;

	if (section) {
		while (ix->lex.tok.kind == PTX_TOK_DOT)
			ptx_lex_next(&ix->lex);
		if (!ptx_lex_is(&ix->lex, '{'))
			return ptx_index_fail(
				ix, RGPU_PTX_SYNTAX, "is not a section");
		eol = ptx_skip_block(ix->lex.tok.text + 1, ix->lex.end);
		if (!eol)
			return ptx_index_fail(
				ix, RGPU_PTX_SYNTAX, "has no end");
	} else {
		eol = memchr(
			ix->lex.p, '\n', (size_t)(ix->lex.end - ix->lex.p));
		if (!eol)
			eol = ix->lex.end;
	}
	ptx_lex_start(&ix->lex, eol, ix->lex.end);
	return RGPU_PTX_OK;
}

/* ".alias a, b;": a is another name of function b. */
static enum rgpu_ptx_status
parse_alias(struct ptx_index *ix)
{
	struct ptx_token name = ix->lex.tok;
	struct ptx_symbol *sym;

	ptx_lex_next(&ix->lex);
	if (name.kind != PTX_TOK_NAME || !ptx_lex_take(&ix->lex, ','))
		return ptx_index_fail(ix, RGPU_PTX_SYNTAX, "is not an alias");
	sym = ptx_module_find(ix->module, ix->lex.tok.text, ix->lex.tok.len);
	if (ix->lex.tok.kind != PTX_TOK_NAME || !sym ||
		sym->kind != PTX_SYM_FUNC)
		return ptx_index_fail(
			ix, RGPU_PTX_SYNTAX, "is not a known function");
	ptx_lex_next(&ix->lex);
	if (ptx_map_put(&ix->module->symbols, name.text, name.len, sym))
		return ptx_index_no_memory(ix);
	return ptx_lex_take(&ix->lex, ';')
		? RGPU_PTX_OK
		: ptx_index_fail(
			  ix, RGPU_PTX_SYNTAX, "is where a ';' should be");
}

static enum ptx_linkage
parse_linkage(struct ptx_index *ix)
{
	static const char *const words[] = {[PTX_LINK_VISIBLE] = "visible",
		[PTX_LINK_WEAK] = "weak",
		[PTX_LINK_COMMON] = "common",
		[PTX_LINK_EXTERN] = "extern"};

	for (unsigned i = 1; i < RGPU_COUNT(words); i++)
		if (ptx_lex_take_dot(&ix->lex, words[i]))
			return (enum ptx_linkage)i;
	return PTX_LINK_NONE;
}

static enum rgpu_ptx_status
parse_item(struct ptx_index *ix)
{
	static const struct {
		const char *word;
		enum ptx_space space;
	} spaces[] = {{"global", PTX_GLOBAL}, {"const", PTX_CONST},
		{"shared", PTX_SHARED}};
	const char *at = ix->lex.tok.text - 1;
	enum ptx_linkage linkage = parse_linkage(ix);

	for (unsigned i = 0; i < RGPU_COUNT(spaces); i++)
		if (ptx_lex_take_dot(&ix->lex, spaces[i].word))
			return parse_vars(ix, spaces[i].space, linkage, at);
	if (ptx_lex_take_dot(&ix->lex, "entry"))
		return parse_func(ix, true, linkage, at);
	if (ptx_lex_take_dot(&ix->lex, "func"))
		return parse_func(ix, false, linkage, at);
	if (ptx_lex_take_dot(&ix->lex, "file") ||
		ptx_lex_take_dot(&ix->lex, "loc"))
		return skip_debug(ix, false);
	if (ptx_lex_take_dot(&ix->lex, "section"))
		return skip_debug(ix, true);
	if (ptx_lex_take_dot(&ix->lex, "alias"))
		return parse_alias(ix);
	if (ptx_lex_take_dot(&ix->lex, "pragma"))
		return parse_pragma(ix);
	return ptx_index_header(ix);
}

enum rgpu_ptx_status
ptx_index(struct rgpu_ptx_module *module, unsigned max_target,
	struct rgpu_ptx_diag *diag)
{
	struct ptx_index ix = {
		.module = module, .diag = diag, .max_target = max_target};
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	ptx_lex_start(&ix.lex, module->source.text, module->source.end);
	while (rc == RGPU_PTX_OK && ix.lex.tok.kind == PTX_TOK_DOT)
		rc = parse_item(&ix);
	if (rc == RGPU_PTX_OK && ix.lex.tok.kind != PTX_TOK_END)
		rc = ptx_index_fail(&ix, RGPU_PTX_SYNTAX, "is not PTX");
	if (rc == RGPU_PTX_OK && (!module->version || !module->target))
		rc = ptx_diag_plain(diag, RGPU_PTX_SYNTAX,
			"not PTX: it has no .version or no .target");
	return rc;
}
