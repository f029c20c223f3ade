/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the host in a stream: they run after what is before them, with
 * its results in place, and before what is behind them; in the old form
 * (callbacks) and the new.
 */
#include "check.h"

static const int n = 512, rounds = 30;

static __global__ void
add(unsigned *data, unsigned amount)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	data[i] = data[i] * 3 + amount;
}

/* One buffer of the host, and what was seen in it each time. */
struct watch {
	unsigned *buffer;
	std::vector<unsigned> seen;
	int statuses;
};

/* Changes what it finds, so that the next copy up carries it on. */
static void CUDART_CB
look(void *data)
{
	struct watch *w = static_cast<struct watch *>(data);

	w->seen.push_back(w->buffer[n - 1]);
	for (int i = 0; i < n; i++)
		w->buffer[i] += 1;
}

static void CUDART_CB
look_back(cudaStream_t, cudaError_t status, void *data)
{
	static_cast<struct watch *>(data)->statuses += status == cudaSuccess;
	look(data);
}

/* Down, function, up: the whole way in one stream without a wait. */
static void
check(const char *name, bool callbacks)
{
	struct watch w = {nullptr, {}, 0};
	std::vector<unsigned> want;
	unsigned *data, value = 0;
	cudaStream_t stream;

	CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
	CHECK(cudaMallocHost((void **)&w.buffer, n * 4));
	data = device_alloc<unsigned>(n);
	CHECK(cudaMemsetAsync(data, 0, n * 4, stream));
	for (unsigned k = 0; k < rounds; k++) {
		add<<<n / 64, 64, 0, stream>>>(data, k);
		CHECK_LAUNCH();
		CHECK(cudaMemcpyAsync(
			w.buffer, data, n * 4, cudaMemcpyDeviceToHost, stream));
		if (callbacks)
			CHECK(cudaStreamAddCallback(stream, look_back, &w, 0));
		else
			CHECK(cudaLaunchHostFunc(stream, look, &w));
		CHECK(cudaMemcpyAsync(
			data, w.buffer, n * 4, cudaMemcpyHostToDevice, stream));
		value = value * 3 + k;
		want.push_back(value);
		value++;
	}
	CHECK(cudaStreamSynchronize(stream));
	expect_same(name, w.seen, want);
	EXPECT(w.statuses == (callbacks ? rounds : 0));
	expect_same(name, host_copy(data, n), std::vector<unsigned>(n, value));
	report(name, w.seen);
	CHECK(cudaFreeHost(w.buffer));
	CHECK(cudaFree(data));
	CHECK(cudaStreamDestroy(stream));
}

int
main()
{
	check("host-func", false);
	check("host-func-callback", true);
	return 0;
}
