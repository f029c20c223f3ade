/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a server's devices on the wire. */
#include "config.h"
#include "protocol/facts.h"

#include <stdlib.h>

#include "common/error.h"

size_t
rgpu_facts_bound(uint32_t n)
{
	size_t device = RGPU_DEVICE_NAME + 64 + 2 * RGPU_ATTRIBUTES * 8 +
		n * RGPU_PEER_ATTRIBUTES * 4;

	return 32 + n * device;
}

/* Of attributes: how many there are, then number and value of each. */
static void
put_attributes(struct rgpu_enc *e, const int32_t *value, const uint8_t *has)
{
	uint32_t known = 0;

	for (uint32_t i = 0; i < RGPU_ATTRIBUTES; i++)
		known += has[i] != 0;
	rgpu_put_u32(e, known);
	for (uint32_t i = 0; i < RGPU_ATTRIBUTES; i++) {
		if (!has[i])
			continue;
		rgpu_put_u32(e, i);
		rgpu_put_i32(e, value[i]);
	}
}

static void
put_device(struct rgpu_enc *e, const struct rgpu_device_facts *d, uint32_t n)
{
	rgpu_put_cstr(e, d->name);
	rgpu_put_bytes(e, d->uuid, sizeof(d->uuid));
	rgpu_put_u64(e, d->total_memory);
	put_attributes(e, d->attribute, d->has_attribute);
	rgpu_put_u32(e, d->ptx_alone);
	put_attributes(e, d->claim, d->has_claim);
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < RGPU_PEER_ATTRIBUTES; k++)
			rgpu_put_i32(e, d->peer[i][k]);
	}
}

void
rgpu_facts_put(struct rgpu_enc *e, const struct rgpu_facts *f)
{
	rgpu_put_i32(e, f->driver_version);
	rgpu_put_u32(e, f->device_count);
	for (uint32_t i = 0; i < f->device_count; i++)
		put_device(e, &f->device[i], f->device_count);
}

static void
get_attributes(struct rgpu_dec *d, int32_t *value, uint8_t *has)
{
	uint32_t known = rgpu_get_u32(d);

	for (uint32_t i = 0; i < known && !d->bad; i++) {
		uint32_t id = rgpu_get_u32(d);
		int32_t v = rgpu_get_i32(d);

		if (id >= RGPU_ATTRIBUTES) {
			d->bad = true;
			return;
		}
		value[id] = v;
		has[id] = 1;
	}
}

/* No claims without the word that the device runs PTX alone. */
static void
get_claims(struct rgpu_dec *d, struct rgpu_device_facts *f)
{
	static const uint8_t none[RGPU_ATTRIBUTES];
	uint32_t alone = rgpu_get_u32(d);

	get_attributes(d, f->claim, f->has_claim);
	f->ptx_alone = alone == 1;
	if (alone > 1 || (!alone && memcmp(f->has_claim, none, sizeof(none))))
		d->bad = true;
}

static void
get_device(struct rgpu_dec *d, struct rgpu_device_facts *f, uint32_t n)
{
	const char *name = rgpu_get_cstr(d);
	uint32_t size = 0;
	const void *uuid = rgpu_get_bytes(d, &size);

	if (d->bad || strlen(name) >= sizeof(f->name) ||
		size != sizeof(f->uuid)) {
		d->bad = true;
		return;
	}
	strcpy(f->name, name);
	memcpy(f->uuid, uuid, sizeof(f->uuid));
	f->total_memory = rgpu_get_u64(d);
	get_attributes(d, f->attribute, f->has_attribute);
	get_claims(d, f);
	for (uint32_t i = 0; i < n; i++) {
		for (int k = 0; k < RGPU_PEER_ATTRIBUTES; k++)
			f->peer[i][k] = rgpu_get_i32(d);
	}
}

int
rgpu_facts_get(struct rgpu_dec *d, struct rgpu_facts *f)
{
	f->driver_version = rgpu_get_i32(d);
	f->device_count = rgpu_get_u32(d);
	f->device = NULL;
	if (d->bad || f->device_count > RGPU_DEVICES_MAX)
		return rgpu_error("damaged list of devices");
	f->device = calloc(f->device_count + 1, sizeof(*f->device));
	if (!f->device)
		return rgpu_error("out of memory");
	for (uint32_t i = 0; i < f->device_count; i++)
		get_device(d, &f->device[i], f->device_count);
	if (d->bad) {
		rgpu_facts_free(f);
		return rgpu_error("damaged list of devices");
	}
	return 0;
}

void
rgpu_facts_free(struct rgpu_facts *f)
{
	free(f->device);
	f->device = NULL;
	f->device_count = 0;
}
