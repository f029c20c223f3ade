/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs as wholes: made, cloned, asked for their nodes and edges. */
#include "config.h"

#include <string.h>

#include "cudaabi/gen/inner.h"
#include "graph/graph.h"

CUresult
rgpu_do_cuGraphCreate(CUgraph *phGraph, unsigned int flags)
{
	struct rgpu_graph *g;

	if (!phGraph || flags)
		return CUDA_ERROR_INVALID_VALUE;
	g = rgpu_graph_new();
	if (!g)
		return CUDA_ERROR_OUT_OF_MEMORY;
	*phGraph = rgpu_graph_handle(g);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuGraphDestroy(CUgraph hGraph)
{
	struct rgpu_graph *g;
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(hGraph);
	/* One that a node owns goes with the node. */
	if (!g || g->parent)
		r = CUDA_ERROR_INVALID_VALUE;
	else if (g->capturing)
		r = CUDA_ERROR_ILLEGAL_STATE;
	else
		rgpu_graph_free(g);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphClone(CUgraph *phGraphClone, CUgraph originalGraph)
{
	struct rgpu_graph *g, *copy = NULL;

	if (!phGraphClone)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(originalGraph);
	if (g)
		copy = rgpu_graph_copy(g);
	if (copy)
		*phGraphClone = rgpu_graph_handle(copy);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return !g      ? CUDA_ERROR_INVALID_VALUE
		: copy ? CUDA_SUCCESS
		       : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_do_cuGraphNodeFindInClone(
	CUgraphNode *phNode, CUgraphNode hOriginalNode, CUgraph hClonedGraph)
{
	const struct rgpu_graph *g;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	if (!phNode)
		return r;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(hClonedGraph);
	for (size_t i = 0; g && i < g->list.count; i++) {
		const struct rgpu_graph_node *n = g->list.node[i];

		if (!n->origin || n->origin != (uintptr_t)hOriginalNode)
			continue;
		*phNode = rgpu_graph_node_handle(n);
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphNodeGetType(CUgraphNode hNode, CUgraphNodeType *type)
{
	const struct rgpu_graph_node *n;

	if (!type)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&rgpu_graph_lock);
	n = rgpu_graph_node_find(hNode);
	if (n)
		*type = n->params.type;
	pthread_mutex_unlock(&rgpu_graph_lock);
	return n ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuGraphDestroyNode(CUgraphNode hNode)
{
	struct rgpu_graph_node *n;

	pthread_mutex_lock(&rgpu_graph_lock);
	n = rgpu_graph_node_find(hNode);
	if (n)
		rgpu_graph_remove(n);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return n ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

/* ---- lists ---------------------------------------------------------------------- */

/* Room for *count answers at out, or, out NULL, only the question how many there
 * are. Room that is left becomes 0 (CUDA API: cuGraphGetNodes). */
struct room {
	size_t most, found;
};

static void
put(struct room *room, CUgraphNode *out, const struct rgpu_graph_node *n)
{
	if (out && room->found < room->most)
		out[room->found] = rgpu_graph_node_handle(n);
}

static void
clear_rest(const struct room *room, CUgraphNode *out)
{
	for (size_t i = room->found; out && i < room->most; i++)
		out[i] = NULL;
}

static void
finish(const struct room *room, bool listed, size_t *count)
{
	if (!listed || room->found < room->most)
		*count = room->found;
}

static CUresult
list_nodes(CUgraph handle, CUgraphNode *out, size_t *count, bool roots)
{
	const struct rgpu_graph *g;
	struct room room = {0};

	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	room.most = out ? *count : 0;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(handle);
	for (size_t i = 0; g && i < g->list.count; i++) {
		if (roots && g->list.node[i]->before.count)
			continue;
		put(&room, out, g->list.node[i]);
		room.found++;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	if (!g)
		return CUDA_ERROR_INVALID_VALUE;
	clear_rest(&room, out);
	finish(&room, out != NULL, count);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuGraphGetNodes(CUgraph hGraph, CUgraphNode *nodes, size_t *numNodes)
{
	return list_nodes(hGraph, nodes, numNodes, false);
}

CUresult
rgpu_do_cuGraphGetRootNodes(
	CUgraph hGraph, CUgraphNode *rootNodes, size_t *numRootNodes)
{
	return list_nodes(hGraph, rootNodes, numRootNodes, true);
}

/* Edges carry no data here: each is a full dependency. */
static void
clear_edges(CUgraphEdgeData *data, size_t count)
{
	if (data)
		memset(data, 0, count * sizeof(*data));
}

CUresult
rgpu_do_cuGraphGetEdges_v2(CUgraph hGraph, CUgraphNode *from, CUgraphNode *to,
	CUgraphEdgeData *edgeData, size_t *numEdges)
{
	const struct rgpu_graph *g;
	struct room room = {0};

	if (!numEdges || !from != !to)
		return CUDA_ERROR_INVALID_VALUE;
	room.most = from ? *numEdges : 0;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(hGraph);
	for (size_t i = 0; g && i < g->list.count; i++) {
		const struct rgpu_graph_node *n = g->list.node[i];

		for (size_t k = 0; k < n->before.count; k++) {
			put(&room, from, n->before.node[k]);
			put(&room, to, n);
			room.found++;
		}
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	if (!g)
		return CUDA_ERROR_INVALID_VALUE;
	clear_rest(&room, from);
	clear_rest(&room, to);
	clear_edges(edgeData, room.most);
	finish(&room, from != NULL, numEdges);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuGraphGetEdges(
	CUgraph hGraph, CUgraphNode *from, CUgraphNode *to, size_t *numEdges)
{
	return rgpu_do_cuGraphGetEdges_v2(hGraph, from, to, NULL, numEdges);
}

static CUresult
list_neighbours(CUgraphNode node, CUgraphNode *out, CUgraphEdgeData *data,
	size_t *count, bool before)
{
	const struct rgpu_graph_node *n;
	const struct rgpu_graph_list *l;
	struct room room = {0};

	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	room.most = out ? *count : 0;
	pthread_mutex_lock(&rgpu_graph_lock);
	n = rgpu_graph_node_find(node);
	if (n) {
		l = before ? &n->before : &n->after;
		for (; room.found < l->count; room.found++)
			put(&room, out, l->node[room.found]);
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	if (!n)
		return CUDA_ERROR_INVALID_VALUE;
	clear_rest(&room, out);
	clear_edges(data, room.most);
	finish(&room, out != NULL, count);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuGraphNodeGetDependencies_v2(CUgraphNode hNode,
	CUgraphNode *dependencies, CUgraphEdgeData *edgeData,
	size_t *numDependencies)
{
	return list_neighbours(
		hNode, dependencies, edgeData, numDependencies, true);
}

CUresult
rgpu_do_cuGraphNodeGetDependencies(
	CUgraphNode hNode, CUgraphNode *dependencies, size_t *numDependencies)
{
	return list_neighbours(
		hNode, dependencies, NULL, numDependencies, true);
}

CUresult
rgpu_do_cuGraphNodeGetDependentNodes_v2(CUgraphNode hNode,
	CUgraphNode *dependentNodes, CUgraphEdgeData *edgeData,
	size_t *numDependentNodes)
{
	return list_neighbours(
		hNode, dependentNodes, edgeData, numDependentNodes, false);
}

CUresult
rgpu_do_cuGraphNodeGetDependentNodes(CUgraphNode hNode,
	CUgraphNode *dependentNodes, size_t *numDependentNodes)
{
	return list_neighbours(
		hNode, dependentNodes, NULL, numDependentNodes, false);
}

/* ---- edges ------------------------------------------------------------------------ */

/* All edges or none. */
static CUresult
change_edges(CUgraph handle, const CUgraphNode *from, const CUgraphNode *to,
	size_t count,
	CUresult (*change)(struct rgpu_graph_node *, struct rgpu_graph_node *),
	CUresult (*back)(struct rgpu_graph_node *, struct rgpu_graph_node *))
{
	const struct rgpu_graph *g;
	CUresult r = CUDA_SUCCESS;
	size_t i;

	if (count && (!from || !to))
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(handle);
	if (!g)
		r = CUDA_ERROR_INVALID_VALUE;
	for (i = 0; i < count && !r; i++) {
		struct rgpu_graph_node *a = rgpu_graph_node_find(from[i]);
		struct rgpu_graph_node *b = rgpu_graph_node_find(to[i]);

		r = a && b && a->graph == g && b->graph == g
			? change(a, b)
			: CUDA_ERROR_INVALID_VALUE;
	}
	for (i = r && i ? i - 1 : 0; i-- > 0;)
		back(rgpu_graph_node_find(from[i]),
			rgpu_graph_node_find(to[i]));
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphAddDependencies_v2(CUgraph hGraph, const CUgraphNode *from,
	const CUgraphNode *to, const CUgraphEdgeData *edgeData,
	size_t numDependencies)
{
	(void)edgeData;
	return change_edges(hGraph, from, to, numDependencies, rgpu_graph_link,
		rgpu_graph_unlink);
}

CUresult
rgpu_do_cuGraphAddDependencies(CUgraph hGraph, const CUgraphNode *from,
	const CUgraphNode *to, size_t numDependencies)
{
	return rgpu_do_cuGraphAddDependencies_v2(
		hGraph, from, to, NULL, numDependencies);
}

CUresult
rgpu_do_cuGraphRemoveDependencies_v2(CUgraph hGraph, const CUgraphNode *from,
	const CUgraphNode *to, const CUgraphEdgeData *edgeData,
	size_t numDependencies)
{
	(void)edgeData;
	return change_edges(hGraph, from, to, numDependencies,
		rgpu_graph_unlink, rgpu_graph_link);
}

CUresult
rgpu_do_cuGraphRemoveDependencies(CUgraph hGraph, const CUgraphNode *from,
	const CUgraphNode *to, size_t numDependencies)
{
	return rgpu_do_cuGraphRemoveDependencies_v2(
		hGraph, from, to, NULL, numDependencies);
}
