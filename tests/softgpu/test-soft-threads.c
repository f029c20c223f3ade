/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many threads use one context at once: memory, copies, streams and events of
 * their own, all ordered by what each thread does. Meant for the thread
 * sanitizer as well.
 */
#include "config.h"
#include "tests/softgpu/soft.h"

enum { THREADS = 8, ROUNDS = 60, BYTES = 20000 };

static CUcontext context;

/* One round: up, across, down; whatever the other threads do meanwhile. */
static void
one_round(CUstream s, unsigned char mark)
{
	static _Thread_local unsigned char up[BYTES], down[BYTES];
	CUdeviceptr a, b;
	CUevent e;
	unsigned char *pinned;

	memset(up, mark, sizeof(up));
	CU(cuMemAlloc_v2(&a, BYTES));
	CU(cuMemAlloc_v2(&b, BYTES));
	CU(cuMemAllocHost_v2((void **)&pinned, BYTES));
	CU(cuEventCreate(&e, 0));
	CU(cuMemcpyHtoDAsync_v2(a, up, BYTES, s));
	memset(up, 0, sizeof(up));
	CU(cuMemcpyDtoDAsync_v2(b, a, BYTES, s));
	CU(cuMemsetD8Async(a, 0, BYTES, s));
	CU(cuMemcpyDtoHAsync_v2(pinned, b, BYTES, s));
	CU(cuEventRecord(e, s));
	CU(cuEventSynchronize(e));
	CHECK(pinned[0] == mark && pinned[BYTES - 1] == mark);
	CU(cuMemcpyDtoHAsync_v2(down, b, BYTES, s));
	CHECK(down[0] == mark && down[BYTES - 1] == mark);
	CU(cuEventDestroy_v2(e));
	CU(cuMemFreeHost(pinned));
	CU(cuMemFree_v2(a));
	CU(cuMemFree_v2(b));
}

static void *
work_alone(void *arg)
{
	int n = (int)(intptr_t)arg;
	CUstream s;

	CU(cuCtxSetCurrent(context));
	CU(cuStreamCreate(&s, n % 2 ? CU_STREAM_NON_BLOCKING : 0));
	for (int i = 0; i < ROUNDS; i++) {
		one_round(n % 4 == 3 ? CU_STREAM_PER_THREAD : s,
			(unsigned char)(n * 16 + i));
		if (n == 0)
			CU(cuStreamSynchronize(NULL));
		if (n == 1 && i % 8 == 0)
			CU(cuCtxSynchronize());
	}
	CU(cuStreamDestroy_v2(s));
	return NULL;
}

static void
run_threads(void *(*f)(void *))
{
	pthread_t t[THREADS];

	for (intptr_t i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, f, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

static void
threads_do_not_disturb_each_other(void)
{
	size_t before, after, total;

	CU(cuMemGetInfo_v2(&before, &total));
	run_threads(work_alone);
	CU(cuMemGetInfo_v2(&after, &total));
	CHECK_EQ(after, before);
}

/* Handles that one thread ends while others use them: an error, no crash. */
static _Atomic(CUstream) shared_stream;
static _Atomic(CUevent) shared_event;
static _Atomic bool stop;

static void *
use_shared(void *arg)
{
	CU(cuCtxSetCurrent(context));
	while (!stop) {
		CUstream s = shared_stream;
		CUevent e = shared_event;
		_Atomic int calls = 0;
		CUresult r;

		r = cuEventRecord(e, s);
		CHECK(r == CUDA_SUCCESS || r == CUDA_ERROR_INVALID_HANDLE);
		r = cuStreamWaitEvent(NULL, e, 0);
		CHECK(r == CUDA_SUCCESS || r == CUDA_ERROR_INVALID_HANDLE);
		r = cuLaunchHostFunc(s, count_run, &calls);
		CHECK(r == CUDA_SUCCESS || r == CUDA_ERROR_INVALID_HANDLE);
		if (r == CUDA_SUCCESS) {
			CU(cuCtxSynchronize());
			CHECK_EQ(calls, 1);
		}
	}
	return arg;
}

static void
handles_may_end_while_they_are_used(void)
{
	pthread_t t[3];
	CUstream s;
	CUevent e;

	CU(cuStreamCreate(&s, 0));
	CU(cuEventCreate(&e, 0));
	shared_stream = s;
	shared_event = e;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_create(&t[i], NULL, use_shared, NULL), 0);
	for (int i = 0; i < 300; i++) {
		CUstream old_stream = s;
		CUevent old_event = e;

		CU(cuStreamCreate(&s, i % 2));
		CU(cuEventCreate(&e, 0));
		shared_stream = s;
		shared_event = e;
		CU(cuStreamDestroy_v2(old_stream));
		CU(cuEventDestroy_v2(old_event));
	}
	stop = true;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(pthread_join(t[i], NULL), 0);
}

/* Contexts of their own, made and destroyed side by side. */
static void *
own_context(void *arg)
{
	for (int i = 0; i < 10; i++) {
		CUcontext c;
		CUdeviceptr p;
		CUstream s;

		CU(cuCtxCreate_v2(&c, 0, 0));
		CU(cuMemAlloc_v2(&p, 5000));
		CU(cuStreamCreate(&s, 0));
		CU(cuMemsetD8Async(p, 1, 5000, s));
		CU(cuMemsetD8Async(p, 1, 5000, CU_STREAM_PER_THREAD));
		if (i % 2)
			CU(cuMemFree_v2(p));
		CU(cuCtxDestroy_v2(c));
	}
	return arg;
}

static void
contexts_come_and_go_side_by_side(void)
{
	size_t before, after, total;

	CU(cuMemGetInfo_v2(&before, &total));
	run_threads(own_context);
	CU(cuMemGetInfo_v2(&after, &total));
	CHECK_EQ(after, before);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"threads do not disturb each other",
			threads_do_not_disturb_each_other},
		{"handles may end while they are used",
			handles_may_end_while_they_are_used},
		{"contexts come and go side by side",
			contexts_come_and_go_side_by_side},
	};

	context = make_context();
	RUN_CASES(cases);
	return 0;
}
