/* SPDX-License-Identifier: Apache-2.0 */
/* cuModule*. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/jit.h"
#include "softgpu/module.h"

/* Makes a module of code, which this takes over unless r is an error already.
 * What went wrong goes to the log buffers and to the log. */
static CUresult
finish(CUresult r, struct rgpu_context *c, struct rgpu_code *code,
	const struct rgpu_jit *jit, CUmodule *out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_module *m;

	if (!r) {
		r = rgpu_module_new(c, code, NULL, NULL, &m, message);
		rgpu_code_put(code);
	}
	if (!r)
		*out = rgpu_object_handle(&m->object);
	else if (*message)
		rgpu_err("%s", message);
	rgpu_jit_report(jit, r ? message : "");
	return r;
}

CUresult
rgpu_do_cuModuleLoadDataEx(CUmodule *module, const void *image,
	unsigned int numOptions, CUjit_option *options, void **optionValues)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_context *c;
	struct rgpu_code *code = NULL;
	struct rgpu_jit jit;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!module || !image)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_jit_open(numOptions, options, optionValues, &jit);
	if (r)
		return r;
	r = rgpu_code_load(image, false, &code, message);
	return finish(r, c, code, &jit, module, message);
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
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_jit jit = {.count = 0};
	struct rgpu_context *c;
	struct rgpu_code *code = NULL;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!module || !fname)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_code_load_file(fname, &code, message);
	return finish(r, c, code, &jit, module, message);
}

CUresult
rgpu_do_cuModuleUnload(CUmodule hmod)
{
	struct rgpu_module *m;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	m = rgpu_object_get(RGPU_KIND_MODULE, hmod);
	if (!m)
		return CUDA_ERROR_INVALID_HANDLE;
	if (m->library)
		r = CUDA_ERROR_NOT_PERMITTED;
	else if (rgpu_object_end(RGPU_KIND_MODULE, hmod))
		rgpu_module_close(m);
	else
		r = CUDA_ERROR_INVALID_HANDLE;
	rgpu_print_flush(&m->context->print);
	rgpu_object_put(&m->object);
	return r;
}

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

static CUresult
get_module(CUmodule handle, struct rgpu_module **out)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	*out = rgpu_object_get(RGPU_KIND_MODULE, handle);
	return *out ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuModuleGetFunction(CUfunction *hfunc, CUmodule hmod, const char *name)
{
	char message[RGPU_MESSAGE_MAX] = "";
	const struct rgpu_ptx_kernel *kernel;
	struct rgpu_function *f;
	struct rgpu_module *m;
	CUresult r;

	if (!hfunc || !name)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_module(hmod, &m);
	if (r)
		return r;
	r = rgpu_module_function(m, name, NULL, &f, message);
	if (!r) {
		/* Who asks for it by name is about to launch it: say now what
		 * cannot be run. */
		r = rgpu_function_load(f, &kernel);
		if (!r)
			*hfunc = rgpu_object_handle(&f->object);
		rgpu_object_put(&f->object);
	} else if (*message) {
		rgpu_err("%s", message);
	}
	rgpu_object_put(&m->object);
	return r;
}

CUresult
rgpu_do_cuModuleGetFunctionCount(unsigned int *count, CUmodule mod)
{
	struct rgpu_module *m;
	CUresult r;

	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_module(mod, &m);
	if (r)
		return r;
	*count = (unsigned)rgpu_program_entry_count(m->program);
	rgpu_object_put(&m->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuModuleEnumerateFunctions(
	CUfunction *functions, unsigned int numFunctions, CUmodule mod)
{
	char message[RGPU_MESSAGE_MAX];
	struct rgpu_module *m;
	const char *name;
	CUresult r;

	if (!functions || !numFunctions)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_module(mod, &m);
	if (r)
		return r;
	for (unsigned i = 0; i < numFunctions && !r; i++) {
		struct rgpu_function *f;

		name = rgpu_program_entry(m->program, i);
		if (!name)
			break;
		r = rgpu_module_function(m, name, NULL, &f, message);
		if (r)
			break;
		functions[i] = rgpu_object_handle(&f->object);
		rgpu_object_put(&f->object);
	}
	rgpu_object_put(&m->object);
	return r;
}

CUresult
rgpu_do_cuModuleGetGlobal_v2(
	CUdeviceptr *dptr, size_t *bytes, CUmodule hmod, const char *name)
{
	uint64_t address, size;
	struct rgpu_module *m;
	CUresult r;

	if (!name || (!dptr && !bytes))
		return CUDA_ERROR_INVALID_VALUE;
	r = get_module(hmod, &m);
	if (r)
		return r;
	r = rgpu_program_variable(m->program, name, &address, &size);
	if (!r && dptr)
		*dptr = address;
	if (!r && bytes)
		*bytes = (size_t)size;
	rgpu_object_put(&m->object);
	return r;
}
