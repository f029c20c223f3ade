/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams: independent chains of copies and kernels, queries until done,
 * priorities and flags, and the order between the legacy stream and streams
 * that block on it or do not.
 */
#include <sched.h>

#include "check.h"

static const int n = 4096;

/* A long chain of dependent steps: long enough to be overtaken if unordered. */
static __global__ void
step(unsigned *data, int rounds, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	unsigned v = data[i];

	for (int k = 0; k < rounds; k++)
		v = v * 1664525u + add;
	data[i] = v;
}

static void
step_on_cpu(std::vector<unsigned> &data, int rounds, unsigned add)
{
	for (unsigned &v : data)
		for (int k = 0; k < rounds; k++)
			v = v * 1664525u + add;
}

static std::vector<unsigned>
numbers(uint64_t seed)
{
	struct rng r = rng_make(seed);
	std::vector<unsigned> v(n);

	for (unsigned &x : v)
		x = rng_u32(&r);
	return v;
}

static void
check_independent()
{
	const int count = 4;
	cudaStream_t stream[count];
	unsigned *data[count];
	std::vector<unsigned> host[count], want[count];

	for (int s = 0; s < count; s++) {
		CHECK(cudaStreamCreate(&stream[s]));
		data[s] = device_alloc<unsigned>(n);
		host[s] = want[s] = numbers(30 + s);
	}
	for (int s = 0; s < count; s++)
		CHECK(cudaMemcpyAsync(data[s], host[s].data(), n * 4,
			cudaMemcpyHostToDevice, stream[s]));
	/* Interleaved, so that a mix-up of streams shows. */
	for (unsigned k = 0; k < 6; k++) {
		for (int s = 0; s < count; s++) {
			step<<<n / 128, 128, 0, stream[s]>>>(
				data[s], 20 + s, k);
			CHECK_LAUNCH();
			step_on_cpu(want[s], 20 + s, k);
		}
	}
	for (int s = 0; s < count; s++) {
		cudaError_t state;

		CHECK(cudaMemcpyAsync(host[s].data(), data[s], n * 4,
			cudaMemcpyDeviceToHost, stream[s]));
		while ((state = cudaStreamQuery(stream[s])) ==
			cudaErrorNotReady)
			sched_yield();
		CHECK(state);
		expect_same("streams-independent", host[s], want[s]);
		report("streams-independent", host[s]);
		CHECK(cudaStreamDestroy(stream[s]));
		CHECK(cudaFree(data[s]));
	}
}

static void
check_attributes()
{
	int least, greatest, priority;
	unsigned flags;
	cudaStream_t stream;

	CHECK(cudaDeviceGetStreamPriorityRange(&least, &greatest));
	EXPECT(greatest <= least);
	for (int p = greatest; p <= least; p++) {
		CHECK(cudaStreamCreateWithPriority(
			&stream, cudaStreamNonBlocking, p));
		CHECK(cudaStreamGetPriority(stream, &priority));
		EXPECT(priority == p);
		CHECK(cudaStreamGetFlags(stream, &flags));
		EXPECT(flags == cudaStreamNonBlocking);
		CHECK(cudaStreamQuery(stream));
		CHECK(cudaStreamDestroy(stream));
	}
	CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamDefault));
	CHECK(cudaStreamGetFlags(stream, &flags));
	EXPECT(flags == cudaStreamDefault);
	CHECK(cudaStreamSynchronize(stream));
	CHECK(cudaStreamDestroy(stream));
}

/* Blocking stream, legacy stream, blocking stream: one chain of three. */
static void
check_legacy_order()
{
	cudaStream_t one, two;
	std::vector<unsigned> host = numbers(40);
	unsigned *data = device_copy(host);

	CHECK(cudaStreamCreate(&one));
	CHECK(cudaStreamCreate(&two));
	for (unsigned k = 0; k < 3; k++) {
		step<<<n / 256, 256, 0, one>>>(data, 300, k);
		CHECK_LAUNCH();
		step<<<n / 256, 256>>>(data, 10, k + 10);
		CHECK_LAUNCH();
		step<<<n / 256, 256, 0, two>>>(data, 10, k + 20);
		CHECK_LAUNCH();
		step<<<n / 256, 256, 0, cudaStreamLegacy>>>(data, 1, k + 30);
		CHECK_LAUNCH();
		step_on_cpu(host, 300, k);
		step_on_cpu(host, 10, k + 10);
		step_on_cpu(host, 10, k + 20);
		step_on_cpu(host, 1, k + 30);
	}
	/* cudaMemcpy is in the legacy stream too. */
	step<<<n / 256, 256, 0, one>>>(data, 300, 5);
	CHECK_LAUNCH();
	step_on_cpu(host, 300, 5);

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("streams-legacy-order", got, host);
	report("streams-legacy-order", got);
	CHECK(cudaStreamDestroy(one));
	CHECK(cudaStreamDestroy(two));
	CHECK(cudaFree(data));
}

/* A non-blocking stream needs an explicit wait, and one is enough. */
static void
check_non_blocking()
{
	cudaStream_t free_running;
	std::vector<unsigned> host = numbers(41);
	unsigned *data = device_copy(host);

	CHECK(cudaStreamCreateWithFlags(&free_running, cudaStreamNonBlocking));
	step<<<n / 64, 64, 0, free_running>>>(data, 200, 1);
	CHECK_LAUNCH();
	CHECK(cudaStreamSynchronize(free_running));
	step<<<n / 64, 64>>>(data, 5, 2);
	CHECK_LAUNCH();
	CHECK(cudaStreamSynchronize(0));
	step<<<n / 64, 64, 0, free_running>>>(data, 200, 3);
	CHECK_LAUNCH();
	/* Destroying lets the work that is queued finish. */
	CHECK(cudaStreamDestroy(free_running));
	CHECK(cudaDeviceSynchronize());
	step_on_cpu(host, 200, 1);
	step_on_cpu(host, 5, 2);
	step_on_cpu(host, 200, 3);

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("streams-non-blocking", got, host);
	report("streams-non-blocking", got);
	CHECK(cudaFree(data));
}

int
main()
{
	check_independent();
	check_attributes();
	check_legacy_order();
	check_non_blocking();
	return 0;
}
