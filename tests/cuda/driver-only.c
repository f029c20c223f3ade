/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program in C that knows nothing but the driver API: contexts, a module
 * from PTX text, launches with parameters in both forms, memory, globals,
 * streams, events and the answers about functions and pointers.
 */
#include "driver.h"
#include "driver-ptx.h"

enum { N = 5000 };

static void
check_contexts(CUdevice device, CUcontext context)
{
	CUcontext second, current;
	CUdevice of;
	unsigned version;

	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == context);
	CHECK_CU(create_context(&second, CU_CTX_SCHED_BLOCKING_SYNC, device));
	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == second && second != context);
	CHECK_CU(cuCtxGetDevice(&of));
	EXPECT(of == device);
	CHECK_CU(cuCtxGetApiVersion(second, &version));
	EXPECT(version >= 3020);
	CHECK_CU(cuCtxPopCurrent(&current));
	EXPECT(current == second);
	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == context);
	CHECK_CU(cuCtxPushCurrent(second));
	CHECK_CU(cuCtxPushCurrent(context));
	CHECK_CU(cuCtxPopCurrent(&current));
	EXPECT(current == context);
	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == second);
	/* Destroying the current context leaves the one below. */
	CHECK_CU(cuCtxDestroy(second));
	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == context);
	CHECK_CU(cuCtxSetCurrent(NULL));
	CHECK_CU(cuCtxGetCurrent(&current));
	EXPECT(current == NULL);
	CHECK_CU(cuCtxPushCurrent(context));
}

/* kernelParams, and the same launch with a packed buffer. */
static void
check_add(CUmodule module)
{
	CUfunction add;
	CUdeviceptr da, db, dc;
	float *a = malloc(N * sizeof(float)), *b = malloc(N * sizeof(float));
	float *c = malloc(N * sizeof(float));
	int n = N;
	void *parameters[] = {&da, &db, &dc, &n};
	struct rng r = rng_make(110);

	EXPECT(a && b && c);
	for (int i = 0; i < N; i++) {
		a[i] = rng_float(&r, -1, 1);
		b[i] = rng_float(&r, -1, 1);
	}
	CHECK_CU(cuModuleGetFunction(&add, module, "add"));
	CHECK_CU(cuMemAlloc(&da, N * sizeof(float)));
	CHECK_CU(cuMemAlloc(&db, N * sizeof(float)));
	CHECK_CU(cuMemAlloc(&dc, N * sizeof(float)));
	CHECK_CU(cuMemcpyHtoD(da, a, N * sizeof(float)));
	CHECK_CU(cuMemcpyHtoD(db, b, N * sizeof(float)));
	CHECK_CU(cuLaunchKernel(add, (N + 127) / 128, 1, 1, 128, 1, 1, 0, NULL,
		parameters, NULL));
	CHECK_CU(cuMemcpyDtoH(c, dc, N * sizeof(float)));
	for (int i = 0; i < N; i++)
		if (c[i] != a[i] + b[i])
			FAIL("add: [%d] got %g, expected %g", i, c[i],
				a[i] + b[i]);
	report("driver-only-add", c, N * sizeof(float));

	/* c = b + a again, over what was there, of the first half. */
	struct {
		CUdeviceptr a, b, c;
		int n;
	} packed = {db, da, dc, N / 2};
	size_t size = offsetof(__typeof__(packed), n) + sizeof(packed.n);
	void *extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, &packed,
		CU_LAUNCH_PARAM_BUFFER_SIZE, &size, CU_LAUNCH_PARAM_END};

	CHECK_CU(cuMemsetD32(dc, 0x40490fdb, N));
	CHECK_CU(cuLaunchKernel(
		add, (N + 255) / 256, 1, 1, 256, 1, 1, 0, NULL, NULL, extra));
	CHECK_CU(cuMemcpyDtoH(c, dc, N * sizeof(float)));
	for (int i = 0; i < N; i++) {
		float want = i < N / 2 ? a[i] + b[i] : 0x1.921fb6p+1f;

		if (c[i] != want)
			FAIL("extra: [%d] got %g, expected %g", i, c[i], want);
	}
	report("driver-only-extra", c, N * sizeof(float));
	CHECK_CU(cuMemFree(da));
	CHECK_CU(cuMemFree(db));
	CHECK_CU(cuMemFree(dc));
	free(a);
	free(b);
	free(c);
}

