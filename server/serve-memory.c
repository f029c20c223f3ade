/* SPDX-License-Identifier: Apache-2.0 */
/* Device memory. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>

/* Notes an allocation, or gives it back. */
static CUresult
keep(struct rgpu_session *s, const struct rgpu_command *cmd, CUdeviceptr base,
	uint64_t size)
{
	if (!rgpu_session_add_region(s, base, size, cmd->context, NULL))
		return CUDA_SUCCESS;
	s->driver->cuMemFree_v2(base);
	return CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_serve_cuMemAlloc_v2(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemAlloc_v2 *a,
	struct rgpu_res_cuMemAlloc_v2 *res)
{
	CUdeviceptr base;
	CUresult r = s->driver->cuMemAlloc_v2(&base, a->bytesize);

	if (!r)
		r = keep(s, cmd, base, a->bytesize);
	if (!r)
		res->dptr = base;
	return r;
}

CUresult
rgpu_serve_cuMemAllocPitch_v2(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemAllocPitch_v2 *a,
	struct rgpu_res_cuMemAllocPitch_v2 *res)
{
	CUdeviceptr base;
	size_t pitch;
	uint64_t size;
	CUresult r = s->driver->cuMemAllocPitch_v2(
		&base, &pitch, a->WidthInBytes, a->Height, a->ElementSizeBytes);

	if (r)
		return r;
	if (__builtin_mul_overflow(pitch, a->Height, &size)) {
		s->driver->cuMemFree_v2(base);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	r = keep(s, cmd, base, size);
	if (!r) {
		res->dptr = base;
		res->pPitch = pitch;
	}
	return r;
}

static CUresult
do_free(struct rgpu_job *job)
{
	return job->s->driver->cuMemFree_v2(job->address);
}

/* cuMemFree waits for the device, so a waiter does it. */
CUresult
rgpu_serve_cuMemFree_v2(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuMemFree_v2 *a)
{
	const struct rgpu_range *range = rgpu_ranges_find(&s->memory, a->dptr);
	struct rgpu_region *m = range ? range->object : NULL;
	struct rgpu_job *job;

	if (!m || range->base != a->dptr || m->owner || m->mapped)
		return CUDA_ERROR_INVALID_VALUE;
	job = rgpu_job_new(s, cmd, m->context, do_free);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->address = a->dptr;
	rgpu_ranges_remove(&s->memory, a->dptr, NULL);
	free(m);
	return rgpu_job_start(job);
}
