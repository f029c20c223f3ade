/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: order, queries, destruction while busy, how many run at once. */
#include "config.h"
#include "tests/softgpu/soft.h"

enum { ORDER = 2000, STREAMS = 60 };

static int order[ORDER];
static _Atomic int next;

static void
put_order(void *arg)
{
	order[atomic_fetch_add(&next, 1)] = (int)(intptr_t)arg;
}

static void
a_stream_keeps_its_order(void)
{
	CUstream s;

	next = 0;
	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	for (intptr_t i = 0; i < ORDER; i++)
		CU(cuLaunchHostFunc(s, put_order, (void *)i));
	CU(cuStreamSynchronize(s));
	CHECK_EQ(next, ORDER);
	for (int i = 0; i < ORDER; i++)
		CHECK_EQ(order[i], i);
	CU(cuStreamDestroy_v2(s));
}

static void
streams_run_beside_the_host(void)
{
	struct gate g;
	CUstream s;

	CU(cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	CU(cuStreamQuery(s));
	gate_close(&g, s);
	EXPECT_CU(cuStreamQuery(s), CUDA_ERROR_NOT_READY);
	gate_wait_entered(&g);
	EXPECT_CU(cuStreamQuery(s), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuStreamSynchronize(s));
	CU(cuStreamQuery(s));
	CU(cuStreamDestroy_v2(s));
}

/* All gates are entered at once though there are few processors. */
static void
work_that_waits_does_not_hold_up_other_streams(void)
{
	static struct gate gates[STREAMS];
	CUstream s[STREAMS];

	for (int i = 0; i < STREAMS; i++) {
		CU(cuStreamCreate(&s[i], CU_STREAM_NON_BLOCKING));
		gate_close(&gates[i], s[i]);
	}
	for (int i = 0; i < STREAMS; i++)
		gate_wait_entered(&gates[i]);
	for (int i = STREAMS; i-- > 0;) {
		gate_open(&gates[i]);
		CU(cuStreamSynchronize(s[i]));
		CU(cuStreamDestroy_v2(s[i]));
	}
}

static void
a_busy_stream_may_be_destroyed(void)
{
	_Atomic int calls = 0;
	struct gate g;
	CUstream s;

	CU(cuStreamCreate(&s, 0));
	gate_close(&g, s);
	for (int i = 0; i < 10; i++)
		CU(cuLaunchHostFunc(s, count_run, &calls));
	CU(cuStreamDestroy_v2(s));
	EXPECT_CU(cuStreamQuery(s), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuLaunchHostFunc(s, count_run, &calls),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_EQ(calls, 0);
	gate_open(&g);
	/* The context still knows of its work. */
	CU(cuCtxSynchronize());
	CHECK_EQ(calls, 10);
}

static void
streams_tell_of_themselves(void)
{
	CUcontext c, of;
	CUstream s, t;
	unsigned long long a, b;
	unsigned flags;
	int priority, least, greatest;
	CUdevice dev;
	CUstreamCaptureStatus capture = CU_STREAM_CAPTURE_STATUS_ACTIVE;
	CUstreamCaptureMode mode = CU_STREAM_CAPTURE_MODE_RELAXED;

	CU(cuCtxGetCurrent(&c));
	CU(cuCtxGetStreamPriorityRange(&least, &greatest));
	CU(cuStreamCreateWithPriority(
		&s, CU_STREAM_NON_BLOCKING, greatest - 10));
	CU(cuStreamCreate(&t, 0));
	CU(cuStreamGetPriority(s, &priority));
	CHECK_EQ(priority, greatest);
	CU(cuStreamGetPriority(t, &priority));
	CHECK_EQ(priority, least);
	CU(cuStreamGetFlags(s, &flags));
	CHECK_EQ(flags, CU_STREAM_NON_BLOCKING);
	CU(cuStreamGetId(s, &a));
	CU(cuStreamGetId(t, &b));
	CHECK(a != b);
	CU(cuStreamGetCtx(s, &of));
	CHECK(of == c);
	CU(cuStreamGetDevice(s, &dev));
	CHECK_EQ(dev, 0);
	CU(cuStreamIsCapturing(s, &capture));
	CHECK_EQ(capture, CU_STREAM_CAPTURE_STATUS_NONE);
	CU(cuThreadExchangeStreamCaptureMode(&mode));
	CHECK_EQ(mode, CU_STREAM_CAPTURE_MODE_GLOBAL);
	CU(cuThreadExchangeStreamCaptureMode(&mode));
	CHECK_EQ(mode, CU_STREAM_CAPTURE_MODE_RELAXED);
	CU(cuStreamDestroy_v2(s));
	CU(cuStreamDestroy_v2(t));
	EXPECT_CU(cuStreamGetFlags(s, &flags), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuStreamDestroy_v2(s), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuStreamDestroy_v2(NULL), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuStreamSynchronize((CUstream)(uintptr_t)0x777777777777),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuStreamCreate(&s, 0xff), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuStreamCreate(NULL, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuLaunchHostFunc(NULL, NULL, NULL), CUDA_ERROR_INVALID_VALUE);
}

static CUresult inside;

static void
call_in(void *arg)
{
	inside = cuStreamSynchronize((CUstream)arg);
}

static void
host_functions_must_not_call_the_driver(void)
{
	CUstream s;

	CU(cuStreamCreate(&s, 0));
	CU(cuLaunchHostFunc(s, call_in, s));
	CU(cuStreamSynchronize(s));
	CHECK_EQ(inside, CUDA_ERROR_NOT_PERMITTED);
	CU(cuStreamDestroy_v2(s));
}

static CUstream callback_stream;
static CUresult callback_status = CUDA_ERROR_UNKNOWN;

static void
on_done(CUstream stream, CUresult status, void *data)
{
	callback_stream = stream;
	callback_status = status;
	count_run(data);
}

static void
callbacks_are_told_stream_and_status(void)
{
	_Atomic int calls = 0;
	CUstream s;

	CU(cuStreamCreate(&s, 0));
	CU(cuStreamAddCallback(s, on_done, &calls, 0));
	EXPECT_CU(cuStreamAddCallback(s, on_done, &calls, 1),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuStreamSynchronize(s));
	CHECK_EQ(calls, 1);
	CHECK(callback_stream == s);
	CHECK_EQ(callback_status, CUDA_SUCCESS);
	CU(cuStreamDestroy_v2(s));
}

/* Many handles come and go; their places are used again. */
static void
streams_come_and_go(void)
{
	CUstream s[100];

	for (int i = 0; i < 5000; i++) {
		CUstream *p = &s[i % 100];

		if (i >= 100)
			CU(cuStreamDestroy_v2(*p));
		CU(cuStreamCreate(p, i % 2));
		if (i % 7 == 0)
			CU(cuStreamSynchronize(*p));
	}
	for (int i = 0; i < 100; i++)
		CU(cuStreamDestroy_v2(s[i]));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"a stream keeps its order", a_stream_keeps_its_order},
		{"streams run beside the host", streams_run_beside_the_host},
		{"work that waits does not hold up other streams",
			work_that_waits_does_not_hold_up_other_streams},
		{"a busy stream may be destroyed",
			a_busy_stream_may_be_destroyed},
		{"streams tell of themselves", streams_tell_of_themselves},
		{"host functions must not call the driver",
			host_functions_must_not_call_the_driver},
		{"callbacks are told stream and status",
			callbacks_are_told_stream_and_status},
		{"streams come and go", streams_come_and_go},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
