/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instantiated graphs. The client sends one node by node; here it becomes a
 * graph of the driver, whose launch is then one call. Where the client has a
 * part (host functions, host memory) stands a host node, rgpu_place.
 */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>
#include <string.h>

#include "server/callbacks.h"
#include "server/events.h"

/* Memory of all the buffers of one graph at most. */
#define BUFFERS_MAX (UINT64_C(4) << 30)
#define NODES_MAX   (1u << 20)
#define ADD	    UINT32_MAX

struct buffer {
	uint8_t *data;
	uint64_t size;
};

enum node_kind { NODE_PLAIN, NODE_KERNEL, NODE_COPY, NODE_FILL, NODE_EVENT };

struct node {
	CUgraphNode real;
	enum node_kind kind;
	bool wait;		  /* event */
	struct rgpu_place *place; /* the client has a part; NULL: not */
	uint8_t *data;		  /* of which it gives or gets size bytes */
	uint64_t size;
	bool take;
};

struct rgpu_graph_exec {
	CUgraph graph;
	CUgraphExec exec; /* NULL until it is instantiated */
	CUresult failed;  /* the first failure before that */
	struct node *nodes;
	uint32_t count, capacity;
	struct buffer *buffers;
	uint32_t buffer_count;
	uint64_t buffer_bytes;
	bool places;		     /* the client has some part */
	CUevent last;		     /* the last launch, if so */
	struct rgpu_object *context; /* that the event is of */
};

/* ---- the graph of a command --------------------------------------------------------- */

static struct rgpu_graph_exec *
find(struct rgpu_session *s, uint64_t id)
{
	struct rgpu_object *o = rgpu_session_find(s, id, RGPU_KIND_GRAPHEXEC);

	return o ? o->graph : NULL;
}

/* A failure before the instantiation is told there. */
static CUresult
note(struct rgpu_graph_exec *g, CUresult r)
{
	if (!r || !g || g->exec)
		return r;
	if (!g->failed)
		g->failed = r;
	return CUDA_SUCCESS;
}

/* A node of that kind whose parameters change. */
static struct node *
changing(struct rgpu_graph_exec *g, uint32_t at, enum node_kind kind)
{
	return g->exec && at < g->count && g->nodes[at].kind == kind
		? &g->nodes[at]
		: NULL;
}

/* The driver's handles of the nodes that a new one depends on; to be freed.
 * NULL: no memory, or they are not there. */
static CUgraphNode *
take_deps(const struct rgpu_graph_exec *g, const void *deps, uint32_t bytes,
	size_t *count)
{
	CUgraphNode *out;

	*count = bytes / sizeof(uint32_t);
	if (bytes % sizeof(uint32_t) || g->exec || g->count >= NODES_MAX ||
		*count > g->count)
		return NULL;
	out = calloc(*count + 1, sizeof(*out));
	for (size_t i = 0; out && i < *count; i++) {
		uint32_t n;

		memcpy(&n, (const uint8_t *)deps + i * sizeof(n), sizeof(n));
		if (n >= g->count) {
			free(out);
			return NULL;
		}
		out[i] = g->nodes[n].real;
	}
	return out;
}

