/* SPDX-License-Identifier: Apache-2.0 */
/* From PTX to kernels and variables. */
#include "config.h"
#include "softgpu/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/device.h"
#include "softgpu/memory.h"
#include "softgpu/ptx-link.h"
#include "softgpu/settings.h"

struct variable {
	const char *name; /* the engine's */
	size_t index;
	uint64_t address, size; /* address 0: not placed */
	bool managed;
};

struct rgpu_program {
	struct rgpu_ptx_module *module;
	unsigned target; /* 80 for sm_80 */
	size_t variable_count;
	struct variable *variables; /* ascending names */
};

/* Engine status and text as the API gives them. */
static CUresult
translate(const struct rgpu_ptx_diag *diag, char message[RGPU_MESSAGE_MAX])
{
	snprintf(message, RGPU_MESSAGE_MAX, "PTX: %s", diag->text);
	switch (diag->status) {
	case RGPU_PTX_OK: return CUDA_SUCCESS;
	case RGPU_PTX_NO_MEMORY: return CUDA_ERROR_OUT_OF_MEMORY;
	case RGPU_PTX_VERSION: return CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
	case RGPU_PTX_NOT_FOUND: return CUDA_ERROR_NOT_FOUND;
	case RGPU_PTX_SYNTAX:
	case RGPU_PTX_UNSUPPORTED:
	case RGPU_PTX_UNRESOLVED: break;
	}
	return CUDA_ERROR_INVALID_PTX;
}

/* 80 for ".target sm_80, debug". */
static unsigned
read_target(const char *text, size_t len)
{
	const char *p = memmem(text, len, ".target", 7);
	unsigned sm = 0;

	if (p)
		p = memmem(p, len - (size_t)(p - text), "sm_", 3);
	for (p = p ? p + 3 : text + len;
		p < text + len && *p >= '0' && *p <= '9'; p++)
		sm = sm * 10 + (unsigned)(*p - '0');
	return sm;
}

static int
by_name(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
index_variables(struct rgpu_program *program)
{
	size_t n = rgpu_ptx_module_variable_count(program->module);

	program->variables = calloc(n + 1, sizeof(*program->variables));
	if (!program->variables)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(program->module, i, &v);
		program->variables[i] =
			(struct variable){v.name, i, 0, v.size, v.managed};
	}
	program->variable_count = n;
	qsort(program->variables, n, sizeof(*program->variables), by_name);
	return 0;
}

/* The engine would run more of it than a device has room for. */
static CUresult
check_constants(
	const struct rgpu_program *program, char message[RGPU_MESSAGE_MAX])
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < program->variable_count; i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(program->module, i, &v);
		if (v.space == RGPU_PTX_CONST)
			bytes += v.size;
	}
	if (bytes <= RGPU_CONST_BYTES)
		return CUDA_SUCCESS;
	snprintf(message, RGPU_MESSAGE_MAX,
		"PTX: %llu bytes of .const variables; a device has %u",
		(unsigned long long)bytes, RGPU_CONST_BYTES);
	return CUDA_ERROR_INVALID_PTX;
}

/* The PTX of an image as one text; several are linked. */
static CUresult
get_text(const struct rgpu_code *code, struct rgpu_code_text *out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_code_text *texts;
	CUresult r = CUDA_SUCCESS;
	char *linked;
	size_t n = 0;

	if (code->count == 1)
		return rgpu_code_text(code, 0, out, message);
	texts = calloc(code->count, sizeof(*texts));
	if (!texts)
		return CUDA_ERROR_OUT_OF_MEMORY;
	while (n < code->count && !r) {
		r = rgpu_code_text(code, n, &texts[n], message);
		n += !r;
	}
	if (!r)
		r = rgpu_ptx_link(texts, n, &linked, &out->len, message);
	if (!r)
		out->text = out->owned = linked;
	while (n-- > 0)
		free(texts[n].owned);
	free(texts);
	return r;
}

static CUresult
read_text(struct rgpu_program *program, const struct rgpu_code_text *text,
	char message[RGPU_MESSAGE_MAX])
{
	const struct rgpu_settings *set = rgpu_settings();
	struct rgpu_ptx_diag diag = {.status = RGPU_PTX_OK};
	int cc = set->cc > set->library_cc ? set->cc : set->library_cc;

	program->target = read_target(text->text, text->len);
	if (rgpu_ptx_module_create(text->text, text->len, (unsigned)cc,
		    &program->module, &diag))
		return translate(&diag, message);
	if (index_variables(program))
		return CUDA_ERROR_OUT_OF_MEMORY;
	return check_constants(program, message);
}

