/* SPDX-License-Identifier: Apache-2.0 */
/* cuFunc* and cuKernel*. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/library.h"
#include "softgpu/module.h"

/* A function for a call that needs a usable context. */
static CUresult
get_function(CUfunction handle, struct rgpu_function **out)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	return r ? r : rgpu_function_resolve(handle, out);
}

CUresult
rgpu_do_cuFuncGetAttribute(
	int *pi, CUfunction_attribute attrib, CUfunction hfunc)
{
	struct rgpu_function *f;
	CUresult r;

	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_function(hfunc, &f);
	if (r)
		return r;
	r = rgpu_entry_get(&f->entry, &f->settings, attrib, pi);
	rgpu_object_put(&f->object);
	return r;
}

CUresult
rgpu_do_cuFuncSetAttribute(
	CUfunction hfunc, CUfunction_attribute attrib, int value)
{
	struct rgpu_function *f;
	CUresult r = get_function(hfunc, &f);

	if (r)
		return r;
	r = rgpu_entry_set(&f->entry, &f->settings, attrib, value);
	rgpu_object_put(&f->object);
	return r;
}

CUresult
rgpu_do_cuFuncSetCacheConfig(CUfunction hfunc, CUfunc_cache config)
{
	struct rgpu_function *f;
	CUresult r = get_function(hfunc, &f);

	if (r)
		return r;
	rgpu_object_put(&f->object);
	return (unsigned)config > CU_FUNC_CACHE_PREFER_EQUAL
		? CUDA_ERROR_INVALID_VALUE
		: CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncSetSharedMemConfig(CUfunction hfunc, CUsharedconfig config)
{
	struct rgpu_function *f;
	CUresult r = get_function(hfunc, &f);

	if (r)
		return r;
	rgpu_object_put(&f->object);
	return (unsigned)config > CU_SHARED_MEM_CONFIG_EIGHT_BYTE_BANK_SIZE
		? CUDA_ERROR_INVALID_VALUE
		: CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncGetModule(CUmodule *hmod, CUfunction hfunc)
{
	struct rgpu_function *f;
	CUresult r;

	if (!hmod)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_function(hfunc, &f);
	if (r)
		return r;
	*hmod = rgpu_object_handle(&f->module->object);
	rgpu_object_put(&f->object);
	return CUDA_SUCCESS;
}

/* The name lives as long as the module. */
CUresult
rgpu_do_cuFuncGetName(const char **name, CUfunction hfunc)
{
	struct rgpu_function *f;
	CUresult r;

	if (!name)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_function(hfunc, &f);
	if (r)
		return r;
	*name = f->entry.name;
	rgpu_object_put(&f->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncGetParamInfo(CUfunction func, size_t paramIndex,
	size_t *paramOffset, size_t *paramSize)
{
	struct rgpu_function *f;
	CUresult r = get_function(func, &f);

	if (r)
		return r;
	r = rgpu_entry_param(&f->entry, paramIndex, paramOffset, paramSize);
	rgpu_object_put(&f->object);
	return r;
}

CUresult
rgpu_do_cuFuncIsLoaded(CUfunctionLoadingState *state, CUfunction function)
{
	struct rgpu_function *f;
	CUresult r;

	if (!state)
		return CUDA_ERROR_INVALID_VALUE;
	r = get_function(function, &f);
	if (r)
		return r;
	*state = atomic_load(&f->kernel) ? CU_FUNCTION_LOADING_STATE_LOADED
					 : CU_FUNCTION_LOADING_STATE_UNLOADED;
	rgpu_object_put(&f->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuFuncLoad(CUfunction function)
{
	const struct rgpu_ptx_kernel *kernel;
	struct rgpu_function *f;
	CUresult r = get_function(function, &f);

	if (r)
		return r;
	r = rgpu_function_load(f, &kernel);
	rgpu_object_put(&f->object);
	return r;
}

CUresult
rgpu_do_cuKernelGetFunction(CUfunction *pFunc, CUkernel kernel)
{
	struct rgpu_context *c;
	struct rgpu_function *f;
	struct rgpu_kernel *k;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pFunc)
		return CUDA_ERROR_INVALID_VALUE;
	k = rgpu_object_get(RGPU_KIND_KERNEL, kernel);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_kernel_function(k, c, &f);
	if (!r) {
		*pFunc = rgpu_object_handle(&f->object);
		rgpu_object_put(&f->object);
	}
	rgpu_object_put(&k->object);
	return r;
}

CUresult
rgpu_do_cuKernelGetLibrary(CUlibrary *pLib, CUkernel kernel)
{
	struct rgpu_kernel *k;

	if (!pLib)
		return CUDA_ERROR_INVALID_VALUE;
	k = rgpu_object_get(RGPU_KIND_KERNEL, kernel);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	*pLib = rgpu_object_handle(&k->library->object);
	rgpu_object_put(&k->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuKernelGetAttribute(
	int *pi, CUfunction_attribute attrib, CUkernel kernel, CUdevice dev)
{
	struct rgpu_kernel *k;
	CUresult r;

	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(dev))
		return CUDA_ERROR_INVALID_DEVICE;
	k = rgpu_object_get(RGPU_KIND_KERNEL, kernel);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_entry_get(&k->entry, &k->settings[dev], attrib, pi);
	rgpu_object_put(&k->object);
	return r;
}

CUresult
rgpu_do_cuKernelSetAttribute(
	CUfunction_attribute attrib, int val, CUkernel kernel, CUdevice dev)
{
	struct rgpu_device *d = rgpu_device_get(dev);
	struct rgpu_kernel *k;
	CUresult r;

	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	k = rgpu_object_get(RGPU_KIND_KERNEL, kernel);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_kernel_set(k, d, attrib, val);
	rgpu_object_put(&k->object);
	return r;
}

CUresult
rgpu_do_cuKernelSetCacheConfig(
	CUkernel kernel, CUfunc_cache config, CUdevice dev)
{
	struct rgpu_kernel *k;

	if ((unsigned)config > CU_FUNC_CACHE_PREFER_EQUAL)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(dev))
		return CUDA_ERROR_INVALID_DEVICE;
	k = rgpu_object_get(RGPU_KIND_KERNEL, kernel);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	rgpu_object_put(&k->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuKernelGetName(const char **name, CUkernel hfunc)
{
	struct rgpu_kernel *k;

	if (!name)
		return CUDA_ERROR_INVALID_VALUE;
	k = rgpu_object_get(RGPU_KIND_KERNEL, hfunc);
	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	*name = k->entry.name;
	rgpu_object_put(&k->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuKernelGetParamInfo(CUkernel kernel, size_t paramIndex,
	size_t *paramOffset, size_t *paramSize)
{
	struct rgpu_kernel *k = rgpu_object_get(RGPU_KIND_KERNEL, kernel);
	CUresult r;

	if (!k)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_entry_param(&k->entry, paramIndex, paramOffset, paramSize);
	rgpu_object_put(&k->object);
	return r;
}
