/* SPDX-License-Identifier: Apache-2.0 */
/* User objects: things of the application that live as long as graphs. */
#include "config.h"

#include <stdlib.h>

#include "common/ids.h"
#include "common/log.h"
#include "common/thread.h"
#include "cudaabi/gen/inner.h"
#include "graph/graph.h"

static struct rgpu_ids objects = RGPU_IDS_INIT(19);

/* References may go while the lock of the graphs is held for long, so these have
 * one of their own, which is taken last. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct user_object {
	uint64_t id;
	void *data;
	CUhostFn destroy;
	unsigned long long refs;
};

/* A graph's references to one. */
struct rgpu_graph_user {
	struct rgpu_graph_user *next;
	struct user_object *object;
	unsigned count;
};

static void *
run_destroy(void *arg)
{
	struct user_object *o = arg;

	o->destroy(o->data);
	free(o);
	return NULL;
}

/* The destructor must not call CUDA, nor may it run with our lock: it has a
 * thread of its own, as in the driver. */
static void
put(struct user_object *o, unsigned count)
{
	pthread_t thread;

	o->refs -= count;
	if (o->refs)
		return;
	rgpu_id_end(&objects, o->id);
	if (rgpu_thread_start(&thread, "rgpu-userobj", run_destroy, o))
		rgpu_err("no thread for the destructor of a user object: it "
			 "does not run");
	else
		pthread_detach(thread);
}

static int
add(struct rgpu_graph_user **list, struct user_object *o, unsigned count)
{
	struct rgpu_graph_user *u = *list;

	while (u && u->object != o)
		u = u->next;
	if (!u) {
		u = calloc(1, sizeof(*u));
		if (!u)
			return -1;
		u->object = o;
		u->next = *list;
		*list = u;
	}
	u->count += count;
	return 0;
}

int
rgpu_graph_users_copy(
	struct rgpu_graph_user **out, const struct rgpu_graph_user *in)
{
	int r = 0;

	pthread_mutex_lock(&lock);
	for (; in && !r; in = in->next) {
		r = add(out, in->object, in->count);
		if (!r)
			in->object->refs += in->count;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

void
rgpu_graph_users_drop(struct rgpu_graph_user *list)
{
	pthread_mutex_lock(&lock);
	while (list) {
		struct rgpu_graph_user *u = list;

		list = u->next;
		put(u->object, u->count);
		free(u);
	}
	pthread_mutex_unlock(&lock);
}

static struct user_object *
find(CUuserObject handle)
{
	return rgpu_id_find(&objects, (uintptr_t)handle);
}

CUresult
rgpu_do_cuUserObjectCreate(CUuserObject *object_out, void *ptr,
	CUhostFn destroy, unsigned int initialRefcount, unsigned int flags)
{
	struct user_object *o;

	if (!object_out || !destroy || !initialRefcount ||
		flags != CU_USER_OBJECT_NO_DESTRUCTOR_SYNC)
		return CUDA_ERROR_INVALID_VALUE;
	o = calloc(1, sizeof(*o));
	if (!o)
		return CUDA_ERROR_OUT_OF_MEMORY;
	o->data = ptr;
	o->destroy = destroy;
	o->refs = initialRefcount;
	o->id = rgpu_id_make(&objects, o);
	if (!o->id) {
		free(o);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*object_out = (CUuserObject)(uintptr_t)o->id;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuUserObjectRetain(CUuserObject object, unsigned int count)
{
	struct user_object *o;

	pthread_mutex_lock(&lock);
	o = find(object);
	if (o)
		o->refs += count;
	pthread_mutex_unlock(&lock);
	return o && count ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuUserObjectRelease(CUuserObject object, unsigned int count)
{
	struct user_object *o;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	o = find(object);
	if (o && count && count <= o->refs) {
		put(o, count);
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuGraphRetainUserObject(CUgraph graph, CUuserObject object,
	unsigned int count, unsigned int flags)
{
	struct rgpu_graph *g;
	struct user_object *o;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&rgpu_graph_lock);
	pthread_mutex_lock(&lock);
	g = rgpu_graph_find(graph);
	o = find(object);
	if (g && o && count &&
		!(flags & ~(unsigned)CU_GRAPH_USER_OBJECT_MOVE)) {
		r = add(&g->users, o, count) ? CUDA_ERROR_OUT_OF_MEMORY
					     : CUDA_SUCCESS;
		/* A move gives the graph the caller's references. */
		if (!r && !(flags & CU_GRAPH_USER_OBJECT_MOVE))
			o->refs += count;
	}
	pthread_mutex_unlock(&lock);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}

CUresult
rgpu_do_cuGraphReleaseUserObject(
	CUgraph graph, CUuserObject object, unsigned int count)
{
	struct rgpu_graph *g;
	struct user_object *o;
	struct rgpu_graph_user **u;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&rgpu_graph_lock);
	pthread_mutex_lock(&lock);
	g = rgpu_graph_find(graph);
	o = find(object);
	for (u = g && o ? &g->users : NULL; u && *u; u = &(*u)->next) {
		struct rgpu_graph_user *found = *u;

		if (found->object != o)
			continue;
		if (!count || count > found->count)
			break;
		found->count -= count;
		if (!found->count) {
			*u = found->next;
			free(found);
		}
		put(o, count);
		r = CUDA_SUCCESS;
		break;
	}
	pthread_mutex_unlock(&lock);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return r;
}
