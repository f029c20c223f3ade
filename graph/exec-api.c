/* SPDX-License-Identifier: Apache-2.0 */
/* Instantiated graphs: made, changed, launched. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cudaabi/capture.h"
#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "graph/capture.h"
#include "graph/exec.h"

#define FLAGS                                              \
	(CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH | \
		CUDA_GRAPH_INSTANTIATE_FLAG_UPLOAD |       \
		CUDA_GRAPH_INSTANTIATE_FLAG_USE_NODE_PRIORITY)

static CUgraphExec
handle_of(const struct rgpu_exec *e)
{
	return (CUgraphExec)(uintptr_t)e->id;
}

static CUresult
check_flags(unsigned long long flags)
{
	if (flags & CUDA_GRAPH_INSTANTIATE_FLAG_DEVICE_LAUNCH) {
		rgpu_warn("graphs that kernels launch are not supported: "
			  "CUDA_ERROR_NOT_SUPPORTED");
		return CUDA_ERROR_NOT_SUPPORTED;
	}
	return flags & ~(unsigned long long)FLAGS ? CUDA_ERROR_INVALID_VALUE
						  : CUDA_SUCCESS;
}

CUresult
rgpu_do_cuGraphInstantiateWithFlags(
	CUgraphExec *phGraphExec, CUgraph hGraph, unsigned long long flags)
{
	struct rgpu_graph *g;
	struct rgpu_exec *e;
	CUresult r =
		phGraphExec ? check_flags(flags) : CUDA_ERROR_INVALID_VALUE;

	if (r)
		return r;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(hGraph);
	r = g ? rgpu_exec_new(g, flags, &e) : CUDA_ERROR_INVALID_VALUE;
	if (!r && !e->context)
		r = rgpu_do_cuCtxGetCurrent(&e->context);
	if (!r && g) {
		r = rgpu_exec_make(e);
		if (r)
			rgpu_exec_free(e);
		else
			*phGraphExec = handle_of(e);
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphInstantiateWithParams(CUgraphExec *phGraphExec, CUgraph hGraph,
	CUDA_GRAPH_INSTANTIATE_PARAMS *instantiateParams)
{
	CUresult r;

	if (!instantiateParams)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_do_cuGraphInstantiateWithFlags(
		phGraphExec, hGraph, instantiateParams->flags);
	instantiateParams->hErrNode_out = NULL;
	instantiateParams->result_out = !r ? CUDA_GRAPH_INSTANTIATE_SUCCESS
		: r == CUDA_ERROR_INVALID_VALUE
		? CUDA_GRAPH_INSTANTIATE_INVALID_STRUCTURE
		: r == CUDA_ERROR_NOT_SUPPORTED
		? CUDA_GRAPH_INSTANTIATE_NODE_OPERATION_NOT_SUPPORTED
		: CUDA_GRAPH_INSTANTIATE_ERROR;
	return r;
}

CUresult
rgpu_do_cuGraphInstantiate_v2(CUgraphExec *phGraphExec, CUgraph hGraph,
	CUgraphNode *phErrorNode, char *logBuffer, size_t bufferSize)
{
	if (phErrorNode)
		*phErrorNode = NULL;
	if (logBuffer && bufferSize)
		logBuffer[0] = '\0';
	return rgpu_do_cuGraphInstantiateWithFlags(phGraphExec, hGraph, 0);
}

CUresult
rgpu_do_cuGraphInstantiate(CUgraphExec *phGraphExec, CUgraph hGraph,
	CUgraphNode *phErrorNode, char *logBuffer, size_t bufferSize)
{
	return rgpu_do_cuGraphInstantiate_v2(
		phGraphExec, hGraph, phErrorNode, logBuffer, bufferSize);
}

/* An instance, with the lock; NULL without it. */
static struct rgpu_exec *
begin(CUgraphExec handle)
{
	struct rgpu_exec *e;

	pthread_mutex_lock(&rgpu_graph_lock);
	e = rgpu_exec_find(handle);
	if (!e)
		pthread_mutex_unlock(&rgpu_graph_lock);
	return e;
}

