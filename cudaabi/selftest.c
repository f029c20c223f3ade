/* SPDX-License-Identifier: Apache-2.0 */
/* The self-test of the CUDA runtime; see the header. */
#include "config.h"
#include "cudaabi/selftest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cudaabi/md2.h"

#define HEAD   48 /* bytes before the devices */
#define DEVICE 28 /* bytes for a device */

static const uint8_t key[16] = {
	0x14,
	0x6a,
	0xdd,
	0xae,
	0x53,
	0xa9,
	0xa7,
	0x52,
	0xaa,
	0x08,
	0x41,
	0x36,
	0x0b,
	0xf5,
	0x5a,
	0x9f,
};

static uint8_t *
put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
	return p + sizeof(v);
}

static uint8_t *
put64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
	return p + sizeof(v);
}

/* The message, all little endian (x86-64 and aarch64 are), no padding. */
static uint8_t *
message(const struct rgpu_selftest *in, uint8_t *p)
{
	p = put32(p, in->driver_version);
	p = put32(p, in->version);
	p = put32(p, (uint32_t)getpid());
	p = put32(p, (uint32_t)pthread_self());
	p = put64(p, (uintptr_t)in->cudart_table);
	p = put64(p, (uintptr_t)in->integrity_table);
	p = put64(p, (uintptr_t)in->integrity_function);
	p = put64(p, in->seconds);
	for (size_t i = 0; i < in->device_count; i++) {
		const struct rgpu_selftest_device *d = &in->devices[i];

		memcpy(p, d->uuid, sizeof(d->uuid));
		p += sizeof(d->uuid);
		p = put32(p, (uint32_t)d->pci_domain);
		p = put32(p, (uint32_t)d->pci_bus);
		p = put32(p, (uint32_t)d->pci_device);
	}
	return p;
}

CUresult
rgpu_selftest_answer(const struct rgpu_selftest *in, uint8_t out[16])
{
	uint8_t *m, *end;

	if (in->version % 10 < 2) {
		put64(out,
			in->version % 10 ? 0x1841181c03cb675cu
					 : 0x3341181c03cb675cu);
		put64(out + 8, 0x8ed383aa1f4cd1e8u);
		return CUDA_SUCCESS;
	}
	m = malloc(HEAD + DEVICE * in->device_count);
	if (!m)
		return CUDA_ERROR_OUT_OF_MEMORY;
	end = message(in, m);
	rgpu_hmac_md2(key, m, (size_t)(end - m), out);
	free(m);
	return CUDA_SUCCESS;
}
