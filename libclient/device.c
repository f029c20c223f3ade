/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: everything about them is constant and came with the welcome. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cudaabi/caller.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"

/* What a GPU on another host cannot do yet, whatever its driver says. Reporting
 * these would make programs dereference or share what they must not. */
static const CUdevice_attribute masked[] = {
	CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY,
	CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY,
	CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS,
	CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS,
	CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM,
	CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_MEM_OPS_V1,
	CU_DEVICE_ATTRIBUTE_CAN_USE_64_BIT_STREAM_MEM_OPS_V1,
	CU_DEVICE_ATTRIBUTE_CAN_USE_STREAM_WAIT_VALUE_NOR_V1,
	CU_DEVICE_ATTRIBUTE_CAN_FLUSH_REMOTE_WRITES,
	CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS_USES_HOST_PAGE_TABLES,
	CU_DEVICE_ATTRIBUTE_DIRECT_MANAGED_MEM_ACCESS_FROM_HOST,
	CU_DEVICE_ATTRIBUTE_HANDLE_TYPE_POSIX_FILE_DESCRIPTOR_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_READ_ONLY_HOST_REGISTER_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_TIMELINE_SEMAPHORE_INTEROP_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_GPU_DIRECT_RDMA_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_GPU_DIRECT_RDMA_WITH_CUDA_VMM_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_MEMPOOL_SUPPORTED_HANDLE_TYPES,
	CU_DEVICE_ATTRIBUTE_DEFERRED_MAPPING_CUDA_ARRAY_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_DMA_BUF_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_IPC_EVENT_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_HANDLE_TYPE_FABRIC_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_MULTICAST_SUPPORTED,
	CU_DEVICE_ATTRIBUTE_TENSOR_MAP_ACCESS_SUPPORTED,
};

static const struct rgpu_device_facts *
facts(CUdevice dev)
{
	if (dev < 0 || dev >= rgpu_client.device_count)
		return NULL;
	return &rgpu_client.welcome.facts.device[rgpu_client.ordinal[dev]];
}

