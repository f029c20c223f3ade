/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of devices: made up, and checked. */
#include "config.h"
#include "tests/fuzz/facts-check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

void
rgpu_fuzz_make_facts(uint32_t devices, struct rgpu_facts *facts)
{
	facts->driver_version = 13000;
	facts->device_count = devices;
	facts->device = rgpu_fuzz_alloc(devices * sizeof(*facts->device));
	for (uint32_t i = 0; i < devices; i++) {
		struct rgpu_device_facts *d = &facts->device[i];

		snprintf(d->name, sizeof(d->name), "NVIDIA %u", i);
		memset(d->uuid, (int)(0x40 + i), sizeof(d->uuid));
		d->total_memory = UINT64_C(0x100000000) * (i + 1);
		for (uint32_t k = i; k < RGPU_ATTRIBUTES; k += 11 + i) {
			d->attribute[k] = (int32_t)(k * 3 - i);
			d->has_attribute[k] = 1;
		}
		d->ptx_alone = i & 1;
		for (uint32_t k = i; k < RGPU_ATTRIBUTES * (i & 1); k += 37) {
			d->claim[k] = (int32_t)(k * 5 - i);
			d->has_claim[k] = 1;
		}
		for (uint32_t p = 0; p < devices; p++)
			d->peer[p][i % RGPU_PEER_ATTRIBUTES] = (int32_t)p;
	}
}

static void
check_device(const struct rgpu_device_facts *d, uint32_t count)
{
	static const int32_t none[RGPU_PEER_ATTRIBUTES];

	FUZZ_CHECK(memchr(d->name, 0, sizeof(d->name)));
	for (int k = 0; k < RGPU_ATTRIBUTES; k++) {
		FUZZ_CHECK(d->has_attribute[k] <= 1);
		FUZZ_CHECK(d->has_attribute[k] || !d->attribute[k]);
		FUZZ_CHECK(d->has_claim[k] <= d->ptx_alone);
		FUZZ_CHECK(d->has_claim[k] || !d->claim[k]);
	}
	for (uint32_t i = count; i < RGPU_DEVICES_MAX; i++)
		FUZZ_CHECK(!memcmp(d->peer[i], none, sizeof(none)));
}

void
rgpu_fuzz_check_facts(const struct rgpu_facts *facts)
{
	uint32_t n = facts->device_count;
	size_t bound = rgpu_facts_bound(n);
	uint8_t *bytes;
	struct rgpu_enc e;
	struct rgpu_dec d;
	struct rgpu_facts back;

	FUZZ_CHECK(n <= RGPU_DEVICES_MAX && facts->device);
	for (uint32_t i = 0; i < n; i++)
		check_device(&facts->device[i], n);
	bytes = rgpu_fuzz_alloc(bound);
	e = rgpu_enc_init(bytes, bound);
	rgpu_facts_put(&e, facts);
	FUZZ_CHECK(!e.bad);
	d = rgpu_dec_init(bytes, e.pos);
	FUZZ_CHECK(!rgpu_facts_get(&d, &back) && !rgpu_dec_end(&d));
	FUZZ_CHECK(back.device_count == n &&
		back.driver_version == facts->driver_version);
	FUZZ_CHECK(
		!memcmp(back.device, facts->device, n * sizeof(*back.device)));
	rgpu_facts_free(&back);
	free(bytes);
}
