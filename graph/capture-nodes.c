/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that become nodes of the graph a stream is captured into. */
#include "config.h"

#include <string.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "graph/capture.h"

/* Begins a call: false, with the lock let go, if the stream is not captured;
 * otherwise params are to be made unless *result says no. */
static bool
begin(CUstream stream, CUresult *result)
{
	enum rgpu_capturing s;

	*result = CUDA_SUCCESS;
	pthread_mutex_lock(&rgpu_graph_lock);
	s = rgpu_capture_state(stream, result);
	if (s == RGPU_NOT_CAPTURING)
		pthread_mutex_unlock(&rgpu_graph_lock);
	return s != RGPU_NOT_CAPTURING;
}

/* Ends it: the node, if there is to be one. */
static bool
finish(CUstream stream, struct rgpu_graph_params *params, CUresult *result)
{
	if (!*result)
		*result = rgpu_capture_add(stream, params);
	pthread_mutex_unlock(&rgpu_graph_lock);
	return true;
}

/* ---- launches ------------------------------------------------------------------- */

bool
rgpu_capture_cuLaunchKernel(CUfunction f, unsigned int gridDimX,
	unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
	unsigned int blockDimY, unsigned int blockDimZ,
	unsigned int sharedMemBytes, CUstream hStream, void **kernelParams,
	void **extra, CUresult *result)
{
	CUDA_KERNEL_NODE_PARAMS p = {f, gridDimX, gridDimY, gridDimZ, blockDimX,
		blockDimY, blockDimZ, sharedMemBytes, kernelParams, extra, NULL,
		NULL};
	struct rgpu_graph_params params;

	if (!begin(hStream, result))
		return false;
	if (!*result)
		*result = rgpu_graph_take_kernel(&params, &p);
	return finish(hStream, &params, result);
}

static CUresult
take_attributes(struct rgpu_graph_kernel *k, const CUlaunchAttribute *attrs,
	unsigned count)
{
	if (count > RGPU_GRAPH_ATTRS_MAX)
		return CUDA_ERROR_NOT_SUPPORTED;
	for (unsigned i = 0; i < count; i++) {
		switch (attrs[i].id) {
		case CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW:
		case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_EVENT:
		case CU_LAUNCH_ATTRIBUTE_LAUNCH_COMPLETION_EVENT:
		case CU_LAUNCH_ATTRIBUTE_DEVICE_UPDATABLE_KERNEL_NODE:
			rgpu_warn("launch attribute %d is not supported in "
				  "graphs: CUDA_ERROR_NOT_SUPPORTED",
				(int)attrs[i].id);
			return CUDA_ERROR_NOT_SUPPORTED;
		/* Of the stream, not of the node. */
		case CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION:
		case CU_LAUNCH_ATTRIBUTE_IGNORE: continue;
		default: break;
		}
		k->attrs[k->attr_count++] = attrs[i];
	}
	return CUDA_SUCCESS;
}

bool
rgpu_capture_cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction f,
	void **kernelParams, void **extra, CUresult *result)
{
	CUDA_KERNEL_NODE_PARAMS p = {
		.func = f, .kernelParams = kernelParams, .extra = extra};
	struct rgpu_graph_params params;

	if (!config || (config->numAttrs && !config->attrs)) {
		*result = CUDA_ERROR_INVALID_VALUE;
		return true;
	}
	if (!begin(config->hStream, result))
		return false;
	memcpy(&p.gridDimX, &config->gridDimX, 7 * sizeof(unsigned));
	if (!*result)
		*result = rgpu_graph_take_kernel(&params, &p);
	if (!*result) {
		*result = take_attributes(
			&params.kernel, config->attrs, config->numAttrs);
		if (*result)
			rgpu_graph_params_free(&params);
	}
	return finish(config->hStream, &params, result);
}

