/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture: which streams belong to which graph in the making, and what the next
 * node of each depends on.
 */
#include "config.h"
#include "graph/capture.h"

#include <stdlib.h>
#include <string.h>

#include "common/map.h"
#include "cudaabi/capture.h"
#include "cudaabi/gen/inner.h"

atomic_uint rgpu_captures;

struct capture {
	struct capture *next;
	unsigned long long id;
	struct rgpu_graph *graph;
	bool own_graph; /* not the application's (BeginCaptureToGraph) */
	CUstreamCaptureMode mode;
	uint64_t thread;
	uint64_t origin; /* number of the stream */
	CUcontext context;
	bool blocking; /* some stream of it is ordered with the legacy one */
	bool invalid;
};

/* A stream that is captured, or an event that was recorded in one. */
struct place {
	struct capture *capture;
	uint64_t key;
	CUgraphNode *deps;
	size_t count;
};

static struct capture *captures;
static struct rgpu_map streams; /* by cuStreamGetId */
static struct rgpu_map events;	/* by handle */
static __thread CUstreamCaptureMode thread_mode;

static uint64_t
thread_number(void)
{
	static _Atomic uint64_t last;
	static __thread uint64_t own;

	if (!own)
		own = atomic_fetch_add(&last, 1) + 1;
	return own;
}

static void
free_place(struct place *p)
{
	free(p->deps);
	free(p);
}

static int
set_deps(struct place *p, const CUgraphNode *deps, size_t count)
{
	CUgraphNode *copy = malloc((count + 1) * sizeof(*copy));

	if (!copy)
		return -1;
	if (count)
		memcpy(copy, deps, count * sizeof(*copy));
	free(p->deps);
	p->deps = copy;
	p->count = count;
	return 0;
}

static int
add_dep(struct place *p, CUgraphNode node)
{
	CUgraphNode *more;

	for (size_t i = 0; i < p->count; i++) {
		if (p->deps[i] == node)
			return 0;
	}
	more = realloc(p->deps, (p->count + 1) * sizeof(*more));
	if (!more)
		return -1;
	p->deps = more;
	p->deps[p->count++] = node;
	return 0;
}

