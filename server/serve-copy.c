/* SPDX-License-Identifier: Apache-2.0 */
/* Copies between the client's host and the device, through staging buffers. */
#include "config.h"
#include "server/serve.h"

#include <string.h>

#include "server/events.h"
#include "server/staging.h"
#include "server/transfers.h"

CUresult
rgpu_upload_buffer(struct rgpu_session *s, const struct rgpu_command *cmd,
	const void *data, size_t size, struct rgpu_buffer **b)
{
	CUresult r;

	while ((r = rgpu_staging_get(s->staging, cmd->context, size, b)) ==
			CUDA_ERROR_OUT_OF_MEMORY &&
		rgpu_transfers_wait(s->transfers))
		;
	if (!r)
		memcpy((*b)->data, data, size);
	return r;
}

CUresult
rgpu_after_upload(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_buffer *b, CUstream stream, bool fence, CUresult r)
{
	CUevent event = NULL;

	if (!r)
		r = rgpu_events_get(s->events, cmd->context, &event);
	if (!r)
		r = s->driver->cuEventRecord(event, stream);
	if (!r)
		r = rgpu_transfers_to_device(
			s->transfers, cmd->context, event, b);
	if (!r)
		return fence ? rgpu_session_set_fence(s, cmd, stream) : r;
	/* Whether the GPU still reads it is not known: it must not be used
	 * again while it may. */
	s->driver->cuStreamSynchronize(stream);
	if (event)
		rgpu_events_put(s->events, cmd->context, event);
	rgpu_staging_put(s->staging, b);
	return r;
}

CUresult
rgpu_serve_cuMemcpyHtoDAsync_v2(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuMemcpyHtoDAsync_v2 *a)
{
	struct rgpu_buffer *b;
	CUstream stream;
	CUresult r = rgpu_session_range(s, a->dstDevice, a->ByteCount, 1);

	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_upload_buffer(s, cmd, a->srcHost, a->ByteCount, &b);
	if (r)
		return r;
	r = s->driver->cuMemcpyHtoDAsync_v2(
		a->dstDevice, b->data, a->ByteCount, stream);
	return rgpu_after_upload(s, cmd, b, stream, a->fence != 0, r);
}

CUresult
rgpu_after_download(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_buffer *b, size_t size, CUstream stream, bool wait,
	CUresult r)
{
	CUevent event = NULL;

	/* A copy that is waited for synchronises. */
	if (wait)
		r = rgpu_session_take_error(cmd->context, r);
	if (!r)
		r = rgpu_events_get(s->events, cmd->context, &event);
	if (!r)
		r = s->driver->cuEventRecord(event, stream);
	if (!r)
		r = rgpu_transfers_to_host(
			s->transfers, cmd->seq, cmd->context, event, b, size);
	if (!r) {
		/* Often it is there already: then this answers at once. */
		rgpu_transfers_flush(s->transfers);
		return RGPU_SERVE_LATER;
	}
	s->driver->cuStreamSynchronize(stream);
	if (event)
		rgpu_events_put(s->events, cmd->context, event);
	rgpu_staging_put(s->staging, b);
	return r;
}

CUresult
rgpu_serve_cuMemcpyDtoHAsync_v2(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuMemcpyDtoHAsync_v2 *a)
{
	struct rgpu_buffer *b;
	CUstream stream;
	CUresult r = rgpu_session_range(s, a->srcDevice, a->ByteCount, 1);

	if (!(cmd->flags & RGPU_COMMAND_REPLY))
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_staging_get(
			s->staging, cmd->context, (size_t)a->ByteCount, &b);
	if (r)
		return r;
	r = s->driver->cuMemcpyDtoHAsync_v2(
		b->data, a->srcDevice, a->ByteCount, stream);
	return rgpu_after_download(
		s, cmd, b, a->ByteCount, stream, a->wait != 0, r);
}

/* ---- rectangles ------------------------------------------------------------- */

CUresult
rgpu_check_box(struct rgpu_session *s, uint64_t base, uint64_t pitch,
	uint64_t slice, uint64_t width, uint64_t height, uint64_t depth,
	uint64_t *size)
{
	uint64_t rows, last, end;

	if (!width || !height || !depth || (height > 1 && pitch < width) ||
		__builtin_mul_overflow(height - 1, pitch, &rows) ||
		(depth > 1 && slice < rows + width) ||
		__builtin_mul_overflow(depth - 1, slice, &last) ||
		__builtin_add_overflow(last, rows, &end) ||
		__builtin_add_overflow(end, width, &end) ||
		__builtin_mul_overflow(width, height, size) ||
		__builtin_mul_overflow(*size, depth, size))
		return CUDA_ERROR_INVALID_VALUE;
	return rgpu_session_range(s, base, end, 1);
}

