/* SPDX-License-Identifier: Apache-2.0 */
/* Page-locked and registered host memory: ordinary memory of this process, which
 * the device does not reach; the table knows it, so that questions about its
 * pointers are answered as CUDA answers them. */
#include "config.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/memory.h"

#define ALLOC_FLAGS                                             \
	(CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP | \
		CU_MEMHOSTALLOC_WRITECOMBINED)
#define REGISTER_FLAGS                                                \
	(CU_MEMHOSTREGISTER_PORTABLE | CU_MEMHOSTREGISTER_DEVICEMAP | \
		CU_MEMHOSTREGISTER_IOMEMORY | CU_MEMHOSTREGISTER_READ_ONLY)

static size_t
whole_pages(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) & ~(page - 1);
}

CUresult
rgpu_do_cuMemHostAlloc(void **pp, size_t bytesize, unsigned int Flags)
{
	struct rgpu_memory m = {
		.kind = RGPU_MEMORY_PINNED, .size = bytesize, .flags = Flags};
	CUresult r = rgpu_context_current(&m.context);
	void *p;

	if (!pp || !bytesize || Flags & ~(unsigned)ALLOC_FLAGS ||
		whole_pages(bytesize) < bytesize)
		return CUDA_ERROR_INVALID_VALUE;
	if (r)
		return r;
	p = mmap(NULL, whole_pages(bytesize), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return CUDA_ERROR_OUT_OF_MEMORY;
	m.base = (uintptr_t)p;
	if (rgpu_memory_add(&m)) {
		munmap(p, whole_pages(bytesize));
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	*pp = p;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemAllocHost_v2(void **pp, size_t bytesize)
{
	return rgpu_do_cuMemHostAlloc(pp, bytesize, 0);
}

CUresult
rgpu_do_cuMemFreeHost(void *p)
{
	struct rgpu_memory m;

	if (!p)
		return CUDA_SUCCESS;
	m = rgpu_memory_find((uintptr_t)p);
	if (m.kind != RGPU_MEMORY_PINNED || m.base != (uintptr_t)p)
		return CUDA_ERROR_INVALID_VALUE;
	/* A copy to the host may still be on its way into it. */
	rgpu_calls_settle(rgpu_client.calls, p, m.size);
	if (rgpu_memory_remove((uintptr_t)p, RGPU_MEMORY_PINNED, &m))
		return CUDA_ERROR_INVALID_VALUE;
	munmap(p, whole_pages(m.size));
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemHostRegister_v2(void *p, size_t bytesize, unsigned int Flags)
{
	struct rgpu_memory m = {.kind = RGPU_MEMORY_REGISTERED,
		.base = (uintptr_t)p,
		.size = bytesize,
		.flags = Flags};
	CUresult r = rgpu_context_current(&m.context);

	if (!p || !bytesize || Flags & ~(unsigned)REGISTER_FLAGS)
		return CUDA_ERROR_INVALID_VALUE;
	/* Memory of a device on this host is out of the remote one's reach. */
	if (Flags & CU_MEMHOSTREGISTER_IOMEMORY)
		return CUDA_ERROR_NOT_SUPPORTED;
	if (r)
		return r;
	if (rgpu_memory_find(m.base).kind != RGPU_MEMORY_UNKNOWN ||
		rgpu_memory_add(&m))
		return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuMemHostUnregister(void *p)
{
	struct rgpu_memory m = rgpu_memory_find((uintptr_t)p);

	if (!p)
		return CUDA_ERROR_INVALID_VALUE;
	if (m.kind != RGPU_MEMORY_REGISTERED || m.base != (uintptr_t)p)
		return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
	rgpu_calls_settle(rgpu_client.calls, p, m.size);
	rgpu_memory_remove((uintptr_t)p, RGPU_MEMORY_REGISTERED, NULL);
	return CUDA_SUCCESS;
}

static bool
is_host(const struct rgpu_memory *m)
{
	return m->kind == RGPU_MEMORY_PINNED ||
		m->kind == RGPU_MEMORY_REGISTERED;
}

CUresult
rgpu_do_cuMemHostGetFlags(unsigned int *pFlags, void *p)
{
	struct rgpu_memory m = rgpu_memory_find((uintptr_t)p);

	if (!pFlags || m.kind != RGPU_MEMORY_PINNED)
		return CUDA_ERROR_INVALID_VALUE;
	*pFlags = m.flags;
	return CUDA_SUCCESS;
}

/* A remote device does not reach host memory: CAN_MAP_HOST_MEMORY says so. */
CUresult
rgpu_do_cuMemHostGetDevicePointer_v2(
	CUdeviceptr *pdptr, void *p, unsigned int Flags)
{
	struct rgpu_memory m = rgpu_memory_find((uintptr_t)p);

	if (!pdptr || Flags || !is_host(&m))
		return CUDA_ERROR_INVALID_VALUE;
	return CUDA_ERROR_NOT_SUPPORTED;
}
