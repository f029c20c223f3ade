/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sixteen host threads in a ring: each takes what the one before it made, on the
 * device, when that one's event says so, and gives it on from a stream of its
 * own, which the host never waits for before the end. In between each makes and
 * frees memory, streams and events that only it uses.
 */
#include <condition_variable>
#include <mutex>
#include <thread>

#include "check.h"

static const int workers = 16, rounds = 6, n = 2000;

static __global__ void
pass_on(const unsigned *from, unsigned *to, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		to[i] = from[i] * 22695477u + add;
}

/* Whose turn it is, in host order; the device's order is that of the events. */
static std::mutex mutex;
static std::condition_variable next;
static int turn;
static unsigned *buffer[workers];
static cudaEvent_t done[workers];

static void
private_work(int worker, int round)
{
	std::vector<unsigned> want(500, worker * 16 + round);
	unsigned *data = device_copy(want), *copy = device_alloc<unsigned>(500);
	cudaStream_t stream;
	cudaEvent_t event;

	CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
	CHECK(cudaEventCreate(&event));
	CHECK(cudaMemcpyAsync(copy, data, 500 * sizeof(unsigned),
		cudaMemcpyDeviceToDevice, stream));
	CHECK(cudaEventRecord(event, stream));
	CHECK(cudaEventSynchronize(event));
	expect_same("threads-16 private", host_copy(copy, 500), want);
	CHECK(cudaEventDestroy(event));
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(data));
	CHECK(cudaFree(copy));
}

static void
work(int worker)
{
	cudaStream_t stream;

	CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
	for (int round = 0; round < rounds; round++) {
		int before = (worker + workers - 1) % workers;

		private_work(worker, round);
		std::unique_lock<std::mutex> lock(mutex);
		next.wait(lock,
			[&] { return turn == round * workers + worker; });
		if (turn > 0)
			CHECK(cudaStreamWaitEvent(stream, done[before], 0));
		pass_on<<<blocks_for(n, 128), 128, 0, stream>>>(
			buffer[before], buffer[worker], turn);
		CHECK_LAUNCH();
		CHECK(cudaEventRecord(done[worker], stream));
		turn++;
		next.notify_all();
	}
	CHECK(cudaStreamSynchronize(stream));
	CHECK(cudaStreamDestroy(stream));
}

int
main()
{
	std::vector<std::thread> threads;
	std::vector<unsigned> want(n);

	for (int i = 0; i < n; i++)
		want[i] = i;
	for (int i = 0; i < workers; i++) {
		buffer[i] = device_copy(want);
		CHECK(cudaEventCreateWithFlags(
			&done[i], cudaEventDisableTiming));
	}
	CHECK(cudaDeviceSynchronize());
	for (int i = 0; i < workers; i++)
		threads.emplace_back(work, i);
	for (std::thread &t : threads)
		t.join();
	for (unsigned t = 0; t < (unsigned)workers * rounds; t++)
		for (unsigned &v : want)
			v = v * 22695477u + t;
	auto got = host_copy(buffer[workers - 1], n);

	expect_same("threads-16", got, want);
	report("threads-16", got);
	for (int i = 0; i < workers; i++) {
		CHECK(cudaEventDestroy(done[i]));
		CHECK(cudaFree(buffer[i]));
	}
	return 0;
}
