/* SPDX-License-Identifier: Apache-2.0 */
/* Device memory: addresses, exact bounds, accounting, what is freed. */
#include "config.h"
#include "tests/softgpu/soft.h"

#define MIB ((size_t)1 << 20)

/* The thread sanitizer knows only some addresses and moves ours. */
#ifdef __SANITIZE_THREAD__
#define FIXED_ADDRESSES 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define FIXED_ADDRESSES 0
#endif
#endif
#ifndef FIXED_ADDRESSES
#define FIXED_ADDRESSES 1
#endif

static char host[4 * MIB];

static size_t
available(void)
{
	size_t a, total;

	CU(cuMemGetInfo_v2(&a, &total));
	CHECK(a <= total);
	return a;
}

static void
addresses_are_aligned_and_far_from_the_host(void)
{
	CUdeviceptr p[64];

	for (int i = 0; i < 64; i++) {
		CU(cuMemAlloc_v2(&p[i], (size_t)1 << (i % 24)));
		CHECK_EQ(p[i] % 256, 0);
		CHECK(p[i] > 0xffffffffu);
		if (!FIXED_ADDRESSES)
			continue;
		CHECK(p[i] >> 40 != (uintptr_t)&p >> 40);
		CHECK(p[i] >> 40 != (uintptr_t)host >> 40);
	}
	for (int i = 0; i < 64; i++)
		CU(cuMemFree_v2(p[i]));
}

