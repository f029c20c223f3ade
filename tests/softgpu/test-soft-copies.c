/* SPDX-License-Identifier: Apache-2.0 */
/* Copies and fills of all shapes against plain loops. */
#include "config.h"
#include "tests/softgpu/soft.h"

#define PITCH  96
#define ROWS   20
#define SLICES 5
#define BYTES  (PITCH * ROWS * SLICES)

static unsigned char before[BYTES], src[BYTES], got[BYTES], want[BYTES];

static uint64_t seed = 4101842887655102017u;

static uint64_t
random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void
shuffle(unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)random64();
}

/* All offsets and sizes of a few bytes. */
static void
plain_copies_are_exact_to_the_byte(void)
{
	CUdeviceptr d;

	CU(cuMemAlloc_v2(&d, 64));
	for (size_t at = 0; at < 9; at++) {
		for (size_t n = 0; n < 18; n++) {
			shuffle(before, 64);
			shuffle(src, 64);
			CU(cuMemcpyHtoD_v2(d, before, 64));
			CU(cuMemcpyHtoD_v2(d + at, src + 3, n));
			CU(cuMemcpyDtoD_v2(d + 32 + at, d + at, n));
			memcpy(want, before, 64);
			memcpy(want + at, src + 3, n);
			memcpy(want + 32 + at, want + at, n);
			CU(cuMemcpyDtoH_v2(got, d, 64));
			CHECK(!memcmp(got, want, 64));
		}
	}
	CU(cuMemFree_v2(d));
}

static void
large_copies_are_whole(void)
{
	size_t n = (size_t)20 << 20;
	unsigned char *a = malloc(n), *b = malloc(n);
	CUdeviceptr d, e;

	CHECK(a && b);
	for (size_t i = 0; i < n; i++)
		a[i] = (unsigned char)(i * 2654435761u >> 13);
	CU(cuMemAlloc_v2(&d, n));
	CU(cuMemAlloc_v2(&e, n));
	CU(cuMemcpyHtoD_v2(d, a, n));
	CU(cuMemcpyDtoD_v2(e, d, n));
	CU(cuMemsetD8_v2(d, 0, n));
	CU(cuMemcpyDtoH_v2(b, e, n));
	CHECK(!memcmp(a, b, n));
	CU(cuMemcpy((uintptr_t)b, d, n));
	for (size_t i = 0; i < n; i += 4093)
		CHECK_EQ(b[i], 0);
	CU(cuMemFree_v2(d));
	CU(cuMemFree_v2(e));
	free(a);
	free(b);
}

static void
copy_box(unsigned char *to, const unsigned char *from, const CUDA_MEMCPY3D *c)
{
	for (size_t z = 0; z < c->Depth; z++) {
		for (size_t y = 0; y < c->Height; y++)
			memmove(to +
					((c->dstZ + z) * c->dstHeight +
						c->dstY + y) *
						c->dstPitch +
					c->dstXInBytes,
				from +
					((c->srcZ + z) * c->srcHeight +
						c->srcY + y) *
						c->srcPitch +
					c->srcXInBytes,
				c->WidthInBytes);
	}
}

/* A random box that fits on both sides. */
static CUDA_MEMCPY3D
random_box(void)
{
	CUDA_MEMCPY3D c = {.srcXInBytes = random64() % 20};

	c.srcY = random64() % 5;
	c.srcZ = random64() % 2;
	c.dstXInBytes = random64() % 20;
	c.dstY = random64() % 5;
	c.dstZ = random64() % 2;
	c.WidthInBytes = 1 + random64() % 70;
	c.Height = 1 + random64() % 15;
	c.Depth = 1 + random64() % 4;
	c.srcPitch = c.dstPitch = PITCH;
	c.srcHeight = c.dstHeight = ROWS;
	return c;
}

/* Which = 0: from the host, 1: to the host, 2: on the device, 3: by address. */
static void
check_box(int which, CUdeviceptr a, CUdeviceptr b)
{
	CUDA_MEMCPY3D c = random_box();

	shuffle(before, BYTES);
	shuffle(src, BYTES);
	memcpy(want, before, BYTES);
	copy_box(want, src, &c);
	CU(cuMemcpyHtoD_v2(a, src, BYTES));
	CU(cuMemcpyHtoD_v2(b, before, BYTES));
	memcpy(got, before, BYTES);
	c.srcMemoryType = which == 0 ? CU_MEMORYTYPE_HOST
		: which == 3	     ? CU_MEMORYTYPE_UNIFIED
				     : CU_MEMORYTYPE_DEVICE;
	c.dstMemoryType = which == 1 ? CU_MEMORYTYPE_HOST
		: which == 3	     ? CU_MEMORYTYPE_UNIFIED
				     : CU_MEMORYTYPE_DEVICE;
	c.srcHost = src;
	c.srcDevice = a;
	c.dstHost = got;
	c.dstDevice = b;
	if (random64() % 2)
		CU(cuMemcpy3D_v2(&c));
	else
		CU(cuMemcpy3DAsync_v2(&c, NULL));
	if (which != 1)
		CU(cuMemcpyDtoH_v2(got, b, BYTES));
	CHECK(!memcmp(got, want, BYTES));
}

