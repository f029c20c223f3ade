/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Managed memory. Devices and host are one address space here, so it is device
 * memory that the host may use, too; nothing ever migrates, and what is said of
 * where memory should be is checked and changes nothing.
 */
#include "config.h"

#include "common/compiler.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/memory.h"
#include "softgpu/stream.h"

#define ATTACH_GLOBAL 1u /* CU_MEM_ATTACH_GLOBAL and so on */
#define ATTACH_HOST   2u
#define ATTACH_SINGLE 4u
#define DEVICE_CPU    (-1) /* CU_DEVICE_CPU */
#define ADVICE_LAST   6	   /* CU_MEM_ADVISE_UNSET_ACCESSED_BY */

CUresult
rgpu_do_cuMemAllocManaged(
	CUdeviceptr *dptr, size_t bytesize, unsigned int flags)
{
	struct rgpu_allocation *a;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!dptr || !bytesize ||
		(flags != ATTACH_GLOBAL && flags != ATTACH_HOST))
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_memory_alloc_managed(c, bytesize, RGPU_MEMORY_DEVICE, &a);
	if (!r)
		*dptr = a->base;
	return r;
}

/* Whether all of it lies in one piece of managed memory. */
static CUresult
check_range(CUdeviceptr ptr, size_t count)
{
	struct rgpu_memory_view v;

	rgpu_memory_look(ptr, 1, false, &v);
	return v.allocation && v.managed && count &&
			count <= v.size - (ptr - v.base)
		? CUDA_SUCCESS
		: CUDA_ERROR_INVALID_VALUE;
}

static CUresult
check_location(CUmemLocation location)
{
	switch (location.type) {
	case CU_MEM_LOCATION_TYPE_DEVICE:
		return rgpu_device_get(location.id) ? CUDA_SUCCESS
						    : CUDA_ERROR_INVALID_DEVICE;
	case CU_MEM_LOCATION_TYPE_HOST: return CUDA_SUCCESS;
	default: return CUDA_ERROR_INVALID_VALUE;
	}
}

static CUmemLocation
location_of(CUdevice device)
{
	return (CUmemLocation){device == DEVICE_CPU
			? CU_MEM_LOCATION_TYPE_HOST
			: CU_MEM_LOCATION_TYPE_DEVICE,
		device};
}

CUresult
rgpu_do_cuMemPrefetchAsync_v2(CUdeviceptr devPtr, size_t count,
	CUmemLocation location, unsigned int flags, CUstream hStream)
{
	struct rgpu_stream *stream;
	CUresult r = rgpu_stream_resolve(hStream, &stream);

	if (r)
		return r;
	rgpu_object_put(&stream->object);
	if (flags)
		return CUDA_ERROR_INVALID_VALUE;
	r = check_location(location);
	return r ? r : check_range(devPtr, count);
}

CUresult
rgpu_do_cuMemPrefetchAsync(
	CUdeviceptr devPtr, size_t count, CUdevice dstDevice, CUstream hStream)
{
	return rgpu_do_cuMemPrefetchAsync_v2(
		devPtr, count, location_of(dstDevice), 0, hStream);
}

/* Whether memory is mostly read concerns no location. */
static bool
needs_location(CUmem_advise advice)
{
	return advice == 3 || advice > 4;
}

CUresult
rgpu_do_cuMemAdvise_v2(CUdeviceptr devPtr, size_t count, CUmem_advise advice,
	CUmemLocation location)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (advice < 1 || advice > ADVICE_LAST)
		return CUDA_ERROR_INVALID_VALUE;
	if (needs_location(advice))
		r = check_location(location);
	return r ? r : check_range(devPtr, count);
}

CUresult
rgpu_do_cuMemAdvise(
	CUdeviceptr devPtr, size_t count, CUmem_advise advice, CUdevice device)
{
	return rgpu_do_cuMemAdvise_v2(
		devPtr, count, advice, location_of(device));
}

/* Which stream may use it matters to devices without concurrent access. */
CUresult
rgpu_do_cuStreamAttachMemAsync(
	CUstream hStream, CUdeviceptr dptr, size_t length, unsigned int flags)
{
	struct rgpu_stream *stream;
	struct rgpu_memory_view v;
	CUresult r = rgpu_stream_resolve(hStream, &stream);

	if (r)
		return r;
	r = stream->legacy && flags == ATTACH_SINGLE ? CUDA_ERROR_INVALID_VALUE
						     : CUDA_SUCCESS;
	rgpu_object_put(&stream->object);
	rgpu_memory_look(dptr, 1, false, &v);
	if ((flags != ATTACH_GLOBAL && flags != ATTACH_HOST &&
		    flags != ATTACH_SINGLE) ||
		!v.allocation || !v.managed || v.base != dptr ||
		(length && length != v.size))
		r = CUDA_ERROR_INVALID_VALUE;
	return r;
}
