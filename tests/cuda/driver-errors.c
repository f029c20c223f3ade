/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong use of the driver API and the error codes that the documentation
 * gives for it. After each group the context must still work.
 *
 * With the argument "handles": handles that never were or no longer are valid.
 * NVIDIA leaves this open (a crash is allowed); rgpu and its software GPU
 * promise an error.
 */
#include "driver.h"
#include "driver-ptx.h"

#define MIB ((size_t)1 << 20)

/* Passes when the result is one of two. */
static void
check_either(const char *what, CUresult got, CUresult a, CUresult b)
{
	if (got != a && got != b)
		FAIL("%s: got %s (%d), expected %s or %s", what,
			result_name(got), (int)got, result_name(a),
			result_name(b));
}

static void
passed(const char *group)
{
	printf("driver-errors-%s: ok\n", group);
	fflush(stdout);
}

static void
before_init(void)
{
	int n, version;
	CUdevice device;
	CUdeviceptr p;
	CUcontext context;
	CUmodule module;
	CUstream stream;
	const char *text;

	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED, cuDeviceGetCount(&n));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED, cuDeviceGet(&device, 0));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED, cuMemAlloc(&p, 16));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED, cuCtxGetCurrent(&context));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED, cuCtxSynchronize());
	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED,
		cuModuleLoadData(&module, driver_ptx));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_INITIALIZED, cuStreamCreate(&stream, 0));
	/* These need no driver state. */
	CHECK_CU(cuDriverGetVersion(&version));
	CHECK_CU(cuGetErrorName(CUDA_ERROR_OUT_OF_MEMORY, &text));
	EXPECT(strcmp(text, "CUDA_ERROR_OUT_OF_MEMORY") == 0);
	CHECK_CU(cuGetErrorString(CUDA_ERROR_INVALID_VALUE, &text));
	EXPECT(strcmp(text, "invalid argument") == 0);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuGetErrorName((CUresult)987654, &text));
	EXPECT(text == NULL);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuInit(1));
	passed("before-init");
}

static void
devices(void)
{
	CUdevice device;
	int count, value;

	CHECK_CU(cuDeviceGetCount(&count));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_DEVICE, cuDeviceGet(&device, count));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_DEVICE, cuDeviceGet(&device, -1));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuDeviceGet(NULL, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuDeviceGetCount(NULL));
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuDeviceGetAttribute(
			&value, (CUdevice_attribute)100000, device));
	passed("devices");
}

/* All of these need a current context, and there is none. */
static void
without_context(void)
{
	CUdeviceptr p;
	CUmodule module;
	CUstream stream;
	CUevent event;
	CUdevice device;
	CUcontext context;
	size_t a, b;

	CHECK_CU(cuCtxGetCurrent(&context));
	EXPECT(context == NULL);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuCtxGetDevice(&device));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuCtxSynchronize());
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuCtxPopCurrent(&context));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuMemAlloc(&p, 16));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuMemGetInfo(&a, &b));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT,
		cuModuleLoadData(&module, driver_ptx));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuStreamCreate(&stream, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuEventCreate(&event, 0));
	passed("without-context");
}

/* Memory: sizes, addresses and ranges that are not there. */
static void
memory(void)
{
	CUdeviceptr p, q, base;
	size_t size;
	unsigned type;
	char *host = calloc(1, 16 * MIB);

	EXPECT(host);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemAlloc(&p, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemAlloc(NULL, 16));
	CHECK_CU_ERROR(
		CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc(&p, (size_t)1 << 60));
	CHECK_CU(cuMemAlloc(&p, 4096));
	CHECK_CU(cuMemAlloc(&q, 4096));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, cuMemcpyHtoD(p, host, 16 * MIB));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, cuMemcpyDtoH(host, p, 16 * MIB));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemcpyDtoD(q, p, 16 * MIB));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemsetD8(p, 1, 16 * MIB));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuMemcpyHtoD(p + ((size_t)1 << 40), host, 16));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuMemsetD32(p + ((size_t)1 << 40), 1, 4));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemcpyHtoD(0, host, 16));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemcpyDtoH(NULL, p, 16));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemsetD32(p + 2, 1, 4));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemFree(p + 256));
	CHECK_CU(cuMemFree(p));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemFree(p));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuMemFreeHost(host));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
			(CUdeviceptr)(uintptr_t)host));
	check_either("cuMemGetAddressRange of nothing",
		cuMemGetAddressRange(&base, &size, (CUdeviceptr)1 << 60),
		CUDA_ERROR_NOT_FOUND, CUDA_ERROR_INVALID_VALUE);
	/* The failed calls have changed nothing. */
	CHECK_CU(cuMemsetD8(q, 7, 4096));
	CHECK_CU(cuMemcpyDtoH(host, q, 4096));
	EXPECT(host[0] == 7 && host[4095] == 7 && host[4096] == 0);
	CHECK_CU(cuMemFree(q));
	free(host);
	passed("memory");
}

