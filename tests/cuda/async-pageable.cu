/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asynchronous copies and memory that is not page-locked: one to the host is
 * complete when the call returns, one to the device has taken what was there.
 */
#include "check.h"

static __global__ void
slow_ramp(unsigned *data, int n, unsigned add)
{
	unsigned v = add;

	for (int i = 0; i < 20000; i++)
		v = v * 1664525 + 1013904223;
	for (int i = threadIdx.x; i < n; i += blockDim.x)
		data[i] = v + i;
}

int
main()
{
	const int n = 4000;
	std::vector<unsigned> got(n), all, up(n, 7), again(n);
	unsigned *data = device_alloc<unsigned>(n);
	cudaStream_t stream;

	CHECK(cudaStreamCreate(&stream));
	for (unsigned round = 0; round < 5; round++) {
		unsigned want = round;

		for (int i = 0; i < 20000; i++)
			want = want * 1664525 + 1013904223;
		slow_ramp<<<1, 32, 0, stream>>>(data, n, round);
		CHECK_LAUNCH();
		CHECK(cudaMemcpyAsync(got.data(), data, n * sizeof(unsigned),
			cudaMemcpyDeviceToHost, stream));
		/* Nothing waits for the stream here. */
		for (int i = 0; i < n; i++)
			if (got[i] != want + i)
				fail_element("to host", i, got[i], want + i);
		all.insert(all.end(), got.begin(), got.end());
	}
	CHECK(cudaMemcpyAsync(data, up.data(), n * sizeof(unsigned),
		cudaMemcpyHostToDevice, stream));
	up.assign(n, 8);
	CHECK(cudaMemcpyAsync(again.data(), data, n * sizeof(unsigned),
		cudaMemcpyDefault, stream));
	expect_same("to device", again, std::vector<unsigned>(n, 7));
	report("async-pageable", all);
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(data));
	return 0;
}
