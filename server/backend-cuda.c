/* SPDX-License-Identifier: Apache-2.0 */
/* The real driver: NVIDIA's libcuda.so.1. */
#include "config.h"
#include "server/backend.h"

static int
cuda_open(struct rgpu_driver *driver, const char *library)
{
	return rgpu_backend_load(driver, library ? library : "libcuda.so.1");
}

const struct rgpu_backend rgpu_backend_cuda = {
	.name = "cuda",
	.open = cuda_open,
};
