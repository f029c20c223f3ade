/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that fail, and kernels that cannot be run: the code, what it does to
 * the context, and what is logged. Each case has a process and a log of its
 * own. */
#include "config.h"
#include "tests/softgpu/fatbin.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

static const char text[] = HEAD STORE TRAP;
static char log_name[] = "/tmp/rgpu-test-XXXXXX";

/* How many lines of the log contain a word. */
static unsigned
logged(const char *word)
{
	FILE *f = fopen(log_name, "r");
	char line[2000];
	unsigned n = 0;

	CHECK(f);
	while (fgets(line, sizeof(line), f))
		n += strstr(line, word) != NULL;
	fclose(f);
	return n;
}

static CUfunction
get_function(const char *name)
{
	CUmodule m;
	CUfunction f;

	CU(cuModuleLoadData(&m, text));
	CU(cuModuleGetFunction(&f, m, name));
	return f;
}

static CUresult
store_at(CUfunction store, CUdeviceptr at, CUstream stream)
{
	unsigned value = 5;
	void *params[] = {&at, &value};

	return cuLaunchKernel(store, 1, 1, 1, 1, 1, 1, 0, stream, params, NULL);
}

/* Every call that needs the context says what is wrong with it. */
static void
expect_stuck(CUresult want, CUfunction f, CUdeviceptr p, CUstream stream,
	CUevent event)
{
	CUmodule m;
	CUevent e;
	CUstream s;
	CUdeviceptr q;
	size_t n;
	int v;

	for (int round = 0; round < 2; round++) {
		EXPECT_CU(cuCtxSynchronize(), want);
		EXPECT_CU(cuStreamSynchronize(stream), want);
		EXPECT_CU(cuStreamSynchronize(NULL), want);
		EXPECT_CU(cuStreamQuery(stream), want);
		EXPECT_CU(cuEventQuery(event), want);
		EXPECT_CU(cuEventSynchronize(event), want);
		EXPECT_CU(cuEventRecord(event, stream), want);
		EXPECT_CU(store_at(f, p, stream), want);
		EXPECT_CU(cuMemAlloc_v2(&q, 16), want);
		EXPECT_CU(cuMemGetInfo_v2(&n, &n), want);
		EXPECT_CU(cuMemcpyDtoH_v2(&v, p, 4), want);
		EXPECT_CU(cuMemsetD8Async(p, 1, 4, stream), want);
		EXPECT_CU(cuModuleLoadData(&m, text), want);
		EXPECT_CU(cuEventCreate(&e, 0), want);
		EXPECT_CU(cuStreamCreate(&s, 0), want);
		EXPECT_CU(cuMemFree_v2(p), want);
	}
}

/* One byte behind 100 bytes counts, and a good store does not. */
static void
a_store_out_of_bounds_ends_the_context(void)
{
	CUcontext bad = make_context(), good, now;
	CUfunction store = get_function("store");
	CUdeviceptr p;
	CUstream s;
	CUevent e;
	size_t size;
	CUdevice device;

	CU(cuMemAlloc_v2(&p, 100));
	CU(cuStreamCreate(&s, 0));
	CU(cuEventCreate(&e, 0));
	CU(store_at(store, p + 96, s));
	CU(cuCtxSynchronize());
	CU(store_at(store, p + 100, s));
	EXPECT_CU(cuStreamSynchronize(s), CUDA_ERROR_ILLEGAL_ADDRESS);
	expect_stuck(CUDA_ERROR_ILLEGAL_ADDRESS, store, p, s, e);
	CU(cuCtxGetCurrent(&now));
	CHECK(now == bad);
	CU(cuCtxGetDevice(&device));
	CHECK_EQ(logged("CUDA_ERROR_ILLEGAL_ADDRESS"), 1);
	CHECK_EQ(logged("st.global.u32"), 1);
	CHECK_EQ(logged("the 100 bytes"), 1);

	/* Others are well, and the end of it gives all back. */
	CU(cuCtxCreate_v2(&good, 0, 0));
	CU(cuMemAlloc_v2(&p, 16));
	store = get_function("store");
	CU(store_at(store, p, NULL));
	CU(cuCtxSynchronize());
	CU(cuCtxDestroy_v2(bad));
	EXPECT_CU(cuStreamQuery(s), CUDA_ERROR_INVALID_HANDLE);
	CU(cuMemGetAddressRange_v2(NULL, &size, p));
	CHECK_EQ(size, 16);
	CU(cuCtxDestroy_v2(good));
}

static void
expect_fault(const char *name, CUdeviceptr at, CUresult want)
{
	CUcontext c;
	CUfunction f;

	CU(cuCtxCreate_v2(&c, 0, 0));
	f = get_function(name);
	CU(store_at(f, at, NULL));
	EXPECT_CU(cuCtxSynchronize(), want);
	EXPECT_CU(cuCtxSynchronize(), want);
	CU(cuCtxDestroy_v2(c));
}

static void
each_fault_has_its_code(void)
{
	CUcontext c = make_context();
	CUdeviceptr p;
	static unsigned host;

	CU(cuMemAlloc_v2(&p, 100));
	expect_fault("store", 0, CUDA_ERROR_ILLEGAL_ADDRESS);
	expect_fault("store", UINT64_MAX - 3, CUDA_ERROR_ILLEGAL_ADDRESS);
	/* Pageable host memory, and memory of another context. */
	expect_fault("store", (uintptr_t)&host, CUDA_ERROR_ILLEGAL_ADDRESS);
	expect_fault("store", p, CUDA_ERROR_ILLEGAL_ADDRESS);
	expect_fault("store", p + 2, CUDA_ERROR_MISALIGNED_ADDRESS);
	expect_fault("die", 0, CUDA_ERROR_LAUNCH_FAILED);
	CHECK_EQ(host, 0);
	CU(cuCtxSynchronize());
	CU(cuCtxDestroy_v2(c));
}

