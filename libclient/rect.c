/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of rectangles and boxes (cuMemcpy2D, cuMemcpy3D); those between linear
 * memory on either side are made here. Host rows travel packed, in messages of
 * whole rows.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "cudaabi/gen/inner.h"
#include "libclient/callbacks.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/memory.h"
#include "libclient/rect.h"

/* One message to the host asks for so much; bounds the server's buffers. */
#define DOWNLOAD_MAX (32u << 20)

/* Offsets as the manual gives them: x in bytes, y in rows, z in slices. */
static CUresult
make_side(struct rgpu_side *s, CUmemorytype type, const void *host,
	CUdeviceptr device, uint64_t pitch, uint64_t rows, uint64_t x,
	uint64_t y, uint64_t z, uint64_t width)
{
	uint64_t base = type == CU_MEMORYTYPE_HOST ? (uintptr_t)host : device;

	if ((type != CU_MEMORYTYPE_HOST && type != CU_MEMORYTYPE_DEVICE &&
		    type != CU_MEMORYTYPE_UNIFIED) ||
		!base)
		return CUDA_ERROR_INVALID_VALUE;
	s->device = type == CU_MEMORYTYPE_DEVICE ||
		(type == CU_MEMORYTYPE_UNIFIED &&
			rgpu_memory_find(base).kind == RGPU_MEMORY_DEVICE);
	s->pitch = pitch ? pitch : width;
	if (s->pitch < width ||
		__builtin_mul_overflow(s->pitch, rows, &s->slice))
		return CUDA_ERROR_INVALID_VALUE;
	s->base = base + z * s->slice + y * s->pitch + x;
	return CUDA_SUCCESS;
}

/* The device side lies in one allocation, wholly. */
static CUresult
check_device(const struct rgpu_box *b, const struct rgpu_side *s)
{
	uint64_t last, rows, bytes;

	if (!s->device || s->array)
		return CUDA_SUCCESS;
	if (__builtin_mul_overflow(b->depth - 1, s->slice, &last) ||
		__builtin_mul_overflow(b->height - 1, s->pitch, &rows) ||
		__builtin_add_overflow(last, rows, &bytes) ||
		__builtin_add_overflow(bytes, b->width, &bytes))
		return CUDA_ERROR_INVALID_VALUE;
	return rgpu_client_range(s->base, bytes, 1);
}

static uint8_t *
row(const struct rgpu_side *s, uint64_t y, uint64_t z)
{
	return (uint8_t *)(uintptr_t)(s->base + z * s->slice + y * s->pitch);
}

/* Rows of one message: a part of a slice. */
static uint64_t
rows_at_once(const struct rgpu_box *b)
{
	uint64_t n = RGPU_CHUNK_MAX / b->width;

	return n ? n : 1;
}

/* A row longer than a message goes like linear memory. */
static CUresult
long_rows(const struct rgpu_box *b, bool upload)
{
	CUresult r = CUDA_SUCCESS;

	for (uint64_t z = 0; z < b->depth; z++) {
		for (uint64_t y = 0; y < b->height && !r; y++) {
			uint8_t *d = row(&b->dst, y, z),
				*s = row(&b->src, y, z);

			r = upload ? rgpu_do_cuMemcpyHtoDAsync_v2((uintptr_t)d,
					     s, b->width, b->stream)
				   : rgpu_do_cuMemcpyDtoHAsync_v2(d,
					     (uintptr_t)s, b->width, b->stream);
		}
	}
	return r;
}

static CUresult
upload_rows(const struct rgpu_box *b, uint8_t *packed, uint64_t y, uint64_t z,
	uint64_t n, bool last)
{
	struct rgpu_args_rgpu_rect_to_device a = {
		.dst = (uintptr_t)row(&b->dst, y, z),
		.pitch = b->dst.pitch,
		.slice = b->dst.slice,
		.width = b->width,
		.height = n,
		.depth = 1,
		.hStream = b->stream_id,
		.fence = last && b->synchronous,
		.rows = packed,
		.size = (uint32_t)(b->width * n),
	};

	for (uint64_t i = 0; i < n; i++)
		memcpy(packed + i * b->width, row(&b->src, y + i, z), b->width);
	return rgpu_post_rgpu_rect_to_device(b->context, &a);
}

