/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a function or kernel, answered from what came with it. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/cooperative.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"

static struct rgpu_function *
kernel_of(CUkernel handle)
{
	return rgpu_id_find(&rgpu_kernels, rgpu_handle_id(handle));
}

static CUresult
attribute(const struct rgpu_function *f, unsigned a, int *value)
{
	if (a >= RGPU_FUNC_ATTRIBUTES || !(f->info.has_attribute >> a & 1))
		return CUDA_ERROR_INVALID_VALUE;
	*value = f->info.attribute[a];
	return CUDA_SUCCESS;
}

static void
remember(struct rgpu_function *f, unsigned a, int value)
{
	if (a >= RGPU_FUNC_ATTRIBUTES)
		return;
	f->info.attribute[a] = value;
	f->info.has_attribute |= 1u << a;
}

CUresult
rgpu_do_cuFuncGetAttribute(
	int *pi, CUfunction_attribute attrib, CUfunction hfunc)
{
	struct rgpu_function *f = rgpu_function_find(hfunc);

	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	return f ? attribute(f, attrib, pi) : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuFuncSetAttribute(
	CUfunction hfunc, CUfunction_attribute attrib, int value)
{
	struct rgpu_function *f = rgpu_function_find(hfunc);
	struct rgpu_args_cuFuncSetAttribute a = {.hfunc = rgpu_handle_id(hfunc),
		.attrib = attrib,
		.value = value};
	uint64_t context;
	CUresult r = rgpu_client_context(&context);

	if (r || !f)
		return r ? r : CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_call_cuFuncSetAttribute(context, &a);
	rgpu_cooperative_forget();
	if (!r)
		remember(f, attrib, value);
	return r;
}

CUresult
rgpu_do_cuKernelGetAttribute(
	int *pi, CUfunction_attribute attrib, CUkernel kernel, CUdevice dev)
{
	struct rgpu_function *k = kernel_of(kernel);
	struct rgpu_args_cuKernelGetAttribute a = {
		.attrib = attrib, .kernel = rgpu_handle_id(kernel)};
	struct rgpu_res_cuKernelGetAttribute res;
	CUresult r = rgpu_client_device(dev, &a.dev);

	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	if (r || !k)
		return r ? r : CUDA_ERROR_INVALID_HANDLE;
	if (dev == k->info_device)
		return attribute(k, attrib, pi);
	r = rgpu_call_cuKernelGetAttribute(0, &a, &res);
	if (!r)
		*pi = res.pi;
	return r;
}

CUresult
rgpu_do_cuKernelSetAttribute(
	CUfunction_attribute attrib, int val, CUkernel kernel, CUdevice dev)
{
	struct rgpu_function *k = kernel_of(kernel);
	struct rgpu_args_cuKernelSetAttribute a = {
		.attrib = attrib, .val = val, .kernel = rgpu_handle_id(kernel)};
	CUresult r = rgpu_client_device(dev, &a.dev);

	if (r || !k)
		return r ? r : CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_call_cuKernelSetAttribute(0, &a);
	rgpu_cooperative_forget();
	if (!r && dev == k->info_device)
		remember(k, attrib, val);
	return r;
}

static CUresult
param(const struct rgpu_function *f, size_t i, size_t *offset, size_t *size)
{
	if (!offset || i >= f->info.param_count)
		return CUDA_ERROR_INVALID_VALUE;
	*offset = f->info.params[i].offset;
	if (size)
		*size = f->info.params[i].size;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncGetParamInfo(CUfunction func, size_t paramIndex,
	size_t *paramOffset, size_t *paramSize)
{
	struct rgpu_function *f = rgpu_function_find(func);

	return f ? param(f, paramIndex, paramOffset, paramSize)
		 : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuKernelGetParamInfo(CUkernel kernel, size_t paramIndex,
	size_t *paramOffset, size_t *paramSize)
{
	struct rgpu_function *k = kernel_of(kernel);

	return k ? param(k, paramIndex, paramOffset, paramSize)
		 : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_do_cuFuncGetName(const char **name, CUfunction hfunc)
{
	struct rgpu_function *f = rgpu_function_find(hfunc);

	if (!name)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_HANDLE;
	*name = f->name;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuKernelGetName(const char **name, CUkernel hfunc)
{
	struct rgpu_function *k = kernel_of(hfunc);

	if (!name)
		return CUDA_ERROR_INVALID_VALUE;
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	*name = k->name;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncGetModule(CUmodule *hmod, CUfunction hfunc)
{
	struct rgpu_function *f = rgpu_function_find(hfunc);

	if (!hmod)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_HANDLE;
	/* Of a library's kernel: the library's module in this context. */
	if (!f->context || f->kernel)
		return rgpu_do_cuLibraryGetModule(
			hmod, rgpu_id_handle(f->module->id));
	*hmod = rgpu_id_handle(f->module->id);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuKernelGetLibrary(CUlibrary *pLib, CUkernel kernel)
{
	struct rgpu_function *k = kernel_of(kernel);

	if (!pLib)
		return CUDA_ERROR_INVALID_VALUE;
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	*pLib = rgpu_id_handle(k->module->id);
	return CUDA_SUCCESS;
}

/* A function that has been found is loaded on the server. */
CUresult
rgpu_do_cuFuncIsLoaded(CUfunctionLoadingState *state, CUfunction function)
{
	if (!state)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_function_find(function))
		return CUDA_ERROR_INVALID_HANDLE;
	*state = CU_FUNCTION_LOADING_STATE_LOADED;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncLoad(CUfunction function)
{
	return rgpu_function_find(function) ? CUDA_SUCCESS
					    : CUDA_ERROR_INVALID_HANDLE;
}

/* ---- hints --------------------------------------------------------------------------- */

CUresult
rgpu_do_cuFuncSetCacheConfig(CUfunction hfunc, CUfunc_cache config)
{
	struct rgpu_args_cuFuncSetCacheConfig a = {
		.hfunc = rgpu_handle_id(hfunc), .config = config};
	uint64_t context;
	CUresult r = rgpu_client_context(&context);

	if (!r)
		r = rgpu_client_known_function(a.hfunc);
	return r ? r : rgpu_call_cuFuncSetCacheConfig(context, &a);
}

CUresult
rgpu_do_cuFuncSetSharedMemConfig(CUfunction hfunc, CUsharedconfig config)
{
	struct rgpu_args_cuFuncSetSharedMemConfig a = {
		.hfunc = rgpu_handle_id(hfunc), .config = config};
	uint64_t context;
	CUresult r = rgpu_client_context(&context);

	if (!r)
		r = rgpu_client_known_function(a.hfunc);
	return r ? r : rgpu_call_cuFuncSetSharedMemConfig(context, &a);
}
