/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies with an array on one side or both. Host rows travel packed, in messages
 * of whole rows, or of parts of one where a row is longer than a message.
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

/* A piece of a box that fits into a message: rows of one slice. */
struct piece {
	uint64_t x, y, z, width, height;
	bool last;
};

CUresult
rgpu_array_side(struct rgpu_side *s, CUarray handle, uint64_t x, uint64_t y,
	uint64_t z, const struct rgpu_box *box)
{
	const struct rgpu_array *array = rgpu_array_find(handle);

	if (!array)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!rgpu_array_holds(
		    array, x, y, z, box->width, box->height, box->depth))
		return CUDA_ERROR_INVALID_VALUE;
	*s = (struct rgpu_side){
		.device = true, .array = array, .x = x, .y = y, .z = z};
	return CUDA_SUCCESS;
}

static uint8_t *
host_row(const struct rgpu_side *s, const struct piece *p, uint64_t y)
{
	return (uint8_t *)(uintptr_t)(s->base + p->z * s->slice +
		(p->y + y) * s->pitch + p->x);
}

static CUresult
upload(const struct rgpu_box *b, const struct piece *p, uint8_t *packed)
{
	struct rgpu_args_rgpu_array_write a = {
		.array = b->dst.array->id,
		.x = b->dst.x + p->x,
		.y = b->dst.y + p->y,
		.z = b->dst.z + p->z,
		.width = p->width,
		.height = p->height,
		.hStream = b->stream_id,
		.fence = p->last && b->synchronous,
		.rows = packed,
		.size = (uint32_t)(p->width * p->height),
	};

	for (uint64_t y = 0; y < p->height; y++)
		memcpy(packed + y * p->width, host_row(&b->src, p, y),
			p->width);
	return rgpu_post_rgpu_array_write(b->context, &a);
}

/* Waits, as for all rows that come packed. */
static CUresult
download(const struct rgpu_box *b, const struct piece *p, uint8_t *packed)
{
	struct rgpu_args_rgpu_array_read a = {
		.array = b->src.array->id,
		.x = b->src.x + p->x,
		.y = b->src.y + p->y,
		.z = b->src.z + p->z,
		.width = p->width,
		.height = p->height,
		.hStream = b->stream_id,
		.wait = b->synchronous,
	};
	CUresult r = rgpu_await_rgpu_array_read(
		b->context, &a, packed, p->width * p->height);

	for (uint64_t y = 0; y < p->height && !r; y++)
		memcpy(host_row(&b->dst, p, y), packed + y * p->width,
			p->width);
	return r;
}

/* The piece after p, which begins as {.z = -1}; false: there is none. */
static bool
next_piece(const struct rgpu_box *b, struct piece *p)
{
	uint64_t wide = b->width < RGPU_CHUNK_MAX ? b->width : RGPU_CHUNK_MAX;
	uint64_t rows = RGPU_CHUNK_MAX / wide;

	p->x += p->width;
	if (p->x >= b->width) {
		p->x = 0;
		p->y += p->height;
	}
	if (p->y >= b->height) {
		p->y = 0;
		p->z++;
	}
	if (p->z >= b->depth)
		return false;
	p->width = b->width - p->x < wide ? b->width - p->x : wide;
	p->height = b->height - p->y < rows ? b->height - p->y : rows;
	p->last = p->x + p->width == b->width &&
		p->y + p->height == b->height && p->z + 1 == b->depth;
	return true;
}

static CUresult
with_host(const struct rgpu_box *b)
{
	struct piece p = {0};
	uint8_t *packed = malloc(RGPU_CHUNK_MAX);
	CUresult r = packed ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;

	p.z = UINT64_MAX;
	p.y = b->height;
	p.x = b->width;
	while (!r && next_piece(b, &p))
		r = b->dst.array ? upload(b, &p, packed)
				 : download(b, &p, packed);
	free(packed);
	return r;
}

static CUresult
on_device(const struct rgpu_box *b)
{
	const struct rgpu_side *d = &b->dst, *s = &b->src;
	struct rgpu_args_rgpu_array_copy a = {
		.dstArray = d->array ? d->array->id : 0,
		.dstX = d->x,
		.dstY = d->y,
		.dstZ = d->z,
		.dst = d->base,
		.dstPitch = d->pitch,
		.dstSlice = d->slice,
		.srcArray = s->array ? s->array->id : 0,
		.srcX = s->x,
		.srcY = s->y,
		.srcZ = s->z,
		.src = s->base,
		.srcPitch = s->pitch,
		.srcSlice = s->slice,
		.width = b->width,
		.height = b->height,
		.depth = b->depth,
		.hStream = b->stream_id,
	};

	return rgpu_post_rgpu_array_copy(b->context, &a);
}

