/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver that does nothing: every call succeeds at once. What a client
 * measures against it is the cost of remoting alone. Memory is addresses without
 * bytes; a copy from the device leaves its buffer as it is (zeros); every kernel
 * exists and takes four parameters of 8 bytes.
 */
#include "config.h"
#include "server/backend.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"

#define TOTAL (UINT64_C(64) << 30)

static _Atomic uintptr_t next_handle = 0x1000;
static _Atomic CUdeviceptr next_address = UINT64_C(0x7e0000000000);

static void *
handle(void)
{
	return (void *)atomic_fetch_add(&next_handle, 16);
}

static CUresult
init(unsigned flags RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
get_version(int *version)
{
	*version = 13000;
	return CUDA_SUCCESS;
}

static CUresult
get_count(int *count)
{
	*count = 1;
	return CUDA_SUCCESS;
}

static CUresult
get_name(char *name, int len, CUdevice dev RGPU_UNUSED)
{
	strncpy(name, "rgpu null device", (size_t)len);
	return CUDA_SUCCESS;
}

static CUresult
get_uuid(CUuuid *uuid, CUdevice dev RGPU_UNUSED)
{
	memcpy(uuid, "rgpu-null-device", sizeof(*uuid));
	return CUDA_SUCCESS;
}

static CUresult
total_mem(size_t *bytes, CUdevice dev RGPU_UNUSED)
{
	*bytes = TOTAL;
	return CUDA_SUCCESS;
}

static CUresult
get_attribute(int *value, CUdevice_attribute a, CUdevice dev RGPU_UNUSED)
{
	switch (a) {
	case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = 12; break;
	case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = 1; break;
	case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
	case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
	case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: *value = 1024; break;
	case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: *value = 64; break;
	case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X: *value = 2147483647; break;
	case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
	case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z: *value = 65535; break;
	case CU_DEVICE_ATTRIBUTE_WARP_SIZE: *value = 32; break;
	case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = 16; break;
	case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
		*value = 49152;
		break;
	case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING: *value = 1; break;
	default: *value = 0; break;
	}
	return (int)a <= CU_DEVICE_ATTRIBUTE_HOST_NUMA_MULTINODE_IPC_SUPPORTED
		? CUDA_SUCCESS
		: CUDA_ERROR_INVALID_VALUE;
}

static CUresult
retain(CUcontext *context, CUdevice dev RGPU_UNUSED)
{
	*context = handle();
	return CUDA_SUCCESS;
}

static CUresult
create_context(CUcontext *context, unsigned flags RGPU_UNUSED,
	CUdevice dev RGPU_UNUSED)
{
	*context = handle();
	return CUDA_SUCCESS;
}

static CUresult
pop_context(CUcontext *context)
{
	*context = NULL;
	return CUDA_SUCCESS;
}

static CUresult
ok_device(CUdevice dev RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
ok_device_flags(CUdevice dev RGPU_UNUSED, unsigned flags RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
ok_context(CUcontext context RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
ok_nothing(void)
{
	return CUDA_SUCCESS;
}

static CUresult
mem_info(size_t *available, size_t *total)
{
	*available = *total = TOTAL;
	return CUDA_SUCCESS;
}

static CUresult
mem_alloc(CUdeviceptr *address, size_t size)
{
	if (!size || size > TOTAL)
		return size ? CUDA_ERROR_OUT_OF_MEMORY
			    : CUDA_ERROR_INVALID_VALUE;
	*address = atomic_fetch_add(&next_address, (size + 1023) & ~511ull);
	return CUDA_SUCCESS;
}

static CUresult
mem_free(CUdeviceptr address RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
host_alloc(void **p, size_t size, unsigned flags RGPU_UNUSED)
{
	*p = calloc(1, size);
	return *p ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

static CUresult
host_free(void *p)
{
	free(p);
	return CUDA_SUCCESS;
}

static CUresult
copy_in(CUdeviceptr to RGPU_UNUSED, const void *from RGPU_UNUSED,
	size_t n RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
copy_out(void *to RGPU_UNUSED, CUdeviceptr from RGPU_UNUSED,
	size_t n RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
copy_on(CUdeviceptr to RGPU_UNUSED, CUdeviceptr from RGPU_UNUSED,
	size_t n RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
set8(CUdeviceptr to RGPU_UNUSED, unsigned char v RGPU_UNUSED,
	size_t n RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
set32(CUdeviceptr to RGPU_UNUSED, unsigned v RGPU_UNUSED, size_t n RGPU_UNUSED,
	CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
set_rect8(CUdeviceptr to RGPU_UNUSED, size_t pitch RGPU_UNUSED,
	unsigned char v RGPU_UNUSED, size_t w RGPU_UNUSED, size_t h RGPU_UNUSED,
	CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
copy_2d(const CUDA_MEMCPY2D *copy RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
copy_3d(const CUDA_MEMCPY3D *copy RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
copy_peer(CUdeviceptr to RGPU_UNUSED, CUcontext to_context RGPU_UNUSED,
	CUdeviceptr from RGPU_UNUSED, CUcontext from_context RGPU_UNUSED,
	size_t n RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
stream_create(
	CUstream *stream, unsigned flags RGPU_UNUSED, int priority RGPU_UNUSED)
{
	*stream = handle();
	return CUDA_SUCCESS;
}

static CUresult
ok_stream(CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
stream_wait(CUstream stream RGPU_UNUSED, CUevent event RGPU_UNUSED,
	unsigned flags RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
event_create(CUevent *event, unsigned flags RGPU_UNUSED)
{
	*event = handle();
	return CUDA_SUCCESS;
}

static CUresult
ok_event(CUevent event RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
event_record(CUevent event RGPU_UNUSED, CUstream stream RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
event_record_flags(CUevent event RGPU_UNUSED, CUstream stream RGPU_UNUSED,
	unsigned flags RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
event_elapsed(float *ms, CUevent a RGPU_UNUSED, CUevent b RGPU_UNUSED)
{
	*ms = 0;
	return CUDA_SUCCESS;
}

static CUresult
module_load(CUmodule *module, const void *image RGPU_UNUSED,
	unsigned n RGPU_UNUSED, CUjit_option *options RGPU_UNUSED,
	void **values RGPU_UNUSED)
{
	*module = handle();
	return CUDA_SUCCESS;
}

static CUresult
ok_module(CUmodule module RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static CUresult
get_function(CUfunction *f, CUmodule module RGPU_UNUSED,
	const char *name RGPU_UNUSED)
{
	*f = handle();
	return CUDA_SUCCESS;
}

static CUresult
param_info(CUfunction f RGPU_UNUSED, size_t i, size_t *offset, size_t *size)
{
	if (i >= 4)
		return CUDA_ERROR_INVALID_VALUE;
	*offset = 8 * i;
	*size = 8;
	return CUDA_SUCCESS;
}

static CUresult
function_attribute(int *value, CUfunction_attribute a, CUfunction f RGPU_UNUSED)
{
	*value = a == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK ? 1024 : 0;
	return CUDA_SUCCESS;
}

static CUresult
launch(CUfunction f RGPU_UNUSED, unsigned gx RGPU_UNUSED,
	unsigned gy RGPU_UNUSED, unsigned gz RGPU_UNUSED,
	unsigned bx RGPU_UNUSED, unsigned by RGPU_UNUSED,
	unsigned bz RGPU_UNUSED, unsigned shared RGPU_UNUSED,
	CUstream stream RGPU_UNUSED, void **params RGPU_UNUSED,
	void **extra RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

static int
null_open(struct rgpu_driver *driver, const char *library RGPU_UNUSED)
{
	*driver = rgpu_driver_missing;
	driver->cuInit = init;
	driver->cuDriverGetVersion = get_version;
	driver->cuDeviceGetCount = get_count;
	driver->cuDeviceGetName = get_name;
	driver->cuDeviceGetUuid_v2 = get_uuid;
	driver->cuDeviceTotalMem_v2 = total_mem;
	driver->cuDeviceGetAttribute = get_attribute;
	driver->cuDevicePrimaryCtxRetain = retain;
	driver->cuDevicePrimaryCtxRelease_v2 = ok_device;
	driver->cuDevicePrimaryCtxReset_v2 = ok_device;
	driver->cuDevicePrimaryCtxSetFlags_v2 = ok_device_flags;
	driver->cuCtxCreate_v2 = create_context;
	driver->cuCtxPopCurrent_v2 = pop_context;
	driver->cuCtxSetCurrent = ok_context;
	driver->cuCtxDestroy_v2 = ok_context;
	driver->cuCtxSynchronize = ok_nothing;
	driver->cuMemGetInfo_v2 = mem_info;
	driver->cuMemAlloc_v2 = mem_alloc;
	driver->cuMemFree_v2 = mem_free;
	driver->cuMemHostAlloc = host_alloc;
	driver->cuMemFreeHost = host_free;
	driver->cuMemcpyHtoDAsync_v2 = copy_in;
	driver->cuMemcpyDtoHAsync_v2 = copy_out;
	driver->cuMemcpyDtoDAsync_v2 = copy_on;
	driver->cuMemcpyPeerAsync = copy_peer;
	driver->cuMemcpy2DAsync_v2 = copy_2d;
	driver->cuMemcpy3DAsync_v2 = copy_3d;
	driver->cuMemsetD8Async = set8;
	driver->cuMemsetD2D8Async = set_rect8;
	driver->cuMemsetD32Async = set32;
	driver->cuStreamCreateWithPriority = stream_create;
	driver->cuStreamDestroy_v2 = ok_stream;
	driver->cuStreamSynchronize = ok_stream;
	driver->cuStreamQuery = ok_stream;
	driver->cuStreamWaitEvent = stream_wait;
	driver->cuEventCreate = event_create;
	driver->cuEventDestroy_v2 = ok_event;
	driver->cuEventQuery = ok_event;
	driver->cuEventSynchronize = ok_event;
	driver->cuEventRecord = event_record;
	driver->cuEventRecordWithFlags = event_record_flags;
	driver->cuEventElapsedTime_v2 = event_elapsed;
	driver->cuModuleLoadDataEx = module_load;
	driver->cuModuleUnload = ok_module;
	driver->cuModuleGetFunction = get_function;
	driver->cuFuncGetParamInfo = param_info;
	driver->cuFuncGetAttribute = function_attribute;
	driver->cuLaunchKernel = launch;
	return 0;
}

const struct rgpu_backend rgpu_backend_null = {
	.name = "null",
	.open = null_open,
};
