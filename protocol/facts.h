/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything constant about a server's devices, asked once and sent with the
 * welcome: so a program's hundreds of attribute queries (111 a copy of cudart
 * and device, measured with CUDA 13.0) cost no round trip.
 */
#ifndef RGPU_PROTOCOL_FACTS_H
#define RGPU_PROTOCOL_FACTS_H

#include <stdint.h>
#include "protocol/codec.h"

#define RGPU_DEVICES_MAX     64
#define RGPU_DEVICE_NAME     256
#define RGPU_ATTRIBUTES	     256 /* CUdevice_attribute 1..148 in CUDA 13.0 */
#define RGPU_PEER_ATTRIBUTES 6 /* CUdevice_P2PAttribute 1..5; [0]: can access */

struct rgpu_device_facts {
	char name[RGPU_DEVICE_NAME];
	uint8_t uuid[16];
	uint64_t total_memory;
	int32_t attribute[RGPU_ATTRIBUTES];
	uint8_t has_attribute[RGPU_ATTRIBUTES];
	/* What NVIDIA's libraries are told instead, which choose between SASS
	 * and PTX by it. Only a device that runs PTX alone has any. */
	uint8_t ptx_alone;
	int32_t claim[RGPU_ATTRIBUTES];
	uint8_t has_claim[RGPU_ATTRIBUTES];
	/* Towards each device of the server. */
	int32_t peer[RGPU_DEVICES_MAX][RGPU_PEER_ATTRIBUTES];
};

struct rgpu_facts {
	int32_t driver_version;
	uint32_t device_count;
	struct rgpu_device_facts *device; /* device_count of them; owned */
};

/* An upper bound of the encoding of n devices, bytes. */
size_t rgpu_facts_bound(uint32_t n);
void rgpu_facts_put(struct rgpu_enc *e, const struct rgpu_facts *f);

/* -1 with rgpu_error(): damaged, or no memory; nothing to free then. */
int rgpu_facts_get(struct rgpu_dec *d, struct rgpu_facts *f);
void rgpu_facts_free(struct rgpu_facts *f);

#endif
