/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of a module: one pass over its text that finds entries, functions
 * and variables and steps over bodies.
 */
#include "config.h"
#include "softgpu/ptx/module.h"

#include <stdlib.h>
#include <string.h>

/* .version 9.1 is the newest that is known (cuDNN 9 carries it). */
#define VERSION_MAX 91

struct index {
	struct rgpu_ptx_module *module;
	struct ptx_lex lex;
	struct rgpu_ptx_diag *diag;
	unsigned max_target;
};

static enum rgpu_ptx_status
fail(struct index *ix, enum rgpu_ptx_status status, const char *text)
{
	return ptx_diag(ix->diag, &ix->module->source, ix->lex.tok.text, status,
		"%s", text);
}

static enum rgpu_ptx_status
no_memory(struct index *ix)
{
	return ptx_diag_plain(
		ix->diag, RGPU_PTX_NO_MEMORY, "no memory for a PTX module");
}

/* ".version 9.0": the token is a decimal, its text tells major and minor. */
static enum rgpu_ptx_status
parse_version(struct index *ix)
{
	const struct ptx_token *tok = &ix->lex.tok;
	const char *dot = memchr(tok->text, '.', tok->len);
	char *end;
	unsigned long major, minor;

	if (tok->kind != PTX_TOK_F64 || !dot)
		return fail(ix, RGPU_PTX_SYNTAX, "is not a version");
	major = strtoul(tok->text, &end, 10);
	minor = strtoul(dot + 1, &end, 10);
	if (major > 99 || minor > 9 || major * 10 + minor > VERSION_MAX)
		return fail(ix, RGPU_PTX_VERSION,
			"is newer than the PTX 9.1 that is known");
	ix->module->version = (unsigned)(major * 10 + minor);
	ptx_lex_next(&ix->lex);
	return RGPU_PTX_OK;
}

/* "sm_90a", "compute_120f": the letter only permits more instructions, each
 * of which is in the table of forms or is refused. */
static enum rgpu_ptx_status
parse_sm(struct index *ix)
{
	const struct ptx_token *tok = &ix->lex.tok;
	const char *digits = memchr(tok->text, '_', tok->len);
	unsigned long sm = strtoul(digits + 1, NULL, 10);

	if (sm == 0 || sm > 9999)
		return fail(ix, RGPU_PTX_SYNTAX, "is not a target");
	if (sm > ix->max_target)
		return fail(ix, RGPU_PTX_VERSION,
			"is above the compute capability of this device");
	ix->module->target = (unsigned)sm;
	return RGPU_PTX_OK;
}

static bool
starts(const struct ptx_token *tok, const char *prefix)
{
	size_t n = strlen(prefix);

	return tok->kind == PTX_TOK_NAME && tok->len > n &&
		memcmp(tok->text, prefix, n) == 0;
}

