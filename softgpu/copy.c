/* SPDX-License-Identifier: Apache-2.0 */
/* Copies and fills. */
#include "config.h"
#include "softgpu/copy.h"

#include <stdlib.h>
#include <string.h>

#include "softgpu/memory.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

/* Up to this many bytes another thread would take longer to wake than the
 * copy takes. */
#define INLINE_MAX 65536

/* Ordinary host memory of up to this size is copied aside when the stream is
 * busy; for more the call waits. */
#define STAGE_MAX 65536

struct copy_work {
	struct rgpu_work work;
	struct rgpu_copy copy;
	struct rgpu_allocation *pins[2];
	void *stage;
};

struct fill_work {
	struct rgpu_work work;
	struct rgpu_fill fill;
	struct rgpu_allocation *pin;
};

static void *
pointer(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* Bytes from the first to the last that a side touches. -1: too many. */
static int
extent(const struct rgpu_side *s, uint64_t width, uint64_t height,
	uint64_t depth, uint64_t *bytes)
{
	uint64_t rows, slices;

	return __builtin_mul_overflow(height - 1, s->pitch, &rows) ||
			__builtin_mul_overflow(depth - 1, s->slice, &slices) ||
			__builtin_add_overflow(width, rows, bytes) ||
			__builtin_add_overflow(*bytes, slices, bytes)
		? -1
		: 0;
}

static void
copy_rows(const struct rgpu_side *dst, const struct rgpu_side *src,
	const struct rgpu_copy *c)
{
	for (uint64_t z = 0; z < c->depth; z++) {
		for (uint64_t y = 0; y < c->height; y++)
			memmove(pointer(dst->address + z * dst->slice +
					y * dst->pitch),
				pointer(src->address + z * src->slice +
					y * src->pitch),
				c->width);
	}
}

static void
release_copy(struct copy_work *w)
{
	for (int i = 0; i < 2; i++) {
		if (w->pins[i])
			rgpu_memory_unpin(w->pins[i]);
	}
	free(w->stage);
}

static void
run_copy(struct rgpu_work *work, CUresult status)
{
	struct copy_work *w = (struct copy_work *)work;

	if (!status)
		copy_rows(&w->copy.dst, &w->copy.src, &w->copy);
	release_copy(w);
}

/* What a side is. Pins its allocation. */
static CUresult
resolve(const struct rgpu_side *side, const struct rgpu_copy *c,
	struct rgpu_allocation **pin, bool *on_device, bool *pageable)
{
	struct rgpu_memory_view v;
	uint64_t bytes;

	if (!side->address ||
		extent(side, c->width, c->height, c->depth, &bytes))
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_look(side->address, bytes, true, &v);
	*pin = v.allocation;
	*on_device = v.size && v.kind < RGPU_MEMORY_PINNED;
	*pageable = !v.allocation;
	/* The memory of an array has no address outside of it. */
	if (v.allocation &&
		(v.kind == RGPU_MEMORY_ARRAY) !=
			(side->kind == RGPU_SIDE_ARRAY))
		return CUDA_ERROR_INVALID_VALUE;
	/* Not wholly inside what it begins in, or in what is freed. Only host
	 * memory may go on behind its pinned part. */
	if (*pageable &&
		(v.stale || *on_device || side->kind == RGPU_SIDE_DEVICE ||
			side->kind == RGPU_SIDE_ARRAY))
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_SUCCESS;
}

/* Takes the source aside, row by row without gaps. */
static int
stage(struct copy_work *w)
{
	const struct rgpu_copy *c = &w->copy;
	struct rgpu_side to = {
		.pitch = c->width, .slice = c->width * c->height};

	w->stage = malloc(c->width * c->height * c->depth);
	if (!w->stage)
		return -1;
	to.address = (uintptr_t)w->stage;
	copy_rows(&to, &c->src, c);
	w->copy.src = to;
	return 0;
}

static enum rgpu_when
when_to_copy(struct copy_work *w, struct rgpu_stream *stream, bool sync,
	bool src_pageable, bool dst_pageable)
{
	uint64_t bytes = w->copy.width * w->copy.height * w->copy.depth;

	if (!w->copy.late && (sync || dst_pageable))
		return RGPU_WAIT;
	if (!w->copy.late && src_pageable &&
		(bytes > STAGE_MAX || rgpu_stream_idle(stream) || stage(w)))
		return RGPU_WAIT;
	return bytes <= INLINE_MAX ? RGPU_NOW : RGPU_LATER;
}

/* Queues w, or gives back what it holds. */
static CUresult
submit(struct copy_work *w, struct rgpu_stream *stream, enum rgpu_when when)
{
	CUresult r = rgpu_work_submit(&w->work, stream, NULL, when);

	if (r)
		release_copy(w);
	else if (when == RGPU_WAIT)
		r = rgpu_context_state(stream->context);
	return r;
}

CUresult
rgpu_copy(const struct rgpu_copy *copy, struct rgpu_stream *stream, bool sync)
{
	bool to_device = false, from_device = false;
	bool src_pageable = false, dst_pageable = false;
	struct copy_work *w;
	CUresult r;

	if (!copy->width || !copy->height || !copy->depth)
		return CUDA_SUCCESS;
	w = calloc(1, sizeof(*w));
	if (!w)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_work_init(&w->work, run_copy);
	w->copy = *copy;
	r = resolve(&copy->dst, copy, &w->pins[0], &to_device, &dst_pageable);
	if (!r)
		r = resolve(&copy->src, copy, &w->pins[1], &from_device,
			&src_pageable);
	sync = sync && !(to_device && from_device);
	if (r)
		release_copy(w);
	else
		r = submit(w, stream,
			when_to_copy(
				w, stream, sync, src_pageable, dst_pageable));
	if (sync)
		rgpu_print_flush(&stream->context->print);
	rgpu_work_put(&w->work);
	return r;
}

static void
fill_row(void *row, const struct rgpu_fill *f)
{
	uint16_t *halves = row;
	uint32_t *words = row;

	switch (f->element) {
	case 1: memset(row, (int)f->value, f->width); break;
	case 2:
		for (uint64_t i = 0; i < f->width; i++)
			halves[i] = (uint16_t)f->value;
		break;
	default:
		for (uint64_t i = 0; i < f->width; i++)
			words[i] = f->value;
		break;
	}
}

static void
run_fill(struct rgpu_work *work, CUresult status)
{
	struct fill_work *w = (struct fill_work *)work;
	const struct rgpu_fill *f = &w->fill;

	for (uint64_t y = 0; !status && y < f->height; y++)
		fill_row(pointer(f->address + y * f->pitch), f);
	rgpu_memory_unpin(w->pin);
}

/* Checks a fill and pins what it fills. */
static CUresult
resolve_fill(const struct rgpu_fill *f, struct rgpu_memory_view *v)
{
	struct rgpu_side side = {.address = f->address, .pitch = f->pitch};
	uint64_t width, bytes;

	if (!f->address || f->address % f->element ||
		__builtin_mul_overflow(f->width, (uint64_t)f->element, &width))
		return CUDA_ERROR_INVALID_VALUE;
	if (f->height > 1 && (f->pitch % f->element || f->pitch < width))
		return CUDA_ERROR_INVALID_VALUE;
	if (extent(&side, width, f->height, 1, &bytes))
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_look(f->address, bytes, true, v);
	if (!v->allocation || v->kind != RGPU_MEMORY_ARRAY)
		return v->allocation ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_unpin(v->allocation);
	return CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_fill(const struct rgpu_fill *fill, struct rgpu_stream *stream, bool sync)
{
	struct rgpu_memory_view v;
	enum rgpu_when when = RGPU_LATER;
	struct fill_work *w;
	CUresult r;

	if (!fill->width || !fill->height)
		return CUDA_SUCCESS;
	w = calloc(1, sizeof(*w));
	if (!w)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_work_init(&w->work, run_fill);
	w->fill = *fill;
	r = resolve_fill(fill, &v);
	if (!r) {
		w->pin = v.allocation;
		if (sync && v.kind >= RGPU_MEMORY_PINNED)
			when = RGPU_WAIT;
		else if (fill->width * fill->element * fill->height <=
			INLINE_MAX)
			when = RGPU_NOW;
		r = rgpu_work_submit(&w->work, stream, NULL, when);
		if (r)
			rgpu_memory_unpin(w->pin);
		else if (when == RGPU_WAIT)
			r = rgpu_context_state(stream->context);
	}
	rgpu_work_put(&w->work);
	return r;
}
