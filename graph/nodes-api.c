/* SPDX-License-Identifier: Apache-2.0 */
/* cuGraphAdd*Node, and what nodes say of their parameters. */
#include "config.h"

#include <string.h>

#include "cudaabi/gen/inner.h"
#include "graph/graph.h"

/* ---- adding --------------------------------------------------------------------- */

/* The graph of a handle, with the lock; NULL, without it, and *r: none. */
static struct rgpu_graph *
begin(CUgraph handle, const void *out, CUresult *r)
{
	struct rgpu_graph *g;

	*r = CUDA_ERROR_INVALID_VALUE;
	if (!out)
		return NULL;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(handle);
	if (!g)
		pthread_mutex_unlock(&rgpu_graph_lock);
	return g;
}

/* r: how the parameters were taken. */
static CUresult
finish(CUgraphNode *out, struct rgpu_graph *g, struct rgpu_graph_params *params,
	const CUgraphNode *deps, size_t count, CUresult r)
{
	struct rgpu_graph_node *n;

	if (!r)
		r = rgpu_graph_add(g, params, deps, count, &n);
	if (!r)
		*out = rgpu_graph_node_handle(n);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphAddKernelNode_v2(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	const CUDA_KERNEL_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g = begin(hGraph, phGraphNode, &r);

	return g ? finish(phGraphNode, g, &p, dependencies, numDependencies,
			   rgpu_graph_take_kernel(&p, nodeParams))
		 : r;
}

static CUDA_KERNEL_NODE_PARAMS
from_v1(const CUDA_KERNEL_NODE_PARAMS_v1 *p)
{
	CUDA_KERNEL_NODE_PARAMS out = {.func = NULL};

	memcpy(&out, p, sizeof(*p));
	return out;
}

CUresult
rgpu_do_cuGraphAddKernelNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	const CUDA_KERNEL_NODE_PARAMS_v1 *nodeParams)
{
	CUDA_KERNEL_NODE_PARAMS p;

	if (!nodeParams)
		return CUDA_ERROR_INVALID_VALUE;
	p = from_v1(nodeParams);
	return rgpu_do_cuGraphAddKernelNode_v2(
		phGraphNode, hGraph, dependencies, numDependencies, &p);
}

CUresult
rgpu_do_cuGraphAddMemcpyNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	const CUDA_MEMCPY3D *copyParams, CUcontext ctx)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g = begin(hGraph, phGraphNode, &r);

	return g ? finish(phGraphNode, g, &p, dependencies, numDependencies,
			   rgpu_graph_take_copy(&p, copyParams, ctx))
		 : r;
}

CUresult
rgpu_do_cuGraphAddMemsetNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	const CUDA_MEMSET_NODE_PARAMS *memsetParams, CUcontext ctx)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g = begin(hGraph, phGraphNode, &r);

	return g ? finish(phGraphNode, g, &p, dependencies, numDependencies,
			   rgpu_graph_take_fill(&p, memsetParams, ctx))
		 : r;
}

CUresult
rgpu_do_cuGraphAddHostNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	const CUDA_HOST_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g = begin(hGraph, phGraphNode, &r);

	return g ? finish(phGraphNode, g, &p, dependencies, numDependencies,
			   rgpu_graph_take_host(&p, nodeParams))
		 : r;
}

CUresult
rgpu_do_cuGraphAddChildGraphNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	CUgraph childGraph)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g = begin(hGraph, phGraphNode, &r), *child;

	if (!g)
		return r;
	child = rgpu_graph_find(childGraph);
	r = child && child != g ? rgpu_graph_take_child(&p, child)
				: CUDA_ERROR_INVALID_VALUE;
	return finish(phGraphNode, g, &p, dependencies, numDependencies, r);
}