static CUresult
finish(CUresult r)
{
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphExecGetFlags(CUgraphExec hGraphExec, cuuint64_t *flags)
{
	const struct rgpu_exec *e = flags ? begin(hGraphExec) : NULL;

	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	*flags = e->flags;
	return finish(CUDA_SUCCESS);
}

/* ---- launching ------------------------------------------------------------------- */

/* In a captured stream it becomes a child graph. */
static CUresult
capture(const struct rgpu_exec *e, CUstream stream)
{
	struct rgpu_graph_params p = {.type = CU_GRAPH_NODE_TYPE_GRAPH};

	p.child = rgpu_exec_graph(e);
	return p.child ? rgpu_capture_add(stream, &p)
		       : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_do_cuGraphLaunch(CUgraphExec hGraph, CUstream hStream)
{
	struct rgpu_exec *e = begin(hGraph);
	enum rgpu_capturing s = RGPU_NOT_CAPTURING;
	CUresult r = CUDA_SUCCESS;

	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	if (rgpu_capture_is_on())
		s = rgpu_capture_state(hStream, &r);
	if (s == RGPU_CAPTURING)
		r = capture(e, hStream);
	else if (s == RGPU_NOT_CAPTURING)
		r = rgpu_exec_launch(e, hStream);
	if (!r && s == RGPU_NOT_CAPTURING && e->users) {
		e->last = hStream;
		e->launched = true;
	}
	return finish(r);
}

/* There is nothing to prepare: all is there since the instantiation. */
CUresult
rgpu_do_cuGraphUpload(CUgraphExec hGraph, CUstream hStream)
{
	const struct rgpu_exec *e = begin(hGraph);
	unsigned long long number;

	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	return finish(rgpu_do_cuStreamGetId(hStream, &number));
}

static void
drop_users(void *users)
{
	rgpu_graph_users_drop(users);
}

CUresult
rgpu_do_cuGraphExecDestroy(CUgraphExec hGraphExec)
{
	struct rgpu_exec *e = begin(hGraphExec);
	struct rgpu_graph_user *users = NULL;
	CUstream stream;

	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	stream = e->last;
	if (e->launched) {
		users = e->users;
		e->users = NULL;
	}
	rgpu_exec_end(e);
	rgpu_exec_free(e);
	finish(CUDA_SUCCESS);
	/* What the application lent lives until the last launch is over. */
	if (users && rgpu_do_cuLaunchHostFunc(stream, drop_users, users)) {
		rgpu_do_cuCtxSynchronize();
		drop_users(users);
	}
	return CUDA_SUCCESS;
}

/* ---- changing --------------------------------------------------------------------- */

/* The node made from a node of the graph; -1: none. */
static int
find_node(const struct rgpu_exec *e, CUgraphNode node)
{
	for (unsigned i = 0; i < e->count; i++) {
		if (e->nodes[i].origin == (uintptr_t)node)
			return (int)i;
	}
	return -1;
}

/* Node number i shall do what params say, which stay the caller's. */
static CUresult
change(struct rgpu_exec *e, unsigned i, const struct rgpu_graph_params *params)
{
	struct rgpu_exec_node *n = &e->nodes[i];
	struct rgpu_graph_params copy;
	CUresult r;

	if (rgpu_graph_params_same(&n->params, params))
		return CUDA_SUCCESS;
	if (rgpu_graph_params_copy(&copy, params))
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_exec_change(e, i, &copy);
	if (r) {
		rgpu_graph_params_free(&copy);
		return r;
	}
	rgpu_graph_params_free(&n->params);
	n->params = copy;
	return CUDA_SUCCESS;
}

/* What an update must leave as it is. */
static bool
fits(const struct rgpu_graph_params *old, const struct rgpu_graph_params *new)
{
	if (old->type != new->type || old->ctx != new->ctx)
		return false;
	if (new->type == CU_GRAPH_NODE_TYPE_MEMCPY)
		return old->copy.srcMemoryType == new->copy.srcMemoryType &&
			old->copy.dstMemoryType == new->copy.dstMemoryType;
	return true;
}

/* r: how params were taken; they go. */
static CUresult
set(CUgraphExec handle, CUgraphNode node, struct rgpu_graph_params *params,
	CUresult r)
{
	struct rgpu_exec *e = rgpu_exec_find(handle);
	int i = e ? find_node(e, node) : -1;

	if (r)
		return finish(r);
	if (i < 0) {
		r = CUDA_ERROR_INVALID_VALUE;
	} else {
		const struct rgpu_graph_params *old = &e->nodes[i].params;

		if (old->type == CU_GRAPH_NODE_TYPE_KERNEL &&
			params->type == old->type) {
			params->kernel.attr_count = old->kernel.attr_count;
			memcpy(params->kernel.attrs, old->kernel.attrs,
				sizeof(params->kernel.attrs));
		}
		r = fits(old, params) ? change(e, (unsigned)i, params)
				      : CUDA_ERROR_INVALID_VALUE;
	}
	rgpu_graph_params_free(params);
	return finish(r);
}

CUresult
rgpu_do_cuGraphExecKernelNodeSetParams_v2(CUgraphExec hGraphExec,
	CUgraphNode hNode, const CUDA_KERNEL_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(
		hGraphExec, hNode, &p, rgpu_graph_take_kernel(&p, nodeParams));
}

CUresult
rgpu_do_cuGraphExecKernelNodeSetParams(CUgraphExec hGraphExec,
	CUgraphNode hNode, const CUDA_KERNEL_NODE_PARAMS_v1 *nodeParams)
{
	CUDA_KERNEL_NODE_PARAMS p = {.func = NULL};

	if (!nodeParams)
		return CUDA_ERROR_INVALID_VALUE;
	memcpy(&p, nodeParams, sizeof(*nodeParams));
	return rgpu_do_cuGraphExecKernelNodeSetParams_v2(hGraphExec, hNode, &p);
}

CUresult
rgpu_do_cuGraphExecMemcpyNodeSetParams(CUgraphExec hGraphExec,
	CUgraphNode hNode, const CUDA_MEMCPY3D *copyParams, CUcontext ctx)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hGraphExec, hNode, &p,
		rgpu_graph_take_copy(&p, copyParams, ctx));
}

