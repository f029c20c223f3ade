/* SPDX-License-Identifier: Apache-2.0 */
/* Launches: every limit, both forms of parameters, attributes. */
#include "config.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

static CUmodule module;

static CUfunction
function(const char *name)
{
	CUfunction f;

	CU(cuModuleGetFunction(&f, module, name));
	return f;
}

struct shape {
	unsigned grid[3], block[3], shared;
};

static CUresult
launch(CUfunction f, struct shape s)
{
	return cuLaunchKernel(f, s.grid[0], s.grid[1], s.grid[2], s.block[0],
		s.block[1], s.block[2], s.shared, NULL, NULL, NULL);
}

static void
shapes_beyond_the_limits_are_refused(void)
{
	static const struct shape bad[] = {
		{{0, 1, 1}, {1, 1, 1}, 0},
		{{1, 0, 1}, {1, 1, 1}, 0},
		{{1, 1, 1}, {1, 1, 0}, 0},
		{{1, 1, 1}, {1025, 1, 1}, 0},
		{{1, 1, 1}, {1, 1025, 1}, 0},
		{{1, 1, 1}, {1, 1, 65}, 0},
		{{1, 1, 1}, {32, 33, 1}, 0},
		{{1, 65536, 1}, {1, 1, 1}, 0},
		{{1, 1, 65536}, {1, 1, 1}, 0},
		{{0x80000000u, 1, 1}, {1, 1, 1}, 0},
		{{1, 1, 1}, {1, 1, 1}, 49153},
	};
	CUfunction bump = function("bump");
	CUdeviceptr counter;
	unsigned v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_CU(launch(bump, bad[i]), CUDA_ERROR_INVALID_VALUE);
	CU(cuCtxSynchronize());
	CU(cuModuleGetGlobal_v2(&counter, NULL, module, "counter"));
	CU(cuMemcpyDtoH_v2(&v, counter, 4));
	CHECK_EQ(v, 5);
	CU(launch(bump, (struct shape){{3, 2, 5}, {8, 4, 2}, 49152}));
	CU(cuMemcpyDtoH_v2(&v, counter, 4));
	CHECK_EQ(v, 5 + 30 * 64 * 3);
	EXPECT_CU(launch(function("limited"),
			  (struct shape){{1, 1, 1}, {65, 1, 1}, 0}),
		CUDA_ERROR_INVALID_VALUE);
	CU(launch(
		function("limited"), (struct shape){{1, 1, 1}, {8, 8, 1}, 0}));
	EXPECT_CU(launch(function("required"),
			  (struct shape){{1, 1, 1}, {4, 8, 1}, 0}),
		CUDA_ERROR_INVALID_VALUE);
	CU(launch(
		function("required"), (struct shape){{1, 1, 1}, {8, 4, 1}, 0}));
	CU(cuCtxSynchronize());
}

static void
more_shared_memory_must_be_asked_for(void)
{
	CUfunction f = function("shared");
	CUdeviceptr out;
	void *params[] = {&out};
	unsigned v = 0;

	CU(cuMemAlloc_v2(&out, 4));
	/* 1000 of the 48 KiB are the kernel's own. */
	EXPECT_CU(cuLaunchKernel(
			  f, 1, 1, 1, 1, 1, 1, 49152 - 999, NULL, params, NULL),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuLaunchKernel(
		f, 1, 1, 1, 1, 1, 1, 49152 - 1000, NULL, params, NULL));
	CU(cuFuncSetAttribute(
		f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 100000));
	CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 100000, NULL, params, NULL));
	EXPECT_CU(
		cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 100001, NULL, params, NULL),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuFuncSetAttribute(f,
			  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
			  101376 - 999),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuMemcpyDtoH_v2(&v, out, 4));
	CHECK_EQ(v, 77);
	CU(cuMemFree_v2(out));
}