CUresult
rgpu_do_cuGraphAddEmptyNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies)
{
	struct rgpu_graph_params p = {.type = CU_GRAPH_NODE_TYPE_EMPTY};
	CUresult r;
	struct rgpu_graph *g = begin(hGraph, phGraphNode, &r);

	return g ? finish(phGraphNode, g, &p, dependencies, numDependencies,
			   CUDA_SUCCESS)
		 : r;
}

static CUresult
add_event(CUgraphNode *out, CUgraph graph, const CUgraphNode *deps,
	size_t count, CUgraphNodeType type, CUevent event)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g = begin(graph, out, &r);

	return g ? finish(out, g, &p, deps, count,
			   rgpu_graph_take_event(&p, type, event))
		 : r;
}

CUresult
rgpu_do_cuGraphAddEventRecordNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies, CUevent event)
{
	return add_event(phGraphNode, hGraph, dependencies, numDependencies,
		CU_GRAPH_NODE_TYPE_EVENT_RECORD, event);
}

CUresult
rgpu_do_cuGraphAddEventWaitNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies, CUevent event)
{
	return add_event(phGraphNode, hGraph, dependencies, numDependencies,
		CU_GRAPH_NODE_TYPE_WAIT_EVENT, event);
}

CUresult
rgpu_do_cuGraphAddNode_v2(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, const CUgraphEdgeData *dependencyData,
	size_t numDependencies, CUgraphNodeParams *nodeParams)
{
	struct rgpu_graph_params p;
	CUresult r;
	struct rgpu_graph *g;

	/* Edges are full dependencies here; a weaker one may be made full. */
	(void)dependencyData;
	if (!nodeParams)
		return CUDA_ERROR_INVALID_VALUE;
	g = begin(hGraph, phGraphNode, &r);
	return g ? finish(phGraphNode, g, &p, dependencies, numDependencies,
			   rgpu_graph_take_any(&p, nodeParams))
		 : r;
}

CUresult
rgpu_do_cuGraphAddNode(CUgraphNode *phGraphNode, CUgraph hGraph,
	const CUgraphNode *dependencies, size_t numDependencies,
	CUgraphNodeParams *nodeParams)
{
	return rgpu_do_cuGraphAddNode_v2(phGraphNode, hGraph, dependencies,
		NULL, numDependencies, nodeParams);
}

/* ---- asking ----------------------------------------------------------------------- */

/* The parameters of a node of that type, with the lock; NULL without it. */
static struct rgpu_graph_params *
look(CUgraphNode handle, CUgraphNodeType type, const void *out)
{
	struct rgpu_graph_node *n;

	if (!out)
		return NULL;
	pthread_mutex_lock(&rgpu_graph_lock);
	n = rgpu_graph_node_find(handle);
	if (n && n->params.type == type)
		return &n->params;
	pthread_mutex_unlock(&rgpu_graph_lock);
	return NULL;
}

