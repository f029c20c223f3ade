/* SPDX-License-Identifier: Apache-2.0 */
/* cuOccupancy*: the usual calculation, from the limits of device.h. */
#include "config.h"
#include "softgpu/occupancy.h"

#include <stdint.h>

#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/module.h"

#define SHARED_GRANULE	 128 /* shared memory is dealt out in these */
#define REGISTER_GRANULE 256 /* registers of a warp, too */

static size_t
round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

/* What a block takes of shared memory. */
static size_t
shared_of(const struct rgpu_function *f, size_t dynamic)
{
	return round_up(f->entry.info.shared_bytes + dynamic, SHARED_GRANULE) +
		RGPU_SHARED_RESERVED;
}

unsigned
rgpu_occupancy_blocks(const struct rgpu_function *function, unsigned threads,
	size_t dynamic_shared)
{
	size_t warps = (threads + RGPU_WARP_SIZE - 1) / RGPU_WARP_SIZE;
	size_t registers = round_up(
		(size_t)RGPU_WARP_SIZE * rgpu_entry_registers(&function->entry),
		REGISTER_GRANULE);
	size_t n = RGPU_BLOCKS_PER_SM, m;

	if (!threads || threads > rgpu_entry_max_threads(&function->entry) ||
		dynamic_shared >
			(size_t)atomic_load(&function->settings.max_dynamic))
		return 0;
	m = RGPU_THREADS_PER_SM / (warps * RGPU_WARP_SIZE);
	n = m < n ? m : n;
	m = RGPU_REGISTERS_PER_SM / (warps * registers);
	n = m < n ? m : n;
	m = RGPU_SHARED_PER_SM / shared_of(function, dynamic_shared);
	return (unsigned)(m < n ? m : n);
}

CUresult
rgpu_do_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *numBlocks,
	CUfunction func, int blockSize, size_t dynamicSMemSize,
	unsigned int flags)
{
	struct rgpu_function *f;
	struct rgpu_context *c;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!numBlocks || blockSize <= 0 ||
		(flags & ~(unsigned)CU_OCCUPANCY_DISABLE_CACHING_OVERRIDE))
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_function_resolve(func, &f);
	if (r)
		return r;
	*numBlocks = (int)rgpu_occupancy_blocks(
		f, (unsigned)blockSize, dynamicSMemSize);
	rgpu_object_put(&f->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuOccupancyMaxActiveBlocksPerMultiprocessor(
	int *numBlocks, CUfunction func, int blockSize, size_t dynamicSMemSize)
{
	return rgpu_do_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
		numBlocks, func, blockSize, dynamicSMemSize, 0);
}

