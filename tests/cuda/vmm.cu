/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual memory management: a range of addresses that grows piece by piece
 * while kernels, copies and fills use all of it as one, memory that is mapped
 * twice, and wrong use.
 */
#include "check.h"

#include <cuda.h>

#define CHECK_CU(call) EXPECT((call) == CUDA_SUCCESS)
#define EXPECT_CU(want, call) EXPECT((call) == (want))

static CUmemAllocationProp prop;
static CUmemAccessDesc everyone;
static size_t piece;

static __global__ void
mix(unsigned *data, size_t n, unsigned add)
{
	size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;

	if (i < n)
		data[i] = data[i] * 69069u + add + (unsigned)i;
}

static CUmemGenericAllocationHandle
map_piece(CUdeviceptr at)
{
	CUmemGenericAllocationHandle handle;

	CHECK_CU(cuMemCreate(&handle, piece, &prop, 0));
	CHECK_CU(cuMemMap(at, piece, 0, handle, 0));
	CHECK_CU(cuMemSetAccess(at, piece, &everyone, 1));
	return handle;
}

/* Three pieces, the first two of which are used before the third is there. */
static void
check_growth(CUdeviceptr base)
{
	size_t n = 3 * piece / 4;
	std::vector<unsigned> host(n), want(n);
	CUmemGenericAllocationHandle handles[3];

	handles[0] = map_piece(base);
	handles[1] = map_piece(base + piece);
	CHECK_CU(cuMemsetD32(base, 5, 2 * piece / 4));
	EXPECT(cuMemsetD32(base, 5, 3 * piece / 4) != CUDA_SUCCESS);
	mix<<<blocks_for(2 * piece / 4, 256), 256>>>(
		(unsigned *)base, 2 * piece / 4, 1);
	CHECK_LAUNCH();
	handles[2] = map_piece(base + 2 * piece);
	CHECK_CU(cuMemsetD32(base + 2 * piece, 7, piece / 4));
	mix<<<blocks_for(n, 256), 256>>>((unsigned *)base, n, 2);
	CHECK_LAUNCH();
	CHECK_CU(cuMemcpyDtoH(host.data(), base, 3 * piece));
	for (size_t i = 0; i < n; i++) {
		want[i] = i < 2 * piece / 4 ? 5 * 69069u + 1 + (unsigned)i : 7;
		want[i] = want[i] * 69069u + 2 + (unsigned)i;
	}
	expect_same("vmm-growth", host, want);
	report("vmm-growth", host);
	/* Across the seams in both directions. */
	for (unsigned &v : host)
		v ^= 0x5a5a5a5a;
	CHECK_CU(cuMemcpyHtoD(base + 16, host.data() + 4, 3 * piece - 16));
	CHECK_CU(cuMemcpyDtoD(base, base + 2 * piece - 64, 128));
	std::vector<unsigned> back(n);
	CHECK_CU(cuMemcpyDtoH(back.data(), base, 3 * piece));
	for (size_t i = 32; i < n; i++)
		EXPECT(back[i] == host[i]);
	for (size_t i = 0; i < 32; i++)
		EXPECT(back[i] == host[i + (2 * piece - 64) / 4]);
	for (CUmemGenericAllocationHandle h : handles)
		CHECK_CU(cuMemRelease(h));
	/* Released, and still there as long as it is mapped. */
	CHECK_CU(cuMemcpyDtoH(back.data(), base, 64));
	EXPECT(cuMemUnmap(base, piece / 2) != CUDA_SUCCESS);
	EXPECT(cuMemAddressFree(base, 4 * piece) != CUDA_SUCCESS);
	CHECK_CU(cuMemUnmap(base, 3 * piece));
	EXPECT(cuMemcpyDtoH(back.data(), base, 64) != CUDA_SUCCESS);
}

