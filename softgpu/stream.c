/* SPDX-License-Identifier: Apache-2.0 */
/* Making, finding and ending streams. */
#include "config.h"
#include "softgpu/stream.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "softgpu/context.h"
#include "softgpu/thread-state.h"
#include "softgpu/work.h"

static unsigned long long
next_number(void)
{
	static _Atomic unsigned long long last;

	return atomic_fetch_add(&last, 1) + 1;
}

static void
free_stream(struct rgpu_object *object)
{
	struct rgpu_stream *s = (struct rgpu_stream *)object;

	rgpu_object_put(&s->context->object);
	free(s);
}

/* The legacy stream ends with its context, whose reference is the first. */
static void
free_nothing(struct rgpu_object *object)
{
	(void)object;
}

void
rgpu_stream_init_legacy(
	struct rgpu_stream *stream, struct rgpu_context *context)
{
	*stream = (struct rgpu_stream){
		.context = context,
		.number = next_number(),
		.legacy = true,
	};
	rgpu_object_init(&stream->object, free_nothing);
}

CUresult
rgpu_stream_new(struct rgpu_context *context, unsigned flags, int priority,
	bool with_handle, struct rgpu_stream **out)
{
	struct rgpu_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return CUDA_ERROR_OUT_OF_MEMORY;
	s->context = context;
	s->number = next_number();
	s->flags = flags;
	s->priority = priority;
	rgpu_object_ref(&context->object);
	rgpu_object_init(&s->object, free_stream);
	if (rgpu_stream_list(s)) {
		rgpu_object_put(&s->object);
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	}
	if (with_handle && rgpu_object_make(RGPU_KIND_STREAM, &s->object)) {
		rgpu_stream_close(s);
		rgpu_object_put(&s->object);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*out = s;
	return CUDA_SUCCESS;
}

void
rgpu_stream_close(struct rgpu_stream *stream)
{
	rgpu_stream_unlist(stream);
}

void
rgpu_streams_end(struct rgpu_context *context)
{
	struct rgpu_stream *s;

	while ((s = rgpu_stream_any(context))) {
		struct rgpu_stream *named = s->object.id
			? rgpu_object_end(RGPU_KIND_STREAM,
				  rgpu_object_handle(&s->object))
			: NULL;

		rgpu_stream_close(s);
		if (named)
			rgpu_object_put(&named->object);
		rgpu_object_put(&s->object);
	}
}

/* The calling thread's own default stream in a context; made at first use.
 * Those of contexts that were closed are forgotten on the way. */
static CUresult
per_thread(struct rgpu_context *context, struct rgpu_stream **out)
{
	struct rgpu_thread_state *t = rgpu_thread_state();
	struct rgpu_thread_stream **p = &t->streams, *n;
	CUresult r;

	while (*p) {
		n = *p;
		if (rgpu_stream_is_closed(n->stream)) {
			*p = n->next;
			rgpu_object_put(&n->stream->object);
			free(n);
			continue;
		}
		if (n->stream->context == context) {
			*out = n->stream;
			return CUDA_SUCCESS;
		}
		p = &n->next;
	}
	n = calloc(1, sizeof(*n));
	if (!n || rgpu_thread_state_keep()) {
		free(n);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	r = rgpu_stream_new(context, 0, 0, false, &n->stream);
	if (r) {
		free(n);
		return r;
	}
	n->next = t->streams;
	t->streams = n;
	*out = n->stream;
	return CUDA_SUCCESS;
}

CUresult
rgpu_stream_resolve(CUstream handle, struct rgpu_stream **out)
{
	struct rgpu_context *context;
	CUresult r;

	if (handle && handle != CU_STREAM_LEGACY &&
		handle != CU_STREAM_PER_THREAD) {
		struct rgpu_stream *s =
			rgpu_object_get(RGPU_KIND_STREAM, handle);

		if (!s)
			return CUDA_ERROR_INVALID_HANDLE;
		r = rgpu_context_state(s->context);
		if (r)
			rgpu_object_put(&s->object);
		else
			*out = s;
		return r;
	}
	r = rgpu_context_current(&context);
	if (r)
		return r;
	if (handle == CU_STREAM_PER_THREAD)
		r = per_thread(context, out);
	else
		*out = &context->legacy;
	if (!r)
		rgpu_object_ref(&(*out)->object);
	return r;
}
