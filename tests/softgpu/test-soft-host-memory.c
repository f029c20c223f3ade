/* SPDX-License-Identifier: Apache-2.0 */
/* Pinned and registered host memory. */
#include "config.h"
#include "tests/softgpu/soft.h"

static char area[100000];

static void
pinned_memory_is_known(void)
{
	char *p;
	CUdeviceptr d, base;
	unsigned flags, type;
	size_t size;

	CU(cuMemHostAlloc((void **)&p, 10000,
		CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_WRITECOMBINED));
	memset(p, 1, 10000);
	CU(cuMemHostGetDevicePointer_v2(&d, p + 9999, 0));
	CHECK(d == (uintptr_t)p + 9999);
	CU(cuMemHostGetFlags(&flags, p));
	CHECK(flags & CU_MEMHOSTALLOC_PORTABLE);
	CHECK(flags & CU_MEMHOSTALLOC_WRITECOMBINED);
	CU(cuPointerGetAttribute(
		&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, (uintptr_t)p));
	CHECK_EQ(type, CU_MEMORYTYPE_HOST);
	CU(cuPointerGetAttribute(
		&d, CU_POINTER_ATTRIBUTE_HOST_POINTER, (uintptr_t)p + 1));
	CHECK(d == (uintptr_t)p + 1);
	CU(cuMemGetAddressRange_v2(&base, &size, (uintptr_t)p + 5));
	CHECK(base == (uintptr_t)p && size == 10000);
	EXPECT_CU(cuMemFreeHost(p + 1), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemFree_v2((uintptr_t)p), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostUnregister(p), CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFreeHost(p));
	EXPECT_CU(cuMemFreeHost(p), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostGetFlags(&flags, p), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
			  (uintptr_t)p),
		CUDA_ERROR_INVALID_VALUE);
}

static void
bad_arguments_are_refused(void)
{
	void *p;
	CUdeviceptr d;

	EXPECT_CU(cuMemHostAlloc(&p, 0, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostAlloc(NULL, 16, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostAlloc(&p, 16, 0x80), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAllocHost_v2(&p, (size_t)1 << 60),
		CUDA_ERROR_OUT_OF_MEMORY);
	CU(cuMemFreeHost(NULL));
	EXPECT_CU(cuMemFreeHost(area), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostGetDevicePointer_v2(&d, area, 0),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostRegister_v2(NULL, 16, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostRegister_v2(area, 0, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostRegister_v2(area, 16, 0x100),
		CUDA_ERROR_INVALID_VALUE);
}

static void
ranges_are_registered_once(void)
{
	unsigned type;

	CU(cuMemHostRegister_v2(area + 1000, 1000, 0));
	EXPECT_CU(cuMemHostRegister_v2(area + 1000, 1000, 0),
		CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
	EXPECT_CU(cuMemHostRegister_v2(area + 500, 501, 0),
		CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
	EXPECT_CU(cuMemHostRegister_v2(area, 5000, 0),
		CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
	EXPECT_CU(cuMemHostRegister_v2(area + 1999, 1, 0),
		CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
	CU(cuMemHostRegister_v2(area + 500, 500, 0));
	CU(cuMemHostRegister_v2(area + 2000, 10, CU_MEMHOSTREGISTER_PORTABLE));
	EXPECT_CU(cuMemHostUnregister(area + 1500),
		CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
	EXPECT_CU(cuMemHostUnregister(area + 9000),
		CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
	CU(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
		(uintptr_t)area + 1999));
	CHECK_EQ(type, CU_MEMORYTYPE_HOST);
	CU(cuMemHostUnregister(area + 1000));
	EXPECT_CU(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
			  (uintptr_t)area + 1000),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemHostUnregister(area + 1000),
		CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
	/* Its place is free again, its neighbours' are not. */
	EXPECT_CU(cuMemHostRegister_v2(area + 999, 1001, 0),
		CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
	CU(cuMemHostRegister_v2(area + 1000, 1000, 0));
	CU(cuMemHostUnregister(area + 1000));
	CU(cuMemHostUnregister(area + 500));
	CU(cuMemHostUnregister(area + 2000));
	CU(cuMemHostRegister_v2(area, sizeof(area), 0));
	CU(cuMemHostUnregister(area));
}

static void
many_ranges_are_kept_apart(void)
{
	for (int i = 0; i < 500; i++)
		CU(cuMemHostRegister_v2(area + (i * 7 % 500) * 200, 100, 0));
	for (int i = 0; i < 500; i++) {
		CUdeviceptr base;
		size_t size;
		char *p = area + i * 200;

		CU(cuMemGetAddressRange_v2(&base, &size, (uintptr_t)p + 99));
		CHECK(base == (uintptr_t)p && size == 100);
		EXPECT_CU(cuMemGetAddressRange_v2(
				  &base, &size, (uintptr_t)p + 100),
			CUDA_ERROR_NOT_FOUND);
	}
	for (int i = 0; i < 500; i++)
		CU(cuMemHostUnregister(area + (i * 11 % 500) * 200));
}

static void
copies_take_pinned_memory_as_either_side(void)
{
	unsigned char *p;
	unsigned char back[64];
	CUdeviceptr d;

	CU(cuMemAllocHost_v2((void **)&p, 64));
	CU(cuMemAlloc_v2(&d, 64));
	CU(cuMemsetD8_v2((uintptr_t)p, 9, 64));
	CHECK(p[0] == 9 && p[63] == 9);
	CU(cuMemcpyHtoD_v2(d, p, 64));
	CU(cuMemsetD8_v2((uintptr_t)p, 1, 64));
	CU(cuMemcpyDtoD_v2((uintptr_t)p, d, 64));
	CHECK(p[0] == 9 && p[63] == 9);
	CU(cuMemcpyDtoH_v2(back, (uintptr_t)p, 64));
	CHECK_EQ(back[63], 9);
	CU(cuMemcpy((uintptr_t)back, (uintptr_t)p, 32));
	EXPECT_CU(cuMemsetD8_v2((uintptr_t)p, 9, 65), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemcpyDtoH_v2(back, (uintptr_t)p, 65),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFree_v2(d));
	CU(cuMemFreeHost(p));
}

static void
a_context_takes_its_host_memory_with_it(void)
{
	CUcontext c;
	unsigned type;
	void *p;

	CU(cuCtxCreate_v2(&c, 0, 0));
	CU(cuMemAllocHost_v2(&p, 100));
	CU(cuMemHostRegister_v2(area, 100, 0));
	CU(cuCtxDestroy_v2(c));
	EXPECT_CU(cuPointerGetAttribute(&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
			  (uintptr_t)p),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuMemHostRegister_v2(area, 100, 0));
	CU(cuMemHostUnregister(area));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"pinned memory is known", pinned_memory_is_known},
		{"bad arguments are refused", bad_arguments_are_refused},
		{"ranges are registered once", ranges_are_registered_once},
		{"many ranges are kept apart", many_ranges_are_kept_apart},
		{"copies take pinned memory as either side",
			copies_take_pinned_memory_as_either_side},
		{"a context takes its host memory with it",
			a_context_takes_its_host_memory_with_it},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
