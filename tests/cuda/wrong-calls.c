/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More than 200 calls of the driver API that are wrong, each with the error that
 * its page of the manual gives for it: no place for the answer, devices that do
 * not exist, values out of range, memory that is not there. driver-errors.c
 * looks at the situations; this one at the arguments of many functions. At the
 * end everything must still work.
 */
#include "driver.h"
#include "driver-ptx.h"

static unsigned calls, wrong;

static void
one(int line, const char *call, CUresult got, CUresult want)
{
	calls++;
	printf("%s: %s\n", call, result_name(got));
	if (got == want)
		return;
	wrong++;
	fprintf(stderr, "%s:%d: %s: got %s (%d), expected %s\n", __FILE__, line,
		call, result_name(got), (int)got, result_name(want));
}

#define VALUE(call)   one(__LINE__, #call, (call), CUDA_ERROR_INVALID_VALUE)
#define DEVICE(call)  one(__LINE__, #call, (call), CUDA_ERROR_INVALID_DEVICE)
#define CONTEXT(call) one(__LINE__, #call, (call), CUDA_ERROR_INVALID_CONTEXT)
#define MISSING(call) one(__LINE__, #call, (call), CUDA_ERROR_NOT_FOUND)
#define EARLY(call)   one(__LINE__, #call, (call), CUDA_ERROR_NOT_INITIALIZED)

static CUdevice device, none = 100;
static CUcontext context;
static CUmodule module;
static CUfunction function;
static CUstream stream;
static CUevent event;
static CUdeviceptr memory;
static char host[4096];
#define SIZE 4096

static void
before_init(void)
{
	int i;
	size_t n;
	char name[20];
	CUuuid uuid;
	CUdeviceptr p;
	unsigned u;

	EARLY(cuDeviceGet(&device, 0));
	EARLY(cuDeviceGetCount(&i));
	EARLY(cuDeviceGetName(name, 20, 0));
	EARLY(cuDeviceGetUuid(&uuid, 0));
	EARLY(cuDeviceTotalMem(&n, 0));
	EARLY(cuDeviceGetAttribute(&i, CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0));
	EARLY(cuDevicePrimaryCtxRetain(&context, 0));
	EARLY(cuDevicePrimaryCtxGetState(0, &u, &i));
	EARLY(create_context(&context, 0, 0));
	EARLY(cuCtxGetCurrent(&context));
	EARLY(cuCtxSetCurrent(NULL));
	EARLY(cuCtxPopCurrent(&context));
	EARLY(cuCtxSynchronize());
	EARLY(cuCtxGetDevice(&device));
	EARLY(cuMemAlloc(&p, 16));
	EARLY(cuMemFree(16));
	EARLY(cuMemGetInfo(&n, &n));
	EARLY(cuMemcpyHtoD(16, host, 16));
	EARLY(cuMemcpyDtoH(host, 16, 16));
	EARLY(cuMemsetD8(16, 0, 16));
	EARLY(cuModuleLoadData(&module, driver_ptx));
	EARLY(cuStreamCreate(&stream, 0));
	EARLY(cuStreamSynchronize(NULL));
	EARLY(cuEventCreate(&event, 0));
	EARLY(cuMemHostAlloc((void **)&p, 16, 0));
}

static void
devices(void)
{
	int i;
	size_t n;
	unsigned u;
	char name[40];
	CUuuid uuid;
	CUcontext c;

	VALUE(cuInit(7));
	VALUE(cuDriverGetVersion(NULL));
	VALUE(cuDeviceGet(NULL, 0));
	DEVICE(cuDeviceGet(&i, 100));
	DEVICE(cuDeviceGet(&i, -1));
	VALUE(cuDeviceGetCount(NULL));
	VALUE(cuDeviceGetName(NULL, 40, 0));
	VALUE(cuDeviceGetName(name, 0, 0));
	VALUE(cuDeviceGetName(name, -1, 0));
	DEVICE(cuDeviceGetName(name, 40, none));
	VALUE(cuDeviceGetUuid(NULL, 0));
	DEVICE(cuDeviceGetUuid(&uuid, none));
	VALUE(cuDeviceTotalMem(NULL, 0));
	DEVICE(cuDeviceTotalMem(&n, none));
	VALUE(cuDeviceGetAttribute(NULL, CU_DEVICE_ATTRIBUTE_WARP_SIZE, 0));
	DEVICE(cuDeviceGetAttribute(&i, CU_DEVICE_ATTRIBUTE_WARP_SIZE, none));
	for (int a = 0; a > -4; a--)
		VALUE(cuDeviceGetAttribute(&i, (CUdevice_attribute)a, 0));
	for (int a = 200; a < 210; a++)
		VALUE(cuDeviceGetAttribute(&i, (CUdevice_attribute)a, 0));
	VALUE(cuDeviceGetPCIBusId(NULL, 40, 0));
	VALUE(cuDeviceGetPCIBusId(name, 3, 0));
	DEVICE(cuDeviceGetPCIBusId(name, 40, none));
	VALUE(cuDeviceGetByPCIBusId(NULL, "0000:00:00.0"));
	VALUE(cuDeviceGetByPCIBusId(&i, NULL));
	VALUE(cuDeviceGetByPCIBusId(&i, "nowhere"));
	VALUE(cuDeviceCanAccessPeer(NULL, 0, 0));
	DEVICE(cuDeviceCanAccessPeer(&i, none, 0));
	DEVICE(cuDeviceCanAccessPeer(&i, 0, none));
	DEVICE(cuDevicePrimaryCtxGetState(none, &u, &i));
	DEVICE(cuDevicePrimaryCtxRetain(&c, none));
	VALUE(cuDevicePrimaryCtxRetain(NULL, 0));
	DEVICE(cuDevicePrimaryCtxRelease(none));
	DEVICE(cuDevicePrimaryCtxReset(none));
	DEVICE(cuDevicePrimaryCtxSetFlags(none, 0));
	VALUE(cuDevicePrimaryCtxSetFlags(0, 0xffff));
}

