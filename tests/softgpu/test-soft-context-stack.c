/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts: the stack of each thread, created and primary ones, what becomes
 * of a context that is destroyed while others use it. */
#include "config.h"
#include "tests/softgpu/soft.h"

static CUcontext
current(void)
{
	CUcontext c;

	CU(cuCtxGetCurrent(&c));
	return c;
}

static void
nothing_works_before_init(void)
{
	CUcontext c;
	int n;

	EXPECT_CU(cuDeviceGetCount(&n), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuCtxGetCurrent(&c), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuCtxSynchronize(), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuInit(1), CUDA_ERROR_INVALID_VALUE);
	CU(cuDriverGetVersion(&n));
	CHECK_EQ(n, 13000);
	CU(cuInit(0));
	CU(cuInit(0));
}

static void
contexts_form_a_stack(void)
{
	CUcontext a, b, c;

	CHECK(!current());
	EXPECT_CU(cuCtxPopCurrent_v2(&c), CUDA_ERROR_INVALID_CONTEXT);
	CU(cuCtxCreate_v2(&a, 0, 0));
	CU(cuCtxCreate_v2(&b, CU_CTX_SCHED_YIELD | CU_CTX_MAP_HOST, 0));
	CHECK(a != b);
	CHECK(current() == b);
	CU(cuCtxPopCurrent_v2(&c));
	CHECK(c == b);
	CHECK(current() == a);
	for (int i = 0; i < 100; i++)
		CU(cuCtxPushCurrent_v2(i % 2 ? a : b));
	for (int i = 100; i-- > 0;) {
		CU(cuCtxPopCurrent_v2(&c));
		CHECK(c == (i % 2 ? a : b));
	}
	CU(cuCtxSetCurrent(b));
	CHECK(current() == b);
	CU(cuCtxPopCurrent_v2(NULL));
	CHECK(!current());
	CU(cuCtxSetCurrent(NULL));
	CU(cuCtxPushCurrent_v2(a));
	CU(cuCtxPushCurrent_v2(b));
	CU(cuCtxDestroy_v2(b));
	CHECK(current() == a);
	CU(cuCtxSetCurrent(NULL));
	CHECK(!current());
	CU(cuCtxDestroy_v2(a));
}

