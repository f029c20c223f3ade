/* SPDX-License-Identifier: Apache-2.0 */
/* cuDevice*: what devices there are and what they can do. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/compiler.h"
#include "cudaabi/caller.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/device.h"
#include "softgpu/settings.h"

static int
attribute(const struct rgpu_device *d, CUdevice_attribute which)
{
	int value = 0;

	rgpu_device_attribute(d, which, &value);
	return value;
}

CUresult
rgpu_do_cuDeviceGet(CUdevice *device, int ordinal)
{
	if (!device)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(ordinal))
		return CUDA_ERROR_INVALID_DEVICE;
	*device = ordinal;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetCount(int *count)
{
	if (!count)
		return CUDA_ERROR_INVALID_VALUE;
	*count = rgpu_device_count();
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetName(char *name, int len, CUdevice dev)
{
	if (!name || len <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(dev))
		return CUDA_ERROR_INVALID_DEVICE;
	snprintf(name, (size_t)len, "%s", rgpu_settings()->name);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice dev)
{
	const struct rgpu_device *d = rgpu_device_get(dev);

	if (!uuid)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	memcpy(uuid->bytes, d->uuid, sizeof(uuid->bytes));
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceTotalMem_v2(size_t *bytes, CUdevice dev)
{
	const struct rgpu_device *d = rgpu_device_get(dev);

	if (!bytes)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	*bytes = (size_t)d->memory;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetAttribute(int *pi, CUdevice_attribute attrib, CUdevice dev)
{
	const struct rgpu_device *d = rgpu_device_get(dev);
	int claim;

	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	if ((int)attrib >= RGPU_ATTRIBUTE_PTX_ALONE)
		return rgpu_device_claim(
			(int)attrib - RGPU_ATTRIBUTE_PTX_ALONE, pi);
	if (!rgpu_device_claim((int)attrib, &claim) &&
		rgpu_called_by_library()) {
		*pi = claim;
		return CUDA_SUCCESS;
	}
	return rgpu_device_attribute(d, attrib, pi);
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
	const struct rgpu_device *d = rgpu_device_get(dev);

	if (!prop)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	*prop = (CUdevprop){
		.maxThreadsPerBlock = RGPU_THREADS_PER_BLOCK,
		.maxThreadsDim = {RGPU_THREADS_PER_BLOCK,
			RGPU_THREADS_PER_BLOCK, RGPU_BLOCK_Z_MAX},
		.maxGridSize = {RGPU_GRID_X_MAX, RGPU_GRID_YZ_MAX,
			RGPU_GRID_YZ_MAX},
		.sharedMemPerBlock = RGPU_SHARED_PER_BLOCK,
		.totalConstantMemory = RGPU_CONST_BYTES,
		.SIMDWidth = RGPU_WARP_SIZE,
		.memPitch = RGPU_PITCH_MAX,
		.regsPerBlock = RGPU_REGISTERS_PER_SM,
		.clockRate = attribute(d, CU_DEVICE_ATTRIBUTE_CLOCK_RATE),
		.textureAlign =
			attribute(d, CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT),
	};
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetPCIBusId(char *pciBusId, int len, CUdevice dev)
{
	const struct rgpu_device *d = rgpu_device_get(dev);
	char text[16];
	int n;

	if (!pciBusId || len <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	if (!d)
		return CUDA_ERROR_INVALID_DEVICE;
	n = snprintf(text, sizeof(text), "0000:%02X:00.0",
		(unsigned)attribute(d, CU_DEVICE_ATTRIBUTE_PCI_BUS_ID));
	if (n >= len)
		return CUDA_ERROR_INVALID_VALUE;
	memcpy(pciBusId, text, (size_t)n + 1);
	return CUDA_SUCCESS;
}

/* The three forms of the manual; the function may be left out. */
static int
parse_pci(const char *text, unsigned *domain, unsigned *bus, unsigned *slot)
{
	unsigned function = 0;

	*domain = 0;
	if (sscanf(text, "%x:%x:%x.%x", domain, bus, slot, &function) >= 3)
		return 0;
	*domain = 0;
	return sscanf(text, "%x:%x.%x", bus, slot, &function) >= 2 ? 0 : -1;
}

CUresult
rgpu_do_cuDeviceGetByPCIBusId(CUdevice *dev, const char *pciBusId)
{
	unsigned domain, bus, slot;

	if (!dev || !pciBusId || parse_pci(pciBusId, &domain, &bus, &slot))
		return CUDA_ERROR_INVALID_VALUE;
	for (int i = 0; i < rgpu_device_count(); i++) {
		if (domain == 0 && slot == 0 &&
			(int)bus ==
				attribute(rgpu_device_get(i),
					CU_DEVICE_ATTRIBUTE_PCI_BUS_ID)) {
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
	if (!canAccessPeer)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(dev) || !rgpu_device_get(peerDev))
		return CUDA_ERROR_INVALID_DEVICE;
	*canAccessPeer = dev != peerDev;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuDeviceGetP2PAttribute(int *value, CUdevice_P2PAttribute attrib,
	CUdevice srcDevice, CUdevice dstDevice)
{
	if (!value)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(srcDevice) || !rgpu_device_get(dstDevice) ||
		srcDevice == dstDevice)
		return CUDA_ERROR_INVALID_DEVICE;
	switch (attrib) {
	case CU_DEVICE_P2P_ATTRIBUTE_ACCESS_SUPPORTED:
	case CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED:
		*value = 1;
		return CUDA_SUCCESS;
	case CU_DEVICE_P2P_ATTRIBUTE_PERFORMANCE_RANK:
	case CU_DEVICE_P2P_ATTRIBUTE_CUDA_ARRAY_ACCESS_SUPPORTED:
	case CU_DEVICE_P2P_ATTRIBUTE_ONLY_PARTIAL_NATIVE_ATOMIC_SUPPORTED:
		*value = 0;
		return CUDA_SUCCESS;
	}
	return CUDA_ERROR_INVALID_VALUE;
}

CUresult
rgpu_do_cuDeviceGetExecAffinitySupport(
	int *pi, CUexecAffinityType type RGPU_UNUSED, CUdevice dev)
{
	if (!pi)
		return CUDA_ERROR_INVALID_VALUE;
	if (!rgpu_device_get(dev))
		return CUDA_ERROR_INVALID_DEVICE;
	*pi = 0;
	return CUDA_SUCCESS;
}

/* Device memory is host memory: there is nothing on its way. */
CUresult
rgpu_do_cuFlushGPUDirectRDMAWrites(
	CUflushGPUDirectRDMAWritesTarget target RGPU_UNUSED,
	CUflushGPUDirectRDMAWritesScope scope RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}
