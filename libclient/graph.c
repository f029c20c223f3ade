/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What graph/ needs of the client. An instance is sent once; a launch is one
 * message, and one more for each place at which the client has to do something.
 */
#include "config.h"
#include "libclient/graph.h"

#include <stdlib.h>
#include <string.h>

#include "cudaabi/gen/inner.h"
#include "libclient/callbacks.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"

CUresult
rgpu_graph_event_known(CUevent event)
{
	return rgpu_event_find(event) ? CUDA_SUCCESS
				      : CUDA_ERROR_INVALID_HANDLE;
}

static void
free_sent(struct rgpu_exec *e)
{
	for (unsigned i = 0; i < e->count; i++) {
		free(e->nodes[i].own);
		e->nodes[i].own = NULL;
	}
}

void
rgpu_exec_end(struct rgpu_exec *e)
{
	const struct rgpu_args_cuGraphExecDestroy a = {e->id};

	rgpu_post_cuGraphExecDestroy(0, &a);
	free_sent(e);
}

CUresult
rgpu_exec_make(struct rgpu_exec *e)
{
	const struct rgpu_args_rgpu_graph_begin first = {e->id};
	const struct rgpu_args_rgpu_graph_instantiate last = {e->id,
		e->flags & CUDA_GRAPH_INSTANTIATE_FLAG_USE_NODE_PRIORITY};
	uint64_t context = rgpu_handle_id(e->context);
	unsigned next = 0;
	uint32_t buffers = 0;
	CUresult r = rgpu_client_known_context(context);

	if (!r)
		r = rgpu_post_rgpu_graph_begin(context, &first);
	if (r)
		return r;
	for (unsigned i = 0; i < e->count && !r; i++) {
		struct rgpu_sent_node *sent = calloc(1, sizeof(*sent));

		e->nodes[i].own = sent;
		r = sent ? rgpu_graph_send(e, i, sent, &next, &buffers)
			 : CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (!r)
		r = rgpu_call_rgpu_graph_instantiate(context, &last);
	if (r)
		rgpu_exec_end(e);
	return r;
}

CUresult
rgpu_exec_change(struct rgpu_exec *e, unsigned node,
	const struct rgpu_graph_params *params)
{
	return rgpu_graph_send_change(e, e->nodes[node].own, params);
}

CUresult
rgpu_exec_enable(struct rgpu_exec *e, unsigned node)
{
	const struct rgpu_sent_node *sent = e->nodes[node].own;
	const struct rgpu_args_rgpu_graph_enable a = {
		.exec = e->id,
		.at = sent->core,
		.on = e->nodes[node].enabled,
	};

	/* A copy on the host is a place, which is passed over at a launch. */
	if (sent->way == RGPU_COPY_ON_HOST)
		return CUDA_SUCCESS;
	return rgpu_post_rgpu_graph_enable(rgpu_handle_id(e->context), &a);
}

/* ---- launching -------------------------------------------------------------------- */

struct launch {
	struct rgpu_exec *e;
	uint64_t context, stream;
};

static struct rgpu_rows
rows_of(const struct rgpu_box *b, const struct rgpu_box_side *s)
{
	return (struct rgpu_rows){
		.base = (uint8_t *)(uintptr_t)s->base,
		.pitch = s->pitch,
		.slice = s->pitch * s->rows,
		.width = b->width,
		.height = b->height,
		.depth = b->depth,
	};
}

/* The data comes into host memory, or, if that has gaps, into memory of ours
 * from which a further place spreads it. */
static CUresult
expect_down(const struct launch *l, const struct rgpu_sent_node *sent,
	const struct rgpu_box *b)
{
	uint64_t size = rgpu_box_bytes(b), left = size;
	uint8_t *to =
		sent->boxed ? malloc(size) : (uint8_t *)(uintptr_t)b->dst.base;
	unsigned at = sent->core + 1;
	CUresult r = to ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;

	for (unsigned i = 0; i < sent->takes && left && !r; i++) {
		struct rgpu_args_rgpu_graph_take a = {
			.exec = l->e->id,
			.at = at + i,
			.size = left < RGPU_GRAPH_TAKE_MAX
				? left
				: RGPU_GRAPH_TAKE_MAX,
			.number = rgpu_callback_number(),
			.hStream = l->stream,
		};
		struct rgpu_landing landing = {.row = 0};

		landing.data = to + (size - left);
		landing.size = a.size;
		r = rgpu_detach_rgpu_graph_take(l->context, &a, &landing);
		left -= a.size;
	}
	if (!r && sent->boxed) {
		struct rgpu_rows rows = rows_of(b, &b->dst);

		return rgpu_expect_spread(
			l->context, l->e->id, at + sent->takes, &rows, to);
	}
	/* Answers may still come into it: it stays. */
	return r;
}

static CUresult
expect_copy(const struct launch *l, const struct rgpu_exec_node *n)
{
	const struct rgpu_sent_node *sent = n->own;
	struct rgpu_rows rows;
	struct rgpu_box b;
	CUresult r;

	if (!n->enabled || sent->way == RGPU_COPY_ON_DEVICE)
		return CUDA_SUCCESS;
	r = rgpu_graph_box(&n->params.copy, &b);
	if (r)
		return r;
	rows = rows_of(&b, &b.src);
	if (sent->way == RGPU_COPY_UP)
		return rgpu_expect_data(
			l->context, l->e->id, sent->first, &rows);
	if (sent->way == RGPU_COPY_DOWN)
		return expect_down(l, sent, &b);
	return rgpu_expect_move(l->context, l->e->id, sent->first, &rows,
		(struct rgpu_rows[]){rows_of(&b, &b.dst)});
}

CUresult
rgpu_exec_launch(struct rgpu_exec *e, CUstream stream)
{
	struct rgpu_args_cuGraphLaunch a = {.hGraph = e->id};
	struct rgpu_args_cuStreamSynchronize wait;
	struct launch l = {.e = e};
	CUresult r = rgpu_client_stream(stream, &l.context, &l.stream);

	for (unsigned i = 0; i < e->count && !r; i++) {
		const struct rgpu_exec_node *n = &e->nodes[i];
		const struct rgpu_sent_node *sent = n->own;

		if (n->params.type == CU_GRAPH_NODE_TYPE_HOST)
			r = rgpu_expect_function(l.context, e->id, sent->core,
				n->params.host.fn, n->params.host.userData);
		else if (n->params.type == CU_GRAPH_NODE_TYPE_MEMCPY)
			r = expect_copy(&l, n);
	}
	if (r)
		return r;
	a.hStream = wait.hStream = l.stream;
	r = rgpu_post_cuGraphLaunch(l.context, &a);
	if (!r && rgpu_client.blocking)
		r = rgpu_call_cuStreamSynchronize(l.context, &wait);
	return r;
}
