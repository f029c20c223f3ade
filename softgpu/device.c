/* SPDX-License-Identifier: Apache-2.0 */
/* The table of devices. */
#include "config.h"
#include "softgpu/device.h"

#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/log.h"
#include "cudaabi/visible.h"
#include "softgpu/context.h"
#include "softgpu/settings.h"

static struct rgpu_device devices[RGPU_DEVICES_MAX];
static int device_count;

/* The same in every process and on every host, so that a list of UUIDs in
 * CUDA_VISIBLE_DEVICES goes on working; version 8 is "custom" (RFC 9562). */
static void
make_uuid(int index, uint8_t uuid[16])
{
	static const uint8_t base[16] = {0x72, 0x67, 0x70, 0x75, 0x00, 0x00,
		0x80, 0x00, 0x80, 0x73, 0x6f, 0x66, 0x74, 0x67, 0x70, 0x75};

	memcpy(uuid, base, sizeof(base));
	uuid[5] = (uint8_t)index;
}

CUresult
rgpu_devices_open(void)
{
	const struct rgpu_settings *set = rgpu_settings();
	uint8_t uuids[RGPU_DEVICES_MAX][16];
	int visible[RGPU_DEVICES_MAX];
	int n;

	for (int i = 0; i < set->devices; i++)
		make_uuid(i, uuids[i]);
	n = rgpu_visible_devices(getenv("CUDA_VISIBLE_DEVICES"), set->devices,
		(const uint8_t(*)[16])uuids, visible);
	if (n == 0) {
		rgpu_warn("CUDA_VISIBLE_DEVICES shows none of the %d devices",
			set->devices);
		return CUDA_ERROR_NO_DEVICE;
	}
	for (int i = 0; i < n; i++) {
		struct rgpu_device *d = &devices[i];

		d->ordinal = i;
		d->index = visible[i];
		d->memory = set->memory;
		memcpy(d->uuid, uuids[d->index], sizeof(d->uuid));
		pthread_mutex_init(&d->primary_lock, NULL);
		if (!d->primary)
			d->primary = rgpu_context_new(d, true);
		if (!d->primary)
			return CUDA_ERROR_OUT_OF_MEMORY;
	}
	device_count = n;
	return CUDA_SUCCESS;
}

int
rgpu_device_count(void)
{
	return device_count;
}

struct rgpu_device *
rgpu_device_get(CUdevice ordinal)
{
	return ordinal < 0 || ordinal >= device_count ? NULL
						      : &devices[ordinal];
}
