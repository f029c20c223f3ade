/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client's libnvidia-ml.so.1: what its files share. Facts about devices come
 * with the server's welcome; what changes is asked of the server
 * (protocol/nvml.h) and is NVML_ERROR_NOT_SUPPORTED where that has no NVML.
 *
 * Devices are numbered by PCI address, as NVML does, and CUDA_VISIBLE_DEVICES
 * hides none.
 */
#ifndef RGPU_CLIENT_NVML_NVML_H
#define RGPU_CLIENT_NVML_NVML_H

#include <stdint.h>

#include "common/compiler.h"
#include "libclient/bridge.h"
#include "libclient/nvml/abi.h"

/* A handle points to one of these; they stay where they are. */
struct rgpu_nvml_device {
	unsigned index;
	uint32_t ordinal; /* as the server counts */
	const struct rgpu_device_facts *facts;
};

/* How many devices there are, after initialisation. */
unsigned rgpu_nvml_count(void);

/* Device number index < rgpu_nvml_count(). */
struct rgpu_nvml_device *rgpu_nvml_device_at(unsigned index);

/* What every function does first. NVML_ERROR_UNINITIALIZED without nvmlInit. */
int rgpu_nvml_enter(void);

/* The same, and *device must be a handle of ours: NVML_ERROR_INVALID_ARGUMENT. */
int rgpu_nvml_enter_device(const void *device);

/* The shim, after initialisation. */
const struct rgpu_bridge *rgpu_nvml_bridge(void);

/* Asks the server; where that has no NVML, answers from what is known of the
 * device, or with NVML_ERROR_NOT_SUPPORTED. in may be NULL. */
int rgpu_nvml_ask(const struct rgpu_nvml_device *d, uint32_t query, uint32_t a,
	uint32_t b, const void *in, void *out, uint32_t size);

/* Copies a string to the caller: NVML_ERROR_INSUFFICIENT_SIZE. */
int rgpu_nvml_copy(const char *text, char *out, unsigned length);

/* A device's attribute by its number in the driver API; 0: not known. */
int rgpu_nvml_attribute(const struct rgpu_nvml_device *d, int attribute);

/* Says once for each of our functions that cannot work here that it does not. */
int rgpu_nvml_refuse(const char *name, unsigned char *said);

#endif
