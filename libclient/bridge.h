/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How libnvidia-ml.so.1 of the client reaches the connection: through a table
 * that the shim gives out by cuGetExportTable(), as NVIDIA's own libraries get at
 * theirs. So a process has one connection whoever asks first, libcuda.so.1
 * exports nothing but the driver API, and NVML costs nothing where it is not used.
 */
#ifndef RGPU_CLIENT_BRIDGE_H
#define RGPU_CLIENT_BRIDGE_H

#include <stdbool.h>

#include "cudaabi/gen/cuda-abi.h"
#include "protocol/hello.h"

#define RGPU_BRIDGE_ID                                                      \
	{                                                                   \
		0x72, 0x67, 0x70, 0x75, 0x2d, 0x6e, 0x76, 0x6d, 0x6c, 0x2d, \
			0x62, 0x72, 0x69, 0x64, 0x67, 0x65                  \
	}

struct rgpu_bridge_question {
	uint32_t query;	 /* enum rgpu_nvml_query */
	uint32_t device; /* as the server counts */
	uint32_t a, b;
	const void *data; /* the structure that goes, or NULL */
	uint32_t data_size;
};

struct rgpu_bridge {
	size_t size;	     /* of this structure */
	const char *release; /* both libraries must be of one */
	/* Connects if that has not been done; the shim logs why not. */
	CUresult (*connect)(void);
	/* What the server said; valid after connect(), as long as the process. */
	const struct rgpu_welcome *(*welcome)(void);
	/* An nvmlReturn_t. With 0, size bytes of answer are there; an answer of
	 * another size is an error. */
	int (*ask)(const struct rgpu_bridge_question *q, void *answer,
		uint32_t size);
	/* Whether this process has a context on the device. */
	bool (*uses)(uint32_t device);
};

#endif
