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

/* So many allocations are set aside because their addresses are in use here,
 * before an allocation fails. */
#define TRIES 8

/* One allocation on the server: dense, or with a pitch. */
struct request {
	struct rgpu_context *context;
	size_t size;		      /* dense */
	size_t width, height, *pitch; /* or these */
	unsigned element;
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
	CUresult r;

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
give_back(const struct rgpu_context *c, CUdeviceptr address)
{
	struct rgpu_args_cuMemFree_v2 a = {.dptr = address};

	rgpu_call_cuMemFree_v2(c->id, &a);
}

/* Asks until the addresses are free in this process too; addresses that are not
 * stay allocated meanwhile, so that the server chooses others. */
static CUresult
allocate(const struct request *q, CUdeviceptr *address)
{
	struct rgpu_memory m = {
		.kind = RGPU_MEMORY_DEVICE, .context = q->context};
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
		give_back(q->context, taken[--n]);
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
