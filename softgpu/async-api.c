/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stream-ordered allocation. Memory is found at once, which is earlier than the
 * stream gets there and so always right; it ends when the stream gets to its
 * free.
 */
#include "config.h"

#include <stdlib.h>

#include "common/compiler.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/memory.h"
#include "softgpu/pool.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

struct free_work {
	struct rgpu_work work;
	struct rgpu_allocation *allocation;
};

/* What is freed in a failed context is freed all the same. */
static void
run_free(struct rgpu_work *work, CUresult status RGPU_UNUSED)
{
	rgpu_memory_free_now(((struct free_work *)work)->allocation);
}

/* Memory that waits in a stream for its end may be what is missing. */
static CUresult
allocate(struct rgpu_stream *stream, struct rgpu_pool *pool, uint64_t size,
	struct rgpu_allocation **out)
{
	struct rgpu_context *c = stream->context;
	CUresult r = rgpu_memory_alloc_from(c, pool, size, out);

	if (r != CUDA_ERROR_OUT_OF_MEMORY)
		return r;
	rgpu_context_wait(c);
	return rgpu_memory_alloc_from(c, pool, size, out);
}

CUresult
rgpu_do_cuMemAllocFromPoolAsync(
	CUdeviceptr *dptr, size_t bytesize, CUmemoryPool pool, CUstream hStream)
{
	struct rgpu_allocation *a;
	struct rgpu_stream *stream;
	struct rgpu_pool *p;
	CUresult r = rgpu_stream_resolve(hStream, &stream);

	if (r)
		return r;
	p = rgpu_object_get(RGPU_KIND_POOL, pool);
	if (p && dptr && bytesize)
		r = allocate(stream, p, bytesize, &a);
	else
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		*dptr = a->base;
	rgpu_object_put(&stream->object);
	if (p)
		rgpu_object_put(&p->object);
	return r;
}

CUresult
rgpu_do_cuMemAllocAsync(CUdeviceptr *dptr, size_t bytesize, CUstream hStream)
{
	struct rgpu_stream *stream;
	CUmemoryPool pool;
	CUresult r = rgpu_stream_resolve(hStream, &stream);

	if (r)
		return r;
	r = rgpu_do_cuDeviceGetMemPool(&pool, stream->context->device->ordinal);
	if (!r)
		r = rgpu_do_cuMemAllocFromPoolAsync(
			dptr, bytesize, pool, hStream);
	rgpu_object_put(&stream->object);
	return r;
}

static CUresult
queue_free(struct rgpu_allocation *a, struct rgpu_stream *stream)
{
	struct free_work *w = malloc(sizeof(*w));
	CUresult r = CUDA_ERROR_OUT_OF_MEMORY;

	if (w) {
		w->allocation = a;
		rgpu_work_init(&w->work, run_free);
		r = rgpu_work_submit(&w->work, stream, NULL, RGPU_NOW);
		rgpu_work_put(&w->work);
	}
	if (r)
		rgpu_memory_keep(a);
	return r;
}

CUresult
rgpu_do_cuMemFreeAsync(CUdeviceptr dptr, CUstream hStream)
{
	struct rgpu_allocation *a;
	struct rgpu_stream *stream;
	CUresult r = rgpu_stream_resolve(hStream, &stream);

	if (r)
		return r;
	if (dptr) {
		r = rgpu_memory_claim(dptr, &a);
		if (!r)
			r = queue_free(a, stream);
	}
	rgpu_object_put(&stream->object);
	return r;
}