static CUresult
upload(const struct rgpu_box *b)
{
	uint64_t most = rows_at_once(b), n;
	uint8_t *packed = malloc(most * b->width);
	CUresult r = CUDA_SUCCESS;

	if (!packed)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (uint64_t z = 0; z < b->depth && !r; z++) {
		for (uint64_t y = 0; y < b->height && !r; y += n) {
			n = b->height - y < most ? b->height - y : most;
			r = upload_rows(b, packed, y, z, n,
				z + 1 == b->depth && y + n == b->height);
		}
	}
	free(packed);
	return r;
}

/* Rows come packed and are spread when they land. */
static CUresult
download(const struct rgpu_box *b)
{
	uint64_t most = DOWNLOAD_MAX / b->width, n;
	CUresult r = CUDA_SUCCESS;

	for (uint64_t z = 0; z < b->depth && !r; z++) {
		for (uint64_t y = 0; y < b->height && !r; y += n) {
			struct rgpu_args_rgpu_rect_to_host a = {
				.src = (uintptr_t)row(&b->src, y, z),
				.pitch = b->src.pitch,
				.slice = b->src.slice,
				.width = b->width,
				.depth = 1,
				.hStream = b->stream_id,
			};
			struct rgpu_landing to = {.data = row(&b->dst, y, z),
				.row = b->width,
				.pitch = b->dst.pitch};

			n = b->height - y < most ? b->height - y : most;
			a.height = n;
			to.size = b->width * n;
			r = rgpu_detach_rgpu_rect_to_host(b->context, &a, &to);
		}
	}
	return r;
}

static CUresult
synchronize(const struct rgpu_box *b)
{
	struct rgpu_args_cuStreamSynchronize a = {.hStream = b->stream_id};

	return rgpu_call_cuStreamSynchronize(b->context, &a);
}

static CUresult
on_device(const struct rgpu_box *b)
{
	struct rgpu_args_rgpu_rect_on_device a = {
		.dst = b->dst.base,
		.dstPitch = b->dst.pitch,
		.dstSlice = b->dst.slice,
		.src = b->src.base,
		.srcPitch = b->src.pitch,
		.srcSlice = b->src.slice,
		.width = b->width,
		.height = b->height,
		.depth = b->depth,
		.hStream = b->stream_id,
	};

	return rgpu_post_rgpu_rect_on_device(b->context, &a);
}

static CUresult
on_host(const struct rgpu_box *b)
{
	CUresult r = synchronize(b);

	for (uint64_t z = 0; z < b->depth && !r; z++) {
		for (uint64_t y = 0; y < b->height; y++)
			memmove(row(&b->dst, y, z), row(&b->src, y, z),
				b->width);
	}
	return r;
}

/* Copies on their way into the host side come first. */
static CUresult
settle(const struct rgpu_box *b, const struct rgpu_side *s)
{
	uint64_t bytes = (b->depth - 1) * s->slice +
		(b->height - 1) * s->pitch + b->width;

	if (s->device)
		return CUDA_SUCCESS;
	return rgpu_calls_settle(rgpu_client.calls,
		       (const void *)(uintptr_t)s->base, bytes)
		? rgpu_client_lost()
		: CUDA_SUCCESS;
}

CUresult
rgpu_copy_box(struct rgpu_box *b)
{
	CUresult r = rgpu_client_stream(b->stream, &b->context, &b->stream_id);

	if (r || !b->width || !b->height || !b->depth)
		return r;
	r = check_device(b, &b->dst);
	if (!r)
		r = check_device(b, &b->src);
	if (!r)
		r = settle(b, &b->src);
	if (r)
		return r;
	if (b->dst.array || b->src.array)
		return rgpu_copy_arrays(b);
	if (b->dst.device && b->src.device)
		return on_device(b);
	if (!b->dst.device && !b->src.device)
		return on_host(b);
	if (b->width > RGPU_CHUNK_MAX)
		r = long_rows(b, b->dst.device);
	else if (!b->dst.device)
		r = download(b);
	/* With host functions about, each row finds out for itself when it may
	 * be read. */
	else if (rgpu_callbacks_pending())
		r = long_rows(b, true);
	else
		return upload(b);
	/* As in copy.c: pageable memory has it when the call returns. */
	if (!r &&
		(b->synchronous ||
			(!b->dst.device &&
				!rgpu_memory_is_pinned(
					(void *)(uintptr_t)b->dst.base))))
		r = synchronize(b);
	return r;
}