static void
bad_handles_are_refused(void)
{
	CUcontext a, garbage = (CUcontext)(uintptr_t)0xdeadbeef12345678u;
	CUexecAffinityParam *affinity = (CUexecAffinityParam *)&a;
	CUctxCreateParams cig = {NULL, 0, &a};
	unsigned long long id;
	unsigned version;
	int dev;

	CU(cuCtxCreate_v2(&a, 0, 0));
	CU(cuCtxDestroy_v2(a));
	EXPECT_CU(cuCtxDestroy_v2(a), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxDestroy_v2(NULL), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxDestroy_v2(garbage), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxPushCurrent_v2(a), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxSetCurrent(garbage), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxGetApiVersion(a, &version), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxGetId(garbage, &id), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxGetDevice(&dev), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxGetDevice(NULL), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuCtxSynchronize(), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuCtxCreate_v2(NULL, 0, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuCtxCreate_v2(&a, 0x100, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuCtxCreate_v2(&a, 3, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuCtxCreate_v2(&a, 0, 99), CUDA_ERROR_INVALID_DEVICE);
	EXPECT_CU(cuCtxCreate_v3(&a, affinity, 1, 0, 0),
		CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY);
	EXPECT_CU(cuCtxCreate_v4(&a, &cig, 0, 0), CUDA_ERROR_NOT_SUPPORTED);
	CU(cuCtxCreate_v4(&a, NULL, 0, 0));
	CU(cuCtxDestroy_v2(a));
}

static void
a_context_tells_of_itself(void)
{
	CUcontext a, b;
	unsigned long long ida, idb;
	unsigned flags, version;
	size_t limit;
	CUfunc_cache cache;
	int dev = -1, least, greatest;

	CU(cuCtxCreate_v2(&a, CU_CTX_SCHED_SPIN, 0));
	CU(cuCtxCreate_v2(&b, CU_CTX_SCHED_BLOCKING_SYNC, 0));
	CU(cuCtxGetId(a, &ida));
	CU(cuCtxGetId(NULL, &idb));
	CHECK(ida != idb);
	CU(cuCtxGetFlags(&flags));
	CHECK_EQ(flags, CU_CTX_SCHED_BLOCKING_SYNC);
	CU(cuCtxSetFlags(CU_CTX_SCHED_SPIN));
	CU(cuCtxGetFlags(&flags));
	CHECK_EQ(flags, CU_CTX_SCHED_SPIN);
	CU(cuCtxGetApiVersion(NULL, &version));
	CHECK(version >= 3020);
	CU(cuCtxGetDevice(&dev));
	CHECK_EQ(dev, 0);
	CU(cuCtxGetStreamPriorityRange(&least, &greatest));
	CHECK(least == 0 && greatest < 0);
	CU(cuCtxGetLimit(&limit, CU_LIMIT_MALLOC_HEAP_SIZE));
	CHECK_EQ(limit, 8 << 20);
	CU(cuCtxSetLimit(CU_LIMIT_MALLOC_HEAP_SIZE, 16 << 20));
	CU(cuCtxGetLimit(&limit, CU_LIMIT_MALLOC_HEAP_SIZE));
	CHECK_EQ(limit, 16 << 20);
	CU(cuCtxSetLimit(CU_LIMIT_STACK_SIZE, 4096));
	CU(cuCtxGetLimit(&limit, CU_LIMIT_STACK_SIZE));
	CHECK_EQ(limit, 4096);
	/* cuBLASLt asks; a failure would disable it. */
	CU(cuCtxGetLimit(&limit, CU_LIMIT_CIG_ENABLED));
	CHECK_EQ(limit, 0);
	EXPECT_CU(cuCtxGetLimit(&limit, (CUlimit)77),
		CUDA_ERROR_UNSUPPORTED_LIMIT);
	CU(cuCtxSetCacheConfig(CU_FUNC_CACHE_PREFER_L1));
	CU(cuCtxGetCacheConfig(&cache));
	CHECK_EQ(cache, CU_FUNC_CACHE_PREFER_L1);
	CU(cuCtxDestroy_v2(b));
	/* Limits and preferences are those of one context. */
	CU(cuCtxGetLimit(&limit, CU_LIMIT_MALLOC_HEAP_SIZE));
	CHECK_EQ(limit, 8 << 20);
	CU(cuCtxDestroy_v2(a));
}

static CUcontext theirs;

static void *
outlive_the_context(void *arg)
{
	struct gate *g = arg;
	CUdeviceptr p;
	CUstream s;
	unsigned flags;

	CU(cuCtxCreate_v2(&theirs, 0, 0));
	pthread_mutex_lock(&g->lock);
	g->entered = true;
	pthread_cond_broadcast(&g->changed);
	while (!g->open)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
	EXPECT_CU(cuMemAlloc_v2(&p, 16), CUDA_ERROR_CONTEXT_IS_DESTROYED);
	EXPECT_CU(cuStreamCreate(&s, 0), CUDA_ERROR_CONTEXT_IS_DESTROYED);
	EXPECT_CU(cuCtxGetFlags(&flags), CUDA_ERROR_CONTEXT_IS_DESTROYED);
	EXPECT_CU(cuCtxSynchronize(), CUDA_ERROR_CONTEXT_IS_DESTROYED);
	CHECK(current() == theirs);
	return NULL;
}

static void
a_destroyed_context_stays_current_elsewhere_and_says_so(void)
{
	struct gate g = GATE_INIT;
	pthread_t t;

	CHECK_EQ(pthread_create(&t, NULL, outlive_the_context, &g), 0);
	gate_wait_entered(&g);
	CU(cuCtxDestroy_v2(theirs));
	gate_open(&g);
	CHECK_EQ(pthread_join(t, NULL), 0);
}

static void
the_primary_context_is_counted(void)
{
	CUcontext a, b;
	CUdeviceptr p;
	unsigned flags;
	int active;

	CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
	CHECK_EQ(active, 0);
	EXPECT_CU(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_INVALID_CONTEXT);
	CU(cuDevicePrimaryCtxSetFlags_v2(0, CU_CTX_SCHED_YIELD));
	CU(cuDevicePrimaryCtxRetain(&a, 0));
	CU(cuDevicePrimaryCtxRetain(&b, 0));
	CHECK(a == b);
	CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
	CHECK_EQ(active, 1);
	CHECK_EQ(flags, CU_CTX_SCHED_YIELD);
	EXPECT_CU(cuCtxDestroy_v2(a), CUDA_ERROR_INVALID_CONTEXT);
	CHECK(!current());
	CU(cuCtxSetCurrent(a));
	CU(cuMemAlloc_v2(&p, 100));
	CU(cuDevicePrimaryCtxRelease_v2(0));
	CU(cuMemsetD8_v2(p, 0, 100));
	CU(cuDevicePrimaryCtxRelease_v2(0));
	EXPECT_CU(cuMemsetD8_v2(p, 0, 100), CUDA_ERROR_CONTEXT_IS_DESTROYED);
	CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
	CHECK_EQ(active, 0);
	CU(cuDevicePrimaryCtxRetain(&b, 0));
	CHECK(a == b);
	EXPECT_CU(cuMemsetD8_v2(p, 0, 100), CUDA_ERROR_INVALID_VALUE);
}

/* Goes on where the last case ends: retained once, current. */
static void
reset_gives_everything_back_but_keeps_the_count(void)
{
	CUdeviceptr p;
	CUstream s;
	CUevent e;
	CUcontext c;
	size_t before, after, total;
	unsigned flags;
	int active;

	CU(cuMemGetInfo_v2(&before, &total));
	CU(cuMemAlloc_v2(&p, 1 << 20));
	CU(cuStreamCreate(&s, 0));
	CU(cuEventCreate(&e, 0));
	CU(cuDevicePrimaryCtxReset_v2(0));
	CU(cuDevicePrimaryCtxGetState(0, &flags, &active));
	CHECK_EQ(active, 0);
	EXPECT_CU(cuMemGetInfo_v2(&after, &total),
		CUDA_ERROR_CONTEXT_IS_DESTROYED);
	CU(cuDevicePrimaryCtxRetain(&c, 0));
	CU(cuMemGetInfo_v2(&after, &total));
	CHECK_EQ(after, before);
	EXPECT_CU(cuStreamSynchronize(s), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventQuery(e), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE);
	CU(cuDevicePrimaryCtxRelease_v2(0));
	CU(cuMemGetInfo_v2(&after, &total));
	CU(cuDevicePrimaryCtxRelease_v2(0));
	EXPECT_CU(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_INVALID_CONTEXT);
	CU(cuCtxSetCurrent(NULL));
}

static void
destroying_a_context_waits_for_its_work(void)
{
	static char out[1 << 20];
	CUcontext c = make_context();
	CUdeviceptr p;
	CUstream s;
	_Atomic int calls = 0;

	CU(cuMemAlloc_v2(&p, sizeof(out)));
	CU(cuStreamCreate(&s, 0));
	CU(cuMemHostRegister_v2(out, sizeof(out), 0));
	for (int i = 0; i < 50; i++)
		CU(cuLaunchHostFunc(s, count_run, &calls));
	CU(cuMemsetD8Async(p, 5, sizeof(out), s));
	CU(cuMemcpyDtoHAsync_v2(out, p, sizeof(out), s));
	CU(cuCtxDestroy_v2(c));
	CHECK_EQ(calls, 50);
	CHECK(out[0] == 5 && out[sizeof(out) - 1] == 5);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"nothing works before cuInit", nothing_works_before_init},
		{"contexts form a stack", contexts_form_a_stack},
		{"bad handles are refused", bad_handles_are_refused},
		{"a context tells of itself", a_context_tells_of_itself},
		{"a destroyed context stays current elsewhere",
			a_destroyed_context_stays_current_elsewhere_and_says_so},
		{"the primary context is counted",
			the_primary_context_is_counted},
		{"reset gives everything back but keeps the count",
			reset_gives_everything_back_but_keeps_the_count},
		{"destroying a context waits for its work",
			destroying_a_context_waits_for_its_work},
	};

	RUN_CASES(cases);
	return 0;
}
