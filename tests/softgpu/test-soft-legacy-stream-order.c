/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The legacy default stream waits for all blocking streams of its context, and
 * they for it; streams made with NON_BLOCKING do not take part; the per-thread
 * default stream is a blocking one.
 */
#include "config.h"
#include "tests/softgpu/soft.h"

/* Long enough for a host function to run that should not. */
#define MOMENT 30

static _Atomic int calls;

static void
never_before(int expected)
{
	sleep_ms(MOMENT);
	CHECK_EQ(calls, expected);
}

static void
legacy_work_waits_for_blocking_streams(void)
{
	struct gate a, b;
	CUstream s, t;

	calls = 0;
	CU(cuStreamCreate(&s, 0));
	CU(cuStreamCreate(&t, 0));
	gate_close(&a, s);
	gate_close(&b, t);
	CU(cuLaunchHostFunc(NULL, count_run, &calls));
	never_before(0);
	EXPECT_CU(cuStreamQuery(NULL), CUDA_ERROR_NOT_READY);
	gate_open(&a);
	never_before(0);
	gate_open(&b);
	CU(cuStreamSynchronize(NULL));
	CHECK_EQ(calls, 1);
	CU(cuStreamQuery(NULL));
	CU(cuStreamDestroy_v2(s));
	CU(cuStreamDestroy_v2(t));
}

static void
blocking_streams_wait_for_legacy_work(void)
{
	struct gate g;
	CUstream s;

	calls = 0;
	CU(cuStreamCreate(&s, 0));
	gate_close(&g, CU_STREAM_LEGACY);
	CU(cuLaunchHostFunc(s, count_run, &calls));
	CU(cuLaunchHostFunc(CU_STREAM_PER_THREAD, count_run, &calls));
	never_before(0);
	EXPECT_CU(cuStreamQuery(s), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuStreamSynchronize(s));
	CU(cuStreamSynchronize(CU_STREAM_PER_THREAD));
	CHECK_EQ(calls, 2);
	CU(cuStreamDestroy_v2(s));
}

/* a, then legacy, then b: b must wait for a through the legacy stream. */
static void
the_legacy_stream_joins_blocking_streams(void)
{
	struct gate g;
	CUstream a, b;
	_Atomic int in_legacy = 0;

	calls = 0;
	CU(cuStreamCreate(&a, 0));
	CU(cuStreamCreate(&b, 0));
	gate_close(&g, a);
	CU(cuLaunchHostFunc(NULL, count_run, &in_legacy));
	CU(cuLaunchHostFunc(b, count_run, &calls));
	never_before(0);
	CHECK_EQ(in_legacy, 0);
	/* Behind b's work, which waits. */
	EXPECT_CU(cuStreamQuery(b), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuStreamSynchronize(b));
	CHECK_EQ(in_legacy, 1);
	CHECK_EQ(calls, 1);
	CU(cuStreamDestroy_v2(a));
	CU(cuStreamDestroy_v2(b));
}

static void
non_blocking_streams_take_no_part(void)
{
	struct gate g, h;
	CUstream s;

	calls = 0;
	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	gate_close(&g, s);
	CU(cuLaunchHostFunc(NULL, count_run, &calls));
	CU(cuStreamSynchronize(NULL));
	CHECK_EQ(calls, 1);
	gate_open(&g);
	CU(cuStreamSynchronize(s));
	gate_close(&h, NULL);
	CU(cuLaunchHostFunc(s, count_run, &calls));
	CU(cuStreamSynchronize(s));
	CHECK_EQ(calls, 2);
	gate_open(&h);
	CU(cuStreamSynchronize(NULL));
	CU(cuStreamDestroy_v2(s));
}

static void *
other_thread(void *arg)
{
	struct gate *g = arg;
	CUcontext c;

	CU(cuDevicePrimaryCtxRetain(&c, 0));
	CU(cuCtxSetCurrent(c));
	CU(cuLaunchHostFunc(CU_STREAM_PER_THREAD, gate_run, g));
	gate_wait_entered(g);
	return NULL;
}

/* Each thread has its own; the end of the thread does not end its work. */
static void
per_thread_streams_are_apart_but_blocking(void)
{
	struct gate g = GATE_INIT;
	unsigned long long mine, legacy;
	unsigned flags = 7;
	pthread_t t;

	calls = 0;
	CHECK_EQ(pthread_create(&t, NULL, other_thread, &g), 0);
	gate_wait_entered(&g);
	CHECK_EQ(pthread_join(t, NULL), 0);
	CU(cuLaunchHostFunc(CU_STREAM_PER_THREAD, count_run, &calls));
	CU(cuStreamSynchronize(CU_STREAM_PER_THREAD));
	CHECK_EQ(calls, 1);
	CU(cuLaunchHostFunc(NULL, count_run, &calls));
	never_before(1);
	gate_open(&g);
	CU(cuStreamSynchronize(NULL));
	CHECK_EQ(calls, 2);
	CU(cuStreamGetId(CU_STREAM_PER_THREAD, &mine));
	CU(cuStreamGetId(NULL, &legacy));
	CHECK(mine != legacy);
	CU(cuStreamGetFlags(CU_STREAM_PER_THREAD, &flags));
	CHECK_EQ(flags, 0);
}

static void
contexts_do_not_wait_for_each_other(void)
{
	struct gate g;
	CUcontext c;

	calls = 0;
	gate_close(&g, NULL);
	CU(cuCtxCreate_v2(&c, 0, 0));
	CU(cuLaunchHostFunc(NULL, count_run, &calls));
	CU(cuStreamSynchronize(NULL));
	CHECK_EQ(calls, 1);
	CU(cuCtxSynchronize());
	CU(cuCtxDestroy_v2(c));
	gate_open(&g);
	CU(cuCtxSynchronize());
}

static void
an_event_in_the_legacy_stream_waits_too(void)
{
	struct gate g;
	CUstream s;
	CUevent e;

	CU(cuStreamCreate(&s, 0));
	CU(cuEventCreate(&e, 0));
	gate_close(&g, s);
	CU(cuEventRecord(e, NULL));
	sleep_ms(MOMENT);
	EXPECT_CU(cuEventQuery(e), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuEventSynchronize(e));
	CU(cuEventDestroy_v2(e));
	CU(cuStreamDestroy_v2(s));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"legacy work waits for blocking streams",
			legacy_work_waits_for_blocking_streams},
		{"blocking streams wait for legacy work",
			blocking_streams_wait_for_legacy_work},
		{"the legacy stream joins blocking streams",
			the_legacy_stream_joins_blocking_streams},
		{"non-blocking streams take no part",
			non_blocking_streams_take_no_part},
		{"per-thread streams are apart, but blocking",
			per_thread_streams_are_apart_but_blocking},
		{"contexts do not wait for each other",
			contexts_do_not_wait_for_each_other},
		{"an event in the legacy stream waits too",
			an_event_in_the_legacy_stream_waits_too},
	};
	CUcontext c;

	CU(cuInit(0));
	CU(cuDevicePrimaryCtxRetain(&c, 0));
	CU(cuCtxSetCurrent(c));
	RUN_CASES(cases);
	return 0;
}
