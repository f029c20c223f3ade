/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the driver API, with buffers of exactly their size. */
#include "config.h"
#include "tests/fuzz/gpu-user.h"

#include <stdlib.h>
#include <string.h>

#include "cudaabi/gen/cuda-abi.h"
#include "protocol/function.h"
#include "tests/fuzz/fuzz.h"

#define BYTES 3000

static const char ptx[] = ".version 7.0\n.target sm_70\n.address_size 64\n"
			  ".visible .global .align 4 .u32 v;\n"
			  ".visible .entry k(.param .u64 a, .param .u64 b,\n"
			  ".param .u64 c, .param .u64 d)\n{\nret;\n}\n";

static bool all_good;

static bool
good(CUresult r)
{
	if (r)
		all_good = false;
	return !r;
}

/* For calls that not every server knows. */
static bool
may_fail(CUresult r)
{
	return !r;
}

static void
check_text(const char *text)
{
	char *copy = rgpu_fuzz_copy(text, strlen(text) + 1);

	free(copy);
}

static void
ask_about_devices(void)
{
	char *name = rgpu_fuzz_alloc(40);
	size_t bytes;
	CUuuid uuid;
	int count = 0, value;

	good(cuDeviceGetCount(&count));
	for (int i = 0; i < count; i++) {
		if (good(cuDeviceGetName(name, 40, i)))
			check_text(name);
		good(cuDeviceTotalMem_v2(&bytes, i));
		good(cuDeviceGetUuid_v2(&uuid, i));
		for (int a = 1; a < 200; a++)
			cuDeviceGetAttribute(&value, (CUdevice_attribute)a, i);
	}
	free(name);
}

static void
ask_about_context(void)
{
	size_t a, b;
	int least, greatest;

	good(cuMemGetInfo_v2(&a, &b));
	may_fail(cuCtxGetLimit(&a, CU_LIMIT_STACK_SIZE));
	may_fail(cuCtxGetStreamPriorityRange(&least, &greatest));
}

/* The layout of the parameters is the server's word; a program that gives fewer
 * than it says is lost with any driver. So there are as many as there can be, and
 * each is as long as it can be. */
static void
launch(CUfunction f, CUstream stream)
{
	void **params = rgpu_fuzz_alloc(RGPU_FUNC_PARAMS_MAX * sizeof(*params));
	void *param = rgpu_fuzz_alloc(RGPU_FUNC_PARAM_BYTES);

	for (size_t i = 0; i < RGPU_FUNC_PARAMS_MAX; i++)
		params[i] = param;
	good(cuLaunchKernel(f, 2, 1, 1, 32, 1, 1, 0, stream, params, NULL));
	free(param);
	free(params);
}

static void
use_function(CUfunction f)
{
	size_t offset, size;
	const char *name;
	int value;

	if (good(cuFuncGetName(&name, f)))
		check_text(name);
	for (size_t i = 0; !cuFuncGetParamInfo(f, i, &offset, &size); i++)
		FUZZ_CHECK(offset + size <= RGPU_FUNC_PARAM_BYTES);
	cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_NUM_REGS, f);
	may_fail(cuOccupancyMaxActiveBlocksPerMultiprocessor(&value, f, 64, 0));
	launch(f, NULL);
}

static void
use_library(void)
{
	CUkernel *kernels = rgpu_fuzz_alloc(sizeof(*kernels));
	CUlibrary library;
	unsigned count = 0;
	CUkernel kernel;
	CUfunction f;

	if (!may_fail(cuLibraryLoadData(
		    &library, ptx, NULL, NULL, 0, NULL, NULL, 0)))
		return;
	if (good(cuLibraryGetKernel(&kernel, library, "k")) &&
		good(cuKernelGetFunction(&f, kernel)))
		launch(f, NULL);
	cuLibraryGetKernelCount(&count, library);
	cuLibraryEnumerateKernels(kernels, 1, library);
	good(cuLibraryUnload(library));
	free(kernels);
}

static void
use_module(void)
{
	CUmodule module;
	CUfunction f;
	CUdeviceptr v;
	size_t size;
	unsigned count;

	if (!good(cuModuleLoadData(&module, ptx)))
		return;
	if (good(cuModuleGetFunction(&f, module, "k")))
		use_function(f);
	cuModuleGetGlobal_v2(&v, &size, module, "v");
	cuModuleGetFunctionCount(&count, module);
	good(cuModuleUnload(module));
}

static void
copy(CUdeviceptr to, CUstream stream)
{
	uint8_t *host = rgpu_fuzz_alloc(BYTES), *back = rgpu_fuzz_alloc(BYTES);

	good(cuMemcpyHtoD_v2(to, host, BYTES));
	good(cuMemsetD8_v2(to, 7, BYTES));
	good(cuMemcpyDtoH_v2(back, to, BYTES));
	good(cuMemcpyDtoHAsync_v2(host, to, BYTES, stream));
	good(cuMemcpyDtoHAsync_v2(back, to, 100, stream));
	good(cuStreamSynchronize(stream));
	/* Not free() after an error: a copy may still land there, and does with
	 * any driver. */
	if (good(cuCtxSynchronize())) {
		free(host);
		free(back);
	}
}

static void
use_memory(CUstream stream)
{
	CUdeviceptr p, pitched;
	size_t pitch;
	void *host;

	if (good(cuMemAlloc_v2(&p, BYTES))) {
		copy(p, stream);
		good(cuMemFree_v2(p));
	}
	if (may_fail(cuMemAllocPitch_v2(&pitched, &pitch, 100, 5, 4)))
		good(cuMemFree_v2(pitched));
	if (good(cuMemAllocHost_v2(&host, BYTES)))
		good(cuMemFreeHost(host));
}

static void
use_stream(CUstream stream)
{
	CUevent a, b;
	float ms;

	if (!good(cuEventCreate(&a, 0)) || !good(cuEventCreate(&b, 0)))
		return;
	good(cuEventRecord(a, stream));
	good(cuEventRecord(b, stream));
	good(cuEventSynchronize(b));
	good(cuEventElapsedTime_v2(&ms, a, b));
	good(cuStreamQuery(stream));
	good(cuEventDestroy_v2(a));
	good(cuEventDestroy_v2(b));
}

bool
rgpu_fuzz_use_gpu(void)
{
	CUstream stream;
	CUcontext c;

	all_good = true;
	if (!good(cuInit(0)))
		return false;
	ask_about_devices();
	if (!good(cuDevicePrimaryCtxRetain(&c, 0)) || !good(cuCtxSetCurrent(c)))
		return false;
	ask_about_context();
	if (good(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING))) {
		use_stream(stream);
		use_memory(stream);
		good(cuStreamDestroy_v2(stream));
	}
	use_module();
	use_library();
	good(cuCtxSynchronize());
	return all_good;
}
