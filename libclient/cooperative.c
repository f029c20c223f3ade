/* SPDX-License-Identifier: Apache-2.0 */
/* How many blocks fit on a device at once, asked once for each shape. */
#include "config.h"
#include "libclient/cooperative.h"

#include <pthread.h>

#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"

/* Protects the answers and the number of times that they were made void. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t changes;

static int
processors(CUdevice dev)
{
	return rgpu_client.welcome.facts.device[rgpu_client.ordinal[dev]]
		.attribute[CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT];
}

static bool
known(struct rgpu_function *f, struct rgpu_resident *shape)
{
	bool same;

	pthread_mutex_lock(&lock);
	shape->changes = changes;
	same = f->resident.changes == changes &&
		f->resident.threads == shape->threads &&
		f->resident.shared == shape->shared &&
		f->resident.dev == shape->dev;
	shape->blocks = f->resident.blocks;
	pthread_mutex_unlock(&lock);
	return same;
}

static CUresult
blocks_of(struct rgpu_function *f, const struct rgpu_context *c,
	struct rgpu_resident *shape)
{
	struct rgpu_args_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags
		a = {.func = f->id,
			.blockSize = (int32_t)shape->threads,
			.dynamicSMemSize = shape->shared};
	struct rgpu_res_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags
		res = {.numBlocks = 0};
	CUresult r;

	if (known(f, shape))
		return CUDA_SUCCESS;
	r = rgpu_call_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
		c->id, &a, &res);
	if (r)
		return r;
	shape->blocks = res.numBlocks;
	pthread_mutex_lock(&lock);
	f->resident = *shape;
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

CUresult
rgpu_cooperative_check(struct rgpu_function *f, const struct rgpu_context *c,
	const unsigned grid[3], const unsigned block[3], unsigned shared)
{
	struct rgpu_resident shape = {
		.threads = block[0] * block[1] * block[2],
		.shared = shared,
		.dev = c->dev,
	};
	/* The device's limits keep this below 2^63. */
	uint64_t blocks = (uint64_t)grid[0] * grid[1] * grid[2];
	CUresult r = blocks_of(f, c, &shape);

	if (r)
		return r;
	return blocks > (uint64_t)shape.blocks * (unsigned)processors(c->dev)
		? CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE
		: CUDA_SUCCESS;
}

void
rgpu_cooperative_forget(void)
{
	pthread_mutex_lock(&lock);
	changes++;
	pthread_mutex_unlock(&lock);
}
