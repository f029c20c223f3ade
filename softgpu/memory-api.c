/* SPDX-License-Identifier: Apache-2.0 */
/* cuMemAlloc and its family: device memory. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/memory.h"

CUresult
rgpu_do_cuMemGetInfo_v2(size_t *available, size_t *total)
{
	struct rgpu_context *c;
	uint64_t a, t;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	rgpu_memory_info(c->device, &a, &t);
	if (available)
		*available = (size_t)a;
	if (total)
		*total = (size_t)t;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemAlloc_v2(CUdeviceptr *dptr, size_t bytesize)
{
	struct rgpu_allocation *a;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!dptr || !bytesize)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_memory_alloc(c, bytesize, RGPU_MEMORY_DEVICE, &a);
	if (!r)
		*dptr = a->base;
	return r;
}

CUresult
rgpu_do_cuMemAllocPitch_v2(CUdeviceptr *dptr, size_t *pPitch,
	size_t WidthInBytes, size_t Height, unsigned int ElementSizeBytes)
{
	size_t pitch, bytes;
	CUresult r;

	if (!dptr || !pPitch || !WidthInBytes || !Height ||
		(ElementSizeBytes != 4 && ElementSizeBytes != 8 &&
			ElementSizeBytes != 16) ||
		WidthInBytes > RGPU_PITCH_MAX)
		return CUDA_ERROR_INVALID_VALUE;
	pitch = (WidthInBytes + RGPU_UNIT - 1) / RGPU_UNIT * RGPU_UNIT;
	if (__builtin_mul_overflow(pitch, Height, &bytes))
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_do_cuMemAlloc_v2(dptr, bytes);
	if (!r)
		*pPitch = pitch;
	return r;
}

CUresult
rgpu_do_cuMemFree_v2(CUdeviceptr dptr)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r || !dptr)
		return r;
	r = rgpu_memory_free(dptr, RGPU_MEMORY_DEVICE);
	return r ? r : rgpu_context_state(c);
}

CUresult
rgpu_do_cuMemGetAddressRange_v2(
	CUdeviceptr *pbase, size_t *psize, CUdeviceptr dptr)
{
	struct rgpu_memory_view v;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	rgpu_memory_look(dptr, 1, false, &v);
	if (!v.allocation)
		return CUDA_ERROR_NOT_FOUND;
	if (pbase)
		*pbase = v.base;
	if (psize)
		*psize = (size_t)v.size;
	return CUDA_SUCCESS;
}
