/* SPDX-License-Identifier: Apache-2.0 */
/* Events: recording, waiting across streams and contexts, timing. */
#include "config.h"
#include "tests/softgpu/soft.h"

static void
an_event_is_done_when_its_stream_gets_there(void)
{
	struct gate g;
	CUstream s;
	CUevent e;

	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	CU(cuEventCreate(&e, 0));
	CU(cuEventQuery(e));
	CU(cuEventSynchronize(e));
	gate_close(&g, s);
	CU(cuEventRecord(e, s));
	EXPECT_CU(cuEventQuery(e), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuEventSynchronize(e));
	CU(cuEventQuery(e));
	CU(cuEventDestroy_v2(e));
	EXPECT_CU(cuEventQuery(e), CUDA_ERROR_INVALID_HANDLE);
	CU(cuStreamDestroy_v2(s));
}

static void
a_stream_waits_for_another(void)
{
	_Atomic int calls = 0;
	struct gate g;
	CUstream s, t;
	CUevent e;

	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	CU(cuStreamCreate(&t, CU_STREAM_NON_BLOCKING));
	CU(cuEventCreate(&e, CU_EVENT_DISABLE_TIMING));
	/* Never recorded: nothing to wait for. */
	CU(cuStreamWaitEvent(t, e, 0));
	CU(cuStreamSynchronize(t));
	gate_close(&g, s);
	CU(cuEventRecord(e, s));
	CU(cuStreamWaitEvent(t, e, 0));
	/* What e says later does not matter to t. */
	CU(cuEventDestroy_v2(e));
	CU(cuLaunchHostFunc(t, count_run, &calls));
	sleep_ms(30);
	CHECK_EQ(calls, 0);
	gate_open(&g);
	CU(cuStreamSynchronize(t));
	CHECK_EQ(calls, 1);
	CU(cuStreamDestroy_v2(s));
	CU(cuStreamDestroy_v2(t));
}

/* A wait means the last record before it, not a later one. */
static void
a_wait_takes_the_record_of_its_time(void)
{
	struct gate g;
	CUstream s, t;
	CUevent e;

	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	CU(cuStreamCreate(&t, CU_STREAM_NON_BLOCKING));
	CU(cuEventCreate(&e, 0));
	CU(cuEventRecord(e, s));
	CU(cuStreamWaitEvent(t, e, 0));
	gate_close(&g, s);
	CU(cuEventRecord(e, s));
	CU(cuStreamSynchronize(t));
	EXPECT_CU(cuEventQuery(e), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuEventSynchronize(e));
	CU(cuEventDestroy_v2(e));
	CU(cuStreamDestroy_v2(s));
	CU(cuStreamDestroy_v2(t));
}

static void
times_are_real(void)
{
	struct gate g;
	CUevent a, b;
	CUstream s;
	float ms = -1;

	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	CU(cuEventCreate(&a, 0));
	CU(cuEventCreate(&b, CU_EVENT_BLOCKING_SYNC));
	CU(cuEventRecord(a, s));
	gate_close(&g, s);
	CU(cuEventRecord(b, s));
	EXPECT_CU(cuEventElapsedTime_v2(&ms, a, b), CUDA_ERROR_NOT_READY);
	sleep_ms(60);
	gate_open(&g);
	CU(cuEventSynchronize(b));
	CU(cuEventElapsedTime_v2(&ms, a, b));
	CHECK(ms >= 59 && ms < 10000);
	CU(cuEventElapsedTime(&ms, b, a));
	CHECK(ms <= -59);
	CU(cuEventElapsedTime(&ms, a, a));
	CHECK(ms == 0);
	CU(cuEventDestroy_v2(a));
	CU(cuEventDestroy_v2(b));
	CU(cuStreamDestroy_v2(s));
}

