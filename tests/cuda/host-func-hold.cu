/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A function of the host that does not return until the program wants it: what
 * is queued behind it stays queued, the program and other streams go on. Then
 * what such a function may not do, and several of them at once.
 */
#include <atomic>
#include <sched.h>

#include "check.h"

static const int n = 1024, launches = 2000;

static __global__ void
increment(unsigned *data)
{
	data[blockIdx.x * blockDim.x + threadIdx.x]++;
}

struct gate {
	std::atomic<int> entered, open;
	unsigned *buffer;
};

static void CUDART_CB
hold(void *data)
{
	struct gate *g = static_cast<struct gate *>(data);

	g->entered++;
	while (!g->open)
		sched_yield();
	/* The copy that is queued behind takes this. */
	for (int i = 0; g->buffer && i < n; i++)
		g->buffer[i] = 1000 + i;
}

static void
check_hold()
{
	struct gate g = {{0}, {0}, nullptr};
	cudaStream_t held, other;
	unsigned *data, *free_data;
	unsigned *down, *spread;

	CHECK(cudaStreamCreateWithFlags(&held, cudaStreamNonBlocking));
	CHECK(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking));
	CHECK(cudaMallocHost((void **)&g.buffer, n * 4));
	CHECK(cudaMallocHost((void **)&down, n * 4));
	memset(g.buffer, 0, n * 4);
	memset(down, 0, n * 4);
	CHECK(cudaMallocHost((void **)&spread, 16 * 80 * 4));
	memset(spread, 0, 16 * 80 * 4);
	data = device_alloc<unsigned>(n);
	free_data = device_alloc<unsigned>(n);
	CHECK(cudaMemset(free_data, 0, n * 4));

	CHECK(cudaLaunchHostFunc(held, hold, &g));
	CHECK(cudaMemcpyAsync(
		data, g.buffer, n * 4, cudaMemcpyHostToDevice, held));
	for (int i = 0; i < launches; i++) {
		increment<<<n / 128, 128, 0, held>>>(data);
		CHECK_LAUNCH();
	}
	CHECK(cudaMemcpyAsync(
		down, data, n * 4, cudaMemcpyDeviceToHost, held));
	/* A box too: 16 rows of 64 numbers, to rows of 80. */
	CHECK(cudaMemcpy2DAsync(spread, 80 * 4, data, 64 * 4, 64 * 4, 16,
		cudaMemcpyDeviceToHost, held));
	while (!g.entered)
		sched_yield();

	/* All the while another stream works. */
	for (int i = 0; i < 10; i++) {
		increment<<<n / 128, 128, 0, other>>>(free_data);
		CHECK_LAUNCH();
		CHECK(cudaStreamSynchronize(other));
	}
	EXPECT(cudaStreamQuery(held) == cudaErrorNotReady);
	EXPECT(down[0] == 0);
	g.open = 1;
	CHECK(cudaStreamSynchronize(held));

	std::vector<unsigned> got(down, down + n), want(n);

	for (int i = 0; i < n; i++)
		want[i] = 1000 + i + launches;
	expect_same("host-func-hold", got, want);
	for (int y = 0; y < 16; y++) {
		for (int x = 0; x < 80; x++)
			EXPECT(spread[y * 80 + x] ==
				(x < 64 ? want[y * 64 + x] : 0));
	}
	report("host-func-hold", got);
	expect_same("host-func-other", host_copy(free_data, n),
		std::vector<unsigned>(n, 10));
	CHECK(cudaStreamDestroy(held));
	CHECK(cudaStreamDestroy(other));
	CHECK(cudaFreeHost(g.buffer));
	CHECK(cudaFreeHost(down));
	CHECK(cudaFreeHost(spread));
	CHECK(cudaFree(data));
	CHECK(cudaFree(free_data));
}

static void CUDART_CB
disobey(void *data)
{
	void *p;

	*static_cast<cudaError_t *>(data) = cudaMalloc(&p, 16);
}

static void
check_forbidden()
{
	cudaError_t got = cudaSuccess;
	void *p;

	CHECK(cudaLaunchHostFunc(0, disobey, &got));
	CHECK(cudaDeviceSynchronize());
	EXPECT(got == cudaErrorNotPermitted);
	CHECK(cudaMalloc(&p, 16));
	CHECK(cudaFree(p));
	printf("host-func-forbidden: ok\n");
}

/* Every stream has one that waits for all to be let go. */
static void
check_many()
{
	const int count = 12;
	struct gate g = {{0}, {0}, nullptr};
	cudaStream_t stream[count];
	unsigned *data[count];

	for (int s = 0; s < count; s++) {
		CHECK(cudaStreamCreateWithFlags(
			&stream[s], cudaStreamNonBlocking));
		data[s] = device_alloc<unsigned>(n);
		CHECK(cudaMemsetAsync(data[s], 0, n * 4, stream[s]));
		CHECK(cudaLaunchHostFunc(stream[s], hold, &g));
		increment<<<n / 128, 128, 0, stream[s]>>>(data[s]);
		CHECK_LAUNCH();
	}
	while (!g.entered)
		sched_yield();
	for (int s = 0; s < count; s++)
		EXPECT(cudaStreamQuery(stream[s]) == cudaErrorNotReady);
	g.open = 1;
	CHECK(cudaDeviceSynchronize());
	EXPECT(g.entered == count);
	for (int s = 0; s < count; s++) {
		expect_same("host-func-many", host_copy(data[s], n),
			std::vector<unsigned>(n, 1));
		CHECK(cudaStreamDestroy(stream[s]));
		CHECK(cudaFree(data[s]));
	}
	printf("host-func-many: ok\n");
}

int
main()
{
	check_hold();
	check_forbidden();
	check_many();
	return 0;
}
