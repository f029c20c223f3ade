/* SPDX-License-Identifier: Apache-2.0 */
/* Launches, and calls about functions that take a kernel as well. */
#include "config.h"
#include "server/serve.h"

#include <string.h>

#include "protocol/function.h"

/* The parameter block in the form of the "extra" argument. */
struct block {
	size_t size;
	void *extra[5];
};

static void **
as_extra(struct block *b, const void *params, uint32_t size)
{
	if (!size)
		return NULL;
	b->size = size;
	b->extra[0] = (void *)(uintptr_t)CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT;
	b->extra[1] = (void *)(uintptr_t)params;
	b->extra[2] = (void *)(uintptr_t)CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT;
	b->extra[3] = &b->size;
	b->extra[4] = (void *)(uintptr_t)CU_LAUNCH_PARAM_END_AS_INT;
	return b->extra;
}

static CUresult
find(struct rgpu_session *s, const struct rgpu_command *cmd, uint64_t id,
	CUfunction *f)
{
	struct rgpu_object *o = rgpu_session_function(s, id);

	if (!o ||
		(o->kind == RGPU_KIND_FUNCTION && cmd->context &&
			o->context != cmd->context))
		return CUDA_ERROR_INVALID_HANDLE;
	*f = o->real;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_cuLaunchKernel(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLaunchKernel *a)
{
	struct block b;
	CUfunction f;
	CUstream stream;
	CUresult r = find(s, cmd, a->f, &f);

	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &stream);
	if (r)
		return r;
	return s->driver->cuLaunchKernel(f, a->gridDimX, a->gridDimY,
		a->gridDimZ, a->blockDimX, a->blockDimY, a->blockDimZ,
		a->sharedMemBytes, stream, NULL,
		as_extra(&b, a->params, a->paramBytes));
}

bool
rgpu_launch_attribute_is_number(CUlaunchAttributeID id)
{
	switch (id) {
	case CU_LAUNCH_ATTRIBUTE_IGNORE:
	case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
	case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
	case CU_LAUNCH_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
	case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
	case CU_LAUNCH_ATTRIBUTE_PRIORITY:
	case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN_MAP:
	case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN:
	case CU_LAUNCH_ATTRIBUTE_PREFERRED_CLUSTER_DIMENSION:
	case CU_LAUNCH_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT: return true;
	default: return false;
	}
}

#define ATTRIBUTES_MAX 32

CUresult
rgpu_serve_cuLaunchKernelEx(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLaunchKernelEx *a)
{
	CUlaunchAttribute attrs[ATTRIBUTES_MAX];
	size_t n = a->attrBytes / sizeof(attrs[0]);
	CUlaunchConfig config = {a->gridDimX, a->gridDimY, a->gridDimZ,
		a->blockDimX, a->blockDimY, a->blockDimZ, a->sharedMemBytes,
		NULL, attrs, (unsigned)n};
	struct block b;
	CUfunction f;
	CUresult r = find(s, cmd, a->f, &f);

	if (n > ATTRIBUTES_MAX || a->attrBytes % sizeof(attrs[0]))
		return CUDA_ERROR_INVALID_VALUE;
	memcpy(attrs, a->attrs, a->attrBytes);
	for (size_t i = 0; i < n; i++) {
		if (!rgpu_launch_attribute_is_number(attrs[i].id))
			return CUDA_ERROR_NOT_SUPPORTED;
	}
	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &config.hStream);
	if (r)
		return r;
	return s->driver->cuLaunchKernelEx(
		&config, f, NULL, as_extra(&b, a->params, a->paramBytes));
}

/* The driver's function takes no parameter block, so this goes by the attribute
 * that means the same. */
CUresult
rgpu_serve_cuLaunchCooperativeKernel(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuLaunchCooperativeKernel *a)
{
	CUlaunchAttribute attr = {
		.id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE, .value.cooperative = 1};
	CUlaunchConfig config = {a->gridDimX, a->gridDimY, a->gridDimZ,
		a->blockDimX, a->blockDimY, a->blockDimZ, a->sharedMemBytes,
		NULL, &attr, 1};
	struct block b;
	CUfunction f;
	CUresult r = find(s, cmd, a->f, &f);

	if (!r)
		r = rgpu_session_stream(s, cmd, a->hStream, &config.hStream);
	if (r)
		return r;
	return s->driver->cuLaunchKernelEx(
		&config, f, NULL, as_extra(&b, a->params, a->paramBytes));
}

CUresult
rgpu_serve_cuFuncSetAttribute(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuFuncSetAttribute *a)
{
	CUfunction f;
	CUresult r = find(s, cmd, a->hfunc, &f);

	return r ? r
		 : s->driver->cuFuncSetAttribute(
			   f, (CUfunction_attribute)a->attrib, a->value);
}

CUresult
rgpu_serve_cuFuncSetCacheConfig(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuFuncSetCacheConfig *a)
{
	CUfunction f;
	CUresult r = find(s, cmd, a->hfunc, &f);

	return r ? r
		 : s->driver->cuFuncSetCacheConfig(f, (CUfunc_cache)a->config);
}

CUresult
rgpu_serve_cuFuncSetSharedMemConfig(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuFuncSetSharedMemConfig *a)
{
	CUfunction f;
	CUresult r = find(s, cmd, a->hfunc, &f);

	return r ? r
		 : s->driver->cuFuncSetSharedMemConfig(
			   f, (CUsharedconfig)a->config);
}

CUresult
rgpu_serve_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
	struct rgpu_session *s, struct rgpu_command *cmd,
	const struct
	rgpu_args_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags *a,
	struct rgpu_res_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags
		*res)
{
	CUfunction f;
	CUresult r = find(s, cmd, a->func, &f);

	return r
		? r
		: s->driver
			  ->cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
				  &res->numBlocks, f, a->blockSize,
				  a->dynamicSMemSize, a->flags);
}

CUresult
rgpu_serve_cuOccupancyAvailableDynamicSMemPerBlock(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuOccupancyAvailableDynamicSMemPerBlock *a,
	struct rgpu_res_cuOccupancyAvailableDynamicSMemPerBlock *res)
{
	size_t size = 0;
	CUfunction f;
	CUresult r = find(s, cmd, a->func, &f);

	if (!r)
		r = s->driver->cuOccupancyAvailableDynamicSMemPerBlock(
			&size, f, a->numBlocks, a->blockSize);
	res->dynamicSmemSize = size;
	return r;
}

CUresult
rgpu_serve_rgpu_ping(struct rgpu_session *s RGPU_UNUSED,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_ping *a RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}
