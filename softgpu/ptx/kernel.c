/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels: an entry with every function that it can call, and what can be
 * said of one from its head.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/code.h"

/* Decodes a function, or remembers why it cannot be. */
static enum rgpu_ptx_status
decode(struct ptx_func *func, struct rgpu_ptx_diag *diag)
{
	enum rgpu_ptx_status rc;

	if (func->code)
		return RGPU_PTX_OK;
	if (func->refused) {
		*diag = *func->refused;
		return diag->status;
	}
	rc = ptx_decode(func, &func->code, diag);
	if (rc == RGPU_PTX_OK || rc == RGPU_PTX_NO_MEMORY)
		return rc;
	func->refused = malloc(sizeof(*diag));
	if (func->refused)
		*func->refused = *diag;
	return rc;
}

/* Functions found so far; each is looked at once. */
struct reach {
	struct ptx_func **list;
	size_t count, room;
	bool *seen; /* by func->index */
};

static int
add(struct reach *r, struct ptx_func *func)
{
	if (r->seen[func->index])
		return 0;
	if (ptx_grow(&r->list, r->count, &r->room, sizeof(*r->list)))
		return -1;
	r->seen[func->index] = true;
	r->list[r->count++] = func;
	return 0;
}

/* Through a pointer any function may be reached. Those that cannot be decoded
 * are refused when they are called. */
static int
add_all(struct reach *r, struct rgpu_ptx_module *m)
{
	struct rgpu_ptx_diag ignored;

	for (size_t i = 0; i < m->func_count; i++) {
		struct ptx_func *func = m->funcs[i];

		if (func->entry || !func->has_body || r->seen[i])
			continue;
		if (decode(func, &ignored) == RGPU_PTX_OK && add(r, func))
			return -1;
	}
	return 0;
}

static int
add_callees(struct reach *r, const struct ptx_code *code)
{
	for (size_t i = 0; i < code->callee_count; i++)
		if (add(r, code->callees[i]))
			return -1;
	return code->indirect ? add_all(r, code->func->module) : 0;
}

static enum rgpu_ptx_status
decode_all(struct ptx_func *entry, struct reach *r,
	struct rgpu_ptx_kernel *kernel, struct rgpu_ptx_diag *diag)
{
	enum rgpu_ptx_status rc;

	if (add(r, entry))
		goto no_memory;
	for (size_t i = 0; i < r->count; i++) {
		const struct ptx_code *code;

		rc = decode(r->list[i], diag);
		if (rc != RGPU_PTX_OK)
			return rc;
		code = r->list[i]->code;
		kernel->uses_stack |= code->uses_stack;
		if (code->local_align > kernel->local_align)
			kernel->local_align = code->local_align;
		kernel->module_shared |= code->module_shared;
		if (add_callees(r, code))
			goto no_memory;
	}
	return RGPU_PTX_OK;
no_memory:
	return ptx_diag_plain(
		diag, RGPU_PTX_NO_MEMORY, "no memory to decode a kernel");
}

static enum rgpu_ptx_status
set_params(struct ptx_func *func, struct rgpu_ptx_kernel_info *info,
	struct rgpu_ptx_diag *diag)
{
	struct rgpu_ptx_param *params;

	info->param_count = func->params.count;
	info->param_bytes = func->params.bytes;
	if (!func->params.count)
		return RGPU_PTX_OK;
	params = ptx_arena_get(
		&func->module->arena, func->params.count * sizeof(*params));
	if (!params)
		return ptx_diag_plain(
			diag, RGPU_PTX_NO_MEMORY, "no memory for parameters");
	for (uint32_t i = 0; i < func->params.count; i++) {
		params[i].offset = func->params.list[i].offset;
		params[i].size = func->params.list[i].size;
	}
	info->params = params;
	return RGPU_PTX_OK;
}

/* Whether a body names a shared variable of its module, or calls what may. */
static bool
names_shared(const struct ptx_func *func)
{
	struct ptx_lex lex;

	ptx_lex_start(&lex, func->body, func->body_end);
	for (; lex.tok.kind != PTX_TOK_END; ptx_lex_next(&lex)) {
		const struct ptx_symbol *sym;

		if (lex.tok.kind != PTX_TOK_NAME)
			continue;
		sym = ptx_module_find(func->module, lex.tok.text, lex.tok.len);
		if (sym &&
			(sym->kind == PTX_SYM_FUNC ||
				rgpu_container_of(
					sym, const struct ptx_var, sym)
						->space == PTX_SHARED))
			return true;
	}
	return false;
}

