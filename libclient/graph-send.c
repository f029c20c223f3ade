/* SPDX-License-Identifier: Apache-2.0 */
/* What the server is told of a graph: its nodes, or new parameters of one. */
#include "config.h"

#include <stdlib.h>

#include "common/log.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/graph.h"
#include "libclient/memory.h"

/* The nodes that a new one depends on, as they are numbered there. */
struct deps {
	uint32_t *number;
	uint32_t bytes;
};

static uint64_t
context_of(const struct rgpu_exec *e, const struct rgpu_graph_params *p)
{
	return rgpu_handle_id(p->ctx ? p->ctx : e->context);
}

static CUresult
make_side(struct rgpu_box_side *s, const struct rgpu_box *b, CUmemorytype type,
	uint64_t host, uint64_t device, uint64_t pitch, uint64_t rows,
	uint64_t x, uint64_t y, uint64_t z)
{
	uint64_t base = type == CU_MEMORYTYPE_HOST ? host : device;
	uint64_t offset, end;

	if (!base || type > CU_MEMORYTYPE_UNIFIED ||
		type == CU_MEMORYTYPE_ARRAY)
		return CUDA_ERROR_INVALID_VALUE;
	s->device = type == CU_MEMORYTYPE_DEVICE ||
		(type == CU_MEMORYTYPE_UNIFIED &&
			rgpu_memory_find(base).kind == RGPU_MEMORY_DEVICE);
	s->pitch = pitch ? pitch : x + b->width;
	s->rows = rows ? rows : y + b->height;
	if (s->pitch < b->width || s->rows < b->height ||
		__builtin_mul_overflow(z, s->rows, &offset) ||
		__builtin_add_overflow(offset, y, &offset) ||
		__builtin_mul_overflow(offset, s->pitch, &offset) ||
		__builtin_add_overflow(offset, x, &offset) ||
		__builtin_add_overflow(base, offset, &s->base) ||
		__builtin_mul_overflow(s->pitch, s->rows, &end) ||
		__builtin_mul_overflow(end, b->depth - 1, &end) ||
		__builtin_add_overflow(
			end, (b->height - 1) * s->pitch + b->width, &end))
		return CUDA_ERROR_INVALID_VALUE;
	return s->device ? rgpu_client_range(s->base, end, 1) : CUDA_SUCCESS;
}

CUresult
rgpu_graph_box(const CUDA_MEMCPY3D *p, struct rgpu_box *box)
{
	CUresult r;

	box->width = p->WidthInBytes;
	box->height = p->Height;
	box->depth = p->Depth;
	r = make_side(&box->dst, box, p->dstMemoryType, (uintptr_t)p->dstHost,
		p->dstDevice, p->dstPitch, p->dstHeight, p->dstXInBytes,
		p->dstY, p->dstZ);
	return r ? r
		 : make_side(&box->src, box, p->srcMemoryType,
			   (uintptr_t)p->srcHost, p->srcDevice, p->srcPitch,
			   p->srcHeight, p->srcXInBytes, p->srcY, p->srcZ);
}

/* ---- one message each ------------------------------------------------------------ */

static CUresult
send_kernel(struct rgpu_exec *e, uint32_t at, struct deps deps,
	const struct rgpu_graph_params *p)
{
	const struct rgpu_graph_kernel *k = &p->kernel;
	const struct rgpu_function *f = rgpu_function_find(k->p.func);
	struct rgpu_args_rgpu_graph_kernel a = {
		.exec = e->id,
		.at = at,
		.grid0 = k->p.gridDimX,
		.grid1 = k->p.gridDimY,
		.grid2 = k->p.gridDimZ,
		.block0 = k->p.blockDimX,
		.block1 = k->p.blockDimY,
		.block2 = k->p.blockDimZ,
		.shared = k->p.sharedMemBytes,
		.attrs = k->attrs,
		.attrBytes = (uint32_t)(k->attr_count * sizeof(k->attrs[0])),
		.deps = deps.number,
		.depBytes = deps.bytes,
		.params = k->block,
		.paramBytes = (uint32_t)k->bytes,
	};

	if (!f)
		return CUDA_ERROR_INVALID_HANDLE;
	a.f = f->id;
	return rgpu_post_rgpu_graph_kernel(context_of(e, p), &a);
}

static CUresult
send_fill(struct rgpu_exec *e, uint32_t at, struct deps deps,
	const struct rgpu_graph_params *p)
{
	const struct rgpu_args_rgpu_graph_fill a = {
		.exec = e->id,
		.at = at,
		.dst = p->fill.dst,
		.pitch = p->fill.pitch,
		.value = p->fill.value,
		.element = p->fill.elementSize,
		.width = p->fill.width,
		.height = p->fill.height,
		.deps = deps.number,
		.depBytes = deps.bytes,
	};

	return rgpu_post_rgpu_graph_fill(context_of(e, p), &a);
}