#define GET(type, what)                                              \
	do {                                                         \
		struct rgpu_graph_params *p =                        \
			look(hNode, CU_GRAPH_NODE_TYPE_##type, out); \
                                                                     \
		if (!p)                                              \
			return CUDA_ERROR_INVALID_VALUE;             \
		*out = (what);                                       \
		pthread_mutex_unlock(&rgpu_graph_lock);              \
		return CUDA_SUCCESS;                                 \
	} while (0)

CUresult
rgpu_do_cuGraphKernelNodeGetParams_v2(
	CUgraphNode hNode, CUDA_KERNEL_NODE_PARAMS *out)
{
	GET(KERNEL, p->kernel.p);
}

CUresult
rgpu_do_cuGraphKernelNodeGetParams(
	CUgraphNode hNode, CUDA_KERNEL_NODE_PARAMS_v1 *nodeParams)
{
	CUDA_KERNEL_NODE_PARAMS p;
	CUresult r = nodeParams
		? rgpu_do_cuGraphKernelNodeGetParams_v2(hNode, &p)
		: CUDA_ERROR_INVALID_VALUE;

	if (!r)
		memcpy(nodeParams, &p, sizeof(*nodeParams));
	return r;
}

CUresult
rgpu_do_cuGraphMemcpyNodeGetParams(CUgraphNode hNode, CUDA_MEMCPY3D *out)
{
	GET(MEMCPY, p->copy);
}

CUresult
rgpu_do_cuGraphMemsetNodeGetParams(
	CUgraphNode hNode, CUDA_MEMSET_NODE_PARAMS *out)
{
	GET(MEMSET, p->fill);
}

CUresult
rgpu_do_cuGraphHostNodeGetParams(CUgraphNode hNode, CUDA_HOST_NODE_PARAMS *out)
{
	GET(HOST, p->host);
}

CUresult
rgpu_do_cuGraphChildGraphNodeGetGraph(CUgraphNode hNode, CUgraph *out)
{
	GET(GRAPH, rgpu_graph_handle(p->child));
}

CUresult
rgpu_do_cuGraphEventRecordNodeGetEvent(CUgraphNode hNode, CUevent *out)
{
	GET(EVENT_RECORD, p->event);
}

CUresult
rgpu_do_cuGraphEventWaitNodeGetEvent(CUgraphNode hNode, CUevent *out)
{
	GET(WAIT_EVENT, p->event);
}

/* ---- changing ---------------------------------------------------------------------- */

/* Replaces what a node does; takes over params. r: how they were taken. */
static CUresult
set(CUgraphNode handle, struct rgpu_graph_params *params, CUresult r)
{
	struct rgpu_graph_node *n = rgpu_graph_node_find(handle);

	if (!r && (!n || n->params.type != params->type)) {
		rgpu_graph_params_free(params);
		r = CUDA_ERROR_INVALID_VALUE;
	}
	if (!r) {
		/* Attributes are set on their own. */
		if (params->type == CU_GRAPH_NODE_TYPE_KERNEL) {
			params->kernel.attr_count = n->params.kernel.attr_count;
			memcpy(params->kernel.attrs, n->params.kernel.attrs,
				sizeof(params->kernel.attrs));
		}
		rgpu_graph_params_free(&n->params);
		n->params = *params;
		if (params->type == CU_GRAPH_NODE_TYPE_GRAPH)
			params->child->parent = n;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphKernelNodeSetParams_v2(
	CUgraphNode hNode, const CUDA_KERNEL_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hNode, &p, rgpu_graph_take_kernel(&p, nodeParams));
}

CUresult
rgpu_do_cuGraphKernelNodeSetParams(
	CUgraphNode hNode, const CUDA_KERNEL_NODE_PARAMS_v1 *nodeParams)
{
	CUDA_KERNEL_NODE_PARAMS p;

	if (!nodeParams)
		return CUDA_ERROR_INVALID_VALUE;
	p = from_v1(nodeParams);
	return rgpu_do_cuGraphKernelNodeSetParams_v2(hNode, &p);
}

CUresult
rgpu_do_cuGraphMemcpyNodeSetParams(
	CUgraphNode hNode, const CUDA_MEMCPY3D *nodeParams)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hNode, &p, rgpu_graph_take_copy(&p, nodeParams, NULL));
}

CUresult
rgpu_do_cuGraphMemsetNodeSetParams(
	CUgraphNode hNode, const CUDA_MEMSET_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hNode, &p, rgpu_graph_take_fill(&p, nodeParams, NULL));
}

CUresult
rgpu_do_cuGraphHostNodeSetParams(
	CUgraphNode hNode, const CUDA_HOST_NODE_PARAMS *nodeParams)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hNode, &p, rgpu_graph_take_host(&p, nodeParams));
}

static CUresult
set_event(CUgraphNode node, CUgraphNodeType type, CUevent event)
{
	struct rgpu_graph_params p;

	pthread_mutex_lock(&rgpu_graph_lock);
	return set(node, &p, rgpu_graph_take_event(&p, type, event));
}

