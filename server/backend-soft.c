/* SPDX-License-Identifier: Apache-2.0 */
/* The software GPU: our own libcuda.so.1 that runs PTX on the CPU. */
#include "config.h"
#include "server/backend.h"

#include <stdlib.h>

static int
soft_open(struct rgpu_driver *driver, const char *library)
{
	if (!library)
		library = getenv("RGPU_SOFTGPU"); /* a build tree */
	return rgpu_backend_load(driver,
		library ? library : RGPU_PKGLIBDIR "/softgpu/libcuda.so.1");
}

const struct rgpu_backend rgpu_backend_soft = {
	.name = "soft",
	.open = soft_open,
};