static CUresult
append(struct rgpu_graph_exec *g, const struct node *node)
{
	if (g->count == g->capacity) {
		uint32_t more = g->capacity ? 2 * g->capacity : 16;
		void *p = realloc(g->nodes, more * sizeof(g->nodes[0]));

		if (!p)
			return CUDA_ERROR_OUT_OF_MEMORY;
		g->nodes = p;
		g->capacity = more;
	}
	g->nodes[g->count++] = *node;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_graph_begin(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_graph_begin *a)
{
	struct rgpu_graph_exec *g;
	CUresult r = rgpu_session_may_bind(s, a->exec, RGPU_KIND_GRAPHEXEC);

	if (r)
		return r;
	g = calloc(1, sizeof(*g));
	if (!g)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = s->driver->cuGraphCreate(&g->graph, 0);
	if (!r)
		r = rgpu_session_bind(s, cmd, a->exec, RGPU_KIND_GRAPHEXEC, g);
	if (r) {
		free(g);
		return r;
	}
	rgpu_session_find(s, a->exec, RGPU_KIND_GRAPHEXEC)->graph = g;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_graph_buffer(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_graph_buffer *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	struct buffer b = {.size = a->size};
	void *more;

	if (!g || g->exec || !a->size || g->buffer_count >= NODES_MAX ||
		a->size > BUFFERS_MAX - g->buffer_bytes)
		return note(g, CUDA_ERROR_INVALID_VALUE);
	more = realloc(g->buffers, (g->buffer_count + 1) * sizeof(b));
	if (more)
		g->buffers = more;
	b.data = more ? malloc(a->size) : NULL;
	if (!b.data)
		return note(g, CUDA_ERROR_OUT_OF_MEMORY);
	g->buffers[g->buffer_count++] = b;
	g->buffer_bytes += a->size;
	return CUDA_SUCCESS;
}

/* ---- kernels ---------------------------------------------------------------------------- */

/* Attributes of a node: those that hold numbers. */
static CUresult
set_attributes(struct rgpu_session *s, CUgraphNode node, const void *attrs,
	uint32_t bytes)
{
	CUlaunchAttribute a;
	CUresult r =
		bytes % sizeof(a) ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;

	for (uint32_t at = 0; at < bytes && !r; at += sizeof(a)) {
		memcpy(&a, (const uint8_t *)attrs + at, sizeof(a));
		if (!rgpu_launch_attribute_is_number(a.id))
			return CUDA_ERROR_NOT_SUPPORTED;
		r = s->driver->cuGraphKernelNodeSetAttribute(
			node, a.id, (const CUkernelNodeAttrValue *)&a.value);
	}
	return r;
}

static CUresult
add_kernel(struct rgpu_session *s, struct rgpu_graph_exec *g,
	const struct rgpu_args_rgpu_graph_kernel *a,
	const CUDA_KERNEL_NODE_PARAMS *p)
{
	struct node n = {.kind = NODE_KERNEL};
	size_t count;
	CUgraphNode *deps = take_deps(g, a->deps, a->depBytes, &count);
	CUresult r;

	if (!deps)
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuGraphAddKernelNode_v2(
		&n.real, g->graph, deps, count, p);
	free(deps);
	if (!r)
		r = set_attributes(s, n.real, a->attrs, a->attrBytes);
	return r ? r : append(g, &n);
}

CUresult
rgpu_serve_rgpu_graph_kernel(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_graph_kernel *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	const struct rgpu_object *f = rgpu_session_function(s, a->f);
	size_t size = a->paramBytes;
	void *extra[] = {
		(void *)(uintptr_t)CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT,
		(void *)(uintptr_t)a->params,
		(void *)(uintptr_t)CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT, &size,
		(void *)(uintptr_t)CU_LAUNCH_PARAM_END_AS_INT};
	CUDA_KERNEL_NODE_PARAMS p = {NULL, a->grid0, a->grid1, a->grid2,
		a->block0, a->block1, a->block2, a->shared, NULL,
		size ? extra : NULL, NULL, NULL};
	const struct node *n;

	if (!g || !f ||
		(f->kind == RGPU_KIND_FUNCTION && f->context != cmd->context))
		return note(g, CUDA_ERROR_INVALID_HANDLE);
	if (f->kind == RGPU_KIND_KERNEL)
		p.kern = f->real;
	else
		p.func = f->real;
	p.ctx = cmd->context->real;
	if (a->at == ADD)
		return note(g, add_kernel(s, g, a, &p));
	n = changing(g, a->at, NODE_KERNEL);
	return n ? s->driver->cuGraphExecKernelNodeSetParams_v2(
			   g->exec, n->real, &p)
		 : CUDA_ERROR_INVALID_VALUE;
}

/* ---- copies and fills ------------------------------------------------------------------- */

/* Bytes from the first to behind the last of a box; 0: too many. */
static uint64_t
extent(uint64_t pitch, uint64_t rows, const struct rgpu_args_rgpu_graph_copy *a)
{
	uint64_t slice, out, n;

	if (!a->width || !a->height || !a->depth || pitch < a->width ||
		rows < a->height ||
		__builtin_mul_overflow(pitch, rows, &slice) ||
		__builtin_mul_overflow(slice, a->depth - 1, &out) ||
		__builtin_mul_overflow(pitch, a->height - 1, &n) ||
		__builtin_add_overflow(out, n, &out) ||
		__builtin_add_overflow(out, a->width, &out))
		return 0;
	return out;
}

/* One side of a copy: device memory of the session, or a buffer. */
static CUresult
take_side(struct rgpu_session *s, const struct rgpu_graph_exec *g,
	uint64_t address, uint64_t bytes, uint32_t buffer, void **host,
	CUdeviceptr *device, CUmemorytype *type)
{
	if (!bytes)
		return CUDA_ERROR_INVALID_VALUE;
	if (!buffer) {
		*type = CU_MEMORYTYPE_DEVICE;
		*device = address;
		return rgpu_session_range(s, address, bytes, 1);
	}
	if (buffer > g->buffer_count || bytes > g->buffers[buffer - 1].size ||
		address > g->buffers[buffer - 1].size - bytes)
		return CUDA_ERROR_INVALID_VALUE;
	*type = CU_MEMORYTYPE_HOST;
	*host = g->buffers[buffer - 1].data + address;
	return CUDA_SUCCESS;
}

static CUresult
take_copy(struct rgpu_session *s, const struct rgpu_graph_exec *g,
	const struct rgpu_args_rgpu_graph_copy *a, CUDA_MEMCPY3D *c)
{
	void *src = NULL;
	CUresult r;

	*c = (CUDA_MEMCPY3D){
		.srcPitch = a->srcPitch,
		.srcHeight = a->srcRows,
		.dstPitch = a->dstPitch,
		.dstHeight = a->dstRows,
		.WidthInBytes = a->width,
		.Height = a->height,
		.Depth = a->depth,
	};
	/* Pitches matter only where there is more than one row. */
	if (a->height == 1 && a->depth == 1)
		c->srcPitch = c->dstPitch = a->width;
	r = take_side(s, g, a->dst, extent(a->dstPitch, a->dstRows, a),
		a->dstBuffer, &c->dstHost, &c->dstDevice, &c->dstMemoryType);
	if (!r)
		r = take_side(s, g, a->src, extent(a->srcPitch, a->srcRows, a),
			a->srcBuffer, &src, &c->srcDevice, &c->srcMemoryType);
	c->srcHost = src;
	return r;
}

static CUresult
add_copy(struct rgpu_session *s, struct rgpu_graph_exec *g, CUcontext context,
	const struct rgpu_args_rgpu_graph_copy *a, const CUDA_MEMCPY3D *c)
{
	struct node n = {.kind = NODE_COPY};
	size_t count;
	CUgraphNode *deps = take_deps(g, a->deps, a->depBytes, &count);
	CUresult r;

	if (!deps)
		return CUDA_ERROR_INVALID_VALUE;
	r = s->driver->cuGraphAddMemcpyNode(
		&n.real, g->graph, deps, count, c, context);
	free(deps);
	return r ? r : append(g, &n);
}

CUresult
rgpu_serve_rgpu_graph_copy(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_graph_copy *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	const struct node *n;
	CUDA_MEMCPY3D c;
	CUresult r = g ? take_copy(s, g, a, &c) : CUDA_ERROR_INVALID_HANDLE;

	if (r)
		return note(g, r);
	if (a->at == ADD)
		return note(g, add_copy(s, g, cmd->context->real, a, &c));
	n = changing(g, a->at, NODE_COPY);
	return n ? s->driver->cuGraphExecMemcpyNodeSetParams(
			   g->exec, n->real, &c, cmd->context->real)
		 : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_serve_rgpu_graph_fill(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_graph_fill *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	const CUDA_MEMSET_NODE_PARAMS p = {
		a->dst, a->pitch, a->value, a->element, a->width, a->height};
	const struct node *old;
	struct node n = {.kind = NODE_FILL};
	CUgraphNode *deps;
	size_t count;
	CUresult r =
		g && (a->element == 1 || a->element == 2 || a->element == 4)
		? CUDA_SUCCESS
		: CUDA_ERROR_INVALID_VALUE;

	if (!r)
		r = a->height > 1
			? rgpu_session_range2d(s, a->dst, a->pitch, a->width,
				  a->height, a->element)
			: rgpu_session_range(s, a->dst, a->width, a->element);
	if (r)
		return note(g, r);
	if (a->at != ADD) {
		old = changing(g, a->at, NODE_FILL);
		return old ? s->driver->cuGraphExecMemsetNodeSetParams(
				     g->exec, old->real, &p, cmd->context->real)
			   : CUDA_ERROR_INVALID_VALUE;
	}
	deps = take_deps(g, a->deps, a->depBytes, &count);
	if (!deps)
		return note(g, CUDA_ERROR_INVALID_VALUE);
	r = s->driver->cuGraphAddMemsetNode(
		&n.real, g->graph, deps, count, &p, cmd->context->real);
	free(deps);
	return note(g, r ? r : append(g, &n));
}

/* ---- the others -------------------------------------------------------------------------- */

/* The part of the client: data of a buffer, or none. */
static CUresult
take_place(struct rgpu_session *s, const struct rgpu_graph_exec *g,
	const struct rgpu_args_rgpu_graph_host *a, struct node *n)
{
	const struct buffer *b;

	if (a->buffer) {
		if (a->buffer > g->buffer_count)
			return CUDA_ERROR_INVALID_VALUE;
		b = &g->buffers[a->buffer - 1];
		if (!a->size || a->size > b->size ||
			a->offset > b->size - a->size)
			return CUDA_ERROR_INVALID_VALUE;
		n->data = b->data + a->offset;
		n->size = a->size;
		n->take = a->take != 0;
	}
	if (rgpu_callbacks_begin(s))
		return CUDA_ERROR_OUT_OF_MEMORY;
	n->place = calloc(1, sizeof(*n->place));
	if (!n->place)
		return CUDA_ERROR_OUT_OF_MEMORY;
	n->place->owner = s->callbacks;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_graph_host(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_graph_host *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	CUDA_HOST_NODE_PARAMS p = {.fn = rgpu_callbacks_place_reached};
	struct node n = {.kind = NODE_PLAIN};
	CUgraphNode *deps = NULL;
	size_t count;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	if (g)
		deps = take_deps(g, a->deps, a->depBytes, &count);
	if (deps)
		r = take_place(s, g, a, &n);
	if (!r) {
		p.userData = n.place;
		r = s->driver->cuGraphAddHostNode(
			&n.real, g->graph, deps, count, &p);
	}
	if (!r)
		r = append(g, &n);
	if (r)
		free(n.place);
	else
		g->places = true;
	free(deps);
	return note(g, r);
}

static CUresult
change_event(struct rgpu_session *s, struct rgpu_graph_exec *g,
	const struct rgpu_args_rgpu_graph_event *a, CUevent event)
{
	const struct node *n = changing(g, a->at, NODE_EVENT);

	if (!n)
		return CUDA_ERROR_INVALID_VALUE;
	return n->wait ? s->driver->cuGraphExecEventWaitNodeSetEvent(
				 g->exec, n->real, event)
		       : s->driver->cuGraphExecEventRecordNodeSetEvent(
				 g->exec, n->real, event);
}

CUresult
rgpu_serve_rgpu_graph_event(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_graph_event *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	struct node n = {.kind = NODE_EVENT, .wait = a->wait != 0};
	void *event;
	CUgraphNode *deps;
	size_t count;
	CUresult r = rgpu_session_handle(s, a->event, RGPU_KIND_EVENT, &event);

	if (!g || r)
		return note(g, CUDA_ERROR_INVALID_HANDLE);
	if (a->at != ADD)
		return change_event(s, g, a, event);
	deps = take_deps(g, a->deps, a->depBytes, &count);
	if (!deps)
		return note(g, CUDA_ERROR_INVALID_VALUE);
	r = n.wait ? s->driver->cuGraphAddEventWaitNode(
			     &n.real, g->graph, deps, count, event)
		   : s->driver->cuGraphAddEventRecordNode(
			     &n.real, g->graph, deps, count, event);
	free(deps);
	return note(g, r ? r : append(g, &n));
}

CUresult
rgpu_serve_rgpu_graph_empty(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_graph_empty *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);
	struct node n = {.kind = NODE_PLAIN};
	CUgraphNode *deps = NULL;
	size_t count;
	CUresult r;

	if (g)
		deps = take_deps(g, a->deps, a->depBytes, &count);
	if (!deps)
		return note(g, CUDA_ERROR_INVALID_VALUE);
	r = s->driver->cuGraphAddEmptyNode(&n.real, g->graph, deps, count);
	free(deps);
	return note(g, r ? r : append(g, &n));
}

CUresult
rgpu_serve_rgpu_graph_enable(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_graph_enable *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);

	if (!g || !g->exec || a->at >= g->count)
		return CUDA_ERROR_INVALID_VALUE;
	return s->driver->cuGraphNodeSetEnabled(
		g->exec, g->nodes[a->at].real, a->on != 0);
}

/* ---- instances ------------------------------------------------------------------------------ */

CUresult
rgpu_serve_rgpu_graph_instantiate(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_graph_instantiate *a)
{
	struct rgpu_graph_exec *g = find(s, a->exec);

	if (!g || g->exec)
		return CUDA_ERROR_INVALID_HANDLE;
	if (g->failed)
		return g->failed;
	return s->driver->cuGraphInstantiateWithFlags(
		&g->exec, g->graph, a->flags);
}

static CUresult
expect(struct rgpu_session *s, const struct rgpu_command *cmd, uint64_t exec,
	uint32_t at, uint64_t number, uint64_t size, bool take)
{
	struct rgpu_graph_exec *g = find(s, exec);
	const struct node *n;

	if (!g || !g->exec || at >= g->count || !g->nodes[at].place)
		return CUDA_ERROR_INVALID_VALUE;
	n = &g->nodes[at];
	if (n->take != take || size > n->size || (n->data && !size))
		return CUDA_ERROR_INVALID_VALUE;
	return rgpu_callbacks_expect(s->callbacks, cmd, number, n->place,
		n->data, (size_t)size, take);
}

CUresult
rgpu_serve_rgpu_graph_expect(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_graph_expect *a)
{
	CUresult r = expect(s, cmd, a->exec, a->at, a->number, a->size, false);

	return r ? r : RGPU_SERVE_LATER;
}

CUresult
rgpu_serve_rgpu_graph_take(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_graph_take *a)
{
	CUresult r = expect(s, cmd, a->exec, a->at, a->number, a->size, true);

	return r ? r : RGPU_SERVE_LATER;
}

/* Notes the launch, so that its end can be waited for. */
static CUresult
mark(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_graph_exec *g, CUstream stream)
{
	CUresult r = CUDA_SUCCESS;

	if (g->last && g->context != cmd->context) {
		rgpu_events_put(s->events, g->context, g->last);
		g->last = NULL;
	}
	g->context = cmd->context;
	if (!g->last)
		r = rgpu_events_get(s->events, cmd->context, &g->last);
	return r ? r : s->driver->cuEventRecord(g->last, stream);
}

CUresult
rgpu_serve_cuGraphLaunch(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuGraphLaunch *a)
{
	struct rgpu_graph_exec *g = find(s, a->hGraph);
	CUstream stream;
	CUresult r = g && g->exec
		? rgpu_session_stream(s, cmd, a->hStream, &stream)
		: CUDA_ERROR_INVALID_HANDLE;

	if (!r)
		r = s->driver->cuGraphLaunch(g->exec, stream);
	for (uint32_t i = 0; g && g->places && i < g->count; i++) {
		if (g->nodes[i].place)
			rgpu_callbacks_launched(g->nodes[i].place, r);
	}
	if (!r && g->places)
		r = mark(s, cmd, g, stream);
	return r;
}

/* Nothing of it is in use any more. */
static void
free_graph(struct rgpu_graph_exec *g)
{
	for (uint32_t i = 0; i < g->count; i++) {
		if (g->nodes[i].place)
			rgpu_callbacks_leave(g->nodes[i].place);
		free(g->nodes[i].place);
	}
	for (uint32_t i = 0; i < g->buffer_count; i++)
		free(g->buffers[i].data);
	free(g->nodes);
	free(g->buffers);
	free(g);
}

/* The last launch uses places and buffers. */
static CUresult
free_later(struct rgpu_job *job)
{
	CUresult r = job->s->driver->cuEventSynchronize(job->event);

	rgpu_events_put(job->s->events, job->context, job->event);
	free_graph(job->handle);
	return r;
}

CUresult
rgpu_serve_cuGraphExecDestroy(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_cuGraphExecDestroy *a)
{
	struct rgpu_object *o =
		rgpu_session_find(s, a->hGraphExec, RGPU_KIND_GRAPHEXEC);
	struct rgpu_graph_exec *g;
	struct rgpu_job *job;
	CUresult r = CUDA_SUCCESS;

	if (!o)
		return CUDA_ERROR_INVALID_HANDLE;
	g = o->graph;
	rgpu_session_forget(s, o);
	if (g->exec)
		r = s->driver->cuGraphExecDestroy(g->exec);
	s->driver->cuGraphDestroy(g->graph);
	if (!g->last) {
		free_graph(g);
		return r;
	}
	job = rgpu_job_new(s, cmd, g->context, free_later);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->seq = 0;
	job->event = g->last;
	job->handle = g;
	return rgpu_job_start(job);
}
