/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events: recorded, queried, waited for by the host and by other streams,
 * timed, recorded again, and the errors of those that cannot be timed.
 */
#include <sched.h>

#include "check.h"

static const int n = 8192;

static __global__ void
step(unsigned *data, int rounds, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	unsigned v = data[i];

	for (int k = 0; k < rounds; k++)
		v = v * 22695477u + add;
	data[i] = v;
}

static void
launch(unsigned *data, int rounds, unsigned add, cudaStream_t stream)
{
	step<<<n / 128, 128, 0, stream>>>(data, rounds, add);
	CHECK_LAUNCH();
}

static void
step_on_cpu(std::vector<unsigned> &data, int rounds, unsigned add)
{
	for (unsigned &v : data)
		for (int k = 0; k < rounds; k++)
			v = v * 22695477u + add;
}

/* Two non-blocking streams hand one buffer to each other by events only. */
static void
check_hand_over()
{
	cudaStream_t stream[2];
	cudaEvent_t done[2];
	std::vector<unsigned> host(n);
	struct rng r = rng_make(50);

	for (unsigned &v : host)
		v = rng_u32(&r);

	unsigned *data = device_copy(host);

	for (int s = 0; s < 2; s++) {
		CHECK(cudaStreamCreateWithFlags(
			&stream[s], cudaStreamNonBlocking));
		CHECK(cudaEventCreateWithFlags(
			&done[s], cudaEventDisableTiming));
	}
	for (int turn = 0; turn < 10; turn++) {
		int s = turn % 2, other = 1 - s;

		/* In the first turn the other event was never recorded. */
		CHECK(cudaStreamWaitEvent(stream[s], done[other], 0));
		launch(data, turn % 3 ? 20 : 200, turn, stream[s]);
		CHECK(cudaEventRecord(done[s], stream[s]));
		step_on_cpu(host, turn % 3 ? 20 : 200, turn);
	}
	CHECK(cudaEventSynchronize(done[1]));
	CHECK(cudaEventQuery(done[1]));

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("events-hand-over", got, host);
	report("events-hand-over", got);
	for (int s = 0; s < 2; s++) {
		CHECK(cudaStreamDestroy(stream[s]));
		CHECK(cudaEventDestroy(done[s]));
	}
	CHECK(cudaFree(data));
}

static void
check_timing()
{
	cudaEvent_t begin, end, later;
	unsigned *data = device_copy(std::vector<unsigned>(n, 1));
	float ms = -1, more = -1;
	cudaError_t state;

	CHECK(cudaEventCreate(&begin));
	CHECK(cudaEventCreateWithFlags(&end, cudaEventBlockingSync));
	CHECK(cudaEventCreate(&later));
	CHECK(cudaEventRecord(begin));
	launch(data, 100, 1, 0);
	CHECK(cudaEventRecord(end));
	launch(data, 100, 1, 0);
	CHECK(cudaEventRecord(later, 0));
	while ((state = cudaEventQuery(later)) == cudaErrorNotReady)
		sched_yield();
	CHECK(state);
	CHECK(cudaEventSynchronize(end));
	CHECK(cudaEventElapsedTime(&ms, begin, end));
	CHECK(cudaEventElapsedTime(&more, begin, later));
	/* Half a microsecond is the resolution that CUDA promises. */
	EXPECT(ms >= 0 && more >= ms - 0.001f && more < 60000);
	/* A second record moves the event; the difference turns round. */
	CHECK(cudaEventRecord(begin));
	CHECK(cudaEventSynchronize(begin));
	CHECK(cudaEventElapsedTime(&more, begin, end));
	EXPECT(more <= 0.001f);
	CHECK(cudaEventDestroy(begin));
	CHECK(cudaEventDestroy(end));
	CHECK(cudaEventDestroy(later));
	CHECK(cudaFree(data));
}

static void
check_errors()
{
	cudaEvent_t untimed, fresh, timed, none;
	float ms;

	CHECK(cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming));
	CHECK(cudaEventCreate(&fresh));
	CHECK(cudaEventCreate(&timed));
	/* Never recorded counts as complete. */
	CHECK(cudaEventQuery(fresh));
	CHECK(cudaEventSynchronize(fresh));
	CHECK(cudaEventRecord(untimed));
	CHECK(cudaEventRecord(timed));
	CHECK(cudaDeviceSynchronize());
	CHECK_ERROR(cudaErrorInvalidResourceHandle,
		cudaEventElapsedTime(&ms, untimed, timed));
	CHECK_ERROR(cudaErrorInvalidResourceHandle,
		cudaEventElapsedTime(&ms, timed, fresh));
	CHECK_ERROR(
		cudaErrorInvalidValue, cudaEventCreateWithFlags(&none, 0xff00));
	/* None of this may spoil what follows. */
	(void)cudaGetLastError();
	CHECK(cudaEventElapsedTime(&ms, timed, timed));
	EXPECT(ms == 0);
	CHECK(cudaEventDestroy(untimed));
	CHECK(cudaEventDestroy(fresh));
	CHECK(cudaEventDestroy(timed));
}

/* One event for many: the host waits for the last of 100 records. */
static void
check_many()
{
	const int count = 100;
	cudaEvent_t event[count];
	cudaStream_t stream;
	std::vector<unsigned> host(n, 3);
	unsigned *data = device_copy(host);

	CHECK(cudaStreamCreate(&stream));
	for (int i = 0; i < count; i++) {
		CHECK(cudaEventCreateWithFlags(
			&event[i], cudaEventDisableTiming));
		launch(data, 2, i, stream);
		CHECK(cudaEventRecord(event[i], stream));
		step_on_cpu(host, 2, i);
	}
	CHECK(cudaEventSynchronize(event[count - 1]));
	/* A stream is in order: all the earlier ones are done as well. */
	for (int i = 0; i < count; i++) {
		CHECK(cudaEventQuery(event[i]));
		CHECK(cudaEventDestroy(event[i]));
	}

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("events-many", got, host);
	report("events-many", got);
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(data));
}

int
main()
{
	check_hand_over();
	check_timing();
	check_errors();
	check_many();
	return 0;
}
