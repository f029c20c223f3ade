/* SPDX-License-Identifier: Apache-2.0 */
/* Functions and kernels: looked up once, with their layout and attributes; then
 * everything about them is known here. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"
#include "libclient/names.h"

CUresult
rgpu_client_known_kernel(uint64_t id)
{
	return rgpu_id_find(&rgpu_kernels, id) ? CUDA_SUCCESS
					       : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_client_known_function(uint64_t id)
{
	return rgpu_function_find(rgpu_id_handle(id))
		? CUDA_SUCCESS
		: CUDA_ERROR_INVALID_HANDLE;
}

/* ---- look-up ------------------------------------------------------------------------- */

/* Of a module or library, by name; lock held. */
static struct rgpu_function *
find_named(struct rgpu_module *m, const char *name)
{
	struct rgpu_function *f = m->functions;

	while (f && strcmp(f->name, name))
		f = f->next;
	return f;
}

static CUresult
read_info(struct rgpu_function *f, const void *info, uint32_t size)
{
	struct rgpu_dec d = rgpu_dec_init(info, size);

	return rgpu_func_info_get(&d, &f->info)
		? rgpu_client_broken(RGPU_OP_cuModuleGetFunction)
		: CUDA_SUCCESS;
}

static CUresult
ask_function(struct rgpu_module *m, struct rgpu_function *f)
{
	struct rgpu_args_cuModuleGetFunction a = {
		.hfunc = f->id, .hmod = m->id, .name = f->name};
	struct rgpu_res_cuModuleGetFunction res;
	struct rgpu_call call;
	CUresult r =
		rgpu_call_cuModuleGetFunction(m->context->id, &a, &res, &call);

	if (!r)
		r = read_info(f, res.info, res.info_size);
	rgpu_call_end(&call);
	return r;
}

/* A kernel's attributes are those on one device: the current one, if any. */
static CUresult
ask_kernel(struct rgpu_module *l, struct rgpu_function *f)
{
	struct rgpu_args_cuLibraryGetKernel a = {
		.pKernel = f->id, .library = l->id, .name = f->name};
	struct rgpu_res_cuLibraryGetKernel res;
	struct rgpu_context *c;
	struct rgpu_call call;
	CUresult r;

	f->info_device = rgpu_context_current(&c) ? 0 : c->dev;
	r = rgpu_client_device(f->info_device, &a.device);
	if (r)
		return r;
	r = rgpu_call_cuLibraryGetKernel(0, &a, &res, &call);
	if (!r)
		r = read_info(f, res.info, res.info_size);
	rgpu_call_end(&call);
	return r;
}

/* The function or kernel of that name, asked for at first. */
static CUresult
look_up(struct rgpu_module *m, const char *name, struct rgpu_function **out)
{
	struct rgpu_function *f;
	CUresult r = CUDA_SUCCESS;

	if (strlen(name) >= RGPU_NAME_MAX)
		return CUDA_ERROR_NOT_FOUND;
	pthread_mutex_lock(&rgpu_modules_lock);
	f = find_named(m, name);
	if (!f) {
		f = rgpu_function_new(m, m->context, name);
		r = !f		     ? CUDA_ERROR_OUT_OF_MEMORY
			: m->context ? ask_function(m, f)
				     : ask_kernel(m, f);
		if (r && f) {
			rgpu_function_end(f);
		} else if (f) {
			f->next = m->functions;
			m->functions = f;
		}
	}
	*out = f;
	pthread_mutex_unlock(&rgpu_modules_lock);
	return r;
}

CUresult
rgpu_do_cuModuleGetFunction(CUfunction *hfunc, CUmodule hmod, const char *name)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_modules, rgpu_handle_id(hmod));
	struct rgpu_function *f;
	CUresult r;

	if (!hfunc || !name)
		return CUDA_ERROR_INVALID_VALUE;
	if (!m)
		return CUDA_ERROR_INVALID_HANDLE;
	r = look_up(m, name, &f);
	if (!r)
		*hfunc = rgpu_id_handle(f->id);
	return r;
}

CUresult
rgpu_do_cuLibraryGetKernel(
	CUkernel *pKernel, CUlibrary library, const char *name)
{
	struct rgpu_module *l =
		rgpu_id_find(&rgpu_libraries, rgpu_handle_id(library));
	struct rgpu_function *f;
	CUresult r;

	if (!pKernel || !name)
		return CUDA_ERROR_INVALID_VALUE;
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = look_up(l, name, &f);
	if (!r)
		*pKernel = rgpu_id_handle(f->id);
	return r;
}

/* A kernel's function in a context; lock held. */
static CUresult
make_function(struct rgpu_function *k, struct rgpu_context *c,
	struct rgpu_function **out)
{
	struct rgpu_function *f = rgpu_function_new(k->module, c, k->name);
	struct rgpu_args_cuKernelGetFunction a = {.kernel = k->id};
	CUresult r;