bool
rgpu_capture_cuLaunchCooperativeKernel(CUfunction f, unsigned int gridDimX,
	unsigned int gridDimY, unsigned int gridDimZ, unsigned int blockDimX,
	unsigned int blockDimY, unsigned int blockDimZ,
	unsigned int sharedMemBytes, CUstream hStream, void **kernelParams,
	CUresult *result)
{
	CUlaunchAttribute a = {
		.id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE, .value.cooperative = 1};
	const CUlaunchConfig config = {gridDimX, gridDimY, gridDimZ, blockDimX,
		blockDimY, blockDimZ, sharedMemBytes, hStream, &a, 1};

	return rgpu_capture_cuLaunchKernelEx(
		&config, f, kernelParams, NULL, result);
}

bool
rgpu_capture_cuLaunchHostFunc(
	CUstream hStream, CUhostFn fn, void *userData, CUresult *result)
{
	const CUDA_HOST_NODE_PARAMS p = {fn, userData};
	struct rgpu_graph_params params;

	if (!begin(hStream, result))
		return false;
	if (!*result)
		*result = rgpu_graph_take_host(&params, &p);
	return finish(hStream, &params, result);
}

bool
rgpu_capture_cuStreamAddCallback(CUstream hStream, CUstreamCallback callback,
	void *userData, unsigned int flags, CUresult *result)
{
	(void)callback;
	(void)userData;
	(void)flags;
	if (!begin(hStream, result))
		return false;
	/* Graphs have no such nodes (CUDA API: cuStreamAddCallback). */
	if (!*result)
		*result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
	pthread_mutex_unlock(&rgpu_graph_lock);
	return true;
}

/* ---- copies ------------------------------------------------------------------------ */

static bool
copy_box(const CUDA_MEMCPY3D *p, CUstream stream, CUresult *result)
{
	struct rgpu_graph_params params;

	if (!begin(stream, result))
		return false;
	/* A copy of nothing leaves no node. */
	if (!*result && p && (!p->WidthInBytes || !p->Height || !p->Depth)) {
		pthread_mutex_unlock(&rgpu_graph_lock);
		return true;
	}
	if (!*result)
		*result = rgpu_graph_take_copy(&params, p, NULL);
	return finish(stream, &params, result);
}

static bool
copy(CUmemorytype to, CUdeviceptr dst, CUmemorytype from, CUdeviceptr src,
	size_t bytes, CUstream stream, CUresult *result)
{
	CUDA_MEMCPY3D p = {
		.srcMemoryType = from,
		.dstMemoryType = to,
		.WidthInBytes = bytes,
		.Height = 1,
		.Depth = 1,
	};

	if (from == CU_MEMORYTYPE_HOST)
		p.srcHost = (const void *)(uintptr_t)src;
	else
		p.srcDevice = src;
	if (to == CU_MEMORYTYPE_HOST)
		p.dstHost = (void *)(uintptr_t)dst;
	else
		p.dstDevice = dst;
	return copy_box(&p, stream, result);
}

bool
rgpu_capture_cuMemcpyAsync(CUdeviceptr dst, CUdeviceptr src, size_t ByteCount,
	CUstream hStream, CUresult *result)
{
	return copy(CU_MEMORYTYPE_UNIFIED, dst, CU_MEMORYTYPE_UNIFIED, src,
		ByteCount, hStream, result);
}

bool
rgpu_capture_cuMemcpyHtoDAsync_v2(CUdeviceptr dstDevice, const void *srcHost,
	size_t ByteCount, CUstream hStream, CUresult *result)
{
	return copy(CU_MEMORYTYPE_DEVICE, dstDevice, CU_MEMORYTYPE_HOST,
		(uintptr_t)srcHost, ByteCount, hStream, result);
}

bool
rgpu_capture_cuMemcpyDtoHAsync_v2(void *dstHost, CUdeviceptr srcDevice,
	size_t ByteCount, CUstream hStream, CUresult *result)
{
	return copy(CU_MEMORYTYPE_HOST, (uintptr_t)dstHost,
		CU_MEMORYTYPE_DEVICE, srcDevice, ByteCount, hStream, result);
}

bool
rgpu_capture_cuMemcpyDtoDAsync_v2(CUdeviceptr dstDevice, CUdeviceptr srcDevice,
	size_t ByteCount, CUstream hStream, CUresult *result)
{
	return copy(CU_MEMORYTYPE_DEVICE, dstDevice, CU_MEMORYTYPE_DEVICE,
		srcDevice, ByteCount, hStream, result);
}

