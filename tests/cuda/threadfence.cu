/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocks that talk through global memory: each leaves its sum, fences, and
 * takes a ticket; the block that takes the last ticket adds up what all the
 * others left. Repeated, because an order that is wrong shows only sometimes.
 */
#include "check.h"

static const int threads = 128, blocks = 24;

__device__ unsigned ticket;

static __global__ void
sum_all(const unsigned *in, int n, volatile unsigned *partial, unsigned *out)
{
	__shared__ unsigned sum;
	__shared__ bool last;

	if (threadIdx.x == 0)
		sum = 0;
	__syncthreads();
	for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
		i += gridDim.x * blockDim.x)
		atomicAdd(&sum, in[i]);
	__syncthreads();
	if (threadIdx.x == 0) {
		partial[blockIdx.x] = sum;
		/* The sum must be seen before the ticket is. */
		__threadfence();
		last = atomicInc(&ticket, gridDim.x - 1) == gridDim.x - 1;
	}
	__syncthreads();
	if (last && threadIdx.x == 0) {
		unsigned all = 0;

		__threadfence();
		for (unsigned b = 0; b < gridDim.x; b++)
			all += partial[b];
		*out = all;
	}
}

int
main()
{
	const int n = 10007, rounds = 20;
	struct rng r = rng_make(140);
	std::vector<unsigned> in(n), want(rounds, 0);

	for (unsigned &v : in) {
		v = rng_u32(&r);
		want[0] += v;
	}
	for (int k = 1; k < rounds; k++)
		want[k] = want[0];

	unsigned *din = device_copy(in), *out = device_alloc<unsigned>(rounds);
	unsigned *partial = device_alloc<unsigned>(blocks), left;

	for (int k = 0; k < rounds; k++) {
		sum_all<<<blocks, threads>>>(din, n, partial, out + k);
		CHECK_LAUNCH();
	}

	std::vector<unsigned> got = host_copy(out, rounds);

	expect_same("threadfence", got, want);
	report("threadfence", got);
	/* The counter wraps, ready for the next launch. */
	CHECK(cudaMemcpyFromSymbol(&left, ticket, sizeof(left)));
	EXPECT(left == 0);
	CHECK(cudaFree(din));
	CHECK(cudaFree(out));
	CHECK(cudaFree(partial));
	return 0;
}