/* One byte more than there is, on either side, in every kind of call. */
static void
bounds_are_exact(void)
{
	static const size_t sizes[] = {1, 511, 512, 4096, 1 * MIB - 512,
		1 * MIB - 511, 2 * MIB, 3 * MIB + 4};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t n = sizes[i], got;
		CUdeviceptr p, q, base;

		CU(cuMemAlloc_v2(&p, n));
		CU(cuMemAlloc_v2(&q, n));
		CU(cuMemcpyHtoD_v2(p, host, n));
		EXPECT_CU(cuMemcpyHtoD_v2(p, host, n + 1),
			CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemcpyHtoD_v2(p - 1, host, 1),
			CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemcpyHtoD_v2(p + n, host, 1),
			CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemcpyDtoH_v2(host, p, n + 1),
			CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(
			cuMemcpyDtoD_v2(q, p, n + 1), CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(
			cuMemcpyDtoD_v2(q + 1, p, n), CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemcpy(q, p - 1, n), CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemsetD8_v2(p, 0, n + 1), CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemsetD8Async(p + n, 0, 1, NULL),
			CUDA_ERROR_INVALID_VALUE);
		EXPECT_CU(cuMemcpyHtoD_v2(p, host, SIZE_MAX),
			CUDA_ERROR_INVALID_VALUE);
		CU(cuMemcpyDtoD_v2(q, p, n));
		CU(cuMemcpyDtoH_v2(host, q + n - 1, 1));
		CU(cuMemGetAddressRange_v2(&base, &got, p + n - 1));
		CHECK(base == p && got == n);
		EXPECT_CU(cuMemGetAddressRange_v2(&base, &got, p + n),
			CUDA_ERROR_NOT_FOUND);
		EXPECT_CU(cuMemGetAddressRange_v2(&base, &got, p - 1),
			CUDA_ERROR_NOT_FOUND);
		CU(cuMemFree_v2(p));
		CU(cuMemFree_v2(q));
	}
}

static void
what_is_freed_is_gone(void)
{
	CUdeviceptr small, large;

	CU(cuMemAlloc_v2(&small, 1000));
	CU(cuMemAlloc_v2(&large, 3 * MIB));
	EXPECT_CU(cuMemFree_v2(small + 1), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemFree_v2(large + 512), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemFree_v2(0x1234567), CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFree_v2(small));
	CU(cuMemFree_v2(large));
	CU(cuMemFree_v2(0));
	EXPECT_CU(cuMemFree_v2(small), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemFree_v2(large), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemcpyHtoD_v2(small, host, 4), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemcpyDtoH_v2(host, large, 4), CUDA_ERROR_INVALID_VALUE);
	/* Not taken for host memory either. */
	EXPECT_CU(cuMemcpy((CUdeviceptr)(uintptr_t)host, large, 4),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemsetD32_v2(large, 1, 1), CUDA_ERROR_INVALID_VALUE);
}

static void
bad_arguments_are_refused(void)
{
	CUdeviceptr p;
	size_t pitch;

	EXPECT_CU(cuMemAlloc_v2(NULL, 4), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAlloc_v2(&p, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAlloc_v2(&p, (size_t)1 << 60), CUDA_ERROR_OUT_OF_MEMORY);
	EXPECT_CU(cuMemAlloc_v2(&p, SIZE_MAX), CUDA_ERROR_OUT_OF_MEMORY);
	EXPECT_CU(cuMemAllocPitch_v2(&p, &pitch, 10, 10, 3),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAllocPitch_v2(&p, &pitch, 0, 10, 4),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuMemAllocPitch_v2(&p, &pitch, 1001, 10, 16));
	CHECK(pitch >= 1001 && pitch % 256 == 0);
	CU(cuMemsetD2D8_v2(p, pitch, 1, 1001, 10));
	EXPECT_CU(cuMemsetD32_v2(p + 2, 1, 1), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemsetD16_v2(p + 1, 1, 1), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemsetD8_v2(0, 1, 1), CUDA_ERROR_INVALID_VALUE);
	CU(cuMemsetD32_v2(p, 1, 0));
	EXPECT_CU(cuMemcpyHtoD_v2(p, NULL, 4), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemcpyDtoH_v2(NULL, p, 4), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemcpyHtoD_v2(0, host, 4), CUDA_ERROR_INVALID_VALUE);
	CU(cuMemcpyHtoD_v2(p, host, 0));
	CU(cuMemFree_v2(p));
}

static void
out_of_memory_is_exact_and_harmless(void)
{
	size_t before = available();
	CUdeviceptr all, more;

	EXPECT_CU(cuMemAlloc_v2(&all, before + 1), CUDA_ERROR_OUT_OF_MEMORY);
	CU(cuMemAlloc_v2(&all, before));
	CHECK_EQ(available(), 0);
	EXPECT_CU(cuMemAlloc_v2(&more, 1), CUDA_ERROR_OUT_OF_MEMORY);
	CU(cuMemsetD8_v2(all + before - 1, 1, 1));
	CU(cuMemFree_v2(all));
	CHECK_EQ(available(), before);
	CU(cuMemAlloc_v2(&more, 1));
	CHECK(available() < before);
	CU(cuMemFree_v2(more));
	CHECK_EQ(available(), before);
}

enum { MANY = 100000 };

static void
many_small_allocations_are_cheap(void)
{
	static CUdeviceptr p[MANY];
	size_t before = available();
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < MANY; i++)
		CU(cuMemAlloc_v2(&p[i], (size_t)(i % 3 ? 64 : 2000)));
	for (int i = 0; i < MANY; i += 2)
		CU(cuMemFree_v2(p[i]));
	for (int i = 0; i < MANY; i += 2)
		CU(cuMemAlloc_v2(&p[i], 300));
	clock_gettime(CLOCK_MONOTONIC, &b);
	for (int i = 0; i < MANY; i += 997) {
		CUdeviceptr base;
		size_t size;

		CU(cuMemGetAddressRange_v2(&base, &size, p[i] + 63));
		CHECK(base == p[i]);
		CHECK_EQ(size, i % 2 ? (i % 3 ? 64 : 2000) : 300);
	}
	for (int i = 0; i < MANY; i++)
		CU(cuMemFree_v2(p[i]));
	CHECK_EQ(available(), before);
	/* 250,000 calls; 0.1 s here. Quadratic behaviour takes minutes. */
	CHECK(b.tv_sec - a.tv_sec < 20);
}

static void
the_address_space_outlives_much_use(void)
{
	/* 40 GB in all, from a device of 8. */
	for (int i = 0; i < 10000; i++) {
		CUdeviceptr p;

		CU(cuMemAlloc_v2(&p, 4 * MIB + (size_t)i));
		CU(cuMemsetD8_v2(p + 4 * MIB - 1, 1, 1));
		CU(cuMemFree_v2(p));
	}
}

static void
pointers_tell_what_they_are(void)
{
	CUcontext c, of;
	CUdeviceptr p, base;
	unsigned type, ordinal;
	size_t size;
	unsigned managed = 0xdddddddd;
	unsigned long long id;
	CUpointer_attribute ask[] = {CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
		CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL,
		CU_POINTER_ATTRIBUTE_CONTEXT};
	void *answers[] = {&type, &ordinal, &of};

	CU(cuCtxGetCurrent(&c));
	CU(cuMemAlloc_v2(&p, 1000));
	CU(cuPointerGetAttribute(
		&type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, p + 999));
	CHECK_EQ(type, CU_MEMORYTYPE_DEVICE);
	EXPECT_CU(cuPointerGetAttribute(
			  &type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, p + 1000),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuPointerGetAttribute(&of, CU_POINTER_ATTRIBUTE_CONTEXT, p));
	CHECK(of == c);
	CU(cuPointerGetAttribute(
		&base, CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, p + 77));
	CHECK(base == p);
	CU(cuPointerGetAttribute(&size, CU_POINTER_ATTRIBUTE_RANGE_SIZE, p));
	CHECK_EQ(size, 1000);
	CU(cuPointerGetAttribute(&managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, p));
	/* All four bytes of it: cudart 13.0 reads them. */
	CHECK_EQ(managed, 0);
	CU(cuPointerGetAttribute(&id, CU_POINTER_ATTRIBUTE_BUFFER_ID, p));
	EXPECT_CU(cuPointerGetAttribute(
			  &base, CU_POINTER_ATTRIBUTE_HOST_POINTER, p),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuPointerGetAttributes(3, ask, answers, p + 5));
	CHECK(type == CU_MEMORYTYPE_DEVICE && ordinal == 0 && of == c);
	CU(cuPointerGetAttributes(
		3, ask, answers, (CUdeviceptr)(uintptr_t)host));
	CHECK(type == 0 && ordinal == (unsigned)-2 && !of);
	EXPECT_CU(cuPointerGetAttributes(0, ask, answers, p),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFree_v2(p));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"addresses are aligned and far from the host",
			addresses_are_aligned_and_far_from_the_host},
		{"bounds are exact", bounds_are_exact},
		{"what is freed is gone", what_is_freed_is_gone},
		{"bad arguments are refused", bad_arguments_are_refused},
		{"out of memory is exact and harmless",
			out_of_memory_is_exact_and_harmless},
		{"many small allocations are cheap",
			many_small_allocations_are_cheap},
		{"the address space outlives much use",
			the_address_space_outlives_much_use},
		{"pointers tell what they are", pointers_tell_what_they_are},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
