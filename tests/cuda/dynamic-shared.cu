/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dynamic shared memory of many sizes: what needs no permission, what must be
 * asked for by cudaFuncSetAttribute, and what must be refused. The device says
 * where the limits are.
 */
#include "check.h"

static const int threads = 96;

/* Fills its shared memory, then every thread sums what others wrote. */
static __global__ void
mirror(unsigned *out, int words, unsigned seed)
{
	extern __shared__ unsigned memory[];
	unsigned sum = 0;

	for (int i = threadIdx.x; i < words; i += blockDim.x)
		memory[i] = (seed + blockIdx.x) * 2654435761u + i;
	__syncthreads();
	for (int i = threadIdx.x; i < words; i += blockDim.x)
		sum = sum * 31 + memory[words - 1 - i];
	out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

static std::vector<unsigned>
mirror_on_cpu(int blocks, int words, unsigned seed)
{
	std::vector<unsigned> out;

	for (int b = 0; b < blocks; b++) {
		for (int t = 0; t < threads; t++) {
			unsigned sum = 0;

			for (int i = t; i < words; i += threads)
				sum = sum * 31 + (seed + b) * 2654435761u +
					(words - 1 - i);
			out.push_back(sum);
		}
	}
	return out;
}

static void
check_size(int bytes)
{
	const int blocks = 3;
	int words = bytes / 4;
	unsigned *out = device_alloc<unsigned>(blocks * threads);
	char name[64];

	mirror<<<blocks, threads, bytes>>>(out, words, bytes);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(out, blocks * threads);

	snprintf(name, sizeof(name), "dynamic-shared-%d", bytes);
	expect_same(name, got, mirror_on_cpu(blocks, words, bytes));
	report(name, got);
	CHECK(cudaFree(out));
}

/* A refused launch must not run, and must leave no error behind. */
static void
check_refused(int bytes)
{
	unsigned *out = device_alloc<unsigned>(threads);

	CHECK(cudaMemset(out, 0x5a, threads * sizeof(unsigned)));
	mirror<<<1, threads, bytes>>>(out, bytes / 4, 0);
	CHECK_ERROR(cudaErrorInvalidValue, cudaGetLastError());
	CHECK(cudaGetLastError());
	CHECK(cudaDeviceSynchronize());
	expect_same("dynamic-shared-refused", host_copy(out, threads),
		std::vector<unsigned>(threads, 0x5a5a5a5au));
	CHECK(cudaFree(out));
}

int
main()
{
	const int sizes[] = {4, 128, 1000, 16384, 49152};
	int usual = device_attribute(cudaDevAttrMaxSharedMemoryPerBlock);
	int most = device_attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
	struct cudaFuncAttributes attributes;

	EXPECT(usual >= 49152 && most >= usual);
	for (int bytes : sizes)
		check_size(bytes);
	check_refused(usual + 1024);
	CHECK_ERROR(cudaErrorInvalidValue,
		cudaFuncSetAttribute(mirror,
			cudaFuncAttributeMaxDynamicSharedMemorySize,
			most + 1024));
	CHECK_ERROR(cudaErrorInvalidValue, cudaGetLastError());

	CHECK(cudaFuncSetAttribute(
		mirror, cudaFuncAttributeMaxDynamicSharedMemorySize, most));
	CHECK(cudaFuncGetAttributes(&attributes, mirror));
	EXPECT(attributes.maxDynamicSharedSizeBytes == most);
	EXPECT(attributes.sharedSizeBytes == 0);
	/* Above the usual limit only where the device has more. */
	check_size(most);
	if (most >= 65536)
		check_size(65536);
	return 0;
}