bool
rgpu_capture_cuMemcpyPeerAsync(CUdeviceptr dstDevice, CUcontext dstContext,
	CUdeviceptr srcDevice, CUcontext srcContext, size_t ByteCount,
	CUstream hStream, CUresult *result)
{
	(void)dstContext;
	(void)srcContext;
	return rgpu_capture_cuMemcpyDtoDAsync_v2(
		dstDevice, srcDevice, ByteCount, hStream, result);
}

bool
rgpu_capture_cuMemcpy2DAsync_v2(
	const CUDA_MEMCPY2D *pCopy, CUstream hStream, CUresult *result)
{
	CUDA_MEMCPY3D p = {.Depth = 1};

	if (!pCopy) {
		*result = CUDA_ERROR_INVALID_VALUE;
		return true;
	}
	p.srcXInBytes = pCopy->srcXInBytes;
	p.srcY = pCopy->srcY;
	p.srcMemoryType = pCopy->srcMemoryType;
	p.srcHost = pCopy->srcHost;
	p.srcDevice = pCopy->srcDevice;
	p.srcPitch = pCopy->srcPitch;
	p.dstXInBytes = pCopy->dstXInBytes;
	p.dstY = pCopy->dstY;
	p.dstMemoryType = pCopy->dstMemoryType;
	p.dstHost = pCopy->dstHost;
	p.dstDevice = pCopy->dstDevice;
	p.dstPitch = pCopy->dstPitch;
	p.WidthInBytes = pCopy->WidthInBytes;
	p.Height = pCopy->Height;
	return copy_box(&p, hStream, result);
}

bool
rgpu_capture_cuMemcpy3DAsync_v2(
	const CUDA_MEMCPY3D *pCopy, CUstream hStream, CUresult *result)
{
	return copy_box(pCopy, hStream, result);
}

/* ---- fills --------------------------------------------------------------------------- */

static bool
fill(CUdeviceptr dst, size_t pitch, unsigned value, unsigned element,
	size_t width, size_t height, CUstream stream, CUresult *result)
{
	const CUDA_MEMSET_NODE_PARAMS p = {
		dst, pitch, value, element, width, height};
	struct rgpu_graph_params params;

	if (!begin(stream, result))
		return false;
	if (!*result && (!width || !height)) {
		pthread_mutex_unlock(&rgpu_graph_lock);
		return true;
	}
	if (!*result)
		*result = rgpu_graph_take_fill(&params, &p, NULL);
	return finish(stream, &params, result);
}

bool
rgpu_capture_cuMemsetD8Async(CUdeviceptr dstDevice, unsigned char uc, size_t N,
	CUstream hStream, CUresult *result)
{
	return fill(dstDevice, 0, uc, 1, N, 1, hStream, result);
}

bool
rgpu_capture_cuMemsetD16Async(CUdeviceptr dstDevice, unsigned short us,
	size_t N, CUstream hStream, CUresult *result)
{
	return fill(dstDevice, 0, us, 2, N, 1, hStream, result);
}

bool
rgpu_capture_cuMemsetD32Async(CUdeviceptr dstDevice, unsigned int ui, size_t N,
	CUstream hStream, CUresult *result)
{
	return fill(dstDevice, 0, ui, 4, N, 1, hStream, result);
}

bool
rgpu_capture_cuMemsetD2D8Async(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned char uc, size_t Width, size_t Height, CUstream hStream,
	CUresult *result)
{
	return fill(dstDevice, dstPitch, uc, 1, Width, Height, hStream, result);
}

bool
rgpu_capture_cuMemsetD2D16Async(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned short us, size_t Width, size_t Height, CUstream hStream,
	CUresult *result)
{
	return fill(dstDevice, dstPitch, us, 2, Width, Height, hStream, result);
}

bool
rgpu_capture_cuMemsetD2D32Async(CUdeviceptr dstDevice, size_t dstPitch,
	unsigned int ui, size_t Width, size_t Height, CUstream hStream,
	CUresult *result)
{
	return fill(dstDevice, dstPitch, ui, 4, Width, Height, hStream, result);
}
