/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules: creation, and what can be asked of one without decoding anything.
 */
#include "config.h"
#include "softgpu/ptx/module.h"

#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/code.h"

/* Offsets in the text are kept as 32 bits. */
#define TEXT_MAX UINT32_MAX

static int
take_text(struct rgpu_ptx_module *module, const char *text, size_t len)
{
	/* A NUL inside ends the text, as it does for the CUDA driver. */
	len = strnlen(text, len);
	module->text = malloc(len + 1);
	if (!module->text)
		return -1;
	memcpy(module->text, text, len);
	module->text[len] = 0;
	module->source.text = module->text;
	module->source.end = module->text + len;
	return 0;
}

enum rgpu_ptx_status
rgpu_ptx_module_create(const char *text, size_t len, unsigned max_target,
	struct rgpu_ptx_module **out, struct rgpu_ptx_diag *diag)
{
	struct rgpu_ptx_module *module;
	enum rgpu_ptx_status rc;

	*out = NULL;
	*diag = (struct rgpu_ptx_diag){RGPU_PTX_OK, 0, ""};
	if (len >= TEXT_MAX)
		return ptx_diag_plain(diag, RGPU_PTX_UNSUPPORTED,
			"a PTX module of 4 GiB or more");
	module = calloc(1, sizeof(*module));
	if (!module || take_text(module, text, len)) {
		free(module);
		return ptx_diag_plain(
			diag, RGPU_PTX_NO_MEMORY, "no memory for a module");
	}
	pthread_mutex_init(&module->lock, NULL);
	rc = ptx_index(module, max_target, diag);
	if (rc == RGPU_PTX_OK) {
		module->handles = calloc(module->func_count + 1, 1);
		if (!module->handles)
			rc = ptx_diag_plain(diag, RGPU_PTX_NO_MEMORY,
				"no memory for a module");
	}
	if (rc != RGPU_PTX_OK) {
		rgpu_ptx_module_destroy(module);
		return rc;
	}
	*out = module;
	return RGPU_PTX_OK;
}

void
rgpu_ptx_module_destroy(struct rgpu_ptx_module *module)
{
	if (!module)
		return;
	for (size_t i = 0; i < module->func_count; i++) {
		struct ptx_func *func = module->funcs[i];

		ptx_code_free(func->code);
		free(func->kernel);
		free(func->refused);
		free(func->shared);
	}
	free(module->funcs);
	free(module->entries);
	free(module->vars);
	free(module->handles);
	free(module->text);
	ptx_map_free(&module->symbols);
	ptx_arena_free(&module->arena);
	pthread_mutex_destroy(&module->lock);
	free(module);
}

struct ptx_symbol *
ptx_module_find(
	const struct rgpu_ptx_module *module, const char *name, size_t len)
{
	return ptx_map_get(&module->symbols, name, len);
}

struct ptx_func *
ptx_module_entry(const struct rgpu_ptx_module *module, const char *name)
{
	struct ptx_symbol *sym = ptx_module_find(module, name, strlen(name));
	struct ptx_func *func;

	if (!sym || sym->kind != PTX_SYM_FUNC)
		return NULL;
	func = rgpu_container_of(sym, struct ptx_func, sym);
	return func->entry && func->has_body ? func : NULL;
}

uint64_t
ptx_func_address(const struct ptx_func *func)
{
	return (uint64_t)(uintptr_t)(func->module->handles + func->index);
}

struct ptx_func *
ptx_func_at(const struct rgpu_ptx_module *module, uint64_t address)
{
	uint64_t first = (uint64_t)(uintptr_t)module->handles;

	if (address < first || address - first >= module->func_count)
		return NULL;
	return module->funcs[address - first];
}

size_t
rgpu_ptx_module_entry_count(const struct rgpu_ptx_module *module)
{
	return module->entry_count;
}

const char *
rgpu_ptx_module_entry(const struct rgpu_ptx_module *module, size_t i)
{
	return i < module->entry_count ? module->entries[i]->sym.name : NULL;
}

size_t
rgpu_ptx_module_variable_count(const struct rgpu_ptx_module *module)
{
	return module->var_count;
}

void
rgpu_ptx_module_variable(const struct rgpu_ptx_module *module, size_t i,
	struct rgpu_ptx_variable *out)
{
	const struct ptx_var *var = module->vars[i];

	*out = (struct rgpu_ptx_variable){
		.name = var->sym.name,
		.space = var->space == PTX_CONST ? RGPU_PTX_CONST
						 : RGPU_PTX_GLOBAL,
		.size = var->size,
		.align = var->align,
		.address = var->address,
		.managed = var->managed,
	};
}

void
rgpu_ptx_module_set_address(
	struct rgpu_ptx_module *module, size_t i, uint64_t address)
{
	module->vars[i]->address = address;
}
