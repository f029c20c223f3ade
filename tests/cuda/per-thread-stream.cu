/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Built with -default-stream per-thread: the default stream of each thread is
 * a stream of its own. One thread holds its default stream by a kernel that
 * waits for a flag; another must get its work done meanwhile, and then set the
 * flag, which with the legacy stream it could not.
 */
#include <atomic>
#include <thread>

#include "check.h"

#ifndef CUDA_API_PER_THREAD_DEFAULT_STREAM
#error "compile with -default-stream per-thread"
#endif

static const int n = 1024, workers = 4;

/* What the device sees of the two threads. */
struct flags {
	int other_done, gave_up;
};

static __global__ void
step(unsigned *data, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	data[i] = data[i] * 69069u + add;
}

static __device__ unsigned long long
now_ns()
{
	unsigned long long t;

	asm volatile("mov.u64 %0, %globaltimer;" : "=l"(t));
	return t;
}

/* A queue that was not independent ends in a failure, not in a hang. */
static __global__ void
wait_for_other(volatile flags *f)
{
	unsigned long long begin = now_ns();

	while (!f->other_done && now_ns() - begin < 20000000000ull)
		;
	f->gave_up = !f->other_done;
}

static void
be_overtaken(flags *device_flags, std::atomic<bool> *holding,
	std::vector<unsigned> *result)
{
	unsigned *data;

	CHECK(cudaMalloc((void **)&data, n * 4));
	CHECK(cudaMemsetAsync(data, 0, n * 4));
	wait_for_other<<<1, 1>>>(device_flags);
	CHECK_LAUNCH();
	*holding = true;
	step<<<n / 64, 64>>>(data, 7);
	CHECK_LAUNCH();
	/* Stream 0 is this thread's; the wait includes the waiting kernel. */
	CHECK(cudaStreamSynchronize(0));
	*result = host_copy(data, n);
	CHECK(cudaFree(data));
}

static void
overtake()
{
	std::vector<unsigned> host(n, 5), want(n, 5);
	unsigned *data;
	flags *device_flags, host_flags = {0, 0};
	std::atomic<bool> holding(false);
	std::vector<unsigned> held;

	/*
	 * Allocations, and the loading of a kernel at its first launch, may
	 * wait for all streams, so they come first.
	 */
	CHECK(cudaMalloc((void **)&data, n * 4));
	CHECK(cudaMalloc((void **)&device_flags, sizeof(*device_flags)));
	CHECK(cudaMemset(data, 0, n * 4));
	CHECK(cudaMemset(device_flags, 1, sizeof(*device_flags)));
	step<<<n / 64, 64>>>(data, 0);
	CHECK_LAUNCH();
	wait_for_other<<<1, 1>>>(device_flags);
	CHECK_LAUNCH();
	CHECK(cudaMemset(device_flags, 0, sizeof(*device_flags)));
	CHECK(cudaDeviceSynchronize());

	std::thread other(be_overtaken, device_flags, &holding, &held);

	while (!holding)
		std::this_thread::yield();
	CHECK(cudaMemcpyAsync(
		data, host.data(), n * 4, cudaMemcpyHostToDevice));
	step<<<n / 64, 64>>>(data, 9);
	CHECK_LAUNCH();
	CHECK(cudaMemcpyAsync(host.data(), data, n * 4, cudaMemcpyDeviceToHost,
		cudaStreamPerThread));
	CHECK(cudaStreamSynchronize(cudaStreamPerThread));
	CHECK(cudaMemsetAsync(device_flags, 1, sizeof(int)));
	other.join();
	CHECK(cudaMemcpy(&host_flags, device_flags, sizeof(host_flags),
		cudaMemcpyDeviceToHost));
	EXPECT(host_flags.other_done && !host_flags.gave_up);
	for (unsigned &v : want)
		v = v * 69069u + 9;
	expect_same("per-thread-stream-overtake", host, want);
	report("per-thread-stream-overtake", host);
	expect_same(
		"per-thread-stream-held", held, std::vector<unsigned>(n, 7));
	report("per-thread-stream-held", held);
	CHECK(cudaFree(device_flags));
	CHECK(cudaFree(data));
}

static void
work(int worker, std::vector<unsigned> *result)
{
	std::vector<unsigned> want(n, worker);
	unsigned *data = device_copy(want);

	for (unsigned k = 0; k < 100; k++) {
		step<<<n / 128, 128>>>(data, k);
		CHECK_LAUNCH();
		for (unsigned &v : want)
			v = v * 69069u + k;
	}
	*result = host_copy(data, n);
	expect_same("per-thread-stream", *result, want);
	CHECK(cudaFree(data));
}

/* The legacy stream, asked for by name, still waits for everybody. */
static void
check_legacy()
{
	std::vector<unsigned> want(n, 1);
	unsigned *data = device_copy(want);

	step<<<n / 128, 128>>>(data, 3);
	CHECK_LAUNCH();
	step<<<n / 128, 128, 0, cudaStreamLegacy>>>(data, 4);
	CHECK_LAUNCH();
	step<<<n / 128, 128>>>(data, 5);
	CHECK_LAUNCH();
	for (unsigned &v : want)
		v = ((v * 69069u + 3) * 69069u + 4) * 69069u + 5;

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("per-thread-stream-legacy", got, want);
	report("per-thread-stream-legacy", got);
	CHECK(cudaFree(data));
}

int
main()
{
	std::vector<std::thread> threads;
	std::vector<unsigned> results[workers];

	overtake();
	for (int i = 0; i < workers; i++)
		threads.emplace_back(work, i, &results[i]);
	for (std::thread &t : threads)
		t.join();
	for (const std::vector<unsigned> &result : results)
		report("per-thread-stream", result);
	check_legacy();
	return 0;
}
