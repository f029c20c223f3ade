/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a module's functions and a library's kernels. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/function.h"

/* One page; the executor encodes it before the next call. */
static char page[RGPU_NAMES_MAX - 64];

/* All handles of o in an array from malloc. */
static CUresult
list(struct rgpu_session *s, const struct rgpu_object *o, void ***handles,
	unsigned *count)
{
	const struct rgpu_driver *d = s->driver;
	bool library = o->kind == RGPU_KIND_LIBRARY;
	CUresult r;

	r = library ? d->cuLibraryGetKernelCount(count, o->real)
		    : d->cuModuleGetFunctionCount(count, o->real);
	if (r)
		return r;
	*handles = calloc((size_t)*count + 1, sizeof(**handles));
	if (!*handles)
		return CUDA_ERROR_OUT_OF_MEMORY;
	return library ? d->cuLibraryEnumerateKernels(
				 (CUkernel *)*handles, *count, o->real)
		       : d->cuModuleEnumerateFunctions(
				 (CUfunction *)*handles, *count, o->real);
}

/* Fills the page with names from number first on. */
static CUresult
fill(struct rgpu_session *s, const struct rgpu_object *o, void *const *handles,
	unsigned count, unsigned first, uint32_t *size)
{
	size_t used = 0;

	for (unsigned i = first; i < count; i++) {
		const char *name;
		size_t n;
		CUresult r = o->kind == RGPU_KIND_LIBRARY
			? s->driver->cuKernelGetName(&name, handles[i])
			: s->driver->cuFuncGetName(&name, handles[i]);

		if (r)
			return r;
		n = strlen(name) + 1;
		if (n > sizeof(page) - used)
			break;
		memcpy(page + used, name, n);
		used += n;
	}
	*size = (uint32_t)used;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_module_names(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_module_names *a,
	struct rgpu_res_rgpu_module_names *res)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->object, RGPU_KIND_MODULE);
	void **handles = NULL;
	unsigned count = 0;
	CUresult r = CUDA_ERROR_INVALID_HANDLE;

	if (!o)
		o = rgpu_session_find(s, a->object, RGPU_KIND_LIBRARY);
	if (o)
		r = list(s, o, &handles, &count);
	if (!r)
		r = fill(s, o, handles, count, a->first, &res->names_size);
	free(handles);
	res->count = count;
	res->names = page;
	return r;
}