CUresult
rgpu_do_cuGraphExecMemsetNodeSetParams(CUgraphExec hGraphExec,
	CUgraphNode hNode, const CUDA_MEMSET_NODE_PARAMS *memsetParams,
	CUcontext ctx)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hGraphExec, hNode, &p,
		rgpu_graph_take_fill(&p, memsetParams, ctx));
}

CUresult
rgpu_do_cuGraphExecHostNodeSetParams(CUgraphExec hGraphExec, CUgraphNode hNode,
	const CUDA_HOST_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hGraphExec, hNode, &p, rgpu_graph_take_host(&p, nodeParams));
}

static CUresult
set_event(
	CUgraphExec exec, CUgraphNode node, CUgraphNodeType type, CUevent event)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(exec, node, &p, rgpu_graph_take_event(&p, type, event));
}

CUresult
rgpu_do_cuGraphExecEventRecordNodeSetEvent(
	CUgraphExec hGraphExec, CUgraphNode hNode, CUevent event)
{
	return set_event(
		hGraphExec, hNode, CU_GRAPH_NODE_TYPE_EVENT_RECORD, event);
}

CUresult
rgpu_do_cuGraphExecEventWaitNodeSetEvent(
	CUgraphExec hGraphExec, CUgraphNode hNode, CUevent event)
{
	return set_event(
		hGraphExec, hNode, CU_GRAPH_NODE_TYPE_WAIT_EVENT, event);
}

/* ---- whole graphs -------------------------------------------------------------------- */

static CUresult
differ(CUgraphExecUpdateResultInfo *info, CUgraphExecUpdateResult why,
	uint64_t node)
{
	info->result = why;
	info->errorNode = (CUgraphNode)(uintptr_t)node;
	return CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE;
}

/* Whether nodes of e from first on, as many as there are in new, are made alike;
 * nodes before them are the caller's business. */
static CUresult
compare(const struct rgpu_exec *e, unsigned first, const struct rgpu_exec *new,
	CUgraphExecUpdateResultInfo *info)
{
	for (unsigned i = 0; i < new->count; i++) {
		const struct rgpu_exec_node *a = &e->nodes[first + i];
		const struct rgpu_exec_node *b = &new->nodes[i];

		if (a->params.type != b->params.type)
			return differ(info,
				CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED,
				b->origin);
		if (!first &&
			(a->dep_count != b->dep_count ||
				memcmp(a->deps, b->deps,
					a->dep_count * sizeof(a->deps[0])) !=
					0))
			return differ(info,
				CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED,
				b->origin);
		if (!fits(&a->params, &b->params))
			return differ(info,
				CU_GRAPH_EXEC_UPDATE_ERROR_PARAMETERS_CHANGED,
				b->origin);
	}
	return CUDA_SUCCESS;
}

static CUresult
change_all(struct rgpu_exec *e, unsigned first, const struct rgpu_exec *new)
{
	CUresult r = CUDA_SUCCESS;

	for (unsigned i = 0; i < new->count && !r; i++)
		r = change(e, first + i, &new->nodes[i].params);
	return r;
}

static CUresult
update(struct rgpu_exec *e, struct rgpu_graph *g,
	CUgraphExecUpdateResultInfo *info)
{
	struct rgpu_exec *new;
	CUresult r = rgpu_exec_new(g, e->flags, &new);

	info->result = CU_GRAPH_EXEC_UPDATE_ERROR;
	if (r)
		return r;
	r = new->count == e->count
		? compare(e, 0, new, info)
		: differ(info, CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, 0);
	if (!r)
		r = change_all(e, 0, new);
	if (!r) {
		struct rgpu_graph_user *users = e->users;

		info->result = CU_GRAPH_EXEC_UPDATE_SUCCESS;
		e->users = new->users;
		new->users = users;
	}
	rgpu_exec_free(new);
	return r;
}

