/* SPDX-License-Identifier: Apache-2.0 */
/* cuLibrary*. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/jit.h"
#include "softgpu/library.h"
#include "softgpu/module.h"

/* cuBLASLt gives options without values [observed, CUDA 13.0]: that is a true
 * BINARY_IS_PRESERVED. */
static CUresult
read_options(const CUlibraryOption *options, void **values, unsigned count,
	bool *preserved)
{
	*preserved = false;
	if (count && !options)
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < count; i++) {
		if ((unsigned)options[i] >= CU_LIBRARY_NUM_OPTIONS)
			return CUDA_ERROR_INVALID_VALUE;
		if (options[i] == CU_LIBRARY_BINARY_IS_PRESERVED)
			*preserved = !values || values[i];
	}
	return CUDA_SUCCESS;
}

/* Makes a library of code, which this takes over. */
static CUresult
finish(CUresult r, struct rgpu_code *code, const struct rgpu_jit *jit,
	CUlibrary *out, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_library *l;

	if (!r)
		r = rgpu_library_new(code, &l, message);
	if (!r)
		*out = rgpu_object_handle(&l->object);
	else if (*message)
		rgpu_err("%s", message);
	rgpu_jit_report(jit, message);
	return r;
}

CUresult
rgpu_do_cuLibraryLoadData(CUlibrary *library, const void *code,
	CUjit_option *jitOptions, void **jitOptionsValues,
	unsigned int numJitOptions, CUlibraryOption *libraryOptions,
	void **libraryOptionValues, unsigned int numLibraryOptions)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_code *taken = NULL;
	struct rgpu_jit jit;
	bool preserved;
	CUresult r;

	if (!library || !code)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_jit_open(numJitOptions, jitOptions, jitOptionsValues, &jit);
	if (!r)
		r = read_options(libraryOptions, libraryOptionValues,
			numLibraryOptions, &preserved);
	if (r)
		return r;
	r = rgpu_code_load(code, preserved, &taken, message);
	return finish(r, taken, &jit, library, message);
}

CUresult
rgpu_do_cuLibraryLoadFromFile(CUlibrary *library, const char *fileName,
	CUjit_option *jitOptions, void **jitOptionsValues,
	unsigned int numJitOptions, CUlibraryOption *libraryOptions,
	void **libraryOptionValues, unsigned int numLibraryOptions)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_code *taken = NULL;
	struct rgpu_jit jit;
	bool preserved;
	CUresult r;

	if (!library || !fileName)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_jit_open(numJitOptions, jitOptions, jitOptionsValues, &jit);
	if (!r)
		r = read_options(libraryOptions, libraryOptionValues,
			numLibraryOptions, &preserved);
	if (r)
		return r;
	r = rgpu_code_load_file(fileName, &taken, message);
	return finish(r, taken, &jit, library, message);
}

CUresult
rgpu_do_cuLibraryUnload(CUlibrary library)
{
	struct rgpu_library *l = rgpu_object_end(RGPU_KIND_LIBRARY, library);

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	rgpu_library_close(l);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuLibraryGetKernel(
	CUkernel *pKernel, CUlibrary library, const char *name)
{
	struct rgpu_library *l;
	struct rgpu_kernel *k;
	CUresult r;

	if (!pKernel || !name)
		return CUDA_ERROR_INVALID_VALUE;
	l = rgpu_object_get(RGPU_KIND_LIBRARY, library);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_library_kernel(l, name, &k);
	if (!r)
		*pKernel = rgpu_object_handle(&k->object);
	rgpu_object_put(&l->object);
	return r;
}

CUresult
rgpu_do_cuLibraryGetKernelCount(unsigned int *count, CUlibrary lib)
{
	struct rgpu_library *l;
	CUresult r;

	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	l = rgpu_object_get(RGPU_KIND_LIBRARY, lib);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_library_kernel_count(l, count);
	rgpu_object_put(&l->object);
	return r;
}

CUresult
rgpu_do_cuLibraryEnumerateKernels(
	CUkernel *kernels, unsigned int numKernels, CUlibrary lib)
{
	struct rgpu_library *l;
	unsigned count = 0;
	CUresult r;

	if (!kernels || !numKernels)
		return CUDA_ERROR_INVALID_VALUE;
	l = rgpu_object_get(RGPU_KIND_LIBRARY, lib);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_library_kernel_count(l, &count);
	for (unsigned i = 0; i < count && i < numKernels && !r; i++) {
		struct rgpu_kernel *k;

		r = rgpu_library_kernel_at(l, i, &k);
		if (!r)
			kernels[i] = rgpu_object_handle(&k->object);
	}
	rgpu_object_put(&l->object);
	return r;
}

/* The module of a library in the current context, with a reference. */
static CUresult
current_module(CUlibrary library, struct rgpu_module **out)
{
	struct rgpu_library *l;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	l = rgpu_object_get(RGPU_KIND_LIBRARY, library);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_library_module(l, c, out);
	rgpu_object_put(&l->object);
	return r;
}

CUresult
rgpu_do_cuLibraryGetModule(CUmodule *pMod, CUlibrary library)
{
	struct rgpu_module *m;
	CUresult r;

	if (!pMod)
		return CUDA_ERROR_INVALID_VALUE;
	r = current_module(library, &m);
	if (r)
		return r;
	*pMod = rgpu_object_handle(&m->object);
	rgpu_object_put(&m->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuLibraryGetGlobal(
	CUdeviceptr *dptr, size_t *bytes, CUlibrary library, const char *name)
{
	uint64_t address, size;
	struct rgpu_module *m;
	CUresult r;

	if (!name || (!dptr && !bytes))
		return CUDA_ERROR_INVALID_VALUE;
	r = current_module(library, &m);
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

/* The runtime asks before there is a context; then it is the primary one of the
 * first device, which stays. */
static CUresult
managed_module(struct rgpu_library *l, struct rgpu_module **out)
{
	struct rgpu_context *c;
	CUcontext primary;
	CUresult r = rgpu_context_current(&c);

	if (r != CUDA_ERROR_INVALID_CONTEXT)
		return r ? r : rgpu_library_module(l, c, out);
	r = rgpu_do_cuDevicePrimaryCtxRetain(&primary, 0);
	if (!r)
		r = rgpu_library_module(l, rgpu_device_get(0)->primary, out);
	return r;
}

CUresult
rgpu_do_cuLibraryGetManaged(
	CUdeviceptr *dptr, size_t *bytes, CUlibrary library, const char *name)
{
	uint64_t address, size;
	struct rgpu_library *l;
	struct rgpu_module *m;
	CUresult r;

	if (!name || (!dptr && !bytes))
		return CUDA_ERROR_INVALID_VALUE;
	l = rgpu_object_get(RGPU_KIND_LIBRARY, library);
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = managed_module(l, &m);
	rgpu_object_put(&l->object);
	if (r)
		return r;
	r = rgpu_program_is_managed(m->program, name)
		? rgpu_program_variable(m->program, name, &address, &size)
		: CUDA_ERROR_NOT_FOUND;
	if (!r && dptr)
		*dptr = address;
	if (!r && bytes)
		*bytes = (size_t)size;
	rgpu_object_put(&m->object);
	return r;
}
