/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and libraries: loading, unloading, variables, names. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/load.h"
#include "libclient/memory.h"
#include "libclient/names.h"

/* ---- loading ------------------------------------------------------------------------ */

CUresult
rgpu_do_cuModuleLoadDataEx(CUmodule *module, const void *image,
	unsigned int numOptions, CUjit_option *options, void **optionValues)
{
	struct rgpu_args_cuModuleLoadDataEx a;
	struct rgpu_res_cuModuleLoadDataEx res = {.infoLog_size = 0};
	struct rgpu_load_options o;
	struct rgpu_context *c;
	struct rgpu_module *m;
	struct rgpu_call call;
	CUresult r = rgpu_context_current(&c);

	if (!module || !image)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_load_parse(numOptions, options, optionValues, &o);
	if (!r)
		r = rgpu_load_upload(image, &a.blob);
	if (r)
		return r;
	m = rgpu_module_new(c);
	if (!m)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a.module = m->id;
	a.jit = o.numbers;
	a.jitBytes = o.numbers_size;
	a.infoCapacity = o.info_capacity;
	a.errorCapacity = o.error_capacity;
	r = rgpu_call_cuModuleLoadDataEx(c->id, &a, &res, &call);
	rgpu_load_finish(&o, res.infoLog, res.infoLog_size, res.errorLog,
		res.errorLog_size);
	rgpu_call_end(&call);
	if (r)
		rgpu_module_end(m);
	else
		*module = rgpu_id_handle(m->id);
	return r;
}

CUresult
rgpu_do_cuModuleLoadData(CUmodule *module, const void *image)
{
	return rgpu_do_cuModuleLoadDataEx(module, image, 0, NULL, NULL);
}

CUresult
rgpu_do_cuModuleLoadFatBinary(CUmodule *module, const void *fatCubin)
{
	return rgpu_do_cuModuleLoadDataEx(module, fatCubin, 0, NULL, NULL);
}

CUresult
rgpu_do_cuModuleLoad(CUmodule *module, const char *fname)
{
	void *image;
	CUresult r;

	if (!module || !fname)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_load_file(fname, &image);
	if (!r)
		r = rgpu_do_cuModuleLoadData(module, image);
	free(image);
	return r;
}

/* Options of a library: the server copies the image, so both are harmless. */
static CUresult
check_library_options(unsigned count, const CUlibraryOption *options)
{
	if (count && !options)
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < count; i++) {
		if (options[i] !=
				CU_LIBRARY_HOST_UNIVERSAL_FUNCTION_AND_DATA_TABLE &&
			options[i] != CU_LIBRARY_BINARY_IS_PRESERVED)
			return CUDA_ERROR_INVALID_VALUE;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuLibraryLoadData(CUlibrary *library, const void *code,
	CUjit_option *jitOptions, void **jitOptionsValues,
	unsigned int numJitOptions, CUlibraryOption *libraryOptions,
	void **libraryOptionValues RGPU_UNUSED, unsigned int numLibraryOptions)
{
	struct rgpu_args_cuLibraryLoadData a;
	struct rgpu_res_cuLibraryLoadData res = {.infoLog_size = 0};
	struct rgpu_load_options o;
	struct rgpu_module *m;
	struct rgpu_call call;
	CUresult r = check_library_options(numLibraryOptions, libraryOptions);

	if (!library || !code)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_load_parse(
			numJitOptions, jitOptions, jitOptionsValues, &o);
	if (!r)
		r = rgpu_load_upload(code, &a.blob);
	if (r)
		return r;
	m = rgpu_module_new(NULL);
	if (!m)
		return CUDA_ERROR_OUT_OF_MEMORY;
	a.library = m->id;
	a.jit = o.numbers;
	a.jitBytes = o.numbers_size;
	a.infoCapacity = o.info_capacity;
	a.errorCapacity = o.error_capacity;
	r = rgpu_call_cuLibraryLoadData(0, &a, &res, &call);
	rgpu_load_finish(&o, res.infoLog, res.infoLog_size, res.errorLog,
		res.errorLog_size);
	rgpu_call_end(&call);
	if (r)
		rgpu_module_end(m);
	else
		*library = rgpu_id_handle(m->id);
	return r;
}

CUresult
rgpu_do_cuLibraryLoadFromFile(CUlibrary *library, const char *fileName,
	CUjit_option *jitOptions, void **jitOptionsValues,
	unsigned int numJitOptions, CUlibraryOption *libraryOptions,
	void **libraryOptionValues, unsigned int numLibraryOptions)
{
	void *image;
	CUresult r;

	if (!library || !fileName)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_load_file(fileName, &image);
	if (!r)
		r = rgpu_do_cuLibraryLoadData(library, image, jitOptions,
			jitOptionsValues, numJitOptions, libraryOptions,
			libraryOptionValues, numLibraryOptions);
	free(image);
	return r;
}

/* ---- unloading ------------------------------------------------------------------------ */

CUresult
rgpu_do_cuModuleUnload(CUmodule hmod)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_modules, rgpu_handle_id(hmod));
	struct rgpu_args_cuModuleUnload a = {.hmod = rgpu_handle_id(hmod)};
	CUresult r;

	/* A library's module ends with the library. */
	if (!m || m->library)
		return m ? CUDA_ERROR_NOT_PERMITTED : CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_post_cuModuleUnload(m->context->id, &a);
	rgpu_memory_forget_owner(m);
	pthread_mutex_lock(&rgpu_modules_lock);
	rgpu_module_end(m);
	pthread_mutex_unlock(&rgpu_modules_lock);
	return r;
}

