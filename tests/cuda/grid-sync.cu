/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cooperative launch: all blocks of the grid meet at a barrier again and
 * again, and each reads after it what others wrote before it. Skipped (status
 * 77) where the device cannot.
 */
#include <cooperative_groups.h>

#include "check.h"

namespace cg = cooperative_groups;

static const int threads = 64, rounds = 12;

/* Each element takes the sum of its two neighbours in the other buffer. */
static __global__ void
relax(unsigned *one, unsigned *two)
{
	cg::grid_group grid = cg::this_grid();
	unsigned n = grid.size(), i = grid.thread_rank();

	for (int k = 0; k < rounds; k++) {
		const unsigned *from = k % 2 ? two : one;
		unsigned *to = k % 2 ? one : two;

		to[i] = from[(i + 1) % n] + from[(i + n - 1) % n] + k;
		grid.sync();
	}
}

int
main()
{
	int per_processor, blocks;

	if (!device_attribute(cudaDevAttrCooperativeLaunch)) {
		printf("grid-sync: skipped, no cooperative launch\n");
		return 77;
	}
	CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
		&per_processor, relax, threads, 0));
	/* All blocks have to be there at once. */
	blocks = per_processor *
		device_attribute(cudaDevAttrMultiProcessorCount);
	EXPECT(blocks >= 1);

	unsigned too_many = blocks + 1;

	blocks = blocks < 6 ? blocks : 6;

	unsigned n = blocks * threads;
	std::vector<unsigned> want(n), other(n);

	for (unsigned i = 0; i < n; i++)
		want[i] = i * i;

	unsigned *one = device_copy(want), *two = device_alloc<unsigned>(n);
	void *arguments[] = {&one, &two};

	CHECK(cudaLaunchCooperativeKernel(
		(void *)relax, dim3(blocks), dim3(threads), arguments, 0, 0));
	for (unsigned k = 0; k < rounds; k++) {
		for (unsigned i = 0; i < n; i++)
			other[i] =
				want[(i + 1) % n] + want[(i + n - 1) % n] + k;
		want.swap(other);
	}

	/* rounds is even: the result is where the start was. */
	std::vector<unsigned> got = host_copy(one, n);

	expect_same("grid-sync", got, want);
	report("grid-sync", got);
	CHECK_ERROR(cudaErrorCooperativeLaunchTooLarge,
		cudaLaunchCooperativeKernel((void *)relax, dim3(too_many),
			dim3(threads), arguments, 0, 0));
	CHECK_ERROR(cudaErrorCooperativeLaunchTooLarge, cudaGetLastError());
	CHECK(cudaFree(one));
	CHECK(cudaFree(two));
	return 0;
}
