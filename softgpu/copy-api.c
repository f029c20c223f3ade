/* SPDX-License-Identifier: Apache-2.0 */
/* cuMemcpy* of plain ranges, and cuMemset*. */
#include "config.h"

#include <stdint.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/copy.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

static CUresult
copy(enum rgpu_side_kind to, uint64_t dst, enum rgpu_side_kind from,
	uint64_t src, size_t bytes, CUstream handle, bool sync)
{
	struct rgpu_copy c = {
		.dst = {.kind = to, .address = dst},
		.src = {.kind = from, .address = src},
		.width = bytes,
		.height = 1,
		.depth = 1,
	};
	struct rgpu_stream *stream;
	CUresult r = rgpu_stream_resolve(handle, &stream);

	if (r)
		return r;
	r = rgpu_copy(&c, stream, sync);
	rgpu_object_put(&stream->object);
	return r;
}

CUresult
rgpu_do_cuMemcpy(
	CUdeviceptr dst, CUdeviceptr src, size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_ANY, dst, RGPU_SIDE_ANY, src, ByteCount, hStream,
		true);
}

CUresult
rgpu_do_cuMemcpyAsync(
	CUdeviceptr dst, CUdeviceptr src, size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_ANY, dst, RGPU_SIDE_ANY, src, ByteCount, hStream,
		false);
}

CUresult
rgpu_do_cuMemcpyHtoD_v2(CUdeviceptr dstDevice, const void *srcHost,
	size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_DEVICE, dstDevice, RGPU_SIDE_HOST,
		(uintptr_t)srcHost, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyHtoDAsync_v2(CUdeviceptr dstDevice, const void *srcHost,
	size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_DEVICE, dstDevice, RGPU_SIDE_HOST,
		(uintptr_t)srcHost, ByteCount, hStream, false);
}

CUresult
rgpu_do_cuMemcpyDtoH_v2(void *dstHost, CUdeviceptr srcDevice, size_t ByteCount,
	CUstream hStream)
{
	return copy(RGPU_SIDE_HOST, (uintptr_t)dstHost, RGPU_SIDE_DEVICE,
		srcDevice, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyDtoHAsync_v2(void *dstHost, CUdeviceptr srcDevice,
	size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_HOST, (uintptr_t)dstHost, RGPU_SIDE_DEVICE,
		srcDevice, ByteCount, hStream, false);
}

CUresult
rgpu_do_cuMemcpyDtoD_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice,
	size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_DEVICE, dstDevice, RGPU_SIDE_DEVICE, srcDevice,
		ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyDtoDAsync_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice,
	size_t ByteCount, CUstream hStream)
{
	return copy(RGPU_SIDE_DEVICE, dstDevice, RGPU_SIDE_DEVICE, srcDevice,
		ByteCount, hStream, false);
}

/* The two contexts of a peer copy must be there; the addresses say it all. */
static CUresult
check_peers(CUcontext dst, CUcontext src, bool wait)
{
	CUcontext handles[2] = {dst, src};
	CUresult r = CUDA_SUCCESS;

	for (int i = 0; i < 2 && !r; i++) {
		struct rgpu_context *c =
			rgpu_object_get(RGPU_KIND_CONTEXT, handles[i]);

		if (!c)
			return CUDA_ERROR_INVALID_CONTEXT;
		r = rgpu_context_state(c);
		if (!r && wait)
			rgpu_context_wait(c);
		rgpu_object_put(&c->object);
	}
	return r;
}

/* In order with everything in both contexts. */
CUresult
rgpu_do_cuMemcpyPeer(CUdeviceptr dstDevice, CUcontext dstContext,
	CUdeviceptr srcDevice, CUcontext srcContext, size_t ByteCount,
	CUstream hStream)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (!r)
		r = check_peers(dstContext, srcContext, true);
	if (!r)
		r = rgpu_do_cuMemcpyDtoD_v2(
			dstDevice, srcDevice, ByteCount, hStream);
	if (!r)
		rgpu_context_wait(c);
	return r ? r : rgpu_context_state(c);
}