CUresult
rgpu_program_create(const struct rgpu_code *code, struct rgpu_program **out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_code_text text;
	struct rgpu_program *p;
	CUresult r;

	message[0] = '\0';
	r = get_text(code, &text, message);
	if (r)
		return r;
	p = calloc(1, sizeof(*p));
	r = p ? read_text(p, &text, message) : CUDA_ERROR_OUT_OF_MEMORY;
	free(text.owned);
	if (r && p)
		rgpu_program_destroy(p);
	else if (!r)
		*out = p;
	return r;
}

void
rgpu_program_destroy(struct rgpu_program *program)
{
	if (program->module)
		rgpu_ptx_module_destroy(program->module);
	free(program->variables);
	free(program);
}

size_t
rgpu_program_entry_count(const struct rgpu_program *program)
{
	return rgpu_ptx_module_entry_count(program->module);
}

const char *
rgpu_program_entry(const struct rgpu_program *program, size_t i)
{
	return rgpu_ptx_module_entry(program->module, i);
}

CUresult
rgpu_program_info(struct rgpu_program *program, const char *name,
	struct rgpu_ptx_kernel_info *info, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_ptx_diag diag = {.status = RGPU_PTX_OK};

	if (!rgpu_ptx_module_info(program->module, name, info, &diag))
		return CUDA_SUCCESS;
	/* Not to be found is for the caller to judge: no message. */
	return diag.status == RGPU_PTX_NOT_FOUND ? CUDA_ERROR_NOT_FOUND
						 : translate(&diag, message);
}

unsigned
rgpu_program_target(const struct rgpu_program *program)
{
	return program->target;
}

CUresult
rgpu_program_place(struct rgpu_program *program, struct rgpu_context *context,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_ptx_diag diag = {.status = RGPU_PTX_OK};
	CUresult r = CUDA_SUCCESS;

	for (size_t i = 0; i < program->variable_count && !r; i++) {
		struct variable *v = &program->variables[i];
		struct rgpu_allocation *a;

		if (!v->size)
			continue;
		r = (v->managed ? rgpu_memory_alloc_managed
				: rgpu_memory_alloc)(
			context, v->size, RGPU_MEMORY_VARIABLE, &a);
		if (r)
			break;
		v->address = a->base;
		/* Memory that was used before is not zero. */
		memset((void *)(uintptr_t)a->base, 0, v->size);
		rgpu_ptx_module_set_address(
			program->module, v->index, v->address);
	}
	if (!r && rgpu_ptx_module_place(program->module, &diag))
		r = translate(&diag, message);
	if (r)
		rgpu_program_unplace(program);
	return r;
}

void
rgpu_program_unplace(struct rgpu_program *program)
{
	for (size_t i = 0; i < program->variable_count; i++) {
		struct variable *v = &program->variables[i];

		if (v->address)
			rgpu_memory_free(v->address, RGPU_MEMORY_VARIABLE);
		v->address = 0;
	}
}

CUresult
rgpu_program_variable(const struct rgpu_program *program, const char *name,
	uint64_t *address, uint64_t *size)
{
	const struct variable key = {.name = name};
	const struct variable *v = bsearch(&key, program->variables,
		program->variable_count, sizeof(*program->variables), by_name);

	if (!v || !v->address)
		return CUDA_ERROR_NOT_FOUND;
	*address = v->address;
	*size = v->size;
	return CUDA_SUCCESS;
}

bool
rgpu_program_is_managed(const struct rgpu_program *program, const char *name)
{
	for (size_t i = 0; i < program->variable_count; i++) {
		const struct variable *v = &program->variables[i];

		if (v->managed && (!name || !strcmp(v->name, name)))
			return true;
	}
	return false;
}

CUresult
rgpu_program_kernel(struct rgpu_program *program, const char *name,
	const struct rgpu_ptx_kernel **out, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_ptx_diag diag = {.status = RGPU_PTX_OK};

	if (!rgpu_ptx_module_kernel(program->module, name, out, &diag))
		return CUDA_SUCCESS;
	return translate(&diag, message);
}

CUresult
rgpu_program_compile(
	struct rgpu_program *program, char message[RGPU_MESSAGE_MAX])
{
	size_t n = rgpu_program_entry_count(program);
	CUresult r = CUDA_SUCCESS;

	for (size_t i = 0; i < n && !r; i++) {
		const struct rgpu_ptx_kernel *kernel;

		r = rgpu_program_kernel(program, rgpu_program_entry(program, i),
			&kernel, message);
	}
	return r;
}
