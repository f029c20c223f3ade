/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The occupancy calculator: its answers must fit the device's limits, agree
 * with each other, and fall when a block needs more. They are hashed, since
 * the same device must give the same answers wherever it is.
 */
#include "check.h"

static __global__ void
simple(float *data)
{
	data[blockIdx.x * blockDim.x + threadIdx.x] *= 2;
}

static __global__ void
with_shared(float *data)
{
	extern __shared__ float part[];
	__shared__ float fixed[1024];
	int t = threadIdx.x;

	part[t] = data[t];
	fixed[t] = data[t] + 1;
	__syncthreads();
	data[t] = part[blockDim.x - 1 - t] + fixed[blockDim.x - 1 - t];
}

/* How much dynamic shared memory a block of so many threads needs. */
struct one_float_each {
	__host__ __device__ size_t
	operator()(int threads) const
	{
		return threads * sizeof(float);
	}
};

static int
blocks_at(const void *kernel, int threads, size_t shared)
{
	int blocks = -1, again = -1;

	CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(
		&blocks, kernel, threads, shared));
	CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
		&again, kernel, threads, shared, cudaOccupancyDefault));
	EXPECT(blocks == again);
	return blocks;
}

static void
check_blocks(std::vector<int> &answers)
{
	int threads = device_attribute(cudaDevAttrMaxThreadsPerMultiProcessor);
	int most = device_attribute(cudaDevAttrMaxBlocksPerMultiprocessor);
	size_t step = 4096;
	int before = INT32_MAX;

	for (int size = 32; size <= 1024; size += 32) {
		int blocks = blocks_at((const void *)simple, size, 0);

		EXPECT(blocks >= 1 && blocks <= most);
		EXPECT(blocks * size <= threads);
		answers.push_back(blocks);
	}
	/* More shared memory never makes room for more blocks. */
	for (size_t shared = 0; shared <= 40960; shared += step) {
		int blocks = blocks_at((const void *)with_shared, 128, shared);

		EXPECT(blocks >= 1 && blocks <= before);
		before = blocks;
		answers.push_back(blocks);
	}
}

static void
check_potential(std::vector<int> &answers)
{
	int grid = 0, block = 0, limited = 0, ignored;
	int processors = device_attribute(cudaDevAttrMultiProcessorCount);

	CHECK(cudaOccupancyMaxPotentialBlockSize(&grid, &block, simple));
	EXPECT(block % 32 == 0 && block >= 32 && block <= 1024);
	EXPECT(grid == processors * blocks_at((const void *)simple, block, 0));
	CHECK(cudaOccupancyMaxPotentialBlockSize(
		&ignored, &limited, simple, 0, 128));
	EXPECT(limited >= 32 && limited <= 128);
	answers.push_back(grid);
	answers.push_back(block);
	answers.push_back(limited);

	/* Shared memory that grows with the block. */
	CHECK(cudaOccupancyMaxPotentialBlockSizeVariableSMem(
		&grid, &block, with_shared, one_float_each()));
	EXPECT(block >= 32 && block <= 1024 && grid >= processors);
	answers.push_back(grid);
	answers.push_back(block);
}

static void
check_available(std::vector<int> &answers)
{
	size_t one, four;

	CHECK(cudaOccupancyAvailableDynamicSMemPerBlock(
		&one, with_shared, 1, 128));
	CHECK(cudaOccupancyAvailableDynamicSMemPerBlock(
		&four, with_shared, 4, 128));
	EXPECT(four <= one && one > 0);
	answers.push_back((int)one);
	answers.push_back((int)four);
}

int
main()
{
	std::vector<int> answers;
	struct cudaFuncAttributes attributes;

	CHECK(cudaFuncGetAttributes(&attributes, with_shared));
	EXPECT(attributes.sharedSizeBytes == 4096);
	EXPECT(attributes.maxThreadsPerBlock >= 32);
	EXPECT(attributes.numRegs > 0);
	check_blocks(answers);
	check_potential(answers);
	check_available(answers);
	report("occupancy", answers);
	return 0;
}
