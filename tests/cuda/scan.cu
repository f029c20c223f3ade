/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefix sums of any length: Blelloch's work-efficient scan within a block,
 * the sums of the blocks scanned by the same code, and added back.
 */
#include "check.h"

static const int threads = 256, per_block = 2 * threads;

/* Exclusive scan of per_block elements in place; the total goes to sums. */
static __global__ void
scan_block(unsigned *data, unsigned *sums, int n)
{
	__shared__ unsigned tree[per_block];
	int t = threadIdx.x, base = blockIdx.x * per_block;
	int low = base + t, high = base + t + threads;

	tree[t] = low < n ? data[low] : 0;
	tree[t + threads] = high < n ? data[high] : 0;

	int offset = 1;

	for (int d = per_block / 2; d > 0; d /= 2) {
		__syncthreads();
		if (t < d)
			tree[offset * (2 * t + 2) - 1] +=
				tree[offset * (2 * t + 1) - 1];
		offset *= 2;
	}
	__syncthreads();
	if (t == 0) {
		sums[blockIdx.x] = tree[per_block - 1];
		tree[per_block - 1] = 0;
	}
	for (int d = 1; d < per_block; d *= 2) {
		offset /= 2;
		__syncthreads();
		if (t < d) {
			int left = offset * (2 * t + 1) - 1;
			int right = offset * (2 * t + 2) - 1;
			unsigned kept = tree[left];

			tree[left] = tree[right];
			tree[right] += kept;
		}
	}
	__syncthreads();
	if (low < n)
		data[low] = tree[t];
	if (high < n)
		data[high] = tree[t + threads];
}

static __global__ void
add_sums(unsigned *data, const unsigned *sums, int n)
{
	int i = blockIdx.x * per_block + threadIdx.x;
	unsigned before = sums[blockIdx.x];

	if (i < n)
		data[i] += before;
	if (i + threads < n)
		data[i + threads] += before;
}

/* Recursive: a level has 1 / per_block of the elements of the one below. */
static void
scan(unsigned *data, int n)
{
	int blocks = (n + per_block - 1) / per_block;
	unsigned *sums = device_alloc<unsigned>(blocks);

	scan_block<<<blocks, threads>>>(data, sums, n);
	CHECK_LAUNCH();
	if (blocks > 1) {
		scan(sums, blocks);
		add_sums<<<blocks, threads>>>(data, sums, n);
		CHECK_LAUNCH();
	}
	CHECK(cudaFree(sums));
}

static void
check_size(const char *name, int n)
{
	struct rng r = rng_make(6 + n);
	std::vector<unsigned> in(n), want(n);
	unsigned sum = 0;

	for (int i = 0; i < n; i++) {
		in[i] = rng_u32(&r);
		want[i] = sum;
		sum += in[i];
	}

	unsigned *data = device_copy(in);

	scan(data, n);

	std::vector<unsigned> got = host_copy(data, n);

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(data));
}

int
main()
{
	check_size("scan-1", 1);
	check_size("scan-512", 512);
	check_size("scan-70001", 70001);
	/* More than per_block squared: three levels. */
	check_size("scan-270000", 270000);
	return 0;
}
