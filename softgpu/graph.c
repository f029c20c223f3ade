/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What graph/ needs of the software GPU. A launch puts the nodes into the stream
 * one behind the other, in an order their edges allow: kernels use all
 * processors anyway.
 */
#include "config.h"

#include <stdlib.h>

#include "cudaabi/gen/inner.h"
#include "graph/exec.h"
#include "softgpu/context.h"
#include "softgpu/copy.h"
#include "softgpu/event.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

CUresult
rgpu_graph_event_known(CUevent event)
{
	struct rgpu_event *e = rgpu_object_get(RGPU_KIND_EVENT, event);

	if (!e)
		return CUDA_ERROR_INVALID_HANDLE;
	rgpu_object_put(&e->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_exec_make(struct rgpu_exec *e)
{
	(void)e;
	return CUDA_SUCCESS;
}

CUresult
rgpu_exec_change(struct rgpu_exec *e, unsigned node,
	const struct rgpu_graph_params *params)
{
	(void)e;
	(void)node;
	(void)params;
	return CUDA_SUCCESS;
}

CUresult
rgpu_exec_enable(struct rgpu_exec *e, unsigned node)
{
	(void)e;
	(void)node;
	return CUDA_SUCCESS;
}

void
rgpu_exec_end(struct rgpu_exec *e)
{
	rgpu_work_put(e->own);
	e->own = NULL;
}

static CUresult
launch_kernel(struct rgpu_graph_kernel *k, CUstream stream)
{
	const CUDA_KERNEL_NODE_PARAMS *p = &k->p;
	const CUlaunchConfig config = {p->gridDimX, p->gridDimY, p->gridDimZ,
		p->blockDimX, p->blockDimY, p->blockDimZ, p->sharedMemBytes,
		stream, k->attrs, k->attr_count};

	return rgpu_do_cuLaunchKernelEx(
		&config, p->func, p->kernelParams, NULL);
}

static CUresult
launch_fill(const CUDA_MEMSET_NODE_PARAMS *p, CUstream stream)
{
	const struct rgpu_fill f = {
		.address = p->dst,
		.pitch = p->pitch,
		.width = p->width,
		.height = p->height,
		.element = p->elementSize,
		.value = p->value,
	};
	struct rgpu_stream *s;
	CUresult r = rgpu_stream_resolve(stream, &s);

	if (r)
		return r;
	r = rgpu_fill(&f, s, false);
	rgpu_object_put(&s->object);
	return r;
}

static CUresult
launch_node(struct rgpu_exec_node *n, CUstream stream)
{
	struct rgpu_graph_params *p = &n->params;

	if (!n->enabled)
		return CUDA_SUCCESS;
	switch (p->type) {
	case CU_GRAPH_NODE_TYPE_KERNEL:
		return launch_kernel(&p->kernel, stream);
	case CU_GRAPH_NODE_TYPE_MEMCPY: return rgpu_copy_late(&p->copy, stream);
	case CU_GRAPH_NODE_TYPE_MEMSET: return launch_fill(&p->fill, stream);
	case CU_GRAPH_NODE_TYPE_HOST:
		return rgpu_do_cuLaunchHostFunc(
			stream, p->host.fn, p->host.userData);
	case CU_GRAPH_NODE_TYPE_WAIT_EVENT:
		return rgpu_do_cuStreamWaitEvent(stream, p->event, 0);
	case CU_GRAPH_NODE_TYPE_EVENT_RECORD:
		return rgpu_do_cuEventRecord(p->event, stream);
	case CU_GRAPH_NODE_TYPE_EMPTY:
	case CU_GRAPH_NODE_TYPE_GRAPH: break;
	}
	return CUDA_SUCCESS;
}

/* A mark in the stream, behind the launch before this one: launches of one
 * instance do not overlap. It becomes the last. */
static CUresult
mark(struct rgpu_exec *e, struct rgpu_stream *stream)
{
	struct rgpu_work *w = malloc(sizeof(*w));
	CUresult r;

	if (!w)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_work_init(w, NULL);
	r = rgpu_work_submit(w, stream, e->own, RGPU_LATER);
	if (r) {
		rgpu_work_put(w);
		return r;
	}
	rgpu_work_put(e->own);
	e->own = w;
	return CUDA_SUCCESS;
}

CUresult
rgpu_exec_launch(struct rgpu_exec *e, CUstream stream)
{
	struct rgpu_stream *s;
	CUcontext before;
	CUresult r = rgpu_stream_resolve(stream, &s);

	if (r)
		return r;
	r = rgpu_do_cuCtxPushCurrent_v2(rgpu_context_handle(s->context));
	if (!r) {
		r = mark(e, s);
		for (unsigned i = 0; i < e->count && !r; i++)
			r = launch_node(&e->nodes[i], stream);
		if (!r)
			r = mark(e, s);
		rgpu_do_cuCtxPopCurrent_v2(&before);
	}
	rgpu_object_put(&s->object);
	return r;
}
