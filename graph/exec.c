/* SPDX-License-Identifier: Apache-2.0 */
/* From graphs to instances. */
#include "config.h"
#include "graph/exec.h"

#include <stdlib.h>
#include <string.h>

#include "common/ids.h"

static struct rgpu_ids execs = RGPU_IDS_INIT(17);

struct rgpu_exec *
rgpu_exec_find(CUgraphExec handle)
{
	return rgpu_id_find(&execs, (uintptr_t)handle);
}

void
rgpu_exec_free(struct rgpu_exec *e)
{
	for (unsigned i = 0; i < e->count; i++) {
		rgpu_graph_params_free(&e->nodes[i].params);
		free(e->nodes[i].deps);
	}
	free(e->nodes);
	rgpu_graph_users_drop(e->users);
	if (e->id)
		rgpu_id_end(&execs, e->id);
	free(e);
}

/* A further node; *number is its own. */
static CUresult
append(struct rgpu_exec *e, uint64_t origin,
	const struct rgpu_graph_params *params, const unsigned *deps,
	size_t dep_count, unsigned *number)
{
	struct rgpu_exec_node n = {.origin = origin, .enabled = true};

	if (e->count == e->capacity) {
		unsigned more = e->capacity ? 2 * e->capacity : 16;
		void *p = realloc(e->nodes, more * sizeof(e->nodes[0]));

		if (!p)
			return CUDA_ERROR_OUT_OF_MEMORY;
		e->nodes = p;
		e->capacity = more;
	}
	n.deps = malloc((dep_count + 1) * sizeof(*deps));
	if (!n.deps)
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (dep_count)
		memcpy(n.deps, deps, dep_count * sizeof(*deps));
	n.dep_count = (unsigned)dep_count;
	if (rgpu_graph_params_copy(&n.params, params)) {
		free(n.deps);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*number = e->count;
	e->nodes[e->count++] = n;
	return CUDA_SUCCESS;
}

static CUresult unfold(struct rgpu_exec *e, const struct rgpu_graph *g,
	const unsigned *entry, size_t entries, uint64_t join, unsigned *last);

static CUresult
append_node(struct rgpu_exec *e, const struct rgpu_graph_node *n,
	const unsigned *entry, size_t entries, unsigned *number)
{
	size_t count = n->before.count;
	unsigned *deps = malloc((count + 1) * sizeof(*deps));
	CUresult r;

	if (!deps)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (size_t i = 0; i < count; i++)
		deps[i] = (unsigned)n->before.node[i]->mark;
	if (n->params.type == CU_GRAPH_NODE_TYPE_GRAPH)
		r = unfold(e, n->params.child, count ? deps : entry,
			count ? count : entries, n->id, number);
	else
		r = append(e, n->id, &n->params, count ? deps : entry,
			count ? count : entries, number);
	free(deps);
	return r;
}

/* An empty node behind all that nothing else is behind: what depends on a child
 * graph depends on this. */
static CUresult
append_join(struct rgpu_exec *e, const struct rgpu_graph *g,
	const unsigned *entry, size_t entries, uint64_t origin, unsigned *last)
{
	const struct rgpu_graph_params empty = {
		.type = CU_GRAPH_NODE_TYPE_EMPTY};
	unsigned *deps = malloc((g->list.count + 1) * sizeof(*deps));
	size_t count = 0;
	CUresult r;

	if (!deps)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (size_t i = 0; i < g->list.count; i++) {
		const struct rgpu_graph_node *n = g->list.node[i];

		if (!n->after.count)
			deps[count++] = (unsigned)n->mark;
	}
	r = append(e, origin, &empty, count ? deps : entry,
		count ? count : entries, last);
	free(deps);
	return r;
}

#define UNSEEN ((size_t)-1)

static bool
is_ready(const struct rgpu_graph_node *n)
{
	for (size_t i = 0; i < n->before.count; i++) {
		if (n->before.node[i]->mark == UNSEEN)
			return false;
	}
	return true;
}

/* Nodes in the order of their making, as far as edges allow: so two graphs made
 * in the same way unfold in the same way. mark: the number in the instance. */
static CUresult
unfold(struct rgpu_exec *e, const struct rgpu_graph *g, const unsigned *entry,
	size_t entries, uint64_t join, unsigned *last)
{
	size_t left = g->list.count;
	CUresult r = CUDA_SUCCESS;

	for (size_t i = 0; i < g->list.count; i++)
		g->list.node[i]->mark = UNSEEN;
	while (left && !r) {
		size_t before = left;

		for (size_t i = 0; i < g->list.count && !r; i++) {
			struct rgpu_graph_node *n = g->list.node[i];
			unsigned number = 0;

			if (n->mark != UNSEEN || !is_ready(n))
				continue;
			r = append_node(e, n, entry, entries, &number);
			n->mark = number;
			left--;
		}
		if (left == before)
			return CUDA_ERROR_INVALID_VALUE; /* a cycle */
	}
	return r || !join ? r : append_join(e, g, entry, entries, join, last);
}

CUresult
rgpu_exec_new(
	struct rgpu_graph *g, unsigned long long flags, struct rgpu_exec **out)
{
	struct rgpu_exec *e = calloc(1, sizeof(*e));
	CUresult r;

	if (!e)
		return CUDA_ERROR_OUT_OF_MEMORY;
	e->flags = flags;
	r = unfold(e, g, NULL, 0, 0, NULL);
	for (unsigned i = 0; i < e->count && !e->context; i++)
		e->context = e->nodes[i].params.ctx;
	if (!r && rgpu_graph_users_copy(&e->users, g->users))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (!r) {
		e->id = rgpu_id_make(&execs, e);
		if (!e->id)
			r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (r)
		rgpu_exec_free(e);
	else
		*out = e;
	return r;
}

struct rgpu_graph *
rgpu_exec_graph(const struct rgpu_exec *e)
{
	struct rgpu_graph *g = rgpu_graph_new();
	CUresult r = CUDA_SUCCESS;

	for (unsigned i = 0; g && i < e->count && !r; i++) {
		const struct rgpu_exec_node *x = &e->nodes[i];
		const struct rgpu_graph_params empty = {
			.type = CU_GRAPH_NODE_TYPE_EMPTY};
		struct rgpu_graph_params p;
		struct rgpu_graph_node *n;

		if (rgpu_graph_params_copy(
			    &p, x->enabled ? &x->params : &empty)) {
			r = CUDA_ERROR_OUT_OF_MEMORY;
			break;
		}
		r = rgpu_graph_add(g, &p, NULL, 0, &n);
		for (unsigned k = 0; k < x->dep_count && !r; k++)
			r = rgpu_graph_link(g->list.node[x->deps[k]], n);
	}
	if (!r)
		return g;
	rgpu_graph_free(g);
	return NULL;
}
