/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies. Towards the device the data is taken before the call returns and
 * nothing is waited for. Towards the host it lands when the stream gets there: a
 * synchronous copy waits, an asynchronous one is detached; but one to pageable
 * memory has to be complete when the call returns (CUDA Driver API, API
 * synchronization behavior), and cuSPARSE reads it then.
 */
#include "config.h"

#include <string.h>

#include "cudaabi/gen/inner.h"
#include "libclient/callbacks.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/memory.h"

/* One command to the host asks for so much; bounds the server's buffers. */
#define DOWNLOAD_MAX (32u << 20)
/* The same for one that the server asks for. */
#define LATE_MAX     (32u << 20)

/* ---- host functions may still write what is to be copied ------------------- */

static CUresult
wait_for_stream(uint64_t context, uint64_t stream)
{
	struct rgpu_args_cuStreamSynchronize a = {.hStream = stream};

	return rgpu_call_cuStreamSynchronize(context, &a);
}

static CUresult
late(CUdeviceptr dst, const void *src, size_t n, uint64_t context,
	uint64_t stream)
{
	CUresult r = CUDA_SUCCESS;

	for (size_t at = 0, size; at < n && !r; at += size) {
		size = n - at < LATE_MAX ? n - at : LATE_MAX;
		r = rgpu_late_copy(dst + at, (const uint8_t *)src + at, size,
			context, stream);
	}
	return r;
}

/* ---- to the device ----------------------------------------------------------- */

static CUresult
to_device(CUdeviceptr dst, const void *src, size_t n, CUstream stream,
	bool synchronous)
{
	struct rgpu_args_cuMemcpyHtoDAsync_v2 a;
	uint64_t context;
	CUresult r = rgpu_client_stream(stream, &context, &a.hStream);

	if (!n)
		return r;
	if (!r)
		r = rgpu_client_range(dst, n, 1);
	if (r)
		return r;
	if (!src)
		return CUDA_ERROR_INVALID_VALUE;
	if (rgpu_callbacks_pending()) {
		if (synchronous)
			r = wait_for_stream(context, a.hStream);
		else if (rgpu_memory_is_pinned(src))
			return late(dst, src, n, context, a.hStream);
		if (r)
			return r;
	}
	/* A copy on its way into src comes first. */
	if (rgpu_calls_settle(rgpu_client.calls, src, n))
		return rgpu_client_lost();
	for (size_t at = 0; at < n && !r; at += a.ByteCount) {
		size_t left = n - at;

		a.ByteCount =
			(uint32_t)(left < RGPU_CHUNK_MAX ? left
							 : RGPU_CHUNK_MAX);
		a.dstDevice = dst + at;
		a.srcHost = (const uint8_t *)src + at;
		a.fence = synchronous && left == a.ByteCount;
		r = rgpu_post_cuMemcpyHtoDAsync_v2(context, &a);
	}
	return r;
}

static CUresult
to_host(void *dst, CUdeviceptr src, size_t n, CUstream stream, bool synchronous)
{
	struct rgpu_args_cuMemcpyDtoHAsync_v2 a;
	uint64_t context;
	CUresult r = rgpu_client_stream(stream, &context, &a.hStream);

	if (!n)
		return r;
	if (!r)
		r = rgpu_client_range(src, n, 1);
	if (r)
		return r;
	if (!dst)
		return CUDA_ERROR_INVALID_VALUE;
	synchronous = synchronous || !rgpu_memory_is_pinned(dst);
	for (size_t at = 0; at < n && !r; at += a.ByteCount) {
		size_t left = n - at;
		struct rgpu_landing to = {.data = (uint8_t *)dst + at};

		a.ByteCount = left < DOWNLOAD_MAX ? left : DOWNLOAD_MAX;
		a.srcDevice = src + at;
		a.wait = synchronous && left == a.ByteCount;
		to.size = a.ByteCount;
		r = a.wait ? rgpu_await_cuMemcpyDtoHAsync_v2(
				     context, &a, to.data, to.size)
			   : rgpu_detach_cuMemcpyDtoHAsync_v2(context, &a, &to);
	}
	return r;
}

/* Host to host, in stream order: what is on its way into either comes first. */
static CUresult
on_host(void *dst, const void *src, size_t n, CUstream stream)
{
	const struct rgpu_args_cuStreamSynchronize a0 = {.hStream = 0};
	struct rgpu_args_cuStreamSynchronize a = a0;
	uint64_t context;
	CUresult r = rgpu_client_stream(stream, &context, &a.hStream);

	if (!r)
		r = rgpu_call_cuStreamSynchronize(context, &a);
	if (!r)
		memmove(dst, src, n);
	return r;
}

CUresult
rgpu_do_cuMemcpyHtoD_v2(CUdeviceptr dstDevice, const void *srcHost,
	size_t ByteCount, CUstream hStream)
{
	return to_device(dstDevice, srcHost, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyHtoDAsync_v2(CUdeviceptr dstDevice, const void *srcHost,
	size_t ByteCount, CUstream hStream)
{
	return to_device(dstDevice, srcHost, ByteCount, hStream, false);
}

CUresult
rgpu_do_cuMemcpyDtoH_v2(void *dstHost, CUdeviceptr srcDevice, size_t ByteCount,
	CUstream hStream)
{
	return to_host(dstHost, srcDevice, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyDtoHAsync_v2(void *dstHost, CUdeviceptr srcDevice,
	size_t ByteCount, CUstream hStream)
{
	return to_host(dstHost, srcDevice, ByteCount, hStream, false);
}

/* The direction follows from the pointers: unified addressing. */
static CUresult
by_pointer(CUdeviceptr dst, CUdeviceptr src, size_t n, CUstream stream,
	bool synchronous)
{
	bool to = rgpu_memory_find(dst).kind == RGPU_MEMORY_DEVICE;
	bool from = rgpu_memory_find(src).kind == RGPU_MEMORY_DEVICE;

	if (to && from)
		return rgpu_do_cuMemcpyDtoDAsync_v2(dst, src, n, stream);
	if (to)
		return to_device(dst, (const void *)(uintptr_t)src, n, stream,
			synchronous);
	if (from)
		return to_host(
			(void *)(uintptr_t)dst, src, n, stream, synchronous);
	if (!dst || !src)
		return n ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
	return on_host((void *)(uintptr_t)dst, (const void *)(uintptr_t)src, n,
		stream);
}

CUresult
rgpu_do_cuMemcpy(
	CUdeviceptr dst, CUdeviceptr src, size_t ByteCount, CUstream hStream)
{
	return by_pointer(dst, src, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyAsync(
	CUdeviceptr dst, CUdeviceptr src, size_t ByteCount, CUstream hStream)
{
	return by_pointer(dst, src, ByteCount, hStream, false);
}