static void
without_context(void)
{
	size_t n;
	unsigned u;
	CUdevice d;
	CUdeviceptr p;
	CUstream s;
	CUevent e;
	CUlimit limit = CU_LIMIT_STACK_SIZE;
	CUfunc_cache cache;

	CONTEXT(cuCtxGetDevice(&d));
	CONTEXT(cuCtxGetFlags(&u));
	CONTEXT(cuCtxSynchronize());
	CONTEXT(cuCtxPopCurrent(&context));
	CONTEXT(cuCtxGetLimit(&n, limit));
	CONTEXT(cuCtxSetLimit(limit, 2048));
	CONTEXT(cuCtxGetCacheConfig(&cache));
	CONTEXT(cuCtxSetCacheConfig(CU_FUNC_CACHE_PREFER_L1));
	CONTEXT(cuMemAlloc(&p, 16));
	CONTEXT(cuMemAllocPitch(&p, &n, 16, 16, 4));
	CONTEXT(cuMemGetInfo(&n, &n));
	CONTEXT(cuMemHostAlloc((void **)&p, 16, 0));
	CONTEXT(cuMemAllocHost((void **)&p, 16));
	CONTEXT(cuMemsetD8(16, 0, 16));
	CONTEXT(cuModuleLoadData(&module, driver_ptx));
	CONTEXT(cuStreamCreate(&s, 0));
	CONTEXT(cuStreamCreateWithPriority(&s, 0, 0));
	CONTEXT(cuEventCreate(&e, 0));
}

static void
contexts(void)
{
	size_t n;
	CUcontext c;

	VALUE(create_context(NULL, 0, 0));
	DEVICE(create_context(&c, 0, none));
	VALUE(create_context(&c, 0xffff0000, 0));
	VALUE(cuCtxGetCurrent(NULL));
	VALUE(cuCtxGetDevice(NULL));
	VALUE(cuCtxGetFlags(NULL));
	VALUE(cuCtxGetLimit(NULL, CU_LIMIT_STACK_SIZE));
	for (int l = 100; l < 105; l++)
		one(__LINE__, "cuCtxGetLimit", cuCtxGetLimit(&n, (CUlimit)l),
			CUDA_ERROR_UNSUPPORTED_LIMIT);
	for (int l = 100; l < 105; l++)
		one(__LINE__, "cuCtxSetLimit", cuCtxSetLimit((CUlimit)l, 1),
			CUDA_ERROR_UNSUPPORTED_LIMIT);
	VALUE(cuCtxGetCacheConfig(NULL));
	VALUE(cuCtxSetCacheConfig((CUfunc_cache)50));
	CONTEXT(cuCtxPushCurrent(NULL));
}

