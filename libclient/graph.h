/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instantiated graphs of the client. What graph/ calls a node is one or more
 * nodes on the server: a copy between host and device goes through a buffer
 * there, which a place before or behind it fills or empties.
 */
#ifndef RGPU_CLIENT_GRAPH_H
#define RGPU_CLIENT_GRAPH_H

#include "graph/exec.h"

/* RGPU_GRAPH_ADD of the messages: a new node. */
#define RGPU_GRAPH_ADD UINT32_MAX

/* One answer of a place at most; bounds what a launch makes the server send at
 * once. */
#define RGPU_GRAPH_TAKE_MAX (32u << 20)

enum rgpu_copy_way {
	RGPU_COPY_ON_DEVICE,
	RGPU_COPY_UP,
	RGPU_COPY_DOWN,
	RGPU_COPY_ON_HOST,
};

/* One side of a copy, and its extent. */
struct rgpu_box_side {
	bool device;
	uint64_t base, pitch, rows;
};

struct rgpu_box {
	struct rgpu_box_side dst, src;
	uint64_t width, height, depth;
};

/* What an exec node is on the server. */
struct rgpu_sent_node {
	unsigned first; /* of its nodes there */
	unsigned last;	/* what comes after it depends on this */
	unsigned core;	/* the kernel, copy, fill or event */
	unsigned takes; /* places that give data, behind a copy */
	uint32_t buffer;
	uint64_t buffer_size;
	enum rgpu_copy_way way;
	bool boxed; /* host memory with gaps */
};

/* The sides of a copy node. CUDA_ERROR_INVALID_VALUE: not in memory. */
CUresult rgpu_graph_box(const CUDA_MEMCPY3D *p, struct rgpu_box *box);

static inline enum rgpu_copy_way
rgpu_box_way(const struct rgpu_box *b)
{
	return b->dst.device
		? b->src.device ? RGPU_COPY_ON_DEVICE : RGPU_COPY_UP
		: b->src.device ? RGPU_COPY_DOWN
				: RGPU_COPY_ON_HOST;
}

static inline uint64_t
rgpu_box_bytes(const struct rgpu_box *b)
{
	return b->width * b->height * b->depth;
}

/* Whether a side has no gaps. */
static inline bool
rgpu_box_packed(const struct rgpu_box *b, const struct rgpu_box_side *s)
{
	return (b->height == 1 || s->pitch == b->width) &&
		(b->depth == 1 ||
			(s->rows == b->height && s->pitch == b->width));
}

/* Sends what an exec node is; fills *sent. next: the number of the next node
 * there. */
CUresult rgpu_graph_send(struct rgpu_exec *e, unsigned node,
	struct rgpu_sent_node *sent, unsigned *next, uint32_t *buffers);

/* The same for new parameters of the one node that has any. */
CUresult rgpu_graph_send_change(struct rgpu_exec *e,
	const struct rgpu_sent_node *sent,
	const struct rgpu_graph_params *params);

#endif
