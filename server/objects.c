/* SPDX-License-Identifier: Apache-2.0 */
/* The session's own tables: what each id of the client stands for, and which
 * device memory is its. The executor's alone, so there is no lock. */
#include "config.h"
#include "server/session.h"

#include <stdlib.h>

#include "common/error.h"
#include "common/ids.h"
#include "server/events.h"

static CUresult
unknown(enum rgpu_kind kind)
{
	return kind == RGPU_KIND_CONTEXT ? CUDA_ERROR_INVALID_CONTEXT
					 : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_session_may_bind(struct rgpu_session *s, uint64_t id, enum rgpu_kind kind)
{
	if (rgpu_id_kind(id) != kind || rgpu_map_get(&s->objects, id))
		return unknown(kind);
	if (s->objects.count >= RGPU_SESSION_OBJECTS_MAX)
		return CUDA_ERROR_OUT_OF_MEMORY;
	return CUDA_SUCCESS;
}

CUresult
rgpu_session_bind(struct rgpu_session *s, const struct rgpu_command *cmd,
	uint64_t id, enum rgpu_kind kind, void *real)
{
	struct rgpu_object *o = calloc(1, sizeof(*o));

	if (!o)
		return CUDA_ERROR_OUT_OF_MEMORY;
	o->id = id;
	o->kind = kind;
	o->real = real;
	o->context = cmd->context;
	if (rgpu_map_put(&s->objects, id, o)) {
		free(o);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	return CUDA_SUCCESS;
}

struct rgpu_object *
rgpu_session_find(struct rgpu_session *s, uint64_t id, enum rgpu_kind kind)
{
	struct rgpu_object *o = rgpu_map_get(&s->objects, id);

	return o && o->kind == kind ? o : NULL;
}

CUresult
rgpu_session_handle(
	struct rgpu_session *s, uint64_t id, enum rgpu_kind kind, void **real)
{
	struct rgpu_object *o = rgpu_session_find(s, id, kind);

	if (!o)
		return unknown(kind);
	*real = o->real;
	return CUDA_SUCCESS;
}

CUresult
rgpu_session_unbind(
	struct rgpu_session *s, uint64_t id, enum rgpu_kind kind, void **real)
{
	struct rgpu_object *o = rgpu_session_find(s, id, kind);

	if (!o)
		return unknown(kind);
	*real = o->real;
	rgpu_session_forget(s, o);
	return CUDA_SUCCESS;
}

static void
forget_memory(struct rgpu_session *s, const struct rgpu_object *o)
{
	for (size_t i = s->memory.count; i-- > 0;) {
		struct rgpu_region *m = s->memory.list[i].object;

		if (m->context != o && m->owner != o)
			continue;
		rgpu_ranges_remove(&s->memory, s->memory.list[i].base, NULL);
		free(m);
	}
}

static void
forget_textures(struct rgpu_map *map, const struct rgpu_object *context)
{
	struct rgpu_object *o;
	size_t pos = 0;

	while ((o = rgpu_map_next(map, &pos))) {
		if (o == context)
			rgpu_map_remove(map, map->slots[pos - 1].key);
	}
}

static bool
may_have_children(const struct rgpu_object *o)
{
	return o->kind == RGPU_KIND_CONTEXT || o->kind == RGPU_KIND_MODULE ||
		o->kind == RGPU_KIND_LIBRARY || o->kind == RGPU_KIND_KERNEL ||
		o->kind == RGPU_KIND_MIPMAP;
}

void
rgpu_session_forget_children(struct rgpu_session *s, struct rgpu_object *o)
{
	struct rgpu_object *child;
	size_t pos = 0;

	/* A walk through the table for each event would cost too much. */
	if (!may_have_children(o))
		return;
	while ((child = rgpu_map_next(&s->objects, &pos))) {
		if (child != o && (child->context == o || child->parent == o)) {
			rgpu_session_forget(s, child);
			pos = 0;
		}
	}
	forget_memory(s, o);
	forget_textures(&s->textures, o);
	forget_textures(&s->surfaces, o);
	if (s->fence.context == o)
		s->fence =
			(struct rgpu_fence){.generation = s->fence.generation};
}

void
rgpu_session_detach(struct rgpu_session *s, struct rgpu_object *o)
{
	rgpu_map_remove(&s->objects, o->id);
	rgpu_session_forget_children(s, o);
	if (s->current == o)
		s->current = NULL;
	if (o->kind == RGPU_KIND_STREAM && o->nonblocking && o->context)
		o->context->nonblocking_streams--;
}

void
rgpu_session_forget(struct rgpu_session *s, struct rgpu_object *o)
{
	rgpu_session_detach(s, o);
	free(o);
}

int
rgpu_session_add_region(struct rgpu_session *s, uint64_t base, uint64_t size,
	struct rgpu_object *context, struct rgpu_object *owner)
{
	const struct rgpu_range *old = rgpu_ranges_find(&s->memory, base);
	struct rgpu_region *m;

	if (old && old->base == base && old->size == size)
		return 0;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -1;
	m->context = context;
	m->owner = owner;
	if (rgpu_ranges_add(&s->memory, base, size, m)) {
		free(m);
		return -1;
	}
	return 0;
}

int
rgpu_session_add_mapping(struct rgpu_session *s, uint64_t base, uint64_t size)
{
	struct rgpu_region *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	m->mapped = true;
	if (rgpu_ranges_add(&s->memory, base, size, m)) {
		free(m);
		return -1;
	}
	return 0;
}

struct rgpu_object *
rgpu_session_function(struct rgpu_session *s, uint64_t id)
{
	struct rgpu_object *o = rgpu_session_find(s, id, RGPU_KIND_FUNCTION);

	return o ? o : rgpu_session_find(s, id, RGPU_KIND_KERNEL);
}

CUresult
rgpu_session_enter(struct rgpu_session *s, struct rgpu_command *cmd)
{
	struct rgpu_object *c =
		rgpu_session_find(s, cmd->context_id, RGPU_KIND_CONTEXT);
	CUresult r;

	if (!c)
		return CUDA_ERROR_INVALID_CONTEXT;
	cmd->context = c;
	if (s->current == c)
		return CUDA_SUCCESS;
	r = s->driver->cuCtxSetCurrent(c->real);
	s->current = r ? NULL : c;
	return r;
}

/* The stream's next work waits for the copy that its client believes done. */
static CUresult
pass_fence(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_object *o, CUstream stream)
{
	const struct rgpu_fence *f = &s->fence;

	if (o->fence_seen == f->generation)
		return CUDA_SUCCESS;
	o->fence_seen = f->generation;
	/* In its own context the legacy stream orders blocking streams. */
	if (!f->event || f->stream == stream ||
		(f->context == cmd->context && !o->nonblocking &&
			(!f->stream || !stream)))
		return CUDA_SUCCESS;
	return s->driver->cuStreamWaitEvent(stream, f->event, 0);
}

CUresult
rgpu_session_stream(struct rgpu_session *s, const struct rgpu_command *cmd,
	uint64_t id, CUstream *stream)
{
	struct rgpu_object *o = cmd->context;

	*stream = NULL;
	if (id) {
		o = rgpu_session_find(s, id, RGPU_KIND_STREAM);
		if (!o || o->context != cmd->context)
			return CUDA_ERROR_INVALID_HANDLE;
		*stream = o->real;
	}
	return pass_fence(s, cmd, o, *stream);
}

CUresult
rgpu_session_set_fence(
	struct rgpu_session *s, const struct rgpu_command *cmd, CUstream stream)
{
	struct rgpu_fence *f = &s->fence;
	CUresult r;

	/* One event a fence context; an older wait on it stays a wait for the
	 * older copy (cuStreamWaitEvent takes the event as it is recorded). */
	if (f->context != cmd->context) {
		if (f->event)
			rgpu_events_put(s->events, f->context, f->event);
		f->event = NULL;
		f->context = cmd->context;
		r = rgpu_events_get(s->events, cmd->context, &f->event);
		if (r)
			return r;
	}
	r = s->driver->cuEventRecord(f->event, stream);
	f->stream = stream;
	f->generation++;
	return r;
}

static bool
is_mapped(const void *region)
{
	return ((const struct rgpu_region *)region)->mapped;
}

CUresult
rgpu_session_range(
	struct rgpu_session *s, uint64_t addr, uint64_t count, uint64_t size)
{
	uint64_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || addr % size)
		return CUDA_ERROR_INVALID_VALUE;
	if (bytes && !rgpu_ranges_span(&s->memory, addr, bytes, is_mapped))
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_SUCCESS;
}

CUresult
rgpu_session_range2d(struct rgpu_session *s, uint64_t addr, uint64_t pitch,
	uint64_t width, uint64_t height, uint64_t size)
{
	uint64_t row, bytes;

	if (!width || !height)
		return CUDA_SUCCESS;
	if (__builtin_mul_overflow(width, size, &row) || addr % size ||
		pitch % size || (height > 1 && pitch < row) ||
		__builtin_mul_overflow(height - 1, pitch, &bytes) ||
		__builtin_add_overflow(bytes, row, &bytes))
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_ranges_span(&s->memory, addr, bytes, is_mapped))
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_SUCCESS;
}
