/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of the software GPU, from the environment, read once:
 *
 *   SOFTGPU_DEVICES     how many devices there are (1; at most 16)
 *   SOFTGPU_NAME        their name
 *   SOFTGPU_CC          the compute capability they claim (12.1)
 *   SOFTGPU_LIBRARY_CC  the one they claim to NVIDIA's libraries (13.0)
 *   SOFTGPU_LIBRARY_SHARED  the most shared memory of a block that they claim
 *                       to these, in bytes (65536)
 *   SOFTGPU_MEM         memory of each, with K, M, G or T (8G)
 *   SOFTGPU_SMS         multiprocessors of each (16)
 *   SOFTGPU_WORKERS     threads that run kernels (the processors)
 *   SOFTGPU_ISA         build of the executor, read by softgpu/ptx/isa.c
 *
 * A value that makes no sense is named in a warning and not used.
 */
#ifndef RGPU_SOFTGPU_SETTINGS_H
#define RGPU_SOFTGPU_SETTINGS_H

#include <stdint.h>

#define RGPU_DEVICES_MAX 16

struct rgpu_settings {
	char name[256];
	int devices, sms, workers;
	int cc, library_cc; /* 121: compute capability 12.1 */
	int library_shared; /* bytes */
	uint64_t memory;    /* bytes a device */
};

/* Never NULL; any thread. */
const struct rgpu_settings *rgpu_settings(void);

#endif
