/* SPDX-License-Identifier: Apache-2.0 */
/* cuGraphDebugDotPrint: a graph for the eyes of Graphviz. */
#include "config.h"

#include <stdio.h>

#include "cudaabi/gen/inner.h"
#include "graph/graph.h"

static const char *
type_name(CUgraphNodeType type)
{
	static const char *const names[] = {"KERNEL", "MEMCPY", "MEMSET",
		"HOST", "GRAPH", "EMPTY", "WAIT_EVENT", "EVENT_RECORD"};

	return (size_t)type < sizeof(names) / sizeof(names[0]) ? names[type]
							       : "NODE";
}

static void
print_label(FILE *out, const struct rgpu_graph_node *n, size_t number)
{
	const char *name = NULL;

	fprintf(out, "%zu\\n%s", number, type_name(n->params.type));
	if (n->params.type == CU_GRAPH_NODE_TYPE_KERNEL &&
		!rgpu_do_cuFuncGetName(&name, n->params.kernel.p.func))
		fprintf(out, "\\n%s", name);
}

static void
print_graph(FILE *out, const struct rgpu_graph *g, const char *what)
{
	fprintf(out, "%s graph_%llx {\n", what, (unsigned long long)g->id);
	for (size_t i = 0; i < g->list.count; i++) {
		const struct rgpu_graph_node *n = g->list.node[i];

		fprintf(out, "\"node_%llx\" [label=\"",
			(unsigned long long)n->id);
		print_label(out, n, i);
		fprintf(out, "\"];\n");
		for (size_t k = 0; k < n->before.count; k++)
			fprintf(out, "\"node_%llx\" -> \"node_%llx\";\n",
				(unsigned long long)n->before.node[k]->id,
				(unsigned long long)n->id);
		if (n->params.type == CU_GRAPH_NODE_TYPE_GRAPH)
			print_graph(out, n->params.child, "subgraph");
	}
	fprintf(out, "}\n");
}

CUresult
rgpu_do_cuGraphDebugDotPrint(
	CUgraph hGraph, const char *path, unsigned int flags)
{
	const struct rgpu_graph *g;
	FILE *out;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	(void)flags;
	if (!path)
		return r;
	pthread_mutex_lock(&rgpu_graph_lock);
	g = rgpu_graph_find(hGraph);
	out = g ? fopen(path, "w") : NULL;
	if (out) {
		print_graph(out, g, "digraph");
		r = fclose(out) ? CUDA_ERROR_OPERATING_SYSTEM : CUDA_SUCCESS;
	} else if (g) {
		r = CUDA_ERROR_OPERATING_SYSTEM;
	}
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}