static CUresult
send_event(struct rgpu_exec *e, uint32_t at, struct deps deps,
	const struct rgpu_graph_params *p)
{
	const struct rgpu_args_rgpu_graph_event a = {
		.exec = e->id,
		.at = at,
		.event = rgpu_handle_id(p->event),
		.wait = p->type == CU_GRAPH_NODE_TYPE_WAIT_EVENT,
		.deps = deps.number,
		.depBytes = deps.bytes,
	};

	return rgpu_post_rgpu_graph_event(context_of(e, p), &a);
}

static CUresult
send_empty(struct rgpu_exec *e, struct deps deps)
{
	const struct rgpu_args_rgpu_graph_empty a = {
		.exec = e->id, .deps = deps.number, .depBytes = deps.bytes};

	return rgpu_post_rgpu_graph_empty(rgpu_handle_id(e->context), &a);
}

/* The device's part of a copy; buffer stands for the host's. */
static CUresult
send_copy(struct rgpu_exec *e, uint32_t at, struct deps deps,
	const struct rgpu_graph_params *p, const struct rgpu_box *b,
	uint32_t buffer)
{
	struct rgpu_args_rgpu_graph_copy a = {
		.exec = e->id,
		.at = at,
		.dst = b->dst.base,
		.dstPitch = b->dst.pitch,
		.dstRows = b->dst.rows,
		.src = b->src.base,
		.srcPitch = b->src.pitch,
		.srcRows = b->src.rows,
		.width = b->width,
		.height = b->height,
		.depth = b->depth,
		.deps = deps.number,
		.depBytes = deps.bytes,
	};

	if (!b->dst.device) {
		a.dst = 0;
		a.dstPitch = b->width;
		a.dstRows = b->height;
		a.dstBuffer = buffer;
	}
	if (!b->src.device) {
		a.src = 0;
		a.srcPitch = b->width;
		a.srcRows = b->height;
		a.srcBuffer = buffer;
	}
	return rgpu_post_rgpu_graph_copy(context_of(e, p), &a);
}

static CUresult
send_place(struct rgpu_exec *e, struct deps deps, uint32_t buffer,
	uint64_t offset, uint64_t size, bool take)
{
	const struct rgpu_args_rgpu_graph_host a = {
		.exec = e->id,
		.buffer = buffer,
		.offset = offset,
		.size = size,
		.take = take,
		.deps = deps.number,
		.depBytes = deps.bytes,
	};

	return rgpu_post_rgpu_graph_host(rgpu_handle_id(e->context), &a);
}

/* ---- copies ------------------------------------------------------------------------ */

static struct deps
only(uint32_t *number)
{
	return (struct deps){number, sizeof(*number)};
}

/* A place for the data to come from, then the copy. */
static CUresult
send_up(struct rgpu_exec *e, struct deps deps, const struct rgpu_box *b,
	const struct rgpu_graph_params *p, struct rgpu_sent_node *sent,
	unsigned *next)
{
	uint32_t place = *next;
	CUresult r =
		send_place(e, deps, sent->buffer, 0, sent->buffer_size, false);

	sent->core = place + 1;
	*next += 2;
	return r ? r
		 : send_copy(
			   e, RGPU_GRAPH_ADD, only(&place), p, b, sent->buffer);
}

/* The copy, then places that send its data, then, if that is to be spread, one
 * more. */
static CUresult
send_down(struct rgpu_exec *e, struct deps deps, const struct rgpu_box *b,
	const struct rgpu_graph_params *p, struct rgpu_sent_node *sent,
	unsigned *next)
{
	uint64_t size = sent->buffer_size;
	uint32_t before = *next;
	CUresult r = send_copy(e, RGPU_GRAPH_ADD, deps, p, b, sent->buffer);

	sent->core = (*next)++;
	for (uint64_t at = 0; at < size && !r; at += RGPU_GRAPH_TAKE_MAX) {
		uint64_t n = size - at < RGPU_GRAPH_TAKE_MAX
			? size - at
			: RGPU_GRAPH_TAKE_MAX;

		r = send_place(e, only(&before), sent->buffer, at, n, true);
		before = (*next)++;
		sent->takes++;
	}
	if (!r && sent->boxed) {
		r = send_place(e, only(&before), 0, 0, 0, false);
		++*next;
	}
	return r;
}

