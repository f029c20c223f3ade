/* SPDX-License-Identifier: Apache-2.0 */
/* cuLaunchKernel and its sisters. */
#include "config.h"

#include "common/compiler.h"
#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/launch.h"
#include "softgpu/module.h"
#include "softgpu/stream.h"

static CUresult
launch(CUfunction handle, CUstream stream_handle, const struct rgpu_launch *l)
{
	struct rgpu_context *c;
	struct rgpu_function *f;
	struct rgpu_stream *s;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	r = rgpu_function_resolve(handle, &f);
	if (r)
		return r;
	r = rgpu_stream_resolve(stream_handle, &s);
	if (!r) {
		/* Code, stream and thread must agree on the context. */
		if (s->context != c || f->module->context != c)
			r = CUDA_ERROR_INVALID_HANDLE;
		else
			r = rgpu_launch(f, s, l);
		rgpu_object_put(&s->object);
	}
	rgpu_object_put(&f->object);
	return r;
}

CUresult
rgpu_do_cuLaunchKernel(CUfunction f, unsigned int gridDimX,
	unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
	unsigned int blockDimY, unsigned int blockDimZ,
	unsigned int sharedMemBytes, CUstream hStream, void **kernelParams,
	void **extra)
{
	struct rgpu_launch l = {
		.grid = {gridDimX, gridDimY, gridDimZ},
		.block = {blockDimX, blockDimY, blockDimZ},
		.shared = sharedMemBytes,
		.params = kernelParams,
		.extra = extra,
	};

	return launch(f, hStream, &l);
}

CUresult
rgpu_do_cuLaunchCooperativeKernel(CUfunction f, unsigned int gridDimX,
	unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
	unsigned int blockDimY, unsigned int blockDimZ,
	unsigned int sharedMemBytes, CUstream hStream, void **kernelParams)
{
	struct rgpu_launch l = {
		.grid = {gridDimX, gridDimY, gridDimZ},
		.block = {blockDimX, blockDimY, blockDimZ},
		.shared = sharedMemBytes,
		.cooperative = true,
		.params = kernelParams,
	};

	return launch(f, hStream, &l);
}

static CUresult
unsupported(const char *what)
{
	rgpu_warn("cuLaunchKernelEx: %s: CUDA_ERROR_NOT_SUPPORTED", what);
	return CUDA_ERROR_NOT_SUPPORTED;
}

/* What changes the meaning of a launch is done or refused; what only advises
 * the hardware is nothing here. */
static CUresult
read_attribute(const CUlaunchAttribute *a, struct rgpu_launch *l)
{
	switch (a->id) {
	case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
		l->cooperative = a->value.cooperative != 0;
		return CUDA_SUCCESS;
	case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
		if (a->value.clusterDim.x > 1 || a->value.clusterDim.y > 1 ||
			a->value.clusterDim.z > 1)
			return unsupported("clusters of blocks");
		return CUDA_SUCCESS;
	case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT:
		return unsupported("the attribute PROGRAMMATIC_EVENT");
	case CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT:
		return unsupported("the attribute LAUNCH_COMPLETION_EVENT");
	case CU_LAUNCH_ATTRIBUTE_DEVICE_UPDATABLE_KERNEL_NODE:
		return unsupported("the attribute "
				   "DEVICE_UPDATABLE_KERNEL_NODE");
	case CU_LAUNCH_ATTRIBUTE_IGNORE:
	case CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW:
	case CU_LAUNCH_ATTRIBUTE_SYNCHRONIZATION_POLICY:
	case CU_LAUNCH_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
	/* The next kernel may begin early; it need not. */
	case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
	case CU_LAUNCH_ATTRIBUTE_PRIORITY:
	case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN_MAP:
	case CU_LAUNCH_ATTRIBUTE_MEM_SYNC_DOMAIN:
	case CU_LAUNCH_ATTRIBUTE_PREFERRED_CLUSTER_DIMENSION:
	case CU_LAUNCH_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
	case CU_LAUNCH_ATTRIBUTE_NVLINK_UTIL_CENTRIC_SCHEDULING:
		return CUDA_SUCCESS;
	}
	return CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction f,
	void **kernelParams, void **extra)
{
	struct rgpu_launch l = {.params = kernelParams, .extra = extra};
	CUresult r = CUDA_SUCCESS;

	if (!config || (config->numAttrs && !config->attrs))
		return CUDA_ERROR_INVALID_VALUE;
	l.grid[0] = config->gridDimX;
	l.grid[1] = config->gridDimY;
	l.grid[2] = config->gridDimZ;
	l.block[0] = config->blockDimX;
	l.block[1] = config->blockDimY;
	l.block[2] = config->blockDimZ;
	l.shared = config->sharedMemBytes;
	for (unsigned i = 0; i < config->numAttrs && !r; i++)
		r = read_attribute(&config->attrs[i], &l);
	return r ? r : launch(f, config->hStream, &l);
}
