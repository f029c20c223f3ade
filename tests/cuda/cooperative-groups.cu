/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cooperative groups within a block: tiles of 4 to 32 threads, groups of the
 * threads that took a branch, their ranks, shuffles, votes and reductions.
 */
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>

#include "check.h"

namespace cg = cooperative_groups;

static const int threads = 96, blocks = 3, width = 12;

template <int SIZE>
static __device__ unsigned
tile_sum(const cg::thread_block &block, unsigned value)
{
	auto tile = cg::tiled_partition<SIZE>(block);

	for (int step = SIZE / 2; step > 0; step /= 2)
		value += tile.shfl_xor(value, step);
	return value + tile.thread_rank() * 1000000;
}

static __global__ void
compute(const unsigned *in, unsigned *out)
{
	cg::thread_block block = cg::this_thread_block();
	auto warp = cg::tiled_partition<32>(block);
	auto tile = cg::tiled_partition<8>(warp);
	__shared__ unsigned shared[threads];
	int t = block.thread_rank();
	unsigned x = in[block.group_index().x * block.size() + t];
	unsigned *o = out +
		(block.group_index().x * block.size() + t) * (size_t)width;

	o[0] = tile_sum<4>(block, x);
	o[1] = tile_sum<16>(block, x);
	o[2] = cg::reduce(warp, x, cg::plus<unsigned>());
	o[3] = cg::reduce(tile, x, cg::greater<unsigned>());
	o[4] = tile.meta_group_rank() * 100 + tile.meta_group_size();
	o[5] = tile.ballot(x & 1);
	o[6] = !!tile.any(x % 16 == 0) + 2 * !!tile.all(x % 16 != 0);
	o[7] = tile.shfl(x, 3) ^ tile.shfl_up(x, 1) ^ tile.shfl_down(x, 2);
	shared[t] = x;
	block.sync();
	o[8] = shared[(t + 33) % threads];
	o[9] = o[10] = o[11] = 0;
	if (x % 3 == 0) {
		cg::coalesced_group group = cg::coalesced_threads();

		/*
		 * Who is in the group together is not promised, only that the
		 * group is consistent; so just that is told.
		 */
		unsigned one = cg::reduce(group, 1u, cg::plus<unsigned>());

		o[9] = one == group.size() &&
			group.thread_rank() < group.size();
		group.sync();
		o[10] = group.shfl(x, group.thread_rank()) == x;
	}
	block.sync();

	/* Labels split the tile into groups that are the same everywhere. */
	auto part = cg::labeled_partition(tile, (int)(x & 1));

	o[11] = part.size() * 100 + part.thread_rank();
}

static unsigned
sum_of(const unsigned *x, int first, int size)
{
	unsigned sum = 0;

	for (int i = 0; i < size; i++)
		sum += x[first + i];
	return sum;
}

/* The values of thread t, from the numbers x of its block. */
static void
compute_on_cpu(const unsigned *x, int t, unsigned *o)
{
	int tile = t / 8 * 8, rank = t % 8;
	unsigned top = 0, same = 0, before = 0;

	o[0] = sum_of(x, t / 4 * 4, 4) + t % 4 * 1000000;
	o[1] = sum_of(x, t / 16 * 16, 16) + t % 16 * 1000000;
	o[2] = sum_of(x, t / 32 * 32, 32);
	o[4] = t % 32 / 8 * 100 + 4;
	o[5] = 0;
	o[6] = 2;
	for (int i = 0; i < 8; i++) {
		unsigned v = x[tile + i];

		top = v > top ? v : top;
		o[5] |= (v & 1) << i;
		if (v % 16 == 0)
			o[6] = 1;
		same += (v & 1) == (x[t] & 1);
		before += i < rank && (v & 1) == (x[t] & 1);
	}
	o[3] = top;
	o[7] = x[tile + 3] ^ x[rank >= 1 ? t - 1 : t] ^
		x[rank + 2 < 8 ? t + 2 : t];
	o[8] = x[(t + 33) % threads];
	o[9] = o[10] = x[t] % 3 == 0;
	o[11] = same * 100 + before;
}

int
main()
{
	const int n = threads * blocks;
	struct rng r = rng_make(123);
	std::vector<unsigned> in(n), want(n * width);

	for (unsigned &v : in)
		v = rng_below(&r, 10000);
	for (int i = 0; i < n; i++)
		compute_on_cpu(&in[i / threads * threads], i % threads,
			&want[i * width]);

	unsigned *din = device_copy(in);
	unsigned *dout = device_alloc<unsigned>(want.size());

	compute<<<blocks, threads>>>(din, dout);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, want.size());

	expect_same("cooperative-groups", got, want);
	report("cooperative-groups", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