static CUresult
send_buffer(struct rgpu_exec *e, uint64_t size)
{
	const struct rgpu_args_rgpu_graph_buffer a = {e->id, size};

	return rgpu_post_rgpu_graph_buffer(rgpu_handle_id(e->context), &a);
}

static CUresult
send_memcpy(struct rgpu_exec *e, struct deps deps,
	const struct rgpu_graph_params *p, struct rgpu_sent_node *sent,
	unsigned *next, uint32_t *buffers)
{
	struct rgpu_box b;
	CUresult r = rgpu_graph_box(&p->copy, &b);

	if (r)
		return r;
	sent->way = rgpu_box_way(&b);
	if (sent->way == RGPU_COPY_ON_DEVICE) {
		sent->core = (*next)++;
		return send_copy(e, RGPU_GRAPH_ADD, deps, p, &b, 0);
	}
	if (sent->way == RGPU_COPY_ON_HOST) {
		sent->core = (*next)++;
		return send_place(e, deps, 0, 0, 0, false);
	}
	sent->buffer = ++*buffers;
	sent->buffer_size = rgpu_box_bytes(&b);
	sent->boxed = !rgpu_box_packed(
		&b, sent->way == RGPU_COPY_UP ? &b.src : &b.dst);
	r = send_buffer(e, sent->buffer_size);
	if (r)
		return r;
	return sent->way == RGPU_COPY_UP
		? send_up(e, deps, &b, p, sent, next)
		: send_down(e, deps, &b, p, sent, next);
}

/* ---- nodes -------------------------------------------------------------------------- */

static CUresult
send_one(struct rgpu_exec *e, uint32_t at, struct deps deps,
	const struct rgpu_graph_params *p)
{
	switch (p->type) {
	case CU_GRAPH_NODE_TYPE_KERNEL: return send_kernel(e, at, deps, p);
	case CU_GRAPH_NODE_TYPE_MEMSET: return send_fill(e, at, deps, p);
	case CU_GRAPH_NODE_TYPE_WAIT_EVENT:
	case CU_GRAPH_NODE_TYPE_EVENT_RECORD: return send_event(e, at, deps, p);
	case CU_GRAPH_NODE_TYPE_HOST:
		return send_place(e, deps, 0, 0, 0, false);
	default: return send_empty(e, deps);
	}
}

CUresult
rgpu_graph_send(struct rgpu_exec *e, unsigned node, struct rgpu_sent_node *sent,
	unsigned *next, uint32_t *buffers)
{
	const struct rgpu_exec_node *n = &e->nodes[node];
	struct deps deps = {malloc((n->dep_count + 1) * sizeof(uint32_t)), 0};
	CUresult r;

	if (!deps.number)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (unsigned i = 0; i < n->dep_count; i++) {
		const struct rgpu_sent_node *d = e->nodes[n->deps[i]].own;

		deps.number[i] = d->last;
	}
	deps.bytes = n->dep_count * (uint32_t)sizeof(uint32_t);
	sent->first = *next;
	if (n->params.type == CU_GRAPH_NODE_TYPE_MEMCPY) {
		r = send_memcpy(e, deps, &n->params, sent, next, buffers);
	} else {
		sent->core = (*next)++;
		r = send_one(e, RGPU_GRAPH_ADD, deps, &n->params);
	}
	sent->last = *next - 1;
	free(deps.number);
	return r;
}

CUresult
rgpu_graph_send_change(struct rgpu_exec *e, const struct rgpu_sent_node *sent,
	const struct rgpu_graph_params *params)
{
	const struct deps none = {NULL, 0};
	struct rgpu_box b;
	CUresult r;

	/* What a place does is known here alone. */
	if (params->type == CU_GRAPH_NODE_TYPE_HOST)
		return CUDA_SUCCESS;
	if (params->type != CU_GRAPH_NODE_TYPE_MEMCPY)
		return send_one(e, sent->core, none, params);
	r = rgpu_graph_box(&params->copy, &b);
	if (r)
		return r;
	if (rgpu_box_way(&b) != sent->way)
		return CUDA_ERROR_INVALID_VALUE;
	if (sent->way == RGPU_COPY_ON_HOST)
		return CUDA_SUCCESS;
	if (sent->buffer &&
		(rgpu_box_bytes(&b) > sent->buffer_size ||
			(sent->way == RGPU_COPY_DOWN && !sent->boxed &&
				!rgpu_box_packed(&b, &b.dst)))) {
		rgpu_warn("a graph's copy between host and device cannot grow: "
			  "CUDA_ERROR_NOT_SUPPORTED");
		return CUDA_ERROR_NOT_SUPPORTED;
	}
	return send_copy(e, sent->core, none, params, &b, sent->buffer);
}
