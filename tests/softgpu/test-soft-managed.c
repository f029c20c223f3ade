/* SPDX-License-Identifier: Apache-2.0 */
/* Managed memory and variables: what host, kernels and copies see of each other,
 * what pointers say, and hints about places. */
#include "config.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

enum { SIZE = 3 << 20, GLOBAL = 1, ATTACH_HOST = 2, SINGLE = 4 };

static void
host_and_device_share_it(void)
{
	CUdeviceptr p, q;
	unsigned *words;
	int managed = 0;

	CU(cuMemAllocManaged(&p, SIZE, GLOBAL));
	words = (unsigned *)(uintptr_t)p;
	words[SIZE / 4 - 1] = 77;
	CU(cuMemAlloc_v2(&q, SIZE));
	CU(cuMemcpyDtoD_v2(q, p, SIZE));
	CU(cuMemsetD32_v2(p, 5, SIZE / 4 - 1));
	CU(cuCtxSynchronize());
	CHECK(words[0] == 5 && words[SIZE / 4 - 2] == 5);
	CHECK_EQ(words[SIZE / 4 - 1], 77);
	CU(cuMemcpyDtoH_v2(words, q + SIZE - 4, 4));
	CHECK_EQ(words[0], 77);
	CU(cuPointerGetAttribute(
		&managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, p + 9));
	CHECK_EQ(managed, 1);
	CU(cuPointerGetAttribute(&managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, q));
	CHECK_EQ(managed, 0);
	EXPECT_CU(cuMemsetD8_v2(p, 0, SIZE + 1), CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFree_v2(q));
	CU(cuMemFree_v2(p));
	EXPECT_CU(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE);
}

static void
hints_are_checked(void)
{
	CUmemLocation there = {CU_MEM_LOCATION_TYPE_DEVICE, 0};
	CUdeviceptr p, q;
	CUstream stream;

	CU(cuMemAllocManaged(&p, SIZE, ATTACH_HOST));
	CU(cuMemAlloc_v2(&q, SIZE));
	CU(cuStreamCreate(&stream, 0));
	CU(cuMemPrefetchAsync(p, SIZE, 0, stream));
	CU(cuMemPrefetchAsync(p + 100, 5, -1, NULL));
	CU(cuMemPrefetchAsync_v2(p, SIZE, there, 0, stream));
	CU(cuMemAdvise(p, SIZE, 1, 0));
	CU(cuMemAdvise(p, SIZE, 3, -1));
	CU(cuMemAdvise_v2(p, SIZE, 5, there));
	CU(cuStreamAttachMemAsync(stream, p, 0, SINGLE));
	EXPECT_CU(cuMemPrefetchAsync(p, SIZE + 1, 0, NULL),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(
		cuMemPrefetchAsync(q, SIZE, 0, NULL), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemPrefetchAsync(p, SIZE, 55, NULL),
		CUDA_ERROR_INVALID_DEVICE);
	EXPECT_CU(cuMemAdvise(p, SIZE, 9, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAdvise(q, SIZE, 1, 0), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuStreamAttachMemAsync(NULL, p, 0, SINGLE),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuStreamAttachMemAsync(stream, q, 0, GLOBAL),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAllocManaged(&q, 0, GLOBAL), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemAllocManaged(&q, 16, 3), CUDA_ERROR_INVALID_VALUE);
	CU(cuStreamDestroy_v2(stream));
	CU(cuMemFree_v2(p));
}

static const char variables[] = HEAD
	".visible .global .attribute(.managed) .align 4 .u32 shared = 100;\n"
	".visible .global .align 4 .u32 own = 7;\n"
	".visible .entry bump()\n{\n"
	"	.reg .b32 %r<3>;\n"
	"	ld.global.u32 %r1, [shared];\n"
	"	add.u32 %r2, %r1, 1;\n"
	"	st.global.u32 [shared], %r2;\n"
	"	ret;\n}\n";

static void
variables_are_shared(void)
{
	CUlibrary library;
	CUkernel bump;
	CUdeviceptr p;
	CUcontext second, first;
	unsigned *word;
	size_t size;
	CUmodule module;

	CU(cuLibraryLoadData(
		&library, variables, NULL, NULL, 0, NULL, NULL, 0));
	CU(cuLibraryGetManaged(&p, &size, library, "shared"));
	CHECK_EQ(size, 4);
	EXPECT_CU(cuLibraryGetManaged(&p, NULL, library, "own"),
		CUDA_ERROR_NOT_FOUND);
	word = (unsigned *)(uintptr_t)p;
	CHECK_EQ(*word, 100);
	*word = 1000;
	CU(cuLibraryGetKernel(&bump, library, "bump"));
	CU(cuLaunchKernel(
		(CUfunction)bump, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL));
	CU(cuCtxSynchronize());
	CHECK_EQ(*word, 1001);
	/* A second copy of what all contexts share would be wrong. */
	CU(cuCtxGetCurrent(&first));
	CU(cuCtxCreate_v2(&second, 0, 0));
	EXPECT_CU(
		cuLibraryGetModule(&module, library), CUDA_ERROR_NOT_SUPPORTED);
	CU(cuCtxDestroy_v2(second));
	CU(cuCtxSetCurrent(first));
	CU(cuLibraryUnload(library));
}

int
main(void)
{
	make_context();
	host_and_device_share_it();
	hints_are_checked();
	variables_are_shared();
	return 0;
}