static void
modules(CUmodule module)
{
	CUmodule other;
	CUfunction function;
	CUdeviceptr p;
	size_t size;
	char log[1000] = "";
	CUjit_option options[] = {
		CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
	void *values[] = {log, (void *)sizeof(log)};
	/* Right in form, but there is no such instruction. */
	static const char broken[] = ".version 6.5\n.target sm_75\n"
				     ".address_size 64\n"
				     ".visible .entry f()\n"
				     "{\n\tfrobnicate.u32;\n\tret;\n}\n";

	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, cuModuleLoadData(&other, NULL));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_PTX,
		cuModuleLoadDataEx(&other, broken, 2, options, values));
	EXPECT(log[0] != '\0');
	check_either("cuModuleLoadData of nonsense",
		cuModuleLoadData(&other, "this is no module at all"),
		CUDA_ERROR_INVALID_PTX, CUDA_ERROR_INVALID_IMAGE);
	CHECK_CU_ERROR(CUDA_ERROR_FILE_NOT_FOUND,
		cuModuleLoad(&other, "/nonexistent/module.ptx"));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_FOUND,
		cuModuleGetFunction(&function, module, "no_such_function"));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_FOUND,
		cuModuleGetGlobal(&p, &size, module, "no_such_global"));
	/* A variable is no function, and the other way round. */
	CHECK_CU_ERROR(CUDA_ERROR_NOT_FOUND,
		cuModuleGetFunction(&function, module, "counter"));
	CHECK_CU_ERROR(CUDA_ERROR_NOT_FOUND,
		cuModuleGetGlobal(&p, &size, module, "add"));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuModuleGetFunction(&function, module, NULL));
	passed("modules");
}

static CUresult
launch(CUfunction f, unsigned grid, unsigned y, unsigned threads, unsigned z,
	unsigned shared)
{
	return cuLaunchKernel(
		f, grid, y, 1, threads, 1, z, shared, NULL, NULL, NULL);
}

static void
launches(CUmodule module)
{
	CUfunction bump;
	CUdeviceptr counter;
	unsigned before, after;
	size_t size = 0;
	void *parameters[] = {&size};
	void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &before,
		CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_END};
	int value;

	CHECK_CU(cuModuleGetFunction(&bump, module, "bump"));
	CHECK_CU(cuModuleGetGlobal(&counter, NULL, module, "counter"));
	CHECK_CU(cuMemcpyDtoH(&before, counter, 4));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, launch(bump, 0, 1, 32, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, launch(bump, 1, 1, 0, 1, 0));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, launch(bump, 1, 1, 1025, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, launch(bump, 1, 1, 32, 33, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, launch(bump, 1, 1, 1, 65, 0));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, launch(bump, 1, 65536, 1, 1, 0));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, launch(bump, 1, 1, 1, 1, 1 << 20));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuLaunchKernel(
			bump, 1, 1, 1, 1, 1, 1, 0, NULL, parameters, extra));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, launch(NULL, 1, 1, 1, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuFuncGetAttribute(&value, (CUfunction_attribute)100000, bump));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuFuncSetAttribute(bump,
			CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
			1 << 20));
	CHECK_CU(cuCtxSynchronize());
	CHECK_CU(cuMemcpyDtoH(&after, counter, 4));
	EXPECT(after == before);
	passed("launches");
}

