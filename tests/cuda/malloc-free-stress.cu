/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocations of random sizes, freed in random order: each is filled with a
 * pattern of its own and found intact at its end, none overlaps another, all
 * are aligned, and the amount of free memory moves the right way.
 */
#include <map>

#include "check.h"

struct block {
	unsigned *at;
	size_t words;
	unsigned pattern;
};

static __global__ void
fill(unsigned *data, size_t words, unsigned pattern)
{
	size_t stride = (size_t)gridDim.x * blockDim.x;

	for (size_t i = blockIdx.x * blockDim.x + threadIdx.x; i < words;
		i += stride)
		data[i] = pattern + (unsigned)i * 7;
}

/* Counts words that are not as fill() left them. */
static __global__ void
count_wrong(
	const unsigned *data, size_t words, unsigned pattern, unsigned *wrong)
{
	size_t stride = (size_t)gridDim.x * blockDim.x;

	for (size_t i = blockIdx.x * blockDim.x + threadIdx.x; i < words;
		i += stride)
		if (data[i] != pattern + (unsigned)i * 7)
			atomicAdd(wrong, 1u);
}

/* By address, so that neighbours can be compared. */
static std::map<unsigned *, size_t> live;

static struct block
allocate(struct rng *r)
{
	struct block b;

	/* Mostly small, sometimes up to 256 KB. */
	b.words = 1 + rng_below(r, rng_below(r, 4) ? 500 : 65536);
	b.pattern = rng_u32(r);
	b.at = device_alloc<unsigned>(b.words);
	EXPECT((uintptr_t)b.at % 256 == 0);

	auto after = live.lower_bound(b.at);

	EXPECT(after == live.end() || b.at + b.words <= after->first);
	if (after != live.begin()) {
		auto before = std::prev(after);

		EXPECT(before->first + before->second <= b.at);
	}
	live[b.at] = b.words;
	fill<<<2, 128>>>(b.at, b.words, b.pattern);
	CHECK_LAUNCH();
	return b;
}

static void
release(const struct block &b, unsigned *wrong)
{
	count_wrong<<<2, 128>>>(b.at, b.words, b.pattern, wrong);
	CHECK_LAUNCH();
	CHECK(cudaFree(b.at));
	live.erase(b.at);
}

static void
stress()
{
	struct rng r = rng_make(130);
	std::vector<struct block> blocks;
	unsigned *wrong = device_copy(std::vector<unsigned>(1, 0));

	for (int i = 0; i < 1000; i++) {
		if (blocks.size() < 80 && rng_below(&r, 5) < 3) {
			blocks.push_back(allocate(&r));
		} else if (!blocks.empty()) {
			size_t which = rng_below(&r, (uint32_t)blocks.size());

			release(blocks[which], wrong);
			blocks[which] = blocks.back();
			blocks.pop_back();
		}
	}
	for (const struct block &b : blocks)
		release(b, wrong);
	EXPECT(live.empty());

	std::vector<unsigned> got = host_copy(wrong, 1);

	expect_same("malloc-free-stress", got, std::vector<unsigned>(1, 0));
	report("malloc-free-stress", got);
	CHECK(cudaFree(wrong));
}

/* Others may use the device too, so only the direction is checked. */
static void
check_info()
{
	const size_t size = (size_t)32 << 20;
	size_t before, during, after, total;
	void *p;

	CHECK(cudaMemGetInfo(&before, &total));
	EXPECT(before <= total);
	CHECK(cudaMalloc(&p, size));
	CHECK(cudaMemGetInfo(&during, &total));
	EXPECT(during < before);
	CHECK(cudaFree(p));
	CHECK(cudaMemGetInfo(&after, &total));
	EXPECT(after > during && after <= total);
	/* Freeing nothing is allowed. */
	CHECK(cudaFree(nullptr));
	printf("malloc-free-stress-info: ok\n");
}

int
main()
{
	check_info();
	stress();
	return 0;
}