	if (!f)
		return CUDA_ERROR_OUT_OF_MEMORY;
	f->kernel = k;
	f->info = k->info;
	a.pFunc = f->id;
	r = rgpu_call_cuKernelGetFunction(c->id, &a);
	if (r) {
		rgpu_function_end(f);
		return r;
	}
	f->next = k->functions;
	k->functions = f;
	*out = f;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuKernelGetFunction(CUfunction *pFunc, CUkernel kernel)
{
	struct rgpu_function *k =
		rgpu_id_find(&rgpu_kernels, rgpu_handle_id(kernel));
	struct rgpu_function *f;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!pFunc)
		return CUDA_ERROR_INVALID_VALUE;
	if (r || !k)
		return r ? r : CUDA_ERROR_INVALID_HANDLE;
	pthread_mutex_lock(&rgpu_modules_lock);
	for (f = k->functions; f && f->context != c;)
		f = f->next;
	if (!f)
		r = make_function(k, c, &f);
	if (!r)
		*pFunc = rgpu_id_handle(f->id);
	pthread_mutex_unlock(&rgpu_modules_lock);
	return r;
}

/* ---- all of them ---------------------------------------------------------------------- */

/* Every name of a page ends in it. */
static bool
whole_names(const struct rgpu_res_rgpu_module_names *res)
{
	const char *names = res->names;

	return !res->names_size || !names[res->names_size - 1];
}

/* Bytes of names; the largest libraries have a few MiB. */
#define NAMES_MAX (64u << 20)

/* All names of a module or library, page by page; NULs between them. */
static CUresult
all_names(uint64_t object, char **names, size_t *size, uint32_t *count)
{
	struct rgpu_args_rgpu_module_names a = {.object = object};
	struct rgpu_res_rgpu_module_names res;
	struct rgpu_call call;
	CUresult r;

	*names = NULL;
	*size = 0;
	do {
		r = rgpu_call_rgpu_module_names(0, &a, &res, &call);
		if (!r && (!whole_names(&res) || *size > NAMES_MAX))
			r = rgpu_client_broken(RGPU_OP_rgpu_module_names);
		if (!r) {
			const char *p = res.names;
			char *grown =
				realloc(*names, *size + res.names_size + 1);

			*count = res.count;
			if (grown) {
				*names = grown;
				memcpy(grown + *size, p, res.names_size);
				*size += res.names_size;
			} else {
				r = CUDA_ERROR_OUT_OF_MEMORY;
			}
			for (uint32_t i = 0; i < res.names_size; i++)
				a.first += p[i] == '\0';
			if (!res.names_size)
				a.first = *count;
		}
		rgpu_call_end(&call);
	} while (!r && a.first < *count);
	return r;
}

static CUresult
count_in(uint64_t object, unsigned *count)
{
	char *names;
	size_t size;
	uint32_t n = 0;
	CUresult r = all_names(object, &names, &size, &n);

	free(names);
	if (!r)
		*count = n;
	return r;
}

/* Handles of the first max functions or kernels. */
static CUresult
enumerate(struct rgpu_module *m, void **handles, unsigned max)
{
	char *names;
	size_t size, at = 0;
	uint32_t count = 0;
	CUresult r = all_names(m->id, &names, &size, &count);

	for (unsigned i = 0; i < max && at < size && !r; i++) {
		struct rgpu_function *f;

		r = look_up(m, names + at, &f);
		if (!r)
			handles[i] = rgpu_id_handle(f->id);
		at += strnlen(names + at, size - at) + 1;
	}
	free(names);
	return r;
}

CUresult
rgpu_do_cuModuleGetFunctionCount(unsigned int *count, CUmodule mod)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_modules, rgpu_handle_id(mod));

	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	return m ? count_in(m->id, count) : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuModuleEnumerateFunctions(
	CUfunction *functions, unsigned int numFunctions, CUmodule mod)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_modules, rgpu_handle_id(mod));

	if (!functions)
		return CUDA_ERROR_INVALID_VALUE;
	return m ? enumerate(m, (void **)functions, numFunctions)
		 : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuLibraryGetKernelCount(unsigned int *count, CUlibrary lib)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_libraries, rgpu_handle_id(lib));

	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	return m ? count_in(m->id, count) : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuLibraryEnumerateKernels(
	CUkernel *kernels, unsigned int numKernels, CUlibrary lib)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_libraries, rgpu_handle_id(lib));

	if (!kernels)
		return CUDA_ERROR_INVALID_VALUE;
	return m ? enumerate(m, (void **)kernels, numKernels)
		 : CUDA_ERROR_INVALID_HANDLE;
}
