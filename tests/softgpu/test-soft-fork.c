/* SPDX-License-Identifier: Apache-2.0 */
/* fork: before cuInit all is well; after it the child is dead to CUDA, and ends
 * without waiting for threads it has not. */
#include "config.h"
#include "tests/softgpu/soft.h"

static CUcontext context;
static CUdeviceptr memory;
static CUstream stream;
static struct gate gate;

static void
use_all(void)
{
	CUcontext c = make_context();
	CUdeviceptr p;

	CU(cuMemAlloc_v2(&p, 16));
	CU(cuMemsetD8_v2(p, 1, 16));
	CU(cuCtxDestroy_v2(c));
}

static void
a_child_from_before_init_works(void)
{
	in_child(use_all);
}

static void
try_all(void)
{
	CUcontext c;
	CUdeviceptr p;
	int n;

	alarm(20);
	EXPECT_CU(cuInit(0), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuDeviceGetCount(&n), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuCtxGetCurrent(&c), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuMemAlloc_v2(&p, 16), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuMemFree_v2(memory), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuStreamSynchronize(stream), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuCtxSynchronize(), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuCtxDestroy_v2(context), CUDA_ERROR_NOT_INITIALIZED);
	EXPECT_CU(cuDevicePrimaryCtxRelease_v2(0), CUDA_ERROR_NOT_INITIALIZED);
}

/* What cudart's destructors do in the child, through the hidden table. */
static void
try_local_storage(void)
{
	static const CUuuid id = {{(char)0xc6, (char)0x93, 0x33, 0x6e, 0x11,
		0x21, (char)0xdf, 0x11, (char)0xa8, (char)0xc3, 0x68,
		(char)0xf3, 0x55, (char)0xd8, (char)0x95, (char)0x93}};
	CUresult (*const *table)(void *, void *);
	const void *t;

	alarm(20);
	CU(cuGetExportTable(&t, &id));
	table = t;
	EXPECT_CU(table[1](context, &stream), CUDA_ERROR_NOT_INITIALIZED);
}

static void *
exit_thread(void *arg)
{
	return arg;
}

/* A thread of the child ends, too. */
static void
end_a_thread(void)
{
	pthread_t t;

	alarm(20);
	CHECK_EQ(pthread_create(&t, NULL, exit_thread, NULL), 0);
	CHECK_EQ(pthread_join(t, NULL), 0);
	pthread_exit(NULL);
}

static void
a_child_of_a_running_parent_is_told_so(void)
{
	context = make_context();
	CU(cuMemAlloc_v2(&memory, 100));
	CU(cuStreamCreate(&stream, 0));
	CU(cuMemsetD8Async(memory, 3, 100, CU_STREAM_PER_THREAD));
	in_child(try_all);
}

static void
a_child_ends_though_its_parent_was_busy(void)
{
	gate_close(&gate, stream);
	gate_wait_entered(&gate);
	in_child(try_all);
	in_child(try_local_storage);
	in_child(end_a_thread);
}

static void
the_parent_goes_on(void)
{
	unsigned char c;

	gate_open(&gate);
	CU(cuStreamSynchronize(stream));
	CU(cuMemcpyDtoH_v2(&c, memory + 99, 1));
	CHECK_EQ(c, 3);
	CU(cuCtxDestroy_v2(context));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"a child from before cuInit works",
			a_child_from_before_init_works},
		{"a child of a running parent is told so",
			a_child_of_a_running_parent_is_told_so},
		{"a child ends though its parent was busy",
			a_child_ends_though_its_parent_was_busy},
		{"the parent goes on", the_parent_goes_on},
	};

	RUN_CASES(cases);
	return 0;
}
