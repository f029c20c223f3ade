/* SPDX-License-Identifier: Apache-2.0 */
/* cuPointerGetAttribute(s): answered from the client's own table, because
 * programs ask at every launch (Triton: for every pointer argument). */
#include "config.h"

#include <string.h>

#include "cudaabi/gen/inner.h"
#include "libclient/memory.h"

/* Attributes are values of several types; all are written as bytes. */
union value {
	CUcontext context;
	unsigned memory_type, boolean;
	CUdeviceptr device;
	void *host;
	unsigned long long number;
	int ordinal;
	size_t size;
	uint64_t handle_types;
	CUmemoryPool pool;
};

struct answer {
	union value v;
	size_t size; /* 0: the attribute does not exist for this pointer */
};

#define ANSWER(member, x)                      \
	((struct answer){.v = {.member = (x)}, \
		.size = sizeof(((union value *)0)->member)})

static struct answer
about_any(const struct rgpu_memory *m, CUpointer_attribute a)
{
	switch (a) {
	case CU_POINTER_ATTRIBUTE_CONTEXT:
		return ANSWER(context, rgpu_id_handle(m->context->id));
	case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
		return ANSWER(memory_type,
			m->kind == RGPU_MEMORY_DEVICE ? CU_MEMORYTYPE_DEVICE
						      : CU_MEMORYTYPE_HOST);
	case CU_POINTER_ATTRIBUTE_SYNC_MEMOPS:
	case CU_POINTER_ATTRIBUTE_IS_MANAGED:
	case CU_POINTER_ATTRIBUTE_IS_LEGACY_CUDA_IPC_CAPABLE:
	case CU_POINTER_ATTRIBUTE_IS_GPU_DIRECT_RDMA_CAPABLE:
		return ANSWER(boolean, 0);
	case CU_POINTER_ATTRIBUTE_BUFFER_ID: return ANSWER(number, m->number);
	case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
		return ANSWER(ordinal, m->context->dev);
	case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
		return ANSWER(device, m->base);
	case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
		return ANSWER(size, (size_t)m->size);
	case CU_POINTER_ATTRIBUTE_ALLOWED_HANDLE_TYPES:
		return ANSWER(handle_types, 0);
	case CU_POINTER_ATTRIBUTE_MEMPOOL_HANDLE:
		return ANSWER(pool, rgpu_id_handle(m->pool));
	default: return (struct answer){.size = 0};
	}
}

static struct answer
about(const struct rgpu_memory *m, CUpointer_attribute a, CUdeviceptr ptr)
{
	bool device = m->kind == RGPU_MEMORY_DEVICE;

	if (a == CU_POINTER_ATTRIBUTE_DEVICE_POINTER && device)
		return ANSWER(device, ptr);
	if (a == CU_POINTER_ATTRIBUTE_HOST_POINTER && !device)
		return ANSWER(host, (void *)(uintptr_t)ptr);
	if (a == CU_POINTER_ATTRIBUTE_MAPPED)
		return ANSWER(boolean, device);
	if (a == CU_POINTER_ATTRIBUTE_ACCESS_FLAGS)
		return ANSWER(number, device ? 3 : 0); /* read and write */
	return about_any(m, a);
}

CUresult
rgpu_do_cuPointerGetAttribute(
	void *data, CUpointer_attribute attribute, CUdeviceptr ptr)
{
	struct rgpu_memory m = rgpu_memory_find(ptr);
	struct answer x;

	if (!data || m.kind == RGPU_MEMORY_UNKNOWN)
		return CUDA_ERROR_INVALID_VALUE;
	x = about(&m, attribute, ptr);
	if (!x.size)
		return CUDA_ERROR_INVALID_VALUE;
	memcpy(data, &x.v, x.size);
	return CUDA_SUCCESS;
}

/* The size of an attribute's value, which is zero for a pointer CUDA does not
 * know: such a pointer is no error here (CUDA driver API manual). */
static size_t
size_of(CUpointer_attribute a)
{
	static const struct rgpu_context none;
	const struct rgpu_memory device = {.kind = RGPU_MEMORY_DEVICE,
		.context = (struct rgpu_context *)(uintptr_t)&none};
	struct rgpu_memory host = device;
	struct answer x = about(&device, a, 0);

	host.kind = RGPU_MEMORY_PINNED;
	return x.size ? x.size : about(&host, a, 0).size;
}

CUresult
rgpu_do_cuPointerGetAttributes(unsigned int numAttributes,
	CUpointer_attribute *attributes, void **data, CUdeviceptr ptr)
{
	struct rgpu_memory m = rgpu_memory_find(ptr);

	if (!numAttributes || !attributes || !data)
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < numAttributes; i++) {
		size_t size = size_of(attributes[i]);
		struct answer x = {.size = 0};

		if (!size)
			return CUDA_ERROR_INVALID_VALUE;
		memset(&x.v, 0, sizeof(x.v));
		if (m.kind != RGPU_MEMORY_UNKNOWN)
			x = about(&m, attributes[i], ptr);
		else if (attributes[i] == CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL)
			x.v.ordinal = -2; /* CU_DEVICE_INVALID */
		if (data[i])
			memcpy(data[i], &x.v, size);
	}
	return CUDA_SUCCESS;
}
