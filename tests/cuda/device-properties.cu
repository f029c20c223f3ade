/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what a device says of itself, as far as it must be the same whether
 * the device is here or elsewhere, and checks that properties, attributes and
 * the names of the device agree with each other.
 */
#include "check.h"

/* An attribute and the property that must have the same value. */
struct same {
	enum cudaDeviceAttr attribute;
	long long property;
};

static void
print(const struct cudaDeviceProp &p)
{
	printf("name %s\n", p.name);
	printf("compute capability %d.%d\n", p.major, p.minor);
	printf("memory %zu\n", p.totalGlobalMem);
	printf("multiprocessors %d\n", p.multiProcessorCount);
	printf("threads a block %d, a multiprocessor %d\n",
		p.maxThreadsPerBlock, p.maxThreadsPerMultiProcessor);
	printf("block %d %d %d\n", p.maxThreadsDim[0], p.maxThreadsDim[1],
		p.maxThreadsDim[2]);
	printf("grid %d %d %d\n", p.maxGridSize[0], p.maxGridSize[1],
		p.maxGridSize[2]);
	printf("shared memory a block %zu, opt-in %zu, a multiprocessor %zu\n",
		p.sharedMemPerBlock, p.sharedMemPerBlockOptin,
		p.sharedMemPerMultiprocessor);
	printf("registers a block %d, a multiprocessor %d\n", p.regsPerBlock,
		p.regsPerMultiprocessor);
	printf("warp %d, constant memory %zu, L2 %d, bus %d bits\n", p.warpSize,
		p.totalConstMem, p.l2CacheSize, p.memoryBusWidth);
	printf("texture %d, alignment %zu, pitch %zu\n", p.maxTexture1D,
		p.textureAlignment, p.memPitch);
}

static void
check_sanity(const struct cudaDeviceProp &p)
{
	EXPECT(strlen(p.name) > 0);
	EXPECT(p.warpSize == 32);
	EXPECT(p.major >= 5 && p.minor >= 0 && p.minor <= 9);
	EXPECT(p.totalGlobalMem >= (size_t)64 << 20);
	EXPECT(p.multiProcessorCount >= 1);
	EXPECT(p.maxThreadsPerBlock == 1024);
	EXPECT(p.maxThreadsDim[0] == 1024 && p.maxThreadsDim[1] == 1024);
	EXPECT(p.maxThreadsDim[2] == 64);
	EXPECT(p.maxGridSize[0] == INT32_MAX && p.maxGridSize[1] == 65535);
	EXPECT(p.maxGridSize[2] == 65535);
	EXPECT(p.sharedMemPerBlock == 49152 && p.totalConstMem == 65536);
	EXPECT(p.sharedMemPerBlockOptin >= p.sharedMemPerBlock);
	EXPECT(p.maxThreadsPerMultiProcessor >= p.maxThreadsPerBlock);
}

static void
check_attributes(int device, const struct cudaDeviceProp &p)
{
	const struct same pairs[] = {
		{cudaDevAttrMaxThreadsPerBlock, p.maxThreadsPerBlock},
		{cudaDevAttrMaxBlockDimX, p.maxThreadsDim[0]},
		{cudaDevAttrMaxGridDimY, p.maxGridSize[1]},
		{cudaDevAttrMaxSharedMemoryPerBlock,
			(long long)p.sharedMemPerBlock},
		{cudaDevAttrMaxSharedMemoryPerBlockOptin,
			(long long)p.sharedMemPerBlockOptin},
		{cudaDevAttrTotalConstantMemory, (long long)p.totalConstMem},
		{cudaDevAttrWarpSize, p.warpSize},
		{cudaDevAttrMaxRegistersPerBlock, p.regsPerBlock},
		{cudaDevAttrMultiProcessorCount, p.multiProcessorCount},
		{cudaDevAttrComputeCapabilityMajor, p.major},
		{cudaDevAttrComputeCapabilityMinor, p.minor},
		{cudaDevAttrL2CacheSize, p.l2CacheSize},
		{cudaDevAttrPciBusId, p.pciBusID},
		{cudaDevAttrPciDeviceId, p.pciDeviceID},
		{cudaDevAttrPciDomainId, p.pciDomainID},
		{cudaDevAttrUnifiedAddressing, p.unifiedAddressing},
		{cudaDevAttrConcurrentKernels, p.concurrentKernels},
		{cudaDevAttrManagedMemory, p.managedMemory},
	};

	for (const struct same &pair : pairs) {
		int value;

		CHECK(cudaDeviceGetAttribute(&value, pair.attribute, device));
		if (value != pair.property)
			FAIL("attribute %d is %d, the property %lld",
				(int)pair.attribute, value, pair.property);
	}
}

/* The address on the bus leads back to the same device. */
static void
check_bus(int device)
{
	char address[32];
	int found;

	CHECK(cudaDeviceGetPCIBusId(address, sizeof(address), device));
	CHECK(cudaDeviceGetByPCIBusId(&found, address));
	EXPECT(found == device);
}

int
main()
{
	int count, driver, runtime;
	size_t free_bytes, total;
	struct cudaDeviceProp first = {};

	CHECK(cudaGetDeviceCount(&count));
	EXPECT(count >= 1);
	printf("devices %d\n", count);
	CHECK(cudaDriverGetVersion(&driver));
	CHECK(cudaRuntimeGetVersion(&runtime));
	EXPECT(runtime / 1000 == CUDART_VERSION / 1000);
	EXPECT(driver / 1000 >= runtime / 1000);
	printf("driver %d runtime %d\n", driver, runtime);
	for (int device = 0; device < count; device++) {
		struct cudaDeviceProp p;

		CHECK(cudaGetDeviceProperties(&p, device));
		print(p);
		check_sanity(p);
		check_attributes(device, p);
		check_bus(device);
		CHECK(cudaSetDevice(device));
		CHECK(cudaMemGetInfo(&free_bytes, &total));
		EXPECT(total > 0 && free_bytes <= total);
		/* Devices have identities of their own. */
		if (device == 0)
			first = p;
		else
			EXPECT(memcmp(&first.uuid, &p.uuid, 16) != 0);
	}
	CHECK_ERROR(cudaErrorInvalidDevice, cudaSetDevice(count));
	return 0;
}
