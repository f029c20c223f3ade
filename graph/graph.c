/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs, nodes, edges. */
#include "config.h"
#include "graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "common/ids.h"

/* As in the handles that travel (enum rgpu_kind of cudaabi/gen/ops.h, whose
 * name the software GPU has for something else). */
static struct rgpu_ids graphs = RGPU_IDS_INIT(15);
static struct rgpu_ids nodes = RGPU_IDS_INIT(16);

pthread_mutex_t rgpu_graph_lock = PTHREAD_MUTEX_INITIALIZER;

int
rgpu_graph_list_add(struct rgpu_graph_list *l, struct rgpu_graph_node *node)
{
	if (l->count == l->capacity) {
		size_t n = l->capacity ? 2 * l->capacity : 4;
		void *p = realloc(l->node, n * sizeof(l->node[0]));

		if (!p)
			return -1;
		l->node = p;
		l->capacity = n;
	}
	l->node[l->count++] = node;
	return 0;
}

/* Keeps the order. false: not in it. */
static bool
list_remove(struct rgpu_graph_list *l, const struct rgpu_graph_node *node)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->node[i] != node)
			continue;
		l->count--;
		memmove(l->node + i, l->node + i + 1,
			(l->count - i) * sizeof(l->node[0]));
		return true;
	}
	return false;
}

static bool
list_has(const struct rgpu_graph_list *l, const struct rgpu_graph_node *node)
{
	for (size_t i = 0; i < l->count; i++) {
		if (l->node[i] == node)
			return true;
	}
	return false;
}

struct rgpu_graph *
rgpu_graph_new(void)
{
	struct rgpu_graph *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->id = rgpu_id_make(&graphs, g);
	if (!g->id) {
		free(g);
		return NULL;
	}
	return g;
}

static void
free_node(struct rgpu_graph_node *n)
{
	rgpu_id_end(&nodes, n->id);
	rgpu_graph_params_free(&n->params);
	free(n->before.node);
	free(n->after.node);
	free(n);
}

void
rgpu_graph_free(struct rgpu_graph *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->list.count; i++)
		free_node(g->list.node[i]);
	free(g->list.node);
	rgpu_graph_users_drop(g->users);
	rgpu_id_end(&graphs, g->id);
	free(g);
}

struct rgpu_graph *
rgpu_graph_find(CUgraph handle)
{
	return rgpu_id_find(&graphs, (uintptr_t)handle);
}

struct rgpu_graph_node *
rgpu_graph_node_find(CUgraphNode handle)
{
	return rgpu_id_find(&nodes, (uintptr_t)handle);
}

CUresult
rgpu_graph_link(struct rgpu_graph_node *from, struct rgpu_graph_node *to)
{
	if (from == to || list_has(&to->before, from))
		return CUDA_ERROR_INVALID_VALUE;
	if (rgpu_graph_list_add(&to->before, from))
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (!rgpu_graph_list_add(&from->after, to))
		return CUDA_SUCCESS;
	list_remove(&to->before, from);
	return CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_graph_unlink(struct rgpu_graph_node *from, struct rgpu_graph_node *to)
{
	if (!list_remove(&to->before, from))
		return CUDA_ERROR_INVALID_VALUE;
	list_remove(&from->after, to);
	return CUDA_SUCCESS;
}

void
rgpu_graph_remove(struct rgpu_graph_node *n)
{
	while (n->before.count)
		rgpu_graph_unlink(n->before.node[0], n);
	while (n->after.count)
		rgpu_graph_unlink(n, n->after.node[0]);
	list_remove(&n->graph->list, n);
	free_node(n);
}

/* Without edges. NULL: no memory; params are the caller's still. */
static struct rgpu_graph_node *
new_node(struct rgpu_graph *g, const struct rgpu_graph_params *params)
{
	struct rgpu_graph_node *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->graph = g;
	n->id = rgpu_id_make(&nodes, n);
	if (!n->id || rgpu_graph_list_add(&g->list, n)) {
		if (n->id)
			rgpu_id_end(&nodes, n->id);
		free(n);
		return NULL;
	}
	n->params = *params;
	if (params->type == CU_GRAPH_NODE_TYPE_GRAPH)
		params->child->parent = n;
	return n;
}

CUresult
rgpu_graph_add(struct rgpu_graph *g, struct rgpu_graph_params *params,
	const CUgraphNode *deps, size_t count, struct rgpu_graph_node **out)
{
	struct rgpu_graph_node *n = NULL, *from;
	CUresult r = count && !deps ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;

	for (size_t i = 0; i < count && !r; i++) {
		from = rgpu_graph_node_find(deps[i]);
		if (!from || from->graph != g)
			r = CUDA_ERROR_INVALID_VALUE;
	}
	if (!r) {
		n = new_node(g, params);
		r = n ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (!n) {
		rgpu_graph_params_free(params);
		return r;
	}
	for (size_t i = 0; i < count && !r; i++)
		r = rgpu_graph_link(rgpu_graph_node_find(deps[i]), n);
	if (r)
		rgpu_graph_remove(n);
	else
		*out = n;
	return r;
}

/* The clone of a node of the original, which has its place in the list. */
static int
copy_edges(struct rgpu_graph *copy, const struct rgpu_graph *g)
{
	for (size_t i = 0; i < g->list.count; i++)
		g->list.node[i]->mark = i;
	for (size_t i = 0; i < g->list.count; i++) {
		const struct rgpu_graph_list *before = &g->list.node[i]->before;

		for (size_t k = 0; k < before->count; k++) {
			size_t from = before->node[k]->mark;

			if (rgpu_graph_link(
				    copy->list.node[from], copy->list.node[i]))
				return -1;
		}
	}
	return 0;
}

struct rgpu_graph *
rgpu_graph_copy(const struct rgpu_graph *g)
{
	struct rgpu_graph *copy = rgpu_graph_new();
	struct rgpu_graph_node *n;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < g->list.count; i++) {
		struct rgpu_graph_params p;

		if (rgpu_graph_params_copy(&p, &g->list.node[i]->params))
			goto failed;
		n = new_node(copy, &p);
		if (!n) {
			rgpu_graph_params_free(&p);
			goto failed;
		}
		n->origin = g->list.node[i]->id;
	}
	if (!copy_edges(copy, g) &&
		!rgpu_graph_users_copy(&copy->users, g->users))
		return copy;
failed:
	rgpu_graph_free(copy);
	return NULL;
}
