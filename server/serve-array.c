/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays, and copies to and from them. */
#include "config.h"
#include "server/serve.h"

#include "server/staging.h"

/* More slices than any array has (3D arrays: 16384). */
#define RGPU_ARRAY_DEPTH_MAX 65536u

/* ---- making and ending -------------------------------------------------------- */

CUresult
rgpu_serve_cuArray3DCreate_v2(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuArray3DCreate_v2 *a)
{
	CUDA_ARRAY3D_DESCRIPTOR d = {a->width, a->height, a->depth,
		(CUarray_format)a->format, a->channels, a->flags};
	CUarray real;
	CUresult r = rgpu_session_may_bind(s, a->pHandle, RGPU_KIND_ARRAY);

	if (!r)
		r = s->driver->cuArray3DCreate_v2(&real, &d);
	if (r)
		return r;
	r = rgpu_session_bind(s, cmd, a->pHandle, RGPU_KIND_ARRAY, real);
	if (r)
		s->driver->cuArrayDestroy(real);
	return r;
}

static CUresult
do_destroy(struct rgpu_job *job)
{
	return job->s->driver->cuArrayDestroy(job->handle);
}

static CUresult
do_destroy_mipmap(struct rgpu_job *job)
{
	return job->s->driver->cuMipmappedArrayDestroy(job->handle);
}

/* The driver waits for the GPU, so a waiter does it. */
static CUresult
destroy(struct rgpu_session *s, struct rgpu_command *cmd, uint64_t id,
	enum rgpu_kind kind, CUresult (*work)(struct rgpu_job *job))
{
	struct rgpu_object *o = rgpu_session_find(s, id, kind);
	struct rgpu_job *job;

	/* A level ends with its mipmapped array. */
	if (!o || o->context != cmd->context || o->parent)
		return CUDA_ERROR_INVALID_HANDLE;
	job = rgpu_job_new(s, cmd, o->context, work);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->handle = o->real;
	rgpu_session_forget(s, o);
	return rgpu_job_start(job);
}

CUresult
rgpu_serve_cuArrayDestroy(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuArrayDestroy *a)
{
	return destroy(s, cmd, a->hArray, RGPU_KIND_ARRAY, do_destroy);
}

CUresult
rgpu_serve_cuMipmappedArrayCreate(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuMipmappedArrayCreate *a)
{
	CUDA_ARRAY3D_DESCRIPTOR d = {a->width, a->height, a->depth,
		(CUarray_format)a->format, a->channels, a->flags};
	CUmipmappedArray real;
	CUresult r = rgpu_session_may_bind(s, a->pHandle, RGPU_KIND_MIPMAP);

	if (!r)
		r = s->driver->cuMipmappedArrayCreate(
			&real, &d, a->numMipmapLevels);
	if (r)
		return r;
	r = rgpu_session_bind(s, cmd, a->pHandle, RGPU_KIND_MIPMAP, real);
	if (r)
		s->driver->cuMipmappedArrayDestroy(real);
	return r;
}

CUresult
rgpu_serve_cuMipmappedArrayGetLevel(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuMipmappedArrayGetLevel *a)
{
	struct rgpu_object *m =
		rgpu_session_find(s, a->hMipmappedArray, RGPU_KIND_MIPMAP);
	CUarray real;
	CUresult r = m && m->context == cmd->context
		? rgpu_session_may_bind(s, a->pLevelArray, RGPU_KIND_ARRAY)
		: CUDA_ERROR_INVALID_HANDLE;

	if (!r)
		r = s->driver->cuMipmappedArrayGetLevel(
			&real, m->real, a->level);
	if (!r)
		r = rgpu_session_bind(
			s, cmd, a->pLevelArray, RGPU_KIND_ARRAY, real);
	if (!r)
		rgpu_session_find(s, a->pLevelArray, RGPU_KIND_ARRAY)->parent =
			m;
	return r;
}

CUresult
rgpu_serve_cuMipmappedArrayDestroy(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuMipmappedArrayDestroy *a)
{
	return destroy(s, cmd, a->hMipmappedArray, RGPU_KIND_MIPMAP,
		do_destroy_mipmap);
}

/* ---- copies; the driver checks them against the extents of the array ----------- */