CUresult
rgpu_do_cuMemcpyPeerAsync(CUdeviceptr dstDevice, CUcontext dstContext,
	CUdeviceptr srcDevice, CUcontext srcContext, size_t ByteCount,
	CUstream hStream)
{
	CUresult r = check_peers(dstContext, srcContext, false);

	return r ? r
		 : rgpu_do_cuMemcpyDtoDAsync_v2(
			   dstDevice, srcDevice, ByteCount, hStream);
}

static CUresult
fill(CUdeviceptr dst, size_t pitch, unsigned element, uint32_t value,
	size_t width, size_t height, CUstream handle, bool sync)
{
	struct rgpu_fill f = {
		.address = dst,
		.pitch = pitch,
		.width = width,
		.height = height,
		.element = element,
		.value = value,
	};
	struct rgpu_stream *stream;
	CUresult r = rgpu_stream_resolve(handle, &stream);

	if (r)
		return r;
	r = rgpu_fill(&f, stream, sync);
	rgpu_object_put(&stream->object);
	return r;
}

CUresult
rgpu_do_cuMemsetD8_v2(
	CUdeviceptr dstDevice, unsigned char uc, size_t N, CUstream hStream)
{
	return fill(dstDevice, 0, 1, uc, N, 1, hStream, true);
}

CUresult
rgpu_do_cuMemsetD8Async(
	CUdeviceptr dstDevice, unsigned char uc, size_t N, CUstream hStream)
{
	return fill(dstDevice, 0, 1, uc, N, 1, hStream, false);
}

CUresult
rgpu_do_cuMemsetD16_v2(
	CUdeviceptr dstDevice, unsigned short us, size_t N, CUstream hStream)
{
	return fill(dstDevice, 0, 2, us, N, 1, hStream, true);
}

CUresult
rgpu_do_cuMemsetD16Async(
	CUdeviceptr dstDevice, unsigned short us, size_t N, CUstream hStream)
{
	return fill(dstDevice, 0, 2, us, N, 1, hStream, false);
}

CUresult
rgpu_do_cuMemsetD32_v2(
	CUdeviceptr dstDevice, unsigned int ui, size_t N, CUstream hStream)
{
	return fill(dstDevice, 0, 4, ui, N, 1, hStream, true);
}

CUresult
rgpu_do_cuMemsetD32Async(
	CUdeviceptr dstDevice, unsigned int ui, size_t N, CUstream hStream)
{
	return fill(dstDevice, 0, 4, ui, N, 1, hStream, false);
}

CUresult
rgpu_do_cuMemsetD2D8_v2(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned char uc, size_t Width, size_t Height, CUstream hStream)
{
	return fill(dstDevice, dstPitch, 1, uc, Width, Height, hStream, true);
}

CUresult
rgpu_do_cuMemsetD2D8Async(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned char uc, size_t Width, size_t Height, CUstream hStream)
{
	return fill(dstDevice, dstPitch, 1, uc, Width, Height, hStream, false);
}

CUresult
rgpu_do_cuMemsetD2D16_v2(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned short us, size_t Width, size_t Height, CUstream hStream)
{
	return fill(dstDevice, dstPitch, 2, us, Width, Height, hStream, true);
}

CUresult
rgpu_do_cuMemsetD2D16Async(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned short us, size_t Width, size_t Height, CUstream hStream)
{
	return fill(dstDevice, dstPitch, 2, us, Width, Height, hStream, false);
}

CUresult
rgpu_do_cuMemsetD2D32_v2(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned int ui, size_t Width, size_t Height, CUstream hStream)
{
	return fill(dstDevice, dstPitch, 4, ui, Width, Height, hStream, true);
}

CUresult
rgpu_do_cuMemsetD2D32Async(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned int ui, size_t Width, size_t Height, CUstream hStream)
{
	return fill(dstDevice, dstPitch, 4, ui, Width, Height, hStream, false);
}