/* The block size with the most resident threads; of several the largest. */
CUresult
rgpu_do_cuOccupancyMaxPotentialBlockSizeWithFlags(int *minGridSize,
	int *blockSize, CUfunction func,
	CUoccupancyB2DSize blockSizeToDynamicSMemSize, size_t dynamicSMemSize,
	int blockSizeLimit, unsigned int flags)
{
	struct rgpu_function *f;
	struct rgpu_context *c;
	unsigned limit, best = 0, best_blocks = 0, n;
	int sms = 0;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!minGridSize || !blockSize || blockSizeLimit < 0 ||
		(flags & ~(unsigned)CU_OCCUPANCY_DISABLE_CACHING_OVERRIDE))
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_function_resolve(func, &f);
	if (r)
		return r;
	limit = rgpu_entry_max_threads(&f->entry);
	if (blockSizeLimit && (unsigned)blockSizeLimit < limit)
		limit = (unsigned)blockSizeLimit;
	for (n = limit; n > 0;) {
		unsigned blocks = rgpu_occupancy_blocks(f, n,
			blockSizeToDynamicSMemSize
				? blockSizeToDynamicSMemSize((int)n)
				: dynamicSMemSize);

		if (blocks * n > best_blocks * best) {
			best = n;
			best_blocks = blocks;
		}
		/* The limit itself, then whole warps. */
		n = (n - 1) / RGPU_WARP_SIZE * RGPU_WARP_SIZE;
	}
	rgpu_device_attribute(
		c->device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, &sms);
	*blockSize = (int)best;
	*minGridSize = (int)best_blocks * sms;
	rgpu_object_put(&f->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuOccupancyMaxPotentialBlockSize(int *minGridSize, int *blockSize,
	CUfunction func, CUoccupancyB2DSize blockSizeToDynamicSMemSize,
	size_t dynamicSMemSize, int blockSizeLimit)
{
	return rgpu_do_cuOccupancyMaxPotentialBlockSizeWithFlags(minGridSize,
		blockSize, func, blockSizeToDynamicSMemSize, dynamicSMemSize,
		blockSizeLimit, 0);
}

/* The most that still lets so many blocks be resident. */
CUresult
rgpu_do_cuOccupancyAvailableDynamicSMemPerBlock(
	size_t *dynamicSmemSize, CUfunction func, int numBlocks, int blockSize)
{
	struct rgpu_function *f;
	struct rgpu_context *c;
	size_t share, fixed, most;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!dynamicSmemSize || numBlocks <= 0 || blockSize <= 0)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_function_resolve(func, &f);
	if (r)
		return r;
	share = RGPU_SHARED_PER_SM / (unsigned)numBlocks / SHARED_GRANULE *
		SHARED_GRANULE;
	fixed = RGPU_SHARED_RESERVED + f->entry.info.shared_bytes;
	most = share > fixed ? share - fixed : 0;
	if (most > (size_t)atomic_load(&f->settings.max_dynamic))
		most = (size_t)atomic_load(&f->settings.max_dynamic);
	if (rgpu_occupancy_blocks(f, (unsigned)blockSize, 0) <
		(unsigned)numBlocks)
		r = CUDA_ERROR_INVALID_VALUE;
	else
		*dynamicSmemSize = most;
	rgpu_object_put(&f->object);
	return r;
}

/* There are no clusters of more than one block. */
static CUresult
check_cluster(const CUlaunchConfig *config, CUfunction func, unsigned *cluster,
	unsigned *blocks)
{
	struct rgpu_function *f;
	struct rgpu_context *c;
	unsigned threads;
	int sms = 0;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	r = rgpu_function_resolve(func, &f);
	if (r)
		return r;
	*cluster = 1;
	for (unsigned i = 0; i < config->numAttrs && config->attrs; i++) {
		const CUlaunchAttribute *a = &config->attrs[i];

		if (a->id == CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION)
			*cluster = a->value.clusterDim.x *
				a->value.clusterDim.y * a->value.clusterDim.z;
	}
	threads = config->blockDimX * config->blockDimY * config->blockDimZ;
	rgpu_device_attribute(
		c->device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, &sms);
	*blocks = (unsigned)sms *
		rgpu_occupancy_blocks(f, threads, config->sharedMemBytes);
	rgpu_object_put(&f->object);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuOccupancyMaxActiveClusters(
	int *numClusters, CUfunction func, const CUlaunchConfig *config)
{
	unsigned cluster, blocks;
	CUresult r;

	if (!numClusters || !config)
		return CUDA_ERROR_INVALID_VALUE;
	r = check_cluster(config, func, &cluster, &blocks);
	if (!r)
		*numClusters = cluster == 1 ? (int)blocks : 0;
	return r;
}

CUresult
rgpu_do_cuOccupancyMaxPotentialClusterSize(
	int *clusterSize, CUfunction func, const CUlaunchConfig *config)
{
	unsigned cluster, blocks;
	CUresult r;

	if (!clusterSize || !config)
		return CUDA_ERROR_INVALID_VALUE;
	r = check_cluster(config, func, &cluster, &blocks);
	if (!r)
		*clusterSize = blocks > 0;
	return r;
}
