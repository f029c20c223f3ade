/* SPDX-License-Identifier: Apache-2.0 */
/* How devices reach each other, and the fabric between machines. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "libclient/nvml/nvml.h"
#include "protocol/nvml.h"

enum { P2P_OK = 0, P2P_NOT_SUPPORTED = 5, P2P_UNKNOWN = 6 };
enum { P2P_READ, P2P_WRITE, P2P_NVLINK, P2P_ATOMICS, P2P_PROP };

#define FABRIC_NOT_SUPPORTED 0
#define FABRIC_V2_SIZE	     offsetof(struct rgpu_nvml_fabric_v, summary)
#define FABRIC_VERSION(v, n) ((unsigned)(n) | (v) << 24)

static int
enter_both(const struct rgpu_nvml_device *a, const struct rgpu_nvml_device *b)
{
	int r = rgpu_nvml_enter_device(a);

	return r ? r : rgpu_nvml_enter_device(b);
}

/* Without NVML the driver says which peers a device can reach. */
static unsigned
status_by_driver(const struct rgpu_nvml_device *a,
	const struct rgpu_nvml_device *b, unsigned index)
{
	const int32_t *peer = a->facts->peer[b->ordinal];

	switch (index) {
	case P2P_READ:
	case P2P_WRITE:
	case P2P_PROP: return peer[0] ? P2P_OK : P2P_NOT_SUPPORTED;
	case P2P_ATOMICS:
		return peer[CU_DEVICE_P2P_ATTRIBUTE_NATIVE_ATOMIC_SUPPORTED]
			? P2P_OK
			: P2P_NOT_SUPPORTED;
	case P2P_NVLINK: return P2P_NOT_SUPPORTED;
	default: return P2P_UNKNOWN;
	}
}

RGPU_EXPORT int
nvmlDeviceGetP2PStatus(struct rgpu_nvml_device *device1,
	struct rgpu_nvml_device *device2, unsigned p2pIndex,
	unsigned *p2pStatus)
{
	int r = enter_both(device1, device2);

	if (r || !p2pStatus)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	if (device1 == device2) {
		*p2pStatus = P2P_OK;
		return NVML_SUCCESS;
	}
	r = rgpu_nvml_ask(device1, RGPU_NVML_nvmlDeviceGetP2PStatus, p2pIndex,
		device2->ordinal, NULL, p2pStatus, sizeof(*p2pStatus));
	if (r != NVML_ERROR_NOT_SUPPORTED)
		return r;
	*p2pStatus = status_by_driver(device1, device2, p2pIndex);
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetTopologyCommonAncestor(struct rgpu_nvml_device *device1,
	struct rgpu_nvml_device *device2, unsigned *pathInfo)
{
	int r = enter_both(device1, device2);

	if (r || !pathInfo)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	return rgpu_nvml_ask(device1,
		RGPU_NVML_nvmlDeviceGetTopologyCommonAncestor, 0,
		device2->ordinal, NULL, pathInfo, sizeof(*pathInfo));
}

RGPU_EXPORT int
nvmlDeviceOnSameBoard(struct rgpu_nvml_device *device1,
	struct rgpu_nvml_device *device2, int *onSameBoard)
{
	int r = enter_both(device1, device2);

	if (r || !onSameBoard)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	return rgpu_nvml_ask(device1, RGPU_NVML_nvmlDeviceOnSameBoard, 0,
		device2->ordinal, NULL, onSameBoard, sizeof(*onSameBoard));
}

RGPU_EXPORT int
nvmlDeviceGetTopologyNearestGpus(struct rgpu_nvml_device *device,
	unsigned level, unsigned *count, struct rgpu_nvml_device **deviceArray)
{
	unsigned room, found = 0, ancestor;
	int r = rgpu_nvml_enter_device(device);

	if (r || !count || (*count && !deviceArray))
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	room = *count;
	for (unsigned i = 0; i < rgpu_nvml_count(); i++) {
		struct rgpu_nvml_device *other = rgpu_nvml_device_at(i);

		if (other == device)
			continue;
		r = nvmlDeviceGetTopologyCommonAncestor(
			device, other, &ancestor);
		if (r)
			return r;
		if (ancestor != level)
			continue;
		if (found < room)
			deviceArray[found] = other;
		found++;
	}
	*count = room && found > room ? room : found;
	return NVML_SUCCESS;
}

/*
 * The fabric joins GPUs of several machines by handles that do not leave the
 * server: whatever its GPUs have, a client has none of it. NCCL then uses what
 * works between the devices of one server.
 */
RGPU_EXPORT int
nvmlDeviceGetGpuFabricInfo(
	struct rgpu_nvml_device *device, struct rgpu_nvml_fabric *info)
{
	int r = rgpu_nvml_enter_device(device);

	if (r || !info)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	memset(info, 0, sizeof(*info));
	info->state = FABRIC_NOT_SUPPORTED;
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetGpuFabricInfoV(
	struct rgpu_nvml_device *device, struct rgpu_nvml_fabric_v *info)
{
	int r = rgpu_nvml_enter_device(device);
	unsigned version;

	if (r || !info)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	version = info->version;
	if (version != FABRIC_VERSION(2u, FABRIC_V2_SIZE) &&
		version != FABRIC_VERSION(3u, sizeof(*info)))
		return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
	memset(info, 0, NVML_VERSION_SIZE(version));
	info->version = version;
	info->state = FABRIC_NOT_SUPPORTED;
	return NVML_SUCCESS;
}