static void
allocations(void)
{
	size_t n;
	CUdeviceptr p;
	void *h;

	VALUE(cuMemAlloc(NULL, 16));
	VALUE(cuMemAlloc(&p, 0));
	for (int shift = 50; shift < 60; shift++)
		one(__LINE__, "cuMemAlloc of too much",
			cuMemAlloc(&p, (size_t)1 << shift),
			CUDA_ERROR_OUT_OF_MEMORY);
	VALUE(cuMemAllocPitch(NULL, &n, 16, 16, 4));
	VALUE(cuMemAllocPitch(&p, NULL, 16, 16, 4));
	VALUE(cuMemAllocPitch(&p, &n, 0, 16, 4));
	VALUE(cuMemAllocPitch(&p, &n, 16, 0, 4));
	for (unsigned element = 0; element < 18; element++)
		if (element != 4 && element != 8 && element != 16)
			VALUE(cuMemAllocPitch(&p, &n, 16, 16, element));
	VALUE(cuMemFree(memory + 16));
	VALUE(cuMemFree((CUdeviceptr)(uintptr_t)host));
	VALUE(cuMemFreeHost(host));
	VALUE(cuMemHostAlloc(NULL, 16, 0));
	VALUE(cuMemHostAlloc(&h, 16, 0xff00));
	VALUE(cuMemAllocHost(NULL, 16));
	VALUE(cuMemHostGetDevicePointer(NULL, host, 0));
	VALUE(cuMemHostGetDevicePointer(&p, host, 1));
	VALUE(cuMemHostRegister(NULL, 16, 0));
	VALUE(cuMemHostRegister(host, 0, 0));
	VALUE(cuMemHostRegister(host, 16, 0xff00));
	one(__LINE__, "cuMemHostUnregister(host)", cuMemHostUnregister(host),
		CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
}

static void
copies(void)
{
	CUdeviceptr far = memory + ((CUdeviceptr)1 << 40);

	/* One too many, at every size and place. */
	for (size_t n = SIZE + 1; n < 4 * SIZE; n += SIZE - 1) {
		VALUE(cuMemcpyHtoD(memory, host, n));
		VALUE(cuMemcpyDtoH(host, memory, n));
		VALUE(cuMemcpyDtoD(memory, memory, n));
		VALUE(cuMemsetD8(memory, 1, n));
		VALUE(cuMemsetD16(memory, 1, n));
		VALUE(cuMemsetD32(memory, 1, n));
	}
	VALUE(cuMemcpyHtoD(memory + SIZE - 8, host, 16));
	VALUE(cuMemcpyDtoH(host, memory + SIZE - 8, 16));
	VALUE(cuMemcpyHtoD(far, host, 16));
	VALUE(cuMemcpyDtoH(host, far, 16));
	VALUE(cuMemcpyHtoD(0, host, 16));
	VALUE(cuMemcpyDtoH(host, 0, 16));
	VALUE(cuMemcpyHtoD(memory, NULL, 16));
	VALUE(cuMemcpyDtoH(NULL, memory, 16));
	VALUE(cuMemcpyHtoDAsync(far, host, 16, stream));
	VALUE(cuMemcpyDtoHAsync(host, far, 16, stream));
	VALUE(cuMemsetD8(far, 1, 16));
	VALUE(cuMemsetD8(0, 1, 16));
	for (unsigned odd = 1; odd < 4; odd++)
		VALUE(cuMemsetD32(memory + odd, 1, 4));
	VALUE(cuMemsetD16(memory + 1, 1, 4));
	VALUE(cuMemsetD32Async(memory + 2, 1, 4, stream));
	VALUE(cuMemsetD2D8(memory, 8, 1, 16, 2));
	VALUE(cuMemsetD2D32(memory, 64, 1, 4, 100));
}

static void
modules(void)
{
	size_t n;
	CUdeviceptr p;
	CUmodule m;
	CUfunction f;
	int i;

	VALUE(cuModuleLoadData(NULL, driver_ptx));
	VALUE(cuModuleLoadData(&m, NULL));
	one(__LINE__, "cuModuleLoad of no file",
		cuModuleLoad(&m, "/nonexistent"), CUDA_ERROR_FILE_NOT_FOUND);
	VALUE(cuModuleGetFunction(NULL, module, "add"));
	VALUE(cuModuleGetFunction(&f, module, NULL));
	MISSING(cuModuleGetFunction(&f, module, ""));
	MISSING(cuModuleGetFunction(&f, module, "ad"));
	MISSING(cuModuleGetFunction(&f, module, "addd"));
	MISSING(cuModuleGetFunction(&f, module, "counter"));
	VALUE(cuModuleGetGlobal(&p, &n, module, NULL));
	MISSING(cuModuleGetGlobal(&p, &n, module, ""));
	MISSING(cuModuleGetGlobal(&p, &n, module, "count"));
	MISSING(cuModuleGetGlobal(&p, &n, module, "add"));
	VALUE(cuFuncGetAttribute(NULL, CU_FUNC_ATTRIBUTE_NUM_REGS, function));
	for (int a = 50; a < 55; a++)
		VALUE(cuFuncGetAttribute(
			&i, (CUfunction_attribute)a, function));
	VALUE(cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_NUM_REGS, 8));
	VALUE(cuFuncSetAttribute(function,
		CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 1 << 30));
}

static CUresult
launch(unsigned x, unsigned y, unsigned z, unsigned bx, unsigned by,
	unsigned bz, unsigned shared)
{
	int n = 0;
	void *params[] = {&memory, &memory, &memory, &n};

	return cuLaunchKernel(
		function, x, y, z, bx, by, bz, shared, stream, params, NULL);
}