static void
streams_and_events(void)
{
	CUstream stream;
	CUevent event, fresh;
	CUdriverProcAddressQueryResult found = CU_GET_PROC_ADDRESS_SUCCESS;
	float ms;
	void *entry = &stream;

	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, cuStreamCreate(&stream, 0xff00));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuStreamCreate(NULL, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuEventCreate(&event, 0xff00));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuEventRecord(NULL, NULL));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuEventSynchronize(NULL));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuEventDestroy(NULL));
	CHECK_CU(cuEventCreate(&event, CU_EVENT_DEFAULT));
	CHECK_CU(cuEventCreate(&fresh, CU_EVENT_DEFAULT));
	CHECK_CU(cuEventRecord(event, NULL));
	CHECK_CU(cuEventSynchronize(event));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE,
		cuEventElapsedTime(&ms, event, fresh));
	CHECK_CU(cuEventDestroy(event));
	CHECK_CU(cuEventDestroy(fresh));
	/* cuda.h says success; drivers were seen to say not found. */
	check_either("cuGetProcAddress of an unknown name",
		cuGetProcAddress("cuNoSuchFunction", &entry, 12000,
			CU_GET_PROC_ADDRESS_DEFAULT, &found),
		CUDA_SUCCESS, CUDA_ERROR_NOT_FOUND);
	EXPECT(entry == NULL);
	EXPECT(found == CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
	passed("streams-and-events");
}

/* Handles that are made up, or were destroyed. */
static void
bad_handles(CUmodule module)
{
	CUstream stream;
	CUevent event;
	CUmodule gone;
	CUfunction function;
	static uint64_t nonsense[16];

	CHECK_CU(cuStreamCreate(&stream, 0));
	CHECK_CU(cuStreamDestroy(stream));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuStreamSynchronize(stream));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuStreamDestroy(stream));
	CHECK_CU(cuEventCreate(&event, 0));
	CHECK_CU(cuEventDestroy(event));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuEventRecord(event, NULL));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuEventDestroy(event));
	CHECK_CU(cuModuleLoadData(&gone, driver_ptx));
	CHECK_CU(cuModuleGetFunction(&function, gone, "bump"));
	CHECK_CU(cuModuleUnload(gone));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuModuleUnload(gone));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_HANDLE, launch(function, 1, 1, 1, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE,
		launch((CUfunction)nonsense, 1, 1, 1, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE,
		cuStreamSynchronize((CUstream)nonsense));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_HANDLE, cuEventQuery((CUevent)nonsense));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE,
		cuModuleGetFunction(&function, (CUmodule)nonsense, "bump"));
	/* A stream is no event, however well made. */
	CHECK_CU(cuStreamCreate(&stream, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE,
		cuEventRecord((CUevent)(void *)stream, NULL));
	CHECK_CU(cuStreamDestroy(stream));
	CHECK_CU(cuModuleGetFunction(&function, module, "bump"));
	CHECK_CU(launch(function, 1, 1, 1, 1, 0));
	CHECK_CU(cuCtxSynchronize());
	passed("handles");
}

static void
after_destroy(CUcontext context)
{
	CUcontext current;
	CUdeviceptr p;

	CHECK_CU(cuCtxDestroy(context));
	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == NULL);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuMemAlloc(&p, 16));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_CONTEXT, cuCtxSynchronize());
	passed("after-destroy");
}

int
main(int argc, char **argv)
{
	CUdevice device;
	CUcontext context;
	CUmodule module;
	int handles = argc > 1 && strcmp(argv[1], "handles") == 0;

	EXPECT(argc == 1 || handles);
	if (!handles)
		before_init();
	CHECK_CU(cuInit(0));
	devices();
	without_context();
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(create_context(&context, 0, device));
	CHECK_CU(cuModuleLoadData(&module, driver_ptx));
	if (handles) {
		bad_handles(module);
		return 0;
	}
	memory();
	modules(module);
	launches(module);
	streams_and_events();
	CHECK_CU(cuModuleUnload(module));
	after_destroy(context);
	return 0;
}
