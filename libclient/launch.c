/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel launches. Arguments are checked here, where an error can be returned at
 * once; then the launch is posted. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/cooperative.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"

/* Bytes of a parameter block that fit on the stack. */
#define BLOCK_BYTES 4096

/* A launch in the making. */
struct launch {
	struct rgpu_function *f;
	const unsigned *grid, *block;
	unsigned shared;
	uint64_t context, stream;
	const void *params; /* the packed block */
	uint32_t param_bytes;
	void *heap;
	uint64_t local[BLOCK_BYTES / 8];
};

static int
device_limit(CUdevice dev, CUdevice_attribute a)
{
	return rgpu_client.welcome.facts.device[rgpu_client.ordinal[dev]]
		.attribute[a];
}

static int
attribute(const struct rgpu_function *f, CUfunction_attribute a, int otherwise)
{
	return f->info.has_attribute >> a & 1 ? f->info.attribute[a]
					      : otherwise;
}

/* A kernel's attributes are known for one device; of another the server knows. */
static bool
knows_limits(const struct rgpu_function *f, const struct rgpu_context *c)
{
	return f->context || f->info_device == c->dev;
}

/* The limits of the kernel itself. */
static CUresult
check_kernel(const struct launch *l, uint64_t threads)
{
	/* A larger limit may have been set on the function or on its kernel. */
	const struct rgpu_function *k = l->f->kernel ? l->f->kernel : l->f;
	int shared = attribute(
		l->f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, INT_MAX);
	int of_kernel = attribute(
		k, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, INT_MAX);

	if (threads > (unsigned)attribute(l->f,
			      CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024))
		return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
	if (l->shared > (unsigned)(shared > of_kernel ? shared : of_kernel))
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_SUCCESS;
}

/* The limits of the device, with the driver's codes. */
static CUresult
check_shape(const struct launch *l, const struct rgpu_context *c)
{
	static const CUdevice_attribute
		grid[3] =
			{
				CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X,
				CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y,
				CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z,
			},
		block[3] = {
			CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X,
			CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y,
			CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z,
		};
	uint64_t threads = 1;

	for (int i = 0; i < 3; i++) {
		if (!l->grid[i] || !l->block[i] ||
			l->grid[i] > (unsigned)device_limit(c->dev, grid[i]) ||
			l->block[i] > (unsigned)device_limit(c->dev, block[i]))
			return CUDA_ERROR_INVALID_VALUE;
		threads *= l->block[i];
	}
	if (threads > (unsigned)device_limit(c->dev,
			      CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK))
		return CUDA_ERROR_INVALID_VALUE;
	return knows_limits(l->f, c) ? check_kernel(l, threads) : CUDA_SUCCESS;
}

/* The stream's context must be the function's own; a kernel belongs to every
 * context, and there it must be the current one. */
static CUresult
check(const struct launch *l)
{
	const struct rgpu_context *c = rgpu_id_find(&rgpu_contexts, l->context);
	struct rgpu_context *own = l->f->context;

	if (!c)
		return CUDA_ERROR_CONTEXT_IS_DESTROYED;
	if (!own) {
		CUresult r = rgpu_context_current(&own);

		if (r)
			return r;
	}
	return own == c ? check_shape(l, c) : CUDA_ERROR_INVALID_HANDLE;
}

/* From pointers to values to one block, by the kernel's layout. */
static CUresult
pack(struct launch *l, void **values)
{
	const struct rgpu_func_info *info = &l->f->info;
	uint8_t *out = (uint8_t *)l->local;

	l->param_bytes = info->param_bytes;
	l->params = out;
	if (!info->param_count)
		return CUDA_SUCCESS;
	if (!values)
		return CUDA_ERROR_INVALID_VALUE;
	if (info->param_bytes > sizeof(l->local)) {
		out = l->heap = malloc(info->param_bytes);
		if (!out)
			return CUDA_ERROR_OUT_OF_MEMORY;
		l->params = out;
	}
	/* Gaps between parameters are nobody's data. */
	memset(out, 0, info->param_bytes);
	for (uint32_t i = 0; i < info->param_count; i++)
		memcpy(out + info->params[i].offset, values[i],
			info->params[i].size);
	return CUDA_SUCCESS;
}

/* The other way to give parameters: a block and its size. */
static CUresult
take_block(struct launch *l, void **extra)
{
	const size_t *size = NULL;

	l->params = NULL;
	for (int i = 0; i < 16; i += 2) {
		switch ((uintptr_t)extra[i]) {
		case CU_LAUNCH_PARAM_END_AS_INT:
			if (!l->params || !size ||
				*size > RGPU_FUNC_PARAM_BYTES)
				return CUDA_ERROR_INVALID_VALUE;
			l->param_bytes = (uint32_t)*size;
			return CUDA_SUCCESS;
		case CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT:
			l->params = extra[i + 1];
			break;
		case CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT:
			size = extra[i + 1];
			break;
		default: return CUDA_ERROR_INVALID_VALUE;
		}
	}
	return CUDA_ERROR_INVALID_VALUE;
}

/* Everything before the message; release() after it. */
static CUresult
prepare(struct launch *l, CUfunction f, CUstream stream, void **values,
	void **extra)
{
	CUresult r;

	l->heap = NULL;
	l->f = rgpu_function_find(f);
	if (!l->f)
		return CUDA_ERROR_INVALID_HANDLE;
	if (values && extra)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_client_stream(stream, &l->context, &l->stream);
	if (!r)
		r = check(l);
	if (!r)
		r = extra ? take_block(l, extra) : pack(l, values);
	return r;
}

