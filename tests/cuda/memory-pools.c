/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory pools through the driver API: which pool a device takes from, their
 * attributes, who may reach them, what pointers say of them, and wrong use.
 */
#include "driver.h"

#define EXPECT_CU(want, call) EXPECT((call) == (want))

enum { SIZE = 100000 };

static CUdevice device;

static cuuint64_t
number(CUmemoryPool pool, CUmemPool_attribute attribute)
{
	cuuint64_t value = 0;

	CHECK_CU(cuMemPoolGetAttribute(pool, attribute, &value));
	return value;
}

static CUmemoryPool
make_pool(size_t limit)
{
	CUmemPoolProps properties = {
		.allocType = CU_MEM_ALLOCATION_TYPE_PINNED,
		.location = {CU_MEM_LOCATION_TYPE_DEVICE, device},
		.maxSize = limit,
	};
	CUmemoryPool pool;

	CHECK_CU(cuMemPoolCreate(&pool, &properties));
	properties.handleTypes = CU_MEM_HANDLE_TYPE_FABRIC;
	EXPECT(cuMemPoolCreate(&pool, &properties) != CUDA_SUCCESS);
	return pool;
}

/* The pool in use is the default one until another is set. */
static void
check_current(CUmemoryPool own)
{
	CUmemoryPool standard, now;
	CUdeviceptr p;

	CHECK_CU(cuDeviceGetDefaultMemPool(&standard, device));
	CHECK_CU(cuDeviceGetMemPool(&now, device));
	EXPECT(now == standard && now != own);
	CHECK_CU(cuDeviceSetMemPool(device, own));
	CHECK_CU(cuDeviceGetMemPool(&now, device));
	EXPECT(now == own);
	CHECK_CU(cuMemAllocAsync(&p, SIZE, NULL));
	CHECK_CU(cuPointerGetAttribute(
		&now, CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE, p));
	EXPECT(now == own);
	EXPECT(number(own, CU_MEMPOOL_ATTR_USED_MEM_CURRENT) >= SIZE);
	EXPECT(number(own, CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT) >= SIZE);
	CHECK_CU(cuMemFreeAsync(p, NULL));
	CHECK_CU(cuStreamSynchronize(NULL));
	EXPECT(number(own, CU_MEMPOOL_ATTR_USED_MEM_CURRENT) == 0);
	EXPECT(number(own, CU_MEMPOOL_ATTR_USED_MEM_HIGH) >= SIZE);
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE, cuMemPoolDestroy(standard));
}

static void
check_attributes(CUmemoryPool own)
{
	cuuint64_t zero = 0, some = 12345;
	int off = 0, value = 7;

	CHECK_CU(cuMemPoolSetAttribute(
		own, CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC, &off));
	CHECK_CU(cuMemPoolGetAttribute(
		own, CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC, &value));
	EXPECT(value == 0);
	CHECK_CU(cuMemPoolGetAttribute(
		own, CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES, &value));
	EXPECT(value == 1);
	CHECK_CU(cuMemPoolSetAttribute(
		own, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &some));
	EXPECT(number(own, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD) == some);
	CHECK_CU(cuMemPoolSetAttribute(
		own, CU_MEMPOOL_ATTR_USED_MEM_HIGH, &zero));
	EXPECT(number(own, CU_MEMPOOL_ATTR_USED_MEM_HIGH) == 0);
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE,
		cuMemPoolSetAttribute(
			own, CU_MEMPOOL_ATTR_USED_MEM_HIGH, &some));
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE,
		cuMemPoolSetAttribute(own, (CUmemPool_attribute)99, &some));
	CHECK_CU(cuMemPoolTrimTo(own, 0));
}

static void
check_access(CUmemoryPool own)
{
	CUmemLocation here = {CU_MEM_LOCATION_TYPE_DEVICE, device};
	CUmemLocation nowhere = {CU_MEM_LOCATION_TYPE_DEVICE, 77};
	CUmemAccessDesc all = {here, CU_MEM_ACCESS_FLAGS_PROT_READWRITE};
	CUmemAccess_flags flags;

	CHECK_CU(cuMemPoolGetAccess(&flags, own, &here));
	EXPECT(flags == CU_MEM_ACCESS_FLAGS_PROT_READWRITE);
	CHECK_CU(cuMemPoolSetAccess(own, &all, 1));
	EXPECT(cuMemPoolGetAccess(&flags, own, &nowhere) != CUDA_SUCCESS);
	all.flags = CU_MEM_ACCESS_FLAGS_PROT_NONE;
	EXPECT(cuMemPoolSetAccess(own, &all, 1) != CUDA_SUCCESS);
}

/* Contents stay until the stream gets to the free; then the addresses are no
 * memory any more. */
static void
check_use(CUmemoryPool own)
{
	static unsigned back[SIZE / 4];
	CUstream stream;
	CUdeviceptr p, base;
	size_t size;

	CHECK_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	CHECK_CU(cuMemAllocFromPoolAsync(&p, SIZE, own, stream));
	CHECK_CU(cuMemGetAddressRange(&base, &size, p + 5000));
	EXPECT(base == p && size == SIZE);
	CHECK_CU(cuMemsetD32Async(p, 0x01020304, SIZE / 4, stream));
	CHECK_CU(cuMemcpyDtoHAsync(back, p, SIZE, stream));
	CHECK_CU(cuMemFreeAsync(p, stream));
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE, cuMemFreeAsync(p, stream));
	CHECK_CU(cuStreamSynchronize(stream));
	for (int i = 0; i < SIZE / 4; i++)
		EXPECT(back[i] == 0x01020304);
	report("memory-pools", back, sizeof(back));
	EXPECT(cuMemsetD8(p, 0, SIZE) != CUDA_SUCCESS);
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE, cuMemFree(p));
	CHECK_CU(cuStreamDestroy(stream));
}

/* A destroyed pool keeps its memory, and is no device's pool any more. */
static void
check_destroy(CUmemoryPool own)
{
	CUmemoryPool standard, now;
	unsigned char byte = 0;
	CUdeviceptr p;

	CHECK_CU(cuMemAllocFromPoolAsync(&p, SIZE, own, NULL));
	CHECK_CU(cuMemPoolDestroy(own));
	EXPECT_CU(CUDA_ERROR_INVALID_VALUE, cuMemPoolTrimTo(own, 0));
	CHECK_CU(cuDeviceGetDefaultMemPool(&standard, device));
	CHECK_CU(cuDeviceGetMemPool(&now, device));
	EXPECT(now == standard);
	CHECK_CU(cuMemsetD8(p, 9, SIZE));
	CHECK_CU(cuMemcpyDtoH(&byte, p + SIZE - 1, 1));
	EXPECT(byte == 9);
	CHECK_CU(cuMemFree(p));
}

int
main(void)
{
	CUmemoryPool own, small;
	CUcontext context;
	CUdeviceptr p;

	CHECK_CU(cuInit(0));
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(create_context(&context, 0, device));
	own = make_pool(0);
	check_current(own);
	check_attributes(own);
	check_access(own);
	check_use(own);
	check_destroy(own);
	small = make_pool(64 << 20);
	EXPECT_CU(CUDA_ERROR_OUT_OF_MEMORY,
		cuMemAllocFromPoolAsync(&p, 65 << 20, small, NULL));
	CHECK_CU(cuMemPoolDestroy(small));
	CHECK_CU(cuCtxDestroy(context));
	return 0;
}