CUresult
rgpu_do_cuDeviceGet(CUdevice *device, int ordinal)
{
	if (!device)
		return CUDA_ERROR_INVALID_VALUE;
	if (!facts(ordinal))
		return CUDA_ERROR_INVALID_DEVICE;
	*device = ordinal;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetCount(int *count)
{
	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	*count = rgpu_client.device_count;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetName(char *name, int len, CUdevice dev)
{
	const struct rgpu_device_facts *f = facts(dev);

	if (!name || len <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_DEVICE;
	snprintf(name, (size_t)len, "%s", f->name);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice dev)
{
	const struct rgpu_device_facts *f = facts(dev);

	if (!uuid)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_DEVICE;
	memcpy(uuid, f->uuid, sizeof(f->uuid));
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceTotalMem_v2(size_t *bytes, CUdevice dev)
{
	const struct rgpu_device_facts *f = facts(dev);

	if (!bytes)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_DEVICE;
	*bytes = f->total_memory;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetAttribute(int *pi, CUdevice_attribute attrib, CUdevice dev)
{
	const struct rgpu_device_facts *f = facts(dev);

	if (!pi || (int)attrib <= 0 || (int)attrib >= RGPU_ATTRIBUTES)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_DEVICE;
	if (!f->has_attribute[attrib])
		return CUDA_ERROR_INVALID_VALUE;
	*pi = f->attribute[attrib];
	if (f->has_claim[attrib] && rgpu_called_by_library())
		*pi = f->claim[attrib];
	for (size_t i = 0; i < RGPU_COUNT(masked); i++) {
		if (masked[i] == attrib)
			*pi = 0;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceComputeCapability(int *major, int *minor, CUdevice dev)
{
	CUresult r;

	if (!major || !minor)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_do_cuDeviceGetAttribute(
		major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, dev);
	return r ? r
		 : rgpu_do_cuDeviceGetAttribute(minor,
			   CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, dev);
}

CUresult
rgpu_do_cuDeviceGetProperties(CUdevprop *prop, CUdevice dev)
{
	const struct rgpu_device_facts *f = facts(dev);
	const int32_t *a;

	if (!prop)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_DEVICE;
	a = f->attribute;
	*prop = (CUdevprop){
		.maxThreadsPerBlock =
			a[CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK],
		.maxThreadsDim = {a[CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X],
			a[CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y],
			a[CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z]},
		.maxGridSize = {a[CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X],
			a[CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y],
			a[CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z]},
		.sharedMemPerBlock =
			a[CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK],
		.totalConstantMemory =
			a[CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY],
		.SIMDWidth = a[CU_DEVICE_ATTRIBUTE_WARP_SIZE],
		.memPitch = a[CU_DEVICE_ATTRIBUTE_MAX_PITCH],
		.regsPerBlock = a[CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK],
		.clockRate = a[CU_DEVICE_ATTRIBUTE_CLOCK_RATE],
		.textureAlign = a[CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT],
	};
	return CUDA_SUCCESS;
}

/* "0000:17:00.0": domain, bus, device, function. */
static void
bus_id(const struct rgpu_device_facts *f, char text[32])
{
	snprintf(text, 32, "%04x:%02x:%02x.0",
		(unsigned)f->attribute[CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID] &
			0xffff,
		(unsigned)f->attribute[CU_DEVICE_ATTRIBUTE_PCI_BUS_ID] & 0xff,
		(unsigned)f->attribute[CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID] &
			0xff);
}

CUresult
rgpu_do_cuDeviceGetPCIBusId(char *pciBusId, int len, CUdevice dev)
{
	const struct rgpu_device_facts *f = facts(dev);
	char text[32];

	if (!pciBusId || len <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f)
		return CUDA_ERROR_INVALID_DEVICE;
	bus_id(f, text);
	if ((size_t)len <= strlen(text))
		return CUDA_ERROR_INVALID_VALUE;
	strcpy(pciBusId, text);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetByPCIBusId(CUdevice *dev, const char *pciBusId)
{
	unsigned want[4] = {0, 0, 0, 0};

	if (!dev || !pciBusId)
		return CUDA_ERROR_INVALID_VALUE;
	/* The forms of the manual: with and without domain and function. */
	if (sscanf(pciBusId, "%x:%x:%x.%x", &want[0], &want[1], &want[2],
		    &want[3]) < 3) {
		want[0] = want[3] = 0;
		if (sscanf(pciBusId, "%x:%x.%x", &want[1], &want[2], &want[3]) <
			2)
			return CUDA_ERROR_INVALID_VALUE;
	}
	for (int i = 0; i < rgpu_client.device_count; i++) {
		const int32_t *a = facts(i)->attribute;

		if ((unsigned)a[CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID] == want[0] &&
			(unsigned)a[CU_DEVICE_ATTRIBUTE_PCI_BUS_ID] ==
				want[1] &&
			(unsigned)a[CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID] ==
				want[2]) {
			*dev = i;
			return CUDA_SUCCESS;
		}
	}
	return CUDA_ERROR_INVALID_DEVICE;
}

CUresult
rgpu_do_cuDeviceCanAccessPeer(
	int *canAccessPeer, CUdevice dev, CUdevice peerDev)
{
	const struct rgpu_device_facts *f = facts(dev);

	if (!canAccessPeer)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f || !facts(peerDev))
		return CUDA_ERROR_INVALID_DEVICE;
	*canAccessPeer = f->peer[rgpu_client.ordinal[peerDev]][0];
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetP2PAttribute(int *value, CUdevice_P2PAttribute attrib,
	CUdevice srcDevice, CUdevice dstDevice)
{
	const struct rgpu_device_facts *f = facts(srcDevice);

	if (!value || (int)attrib < 1 || (int)attrib >= RGPU_PEER_ATTRIBUTES)
		return CUDA_ERROR_INVALID_VALUE;
	if (!f || !facts(dstDevice) || srcDevice == dstDevice)
		return CUDA_ERROR_INVALID_DEVICE;
	*value = f->peer[rgpu_client.ordinal[dstDevice]][attrib];
	return CUDA_SUCCESS;
}

/* Affinity to a share of the multiprocessors is a service of MPS, which a
 * session is not. */
CUresult
rgpu_do_cuDeviceGetExecAffinitySupport(
	int *pi, CUexecAffinityType type RGPU_UNUSED, CUdevice dev)
{
	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	if (!facts(dev))
		return CUDA_ERROR_INVALID_DEVICE;
	*pi = 0;
	return CUDA_SUCCESS;
}

/* There is nothing to flush: no other device writes into remote memory. */
CUresult
rgpu_do_cuFlushGPUDirectRDMAWrites(
	CUflushGPUDirectRDMAWritesTarget target RGPU_UNUSED,
	CUflushGPUDirectRDMAWritesScope scope RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}
