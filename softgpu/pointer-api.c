/* SPDX-License-Identifier: Apache-2.0 */
/* cuPointerGetAttribute(s): what an address is. */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/memory.h"

#define DEVICE_INVALID	  (-2) /* CU_DEVICE_INVALID */
#define ACCESS_READ_WRITE 3    /* CU_POINTER_ATTRIBUTE_ACCESS_FLAG_READWRITE */

static CUresult
put_pointer(void *data, uint64_t value)
{
	*(uint64_t *)data = value;
	return CUDA_SUCCESS;
}

/* Truth values as well: cudart 13.0 reads all four bytes of IS_MANAGED. */
static CUresult
put_int(void *data, int value)
{
	*(int *)data = value;
	return CUDA_SUCCESS;
}

/* Writes an attribute of what v saw at ptr. */
static CUresult
known(void *data, CUpointer_attribute attribute, CUdeviceptr ptr,
	const struct rgpu_memory_view *v)
{
	bool host = v->kind >= RGPU_MEMORY_PINNED;

	switch (attribute) {
	case CU_POINTER_ATTRIBUTE_CONTEXT:
		return put_pointer(data, (uintptr_t)v->context);
	case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
		return put_int(
			data, host ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE);
	case CU_POINTER_ATTRIBUTE_DEVICE_POINTER: return put_pointer(data, ptr);
	case CU_POINTER_ATTRIBUTE_HOST_POINTER:
		return host || v->managed ? put_pointer(data, ptr)
					  : CUDA_ERROR_INVALID_VALUE;
	case CU_POINTER_ATTRIBUTE_BUFFER_ID:
	case CU_POINTER_ATTRIBUTE_MEMORY_BLOCK_ID:
		return put_pointer(data, v->number);
	case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
	case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
	case CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE:
	case CU_POINTER_ATTRIBUTE_IS_HW_DECOMPRESS_CAPABLE:
		return put_int(data, 0);
	case CU_POINTER_ATTRIBUTE_IS_MANAGED: return put_int(data, v->managed);
	case CU_POINTER_ATTRIBUTE_MAPPED: return put_int(data, 1);
	case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
		return put_int(data, v->device);
	case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
	case CU_POINTER_ATTRIBUTE_MAPPING_BASE_ADDR:
		return put_pointer(data, v->base);
	case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
	case CU_POINTER_ATTRIBUTE_MAPPING_SIZE:
		return put_pointer(data, v->size);
	case CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES:
		return put_pointer(data, 0);
	case CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE:
		return put_pointer(data, (uintptr_t)v->pool);
	case CU_POINTER_ATTRIBUTE_ACCESS_FLAGS:
		return put_int(data, ACCESS_READ_WRITE);
	case CU_POINTER_ATTRIBUTE_P2P_TOKENS: break;
	}
	return CUDA_ERROR_INVALID_VALUE;
}

/* What cuPointerGetAttributes gives for an address of nothing. */
static void
put_default(void *data, CUpointer_attribute attribute)
{
	switch (attribute) {
	case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
	case CU_POINTER_ATTRIBUTE_IS_MANAGED:
	case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
	case CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE:
	case CU_POINTER_ATTRIBUTE_IS_HW_DECOMPRESS_CAPABLE:
	case CU_POINTER_ATTRIBUTE_MAPPED: put_int(data, 0); break;
	case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
	case CU_POINTER_ATTRIBUTE_ACCESS_FLAGS: put_int(data, 0); break;
	case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
		put_int(data, DEVICE_INVALID);
		break;
	case CU_POINTER_ATTRIBUTE_P2P_TOKENS: break;
	default: put_pointer(data, 0); break;
	}
}

CUresult
rgpu_do_cuPointerGetAttribute(
	void *data, CUpointer_attribute attribute, CUdeviceptr ptr)
{
	struct rgpu_memory_view v;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!data)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_look(ptr, 1, false, &v);
	return v.allocation ? known(data, attribute, ptr, &v)
			    : CUDA_ERROR_INVALID_VALUE;
}

static bool
is_attribute(CUpointer_attribute attribute)
{
	return (int)attribute >= CU_POINTER_ATTRIBUTE_CONTEXT &&
		attribute <= CU_POINTER_ATTRIBUTE_IS_HW_DECOMPRESS_CAPABLE &&
		attribute != CU_POINTER_ATTRIBUTE_P2P_TOKENS;
}

/* An attribute that this kind of memory has not gets its default. */
CUresult
rgpu_do_cuPointerGetAttributes(unsigned int numAttributes,
	CUpointer_attribute *attributes, void **data, CUdeviceptr ptr)
{
	struct rgpu_memory_view v;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!numAttributes || !attributes || !data)
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < numAttributes; i++) {
		if (!is_attribute(attributes[i]) || !data[i])
			return CUDA_ERROR_INVALID_VALUE;
	}
	rgpu_memory_look(ptr, 1, false, &v);
	for (unsigned i = 0; i < numAttributes; i++) {
		put_default(data[i], attributes[i]);
		if (v.allocation)
			known(data[i], attributes[i], ptr, &v);
	}
	return CUDA_SUCCESS;
}
