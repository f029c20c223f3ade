/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries and kernels. */
#include "config.h"
#include "softgpu/library.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "softgpu/context.h"
#include "softgpu/module.h"
#include "softgpu/name.h"

struct rgpu_library_module {
	struct rgpu_library_module *next;
	struct rgpu_module *module; /* a reference */
};

struct rgpu_object *
rgpu_library_object(struct rgpu_library *library)
{
	return &library->object;
}

static void
free_kernel(struct rgpu_object *object)
{
	struct rgpu_kernel *k = (struct rgpu_kernel *)object;

	rgpu_entry_point_close(&k->entry);
	rgpu_object_put(&k->library->object);
	free(k);
}

static void
free_library(struct rgpu_object *object)
{
	struct rgpu_library *l = (struct rgpu_library *)object;

	if (l->spare)
		rgpu_program_destroy(l->spare);
	rgpu_map_free(&l->kernels);
	pthread_mutex_destroy(&l->lock);
	rgpu_code_put(l->code);
	free(l);
}

/* A program to look things up in; lock held. */
static CUresult
read_code(struct rgpu_library *l, char message[RGPU_MESSAGE_MAX],
	struct rgpu_program **out)
{
	CUresult r = CUDA_SUCCESS;

	if (l->modules) {
		*out = l->modules->module->program;
		return CUDA_SUCCESS;
	}
	if (!l->spare)
		r = rgpu_program_create(l->code, &l->spare, message);
	*out = l->spare;
	return r;
}

CUresult
rgpu_library_new(struct rgpu_code *code, struct rgpu_library **out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_library *l = calloc(1, sizeof(*l));
	struct rgpu_program *program;
	CUresult r = CUDA_SUCCESS;

	message[0] = '\0';
	if (!l) {
		rgpu_code_put(code);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	l->code = code;
	pthread_mutex_init(&l->lock, NULL);
	rgpu_object_init(&l->object, free_library);
	if (code->text)
		r = read_code(l, message, &program);
	if (!r && rgpu_object_make(RGPU_KIND_LIBRARY, &l->object))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (r)
		rgpu_object_put(&l->object);
	else
		*out = l;
	return r;
}

/* Ends the handles of all kernels; lock held. */
static void
end_kernels(struct rgpu_library *l)
{
	struct rgpu_kernel *k, *next;
	size_t pos = 0;

	while ((k = rgpu_map_next(&l->kernels, &pos))) {
		for (; k; k = next) {
			struct rgpu_object *o =
				rgpu_object_end(RGPU_KIND_KERNEL,
					rgpu_object_handle(&k->object));

			next = k->next_same_hash;
			rgpu_object_put(o);
		}
	}
	rgpu_map_free(&l->kernels);
}

void
rgpu_library_close(struct rgpu_library *library)
{
	struct rgpu_library_module *m, *next;

	pthread_mutex_lock(&library->lock);
	library->closed = true;
	end_kernels(library);
	m = library->modules;
	library->modules = NULL;
	pthread_mutex_unlock(&library->lock);
	for (; m; m = next) {
		next = m->next;
		/* Its context may be closing it at this moment. */
		if (rgpu_object_end(RGPU_KIND_MODULE,
			    rgpu_object_handle(&m->module->object)))
			rgpu_module_close(m->module);
		rgpu_object_put(&m->module->object);
		free(m);
	}
	rgpu_object_put(&library->object);
}

void
rgpu_library_forget(struct rgpu_library *library, struct rgpu_module *module)
{
	struct rgpu_library_module **p, *gone = NULL;

	pthread_mutex_lock(&library->lock);
	for (p = &library->modules; *p; p = &(*p)->next) {
		if ((*p)->module == module) {
			gone = *p;
			*p = gone->next;
			break;
		}
	}
	pthread_mutex_unlock(&library->lock);
	if (gone)
		rgpu_object_put(&gone->module->object);
	free(gone);
}

/* Lock held. */
static CUresult
new_module(struct rgpu_library *l, struct rgpu_context *context,
	struct rgpu_module **out)
{
	struct rgpu_library_module *m = calloc(1, sizeof(*m));
	struct rgpu_program *program = l->spare;
	char message[RGPU_MESSAGE_MAX];
	CUresult r;

	if (!m)
		return CUDA_ERROR_OUT_OF_MEMORY;
	/* All contexts share a managed variable; here it is a module's own. */
	if (l->modules &&
		rgpu_program_is_managed(l->modules->module->program, NULL)) {
		rgpu_err("a module with managed variables works in one "
			 "context only");
		free(m);
		return CUDA_ERROR_NOT_SUPPORTED;
	}
	l->spare = NULL;
	r = rgpu_module_new(context, l->code, program, l, &m->module, message);
	if (r) {
		if (*message)
			rgpu_err("%s", message);
		free(m);
		return r;
	}
	m->next = l->modules;
	l->modules = m;
	/* One reference is the handle's, this one the list's. */
	rgpu_object_ref(&m->module->object);
	*out = m->module;
	return CUDA_SUCCESS;
}

CUresult
rgpu_library_module(struct rgpu_library *library, struct rgpu_context *context,
	struct rgpu_module **out)
{
	struct rgpu_library_module *m;
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&library->lock);
	for (m = library->modules; m && m->module->context != context;)
		m = m->next;
	if (m)
		*out = m->module;
	else if (library->closed)
		r = CUDA_ERROR_INVALID_HANDLE;
	else
		r = new_module(library, context, out);
	if (!r)
		rgpu_object_ref(&(*out)->object);
	pthread_mutex_unlock(&library->lock);
	return r;
}

