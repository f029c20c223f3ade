/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of all devices. */
#include "config.h"
#include "server/device-facts.h"

#include <stdlib.h>
#include <string.h>

#include "cudaabi/caller.h"

/* A real driver knows no such attribute: then there are no claims. */
static void
query_claims(const struct rgpu_driver *driver, CUdevice dev,
	struct rgpu_device_facts *f)
{
	int value = 0;

	if (driver->cuDeviceGetAttribute(&value,
		    (CUdevice_attribute)RGPU_ATTRIBUTE_PTX_ALONE, dev) ||
		value != 1)
		return;
	f->ptx_alone = 1;
	for (int i = 1; i < RGPU_ATTRIBUTES; i++) {
		if (driver->cuDeviceGetAttribute(&value,
			    (CUdevice_attribute)(RGPU_ATTRIBUTE_PTX_ALONE + i),
			    dev))
			continue;
		f->claim[i] = value;
		f->has_claim[i] = 1;
	}
}

static CUresult
query_device(const struct rgpu_driver *driver, CUdevice dev,
	struct rgpu_device_facts *f)
{
	size_t total = 0;
	CUuuid uuid;
	CUresult r;

	r = driver->cuDeviceGetName(f->name, sizeof(f->name), dev);
	if (!r)
		r = driver->cuDeviceTotalMem_v2(&total, dev);
	if (!r)
		r = driver->cuDeviceGetUuid_v2(&uuid, dev);
	if (r)
		return r;
	f->name[sizeof(f->name) - 1] = '\0';
	f->total_memory = total;
	memcpy(f->uuid, &uuid, sizeof(f->uuid));
	for (int i = 1; i < RGPU_ATTRIBUTES; i++) {
		int value;

		/* A number the driver does not know is an error, no fact. */
		if (driver->cuDeviceGetAttribute(
			    &value, (CUdevice_attribute)i, dev))
			continue;
		f->attribute[i] = value;
		f->has_attribute[i] = 1;
	}
	query_claims(driver, dev, f);
	return CUDA_SUCCESS;
}

static void
query_peers(const struct rgpu_driver *driver, struct rgpu_facts *facts,
	CUdevice dev)
{
	for (int p = 0; p < (int)facts->device_count; p++) {
		int32_t *peer = facts->device[dev].peer[p];

		if (p == dev)
			continue;
		driver->cuDeviceCanAccessPeer(&peer[0], dev, p);
		for (int k = 1; k < RGPU_PEER_ATTRIBUTES; k++)
			driver->cuDeviceGetP2PAttribute(
				&peer[k], (CUdevice_P2PAttribute)k, dev, p);
	}
}

CUresult
rgpu_device_facts_query(
	const struct rgpu_driver *driver, struct rgpu_facts *facts)
{
	int count = 0;
	CUresult r;

	memset(facts, 0, sizeof(*facts));
	r = driver->cuDriverGetVersion(&facts->driver_version);
	if (!r)
		r = driver->cuDeviceGetCount(&count);
	if (r)
		return r;
	if (count > RGPU_DEVICES_MAX)
		count = RGPU_DEVICES_MAX;
	facts->device = calloc((size_t)count + 1, sizeof(*facts->device));
	if (!facts->device)
		return CUDA_ERROR_OUT_OF_MEMORY;
	facts->device_count = (uint32_t)count;
	for (int i = 0; i < count && !r; i++)
		r = query_device(driver, i, &facts->device[i]);
	for (int i = 0; i < count && !r; i++)
		query_peers(driver, facts, i);
	if (r)
		rgpu_facts_free(facts);
	return r;
}