static void
launches(void)
{
	VALUE(launch(0, 1, 1, 1, 1, 1, 0));
	VALUE(launch(1, 0, 1, 1, 1, 1, 0));
	VALUE(launch(1, 1, 0, 1, 1, 1, 0));
	VALUE(launch(1, 1, 1, 0, 1, 1, 0));
	VALUE(launch(1, 1, 1, 1, 0, 1, 0));
	VALUE(launch(1, 1, 1, 1, 1, 0, 0));
	VALUE(launch(0x80000000u, 1, 1, 1, 1, 1, 0));
	VALUE(launch(1, 65536, 1, 1, 1, 1, 0));
	VALUE(launch(1, 1, 65536, 1, 1, 1, 0));
	VALUE(launch(1, 1, 1, 1025, 1, 1, 0));
	VALUE(launch(1, 1, 1, 1, 1025, 1, 0));
	VALUE(launch(1, 1, 1, 1, 1, 65, 0));
	VALUE(launch(1, 1, 1, 33, 32, 1, 0));
	VALUE(launch(1, 1, 1, 32, 8, 8, 0));
	VALUE(launch(1, 1, 1, 32, 1, 1, 49153));
	VALUE(launch(1, 1, 1, 32, 1, 1, 1 << 20));
	VALUE(cuLaunchKernel(
		function, 1, 1, 1, 1, 1, 1, 0, stream, NULL, NULL));
}

static void
streams(void)
{
	unsigned u;
	int i;
	float ms;
	CUstream s;
	CUevent e, quiet;

	VALUE(cuStreamCreate(NULL, 0));
	for (unsigned flag = 2; flag < 64; flag *= 2)
		VALUE(cuStreamCreate(&s, flag));
	VALUE(cuStreamCreateWithPriority(NULL, 0, 0));
	VALUE(cuStreamCreateWithPriority(&s, 8, 0));
	VALUE(cuStreamGetPriority(stream, NULL));
	VALUE(cuStreamGetFlags(stream, NULL));
	VALUE(cuEventCreate(NULL, 0));
	for (unsigned flag = 8; flag < 256; flag *= 2)
		VALUE(cuEventCreate(&e, flag));
	VALUE(cuStreamWaitEvent(stream, event, 0xff00));
	CHECK_CU(cuEventCreate(&quiet, CU_EVENT_DISABLE_TIMING));
	CHECK_CU(cuEventRecord(quiet, stream));
	CHECK_CU(cuEventRecord(event, stream));
	CHECK_CU(cuStreamSynchronize(stream));
	VALUE(cuEventElapsedTime(NULL, event, event));
	one(__LINE__, "cuEventElapsedTime without timing",
		cuEventElapsedTime(&ms, quiet, event),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_CU(cuEventDestroy(quiet));
	VALUE(cuPointerGetAttribute(
		NULL, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, memory));
	VALUE(cuPointerGetAttribute(&u, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
		(CUdeviceptr)(uintptr_t)host));
	VALUE(cuPointerGetAttribute(&u, (CUpointer_attribute)900, memory));
	VALUE(cuOccupancyMaxActiveBlocksPerMultiprocessor(
		NULL, function, 32, 0));
	VALUE(cuOccupancyMaxActiveBlocksPerMultiprocessor(&i, function, 0, 0));
	VALUE(cuOccupancyMaxActiveBlocksPerMultiprocessor(&i, function, -1, 0));
}

static void
start(void)
{
	CHECK_CU(create_context(&context, 0, device));
	CHECK_CU(cuModuleLoadData(&module, driver_ptx));
	CHECK_CU(cuModuleGetFunction(&function, module, "add"));
	CHECK_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	CHECK_CU(cuEventCreate(&event, 0));
	CHECK_CU(cuMemAlloc(&memory, SIZE));
	CHECK_CU(cuMemsetD8(memory, 3, SIZE));
}

static void
expect_unharmed(void)
{
	CHECK_CU(launch(1, 1, 1, 1, 1, 1, 0));
	CHECK_CU(cuCtxSynchronize());
	CHECK_CU(cuMemcpyDtoH(host, memory, SIZE));
	for (int i = 0; i < SIZE; i++)
		EXPECT(host[i] == 3);
	CHECK_CU(cuCtxDestroy(context));
}

int
main(void)
{
	before_init();
	CHECK_CU(cuInit(0));
	CHECK_CU(cuDeviceGet(&device, 0));
	devices();
	without_context();
	start();
	contexts();
	allocations();
	copies();
	modules();
	launches();
	streams();
	expect_unharmed();
	if (wrong || calls < 200)
		FAIL("%u of %u calls have another error", wrong, calls);
	report("wrong-calls", &calls, sizeof(calls));
	return 0;
}
