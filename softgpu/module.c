/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and their functions. */
#include "config.h"
#include "softgpu/module.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "softgpu/context.h"
#include "softgpu/library.h"
#include "softgpu/name.h"
#include "softgpu/state.h"

static void
free_function(struct rgpu_object *object)
{
	struct rgpu_function *f = (struct rgpu_function *)object;

	rgpu_entry_point_close(&f->entry);
	rgpu_object_put(&f->module->object);
	free(f);
}

static void
free_module(struct rgpu_object *object)
{
	struct rgpu_module *m = (struct rgpu_module *)object;

	if (m->program)
		rgpu_program_destroy(m->program);
	rgpu_map_free(&m->functions);
	pthread_mutex_destroy(&m->lock);
	if (m->library)
		rgpu_object_put(rgpu_library_object(m->library));
	rgpu_object_put(&m->context->object);
	free(m);
}

CUresult
rgpu_module_new(struct rgpu_context *context, const struct rgpu_code *code,
	struct rgpu_program *program, struct rgpu_library *library,
	struct rgpu_module **out, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_module *m = calloc(1, sizeof(*m));
	CUresult r = CUDA_SUCCESS;

	message[0] = '\0';
	if (!m) {
		if (program)
			rgpu_program_destroy(program);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	pthread_mutex_init(&m->lock, NULL);
	rgpu_object_init(&m->object, free_module);
	rgpu_object_ref(&context->object);
	m->context = context;
	m->program = program;
	m->library = library;
	if (library)
		rgpu_object_ref(rgpu_library_object(library));
	if (!program)
		r = rgpu_program_create(code, &m->program, message);
	if (!r)
		r = rgpu_program_place(m->program, context, message);
	/* PTX text is what a driver compiles at once. */
	if (!r && code->text)
		r = rgpu_program_compile(m->program, message);
	if (!r && rgpu_object_make(RGPU_KIND_MODULE, &m->object))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (r) {
		if (m->program)
			rgpu_program_unplace(m->program);
		rgpu_object_put(&m->object);
	} else {
		*out = m;
	}
	return r;
}

void
rgpu_module_close(struct rgpu_module *module)
{
	struct rgpu_function *f, *next;
	size_t pos = 0;

	pthread_mutex_lock(&module->lock);
	module->closed = true;
	while ((f = rgpu_map_next(&module->functions, &pos))) {
		for (; f; f = next) {
			struct rgpu_object *o =
				rgpu_object_end(RGPU_KIND_FUNCTION,
					rgpu_object_handle(&f->object));

			next = f->next_same_hash;
			rgpu_object_put(o);
		}
	}
	rgpu_map_free(&module->functions);
	pthread_mutex_unlock(&module->lock);
	/* At the end of the process kernels may still run in it. */
	if (rgpu_exiting())
		return;
	rgpu_program_unplace(module->program);
	rgpu_object_put(&module->object);
}

void
rgpu_modules_end(struct rgpu_context *context)
{
	struct rgpu_module *m;
	uint32_t pos = 0;

	while ((m = rgpu_object_next(RGPU_KIND_MODULE, &pos))) {
		if (m->context == context) {
			if (m->library)
				rgpu_library_forget(m->library, m);
			if (rgpu_object_end(RGPU_KIND_MODULE,
				    rgpu_object_handle(&m->object)))
				rgpu_module_close(m);
		}
		rgpu_object_put(&m->object);
	}
}

static CUresult
new_function(struct rgpu_module *m, const char *name,
	struct rgpu_function **out, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_function *f = calloc(1, sizeof(*f));
	CUresult r;

	if (!f)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_entry_point_open(&f->entry, m->program, name, message);
	if (r) {
		free(f);
		return r;
	}
	rgpu_entry_settings_init(&f->settings, &f->entry);
	f->module = m;
	rgpu_object_ref(&m->object);
	rgpu_object_init(&f->object, free_function);
	if (rgpu_object_make(RGPU_KIND_FUNCTION, &f->object)) {
		rgpu_object_put(&f->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = f;
	return CUDA_SUCCESS;
}

/* Lock held; NULL: it has not been made. */
static struct rgpu_function *
find_function(const struct rgpu_module *m, const char *name)
{
	struct rgpu_function *f =
		rgpu_map_get(&m->functions, rgpu_name_hash(name, strlen(name)));

	while (f && strcmp(f->entry.name, name))
		f = f->next_same_hash;
	return f;
}

/* Lock held. */
static CUresult
add_function(struct rgpu_module *m, const char *name,
	const struct rgpu_entry_settings *settings, struct rgpu_function **out,
	char message[RGPU_MESSAGE_MAX])
{
	uint64_t hash = rgpu_name_hash(name, strlen(name));
	struct rgpu_function *f;
	CUresult r = new_function(m, name, &f, message);

	if (r)
		return r;
	if (settings)
		rgpu_entry_settings_copy(&f->settings, settings);
	f->next_same_hash = rgpu_map_get(&m->functions, hash);
	if (rgpu_map_put(&m->functions, hash, f)) {
		rgpu_object_put(rgpu_object_end(
			RGPU_KIND_FUNCTION, rgpu_object_handle(&f->object)));
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = f;
	return CUDA_SUCCESS;
}

CUresult
rgpu_module_function(struct rgpu_module *module, const char *name,
	const struct rgpu_entry_settings *settings, struct rgpu_function **out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_function *f;
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&module->lock);
	f = find_function(module, name);
	if (!f && module->closed)
		r = CUDA_ERROR_INVALID_HANDLE;
	else if (!f)
		r = add_function(module, name, settings, &f, message);
	if (!r) {
		rgpu_object_ref(&f->object);
		*out = f;
	}
	pthread_mutex_unlock(&module->lock);
	return r;
}

void
rgpu_module_set(struct rgpu_module *module, const char *name,
	CUfunction_attribute attribute, int value)
{
	struct rgpu_function *f;

	pthread_mutex_lock(&module->lock);
	f = find_function(module, name);
	if (f)
		rgpu_entry_set(&f->entry, &f->settings, attribute, value);
	pthread_mutex_unlock(&module->lock);
}

CUresult
rgpu_function_load(
	struct rgpu_function *function, const struct rgpu_ptx_kernel **out)
{
	const struct rgpu_ptx_kernel *kernel = atomic_load(&function->kernel);
	char message[RGPU_MESSAGE_MAX] = "";
	CUresult r = atomic_load(&function->refused);

	if (!kernel && !r) {
		r = rgpu_program_kernel(function->module->program,
			function->entry.name, &kernel, message);
		if (!r)
			atomic_store(&function->kernel, kernel);
		else if (r == CUDA_ERROR_OUT_OF_MEMORY ||
			!atomic_exchange(&function->refused, r))
			rgpu_err("%s: %s", function->entry.name, message);
	}
	if (!r)
		*out = kernel;
	return r;
}

CUresult
rgpu_function_resolve(CUfunction handle, struct rgpu_function **out)
{
	struct rgpu_kernel *k;
	struct rgpu_context *c;
	CUresult r;

	*out = rgpu_object_get(RGPU_KIND_FUNCTION, handle);
	if (*out)
		return CUDA_SUCCESS;
	k = rgpu_object_get(RGPU_KIND_KERNEL, handle);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_context_current(&c);
	if (!r)
		r = rgpu_kernel_function(k, c, out);
	rgpu_object_put(&k->object);
	return r;
}