static enum rgpu_ptx_status
fill_info(struct ptx_func *func, struct rgpu_ptx_kernel_info *info,
	struct rgpu_ptx_diag *diag)
{
	struct rgpu_ptx_module *m = func->module;
	struct ptx_body_sizes sizes;
	enum rgpu_ptx_status rc;
	uint64_t shared;

	*info = (struct rgpu_ptx_kernel_info){
		.name = func->sym.name,
		.const_bytes = (uint32_t)m->const_bytes,
		.max_threads = func->max_threads,
		.block = {func->block[0], func->block[1], func->block[2]},
		.min_blocks = func->min_blocks,
		.ptx_version = m->version,
	};
	rc = ptx_scan_body(func, false, &sizes, diag);
	if (rc == RGPU_PTX_OK)
		rc = set_params(func, info, diag);
	shared = sizes.shared;
	if (m->shared_bytes && (sizes.calls || names_shared(func)))
		shared = ptx_align(shared, 256) + m->shared_bytes;
	if (rc == RGPU_PTX_OK &&
		(shared > UINT32_MAX || m->const_bytes > UINT32_MAX ||
			sizes.local > UINT32_MAX))
		return ptx_diag(diag, &m->source, func->sym.at,
			RGPU_PTX_UNSUPPORTED,
			"needs more memory than can be addressed");
	info->shared_bytes = (uint32_t)shared;
	info->local_bytes = (uint32_t)sizes.local;
	info->registers = (uint32_t)sizes.registers;
	return rc;
}

static struct ptx_func *
find(struct rgpu_ptx_module *module, const char *name,
	struct rgpu_ptx_diag *diag)
{
	struct ptx_func *func = ptx_module_entry(module, name);

	*diag = (struct rgpu_ptx_diag){RGPU_PTX_OK, 0, ""};
	if (!func)
		ptx_diag_plain(diag, RGPU_PTX_NOT_FOUND,
			"the module has no kernel %.200s", name);
	return func;
}

enum rgpu_ptx_status
rgpu_ptx_module_info(struct rgpu_ptx_module *module, const char *name,
	struct rgpu_ptx_kernel_info *out, struct rgpu_ptx_diag *diag)
{
	struct ptx_func *func = find(module, name, diag);
	enum rgpu_ptx_status rc;

	if (!func)
		return RGPU_PTX_NOT_FOUND;
	pthread_mutex_lock(&module->lock);
	rc = fill_info(func, out, diag);
	pthread_mutex_unlock(&module->lock);
	return rc;
}

static enum rgpu_ptx_status
make_kernel(struct ptx_func *func, struct rgpu_ptx_diag *diag)
{
	struct rgpu_ptx_module *m = func->module;
	struct rgpu_ptx_kernel *kernel = calloc(1, sizeof(*kernel));
	struct reach r = {.seen = calloc(m->func_count, 1)};
	enum rgpu_ptx_status rc = RGPU_PTX_NO_MEMORY;

	if (func->cluster > 1)
		rc = ptx_diag(diag, &m->source, func->sym.at,
			RGPU_PTX_UNSUPPORTED,
			"needs clusters of several blocks");
	else if (!kernel || !r.seen)
		ptx_diag_plain(diag, rc, "no memory for a kernel");
	else
		rc = decode_all(func, &r, kernel, diag);
	if (rc == RGPU_PTX_OK)
		rc = fill_info(func, &kernel->info, diag);
	free(r.list);
	free(r.seen);
	if (rc != RGPU_PTX_OK) {
		free(kernel);
		return rc;
	}
	kernel->func = func;
	func->kernel = kernel;
	return RGPU_PTX_OK;
}

enum rgpu_ptx_status
rgpu_ptx_module_kernel(struct rgpu_ptx_module *module, const char *name,
	const struct rgpu_ptx_kernel **out, struct rgpu_ptx_diag *diag)
{
	struct ptx_func *func = find(module, name, diag);
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	*out = NULL;
	if (!func)
		return RGPU_PTX_NOT_FOUND;
	pthread_mutex_lock(&module->lock);
	if (!func->kernel)
		rc = make_kernel(func, diag);
	*out = func->kernel;
	pthread_mutex_unlock(&module->lock);
	return rc;
}