static void
wrong_use_is_refused(void)
{
	CUcontext c;
	CUevent timed, fresh, silent, other;
	CUstream s;
	float ms;

	CU(cuEventCreate(&timed, 0));
	CU(cuEventCreate(&fresh, 0));
	CU(cuEventCreate(&silent, CU_EVENT_DISABLE_TIMING));
	CU(cuEventRecord(timed, NULL));
	CU(cuEventRecord(silent, NULL));
	CU(cuCtxSynchronize());
	EXPECT_CU(cuEventElapsedTime_v2(&ms, timed, fresh),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventElapsedTime_v2(&ms, silent, timed),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventElapsedTime_v2(&ms, NULL, timed),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventElapsedTime_v2(NULL, timed, timed),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuEventCreate(&other, 0xf0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuEventCreate(&other, CU_EVENT_INTERPROCESS),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuEventCreate(NULL, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuEventRecord(NULL, NULL), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventRecordWithFlags(timed, NULL, 8),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuEventSynchronize(NULL), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventDestroy_v2(NULL), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuStreamWaitEvent(NULL, timed, 8), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuStreamWaitEvent(NULL, NULL, 0), CUDA_ERROR_INVALID_HANDLE);
	/* A stream is no event. */
	CU(cuStreamCreate(&s, 0));
	EXPECT_CU(cuEventRecord((CUevent)(void *)s, s),
		CUDA_ERROR_INVALID_HANDLE);
	CU(cuStreamDestroy_v2(s));
	/* An event is recorded in its own context only, but waited for in
	 * any. */
	CU(cuCtxCreate_v2(&c, 0, 0));
	CU(cuStreamCreate(&s, 0));
	EXPECT_CU(cuEventRecord(timed, s), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuEventRecord(timed, NULL), CUDA_ERROR_INVALID_HANDLE);
	CU(cuStreamWaitEvent(s, timed, 0));
	CU(cuCtxDestroy_v2(c));
	CU(cuEventDestroy_v2(timed));
	CU(cuEventDestroy_v2(fresh));
	CU(cuEventDestroy_v2(silent));
}

static void
contexts_wait_for_each_other_through_events(void)
{
	_Atomic int calls = 0;
	struct gate g;
	CUcontext c;
	CUstream s, t;
	CUevent e;

	CU(cuStreamCreate(&s, 0));
	CU(cuEventCreate(&e, 0));
	gate_close(&g, s);
	CU(cuEventRecord(e, s));
	CU(cuCtxCreate_v2(&c, 0, 0));
	CU(cuStreamCreate(&t, 0));
	CU(cuStreamWaitEvent(t, e, 0));
	CU(cuLaunchHostFunc(t, count_run, &calls));
	sleep_ms(30);
	CHECK_EQ(calls, 0);
	gate_open(&g);
	CU(cuStreamSynchronize(t));
	CHECK_EQ(calls, 1);
	CU(cuCtxDestroy_v2(c));
	CU(cuEventDestroy_v2(e));
	CU(cuStreamDestroy_v2(s));
}

/* A long chain from stream to stream, built while its beginning is held. */
static void
long_chains_are_done_in_order(void)
{
	enum { N = 16, ROUNDS = 200 };
	CUstream s[N];
	CUevent e;
	struct gate g;
	_Atomic int calls = 0;

	CU(cuEventCreate(&e, CU_EVENT_DISABLE_TIMING));
	for (int i = 0; i < N; i++)
		CU(cuStreamCreate(&s[i], CU_STREAM_NON_BLOCKING));
	gate_close(&g, s[0]);
	for (int i = 0; i < N * ROUNDS; i++) {
		CU(cuLaunchHostFunc(s[i % N], count_run, &calls));
		CU(cuEventRecord(e, s[i % N]));
		CU(cuStreamWaitEvent(s[(i + 1) % N], e, 0));
	}
	EXPECT_CU(cuEventQuery(e), CUDA_ERROR_NOT_READY);
	CHECK_EQ(calls, 0);
	gate_open(&g);
	CU(cuEventSynchronize(e));
	CHECK_EQ(calls, N * ROUNDS);
	for (int i = 0; i < N; i++)
		CU(cuStreamDestroy_v2(s[i]));
	CU(cuEventDestroy_v2(e));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"an event is done when its stream gets there",
			an_event_is_done_when_its_stream_gets_there},
		{"a stream waits for another", a_stream_waits_for_another},
		{"a wait takes the record of its time",
			a_wait_takes_the_record_of_its_time},
		{"times are real", times_are_real},
		{"wrong use is refused", wrong_use_is_refused},
		{"contexts wait for each other through events",
			contexts_wait_for_each_other_through_events},
		{"long chains are done in order",
			long_chains_are_done_in_order},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
