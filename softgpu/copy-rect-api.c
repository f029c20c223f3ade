/* SPDX-License-Identifier: Apache-2.0 */
/* cuMemcpy2D and cuMemcpy3D. */
#include "config.h"

#include <stdint.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/array.h"
#include "softgpu/copy.h"
#include "softgpu/device.h"
#include "softgpu/stream.h"

/* One side of CUDA_MEMCPY3D. */
struct part {
	size_t x, y, z, lod;
	CUmemorytype type;
	const void *host;
	CUdeviceptr device;
	CUarray array;
	size_t pitch, height;
	struct rgpu_array *held; /* until the copy has been submitted */
};

static CUresult
array_side(struct part *p, const struct rgpu_copy *box, struct rgpu_side *side)
{
	if (p->lod)
		return CUDA_ERROR_INVALID_VALUE;
	p->held = rgpu_array_get(p->array);
	if (!p->held)
		return CUDA_ERROR_INVALID_HANDLE;
	return rgpu_array_side(p->held, p->x, p->y, p->z, box, side);
}

/* The side as an address and distances, checked for width x height x depth
 * bytes. */
static CUresult
make_side(struct part *p, const CUDA_MEMCPY3D *c, const struct rgpu_copy *box,
	struct rgpu_side *side)
{
	uint64_t base = p->device, offset;

	switch (p->type) {
	case CU_MEMORYTYPE_HOST:
		side->kind = RGPU_SIDE_HOST;
		base = (uintptr_t)p->host;
		break;
	case CU_MEMORYTYPE_DEVICE: side->kind = RGPU_SIDE_DEVICE; break;
	case CU_MEMORYTYPE_UNIFIED: side->kind = RGPU_SIDE_ANY; break;
	case CU_MEMORYTYPE_ARRAY: return array_side(p, box, side);
	default: return CUDA_ERROR_INVALID_VALUE;
	}
	if (!base || p->lod || p->pitch > RGPU_PITCH_MAX)
		return CUDA_ERROR_INVALID_VALUE;
	/* A single row needs no pitch, a single slice no height. */
	if ((p->pitch || c->Height > 1 || c->Depth > 1) &&
		(p->pitch < p->x || p->pitch - p->x < c->WidthInBytes))
		return CUDA_ERROR_INVALID_VALUE;
	if (c->Depth > 1 && (p->height < p->y || p->height - p->y < c->Height))
		return CUDA_ERROR_INVALID_VALUE;
	if (__builtin_mul_overflow(p->z, p->height, &offset) ||
		__builtin_add_overflow(offset, p->y, &offset) ||
		__builtin_mul_overflow(offset, p->pitch, &offset) ||
		__builtin_add_overflow(offset, p->x, &offset) ||
		__builtin_add_overflow(base, offset, &side->address) ||
		__builtin_mul_overflow(p->pitch, p->height, &side->slice))
		return CUDA_ERROR_INVALID_VALUE;
	side->pitch = p->pitch;
	return CUDA_SUCCESS;
}

static CUresult
copy_box(const CUDA_MEMCPY3D *c, CUstream handle, bool sync, bool late)
{
	struct part dst = {c->dstXInBytes, c->dstY, c->dstZ, c->dstLOD,
		c->dstMemoryType, c->dstHost, c->dstDevice, c->dstArray,
		c->dstPitch, c->dstHeight, NULL};
	struct part src = {c->srcXInBytes, c->srcY, c->srcZ, c->srcLOD,
		c->srcMemoryType, c->srcHost, c->srcDevice, c->srcArray,
		c->srcPitch, c->srcHeight, NULL};
	struct rgpu_copy copy = {
		.width = c->WidthInBytes,
		.height = c->Height,
		.depth = c->Depth,
		.late = late,
	};
	struct rgpu_stream *stream;
	CUresult r = rgpu_stream_resolve(handle, &stream);

	if (r)
		return r;
	if (copy.width && copy.height && copy.depth) {
		r = make_side(&dst, c, &copy, &copy.dst);
		if (!r)
			r = make_side(&src, c, &copy, &copy.src);
	}
	if (!r)
		r = rgpu_copy(&copy, stream, sync);
	if (dst.held)
		rgpu_object_put(&dst.held->object);
	if (src.held)
		rgpu_object_put(&src.held->object);
	rgpu_object_put(&stream->object);
	return r;
}

static CUresult
copy_rect(const CUDA_MEMCPY2D *c, CUstream handle, bool sync)
{
	CUDA_MEMCPY3D box = {.Depth = 1};

	if (!c)
		return CUDA_ERROR_INVALID_VALUE;
	box.srcXInBytes = c->srcXInBytes;
	box.srcY = c->srcY;
	box.srcMemoryType = c->srcMemoryType;
	box.srcHost = c->srcHost;
	box.srcDevice = c->srcDevice;
	box.srcArray = c->srcArray;
	box.srcPitch = c->srcPitch;
	box.dstXInBytes = c->dstXInBytes;
	box.dstY = c->dstY;
	box.dstMemoryType = c->dstMemoryType;
	box.dstHost = c->dstHost;
	box.dstDevice = c->dstDevice;
	box.dstArray = c->dstArray;
	box.dstPitch = c->dstPitch;
	box.WidthInBytes = c->WidthInBytes;
	box.Height = c->Height;
	return copy_box(&box, handle, sync, false);
}

CUresult
rgpu_do_cuMemcpy2D_v2(const CUDA_MEMCPY2D *pCopy, CUstream hStream)
{
	return copy_rect(pCopy, hStream, true);
}

CUresult
rgpu_do_cuMemcpy2DUnaligned_v2(const CUDA_MEMCPY2D *pCopy, CUstream hStream)
{
	return copy_rect(pCopy, hStream, true);
}

CUresult
rgpu_do_cuMemcpy2DAsync_v2(const CUDA_MEMCPY2D *pCopy, CUstream hStream)
{
	return copy_rect(pCopy, hStream, false);
}

CUresult
rgpu_do_cuMemcpy3D_v2(const CUDA_MEMCPY3D *pCopy, CUstream hStream)
{
	return pCopy ? copy_box(pCopy, hStream, true, false)
		     : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuMemcpy3DAsync_v2(const CUDA_MEMCPY3D *pCopy, CUstream hStream)
{
	return pCopy ? copy_box(pCopy, hStream, false, false)
		     : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_copy_late(const CUDA_MEMCPY3D *box, CUstream stream)
{
	return copy_box(box, stream, false, true);
}