CUresult
rgpu_do_cuLibraryUnload(CUlibrary library)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_libraries, rgpu_handle_id(library));
	struct rgpu_args_cuLibraryUnload a = {
		.library = rgpu_handle_id(library)};
	CUresult r;

	if (!m)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_post_cuLibraryUnload(0, &a);
	rgpu_memory_forget_owner(m);
	pthread_mutex_lock(&rgpu_modules_lock);
	rgpu_module_end(m);
	pthread_mutex_unlock(&rgpu_modules_lock);
	return r;
}

/* ---- a library's module in a context -------------------------------------------------- */

CUresult
rgpu_do_cuLibraryGetModule(CUmodule *pMod, CUlibrary library)
{
	struct rgpu_module *l =
		rgpu_id_find(&rgpu_libraries, rgpu_handle_id(library));
	struct rgpu_args_cuLibraryGetModule a = {
		.library = rgpu_handle_id(library)};
	struct rgpu_module *m;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!pMod)
		return CUDA_ERROR_INVALID_VALUE;
	if (r || !l)
		return r ? r : CUDA_ERROR_INVALID_HANDLE;
	pthread_mutex_lock(&rgpu_modules_lock);
	for (m = l->modules; m && m->context != c;)
		m = m->next;
	if (!m && (m = rgpu_module_new(c))) {
		a.pMod = m->id;
		r = rgpu_call_cuLibraryGetModule(c->id, &a);
		if (r) {
			rgpu_module_end(m);
		} else {
			m->library = l;
			m->next = l->modules;
			l->modules = m;
		}
	} else if (!m) {
		r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (!r)
		*pMod = rgpu_id_handle(m->id);
	pthread_mutex_unlock(&rgpu_modules_lock);
	return r;
}

/* ---- variables ------------------------------------------------------------------------- */

/* A variable is device memory that copies may use. */
static CUresult
note(struct rgpu_context *c, struct rgpu_module *owner, uint64_t base,
	uint64_t size)
{
	struct rgpu_memory m = {.kind = RGPU_MEMORY_DEVICE,
		.context = c,
		.base = base,
		.size = size,
		.owner = owner};
	struct rgpu_memory old = rgpu_memory_find(base);

	if (old.kind == RGPU_MEMORY_DEVICE && old.base == base)
		return CUDA_SUCCESS;
	if (!size || !rgpu_memory_add(&m))
		return CUDA_SUCCESS;
	rgpu_err("a device variable at 0x%llx cannot be used: this process has "
		 "the addresses itself",
		(unsigned long long)base);
	return CUDA_ERROR_MAP_FAILED;
}

static CUresult
give(CUdeviceptr *dptr, size_t *bytes, uint64_t base, uint64_t size, CUresult r)
{
	if (!r && dptr)
		*dptr = base;
	if (!r && bytes)
		*bytes = size;
	return r;
}

CUresult
rgpu_do_cuModuleGetGlobal_v2(
	CUdeviceptr *dptr, size_t *bytes, CUmodule hmod, const char *name)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_modules, rgpu_handle_id(hmod));
	struct rgpu_args_cuModuleGetGlobal_v2 a = {
		.hmod = rgpu_handle_id(hmod), .name = name};
	struct rgpu_res_cuModuleGetGlobal_v2 res;
	CUresult r;

	if (!name || strlen(name) >= RGPU_NAME_MAX)
		return name ? CUDA_ERROR_NOT_FOUND : CUDA_ERROR_INVALID_VALUE;
	if (!m)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_call_cuModuleGetGlobal_v2(m->context->id, &a, &res);
	if (!r)
		r = note(m->context, m, res.dptr, res.bytes);
	return give(dptr, bytes, res.dptr, res.bytes, r);
}

CUresult
rgpu_do_cuLibraryGetGlobal(
	CUdeviceptr *dptr, size_t *bytes, CUlibrary library, const char *name)
{
	struct rgpu_module *m =
		rgpu_id_find(&rgpu_libraries, rgpu_handle_id(library));
	struct rgpu_args_cuLibraryGetGlobal a = {
		.library = rgpu_handle_id(library), .name = name};
	struct rgpu_res_cuLibraryGetGlobal res;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!name || strlen(name) >= RGPU_NAME_MAX)
		return name ? CUDA_ERROR_NOT_FOUND : CUDA_ERROR_INVALID_VALUE;
	if (r || !m)
		return r ? r : CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_call_cuLibraryGetGlobal(c->id, &a, &res);
	if (!r)
		r = note(c, m, res.dptr, res.bytes);
	return give(dptr, bytes, res.dptr, res.bytes, r);
}

/* Kernels are loaded when they are first used unless the program says otherwise
 * (CUDA programming guide: CUDA_MODULE_LOADING). */
CUresult
rgpu_do_cuModuleGetLoadingMode(CUmoduleLoadingMode *mode)
{
	const char *env = getenv("CUDA_MODULE_LOADING");

	if (!mode)
		return CUDA_ERROR_INVALID_VALUE;
	*mode = env && !strcmp(env, "EAGER") ? CU_MODULE_EAGER_LOADING
					     : CU_MODULE_LAZY_LOADING;
	return CUDA_SUCCESS;
}
