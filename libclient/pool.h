/* SPDX-License-Identifier: Apache-2.0 */
/* Memory pools, and which one each device allocates from. */
#ifndef RGPU_CLIENT_POOL_H
#define RGPU_CLIENT_POOL_H

#include <stdbool.h>

#include "libclient/objects.h"

struct rgpu_pool {
	uint64_t id;
	CUdevice dev; /* as the application counts */
	bool is_default;
};

/* The pool that cuMemAllocAsync takes from on a device: what was set, or its
 * default one. */
CUresult rgpu_pool_current(CUdevice dev, uint64_t *id);

#endif