/* Parameters of all sizes, at offsets 0, 8, 16, 24, 28 and 32. */
static void
check_mixed(CUmodule module)
{
	CUfunction mixed;
	CUdeviceptr out;
	unsigned char a = 200;
	double b = -1.5;
	unsigned short c = 60000;
	float d = 0.15625f;
	long long e = -2;
	void *parameters[] = {&out, &a, &b, &c, &d, &e};
	uint64_t got[5];
	const uint64_t want[5] = {
		200, 0xbff8000000000000, 60000, 0x3e200000, (uint64_t)-2};

	CHECK_CU(cuMemAlloc(&out, sizeof(got)));
	CHECK_CU(cuModuleGetFunction(&mixed, module, "mixed"));
	CHECK_CU(cuLaunchKernel(
		mixed, 1, 1, 1, 1, 1, 1, 0, NULL, parameters, NULL));
	/* The values were taken at the launch: changing them is too late. */
	a = 0;
	e = 0;
	CHECK_CU(cuMemcpyDtoH(got, out, sizeof(got)));
	for (int i = 0; i < 5; i++)
		if (got[i] != want[i])
			FAIL("mixed: [%d] got %llx, expected %llx", i,
				(unsigned long long)got[i],
				(unsigned long long)want[i]);
	report("driver-only-mixed", got, sizeof(got));
	CHECK_CU(cuMemFree(out));
}

static void
check_globals(CUmodule module)
{
	CUfunction bump;
	CUdeviceptr counter, step, area;
	size_t size;
	unsigned value, by = 10;

	CHECK_CU(cuModuleGetGlobal(&counter, &size, module, "counter"));
	EXPECT(size == 4);
	CHECK_CU(cuModuleGetGlobal(&step, &size, module, "step"));
	EXPECT(size == 4);
	CHECK_CU(cuModuleGetGlobal(&area, NULL, module, "area"));
	CHECK_CU(cuModuleGetGlobal(NULL, &size, module, "area"));
	EXPECT(size == 24 && area % 8 == 0);
	CHECK_CU(cuModuleGetFunction(&bump, module, "bump"));
	CHECK_CU(cuLaunchKernel(bump, 3, 1, 1, 10, 2, 1, 0, NULL, NULL, NULL));
	CHECK_CU(cuMemcpyHtoD(step, &by, sizeof(by)));
	CHECK_CU(cuLaunchKernel(bump, 1, 1, 1, 7, 1, 1, 0, NULL, NULL, NULL));
	CHECK_CU(cuMemcpyDtoH(&value, counter, sizeof(value)));
	if (value != 5 + 60 * 3 + 7 * 10)
		FAIL("counter: got %u", value);
	report("driver-only-globals", &value, sizeof(value));
}

