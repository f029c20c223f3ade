/* SPDX-License-Identifier: Apache-2.0 */
/* cuMemcpyAtoH and its family: ranges of arrays of one dimension, or of the first
 * row of others. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "softgpu/array.h"
#include "softgpu/stream.h"

/* One end: an array with an offset, or memory. */
struct end {
	CUarray array; /* NULL: not an array */
	bool is_array;
	size_t offset;
	enum rgpu_side_kind kind;
	uint64_t address;
};

static struct end
in_array(CUarray array, size_t offset)
{
	return (struct end){.array = array, .is_array = true, .offset = offset};
}

static struct end
in_memory(enum rgpu_side_kind kind, uint64_t address)
{
	return (struct end){.kind = kind, .address = address};
}

/* *held: an array to put when the copy has been submitted. */
static CUresult
make_side(const struct end *e, const struct rgpu_copy *box,
	struct rgpu_side *side, struct rgpu_array **held)
{
	*held = NULL;
	if (!e->is_array) {
		*side = (struct rgpu_side){
			.kind = e->kind, .address = e->address};
		return CUDA_SUCCESS;
	}
	*held = rgpu_array_get(e->array);
	if (!*held)
		return CUDA_ERROR_INVALID_HANDLE;
	return rgpu_array_side(*held, e->offset, 0, 0, box, side);
}

static CUresult
copy(struct end dst, struct end src, size_t bytes, CUstream handle, bool sync)
{
	struct rgpu_copy c = {.width = bytes, .height = 1, .depth = 1};
	struct rgpu_array *to = NULL, *from = NULL;
	struct rgpu_stream *stream;
	CUresult r = rgpu_stream_resolve(handle, &stream);

	if (r)
		return r;
	r = make_side(&dst, &c, &c.dst, &to);
	if (!r)
		r = make_side(&src, &c, &c.src, &from);
	if (!r)
		r = rgpu_copy(&c, stream, sync);
	if (to)
		rgpu_object_put(&to->object);
	if (from)
		rgpu_object_put(&from->object);
	rgpu_object_put(&stream->object);
	return r;
}

CUresult
rgpu_do_cuMemcpyDtoA_v2(CUarray dstArray, size_t dstOffset,
	CUdeviceptr srcDevice, size_t ByteCount, CUstream hStream)
{
	return copy(in_array(dstArray, dstOffset),
		in_memory(RGPU_SIDE_DEVICE, srcDevice), ByteCount, hStream,
		true);
}

CUresult
rgpu_do_cuMemcpyAtoD_v2(CUdeviceptr dstDevice, CUarray srcArray,
	size_t srcOffset, size_t ByteCount, CUstream hStream)
{
	return copy(in_memory(RGPU_SIDE_DEVICE, dstDevice),
		in_array(srcArray, srcOffset), ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyHtoA_v2(CUarray dstArray, size_t dstOffset, const void *srcHost,
	size_t ByteCount, CUstream hStream)
{
	return copy(in_array(dstArray, dstOffset),
		in_memory(RGPU_SIDE_HOST, (uintptr_t)srcHost), ByteCount,
		hStream, true);
}

CUresult
rgpu_do_cuMemcpyHtoAAsync_v2(CUarray dstArray, size_t dstOffset,
	const void *srcHost, size_t ByteCount, CUstream hStream)
{
	return copy(in_array(dstArray, dstOffset),
		in_memory(RGPU_SIDE_HOST, (uintptr_t)srcHost), ByteCount,
		hStream, false);
}

CUresult
rgpu_do_cuMemcpyAtoH_v2(void *dstHost, CUarray srcArray, size_t srcOffset,
	size_t ByteCount, CUstream hStream)
{
	return copy(in_memory(RGPU_SIDE_HOST, (uintptr_t)dstHost),
		in_array(srcArray, srcOffset), ByteCount, hStream, true);
}

CUresult
rgpu_do_cuMemcpyAtoHAsync_v2(void *dstHost, CUarray srcArray, size_t srcOffset,
	size_t ByteCount, CUstream hStream)
{
	return copy(in_memory(RGPU_SIDE_HOST, (uintptr_t)dstHost),
		in_array(srcArray, srcOffset), ByteCount, hStream, false);
}

CUresult
rgpu_do_cuMemcpyAtoA_v2(CUarray dstArray, size_t dstOffset, CUarray srcArray,
	size_t srcOffset, size_t ByteCount, CUstream hStream)
{
	return copy(in_array(dstArray, dstOffset),
		in_array(srcArray, srcOffset), ByteCount, hStream, true);
}