static void
parameters_come_in_two_forms(void)
{
	CUfunction f = function("mixed");
	CUdeviceptr out;
	unsigned char a = 200;
	double b = -1.5;
	unsigned short c = 60000;
	void *params[] = {&out, &a, &b, &c};
	struct {
		CUdeviceptr out;
		unsigned char a;
		double b;
		unsigned short c;
	} packed;
	size_t size = sizeof(packed), little = 20;
	void *extra[] = {(void *)CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT, &packed,
		(void *)CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT, &size,
		CU_LAUNCH_PARAM_END_AS_INT};
	void *bad[] = {(void *)CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT, &packed,
		(void *)CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT, &little,
		CU_LAUNCH_PARAM_END_AS_INT};
	uint64_t got[3], want[3] = {200, 0xbff8000000000000u, 60000};

	CU(cuMemAlloc_v2(&out, sizeof(got)));
	CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
	/* They were taken at the call. */
	a = 0;
	b = 0;
	CU(cuMemcpyDtoH_v2(got, out, sizeof(got)));
	CHECK(!memcmp(got, want, sizeof(got)));
	packed.out = out;
	packed.a = 100;
	packed.b = 2;
	packed.c = 7;
	CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, extra));
	CU(cuMemcpyDtoH_v2(got, out, sizeof(got)));
	CHECK(got[0] == 100 && got[1] == 0x4000000000000000u && got[2] == 7);
	EXPECT_CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, params, extra),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, bad),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuLaunchKernel(NULL, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL),
		CUDA_ERROR_INVALID_HANDLE);
	CU(cuMemFree_v2(out));
}

static void
attributes_are_done_or_refused(void)
{
	CUlaunchAttribute a[2] = {
		{.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION,
			.value.clusterDim = {1, 1, 1}},
		{.id = CU_LAUNCH_ATTRIBUTE_PRIORITY, .value.priority = -3},
	};
	CUlaunchConfig c = {1, 1, 1, 32, 1, 1, 0, NULL, a, 2};
	CUfunction bump = function("bump");
	int n = -1;

	CU(cuLaunchKernelEx(&c, bump, NULL, NULL));
	CU(cuOccupancyMaxActiveClusters(&n, bump, &c));
	CHECK(n > 0);
	a[0].value.clusterDim.x = 2;
	EXPECT_CU(cuLaunchKernelEx(&c, bump, NULL, NULL),
		CUDA_ERROR_NOT_SUPPORTED);
	CU(cuOccupancyMaxActiveClusters(&n, bump, &c));
	CHECK_EQ(n, 0);
	a[0].id = CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT;
	EXPECT_CU(cuLaunchKernelEx(&c, bump, NULL, NULL),
		CUDA_ERROR_NOT_SUPPORTED);
	a[0].id = (CUlaunchAttributeID)200;
	EXPECT_CU(cuLaunchKernelEx(&c, bump, NULL, NULL),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuLaunchKernelEx(NULL, bump, NULL, NULL),
		CUDA_ERROR_INVALID_VALUE);
	a[0].id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
	a[0].value.cooperative = 1;
	CU(cuLaunchKernelEx(&c, bump, NULL, NULL));
	c.gridDimX = 100000;
	EXPECT_CU(cuLaunchKernelEx(&c, bump, NULL, NULL),
		CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE);
	CU(cuLaunchCooperativeKernel(bump, 4, 1, 1, 32, 1, 1, 0, NULL, NULL));
	CU(cuCtxSynchronize());
}