/* An array of the command's context. */
static CUresult
find_array(struct rgpu_session *s, const struct rgpu_command *cmd, uint64_t id,
	CUarray *real)
{
	const struct rgpu_object *o = rgpu_session_find(s, id, RGPU_KIND_ARRAY);

	if (!o || o->context != cmd->context)
		return CUDA_ERROR_INVALID_HANDLE;
	*real = o->real;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_array_write(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_array_write *a)
{
	CUDA_MEMCPY3D c = {
		.srcMemoryType = CU_MEMORYTYPE_HOST,
		.srcPitch = a->width,
		.srcHeight = a->height,
		.dstMemoryType = CU_MEMORYTYPE_ARRAY,
		.dstXInBytes = a->x,
		.dstY = a->y,
		.dstZ = a->z,
		.WidthInBytes = a->width,
		.Height = a->height,
		.Depth = 1,
	};
	struct rgpu_buffer *b;
	CUstream stream;
	uint64_t size;
	CUresult r = find_array(s, cmd, a->array, &c.dstArray);

	if (__builtin_mul_overflow(a->width, a->height, &size) || !size ||
		size != a->size)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_upload_buffer(s, cmd, a->rows, a->size, &b);
	if (r)
		return r;
	c.srcHost = b->data;
	r = s->driver->cuMemcpy3DAsync_v2(&c, stream);
	return rgpu_after_upload(s, cmd, b, stream, a->fence != 0, r);
}

CUresult
rgpu_serve_rgpu_array_read(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_array_read *a)
{
	CUDA_MEMCPY3D c = {
		.srcMemoryType = CU_MEMORYTYPE_ARRAY,
		.srcXInBytes = a->x,
		.srcY = a->y,
		.srcZ = a->z,
		.dstMemoryType = CU_MEMORYTYPE_HOST,
		.dstPitch = a->width,
		.dstHeight = a->height,
		.WidthInBytes = a->width,
		.Height = a->height,
		.Depth = 1,
	};
	struct rgpu_buffer *b;
	CUstream stream;
	uint64_t size;
	CUresult r = find_array(s, cmd, a->array, &c.srcArray);

	if (!(cmd->flags & RGPU_COMMAND_REPLY) ||
		__builtin_mul_overflow(a->width, a->height, &size) || !size)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_staging_get(s->staging, cmd->context, size, &b);
	if (r)
		return r;
	c.dstHost = b->data;
	r = s->driver->cuMemcpy3DAsync_v2(&c, stream);
	return rgpu_after_download(s, cmd, b, size, stream, a->wait != 0, r);
}

/* Between arrays and memory slices go one by one: those of memory may be no
 * whole number of rows. */
static CUresult
copy_slices(struct rgpu_session *s, CUDA_MEMCPY3D *c,
	const struct rgpu_args_rgpu_array_copy *a, CUstream stream)
{
	CUresult r = CUDA_SUCCESS;

	for (uint64_t z = 0; z < a->depth && !r; z++) {
		r = s->driver->cuMemcpy3DAsync_v2(c, stream);
		if (a->dstArray)
			c->dstZ++;
		else
			c->dstDevice += a->dstSlice;
		if (a->srcArray)
			c->srcZ++;
		else
			c->srcDevice += a->srcSlice;
	}
	return r;
}

CUresult
rgpu_serve_rgpu_array_copy(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_array_copy *a)
{
	CUDA_MEMCPY3D c = {
		.dstMemoryType = a->dstArray ? CU_MEMORYTYPE_ARRAY
					     : CU_MEMORYTYPE_DEVICE,
		.dstXInBytes = a->dstArray ? a->dstX : 0,
		.dstY = a->dstArray ? a->dstY : 0,
		.dstZ = a->dstArray ? a->dstZ : 0,
		.dstDevice = a->dst,
		.dstPitch = a->dstPitch ? a->dstPitch : a->width,
		.dstHeight = a->height,
		.srcMemoryType = a->srcArray ? CU_MEMORYTYPE_ARRAY
					     : CU_MEMORYTYPE_DEVICE,
		.srcXInBytes = a->srcArray ? a->srcX : 0,
		.srcY = a->srcArray ? a->srcY : 0,
		.srcZ = a->srcArray ? a->srcZ : 0,
		.srcDevice = a->src,
		.srcPitch = a->srcPitch ? a->srcPitch : a->width,
		.srcHeight = a->height,
		.WidthInBytes = a->width,
		.Height = a->height,
		.Depth = 1,
	};
	CUstream stream;
	uint64_t size;
	CUresult r;

	r = a->dstArray ? find_array(s, cmd, a->dstArray, &c.dstArray)
			: rgpu_check_box(s, a->dst, a->dstPitch, a->dstSlice,
				  a->width, a->height, a->depth, &size);
	if (!r)
		r = a->srcArray
			? find_array(s, cmd, a->srcArray, &c.srcArray)
			: rgpu_check_box(s, a->src, a->srcPitch, a->srcSlice,
				  a->width, a->height, a->depth, &size);
	/* A hostile depth must not keep the executor busy. */
	if (!r && a->depth > RGPU_ARRAY_DEPTH_MAX)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	return r ? r : copy_slices(s, &c, a, stream);
}