static void
boxes_are_copied_row_by_row(void)
{
	CUdeviceptr a, b;

	CU(cuMemAlloc_v2(&a, BYTES));
	CU(cuMemAlloc_v2(&b, BYTES));
	for (int i = 0; i < 400; i++)
		check_box(i % 4, a, b);
	CU(cuMemFree_v2(a));
	CU(cuMemFree_v2(b));
}

static void
rectangles_are_checked_to_the_last_byte(void)
{
	CUDA_MEMCPY2D c = {.srcMemoryType = CU_MEMORYTYPE_HOST};
	CUdeviceptr d;

	/* 10 rows of 64 bytes, the last of which ends at 40. */
	CU(cuMemAlloc_v2(&d, 9 * 64 + 40));
	c.srcHost = src;
	c.srcPitch = PITCH;
	c.dstMemoryType = CU_MEMORYTYPE_DEVICE;
	c.dstDevice = d;
	c.dstPitch = 64;
	c.WidthInBytes = 40;
	c.Height = 10;
	CU(cuMemcpy2D_v2(&c));
	CU(cuMemcpy2DUnaligned_v2(&c));
	c.WidthInBytes = 41;
	EXPECT_CU(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_VALUE);
	c.Height = 9;
	CU(cuMemcpy2D_v2(&c));
	c.dstXInBytes = 24;
	EXPECT_CU(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_VALUE);
	c.dstXInBytes = 0;
	c.Height = 11;
	EXPECT_CU(cuMemcpy2DAsync_v2(&c, NULL), CUDA_ERROR_INVALID_VALUE);
	c.Height = SIZE_MAX / 32;
	EXPECT_CU(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_VALUE);
	c.Height = 1;
	c.dstPitch = 0;
	CU(cuMemcpy2D_v2(&c));
	c.Height = 2;
	EXPECT_CU(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_VALUE);
	c.dstPitch = 64;
	c.dstMemoryType = CU_MEMORYTYPE_ARRAY;
	EXPECT_CU(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_HANDLE);
	c.dstMemoryType = (CUmemorytype)9;
	EXPECT_CU(cuMemcpy2D_v2(&c), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemcpy2D_v2(NULL), CUDA_ERROR_INVALID_VALUE);
	c.Height = 0;
	CU(cuMemcpy2D_v2(&c));
	CU(cuMemFree_v2(d));
}

static void
fills_write_what_they_are_told(void)
{
	CUdeviceptr d;

	CU(cuMemAlloc_v2(&d, BYTES));
	for (unsigned element = 1; element <= 4; element *= 2) {
		uint32_t value = 0xa1b2c3d4u;
		size_t width = 3 + element;

		shuffle(before, BYTES);
		memcpy(want, before, BYTES);
		CU(cuMemcpyHtoD_v2(d, before, BYTES));
		for (size_t y = 0; y < 7; y++) {
			for (size_t x = 0; x < width; x++)
				memcpy(want + 8 + y * PITCH + x * element,
					&value, element);
		}
		if (element == 1)
			CU(cuMemsetD2D8_v2(d + 8, PITCH, 0xd4, width, 7));
		else if (element == 2)
			CU(cuMemsetD2D16_v2(d + 8, PITCH, 0xc3d4, width, 7));
		else
			CU(cuMemsetD2D32Async(
				d + 8, PITCH, value, width, 7, NULL));
		CU(cuMemcpyDtoH_v2(got, d, BYTES));
		CHECK(!memcmp(got, want, BYTES));
	}
	CU(cuMemsetD16_v2(d + 2, 0x1234, 100));
	CU(cuMemsetD32Async(d + 400, 0x01020304, 3, NULL));
	CU(cuMemcpyDtoH_v2(got, d, BYTES));
	CHECK(got[2] == 0x34 && got[201] == 0x12 && got[202] == want[202]);
	CHECK(got[400] == 4 && got[411] == 1 && got[412] == want[412]);
	EXPECT_CU(cuMemsetD2D32_v2(d, 6, 1, 1, 2), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemsetD2D32_v2(d, 8, 1, 3, 2), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuMemsetD2D8_v2(d, PITCH, 1, PITCH, ROWS * SLICES + 1),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFree_v2(d));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"plain copies are exact to the byte",
			plain_copies_are_exact_to_the_byte},
		{"large copies are whole", large_copies_are_whole},
		{"boxes are copied row by row", boxes_are_copied_row_by_row},
		{"rectangles are checked to the last byte",
			rectangles_are_checked_to_the_last_byte},
		{"fills write what they are told",
			fills_write_what_they_are_told},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
