/* SPDX-License-Identifier: Apache-2.0 */
/* Copies that are made of others: between peers in three dimensions, and several
 * in one call. */
#include "config.h"

#include <stdint.h>

#include "cudaabi/gen/inner.h"

/* With unified addressing the addresses say which devices they are of; the
 * contexts need only exist. */
static CUresult
without_peers(const CUDA_MEMCPY3D_PEER *p, CUDA_MEMCPY3D *c)
{
	unsigned version;

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	if (p->srcMemoryType == CU_MEMORYTYPE_DEVICE &&
		(!p->srcContext ||
			rgpu_do_cuCtxGetApiVersion(p->srcContext, &version)))
		return CUDA_ERROR_INVALID_CONTEXT;
	if (p->dstMemoryType == CU_MEMORYTYPE_DEVICE &&
		(!p->dstContext ||
			rgpu_do_cuCtxGetApiVersion(p->dstContext, &version)))
		return CUDA_ERROR_INVALID_CONTEXT;
	*c = (CUDA_MEMCPY3D){
		.srcXInBytes = p->srcXInBytes,
		.srcY = p->srcY,
		.srcZ = p->srcZ,
		.srcLOD = p->srcLOD,
		.srcMemoryType = p->srcMemoryType,
		.srcHost = p->srcHost,
		.srcDevice = p->srcDevice,
		.srcArray = p->srcArray,
		.srcPitch = p->srcPitch,
		.srcHeight = p->srcHeight,
		.dstXInBytes = p->dstXInBytes,
		.dstY = p->dstY,
		.dstZ = p->dstZ,
		.dstLOD = p->dstLOD,
		.dstMemoryType = p->dstMemoryType,
		.dstHost = p->dstHost,
		.dstDevice = p->dstDevice,
		.dstArray = p->dstArray,
		.dstPitch = p->dstPitch,
		.dstHeight = p->dstHeight,
		.WidthInBytes = p->WidthInBytes,
		.Height = p->Height,
		.Depth = p->Depth,
	};
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemcpy3DPeer(const CUDA_MEMCPY3D_PEER *pCopy, CUstream hStream)
{
	CUDA_MEMCPY3D c;
	CUresult r = without_peers(pCopy, &c);

	return r ? r : rgpu_do_cuMemcpy3D_v2(&c, hStream);
}

CUresult
rgpu_do_cuMemcpy3DPeerAsync(const CUDA_MEMCPY3D_PEER *pCopy, CUstream hStream)
{
	CUDA_MEMCPY3D c;
	CUresult r = without_peers(pCopy, &c);

	return r ? r : rgpu_do_cuMemcpy3DAsync_v2(&c, hStream);
}

/* The first attributes are for copy 0 on, each further one from its index on
 * (CUDA API: cuMemcpyBatchAsync). They say when the source may be read; to read
 * it in stream order, as every copy does, is right for all of them. */
static CUresult
check_attributes(const CUmemcpyAttributes *attrs, const size_t *first, size_t n,
	size_t count)
{
	if (!attrs || !first || !n || n > count || first[0] != 0)
		return CUDA_ERROR_INVALID_VALUE;
	for (size_t i = 0; i < n; i++) {
		if ((i && first[i] <= first[i - 1]) || first[i] >= count ||
			attrs[i].srcAccessOrder <
				CU_MEMCPY_SRC_ACCESS_ORDER_STREAM ||
			attrs[i].srcAccessOrder >
				CU_MEMCPY_SRC_ACCESS_ORDER_ANY)
			return CUDA_ERROR_INVALID_VALUE;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemcpyBatchAsync(CUdeviceptr *dsts, CUdeviceptr *srcs, size_t *sizes,
	size_t count, CUmemcpyAttributes *attrs, size_t *attrsIdxs,
	size_t numAttrs, size_t *failIdx, CUstream hStream)
{
	CUresult r = CUDA_SUCCESS;

	/* An error of no single copy. */
	if (failIdx)
		*failIdx = SIZE_MAX;
	if (!dsts || !srcs || !sizes || !count || !hStream ||
		hStream == CU_STREAM_LEGACY)
		return CUDA_ERROR_INVALID_VALUE;
	r = check_attributes(attrs, attrsIdxs, numAttrs, count);
	for (size_t i = 0; i < count && !r; i++) {
		r = sizes[i] ? rgpu_do_cuMemcpyAsync(
				       dsts[i], srcs[i], sizes[i], hStream)
			     : CUDA_ERROR_INVALID_VALUE;
		if (r && failIdx)
			*failIdx = i;
	}
	return r;
}

CUresult
rgpu_do_cuMemcpyBatchAsync_v2(CUdeviceptr *dsts, CUdeviceptr *srcs,
	size_t *sizes, size_t count, CUmemcpyAttributes *attrs,
	size_t *attrsIdxs, size_t numAttrs, CUstream hStream)
{
	return rgpu_do_cuMemcpyBatchAsync(dsts, srcs, sizes, count, attrs,
		attrsIdxs, numAttrs, NULL, hStream);
}
