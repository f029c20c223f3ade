/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histogram of bytes, once with atomics in shared memory that are merged into
 * global ones, once with global atomics only. Skewed input makes many threads
 * of a warp hit one bin.
 */
#include "check.h"

static const int bins = 256;

static __global__ void
histogram_shared(const unsigned char *in, unsigned *out, int n)
{
	__shared__ unsigned local[bins];

	for (int i = threadIdx.x; i < bins; i += blockDim.x)
		local[i] = 0;
	__syncthreads();
	for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
		i += gridDim.x * blockDim.x)
		atomicAdd(&local[in[i]], 1u);
	__syncthreads();
	for (int i = threadIdx.x; i < bins; i += blockDim.x)
		atomicAdd(&out[i], local[i]);
}

static __global__ void
histogram_global(const unsigned char *in, unsigned *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		atomicAdd(&out[in[i]], 1u);
}

int
main()
{
	const int n = (1 << 18) + 13;
	struct rng r = rng_make(7);
	std::vector<unsigned char> in(n);
	std::vector<unsigned> want(bins, 0);

	for (int i = 0; i < n; i++) {
		unsigned v = rng_u32(&r);

		/* A quarter of all bytes is 7. */
		in[i] = v & 3 ? (unsigned char)(v >> 8 & v >> 16) : 7;
		want[in[i]]++;
	}

	unsigned char *din = device_copy(in);
	unsigned *dout = device_alloc<unsigned>(bins);

	CHECK(cudaMemset(dout, 0, bins * sizeof(unsigned)));
	histogram_shared<<<32, 192>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, bins);

	expect_same("histogram-shared", got, want);
	report("histogram-shared", got);

	CHECK(cudaMemset(dout, 0, bins * sizeof(unsigned)));
	histogram_global<<<blocks_for(n, 256), 256>>>(din, dout, n);
	CHECK_LAUNCH();
	got = host_copy(dout, bins);
	expect_same("histogram-global", got, want);
	report("histogram-global", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
