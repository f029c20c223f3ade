/* SPDX-License-Identifier: Apache-2.0 */
/* Occupancy. The search for the best block size runs here, because it may ask
 * the application how much shared memory a block needs. */
#include "config.h"

#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/objects.h"

CUresult
rgpu_do_cuOccupancyMaxActiveBlocksPerMultiprocessor(
	int *numBlocks, CUfunction func, int blockSize, size_t dynamicSMemSize)
{
	return rgpu_do_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
		numBlocks, func, blockSize, dynamicSMemSize, 0);
}

/* Threads of a block; no device takes more (CUDA C++ Programming Guide 13.0,
 * technical specifications). Bounds the questions to a server that says so. */
#define BLOCK_MAX 1024

struct best {
	int block, threads, blocks;
};

/* Tries one block size; larger blocks win among equals. */
static CUresult
consider(struct best *best, CUfunction func, int block, size_t shared,
	unsigned flags)
{
	int blocks = 0;
	CUresult r =
		rgpu_do_cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
			&blocks, func, block, shared, flags);

	if (!r && blocks * block > best->threads)
		*best = (struct best){block, blocks * block, blocks};
	return r;
}

CUresult
rgpu_do_cuOccupancyMaxPotentialBlockSizeWithFlags(int *minGridSize,
	int *blockSize, CUfunction func,
	CUoccupancyB2DSize blockSizeToDynamicSMemSize, size_t dynamicSMemSize,
	int blockSizeLimit, unsigned int flags)
{
	struct best best = {0, 0, 0};
	struct rgpu_context *c;
	int limit = 0, processors = 0, warp = 32;
	CUresult r = rgpu_context_current(&c);

	if (!minGridSize || !blockSize)
		return CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = rgpu_do_cuFuncGetAttribute(
			&limit, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, func);
	if (!r)
		r = rgpu_do_cuDeviceGetAttribute(&processors,
			CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, c->dev);
	if (blockSizeLimit > 0 && blockSizeLimit < limit)
		limit = blockSizeLimit;
	if (limit > BLOCK_MAX)
		limit = BLOCK_MAX;
	/* From the largest down, in whole warps; a limit that is none comes
	 * first. */
	for (int block = limit; block > 0 && !r;
		block = (block - 1) / warp * warp)
		r = consider(&best, func, block,
			blockSizeToDynamicSMemSize
				? blockSizeToDynamicSMemSize(block)
				: dynamicSMemSize,
			flags);
	if (r)
		return r;
	*blockSize = best.block;
	*minGridSize = best.blocks * processors;
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

/* Profilers attach to the process that has the GPU. */
CUresult
rgpu_do_cuProfilerStart(void)
{
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuProfilerStop(void)
{
	return CUDA_SUCCESS;
}
