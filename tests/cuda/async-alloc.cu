/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stream-ordered allocation: memory that is asked for, used and given back in
 * the order of a stream, from the device's own pool and from one made here.
 * Skipped (status 77) where the device has no pools.
 */
#include "check.h"

static const int n = 10000;

static __global__ void
mix(unsigned *data, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] = data[i] * 69069u + add + i;
}

/* Twenty buffers in turn, none of which lives when the next is used up. */
static void
check(const char *name, cudaMemPool_t pool)
{
	std::vector<unsigned> host(n), want(n, 0);
	cudaStream_t stream;
	unsigned *data, *next;

	CHECK(cudaStreamCreate(&stream));
	CHECK(cudaMallocAsync((void **)&data, n * 4, stream));
	CHECK(cudaMemsetAsync(data, 0, n * 4, stream));
	for (unsigned k = 0; k < 20; k++) {
		if (pool)
			CHECK(cudaMallocFromPoolAsync(
				(void **)&next, n * 4, pool, stream));
		else
			CHECK(cudaMallocAsync((void **)&next, n * 4, stream));
		mix<<<blocks_for(n, 128), 128, 0, stream>>>(data, k);
		CHECK_LAUNCH();
		CHECK(cudaMemcpyAsync(
			next, data, n * 4, cudaMemcpyDeviceToDevice, stream));
		CHECK(cudaFreeAsync(data, stream));
		data = next;
		for (int i = 0; i < n; i++)
			want[i] = want[i] * 69069u + k + i;
	}
	CHECK(cudaMemcpyAsync(
		host.data(), data, n * 4, cudaMemcpyDeviceToHost, stream));
	CHECK(cudaFreeAsync(data, stream));
	CHECK(cudaStreamSynchronize(stream));
	expect_same(name, host, want);
	report(name, host);
	CHECK(cudaStreamDestroy(stream));
}

int
main()
{
	cudaMemPool_t pool, own;
	struct cudaMemPoolProps properties = {};
	uint64_t threshold = UINT64_MAX, back = 0;

	if (!device_attribute(cudaDevAttrMemoryPoolsSupported)) {
		printf("async-alloc: skipped, the device has no pools\n");
		return 77;
	}
	CHECK(cudaDeviceGetDefaultMemPool(&pool, 0));
	CHECK(cudaMemPoolSetAttribute(
		pool, cudaMemPoolAttrReleaseThreshold, &threshold));
	CHECK(cudaMemPoolGetAttribute(
		pool, cudaMemPoolAttrReleaseThreshold, &back));
	EXPECT(back == threshold);
	check("async-alloc", nullptr);

	properties.allocType = cudaMemAllocationTypePinned;
	properties.location.type = cudaMemLocationTypeDevice;
	properties.location.id = 0;
	CHECK(cudaMemPoolCreate(&own, &properties));
	check("async-alloc-pool", own);
	CHECK(cudaMemPoolTrimTo(own, 0));
	CHECK(cudaMemPoolDestroy(own));

	/* Asynchronously allocated memory may be freed in the plain way. */
	void *p;

	CHECK(cudaMallocAsync(&p, 1000, 0));
	CHECK(cudaFree(p));
	return 0;
}
