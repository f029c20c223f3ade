/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphs as the driver API has them: nodes, edges, parameters. They are data
 * and nothing else, so both libcuda.so.1 of ours keep them here; only what is
 * instantiated (exec.h) differs between the two.
 *
 * One lock for all graphs of the process: rgpu_graph_lock. Every function here
 * is called with it held, but for the entry points themselves.
 */
#ifndef RGPU_GRAPH_GRAPH_H
#define RGPU_GRAPH_GRAPH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"

#define RGPU_GRAPH_ATTRS_MAX 16

struct rgpu_graph;
struct rgpu_graph_user;

/* What a kernel node launches. All it points to is its own. */
struct rgpu_graph_kernel {
	CUDA_KERNEL_NODE_PARAMS p; /* kernelParams into block; no extra */
	void *block;		   /* the parameters as the kernel wants them */
	size_t bytes;
	unsigned attr_count;
	CUlaunchAttribute attrs[RGPU_GRAPH_ATTRS_MAX];
};

struct rgpu_graph_params {
	CUgraphNodeType type;
	CUcontext ctx;
	union {
		struct rgpu_graph_kernel kernel;
		CUDA_MEMCPY3D copy;
		CUDA_MEMSET_NODE_PARAMS fill;
		CUDA_HOST_NODE_PARAMS host;
		CUevent event;
		struct rgpu_graph *child; /* owned */
	};
};

struct rgpu_graph_list {
	struct rgpu_graph_node **node;
	size_t count, capacity;
};

struct rgpu_graph_node {
	uint64_t id;	 /* the handle */
	uint64_t origin; /* of a clone: the id of the node it was made from */
	struct rgpu_graph *graph;
	struct rgpu_graph_list before, after; /* edges, oldest first */
	struct rgpu_graph_params params;
	size_t mark; /* for walks */
};

struct rgpu_graph {
	uint64_t id;			/* the handle */
	struct rgpu_graph_list list;	/* its nodes, oldest first */
	struct rgpu_graph_node *parent; /* the child graph node that owns it */
	struct rgpu_graph_user *users;
	bool capturing;
};

extern pthread_mutex_t rgpu_graph_lock;

/* NULL: no memory. */
struct rgpu_graph *rgpu_graph_new(void);
void rgpu_graph_free(struct rgpu_graph *g);

/* NULL: no such handle. */
struct rgpu_graph *rgpu_graph_find(CUgraph handle);
struct rgpu_graph_node *rgpu_graph_node_find(CUgraphNode handle);

/* A node behind others of its graph. Takes over params (also on failure). */
CUresult rgpu_graph_add(struct rgpu_graph *g, struct rgpu_graph_params *params,
	const CUgraphNode *deps, size_t count, struct rgpu_graph_node **out);
void rgpu_graph_remove(struct rgpu_graph_node *n);

/* One edge; one that is there already is CUDA_ERROR_INVALID_VALUE. */
CUresult rgpu_graph_link(
	struct rgpu_graph_node *from, struct rgpu_graph_node *to);
CUresult rgpu_graph_unlink(
	struct rgpu_graph_node *from, struct rgpu_graph_node *to);

/* A copy of a graph with all that is in it; NULL: no memory. */
struct rgpu_graph *rgpu_graph_copy(const struct rgpu_graph *g);

int rgpu_graph_list_add(
	struct rgpu_graph_list *l, struct rgpu_graph_node *node);

static inline CUgraph
rgpu_graph_handle(const struct rgpu_graph *g)
{
	return (CUgraph)(uintptr_t)g->id;
}

static inline CUgraphNode
rgpu_graph_node_handle(const struct rgpu_graph_node *n)
{
	return (CUgraphNode)(uintptr_t)n->id;
}

/* ---- parameters (params.c) ---------------------------------------------------- */

/* Checks what the application gave and makes it our own. */
CUresult rgpu_graph_take_kernel(
	struct rgpu_graph_params *out, const CUDA_KERNEL_NODE_PARAMS *p);
CUresult rgpu_graph_take_copy(
	struct rgpu_graph_params *out, const CUDA_MEMCPY3D *p, CUcontext ctx);
CUresult rgpu_graph_take_fill(struct rgpu_graph_params *out,
	const CUDA_MEMSET_NODE_PARAMS *p, CUcontext ctx);
CUresult rgpu_graph_take_host(
	struct rgpu_graph_params *out, const CUDA_HOST_NODE_PARAMS *p);
CUresult rgpu_graph_take_event(
	struct rgpu_graph_params *out, CUgraphNodeType type, CUevent event);
CUresult rgpu_graph_take_child(
	struct rgpu_graph_params *out, const struct rgpu_graph *child);
CUresult rgpu_graph_take_any(
	struct rgpu_graph_params *out, const CUgraphNodeParams *p);

/* A copy of its own; -1: no memory. */
int rgpu_graph_params_copy(
	struct rgpu_graph_params *out, const struct rgpu_graph_params *in);
void rgpu_graph_params_free(struct rgpu_graph_params *p);

/* Whether two would do the same. */
bool rgpu_graph_params_same(
	const struct rgpu_graph_params *a, const struct rgpu_graph_params *b);

/* ---- user objects (user.c) ------------------------------------------------------ */

/* A list of references for a clone. -1: no memory. */
int rgpu_graph_users_copy(
	struct rgpu_graph_user **out, const struct rgpu_graph_user *in);

/* Drops a list, with or without the lock. Destructors run on threads of their
 * own. */
void rgpu_graph_users_drop(struct rgpu_graph_user *list);

/* ---- what the library around gives ------------------------------------------------ */

/* Whether an event exists. */
CUresult rgpu_graph_event_known(CUevent event);

#endif