/* A kernel that waits for the host, and one for another kernel. */
static void
kernels_run_beside_the_host_and_each_other(void)
{
	CUfunction spin = function("spin"), store = function("store");
	volatile unsigned *flag;
	CUdeviceptr seen, at, word;
	CUstream s, t;
	unsigned v = 9;
	void *params[] = {&at, &seen}, *give[] = {&word, &v};

	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	CU(cuStreamCreate(&t, CU_STREAM_NON_BLOCKING));
	CU(cuMemAllocHost_v2((void **)(uintptr_t)&flag, 4));
	CU(cuMemAlloc_v2(&seen, 4));
	CU(cuMemAlloc_v2(&word, 4));
	CU(cuMemsetD32_v2(word, 0, 1));
	CU(cuCtxSynchronize());
	*flag = 0;
	at = (uintptr_t)flag;
	CU(cuLaunchKernel(spin, 1, 1, 1, 32, 1, 1, 0, s, params, NULL));
	sleep_ms(20);
	EXPECT_CU(cuStreamQuery(s), CUDA_ERROR_NOT_READY);
	__atomic_store_n(flag, 7, __ATOMIC_SEQ_CST);
	CU(cuStreamSynchronize(s));
	CU(cuMemcpyDtoH_v2(&v, seen, 4));
	CHECK_EQ(v, 7);
	at = word;
	v = 9;
	CU(cuLaunchKernel(spin, 8, 1, 1, 32, 1, 1, 0, s, params, NULL));
	CU(cuLaunchKernel(store, 1, 1, 1, 1, 1, 1, 0, t, give, NULL));
	CU(cuCtxSynchronize());
	CU(cuMemcpyDtoH_v2(&v, seen, 4));
	CHECK_EQ(v, 9);
	CU(cuStreamDestroy_v2(s));
	CU(cuStreamDestroy_v2(t));
	CU(cuMemFree_v2(seen));
	CU(cuMemFree_v2(word));
	CU(cuMemFreeHost((void *)(uintptr_t)flag));
}

static void
thread_stream_and_function_agree_on_the_context(void)
{
	CUfunction bump = function("bump");
	CUcontext first, c;
	CUstream s;

	CU(cuCtxGetCurrent(&first));
	CU(cuCtxCreate_v2(&c, 0, 0));
	CU(cuStreamCreate(&s, 0));
	EXPECT_CU(cuLaunchKernel(bump, 1, 1, 1, 1, 1, 1, 0, s, NULL, NULL),
		CUDA_ERROR_INVALID_HANDLE);
	CU(cuCtxPushCurrent_v2(first));
	EXPECT_CU(cuLaunchKernel(bump, 1, 1, 1, 1, 1, 1, 0, s, NULL, NULL),
		CUDA_ERROR_INVALID_HANDLE);
	CU(cuLaunchKernel(bump, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL));
	CU(cuCtxDestroy_v2(c));
}

static void
occupancy_adds_up(void)
{
	CUfunction bump = function("bump"), shared = function("shared");
	int n, grid, block, sms;
	size_t dynamic;

	CU(cuDeviceGetAttribute(
		&sms, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0));
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, 1024, 0));
	CHECK_EQ(n, 1);
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, 256, 0));
	CHECK_EQ(n, 6);
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, 32, 0));
	CHECK_EQ(n, 24);
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, 32, 48 << 10));
	CHECK_EQ(n, 2);
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, 2000, 0));
	CHECK_EQ(n, 0);
	EXPECT_CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, 0, 0),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuOccupancyMaxPotentialBlockSize(&grid, &block, bump, NULL, 0, 0));
	CHECK(block >= 32 && block <= 1024);
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(&n, bump, block, 0));
	CHECK_EQ(grid, n * sms);
	CHECK_EQ(n * block, 1536);
	CU(cuOccupancyMaxPotentialBlockSize(&grid, &block, bump, NULL, 0, 100));
	CHECK(block <= 100);
	CU(cuOccupancyAvailableDynamicSMemPerBlock(&dynamic, shared, 2, 128));
	CU(cuOccupancyMaxActiveBlocksPerMultiprocessor(
		&n, shared, 128, dynamic));
	CHECK(n >= 2);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"shapes beyond the limits are refused",
			shapes_beyond_the_limits_are_refused},
		{"more shared memory must be asked for",
			more_shared_memory_must_be_asked_for},
		{"parameters come in two forms", parameters_come_in_two_forms},
		{"attributes are done or refused",
			attributes_are_done_or_refused},
		{"kernels run beside the host and each other",
			kernels_run_beside_the_host_and_each_other},
		{"thread, stream and function agree on the context",
			thread_stream_and_function_agree_on_the_context},
		{"occupancy adds up", occupancy_adds_up},
	};
	static const char text[] =
		HEAD BUMP STORE SPIN SHARED LIMITED REQUIRED MIXED;

	make_context();
	CU(cuModuleLoadData(&module, text));
	RUN_CASES(cases);
	return 0;
}