CUresult
rgpu_do_cuGraphExecUpdate_v2(CUgraphExec hGraphExec, CUgraph hGraph,
	CUgraphExecUpdateResultInfo *resultInfo)
{
	struct rgpu_exec *e;
	struct rgpu_graph *g;

	if (!resultInfo)
		return CUDA_ERROR_INVALID_VALUE;
	*resultInfo = (CUgraphExecUpdateResultInfo){
		.result = CU_GRAPH_EXEC_UPDATE_ERROR};
	e = begin(hGraphExec);
	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	g = rgpu_graph_find(hGraph);
	return finish(g ? update(e, g, resultInfo) : CUDA_ERROR_INVALID_VALUE);
}

CUresult
rgpu_do_cuGraphExecUpdate(CUgraphExec hGraphExec, CUgraph hGraph,
	CUgraphNode *hErrorNode_out, CUgraphExecUpdateResult *updateResult_out)
{
	CUgraphExecUpdateResultInfo info;
	CUresult r = rgpu_do_cuGraphExecUpdate_v2(hGraphExec, hGraph, &info);

	if (hErrorNode_out)
		*hErrorNode_out = info.errorNode;
	if (updateResult_out)
		*updateResult_out = info.result;
	return r;
}

/* A child graph's nodes stand before the empty node that ends it. */
static CUresult
set_child(CUgraphExec handle, CUgraphNode node, const struct rgpu_graph *child)
{
	struct rgpu_exec *e = rgpu_exec_find(handle), *new;
	CUgraphExecUpdateResultInfo info;
	int end = e ? find_node(e, node) : -1;
	CUresult r;

	if (end < 0 || !child)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_exec_new((struct rgpu_graph *)(uintptr_t)child, 0, &new);
	if (r)
		return r;
	r = new->count <= (unsigned)end
		? compare(e, (unsigned)end - new->count, new, &info)
		: CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = change_all(e, (unsigned)end - new->count, new);
	rgpu_exec_free(new);
	return r == CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE
		? CUDA_ERROR_INVALID_VALUE
		: r;
}

CUresult
rgpu_do_cuGraphExecChildGraphNodeSetParams(
	CUgraphExec hGraphExec, CUgraphNode hNode, CUgraph childGraph)
{
	pthread_mutex_lock(&rgpu_graph_lock);
	return finish(
		set_child(hGraphExec, hNode, rgpu_graph_find(childGraph)));
}

CUresult
rgpu_do_cuGraphExecNodeSetParams(CUgraphExec hGraphExec, CUgraphNode hNode,
	CUgraphNodeParams *nodeParams)
{
	struct rgpu_graph_params p;
	CUgraph child;

	if (!nodeParams)
		return CUDA_ERROR_INVALID_VALUE;
	if (nodeParams->type == CU_GRAPH_NODE_TYPE_GRAPH) {
		memcpy(&child, nodeParams->reserved1, sizeof(child));
		return rgpu_do_cuGraphExecChildGraphNodeSetParams(
			hGraphExec, hNode, child);
	}
	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hGraphExec, hNode, &p, rgpu_graph_take_any(&p, nodeParams));
}

/* ---- switching nodes off ---------------------------------------------------------------- */

static bool
can_be_off(const struct rgpu_exec_node *n)
{
	return n->params.type == CU_GRAPH_NODE_TYPE_KERNEL ||
		n->params.type == CU_GRAPH_NODE_TYPE_MEMCPY ||
		n->params.type == CU_GRAPH_NODE_TYPE_MEMSET;
}

CUresult
rgpu_do_cuGraphNodeSetEnabled(
	CUgraphExec hGraphExec, CUgraphNode hNode, unsigned int isEnabled)
{
	struct rgpu_exec *e = begin(hGraphExec);
	bool before;
	CUresult r;
	int i;

	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	i = find_node(e, hNode);
	if (i < 0 || !can_be_off(&e->nodes[i]))
		return finish(CUDA_ERROR_INVALID_VALUE);
	before = e->nodes[i].enabled;
	e->nodes[i].enabled = isEnabled != 0;
	r = rgpu_exec_enable(e, (unsigned)i);
	if (r)
		e->nodes[i].enabled = before;
	return finish(r);
}

CUresult
rgpu_do_cuGraphNodeGetEnabled(
	CUgraphExec hGraphExec, CUgraphNode hNode, unsigned int *isEnabled)
{
	struct rgpu_exec *e = isEnabled ? begin(hGraphExec) : NULL;
	int i;

	if (!e)
		return CUDA_ERROR_INVALID_VALUE;
	i = find_node(e, hNode);
	if (i < 0 || !can_be_off(&e->nodes[i]))
		return finish(CUDA_ERROR_INVALID_VALUE);
	*isEnabled = e->nodes[i].enabled;
	return finish(CUDA_SUCCESS);
}
