/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pinned host memory. Kernels and copies of every context may use it at its
 * own address (attributes UNIFIED_ADDRESSING, CAN_MAP_HOST_MEMORY and
 * CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM).
 */
#include "config.h"

#include <stdint.h>
#include <sys/mman.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/memory.h"

#define ALLOC_FLAGS                                             \
	(CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP | \
		CU_MEMHOSTALLOC_WRITECOMBINED)
#define REGISTER_FLAGS                                                \
	(CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_DEVICEMAP | \
		CU_MEMHOSTREGISTER_IOMEMORY | CU_MEMHOSTREGISTER_READ_ONLY)

CUresult
rgpu_do_cuMemHostAlloc(void **pp, size_t bytesize, unsigned int Flags)
{
	struct rgpu_context *c;
	void *p;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pp || !bytesize || (Flags & ~(unsigned)ALLOC_FLAGS))
		return CUDA_ERROR_INVALID_VALUE;
	p = mmap(NULL, bytesize, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = rgpu_memory_add_host(c, p, bytesize, RGPU_MEMORY_PINNED, Flags);
	if (r)
		munmap(p, bytesize);
	else
		*pp = p;
	return r;
}

CUresult
rgpu_do_cuMemAllocHost_v2(void **pp, size_t bytesize)
{
	return rgpu_do_cuMemHostAlloc(pp, bytesize, 0);
}

CUresult
rgpu_do_cuMemFreeHost(void *p)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	/* cudaFreeHost(NULL) is good, and cudart hands it on. */
	if (r || !p)
		return r;
	return rgpu_memory_free((uintptr_t)p, RGPU_MEMORY_PINNED);
}

CUresult
rgpu_do_cuMemHostRegister_v2(void *p, size_t bytesize, unsigned int Flags)
{
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!p || !bytesize || (Flags & ~(unsigned)REGISTER_FLAGS) ||
		(uintptr_t)p + bytesize < (uintptr_t)p)
		return CUDA_ERROR_INVALID_VALUE;
	/* Absent by their attributes: read-only mappings, memory of other
	 * devices. */
	if (Flags &
		(CU_MEMHOSTREGISTER_READ_ONLY | CU_MEMHOSTREGISTER_IOMEMORY))
		return CUDA_ERROR_NOT_SUPPORTED;
	return rgpu_memory_add_host(
		c, p, bytesize, RGPU_MEMORY_REGISTERED, Flags);
}

CUresult
rgpu_do_cuMemHostUnregister(void *p)
{
	struct rgpu_memory_view v;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_look((uintptr_t)p, 1, false, &v);
	if (v.allocation && v.kind != RGPU_MEMORY_REGISTERED)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_memory_free((uintptr_t)p, RGPU_MEMORY_REGISTERED);
	return r == CUDA_ERROR_INVALID_VALUE
		? CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED
		: r;
}

CUresult
rgpu_do_cuMemHostGetDevicePointer_v2(
	CUdeviceptr *pdptr, void *p, unsigned int Flags)
{
	struct rgpu_memory_view v;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pdptr || !p || Flags)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_look((uintptr_t)p, 1, false, &v);
	if (!v.allocation || v.kind < RGPU_MEMORY_PINNED)
		return CUDA_ERROR_INVALID_VALUE;
	*pdptr = (uintptr_t)p;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemHostGetFlags(unsigned int *pFlags, void *p)
{
	struct rgpu_memory_view v;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!pFlags || !p)
		return CUDA_ERROR_INVALID_VALUE;
	rgpu_memory_look((uintptr_t)p, 1, false, &v);
	if (!v.allocation || v.kind < RGPU_MEMORY_PINNED)
		return CUDA_ERROR_INVALID_VALUE;
	/* All of it is mapped, as on every 64-bit platform. */
	*pFlags = v.flags | CU_MEMHOSTALLOC_DEVICEMAP;
	return CUDA_SUCCESS;
}
