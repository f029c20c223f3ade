/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight host threads on one device, each with a stream, buffers, an event and
 * 200 small launches of its own. Whatever they share in the library must not
 * mix up their work. threads-8-legacy.cu is the same on the default stream.
 */
#include <thread>

#include "check.h"

#ifdef USE_DEFAULT_STREAM
#define NAME "threads-8-legacy"
#else
#define NAME "threads-8"
#endif

static const int workers = 8, launches = 200, n = 256;

static __global__ void
step(unsigned *data, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	data[i] = data[i] * 1664525u + add;
}

/* Fails the whole program, from whatever thread. */
static void
work(int worker, std::vector<unsigned> *result)
{
	struct rng r = rng_make(90 + worker);
	std::vector<unsigned> host(n), want(n);
	cudaStream_t stream = 0;
	cudaEvent_t done;
	unsigned *data;

	CHECK(cudaSetDevice(0));
#ifndef USE_DEFAULT_STREAM
	CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
#endif
	CHECK(cudaEventCreateWithFlags(&done, cudaEventDisableTiming));
	CHECK(cudaMalloc((void **)&data, n * 4));
	for (int i = 0; i < n; i++)
		want[i] = host[i] = rng_u32(&r);
	CHECK(cudaMemcpyAsync(
		data, host.data(), n * 4, cudaMemcpyHostToDevice, stream));
	for (int k = 0; k < launches; k++) {
		unsigned add = worker * 1000 + k;

		step<<<4, n / 4, 0, stream>>>(data, add);
		CHECK_LAUNCH();
		for (unsigned &v : want)
			v = v * 1664525u + add;
		/* Now and then all waits at once. */
		if (k % 50 == worker)
			CHECK(cudaStreamSynchronize(stream));
	}
	CHECK(cudaEventRecord(done, stream));
	CHECK(cudaEventSynchronize(done));
	CHECK(cudaMemcpyAsync(
		host.data(), data, n * 4, cudaMemcpyDeviceToHost, stream));
	CHECK(cudaStreamSynchronize(stream));
	expect_same(NAME, host, want);
	*result = host;
	CHECK(cudaFree(data));
	CHECK(cudaEventDestroy(done));
#ifndef USE_DEFAULT_STREAM
	CHECK(cudaStreamDestroy(stream));
#endif
}

int
main()
{
	std::vector<std::thread> threads;
	std::vector<unsigned> results[workers];

	for (int i = 0; i < workers; i++)
		threads.emplace_back(work, i, &results[i]);
	for (std::thread &t : threads)
		t.join();
	/* In order of the workers, not of their ends. */
	for (const std::vector<unsigned> &result : results)
		report(NAME, result);
	return 0;
}
