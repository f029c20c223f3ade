/* SPDX-License-Identifier: Apache-2.0 */
/* What nodes do: taken from the application, checked, copied, compared. */
#include "config.h"
#include "graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"

/* ---- kernels ------------------------------------------------------------------ */

static CUresult
param_info(CUfunction f, size_t i, size_t *offset, size_t *size)
{
	CUresult r = rgpu_do_cuFuncGetParamInfo(f, i, offset, size);

	/* A kernel may stand where a function is expected. */
	return r == CUDA_ERROR_INVALID_HANDLE
		? rgpu_do_cuKernelGetParamInfo((CUkernel)f, i, offset, size)
		: r;
}

/* How many parameters there are, and their bytes. */
static CUresult
measure(CUfunction f, size_t *count, size_t *bytes)
{
	size_t offset, size;
	CUresult r;

	*bytes = 0;
	for (*count = 0;; ++*count) {
		r = param_info(f, *count, &offset, &size);
		if (r)
			break;
		if (offset + size > *bytes)
			*bytes = offset + size;
	}
	/* There is no parameter of that number. */
	return r == CUDA_ERROR_INVALID_VALUE ? CUDA_SUCCESS : r;
}

static CUresult
find_extra(void **extra, const void **buffer, size_t *size)
{
	*buffer = NULL;
	*size = 0;
	for (; *extra; extra += 2) {
		switch ((uintptr_t)*extra) {
		case CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT:
			*buffer = extra[1];
			break;
		case CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT:
			memcpy(size, extra[1], sizeof(*size));
			break;
		default: return CUDA_ERROR_INVALID_VALUE;
		}
	}
	return *buffer ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

/* Copies the values into the block and makes the array of pointers to them. */
static CUresult
fill_block(struct rgpu_graph_kernel *k, const CUDA_KERNEL_NODE_PARAMS *p,
	size_t count)
{
	const void *buffer = NULL;
	size_t size = k->bytes, offset;
	CUresult r =
		p->extra ? find_extra(p->extra, &buffer, &size) : CUDA_SUCCESS;

	if (!count)
		return CUDA_SUCCESS;
	if (r || (!buffer && !p->kernelParams) || size < k->bytes)
		return CUDA_ERROR_INVALID_VALUE;
	for (size_t i = 0; i < count; i++) {
		const void *from;

		r = param_info(k->p.func, i, &offset, &size);
		if (r)
			return r;
		from = buffer ? (const char *)buffer + offset
			      : p->kernelParams[i];
		if (!from)
			return CUDA_ERROR_INVALID_VALUE;
		k->p.kernelParams[i] = (char *)k->block + offset;
		memcpy(k->p.kernelParams[i], from, size);
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_graph_take_kernel(
	struct rgpu_graph_params *out, const CUDA_KERNEL_NODE_PARAMS *p)
{
	struct rgpu_graph_kernel *k = &out->kernel;
	size_t count;
	CUresult r;

	memset(out, 0, sizeof(*out));
	out->type = CU_GRAPH_NODE_TYPE_KERNEL;
	if (!p || (!p->func && !p->kern) || (p->kernelParams && p->extra) ||
		!p->gridDimX || !p->gridDimY || !p->gridDimZ || !p->blockDimX ||
		!p->blockDimY || !p->blockDimZ)
		return CUDA_ERROR_INVALID_VALUE;
	k->p = *p;
	if (!p->func)
		k->p.func = (CUfunction)p->kern;
	k->p.extra = NULL;
	out->ctx = p->ctx;
	if (!out->ctx) {
		r = rgpu_do_cuCtxGetCurrent(&out->ctx);
		if (!r && !out->ctx)
			r = CUDA_ERROR_INVALID_CONTEXT;
		if (r)
			return r;
	}
	r = measure(k->p.func, &count, &k->bytes);
	if (r)
		return r;
	k->block = calloc(1, k->bytes + 1);
	k->p.kernelParams = calloc(count + 1, sizeof(void *));
	r = k->block && k->p.kernelParams ? fill_block(k, p, count)
					  : CUDA_ERROR_OUT_OF_MEMORY;
	if (r)
		rgpu_graph_params_free(out);
	return r;
}

static int
copy_kernel(struct rgpu_graph_kernel *out, const struct rgpu_graph_kernel *in)
{
	size_t count = 0, size = 0;

	while (in->p.kernelParams[count])
		count++;
	size = (count + 1) * sizeof(void *);
	out->block = malloc(in->bytes + 1);
	out->p.kernelParams = malloc(size);
	if (!out->block || !out->p.kernelParams) {
		free(out->block);
		free(out->p.kernelParams);
		return -1;
	}
	memcpy(out->block, in->block, in->bytes);
	for (size_t i = 0; i < count; i++)
		out->p.kernelParams[i] = (char *)out->block +
			((char *)in->p.kernelParams[i] - (char *)in->block);
	out->p.kernelParams[count] = NULL;
	return 0;
}

static bool
same_kernel(
	const struct rgpu_graph_kernel *a, const struct rgpu_graph_kernel *b)
{
	return a->p.func == b->p.func && a->bytes == b->bytes &&
		a->attr_count == b->attr_count &&
		!memcmp(&a->p.gridDimX, &b->p.gridDimX, 7 * sizeof(unsigned)) &&
		!memcmp(a->block, b->block, a->bytes) &&
		!memcmp(a->attrs, b->attrs,
			a->attr_count * sizeof(a->attrs[0]));
}

/* ---- the others ------------------------------------------------------------------ */

static CUresult
context(CUcontext ctx, CUcontext *out)
{
	CUresult r = CUDA_SUCCESS;

	*out = ctx;
	if (!ctx)
		r = rgpu_do_cuCtxGetCurrent(out);
	return r ? r : *out ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}

CUresult
rgpu_graph_take_copy(
	struct rgpu_graph_params *out, const CUDA_MEMCPY3D *p, CUcontext ctx)
{
	memset(out, 0, sizeof(*out));
	out->type = CU_GRAPH_NODE_TYPE_MEMCPY;
	if (!p || !p->WidthInBytes || !p->Height || !p->Depth || p->srcLOD ||
		p->dstLOD)
		return CUDA_ERROR_INVALID_VALUE;
	if (p->srcMemoryType == CU_MEMORYTYPE_ARRAY ||
		p->dstMemoryType == CU_MEMORYTYPE_ARRAY) {
		rgpu_warn("a graph's copy to or from an array is not "
			  "supported: CUDA_ERROR_NOT_SUPPORTED");
		return CUDA_ERROR_NOT_SUPPORTED;
	}
	out->copy = *p;
	return context(ctx, &out->ctx);
}

CUresult
rgpu_graph_take_fill(struct rgpu_graph_params *out,
	const CUDA_MEMSET_NODE_PARAMS *p, CUcontext ctx)
{
	memset(out, 0, sizeof(*out));
	out->type = CU_GRAPH_NODE_TYPE_MEMSET;
	if (!p || !p->dst || !p->width || !p->height ||
		(p->elementSize != 1 && p->elementSize != 2 &&
			p->elementSize != 4) ||
		p->dst % p->elementSize)
		return CUDA_ERROR_INVALID_VALUE;
	out->fill = *p;
	return context(ctx, &out->ctx);
}

CUresult
rgpu_graph_take_host(
	struct rgpu_graph_params *out, const CUDA_HOST_NODE_PARAMS *p)
{
	memset(out, 0, sizeof(*out));
	out->type = CU_GRAPH_NODE_TYPE_HOST;
	if (!p || !p->fn)
		return CUDA_ERROR_INVALID_VALUE;
	out->host = *p;
	return CUDA_SUCCESS;
}

CUresult
rgpu_graph_take_event(
	struct rgpu_graph_params *out, CUgraphNodeType type, CUevent event)
{
	memset(out, 0, sizeof(*out));
	out->type = type;
	out->event = event;
	return rgpu_graph_event_known(event);
}

CUresult
rgpu_graph_take_child(
	struct rgpu_graph_params *out, const struct rgpu_graph *child)
{
	memset(out, 0, sizeof(*out));
	out->type = CU_GRAPH_NODE_TYPE_GRAPH;
	out->child = rgpu_graph_copy(child);
	return out->child ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_graph_take_any(struct rgpu_graph_params *out, const CUgraphNodeParams *p)
{
	const void *u = p->reserved1;
	const CUDA_MEMSET_NODE_PARAMS_v2 *fill = u;
	const CUDA_MEMCPY_NODE_PARAMS *copy = u;
	const CUDA_CHILD_GRAPH_NODE_PARAMS *child = u;
	CUDA_MEMSET_NODE_PARAMS plain;
	const struct rgpu_graph *g;

	switch (p->type) {
	case CU_GRAPH_NODE_TYPE_KERNEL: return rgpu_graph_take_kernel(out, u);
	case CU_GRAPH_NODE_TYPE_MEMCPY:
		return rgpu_graph_take_copy(
			out, &copy->copyParams, copy->copyCtx);
	case CU_GRAPH_NODE_TYPE_MEMSET:
		memcpy(&plain, fill, sizeof(plain));
		return rgpu_graph_take_fill(out, &plain, fill->ctx);
	case CU_GRAPH_NODE_TYPE_HOST: return rgpu_graph_take_host(out, u);
	case CU_GRAPH_NODE_TYPE_GRAPH:
		g = rgpu_graph_find(child->graph);
		if (!g || child->ownership)
			return g ? CUDA_ERROR_NOT_SUPPORTED
				 : CUDA_ERROR_INVALID_VALUE;
		return rgpu_graph_take_child(out, g);
	case CU_GRAPH_NODE_TYPE_EMPTY:
		memset(out, 0, sizeof(*out));
		out->type = p->type;
		return CUDA_SUCCESS;
	case CU_GRAPH_NODE_TYPE_WAIT_EVENT:
	case CU_GRAPH_NODE_TYPE_EVENT_RECORD:
		return rgpu_graph_take_event(out, p->type, *(const CUevent *)u);
	}
	rgpu_warn("graph nodes of type %d are not supported: "
		  "CUDA_ERROR_NOT_SUPPORTED",
		(int)p->type);
	return CUDA_ERROR_NOT_SUPPORTED;
}

int
rgpu_graph_params_copy(
	struct rgpu_graph_params *out, const struct rgpu_graph_params *in)
{
	*out = *in;
	if (in->type == CU_GRAPH_NODE_TYPE_KERNEL)
		return copy_kernel(&out->kernel, &in->kernel);
	if (in->type != CU_GRAPH_NODE_TYPE_GRAPH)
		return 0;
	out->child = rgpu_graph_copy(in->child);
	return out->child ? 0 : -1;
}

void
rgpu_graph_params_free(struct rgpu_graph_params *p)
{
	if (p->type == CU_GRAPH_NODE_TYPE_KERNEL) {
		free(p->kernel.block);
		free(p->kernel.p.kernelParams);
	} else if (p->type == CU_GRAPH_NODE_TYPE_GRAPH) {
		rgpu_graph_free(p->child);
	}
	memset(p, 0, sizeof(*p));
	p->type = CU_GRAPH_NODE_TYPE_EMPTY;
}

bool
rgpu_graph_params_same(
	const struct rgpu_graph_params *a, const struct rgpu_graph_params *b)
{
	if (a->type != b->type || a->ctx != b->ctx)
		return false;
	switch (a->type) {
	case CU_GRAPH_NODE_TYPE_KERNEL:
		return same_kernel(&a->kernel, &b->kernel);
	case CU_GRAPH_NODE_TYPE_MEMCPY:
		return !memcmp(&a->copy, &b->copy, sizeof(a->copy));
	case CU_GRAPH_NODE_TYPE_MEMSET:
		return !memcmp(&a->fill, &b->fill, sizeof(a->fill));
	case CU_GRAPH_NODE_TYPE_HOST:
		return a->host.fn == b->host.fn &&
			a->host.userData == b->host.userData;
	case CU_GRAPH_NODE_TYPE_WAIT_EVENT:
	case CU_GRAPH_NODE_TYPE_EVENT_RECORD: return a->event == b->event;
	default: return true;
	}
}