/* .target sm_90, texmode_unified, debug */
static enum rgpu_ptx_status
parse_target(struct index *ix)
{
	static const char *const void_words[] = {"texmode_unified",
		"texmode_independent", "debug", "map_f64_to_f32"};
	enum rgpu_ptx_status rc;

	do {
		bool known = false;

		if (starts(&ix->lex.tok, "sm_") ||
			starts(&ix->lex.tok, "compute_")) {
			rc = parse_sm(ix);
			if (rc)
				return rc;
			known = true;
		}
		/* map_f64_to_f32 changes arithmetic: it is not void. */
		for (unsigned i = 0; i + 1 < RGPU_COUNT(void_words); i++)
			known |= ptx_lex_is_name(&ix->lex, void_words[i]);
		if (!known)
			return fail(ix, RGPU_PTX_UNSUPPORTED,
				"is not a known target word");
		ptx_lex_next(&ix->lex);
	} while (ptx_lex_take(&ix->lex, ','));
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
add_symbol(struct index *ix, struct ptx_symbol *sym)
{
	if (ptx_map_put(
		    &ix->module->symbols, sym->name, strlen(sym->name), sym))
		return no_memory(ix);
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
list_var(struct index *ix, struct ptx_var *var)
{
	struct rgpu_ptx_module *m = ix->module;

	if (ptx_grow(&m->vars, m->var_count, &m->var_room, sizeof(*m->vars)))
		return no_memory(ix);
	m->vars[m->var_count++] = var;
	return RGPU_PTX_OK;
}

/* Gives a variable its place: an entry in the list of those that need an
 * address, or an offset in the module's shared memory. */
static enum rgpu_ptx_status
place_var(struct index *ix, struct ptx_var *var)
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
merge_var(struct index *ix, struct ptx_var *var)
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
parse_vars(struct index *ix, enum ptx_space space, enum ptx_linkage linkage,
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
			return no_memory(ix);
		*var = proto;
		rc = ptx_parse_var(ix->module, &ix->lex, var, ix->diag);
		if (rc == RGPU_PTX_OK)
			rc = merge_var(ix, var);
		if (rc == RGPU_PTX_OK && ptx_lex_take(&ix->lex, ';'))
			return RGPU_PTX_OK;
		if (rc == RGPU_PTX_OK && !ptx_lex_take(&ix->lex, ','))
			rc = fail(ix, RGPU_PTX_SYNTAX,
				"is where a ';' should be");
	}
	return rc;
}

static enum rgpu_ptx_status
parse_u32(struct index *ix, uint32_t *out)
{
	if (ix->lex.tok.kind != PTX_TOK_INT || ix->lex.tok.bits > UINT32_MAX)
		return fail(ix, RGPU_PTX_SYNTAX, "is not a 32-bit number");
	*out = (uint32_t)ix->lex.tok.bits;
	ptx_lex_next(&ix->lex);
	return RGPU_PTX_OK;
}

/* nx[, ny[, nz]] */
static enum rgpu_ptx_status
parse_dims(struct index *ix, uint32_t out[3])
{
	enum rgpu_ptx_status rc;

	out[1] = out[2] = 1;
	rc = parse_u32(ix, &out[0]);
	for (int i = 1; rc == RGPU_PTX_OK && i < 3; i++)
		if (ptx_lex_take(&ix->lex, ','))
			rc = parse_u32(ix, &out[i]);
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
parse_pragma(struct index *ix)
{
	do {
		if (ix->lex.tok.kind != PTX_TOK_STRING)
			return fail(ix, RGPU_PTX_SYNTAX, "is not a pragma");
		ptx_lex_next(&ix->lex);
	} while (ptx_lex_take(&ix->lex, ','));
	return ptx_lex_take(&ix->lex, ';')
		? RGPU_PTX_OK
		: fail(ix, RGPU_PTX_SYNTAX, "is where a ';' should be");
}

/* One performance or launch directive between a head and its body. */
static enum rgpu_ptx_status
parse_directive(struct index *ix, struct ptx_func *func)
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
		return parse_u32(ix, &func->min_blocks);
	if (ptx_lex_take_dot(&ix->lex, "maxnctapersm") ||
		ptx_lex_take_dot(&ix->lex, "maxnreg"))
		return parse_u32(ix, &dims[0]);
	if (ptx_lex_take_dot(&ix->lex, "reqnctapercluster")) {
		rc = parse_dims(ix, dims);
		func->cluster = product(dims);
		return rc;
	}
	if (ptx_lex_take_dot(&ix->lex, "maxclusterrank"))
		return parse_u32(ix, &dims[0]);
	if (ptx_lex_take_dot(&ix->lex, "explicitcluster"))
		return RGPU_PTX_OK;
	if (ptx_lex_take_dot(&ix->lex, "pragma"))
		return parse_pragma(ix);
	return fail(ix, RGPU_PTX_UNSUPPORTED,
		"is not a known directive of a function");
}

static enum rgpu_ptx_status
parse_body(struct index *ix, struct ptx_func *func)
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
list_func(struct index *ix, struct ptx_func *func)
{
	struct rgpu_ptx_module *m = ix->module;

	func->index = (uint32_t)m->func_count;
	if (ptx_grow(
		    &m->funcs, m->func_count, &m->func_room, sizeof(*m->funcs)))
		return no_memory(ix);
	m->funcs[m->func_count++] = func;
	if (!func->entry)
		return RGPU_PTX_OK;
	if (ptx_grow(&m->entries, m->entry_count, &m->entry_room,
		    sizeof(*m->entries)))
		return no_memory(ix);
	m->entries[m->entry_count++] = func;
	return RGPU_PTX_OK;
}

/* The function of this name: a new one, or that of an earlier prototype. */
static enum rgpu_ptx_status
get_func(struct index *ix, struct ptx_func **out, const char *at)
{
	const struct ptx_token *tok = &ix->lex.tok;
	struct ptx_func *func = *out;
	struct ptx_symbol *old;

	if (tok->kind != PTX_TOK_NAME)
		return fail(ix, RGPU_PTX_SYNTAX, "is not a name");
	old = ptx_module_find(ix->module, tok->text, tok->len);
	if (old && old->kind != PTX_SYM_FUNC)
		return fail(ix, RGPU_PTX_SYNTAX, "redefines a variable");
	if (old) {
		struct ptx_func *known =
			rgpu_container_of(old, struct ptx_func, sym);

		if (known->entry != func->entry)
			return fail(ix, RGPU_PTX_SYNTAX,
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
		return no_memory(ix);
	ptx_lex_next(&ix->lex);
	if (list_func(ix, func) || add_symbol(ix, &func->sym))
		return RGPU_PTX_NO_MEMORY;
	return RGPU_PTX_OK;
}

/* After the name: parameters, directives, then a body or a ';'. */
static enum rgpu_ptx_status
parse_func_tail(struct index *ix, struct ptx_func *func)
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
		return fail(ix, RGPU_PTX_SYNTAX, "is where a body should be");
	if (func->has_body)
		return fail(ix, RGPU_PTX_SYNTAX, "is a second body");
	return parse_body(ix, func);
}

static enum rgpu_ptx_status
parse_func(
	struct index *ix, bool entry, enum ptx_linkage linkage, const char *at)
{
	struct ptx_func *func =
		ptx_arena_get(&ix->module->arena, sizeof(*func));
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	if (!func)
		return no_memory(ix);
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
skip_debug(struct index *ix, bool section)
{
	const char *eol;

	if (section) {
		while (ix->lex.tok.kind == PTX_TOK_DOT)
			ptx_lex_next(&ix->lex);
		if (!ptx_lex_is(&ix->lex, '{'))
			return fail(ix, RGPU_PTX_SYNTAX, "is not a section");
		eol = ptx_skip_block(ix->lex.tok.text + 1, ix->lex.end);
		if (!eol)
			return fail(ix, RGPU_PTX_SYNTAX, "has no end");
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
parse_alias(struct index *ix)
{
	struct ptx_token name = ix->lex.tok;
	struct ptx_symbol *sym;

	ptx_lex_next(&ix->lex);
	if (name.kind != PTX_TOK_NAME || !ptx_lex_take(&ix->lex, ','))
		return fail(ix, RGPU_PTX_SYNTAX, "is not an alias");
	sym = ptx_module_find(ix->module, ix->lex.tok.text, ix->lex.tok.len);
	if (ix->lex.tok.kind != PTX_TOK_NAME || !sym ||
		sym->kind != PTX_SYM_FUNC)
		return fail(ix, RGPU_PTX_SYNTAX, "is not a known function");
	ptx_lex_next(&ix->lex);
	if (ptx_map_put(&ix->module->symbols, name.text, name.len, sym))
		return no_memory(ix);
	return ptx_lex_take(&ix->lex, ';')
		? RGPU_PTX_OK
		: fail(ix, RGPU_PTX_SYNTAX, "is where a ';' should be");
}

static enum ptx_linkage
parse_linkage(struct index *ix)
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
parse_header(struct index *ix)
{
	uint32_t bits = 0;

	if (ptx_lex_take_dot(&ix->lex, "version"))
		return parse_version(ix);
	if (ptx_lex_take_dot(&ix->lex, "target"))
		return parse_target(ix);
	if (ptx_lex_take_dot(&ix->lex, "address_size")) {
		if (ix->lex.tok.kind == PTX_TOK_INT && ix->lex.tok.bits != 64)
			return fail(ix, RGPU_PTX_UNSUPPORTED,
				"is an address size other than 64");
		return parse_u32(ix, &bits);
	}
	return fail(ix, RGPU_PTX_UNSUPPORTED, "is not known at module scope");
}

static enum rgpu_ptx_status
parse_item(struct index *ix)
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
	return parse_header(ix);
}

enum rgpu_ptx_status
ptx_index(struct rgpu_ptx_module *module, unsigned max_target,
	struct rgpu_ptx_diag *diag)
{
	struct index ix = {
		.module = module, .diag = diag, .max_target = max_target};
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	ptx_lex_start(&ix.lex, module->source.text, module->source.end);
	while (rc == RGPU_PTX_OK && ix.lex.tok.kind == PTX_TOK_DOT)
		rc = parse_item(&ix);
	if (rc == RGPU_PTX_OK && ix.lex.tok.kind != PTX_TOK_END)
		rc = fail(&ix, RGPU_PTX_SYNTAX, "is not PTX");
	if (rc == RGPU_PTX_OK && (!module->version || !module->target))
		rc = ptx_diag_plain(diag, RGPU_PTX_SYNTAX,
			"not PTX: it has no .version or no .target");
	return rc;
}
