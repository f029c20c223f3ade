/* SPDX-License-Identifier: Apache-2.0 */
/* Handles, names and addresses: constant, so nothing is asked. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cudaabi/visible.h"
#include "libclient/nvml/nvml.h"
#include "protocol/nvml.h"

int
rgpu_nvml_attribute(const struct rgpu_nvml_device *d, int attribute)
{
	return d->facts->attribute[attribute];
}

/* ---- handles ----------------------------------------------------------------- */

static int
count(unsigned *out)
{
	int r = rgpu_nvml_enter();

	if (r || !out)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*out = rgpu_nvml_count();
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetCount(unsigned *deviceCount)
{
	return count(deviceCount);
}

RGPU_EXPORT int
nvmlDeviceGetCount_v2(unsigned *deviceCount)
{
	return count(deviceCount);
}

RGPU_EXPORT int
nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device)
{
	int r = rgpu_nvml_enter();

	if (r || !device || index >= rgpu_nvml_count())
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*device = rgpu_nvml_device_at(index);
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetHandleByIndex(unsigned index, void **device)
{
	return nvmlDeviceGetHandleByIndex_v2(index, device);
}

/* The device that passes; NVML_ERROR_NOT_FOUND. */
static int
search(bool (*is)(struct rgpu_nvml_device *d, const void *what),
	const void *what, void **device)
{
	int r = rgpu_nvml_enter();

	if (r || !device || !what)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	for (unsigned i = 0; i < rgpu_nvml_count(); i++) {
		if (!is(rgpu_nvml_device_at(i), what))
			continue;
		*device = rgpu_nvml_device_at(i);
		return NVML_SUCCESS;
	}
	return NVML_ERROR_NOT_FOUND;
}

static bool
has_uuid_text(struct rgpu_nvml_device *d, const void *what)
{
	char text[RGPU_UUID_TEXT];

	rgpu_uuid_text(d->facts->uuid, text);
	return !strcasecmp(text, what);
}

static bool
has_uuid_bytes(struct rgpu_nvml_device *d, const void *what)
{
	return !memcmp(d->facts->uuid, what, sizeof(d->facts->uuid));
}

static bool
has_serial(struct rgpu_nvml_device *d, const void *what)
{
	char text[RGPU_NVML_TEXT];

	return !rgpu_nvml_ask(d, RGPU_NVML_nvmlDeviceGetSerial, 0, 0, NULL,
		       text, sizeof(text)) &&
		!strncmp(text, what, sizeof(text));
}

static bool
has_address(struct rgpu_nvml_device *d, const void *what)
{
	const unsigned *want = what;

	return (unsigned)rgpu_nvml_attribute(
		       d, CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID) == want[0] &&
		(unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_PCI_BUS_ID) == want[1] &&
		(unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID) == want[2];
}

RGPU_EXPORT int
nvmlDeviceGetHandleByUUID(const char *uuid, void **device)
{
	return search(has_uuid_text, uuid, device);
}

RGPU_EXPORT int
nvmlDeviceGetHandleByUUIDV(const struct rgpu_nvml_uuid *uuid, void **device)
{
	if (!uuid)
		return NVML_ERROR_INVALID_ARGUMENT;
	if (uuid->version != NVML_STRUCT(struct rgpu_nvml_uuid, 1u))
		return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
	switch (uuid->type) {
	case 1: return search(has_uuid_text, uuid->value.text, device);
	case 2: return search(has_uuid_bytes, uuid->value.bytes, device);
	default: return NVML_ERROR_INVALID_ARGUMENT;
	}
}

RGPU_EXPORT int
nvmlDeviceGetHandleBySerial(const char *serial, void **device)
{
	return search(has_serial, serial, device);
}

RGPU_EXPORT int
nvmlDeviceGetHandleByPciBusId_v2(const char *pciBusId, void **device)
{
	unsigned want[4] = {0, 0, 0, 0};

	if (!pciBusId)
		return NVML_ERROR_INVALID_ARGUMENT;
	/* With and without the domain. */
	if (sscanf(pciBusId, "%x:%x:%x.%x", &want[0], &want[1], &want[2],
		    &want[3]) < 3) {
		want[0] = 0;
		if (sscanf(pciBusId, "%x:%x", &want[1], &want[2]) < 2)
			return NVML_ERROR_INVALID_ARGUMENT;
	}
	return search(has_address, want, device);
}

RGPU_EXPORT int
nvmlDeviceGetHandleByPciBusId(const char *pciBusId, void **device)
{
	return nvmlDeviceGetHandleByPciBusId_v2(pciBusId, device);
}

/* ---- names -------------------------------------------------------------------- */

RGPU_EXPORT int
nvmlDeviceGetName(struct rgpu_nvml_device *device, char *name, unsigned length)
{
	int r = rgpu_nvml_enter_device(device);

	return r ? r : rgpu_nvml_copy(device->facts->name, name, length);
}

RGPU_EXPORT int
nvmlDeviceGetUUID(struct rgpu_nvml_device *device, char *uuid, unsigned length)
{
	char text[RGPU_UUID_TEXT];
	int r = rgpu_nvml_enter_device(device);

	if (r)
		return r;
	rgpu_uuid_text(device->facts->uuid, text);
	return rgpu_nvml_copy(text, uuid, length);
}

RGPU_EXPORT int
nvmlDeviceGetIndex(struct rgpu_nvml_device *device, unsigned *index)
{
	int r = rgpu_nvml_enter_device(device);

	if (r || !index)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*index = device->index;
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetCudaComputeCapability(
	struct rgpu_nvml_device *device, int *major, int *minor)
{
	int r = rgpu_nvml_enter_device(device);

	if (r || !major || !minor)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*major = rgpu_nvml_attribute(
		device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
	*minor = rgpu_nvml_attribute(
		device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
	return NVML_SUCCESS;
}

/* By the table of compute capabilities of the CUDA programming guide. */
RGPU_EXPORT int
nvmlDeviceGetArchitecture(struct rgpu_nvml_device *device, unsigned *arch)
{
	static const struct {
		int capability;
		unsigned arch;
	} known[] = {{100, 10}, {90, 9}, {89, 8}, {80, 7}, {75, 6}, {70, 5},
		{60, 4}, {50, 3}, {30, 2}};
	int major, minor;
	int r = nvmlDeviceGetCudaComputeCapability(device, &major, &minor);

	if (r || !arch)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*arch = 0xffffffffu;
	for (size_t i = 0; i < RGPU_COUNT(known); i++) {
		if (major * 10 + minor < known[i].capability)
			continue;
		*arch = known[i].arch;
		break;
	}
	return NVML_SUCCESS;
}

/* ---- PCI ---------------------------------------------------------------------- */

/* What the server's NVML says, but the address is the one CUDA gives. */
static void
describe(struct rgpu_nvml_device *d, struct rgpu_nvml_pci *p)
{
	if (rgpu_nvml_ask(d, RGPU_NVML_nvmlDeviceGetPciInfo_v3, 0, 0, NULL, p,
		    sizeof(*p)))
		memset(p, 0, sizeof(*p));
	p->domain = (unsigned)rgpu_nvml_attribute(
		d, CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID);
	p->bus = (unsigned)rgpu_nvml_attribute(
		d, CU_DEVICE_ATTRIBUTE_PCI_BUS_ID);
	p->device = (unsigned)rgpu_nvml_attribute(
		d, CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID);
	snprintf(p->bus_id_legacy, sizeof(p->bus_id_legacy), "%04X:%02X:%02X.0",
		p->domain & 0xffff, p->bus & 0xff, p->device & 0xff);
	snprintf(p->bus_id, sizeof(p->bus_id), "%08X:%02X:%02X.0", p->domain,
		p->bus & 0xff, p->device & 0xff);
}

RGPU_EXPORT int
nvmlDeviceGetPciInfo_v3(
	struct rgpu_nvml_device *device, struct rgpu_nvml_pci *pci)
{
	int r = rgpu_nvml_enter_device(device);

	if (r || !pci)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	describe(device, pci);
	return NVML_SUCCESS;
}

/* The older structures end where the long bus id begins. */
RGPU_EXPORT int
nvmlDeviceGetPciInfo_v2(
	struct rgpu_nvml_device *device, struct rgpu_nvml_pci *pci)
{
	struct rgpu_nvml_pci p;
	int r = rgpu_nvml_enter_device(device);

	if (r || !pci)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	describe(device, &p);
	memcpy(pci, &p, offsetof(struct rgpu_nvml_pci, bus_id));
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetPciInfo(struct rgpu_nvml_device *device, struct rgpu_nvml_pci *pci)
{
	struct rgpu_nvml_pci p;
	int r = rgpu_nvml_enter_device(device);

	if (r || !pci)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	describe(device, &p);
	memcpy(pci, &p, offsetof(struct rgpu_nvml_pci, subsystem_id));
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetPciInfoExt(
	struct rgpu_nvml_device *device, struct rgpu_nvml_pci_ext *pci)
{
	struct rgpu_nvml_pci p;
	int r = rgpu_nvml_enter_device(device);

	if (r || !pci)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	if (pci->version != NVML_STRUCT(struct rgpu_nvml_pci_ext, 1u))
		return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
	describe(device, &p);
	pci->domain = p.domain;
	pci->bus = p.bus;
	pci->device = p.device;
	pci->device_id = p.device_id;
	pci->subsystem_id = p.subsystem_id;
	/* A 3D controller, the class of a GPU without a screen. */
	pci->base_class = 3;
	pci->sub_class = 2;
	memcpy(pci->bus_id, p.bus_id, sizeof(pci->bus_id));
	return NVML_SUCCESS;
}