/* After prepare(), which has checked the context. */
static CUresult
cooperate(struct launch *l)
{
	const struct rgpu_context *c = rgpu_id_find(&rgpu_contexts, l->context);

	return c ? rgpu_cooperative_check(l->f, c, l->grid, l->block, l->shared)
		 : CUDA_ERROR_CONTEXT_IS_DESTROYED;
}

static bool
is_cooperative(const CUlaunchConfig *config)
{
	for (unsigned i = 0; i < config->numAttrs; i++) {
		if (config->attrs[i].id == CU_LAUNCH_ATTRIBUTE_COOPERATIVE &&
			config->attrs[i].value.cooperative)
			return true;
	}
	return false;
}

/* CUDA_LAUNCH_BLOCKING=1: an error shows at the launch that made it. */
static CUresult
finish(struct launch *l, CUresult r)
{
	struct rgpu_args_cuStreamSynchronize a = {.hStream = l->stream};

	free(l->heap);
	if (!r && rgpu_client.blocking)
		r = rgpu_call_cuStreamSynchronize(l->context, &a);
	return r;
}

CUresult
rgpu_do_cuLaunchKernel(CUfunction f, unsigned int gridDimX,
	unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
	unsigned int blockDimY, unsigned int blockDimZ,
	unsigned int sharedMemBytes, CUstream hStream, void **kernelParams,
	void **extra)
{
	const unsigned grid[3] = {gridDimX, gridDimY, gridDimZ};
	const unsigned block[3] = {blockDimX, blockDimY, blockDimZ};
	struct rgpu_args_cuLaunchKernel a;
	struct launch l;
	CUresult r;

	l.grid = grid;
	l.block = block;
	l.shared = sharedMemBytes;
	r = prepare(&l, f, hStream, kernelParams, extra);
	if (r)
		return finish(&l, r);
	a = (struct rgpu_args_cuLaunchKernel){
		.f = l.f->id,
		.gridDimX = gridDimX,
		.gridDimY = gridDimY,
		.gridDimZ = gridDimZ,
		.blockDimX = blockDimX,
		.blockDimY = blockDimY,
		.blockDimZ = blockDimZ,
		.sharedMemBytes = sharedMemBytes,
		.hStream = l.stream,
		.params = l.params,
		.paramBytes = l.param_bytes,
	};
	return finish(&l, rgpu_post_cuLaunchKernel(l.context, &a));
}

CUresult
rgpu_do_cuLaunchCooperativeKernel(CUfunction f, unsigned int gridDimX,
	unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
	unsigned int blockDimY, unsigned int blockDimZ,
	unsigned int sharedMemBytes, CUstream hStream, void **kernelParams)
{
	const unsigned grid[3] = {gridDimX, gridDimY, gridDimZ};
	const unsigned block[3] = {blockDimX, blockDimY, blockDimZ};
	struct rgpu_args_cuLaunchCooperativeKernel a;
	struct launch l;
	CUresult r;

	l.grid = grid;
	l.block = block;
	l.shared = sharedMemBytes;
	r = prepare(&l, f, hStream, kernelParams, NULL);
	if (!r)
		r = cooperate(&l);
	if (r)
		return finish(&l, r);
	a = (struct rgpu_args_cuLaunchCooperativeKernel){
		.f = l.f->id,
		.gridDimX = gridDimX,
		.gridDimY = gridDimY,
		.gridDimZ = gridDimZ,
		.blockDimX = blockDimX,
		.blockDimY = blockDimY,
		.blockDimZ = blockDimZ,
		.sharedMemBytes = sharedMemBytes,
		.hStream = l.stream,
		.params = l.params,
		.paramBytes = l.param_bytes,
	};
	return finish(&l, rgpu_post_cuLaunchCooperativeKernel(l.context, &a));
}

/* Attributes that name objects or host memory cannot travel as they are. */
static CUresult
check_attributes(const CUlaunchConfig *config)
{
	for (unsigned i = 0; i < config->numAttrs; i++) {
		switch (config->attrs[i].id) {
		case CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW:
		case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT:
		case CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT:
		case CU_LAUNCH_ATTRIBUTE_DEVICE_UPDATABLE_KERNEL_NODE:
			rgpu_warn("launch attribute %d is not supported: "
				  "CUDA_ERROR_NOT_SUPPORTED",
				(int)config->attrs[i].id);
			return CUDA_ERROR_NOT_SUPPORTED;
		default: break;
		}
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction f,
	void **kernelParams, void **extra)
{
	struct rgpu_args_cuLaunchKernelEx a;
	struct launch l;
	CUresult r;

	if (!config || (config->numAttrs && !config->attrs) ||
		config->numAttrs > 32)
		return CUDA_ERROR_INVALID_VALUE;
	r = check_attributes(config);
	if (r)
		return r;
	l.grid = &config->gridDimX;
	l.block = &config->blockDimX;
	l.shared = config->sharedMemBytes;
	r = prepare(&l, f, config->hStream, kernelParams, extra);
	if (!r && is_cooperative(config))
		r = cooperate(&l);
	if (r)
		return finish(&l, r);
	a = (struct rgpu_args_cuLaunchKernelEx){
		.f = l.f->id,
		.gridDimX = config->gridDimX,
		.gridDimY = config->gridDimY,
		.gridDimZ = config->gridDimZ,
		.blockDimX = config->blockDimX,
		.blockDimY = config->blockDimY,
		.blockDimZ = config->blockDimZ,
		.sharedMemBytes = config->sharedMemBytes,
		.hStream = l.stream,
		.attrs = config->attrs,
		.attrBytes =
			(uint32_t)(config->numAttrs * sizeof(*config->attrs)),
		.params = l.params,
		.paramBytes = l.param_bytes,
	};
	return finish(&l, rgpu_post_cuLaunchKernelEx(l.context, &a));
}
