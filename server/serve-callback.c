/* SPDX-License-Identifier: Apache-2.0 */
/* Host functions, stream callbacks, and copies that wait for their data. */
#include "config.h"
#include "server/serve.h"

#include "server/backlog.h"
#include "server/callbacks.h"
#include "server/events.h"
#include "server/transfers.h"

CUresult
rgpu_callbacks_begin(struct rgpu_session *s)
{
	if (!s->callbacks)
		s->callbacks = rgpu_callbacks_create(s);
	if (s->callbacks && !s->backlog)
		s->backlog = rgpu_backlog_create(s);
	return s->backlog ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

/* Nobody waits for the answer: a failure is that of a post, too. */
static CUresult
failed(struct rgpu_command *cmd, CUresult r)
{
	if (cmd->context && !cmd->context->deferred)
		cmd->context->deferred = r;
	return r;
}

static CUresult
add(struct rgpu_session *s, struct rgpu_command *cmd, uint64_t wire_stream,
	uint64_t number, CUstream *stream, struct rgpu_callback **x)
{
	CUresult r = rgpu_session_stream(s, cmd, wire_stream, stream);

	if (!r)
		r = rgpu_callbacks_begin(s);
	return r ? r
		 : rgpu_callbacks_new(s->callbacks, cmd, number, NULL, 0, x);
}

CUresult
rgpu_serve_cuLaunchHostFunc(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLaunchHostFunc *a)
{
	struct rgpu_callback *x;
	CUstream stream;
	CUresult r = add(s, cmd, a->hStream, a->callback, &stream, &x);

	if (r)
		return failed(cmd, r);
	r = s->driver->cuLaunchHostFunc(stream, rgpu_callbacks_reached, x);
	if (!r)
		return RGPU_SERVE_LATER;
	rgpu_callbacks_cancel(s->callbacks, x);
	return failed(cmd, r);
}

CUresult
rgpu_serve_cuStreamAddCallback(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuStreamAddCallback *a)
{
	struct rgpu_callback *x;
	CUstream stream;
	CUresult r = add(s, cmd, a->hStream, a->number, &stream, &x);

	if (r)
		return failed(cmd, r);
	r = s->driver->cuStreamAddCallback(
		stream, rgpu_callbacks_reached_with, x, 0);
	if (!r)
		return RGPU_SERVE_LATER;
	rgpu_callbacks_cancel(s->callbacks, x);
	return failed(cmd, r);
}

CUresult
rgpu_serve_rgpu_host_done(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_host_done *a)
{
	if (s->callbacks)
		rgpu_callbacks_done(s->callbacks, a->callback);
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_late_data(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_late_data *a)
{
	return s->callbacks
		? rgpu_callbacks_data(s->callbacks, a->number, a->data, a->size)
		: CUDA_ERROR_INVALID_VALUE;
}

/* Two pieces of the stream: one that waits for the data, and the copy. */
static CUresult
put_in_stream(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_late_copy *a, CUstream stream,
	struct rgpu_buffer *b)
{
	struct rgpu_callback *x;
	CUevent event;
	CUresult r = rgpu_callbacks_new(
		s->callbacks, cmd, a->number, b, a->size, &x);

	if (r) {
		rgpu_staging_put(s->staging, b);
		return r;
	}
	r = s->driver->cuLaunchHostFunc(stream, rgpu_callbacks_reached, x);
	if (r) {
		rgpu_callbacks_cancel(s->callbacks, x);
		rgpu_staging_put(s->staging, b);
		return r;
	}
	/* From here on the stream has the buffer: on a failure it is not used
	 * again, which costs memory but is right. */
	r = s->driver->cuMemcpyHtoDAsync_v2(a->dst, b->data, a->size, stream);
	if (!r)
		r = rgpu_events_get(s->events, cmd->context, &event);
	if (!r)
		r = s->driver->cuEventRecord(event, stream);
	if (!r)
		r = rgpu_transfers_to_device(
			s->transfers, cmd->context, event, b);
	if (r)
		failed(cmd, r);
	return RGPU_SERVE_LATER;
}

CUresult
rgpu_serve_rgpu_late_copy(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_late_copy *a)
{
	struct rgpu_buffer *b;
	CUstream stream;
	CUresult r = rgpu_session_range(s, a->dst, a->size, 1);

	if (!r && !a->size)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (!r)
		r = rgpu_callbacks_begin(s);
	if (!r)
		r = rgpu_staging_get(s->staging, cmd->context, a->size, &b);
	if (!r)
		r = put_in_stream(s, cmd, a, stream, b);
	return r && r != RGPU_SERVE_LATER ? failed(cmd, r) : r;
}
