/* SPDX-License-Identifier: Apache-2.0 */
/* cuLaunchHostFunc and cuStreamAddCallback: functions of the application, run
 * in the order of a stream by a thread of ours. */
#include "config.h"

#include <stdlib.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/stream.h"
#include "softgpu/thread-state.h"
#include "softgpu/work.h"

struct callback_work {
	struct rgpu_work work;
	CUhostFn function;	   /* either */
	CUstreamCallback callback; /* or */
	CUstream handle;	   /* as the application gave it */
	void *data;
};

/* A host function is not called after an error; a callback is, and told. */
static void
run_callback(struct rgpu_work *work, CUresult status)
{
	struct callback_work *w = (struct callback_work *)work;
	struct rgpu_thread_state *t = rgpu_thread_state();
	bool before = t->in_callback;

	rgpu_print_flush(&work->stream->context->print);
	t->in_callback = true;
	if (w->callback)
		w->callback(w->handle, status, w->data);
	else if (!status)
		w->function(w->data);
	t->in_callback = before;
}

static CUresult
add(CUstream handle, struct callback_work *what)
{
	struct rgpu_stream *stream;
	struct callback_work *w;
	CUresult r = rgpu_stream_resolve(handle, &stream);

	if (r)
		return r;
	w = malloc(sizeof(*w));
	if (w) {
		*w = *what;
		w->handle = handle;
		rgpu_work_init(&w->work, run_callback);
		r = rgpu_work_submit(&w->work, stream, NULL, RGPU_LATER);
		rgpu_work_put(&w->work);
	} else {
		r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	rgpu_object_put(&stream->object);
	return r;
}

CUresult
rgpu_do_cuLaunchHostFunc(CUstream hStream, CUhostFn fn, void *userData)
{
	struct callback_work w = {.function = fn, .data = userData};

	return fn ? add(hStream, &w) : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuStreamAddCallback(CUstream hStream, CUstreamCallback callback,
	void *userData, unsigned int flags)
{
	struct callback_work w = {.callback = callback, .data = userData};

	return callback && !flags ? add(hStream, &w) : CUDA_ERROR_INVALID_VALUE;
}