/* The same memory at two addresses. */
static void
check_alias(CUdeviceptr base)
{
	CUmemGenericAllocationHandle handle = map_piece(base), again;
	CUmemAllocationProp back = {};
	unsigned word = 0;

	CHECK_CU(cuMemMap(base + piece, piece, 0, handle, 0));
	CHECK_CU(cuMemSetAccess(base + piece, piece, &everyone, 1));
	CHECK_CU(cuMemsetD32(base, 0x11223344, piece / 4));
	CHECK_CU(cuMemcpyDtoH(&word, base + 2 * piece - 4, 4));
	EXPECT(word == 0x11223344);
	CHECK_CU(cuMemGetAllocationPropertiesFromHandle(&back, handle));
	EXPECT(back.type == prop.type && back.location.id == 0);
	CHECK_CU(cuMemRelease(handle));
	CHECK_CU(cuMemRetainAllocationHandle(&again, (void *)(base + piece)));
	CHECK_CU(cuMemUnmap(base, 2 * piece));
	CHECK_CU(cuMemMap(base, piece, 0, again, 0));
	CHECK_CU(cuMemSetAccess(base, piece, &everyone, 1));
	word = 0;
	CHECK_CU(cuMemcpyDtoH(&word, base, 4));
	EXPECT(word == 0x11223344);
	CHECK_CU(cuMemUnmap(base, piece));
	CHECK_CU(cuMemRelease(again));
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE, cuMemRelease(again));
}

static void
check_access(CUdeviceptr base)
{
	CUmemGenericAllocationHandle handle = map_piece(base);
	CUmemAccessDesc none = everyone;
	unsigned long long flags = 0;

	CHECK_CU(cuMemGetAccess(&flags, &everyone.location, base));
	EXPECT(flags == CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
	none.flags = CU_MEM_ACCESS_FLAGS_PROT_NONE;
	CHECK_CU(cuMemSetAccess(base, piece, &none, 1));
	CHECK_CU(cuMemGetAccess(&flags, &everyone.location, base));
	EXPECT(flags == CU_MEM_ACCESS_FLAGS_PROT_NONE);
	EXPECT(cuMemSetAccess(base + piece, piece, &everyone, 1) != CUDA_SUCCESS);
	EXPECT(cuMemMap(base, piece, 0, handle, 0) != CUDA_SUCCESS);
	CHECK_CU(cuMemUnmap(base, piece));
	CHECK_CU(cuMemRelease(handle));
}

static void
check_wrong_use()
{
	CUmemGenericAllocationHandle handle;
	CUmemAllocationProp other = prop;
	size_t odd = piece / 2 + 1;
	CUdeviceptr p;
	int fd;

	EXPECT(cuMemCreate(&handle, odd, &prop, 0) != CUDA_SUCCESS);
	EXPECT(cuMemAddressReserve(&p, odd, 0, 0, 0) != CUDA_SUCCESS);
	other.location.id = 77;
	EXPECT(cuMemCreate(&handle, piece, &other, 0) != CUDA_SUCCESS);
	CHECK_CU(cuMemCreate(&handle, piece, &prop, 0));
	EXPECT(cuMemExportToShareableHandle(&fd, handle,
		       CU_MEM_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR, 0) !=
		CUDA_SUCCESS);
	EXPECT(cuMemMap(0x10000, piece, 0, handle, 0) != CUDA_SUCCESS);
	CHECK_CU(cuMemRelease(handle));
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE, cuMemRelease(handle));
}

int
main()
{
	CUdeviceptr base;
	int supported;

	CHECK(cudaFree(nullptr));
	CHECK_CU(cuDeviceGetAttribute(&supported,
		CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED, 0));
	if (!supported) {
		printf("vmm: skipped, the device has no virtual memory "
		       "management\n");
		return 77;
	}
	prop.type = CU_MEM_ALLOCATION_TYPE_PINNED;
	prop.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
	everyone.location = prop.location;
	everyone.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
	CHECK_CU(cuMemGetAllocationGranularity(
		&piece, &prop, CU_MEM_ALLOC_GRANULARITY_MINIMUM));
	EXPECT(piece > 0 && (piece & (piece - 1)) == 0);
	CHECK_CU(cuMemAddressReserve(&base, 4 * piece, 0, 0, 0));
	check_growth(base);
	check_alias(base);
	check_access(base);
	check_wrong_use();
	CHECK_CU(cuMemAddressFree(base, 4 * piece));
	return 0;
}
