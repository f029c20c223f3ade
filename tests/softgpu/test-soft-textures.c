/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays, textures and surfaces: what is refused, with which error. */
#include "config.h"
#include "tests/softgpu/soft.h"

static CUDA_ARRAY3D_DESCRIPTOR
plain(void)
{
	return (CUDA_ARRAY3D_DESCRIPTOR){.Width = 8,
		.Height = 8,
		.Format = CU_AD_FORMAT_FLOAT,
		.NumChannels = 1};
}

static void
arrays_are_checked(void)
{
	CUDA_ARRAY3D_DESCRIPTOR d = plain(), got;
	CUDA_ARRAY_DESCRIPTOR flat;
	CUarray a;

	EXPECT_CU(cuArray3DCreate_v2(NULL, &d), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuArray3DCreate_v2(&a, NULL), CUDA_ERROR_INVALID_VALUE);
	d.Height = 0;
	d.Depth = 3;
	EXPECT_CU(cuArray3DCreate_v2(&a, &d), CUDA_ERROR_INVALID_VALUE);
	d.Flags = CUDA_ARRAY3D_LAYERED;
	CU(cuArray3DCreate_v2(&a, &d));
	CU(cuArray3DGetDescriptor_v2(&got, a));
	CHECK(!memcmp(&got, &d, sizeof(d)));
	CU(cuArrayGetDescriptor_v2(&flat, a));
	CHECK(flat.Width == 8 && flat.Height == 0 && flat.NumChannels == 1);
	CU(cuArrayDestroy(a));
	EXPECT_CU(cuArrayDestroy(a), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuArrayGetDescriptor_v2(&flat, a), CUDA_ERROR_INVALID_HANDLE);
	d = plain();
	d.Flags = CUDA_ARRAY3D_SPARSE;
	EXPECT_CU(cuArray3DCreate_v2(&a, &d), CUDA_ERROR_NOT_SUPPORTED);
	d.Flags = 0;
	d.Format = CU_AD_FORMAT_NV12;
	EXPECT_CU(cuArray3DCreate_v2(&a, &d), CUDA_ERROR_NOT_SUPPORTED);
}

/* The memory of an array is no memory to anybody else, and comes back. */
static void
arrays_take_memory(void)
{
	CUDA_ARRAY3D_DESCRIPTOR d = plain();
	size_t before, with, after, total;
	CUarray a;

	d.Width = d.Height = 2048;
	CU(cuMemGetInfo_v2(&before, &total));
	CU(cuArray3DCreate_v2(&a, &d));
	CU(cuMemGetInfo_v2(&with, &total));
	CHECK(before - with >= 2048u * 2048 * 4);
	CU(cuArrayDestroy(a));
	CU(cuMemGetInfo_v2(&after, &total));
	CHECK(after == before);
}

static void
levels_belong_to_their_array(void)
{
	CUDA_ARRAY3D_DESCRIPTOR d = plain();
	CUmipmappedArray m;
	CUarray level;

	CU(cuMipmappedArrayCreate(&m, &d, 100));
	CU(cuMipmappedArrayGetLevel(&level, m, 3));
	CU(cuArray3DGetDescriptor_v2(&d, level));
	CHECK(d.Width == 1 && d.Height == 1);
	EXPECT_CU(cuMipmappedArrayGetLevel(&level, m, 4),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuArrayDestroy(level), CUDA_ERROR_INVALID_HANDLE);
	CU(cuMipmappedArrayDestroy(m));
	EXPECT_CU(cuArray3DGetDescriptor_v2(&d, level),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuMipmappedArrayDestroy(m), CUDA_ERROR_INVALID_HANDLE);
}

static void
textures_are_checked(void)
{
	CUDA_ARRAY3D_DESCRIPTOR d = plain();
	CUDA_RESOURCE_DESC r = {.resType = CU_RESOURCE_TYPE_ARRAY}, got;
	CUDA_TEXTURE_DESC t = {.filterMode = CU_TR_FILTER_MODE_LINEAR};
	CUDA_RESOURCE_VIEW_DESC v;
	CUtexObject x;
	CUsurfObject s;

	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_HANDLE);
	CU(cuArray3DCreate_v2(&r.res.array.hArray, &d));
	EXPECT_CU(cuTexObjectCreate(&x, &r, NULL, NULL),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuSurfObjectCreate(&s, &r), CUDA_ERROR_INVALID_VALUE);
	t.filterMode = (CUfilter_mode)2;
	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_VALUE);
	t.filterMode = CU_TR_FILTER_MODE_LINEAR;
	CU(cuTexObjectCreate(&x, &r, &t, NULL));
	CU(cuTexObjectGetResourceDesc(&got, x));
	CHECK(got.res.array.hArray == r.res.array.hArray);
	EXPECT_CU(cuTexObjectGetResourceViewDesc(&v, x),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuSurfObjectDestroy(x), CUDA_ERROR_INVALID_VALUE);
	CU(cuTexObjectDestroy(x));
	EXPECT_CU(cuTexObjectDestroy(x), CUDA_ERROR_INVALID_VALUE);
	CU(cuArrayDestroy(r.res.array.hArray));
	/* Integers cannot be filtered. */
	d.Format = CU_AD_FORMAT_UNSIGNED_INT32;
	d.Flags = CUDA_ARRAY3D_SURFACE_LDST;
	CU(cuArray3DCreate_v2(&r.res.array.hArray, &d));
	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_VALUE);
	CU(cuSurfObjectCreate(&s, &r));
	CU(cuSurfObjectDestroy(s));
	CU(cuArrayDestroy(r.res.array.hArray));
}

static void
memory_under_textures_is_checked(void)
{
	CUDA_RESOURCE_DESC r = {.resType = CU_RESOURCE_TYPE_PITCH2D};
	CUDA_TEXTURE_DESC t = {.flags = 0};
	CUdeviceptr m;
	CUtexObject x;

	CU(cuMemAlloc_v2(&m, 4096));
	r.res.pitch2D.devPtr = m;
	r.res.pitch2D.format = CU_AD_FORMAT_FLOAT;
	r.res.pitch2D.numChannels = 1;
	r.res.pitch2D.width = 16;
	r.res.pitch2D.height = 64;
	r.res.pitch2D.pitchInBytes = 64;
	CU(cuTexObjectCreate(&x, &r, &t, NULL));
	CU(cuTexObjectDestroy(x));
	r.res.pitch2D.height = 65;
	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_VALUE);
	r.res.pitch2D.height = 8;
	r.res.pitch2D.pitchInBytes = 72;
	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_VALUE);
	r.res.pitch2D.pitchInBytes = 64;
	r.res.pitch2D.devPtr = m + 64;
	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_VALUE);
	CU(cuMemFree_v2(m));
	r.res.pitch2D.devPtr = m;
	EXPECT_CU(
		cuTexObjectCreate(&x, &r, &t, NULL), CUDA_ERROR_INVALID_VALUE);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"arrays are checked", arrays_are_checked},
		{"arrays take memory", arrays_take_memory},
		{"levels belong to their array", levels_belong_to_their_array},
		{"textures are checked", textures_are_checked},
		{"memory under textures is checked",
			memory_under_textures_is_checked},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