/* Lock held. */
static CUresult
new_kernel(struct rgpu_library *l, const char *name, struct rgpu_kernel **out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_kernel *k;
	struct rgpu_program *program;
	CUresult r = read_code(l, message, &program);

	if (r)
		return r;
	k = calloc(1, sizeof(*k));
	if (!k)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_entry_point_open(&k->entry, program, name, message);
	if (r) {
		free(k);
		return r;
	}
	for (int i = 0; i < RGPU_DEVICES_MAX; i++)
		rgpu_entry_settings_init(&k->settings[i], &k->entry);
	k->library = l;
	rgpu_object_ref(&l->object);
	rgpu_object_init(&k->object, free_kernel);
	if (rgpu_object_make(RGPU_KIND_KERNEL, &k->object)) {
		rgpu_object_put(&k->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = k;
	return CUDA_SUCCESS;
}

/* Lock held. */
static CUresult
find_kernel(struct rgpu_library *l, const char *name, struct rgpu_kernel **out)
{
	uint64_t hash = rgpu_name_hash(name, strlen(name));
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_kernel *first = rgpu_map_get(&l->kernels, hash), *k = first;
	CUresult r;

	while (k && strcmp(k->entry.name, name))
		k = k->next_same_hash;
	if (k) {
		*out = k;
		return CUDA_SUCCESS;
	}
	if (l->closed)
		return CUDA_ERROR_INVALID_HANDLE;
	r = new_kernel(l, name, &k, message);
	if (r) {
		if (*message)
			rgpu_err("%s", message);
		return r;
	}
	k->next_same_hash = first;
	if (rgpu_map_put(&l->kernels, hash, k)) {
		rgpu_object_put(rgpu_object_end(
			RGPU_KIND_KERNEL, rgpu_object_handle(&k->object)));
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = k;
	return CUDA_SUCCESS;
}

CUresult
rgpu_library_kernel(struct rgpu_library *library, const char *name,
	struct rgpu_kernel **out)
{
	CUresult r;

	pthread_mutex_lock(&library->lock);
	r = find_kernel(library, name, out);
	pthread_mutex_unlock(&library->lock);
	return r;
}

CUresult
rgpu_library_kernel_count(struct rgpu_library *library, unsigned *count)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_program *program;
	CUresult r;

	pthread_mutex_lock(&library->lock);
	r = read_code(library, message, &program);
	if (!r)
		*count = (unsigned)rgpu_program_entry_count(program);
	pthread_mutex_unlock(&library->lock);
	if (*message)
		rgpu_err("%s", message);
	return r;
}

CUresult
rgpu_library_kernel_at(
	struct rgpu_library *library, unsigned i, struct rgpu_kernel **out)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_program *program;
	CUresult r;

	pthread_mutex_lock(&library->lock);
	r = read_code(library, message, &program);
	if (!r) {
		const char *name = rgpu_program_entry(program, i);

		r = name ? find_kernel(library, name, out)
			 : CUDA_ERROR_INVALID_VALUE;
	}
	pthread_mutex_unlock(&library->lock);
	return r;
}

CUresult
rgpu_kernel_function(struct rgpu_kernel *kernel, struct rgpu_context *context,
	struct rgpu_function **out)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_module *m;
	CUresult r = rgpu_library_module(kernel->library, context, &m);

	if (r)
		return r;
	r = rgpu_module_function(m, kernel->entry.name,
		&kernel->settings[context->device->ordinal], out, message);
	if (*message)
		rgpu_err("%s", message);
	rgpu_object_put(&m->object);
	return r;
}

CUresult
rgpu_kernel_set(struct rgpu_kernel *kernel, struct rgpu_device *device,
	CUfunction_attribute attribute, int value)
{
	struct rgpu_library *l = kernel->library;
	CUresult r = rgpu_entry_set(&kernel->entry,
		&kernel->settings[device->ordinal], attribute, value);

	if (r)
		return r;
	pthread_mutex_lock(&l->lock);
	for (struct rgpu_library_module *m = l->modules; m; m = m->next) {
		if (m->module->context->device == device)
			rgpu_module_set(m->module, kernel->entry.name,
				attribute, value);
	}
	pthread_mutex_unlock(&l->lock);
	return CUDA_SUCCESS;
}