static CUresult
copy2d(const CUDA_MEMCPY2D *p, CUstream stream, bool synchronous)
{
	struct rgpu_box b = {
		.stream = stream, .synchronous = synchronous, .depth = 1};
	CUresult r;

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	b.width = p->WidthInBytes;
	b.height = p->Height;
	if (!b.width || !b.height)
		return CUDA_SUCCESS;
	r = p->dstMemoryType == CU_MEMORYTYPE_ARRAY
		? rgpu_array_side(
			  &b.dst, p->dstArray, p->dstXInBytes, p->dstY, 0, &b)
		: make_side(&b.dst, p->dstMemoryType, p->dstHost, p->dstDevice,
			  p->dstPitch, 0, p->dstXInBytes, p->dstY, 0, b.width);
	if (!r && p->srcMemoryType == CU_MEMORYTYPE_ARRAY)
		r = rgpu_array_side(
			&b.src, p->srcArray, p->srcXInBytes, p->srcY, 0, &b);
	else if (!r)
		r = make_side(&b.src, p->srcMemoryType, p->srcHost,
			p->srcDevice, p->srcPitch, 0, p->srcXInBytes, p->srcY,
			0, b.width);
	return r ? r : rgpu_copy_box(&b);
}

static CUresult
copy3d(const CUDA_MEMCPY3D *p, CUstream stream, bool synchronous)
{
	struct rgpu_box b = {.stream = stream, .synchronous = synchronous};
	CUresult r;

	if (!p || p->srcLOD || p->dstLOD)
		return CUDA_ERROR_INVALID_VALUE;
	b.width = p->WidthInBytes;
	b.height = p->Height;
	b.depth = p->Depth;
	if (!b.width || !b.height || !b.depth)
		return CUDA_SUCCESS;
	r = p->dstMemoryType == CU_MEMORYTYPE_ARRAY
		? rgpu_array_side(&b.dst, p->dstArray, p->dstXInBytes, p->dstY,
			  p->dstZ, &b)
		: make_side(&b.dst, p->dstMemoryType, p->dstHost, p->dstDevice,
			  p->dstPitch, p->dstHeight ? p->dstHeight : b.height,
			  p->dstXInBytes, p->dstY, p->dstZ, b.width);
	if (!r && p->srcMemoryType == CU_MEMORYTYPE_ARRAY)
		r = rgpu_array_side(&b.src, p->srcArray, p->srcXInBytes,
			p->srcY, p->srcZ, &b);
	else if (!r)
		r = make_side(&b.src, p->srcMemoryType, p->srcHost,
			p->srcDevice, p->srcPitch,
			p->srcHeight ? p->srcHeight : b.height, p->srcXInBytes,
			p->srcY, p->srcZ, b.width);
	return r ? r : rgpu_copy_box(&b);
}

CUresult
rgpu_do_cuMemcpy2D_v2(const CUDA_MEMCPY2D *pCopy, CUstream hStream)
{
	return copy2d(pCopy, hStream, true);
}

CUresult
rgpu_do_cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D *pCopy, CUstream hStream)
{
	return copy2d(pCopy, hStream, true);
}

CUresult
rgpu_do_cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D *pCopy, CUstream hStream)
{
	return copy2d(pCopy, hStream, false);
}

CUresult
rgpu_do_cuMemcpy3D_v2(const CUDA_MEMCPY3D *pCopy, CUstream hStream)
{
	return copy3d(pCopy, hStream, true);
}

CUresult
rgpu_do_cuMemcpy3DAsync_v2(const CUDA_MEMCPY3D *pCopy, CUstream hStream)
{
	return copy3d(pCopy, hStream, false);
}