/* cuMemcpy3D wants a slice in rows; ours may be no multiple of the pitch, so
 * slices go one by one. */
static CUresult
copy_slices(struct rgpu_session *s, CUDA_MEMCPY2D *c, uint64_t depth,
	uint64_t src_slice, uint64_t dst_slice, CUstream stream)
{
	CUresult r = CUDA_SUCCESS;

	for (uint64_t z = 0; z < depth && !r; z++) {
		r = s->driver->cuMemcpy2DAsync_v2(c, stream);
		c->srcDevice += c->srcDevice ? src_slice : 0;
		c->dstDevice += c->dstDevice ? dst_slice : 0;
		if (c->srcHost)
			c->srcHost = (const uint8_t *)c->srcHost + src_slice;
		if (c->dstHost)
			c->dstHost = (uint8_t *)c->dstHost + dst_slice;
	}
	return r;
}

CUresult
rgpu_serve_rgpu_rect_to_device(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_rect_to_device *a)
{
	struct rgpu_buffer *b;
	CUstream stream;
	uint64_t size = 0;
	CUDA_MEMCPY2D c = {
		.srcMemoryType = CU_MEMORYTYPE_HOST,
		.srcPitch = a->width,
		.dstMemoryType = CU_MEMORYTYPE_DEVICE,
		.dstDevice = a->dst,
		.dstPitch = a->pitch ? a->pitch : a->width,
		.WidthInBytes = a->width,
		.Height = a->height,
	};
	CUresult r = rgpu_check_box(s, a->dst, a->pitch, a->slice, a->width,
		a->height, a->depth, &size);

	if (!r && size != a->size)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_upload_buffer(s, cmd, a->rows, a->size, &b);
	if (r)
		return r;
	c.srcHost = b->data;
	r = copy_slices(
		s, &c, a->depth, a->width * a->height, a->slice, stream);
	return rgpu_after_upload(s, cmd, b, stream, a->fence != 0, r);
}

CUresult
rgpu_serve_rgpu_rect_to_host(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_rect_to_host *a)
{
	struct rgpu_buffer *b;
	CUstream stream;
	uint64_t size = 0;
	CUDA_MEMCPY2D c = {
		.srcMemoryType = CU_MEMORYTYPE_DEVICE,
		.srcDevice = a->src,
		.srcPitch = a->pitch ? a->pitch : a->width,
		.dstMemoryType = CU_MEMORYTYPE_HOST,
		.dstPitch = a->width,
		.WidthInBytes = a->width,
		.Height = a->height,
	};
	CUresult r = rgpu_check_box(s, a->src, a->pitch, a->slice, a->width,
		a->height, a->depth, &size);

	if (!(cmd->flags & RGPU_COMMAND_REPLY))
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_staging_get(s->staging, cmd->context, size, &b);
	if (r)
		return r;
	c.dstHost = b->data;
	r = copy_slices(
		s, &c, a->depth, a->slice, a->width * a->height, stream);
	return rgpu_after_download(s, cmd, b, size, stream, a->wait != 0, r);
}

CUresult
rgpu_serve_rgpu_rect_on_device(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_rect_on_device *a)
{
	CUstream stream;
	uint64_t size;
	CUDA_MEMCPY2D c = {
		.srcMemoryType = CU_MEMORYTYPE_DEVICE,
		.srcDevice = a->src,
		.srcPitch = a->srcPitch ? a->srcPitch : a->width,
		.dstMemoryType = CU_MEMORYTYPE_DEVICE,
		.dstDevice = a->dst,
		.dstPitch = a->dstPitch ? a->dstPitch : a->width,
		.WidthInBytes = a->width,
		.Height = a->height,
	};
	CUresult r = rgpu_check_box(s, a->dst, a->dstPitch, a->dstSlice,
		a->width, a->height, a->depth, &size);

	if (!r)
		r = rgpu_check_box(s, a->src, a->srcPitch, a->srcSlice,
			a->width, a->height, a->depth, &size);
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (r)
		return r;
	return copy_slices(s, &c, a->depth, a->srcSlice, a->dstSlice, stream);
}