CUresult
rgpu_copy_arrays(const struct rgpu_box *b)
{
	struct rgpu_args_cuStreamSynchronize a = {.hStream = b->stream_id};
	CUresult r = CUDA_SUCCESS;

	if (b->dst.device && b->src.device)
		return on_device(b);
	/* Host functions that are still to run may write what is copied. */
	if (b->dst.array && rgpu_callbacks_pending())
		r = rgpu_call_cuStreamSynchronize(b->context, &a);
	return r ? r : with_host(b);
}

/* ---- cuMemcpyAtoH and its family: the first row of an array ---------------------- */

static CUresult
copy_row(struct rgpu_box *b, CUarray to, size_t to_offset, CUarray from,
	size_t from_offset, bool to_array, bool from_array)
{
	CUresult r = CUDA_SUCCESS;

	b->height = b->depth = 1;
	if (to_array)
		r = rgpu_array_side(&b->dst, to, to_offset, 0, 0, b);
	if (!r && from_array)
		r = rgpu_array_side(&b->src, from, from_offset, 0, 0, b);
	if (!r && b->width &&
		((!to_array && !b->dst.base) || (!from_array && !b->src.base)))
		r = CUDA_ERROR_INVALID_VALUE;
	return r ? r : rgpu_copy_box(b);
}

static struct rgpu_box
row_box(size_t bytes, CUstream stream, bool synchronous)
{
	return (struct rgpu_box){.width = bytes,
		.stream = stream,
		.synchronous = synchronous,
		.dst = {.pitch = bytes, .slice = bytes},
		.src = {.pitch = bytes, .slice = bytes}};
}

CUresult
rgpu_do_cuMemcpyDtoA_v2(CUarray dstArray, size_t dstOffset,
	CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream)
{
	struct rgpu_box b = row_box(ByteCount, hStream, true);

	b.src.device = true;
	b.src.base = srcDevice;
	return copy_row(&b, dstArray, dstOffset, NULL, 0, true, false);
}

CUresult
rgpu_do_cuMemcpyAtoD_v2(CUdeviceptr dstDevice, CUarray srcArray,
	size_t srcOffset, size_t ByteCount, CUstream hStream)
{
	struct rgpu_box b = row_box(ByteCount, hStream, true);

	b.dst.device = true;
	b.dst.base = dstDevice;
	return copy_row(&b, NULL, 0, srcArray, srcOffset, false, true);
}

static CUresult
from_host(CUarray array, size_t offset, const void *host, size_t bytes,
	CUstream stream, bool synchronous)
{
	struct rgpu_box b = row_box(bytes, stream, synchronous);

	b.src.base = (uintptr_t)host;
	return copy_row(&b, array, offset, NULL, 0, true, false);
}

static CUresult
to_host(void *host, CUarray array, size_t offset, size_t bytes, CUstream stream,
	bool synchronous)
{
	struct rgpu_box b = row_box(bytes, stream, synchronous);

	b.dst.base = (uintptr_t)host;
	return copy_row(&b, NULL, 0, array, offset, false, true);
}

CUresult
rgpu_do_cuMemcpyHtoA_v2(CUarray dstArray, size_t dstOffset, const void *srcHost,
	size_t ByteCount, CUstream hStream)
{
	return from_host(
		dstArray, dstOffset, srcHost, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyHtoAAsync_v2(CUarray dstArray, size_t dstOffset,
	const void *srcHost, size_t ByteCount, CUstream hStream)
{
	return from_host(
		dstArray, dstOffset, srcHost, ByteCount, hStream, false);
}

CUresult
rgpu_do_cuMemcpyAtoH_v2(void *dstHost, CUarray srcArray, size_t srcOffset,
	size_t ByteCount, CUstream hStream)
{
	return to_host(dstHost, srcArray, srcOffset, ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyAtoHAsync_v2(void *dstHost, CUarray srcArray, size_t srcOffset,
	size_t ByteCount, CUstream hStream)
{
	return to_host(dstHost, srcArray, srcOffset, ByteCount, hStream, false);
}

CUresult
rgpu_do_cuMemcpyAtoA_v2(CUarray dstArray, size_t dstOffset, CUarray srcArray,
	size_t srcOffset, size_t ByteCount, CUstream hStream)
{
	struct rgpu_box b = row_box(ByteCount, hStream, true);

	return copy_row(
		&b, dstArray, dstOffset, srcArray, srcOffset, true, true);
}