CUresult
rgpu_do_cuGraphEventRecordNodeSetEvent(CUgraphNode hNode, CUevent event)
{
	return set_event(hNode, CU_GRAPH_NODE_TYPE_EVENT_RECORD, event);
}

CUresult
rgpu_do_cuGraphEventWaitNodeSetEvent(CUgraphNode hNode, CUevent event)
{
	return set_event(hNode, CU_GRAPH_NODE_TYPE_WAIT_EVENT, event);
}

CUresult
rgpu_do_cuGraphNodeSetParams(CUgraphNode hNode, CUgraphNodeParams *nodeParams)
{
	struct rgpu_graph_params p;

	if (!nodeParams)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&rgpu_graph_lock);
	return set(hNode, &p, rgpu_graph_take_any(&p, nodeParams));
}

/* ---- attributes of kernel nodes ------------------------------------------------------ */

static CUlaunchAttribute *
find_attribute(struct rgpu_graph_kernel *k, CUlaunchAttributeID id)
{
	for (unsigned i = 0; i < k->attr_count; i++) {
		if (k->attrs[i].id == id)
			return &k->attrs[i];
	}
	return NULL;
}

/* Those that hold numbers, as a launch takes them. */
static bool
is_attribute(CUlaunchAttributeID id)
{
	switch (id) {
	case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
	case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
	case CU_LAUNCH_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
	case CU_LAUNCH_ATTRIBUTE_PRIORITY:
	case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN_MAP:
	case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN:
	case CU_LAUNCH_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT: return true;
	default: return false;
	}
}

CUresult
rgpu_do_cuGraphKernelNodeSetAttribute(CUgraphNode hNode,
	CUkernelNodeAttrID attr, const CUkernelNodeAttrValue *value)
{
	struct rgpu_graph_params *p =
		look(hNode, CU_GRAPH_NODE_TYPE_KERNEL, value);
	CUlaunchAttribute *a;
	CUresult r = CUDA_SUCCESS;

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	a = find_attribute(&p->kernel, attr);
	if (!is_attribute(attr))
		r = CUDA_ERROR_NOT_SUPPORTED;
	else if (!a && p->kernel.attr_count == RGPU_GRAPH_ATTRS_MAX)
		r = CUDA_ERROR_OUT_OF_MEMORY;
	else if (!a)
		a = &p->kernel.attrs[p->kernel.attr_count++];
	if (!r) {
		memset(a, 0, sizeof(*a));
		a->id = attr;
		memcpy(&a->value, value, sizeof(a->value));
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

/* One that was not set has the value 0. */
CUresult
rgpu_do_cuGraphKernelNodeGetAttribute(CUgraphNode hNode,
	CUkernelNodeAttrID attr, CUkernelNodeAttrValue *value_out)
{
	struct rgpu_graph_params *p =
		look(hNode, CU_GRAPH_NODE_TYPE_KERNEL, value_out);
	const CUlaunchAttribute *a;

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	a = find_attribute(&p->kernel, attr);
	if (is_attribute(attr)) {
		memset(value_out, 0, sizeof(a->value));
		if (a)
			memcpy(value_out, &a->value, sizeof(a->value));
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return is_attribute(attr) ? CUDA_SUCCESS : CUDA_ERROR_NOT_SUPPORTED;
}

CUresult
rgpu_do_cuGraphKernelNodeCopyAttributes(CUgraphNode dst, CUgraphNode src)
{
	struct rgpu_graph_node *to, *from;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&rgpu_graph_lock);
	to = rgpu_graph_node_find(dst);
	from = rgpu_graph_node_find(src);
	if (to && from && to->params.type == CU_GRAPH_NODE_TYPE_KERNEL &&
		from->params.type == CU_GRAPH_NODE_TYPE_KERNEL) {
		to->params.kernel.attr_count = from->params.kernel.attr_count;
		memmove(to->params.kernel.attrs, from->params.kernel.attrs,
			sizeof(to->params.kernel.attrs));
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}
