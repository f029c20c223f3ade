/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instantiated graphs: nodes in an order in which each comes after those it
 * depends on, child graphs unfolded. The library around gives what launches
 * them; the lock of graph.h is held in all functions here.
 */
#ifndef RGPU_GRAPH_EXEC_H
#define RGPU_GRAPH_EXEC_H

#include "graph/graph.h"

struct rgpu_exec_node {
	uint64_t origin; /* the id of the node it was made from */
	struct rgpu_graph_params params;
	unsigned *deps; /* numbers of nodes before it */
	unsigned dep_count;
	bool enabled;
	void *own; /* the library's */
};

struct rgpu_exec {
	uint64_t id; /* the handle */
	CUcontext context;
	unsigned long long flags;
	unsigned count, capacity;
	struct rgpu_exec_node *nodes;
	struct rgpu_graph_user *users;
	CUstream last; /* launched into, if it has users */
	bool launched;
	void *own; /* the library's */
};

struct rgpu_exec *rgpu_exec_find(CUgraphExec handle);

/* An instance without anything of the library. A cycle:
 * CUDA_ERROR_INVALID_VALUE. */
CUresult rgpu_exec_new(
	struct rgpu_graph *g, unsigned long long flags, struct rgpu_exec **out);
void rgpu_exec_free(struct rgpu_exec *e);

/* A graph that does what the instance does, for capture. NULL: no memory. */
struct rgpu_graph *rgpu_exec_graph(const struct rgpu_exec *e);

/* ---- what the library around gives --------------------------------------------- */

/* Makes it ready to be launched. On failure nothing is left. */
CUresult rgpu_exec_make(struct rgpu_exec *e);

/* A node gets new parameters, of the same type; e has the old ones still. */
CUresult rgpu_exec_change(struct rgpu_exec *e, unsigned node,
	const struct rgpu_graph_params *params);

/* A node has been switched on or off. */
CUresult rgpu_exec_enable(struct rgpu_exec *e, unsigned node);

/* Puts it into a stream that is not captured. */
CUresult rgpu_exec_launch(struct rgpu_exec *e, CUstream stream);

/* It is about to be freed; launches may still be under way. */
void rgpu_exec_end(struct rgpu_exec *e);

#endif
