/* SPDX-License-Identifier: Apache-2.0 */
/* What is forbidden while a stream is captured, and with which errors. */
#include <thread>
#include "check.h"

static cudaStream_t stream, side;
static cudaEvent_t event;
static unsigned *data;

static __global__ void
nothing(void)
{
}

static void
begin(enum cudaStreamCaptureMode mode)
{
	CHECK(cudaStreamBeginCapture(stream, mode));
}

/* Ends a capture, with this result. */
static void
end(cudaError_t want)
{
	cudaGraph_t graph = nullptr;

	CHECK_ERROR(want, cudaStreamEndCapture(stream, &graph));
	EXPECT((graph != nullptr) == (want == cudaSuccess));
	if (graph)
		CHECK(cudaGraphDestroy(graph));
	cudaGetLastError();
}

static enum cudaStreamCaptureStatus
status(void)
{
	enum cudaStreamCaptureStatus s;

	CHECK(cudaStreamIsCapturing(stream, &s));
	return s;
}

static void
check_streams()
{
	cudaGraph_t graph;

	CHECK_ERROR(cudaErrorStreamCaptureUnsupported,
		cudaStreamBeginCapture(0, cudaStreamCaptureModeRelaxed));
	CHECK_ERROR(cudaErrorIllegalState, cudaStreamEndCapture(stream, &graph));
	begin(cudaStreamCaptureModeRelaxed);
	EXPECT(status() == cudaStreamCaptureStatusActive);
	CHECK_ERROR(cudaErrorIllegalState,
		cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
	end(cudaSuccess);
	/* Waiting for what does not run. */
	begin(cudaStreamCaptureModeRelaxed);
	CHECK_ERROR(cudaErrorStreamCaptureUnsupported,
		cudaStreamSynchronize(stream));
	EXPECT(status() == cudaStreamCaptureStatusInvalidated);
	end(cudaErrorStreamCaptureInvalidated);
	EXPECT(status() == cudaStreamCaptureStatusNone);
	/* The legacy stream would have to wait for the captured one. */
	begin(cudaStreamCaptureModeRelaxed);
	CHECK_ERROR(cudaErrorStreamCaptureImplicit,
		cudaMemsetAsync(data, 0, 4, 0));
	end(cudaErrorStreamCaptureInvalidated);
	printf("streams\n");
}

static void
check_events()
{
	/* An event from outside. */
	CHECK(cudaEventRecord(event, side));
	begin(cudaStreamCaptureModeRelaxed);
	CHECK_ERROR(cudaErrorStreamCaptureIsolation,
		cudaStreamWaitEvent(stream, event, 0));
	end(cudaErrorStreamCaptureInvalidated);
	/* A captured event is not there to be asked. */
	begin(cudaStreamCaptureModeRelaxed);
	CHECK(cudaEventRecord(event, stream));
	CHECK_ERROR(cudaErrorCapturedEvent, cudaEventQuery(event));
	end(cudaErrorStreamCaptureInvalidated);
	/* A fork without a join. */
	begin(cudaStreamCaptureModeRelaxed);
	CHECK(cudaEventRecord(event, stream));
	CHECK(cudaStreamWaitEvent(side, event, 0));
	nothing<<<1, 1, 0, side>>>();
	CHECK_LAUNCH();
	end(cudaErrorStreamCaptureUnjoined);
	/* The end in another stream than the beginning. */
	begin(cudaStreamCaptureModeRelaxed);
	CHECK(cudaEventRecord(event, stream));
	CHECK(cudaStreamWaitEvent(side, event, 0));
	cudaGraph_t graph;
	CHECK_ERROR(cudaErrorStreamCaptureUnmatched,
		cudaStreamEndCapture(side, &graph));
	end(cudaErrorStreamCaptureInvalidated);
	/* Two captures cannot become one. */
	begin(cudaStreamCaptureModeRelaxed);
	CHECK(cudaStreamBeginCapture(side, cudaStreamCaptureModeRelaxed));
	CHECK(cudaEventRecord(event, stream));
	CHECK_ERROR(cudaErrorStreamCaptureMerge,
		cudaStreamWaitEvent(side, event, 0));
	CHECK_ERROR(cudaErrorStreamCaptureInvalidated,
		cudaStreamEndCapture(side, &graph));
	end(cudaErrorStreamCaptureInvalidated);
	printf("events\n");
}

/* An allocation, in this or in another thread. */
static cudaError_t
allocate(bool elsewhere, enum cudaStreamCaptureMode mode)
{
	cudaError_t r;
	auto f = [&r, mode] {
		enum cudaStreamCaptureMode m = mode;
		void *p = nullptr;

		CHECK(cudaThreadExchangeStreamCaptureMode(&m));
		r = cudaMalloc(&p, 64);
		if (!r)
			CHECK(cudaFree(p));
		cudaGetLastError();
		CHECK(cudaThreadExchangeStreamCaptureMode(&m));
		EXPECT(m == mode);
	};

	if (elsewhere)
		std::thread(f).join();
	else
		f();
	return r;
}

static void
check_modes()
{
	static const enum cudaStreamCaptureMode global =
							cudaStreamCaptureModeGlobal,
						local = cudaStreamCaptureModeThreadLocal,
						relaxed = cudaStreamCaptureModeRelaxed;
	static const struct {
		enum cudaStreamCaptureMode capture, thread;
		bool elsewhere, forbidden;
	} cases[] = {
		{global, global, false, true},
		{global, global, true, true},
		{global, local, true, false},
		{global, relaxed, false, false},
		{local, global, false, true},
		{local, global, true, false},
		{local, relaxed, false, false},
		{relaxed, global, false, false},
		{relaxed, global, true, false},
	};

	for (auto &c : cases) {
		begin(c.capture);
		EXPECT(allocate(c.elsewhere, c.thread) ==
			(c.forbidden ? cudaErrorStreamCaptureUnsupported
				     : cudaSuccess));
		end(c.forbidden ? cudaErrorStreamCaptureInvalidated
				: cudaSuccess);
	}
	begin(global);
	std::thread([] {
		cudaGraph_t graph;

		CHECK_ERROR(cudaErrorStreamCaptureWrongThread,
			cudaStreamEndCapture(stream, &graph));
	}).join();
	end(cudaSuccess);
	printf("modes\n");
}

int
main()
{
	CHECK(cudaMalloc(&data, 64));
	CHECK(cudaStreamCreate(&stream));
	CHECK(cudaStreamCreate(&side));
	CHECK(cudaEventCreate(&event));
	/* Its code is loaded before, not in a capture. */
	nothing<<<1, 1>>>();
	CHECK_LAUNCH();
	CHECK(cudaDeviceSynchronize());
	check_streams();
	check_events();
	check_modes();
	/* Nothing is left behind. */
	nothing<<<1, 1, 0, stream>>>();
	CHECK_LAUNCH();
	CHECK(cudaDeviceSynchronize());
	return 0;
}
