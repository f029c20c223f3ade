/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to the self-test of the CUDA runtime (error 103,
 * cudaErrorSoftwareValidityNotEstablished, documents it as a test of runtime and
 * driver). Without it no program that uses cudart runs on a driver library that
 * is not NVIDIA's. It is kept in this one file and its caller; whoever
 * distributes binaries should read the CUDA EULA.
 *
 * Measured with libcudart 13.0, static and shared, one and three devices. The
 * key and the fixed answers are published facts (sources of ZLUDA).
 */
#ifndef RGPU_CUDAABI_SELFTEST_H
#define RGPU_CUDAABI_SELFTEST_H

#include "cudaabi/gen/cuda-abi.h"

struct rgpu_selftest_device {
	uint8_t uuid[16];
	int32_t pci_domain, pci_bus, pci_device;
};

struct rgpu_selftest {
	uint32_t driver_version; /* as cuDriverGetVersion gives it */
	uint32_t version;	 /* argument */
	uint64_t seconds;	 /* argument: time(0) of the caller */
	const void *cudart_table, *integrity_table, *integrity_function;
	const struct rgpu_selftest_device *devices; /* visible, in order */
	size_t device_count;
};

/* Writes the 16 bytes the runtime expects. CUDA_ERROR_OUT_OF_MEMORY is the only
 * failure. Uses getpid() and pthread_self() of the caller. */
CUresult rgpu_selftest_answer(const struct rgpu_selftest *in, uint8_t out[16]);

#endif
