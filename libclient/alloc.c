/* SPDX-License-Identifier: Apache-2.0 */
/* Device allocations. */
#include "config.h"

#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/complain.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/memory.h"
#include "libclient/pool.h"

/* So many allocations are set aside because their addresses are in use here,
 * before an allocation fails. */
#define TRIES 8

/* One allocation on the server: dense, or with a pitch. */
struct request {
	struct rgpu_context *context;
	size_t size;		      /* dense */
	size_t width, height, *pitch; /* or these */
	unsigned element;
	uint64_t pool, stream; /* in stream order from this pool; or 0 */
};

static CUresult
ask(const struct request *q, CUdeviceptr *address, uint64_t *size)
{
	struct rgpu_args_cuMemAllocPitch_v2 ap = {.WidthInBytes = q->width,
		.Height = q->height,
		.ElementSizeBytes = q->element};
	struct rgpu_args_cuMemAlloc_v2 a = {.bytesize = q->size};
	struct rgpu_res_cuMemAllocPitch_v2 rp;
	struct rgpu_res_cuMemAlloc_v2 res;
	struct rgpu_args_cuMemAllocFromPoolAsync as;
	struct rgpu_res_cuMemAllocFromPoolAsync rs;
	CUresult r;

	if (q->pool) {
		as.bytesize = *size = q->size;
		as.pool = q->pool;
		as.hStream = q->stream;
		r = rgpu_call_cuMemAllocFromPoolAsync(q->context->id, &as, &rs);
		*address = r ? 0 : rs.dptr;
		return r;
	}
	if (!q->pitch) {
		r = rgpu_call_cuMemAlloc_v2(q->context->id, &a, &res);
		*address = r ? 0 : res.dptr;
		*size = q->size;
		return r;
	}
	r = rgpu_call_cuMemAllocPitch_v2(q->context->id, &ap, &rp);
	if (!r) {
		*address = rp.dptr;
		*q->pitch = rp.pPitch;
		*size = rp.pPitch * q->height;
	}
	return r;
}

static void
give_back(const struct request *q, CUdeviceptr address)
{
	struct rgpu_args_cuMemFree_v2 a = {.dptr = address};
	struct rgpu_args_cuMemFreeAsync as = {
		.dptr = address, .hStream = q->stream};

	if (q->pool)
		rgpu_post_cuMemFreeAsync(q->context->id, &as);
	else
		rgpu_call_cuMemFree_v2(q->context->id, &a);
}

/* Asks until the addresses are free in this process too; addresses that are not
 * stay allocated meanwhile, so that the server chooses others. */
static CUresult
allocate(const struct request *q, CUdeviceptr *address)
{
	struct rgpu_memory m = {.kind = RGPU_MEMORY_DEVICE,
		.context = q->context,
		.pool = q->pool};
	CUdeviceptr taken[TRIES];
	int n = 0;
	CUresult r;

	while (!(r = ask(q, address, &m.size))) {
		m.base = *address;
		if (!rgpu_memory_add(&m))
			break;
		taken[n++] = *address;
		if (n < TRIES)
			continue;
		rgpu_err("device memory at 0x%llx cannot be used: this process "
			 "has the addresses itself",
			*address);
		r = CUDA_ERROR_OUT_OF_MEMORY;
		break;
	}
	while (n > 0)
		give_back(q, taken[--n]);
	return r;
}

CUresult
rgpu_do_cuMemAlloc_v2(CUdeviceptr *dptr, size_t bytesize)
{
	struct request q = {.size = bytesize};
	CUresult r = rgpu_context_current(&q.context);

	if (!dptr || !bytesize)
		return CUDA_ERROR_INVALID_VALUE;
	return r ? r : allocate(&q, dptr);
}

CUresult
rgpu_do_cuMemAllocPitch_v2(CUdeviceptr *dptr, size_t *pPitch,
	size_t WidthInBytes, size_t Height, unsigned int ElementSizeBytes)
{
	struct request q = {.width = WidthInBytes,
		.height = Height,
		.pitch = pPitch,
		.element = ElementSizeBytes};
	CUresult r = rgpu_context_current(&q.context);

	if (!dptr || !pPitch || !WidthInBytes || !Height)
		return CUDA_ERROR_INVALID_VALUE;
	if (ElementSizeBytes != 4 && ElementSizeBytes != 8 &&
		ElementSizeBytes != 16)
		return CUDA_ERROR_INVALID_VALUE;
	return r ? r : allocate(&q, dptr);
}

CUresult
rgpu_do_cuMemFree_v2(CUdeviceptr dptr)
{
	struct rgpu_args_cuMemFree_v2 a = {.dptr = dptr};
	struct rgpu_memory m;

	if (!dptr)
		return CUDA_SUCCESS;
	if (rgpu_memory_remove(dptr, RGPU_MEMORY_DEVICE, &m))
		return rgpu_because(CUDA_ERROR_INVALID_VALUE,
			"nothing was allocated at %#llx",
			(unsigned long long)dptr);
	return rgpu_call_cuMemFree_v2(m.context->id, &a);
}

CUresult
rgpu_do_cuMemGetAddressRange_v2(
	CUdeviceptr *pbase, size_t *psize, CUdeviceptr dptr)
{
	struct rgpu_memory m = rgpu_memory_find(dptr);

	if (m.kind != RGPU_MEMORY_DEVICE)
		return CUDA_ERROR_NOT_FOUND;
	if (pbase)
		*pbase = m.base;
	if (psize)
		*psize = m.size;
	return CUDA_SUCCESS;
}

/* ---- in stream order --------------------------------------------------------- */

static CUresult
from_pool(CUdeviceptr *dptr, size_t size, uint64_t pool, CUstream handle)
{
	struct request q = {.size = size, .pool = pool};
	uint64_t context;
	CUresult r = rgpu_client_stream(handle, &context, &q.stream);

	if (r)
		return r;
	q.context = rgpu_id_find(&rgpu_contexts, context);
	if (!q.context)
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	if (!q.pool)
		r = rgpu_pool_current(q.context->dev, &q.pool);
	if (!dptr || !size)
		return CUDA_ERROR_INVALID_VALUE;
	return r ? r : allocate(&q, dptr);
}

CUresult
rgpu_do_cuMemAllocAsync(CUdeviceptr *dptr, size_t bytesize, CUstream hStream)
{
	return from_pool(dptr, bytesize, 0, hStream);
}

CUresult
rgpu_do_cuMemAllocFromPoolAsync(
	CUdeviceptr *dptr, size_t bytesize, CUmemoryPool pool, CUstream hStream)
{
	CUresult r = rgpu_client_known_pool(rgpu_handle_id(pool));

	return r ? r : from_pool(dptr, bytesize, rgpu_handle_id(pool), hStream);
}

/* The addresses are known no longer: the server may give them out again. */
CUresult
rgpu_do_cuMemFreeAsync(CUdeviceptr dptr, CUstream hStream)
{
	struct rgpu_args_cuMemFreeAsync a = {.dptr = dptr};
	uint64_t context;
	CUresult r = rgpu_client_stream(hStream, &context, &a.hStream);

	if (r || !dptr)
		return r;
	if (!rgpu_memory_find(dptr).pool ||
		rgpu_memory_remove(dptr, RGPU_MEMORY_DEVICE, NULL))
		return rgpu_because(CUDA_ERROR_INVALID_VALUE,
			"nothing was allocated in stream order at %#llx",
			(unsigned long long)dptr);
	return rgpu_post_cuMemFreeAsync(context, &a);
}
