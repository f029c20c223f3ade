/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that host and device share: cudaMallocManaged, a __managed__
 * variable, and page-locked memory mapped into the device. Host and device
 * take turns, with a synchronisation between. What the device does not offer
 * is left out and said so.
 */
#include "check.h"

static const int n = 20000;

__managed__ unsigned total = 100;

static __global__ void
mix(unsigned *data, unsigned *sum)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n) {
		data[i] = data[i] * 69069u + 1;
		atomicAdd(sum, data[i] & 15);
	}
}

/* Rounds of: the host changes, the device changes, the host looks. */
static void
take_turns(const char *name, unsigned *host, unsigned *device, unsigned *sum,
	const unsigned *sum_on_host)
{
	std::vector<unsigned> want(n);
	unsigned want_sum = *sum_on_host;

	for (int i = 0; i < n; i++)
		want[i] = host[i] = i;
	for (unsigned round = 0; round < 4; round++) {
		for (int i = round; i < n; i += 1000) {
			host[i] += round;
			want[i] += round;
		}
		mix<<<blocks_for(n, 128), 128>>>(device, sum);
		CHECK_LAUNCH();
		CHECK(cudaDeviceSynchronize());
		for (unsigned &v : want) {
			v = v * 69069u + 1;
			want_sum += v & 15;
		}
		expect_same(name, std::vector<unsigned>(host, host + n), want);
		EXPECT(*sum_on_host == want_sum);
	}
	report(name, want);
}

static void
check_managed()
{
	unsigned *data, *sum;
	struct cudaPointerAttributes attributes;

	CHECK(cudaMallocManaged((void **)&data, n * 4));
	CHECK(cudaPointerGetAttributes(&attributes, data));
	EXPECT(attributes.type == cudaMemoryTypeManaged);
	CHECK(cudaGetSymbolAddress((void **)&sum, total));
	EXPECT(total == 100);
	take_turns("managed-memory", data, data, sum, &total);
	/* Copies know managed memory too. */
	CHECK(cudaMemset(data, 0x11, n * 4));
	CHECK(cudaDeviceSynchronize());
	EXPECT(data[0] == 0x11111111 && data[n - 1] == 0x11111111);
	CHECK(cudaFree(data));
}

static void
check_mapped()
{
	unsigned *host, *device, *sum, *device_sum;

	CHECK(cudaHostAlloc((void **)&host, n * 4, cudaHostAllocMapped));
	CHECK(cudaHostAlloc((void **)&sum, 4, cudaHostAllocMapped));
	CHECK(cudaHostGetDevicePointer((void **)&device, host, 0));
	CHECK(cudaHostGetDevicePointer((void **)&device_sum, sum, 0));
	*sum = 0;
	take_turns("managed-memory-mapped", host, device, device_sum, sum);
	CHECK(cudaFreeHost(host));
	CHECK(cudaFreeHost(sum));
}

int
main()
{
	bool managed = device_attribute(cudaDevAttrManagedMemory);
	bool mapped = device_attribute(cudaDevAttrCanMapHostMemory);

	if (managed)
		check_managed();
	if (mapped)
		check_mapped();
	if (managed && mapped)
		return 0;
	printf("managed-memory: skipped%s%s\n", managed ? "" : " managed",
		mapped ? "" : " mapped");
	return 77;
}