/* The place of a key in a map, made for the capture if there is none. */
static struct place *
make_place(struct rgpu_map *map, uint64_t key, struct capture *c)
{
	struct place *p = rgpu_map_get(map, key);

	if (p) {
		p->capture = c;
		return p;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->capture = c;
	p->key = key;
	if (rgpu_map_put(map, key, p)) {
		free(p);
		return NULL;
	}
	return p;
}

static void
forget(struct rgpu_map *map, const struct capture *c)
{
	struct place *p;
	size_t pos = 0;

	while ((p = rgpu_map_next(map, &pos))) {
		if (p->capture == c) {
			rgpu_map_remove(map, p->key);
			free_place(p);
		}
	}
}

static void
end(struct capture *c)
{
	struct capture **p = &captures;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	forget(&streams, c);
	forget(&events, c);
	c->graph->capturing = false;
	free(c);
	atomic_fetch_sub(&rgpu_captures, 1);
}

static CUresult
invalidate(struct capture *c, CUresult why)
{
	c->invalid = true;
	return why;
}

/* Of a stream: its number, whether it is a legacy one, and its context. */
static CUresult
identify(CUstream stream, uint64_t *number, CUcontext *context, bool *blocking)
{
	unsigned long long n;
	unsigned flags = 0;
	CUresult r = rgpu_do_cuStreamGetId(stream, &n);

	if (!r)
		r = rgpu_do_cuStreamGetFlags(stream, &flags);
	if (!r)
		r = rgpu_do_cuStreamGetCtx(stream, context);
	*number = n;
	*blocking = !(flags & CU_STREAM_NON_BLOCKING);
	return r;
}

static bool
is_legacy(CUstream stream)
{
	return !stream || stream == CU_STREAM_LEGACY;
}

static struct place *
place_of(CUstream stream)
{
	unsigned long long number;

	return rgpu_do_cuStreamGetId(stream, &number)
		? NULL
		: rgpu_map_get(&streams, number);
}

/* Work in the legacy stream would have to be ordered with this. */
static struct capture *
in_legacy_way(void)
{
	struct capture *c = captures;
	CUcontext current = NULL;

	rgpu_do_cuCtxGetCurrent(&current);
	while (c && (!c->blocking || c->context != current))
		c = c->next;
	return c;
}

static enum rgpu_capturing
legacy_state(CUresult *result)
{
	struct capture *c = in_legacy_way();

	if (!c)
		return RGPU_NOT_CAPTURING;
	*result = invalidate(c, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
	return RGPU_FORBIDDEN;
}

enum rgpu_capturing
rgpu_capture_state(CUstream stream, CUresult *result)
{
	struct place *p;

	if (is_legacy(stream))
		return legacy_state(result);
	p = place_of(stream);
	if (!p)
		return RGPU_NOT_CAPTURING;
	if (!p->capture->invalid)
		return RGPU_CAPTURING;
	*result = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
	return RGPU_FORBIDDEN;
}

CUresult
rgpu_capture_add(CUstream stream, struct rgpu_graph_params *params)
{
	struct place *p = place_of(stream);
	struct rgpu_graph_node *n;
	CUgraphNode handle;
	CUresult r = rgpu_graph_add(
		p->capture->graph, params, p->deps, p->count, &n);

	if (r)
		return invalidate(p->capture, r);
	handle = rgpu_graph_node_handle(n);
	return set_deps(p, &handle, 1)
		? invalidate(p->capture, CUDA_ERROR_OUT_OF_MEMORY)
		: CUDA_SUCCESS;
}

/* ---- what is forbidden ----------------------------------------------------------- */

/* The captures that forbid this thread unsafe calls are invalid from then on. */
bool
rgpu_capture_unsafe(CUresult *result)
{
	bool found = false;

	pthread_mutex_lock(&rgpu_graph_lock);
	for (struct capture *c = captures; c; c = c->next) {
		bool own = c->thread == thread_number() &&
			c->mode != CU_STREAM_CAPTURE_MODE_RELAXED;
		bool other = c->mode == CU_STREAM_CAPTURE_MODE_GLOBAL &&
			thread_mode == CU_STREAM_CAPTURE_MODE_GLOBAL;

		if (thread_mode == CU_STREAM_CAPTURE_MODE_RELAXED ||
			(!own && !other))
			continue;
		*result = invalidate(c, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
		found = true;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return found;
}

bool
rgpu_capture_sync(CUstream stream, CUresult *result)
{
	enum rgpu_capturing s;

	pthread_mutex_lock(&rgpu_graph_lock);
	s = rgpu_capture_state(stream, result);
	if (s == RGPU_CAPTURING)
		*result = invalidate(place_of(stream)->capture,
			CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return s != RGPU_NOT_CAPTURING;
}

bool
rgpu_capture_cuStreamSynchronize(CUstream hStream, CUresult *result)
{
	return rgpu_capture_sync(hStream, result) ||
		rgpu_capture_unsafe(result);
}

bool
rgpu_capture_cuStreamQuery(CUstream hStream, CUresult *result)
{
	return rgpu_capture_cuStreamSynchronize(hStream, result);
}

bool
rgpu_capture_cuEventQuery(CUevent hEvent, CUresult *result)
{
	struct place *p;

	pthread_mutex_lock(&rgpu_graph_lock);
	p = rgpu_map_get(&events, (uintptr_t)hEvent);
	if (p)
		*result = invalidate(p->capture, CUDA_ERROR_CAPTURED_EVENT);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return p || rgpu_capture_unsafe(result);
}

bool
rgpu_capture_cuEventSynchronize(CUevent hEvent, CUresult *result)
{
	return rgpu_capture_cuEventQuery(hEvent, result);
}

/* ---- events ------------------------------------------------------------------------ */

static CUresult
add_event_node(CUstream stream, CUgraphNodeType type, CUevent event)
{
	struct rgpu_graph_params params;
	CUresult r = rgpu_graph_take_event(&params, type, event);

	return r ? r : rgpu_capture_add(stream, &params);
}

/* The event stands for what the stream has come to. */
static CUresult
note_event(CUstream stream, CUevent event)
{
	struct place *s = place_of(stream), *e;
	CUresult r = rgpu_graph_event_known(event);

	if (r)
		return r;
	e = make_place(&events, (uintptr_t)event, s->capture);
	return !e || set_deps(e, s->deps, s->count) ? CUDA_ERROR_OUT_OF_MEMORY
						    : CUDA_SUCCESS;
}

bool
rgpu_capture_cuEventRecordWithFlags(
	CUevent hEvent, CUstream hStream, unsigned int flags, CUresult *result)
{
	enum rgpu_capturing s;

	pthread_mutex_lock(&rgpu_graph_lock);
	s = rgpu_capture_state(hStream, result);
	if (s == RGPU_CAPTURING) {
		*result = flags & ~(unsigned)CU_EVENT_RECORD_EXTERNAL
			? CUDA_ERROR_INVALID_VALUE
			: flags
			? add_event_node(hStream,
				  CU_GRAPH_NODE_TYPE_EVENT_RECORD, hEvent)
			: note_event(hStream, hEvent);
	} else if (s == RGPU_NOT_CAPTURING) {
		/* Recorded anew outside: it stands for no capture any more. */
		struct place *e = rgpu_map_remove(&events, (uintptr_t)hEvent);

		if (e)
			free_place(e);
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return s != RGPU_NOT_CAPTURING;
}

bool
rgpu_capture_cuEventRecord(CUevent hEvent, CUstream hStream, CUresult *result)
{
	return rgpu_capture_cuEventRecordWithFlags(hEvent, hStream, 0, result);
}

/* A stream joins the capture of an event, or waits for more of its own. */
static CUresult
join(CUstream stream, struct place *event)
{
	struct place *s = place_of(stream);
	uint64_t number;
	CUcontext context;
	bool blocking;
	CUresult r;

	if (s && s->capture != event->capture) {
		invalidate(event->capture, CUDA_SUCCESS);
		return invalidate(s->capture, CUDA_ERROR_STREAM_CAPTURE_MERGE);
	}
	if (event->capture->invalid)
		return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
	if (!s) {
		r = identify(stream, &number, &context, &blocking);
		if (r)
			return r;
		s = make_place(&streams, number, event->capture);
		if (s && blocking)
			event->capture->blocking = true;
	}
	for (size_t i = 0; s && i < event->count; i++) {
		if (add_dep(s, event->deps[i]))
			return CUDA_ERROR_OUT_OF_MEMORY;
	}
	return s ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

bool
rgpu_capture_cuStreamWaitEvent(
	CUstream hStream, CUevent hEvent, unsigned int Flags, CUresult *result)
{
	enum rgpu_capturing s;
	struct place *e;

	pthread_mutex_lock(&rgpu_graph_lock);
	s = rgpu_capture_state(hStream, result);
	e = rgpu_map_get(&events, (uintptr_t)hEvent);
	if (s == RGPU_FORBIDDEN)
		goto out;
	if (Flags & ~(unsigned)CU_EVENT_WAIT_EXTERNAL) {
		s = RGPU_FORBIDDEN;
		*result = CUDA_ERROR_INVALID_VALUE;
	} else if (s == RGPU_CAPTURING && Flags) {
		*result = add_event_node(
			hStream, CU_GRAPH_NODE_TYPE_WAIT_EVENT, hEvent);
	} else if (e && is_legacy(hStream)) {
		s = RGPU_FORBIDDEN;
		*result = invalidate(
			e->capture, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
	} else if (e) {
		s = RGPU_CAPTURING;
		*result = join(hStream, e);
	} else if (s == RGPU_CAPTURING) {
		*result = rgpu_graph_event_known(hEvent);
		if (!*result)
			*result = invalidate(place_of(hStream)->capture,
				CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
	}
out:
	pthread_mutex_unlock(&rgpu_graph_lock);
	return s != RGPU_NOT_CAPTURING;
}

/* ---- beginning and end --------------------------------------------------------------- */

/* own: the graph is new and goes if this fails. */
static CUresult
begin(CUstream stream, struct rgpu_graph *graph, bool own,
	CUstreamCaptureMode mode, const CUgraphNode *deps, size_t count)
{
	static unsigned long long last;
	struct capture *c = calloc(1, sizeof(*c));
	struct place *p = NULL;
	CUresult r = CUDA_ERROR_OUT_OF_MEMORY;

	if (!c)
		return r;
	c->graph = graph;
	c->own_graph = own;
	c->mode = mode;
	c->thread = thread_number();
	r = identify(stream, &c->origin, &c->context, &c->blocking);
	if (!r && rgpu_map_get(&streams, c->origin))
		r = CUDA_ERROR_ILLEGAL_STATE;
	if (!r) {
		p = make_place(&streams, c->origin, c);
		if (!p || set_deps(p, deps, count))
			r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (r) {
		if (p) {
			rgpu_map_remove(&streams, c->origin);
			free_place(p);
		}
		free(c);
		return r;
	}
	c->id = ++last;
	c->next = captures;
	captures = c;
	graph->capturing = true;
	atomic_fetch_add(&rgpu_captures, 1);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuStreamBeginCapture_v2(CUstream hStream, CUstreamCaptureMode mode)
{
	struct rgpu_graph *g;
	CUresult r;

	if ((unsigned)mode > CU_STREAM_CAPTURE_MODE_RELAXED)
		return CUDA_ERROR_INVALID_VALUE;
	if (is_legacy(hStream))
		return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_new();
	r = g ? begin(hStream, g, true, mode, NULL, 0)
	      : CUDA_ERROR_OUT_OF_MEMORY;
	if (r)
		rgpu_graph_free(g);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuStreamBeginCapture(CUstream hStream)
{
	return rgpu_do_cuStreamBeginCapture_v2(
		hStream, CU_STREAM_CAPTURE_MODE_GLOBAL);
}

static bool
all_in(const struct rgpu_graph *g, const CUgraphNode *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rgpu_graph_node *n =
			rgpu_graph_node_find(nodes[i]);

		if (!n || n->graph != g)
			return false;
	}
	return true;
}

CUresult
rgpu_do_cuStreamBeginCaptureToGraph(CUstream hStream, CUgraph hGraph,
	const CUgraphNode *dependencies, const CUgraphEdgeData *dependencyData,
	size_t numDependencies, CUstreamCaptureMode mode)
{
	struct rgpu_graph *g;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	(void)dependencyData;
	if ((unsigned)mode > CU_STREAM_CAPTURE_MODE_RELAXED ||
		(numDependencies && !dependencies))
		return r;
	if (is_legacy(hStream))
		return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(hGraph);
	if (g && !g->capturing && all_in(g, dependencies, numDependencies))
		r = begin(
			hStream, g, false, mode, dependencies, numDependencies);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

/* Marks a node and all before it. */
static void
mark_before(struct rgpu_graph_node *n)
{
	if (n->mark)
		return;
	n->mark = 1;
	for (size_t i = 0; i < n->before.count; i++)
		mark_before(n->before.node[i]);
}

/* Whether all that other streams captured comes before what the first has. */
static bool
is_joined(const struct capture *c, const struct place *origin)
{
	const struct rgpu_graph_list *l = &c->graph->list;
	struct rgpu_graph_node *n;
	struct place *p;
	size_t pos = 0;

	for (size_t i = 0; i < l->count; i++)
		l->node[i]->mark = 0;
	for (size_t i = 0; i < origin->count; i++) {
		n = rgpu_graph_node_find(origin->deps[i]);
		if (n)
			mark_before(n);
	}
	while ((p = rgpu_map_next(&streams, &pos))) {
		for (size_t i = 0; p->capture == c && i < p->count; i++) {
			n = rgpu_graph_node_find(p->deps[i]);
			if (n && !n->mark)
				return false;
		}
	}
	return true;
}

CUresult
rgpu_do_cuStreamEndCapture(CUstream hStream, CUgraph *phGraph)
{
	struct place *p;
	struct capture *c;
	struct rgpu_graph *g;
	CUresult r = CUDA_SUCCESS;
	bool own;

	if (!phGraph)
		return CUDA_ERROR_INVALID_VALUE;
	*phGraph = NULL;
	pthread_mutex_lock(&rgpu_graph_lock);
	p = is_legacy(hStream) ? NULL : place_of(hStream);
	c = p ? p->capture : NULL;
	if (!c)
		r = CUDA_ERROR_ILLEGAL_STATE;
	else if (c->mode != CU_STREAM_CAPTURE_MODE_RELAXED &&
		c->thread != thread_number())
		r = CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
	else if (p->key != c->origin)
		r = invalidate(c, CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
	if (r)
		goto out;
	if (c->invalid)
		r = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
	else if (!is_joined(c, p))
		r = CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
	g = c->graph;
	own = c->own_graph;
	end(c);
	if (!r)
		*phGraph = rgpu_graph_handle(g);
	else if (own)
		rgpu_graph_free(g);
out:
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

/* ---- questions ------------------------------------------------------------------------- */

CUresult
rgpu_do_cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode *mode)
{
	CUstreamCaptureMode old = thread_mode;

	if (!mode || (unsigned)*mode > CU_STREAM_CAPTURE_MODE_RELAXED)
		return CUDA_ERROR_INVALID_VALUE;
	thread_mode = *mode;
	*mode = old;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuStreamGetCaptureInfo_v3(CUstream hStream,
	CUstreamCaptureStatus *captureStatus_out, cuuint64_t *id_out,
	CUgraph *graph_out, const CUgraphNode **dependencies_out,
	const CUgraphEdgeData **edgeData_out, size_t *numDependencies_out)
{
	unsigned long long number;
	struct place *p = NULL;
	CUresult r;

	if (!captureStatus_out)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_do_cuStreamGetId(hStream, &number);
	if (r)
		return r;
	*captureStatus_out = CU_STREAM_CAPTURE_STATUS_NONE;
	if (!rgpu_capture_is_on())
		return CUDA_SUCCESS;
	pthread_mutex_lock(&rgpu_graph_lock);
	/* A question alone does no harm to the capture. */
	if (!is_legacy(hStream))
		p = rgpu_map_get(&streams, number);
	else if (in_legacy_way())
		r = CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
	if (p) {
		*captureStatus_out = p->capture->invalid
			? CU_STREAM_CAPTURE_STATUS_INVALIDATED
			: CU_STREAM_CAPTURE_STATUS_ACTIVE;
		if (id_out)
			*id_out = p->capture->id;
		if (graph_out)
			*graph_out = rgpu_graph_handle(p->capture->graph);
		if (dependencies_out)
			*dependencies_out = p->deps;
		if (edgeData_out)
			*edgeData_out = NULL;
		if (numDependencies_out)
			*numDependencies_out = p->count;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuStreamGetCaptureInfo_v2(CUstream hStream,
	CUstreamCaptureStatus *captureStatus_out, cuuint64_t *id_out,
	CUgraph *graph_out, const CUgraphNode **dependencies_out,
	size_t *numDependencies_out)
{
	return rgpu_do_cuStreamGetCaptureInfo_v3(hStream, captureStatus_out,
		id_out, graph_out, dependencies_out, NULL, numDependencies_out);
}

CUresult
rgpu_do_cuStreamGetCaptureInfo(CUstream hStream,
	CUstreamCaptureStatus *captureStatus_out, cuuint64_t *id_out)
{
	return rgpu_do_cuStreamGetCaptureInfo_v3(
		hStream, captureStatus_out, id_out, NULL, NULL, NULL, NULL);
}

CUresult
rgpu_do_cuStreamIsCapturing(
	CUstream hStream, CUstreamCaptureStatus *captureStatus)
{
	return rgpu_do_cuStreamGetCaptureInfo_v3(
		hStream, captureStatus, NULL, NULL, NULL, NULL, NULL);
}

CUresult
rgpu_do_cuStreamUpdateCaptureDependencies_v2(CUstream hStream,
	CUgraphNode *dependencies, const CUgraphEdgeData *dependencyData,
	size_t numDependencies, unsigned int flags)
{
	struct place *p;
	CUresult r = CUDA_SUCCESS;

	(void)dependencyData;
	if (flags > CU_STREAM_SET_CAPTURE_DEPENDENCIES ||
		(numDependencies && !dependencies))
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&rgpu_graph_lock);
	p = is_legacy(hStream) ? NULL : place_of(hStream);
	if (!p)
		r = CUDA_ERROR_ILLEGAL_STATE;
	else if (p->capture->invalid)
		r = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
	else if (!all_in(p->capture->graph, dependencies, numDependencies))
		r = CUDA_ERROR_INVALID_VALUE;
	else if (flags == CU_STREAM_SET_CAPTURE_DEPENDENCIES)
		r = set_deps(p, dependencies, numDependencies)
			? CUDA_ERROR_OUT_OF_MEMORY
			: CUDA_SUCCESS;
	else
		for (size_t i = 0; i < numDependencies && !r; i++)
			r = add_dep(p, dependencies[i])
				? CUDA_ERROR_OUT_OF_MEMORY
				: CUDA_SUCCESS;
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuStreamUpdateCaptureDependencies(CUstream hStream,
	CUgraphNode *dependencies, size_t numDependencies, unsigned int flags)
{
	return rgpu_do_cuStreamUpdateCaptureDependencies_v2(
		hStream, dependencies, NULL, numDependencies, flags);
}