static void
check_streams_and_events(CUmodule module)
{
	CUstream stream;
	CUevent begin, end;
	CUdeviceptr counter, copy;
	CUfunction bump;
	unsigned value = 0;
	float ms = -1;
	size_t size;

	CHECK_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	CHECK_CU(cuEventCreate(&begin, CU_EVENT_DEFAULT));
	CHECK_CU(cuEventCreate(&end, CU_EVENT_BLOCKING_SYNC));
	CHECK_CU(cuModuleGetGlobal(&counter, &size, module, "counter"));
	CHECK_CU(cuModuleGetFunction(&bump, module, "bump"));
	CHECK_CU(cuMemAlloc(&copy, 4));
	CHECK_CU(cuEventRecord(begin, stream));
	CHECK_CU(cuMemsetD32Async(counter, 1000, 1, stream));
	for (int i = 0; i < 20; i++)
		CHECK_CU(cuLaunchKernel(
			bump, 1, 1, 1, 5, 1, 1, 0, stream, NULL, NULL));
	CHECK_CU(cuMemcpyDtoDAsync(copy, counter, 4, stream));
	CHECK_CU(cuMemcpyDtoHAsync(&value, copy, 4, stream));
	CHECK_CU(cuEventRecord(end, stream));
	CHECK_CU(cuStreamWaitEvent(NULL, end, 0));
	CHECK_CU(cuStreamSynchronize(NULL));
	CHECK_CU(cuEventSynchronize(end));
	CHECK_CU(cuStreamQuery(stream));
	CHECK_CU(cuEventElapsedTime(&ms, begin, end));
	EXPECT(ms >= 0);
	/* step is 10 since check_globals. */
	if (value != 1000 + 20 * 5 * 10)
		FAIL("stream: got %u", value);
	report("driver-only-stream", &value, sizeof(value));
	CHECK_CU(cuMemFree(copy));
	CHECK_CU(cuEventDestroy(begin));
	CHECK_CU(cuEventDestroy(end));
	CHECK_CU(cuStreamDestroy(stream));
}

static void
check_answers(CUmodule module, CUcontext context)
{
	CUfunction add;
	CUdeviceptr p, base;
	CUcontext of;
	unsigned type;
	int value;
	size_t size, free_bytes, total;

	CHECK_CU(cuModuleGetFunction(&add, module, "add"));
	CHECK_CU(cuFuncGetAttribute(
		&value, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, add));
	EXPECT(value >= 128 && value <= 1024);
	CHECK_CU(cuFuncGetAttribute(
		&value, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, add));
	EXPECT(value == 0);
	CHECK_CU(
		cuFuncGetAttribute(&value, CU_FUNC_ATTRIBUTE_PTX_VERSION, add));
	EXPECT(value == 75);

	CHECK_CU(cuMemAlloc(&p, 10000));
	EXPECT(p % 256 == 0);
	CHECK_CU(cuMemGetAddressRange(&base, &size, p + 9999));
	EXPECT(base == p && size >= 10000);
	CHECK_CU(cuPointerGetAttribute(
		&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, p + 1));
	EXPECT(type == CU_MEMORYTYPE_DEVICE);
	CHECK_CU(cuPointerGetAttribute(&of, CU_POINTER_ATTRIBUTE_CONTEXT, p));
	EXPECT(of == context);
	CHECK_CU(cuPointerGetAttribute(
		&base, CU_POINTER_ATTRIBUTE_DEVICE_POINTER, p + 4));
	EXPECT(base == p + 4);
	CHECK_CU(cuMemGetInfo(&free_bytes, &total));
	EXPECT(free_bytes <= total && total > 10000);
	CHECK_CU(cuMemFree(p));
}

int
main(void)
{
	CUdevice device;
	CUcontext context;
	CUmodule module;
	int count, version;
	char name[100];
	size_t bytes;

	CHECK_CU(cuInit(0));
	CHECK_CU(cuDriverGetVersion(&version));
	EXPECT(version >= 11000);
	CHECK_CU(cuDeviceGetCount(&count));
	EXPECT(count >= 1);
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(cuDeviceGetName(name, sizeof(name), device));
	EXPECT(strlen(name) > 0);
	CHECK_CU(cuDeviceTotalMem(&bytes, device));
	EXPECT(bytes > 0);
	CHECK_CU(create_context(&context, 0, device));
	check_contexts(device, context);
	CHECK_CU(cuModuleLoadData(&module, driver_ptx));
	check_add(module);
	check_mixed(module);
	check_globals(module);
	check_streams_and_events(module);
	check_answers(module, context);
	CHECK_CU(cuCtxSynchronize());
	CHECK_CU(cuModuleUnload(module));
	CHECK_CU(cuCtxDestroy(context));
	return 0;
}