static void
note_status(CUstream stream, CUresult status, void *arg)
{
	(void)stream;
	*(CUresult *)arg = status;
}

static void
what_waits_behind_a_fault_is_not_done(void)
{
	CUfunction die, store;
	CUresult status = CUDA_SUCCESS;
	_Atomic int calls = 0;
	unsigned *pinned;
	struct gate gate;
	CUcontext c = make_context();
	CUstream s;

	die = get_function("die");
	store = get_function("store");
	CU(cuStreamCreate(&s, 0));
	CU(cuMemAllocHost_v2((void **)&pinned, 8));
	pinned[0] = pinned[1] = 1;
	gate_close(&gate, s);
	CU(store_at(store, (uintptr_t)pinned, s));
	CU(store_at(die, 0, s));
	CU(store_at(store, (uintptr_t)(pinned + 1), s));
	CU(cuMemsetD32Async((uintptr_t)(pinned + 1), 9, 1, s));
	CU(cuLaunchHostFunc(s, count_run, &calls));
	CU(cuStreamAddCallback(s, note_status, &status, 0));
	gate_open(&gate);
	EXPECT_CU(cuStreamSynchronize(s), CUDA_ERROR_LAUNCH_FAILED);
	CHECK_EQ(pinned[0], 5);
	CHECK_EQ(pinned[1], 1);
	CHECK_EQ(calls, 0);
	EXPECT_CU(status, CUDA_ERROR_LAUNCH_FAILED);
	CU(cuCtxDestroy_v2(c));
}

static void
a_reset_heals_the_primary_context(void)
{
	CUcontext c, again;
	CUdeviceptr p;

	CU(cuInit(0));
	CU(cuDevicePrimaryCtxRetain(&c, 0));
	CU(cuCtxSetCurrent(c));
	CU(store_at(get_function("die"), 0, NULL));
	EXPECT_CU(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
	CU(cuDevicePrimaryCtxReset_v2(0));
	CU(cuDevicePrimaryCtxRetain(&again, 0));
	CHECK(again == c);
	CU(cuMemAlloc_v2(&p, 16));
	CU(store_at(get_function("store"), p, NULL));
	CU(cuCtxSynchronize());
	CU(cuDevicePrimaryCtxRelease_v2(0));
}

/* An instruction that is not in the table: its kernel is refused, once aloud,
 * and the others of the module run. */
static void
what_cannot_be_run_is_refused_by_name(void)
{
	CUcontext c = make_context();
	struct fatbin f;
	CUfunction bad;
	CUlibrary l;
	CUkernel k;
	CUmodule m;

	fatbin_begin(&f);
	fatbin_add_ptx(&f, 75,
		HEAD ".visible .entry odd()\n{\n	frobnicate.sync.u32;\n"
		     "	ret;\n}\n"
		     ".visible .entry even()\n{\n	ret;\n}\n");
	CU(cuModuleLoadData(&m, f.data));
	EXPECT_CU(cuModuleGetFunction(&bad, m, "odd"), CUDA_ERROR_INVALID_PTX);
	EXPECT_CU(cuModuleGetFunction(&bad, m, "odd"), CUDA_ERROR_INVALID_PTX);
	CHECK_EQ(logged("frobnicate.sync.u32"), 1);
	CU(cuModuleGetFunction(&bad, m, "even"));
	CU(cuModuleUnload(m));

	CU(cuLibraryLoadData(&l, f.data, NULL, NULL, 0, NULL, NULL, 0));
	CU(cuLibraryGetKernel(&k, l, "odd"));
	for (int i = 0; i < 3; i++)
		EXPECT_CU(cuLaunchKernel((CUfunction)k, 1, 1, 1, 1, 1, 1, 0,
				  NULL, NULL, NULL),
			CUDA_ERROR_INVALID_PTX);
	CHECK_EQ(logged("frobnicate.sync.u32"), 2);
	CHECK_EQ(logged("odd"), 2);
	CU(cuLibraryGetKernel(&k, l, "even"));
	CU(cuLaunchKernel(
		(CUfunction)k, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL));
	CU(cuCtxSynchronize());
	CU(cuLibraryUnload(l));
	fatbin_end(&f);
	CU(cuCtxDestroy_v2(c));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"a store out of bounds ends the context",
			a_store_out_of_bounds_ends_the_context},
		{"each fault has its code", each_fault_has_its_code},
		{"what waits behind a fault is not done",
			what_waits_behind_a_fault_is_not_done},
		{"a reset heals the primary context",
			a_reset_heals_the_primary_context},
		{"what cannot be run is refused by name",
			what_cannot_be_run_is_refused_by_name},
	};
	int fd = mkstemp(log_name);
	char setting[64];

	CHECK(fd >= 0);
	snprintf(setting, sizeof(setting), "error:%s", log_name);
	setenv("RGPU_LOG", setting, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		printf("%s\n", cases[i].behaviour);
		fflush(stdout);
		CHECK(ftruncate(fd, 0) == 0);
		in_child(cases[i].run);
	}
	close(fd);
	unlink(log_name);
	return 0;
}
