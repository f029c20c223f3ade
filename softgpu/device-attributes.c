/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attributes of a device (cuda.h 13.0). A maximum is what is enforced; a
 * feature that is refused is reported as absent, so that programs which ask
 * first take another way: textures and surfaces, managed memory, clusters,
 * sharing between processes.
 */
#include "config.h"
#include "softgpu/device.h"

#include "common/compiler.h"
#include "softgpu/settings.h"

#define A(name) CU_DEVICE_ATTRIBUTE_##name

/* Only attributes that are not 0. What is absent in hardware of its own
 * (clocks, the bus) has the values of a slow and small board. */
static const struct {
	CUdevice_attribute attribute;
	int value;
} fixed[] = {
	{A(MAX_THREADS_PER_BLOCK), RGPU_THREADS_PER_BLOCK},
	{A(MAX_BLOCK_DIM_X), RGPU_THREADS_PER_BLOCK},
	{A(MAX_BLOCK_DIM_Y), RGPU_THREADS_PER_BLOCK},
	{A(MAX_BLOCK_DIM_Z), RGPU_BLOCK_Z_MAX},
	{A(MAX_GRID_DIM_X), RGPU_GRID_X_MAX},
	{A(MAX_GRID_DIM_Y), RGPU_GRID_YZ_MAX},
	{A(MAX_GRID_DIM_Z), RGPU_GRID_YZ_MAX},
	{A(MAX_SHARED_MEMORY_PER_BLOCK), RGPU_SHARED_PER_BLOCK},
	{A(TOTAL_CONSTANT_MEMORY), RGPU_CONST_BYTES},
	{A(WARP_SIZE), RGPU_WARP_SIZE},
	{A(MAX_PITCH), RGPU_PITCH_MAX},
	{A(MAX_REGISTERS_PER_BLOCK), RGPU_REGISTERS_PER_SM},
	{A(CLOCK_RATE), 1000000},
	{A(TEXTURE_ALIGNMENT), 512},
	{A(GPU_OVERLAP), 1},
	{A(MAXIMUM_TEXTURE1D_WIDTH), RGPU_TEXTURE_WIDTH_MAX},
	{A(MAXIMUM_TEXTURE2D_WIDTH), RGPU_TEXTURE_WIDTH_MAX},
	{A(MAXIMUM_TEXTURE2D_HEIGHT), RGPU_TEXTURE_HEIGHT_MAX},
	{A(MAXIMUM_TEXTURE3D_WIDTH), RGPU_TEXTURE_3D_MAX},
	{A(MAXIMUM_TEXTURE3D_HEIGHT), RGPU_TEXTURE_3D_MAX},
	{A(MAXIMUM_TEXTURE3D_DEPTH), RGPU_TEXTURE_3D_MAX},
	{A(MAXIMUM_TEXTURE2D_LAYERED_WIDTH), RGPU_LAYERED_MAX},
	{A(MAXIMUM_TEXTURE2D_LAYERED_HEIGHT), RGPU_LAYERED_MAX},
	{A(MAXIMUM_TEXTURE2D_LAYERED_LAYERS), RGPU_LAYERS_MAX},
	{A(MAXIMUM_TEXTURE1D_LAYERED_WIDTH), RGPU_LAYERED_MAX},
	{A(MAXIMUM_TEXTURE1D_LAYERED_LAYERS), RGPU_LAYERS_MAX},
	{A(CAN_MAP_HOST_MEMORY), 1},
	{A(COMPUTE_MODE), CU_COMPUTEMODE_DEFAULT},
	{A(SURFACE_ALIGNMENT), 512},
	{A(CONCURRENT_KERNELS), 1},
	{A(MEMORY_CLOCK_RATE), 1000000},
	{A(GLOBAL_MEMORY_BUS_WIDTH), 128},
	{A(L2_CACHE_SIZE), 32 << 20},
	{A(MAX_THREADS_PER_MULTIPROCESSOR), RGPU_THREADS_PER_SM},
	{A(ASYNC_ENGINE_COUNT), 2},
	{A(UNIFIED_ADDRESSING), 1},
	{A(TEXTURE_PITCH_ALIGNMENT), 32},
	{A(STREAM_PRIORITIES_SUPPORTED), 1},
	{A(GLOBAL_L1_CACHE_SUPPORTED), 1},
	{A(LOCAL_L1_CACHE_SUPPORTED), 1},
	{A(MAX_SHARED_MEMORY_PER_MULTIPROCESSOR), RGPU_SHARED_PER_SM},
	{A(MAX_REGISTERS_PER_MULTIPROCESSOR), RGPU_REGISTERS_PER_SM},
	{A(SINGLE_TO_DOUBLE_PRECISION_PERF_RATIO), 2},
	{A(COMPUTE_PREEMPTION_SUPPORTED), 1},
	{A(CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM), 1},
	{A(COOPERATIVE_LAUNCH), 1},
	{A(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN), RGPU_SHARED_OPT_IN},
	{A(HOST_REGISTER_SUPPORTED), 1},
	{A(MAX_BLOCKS_PER_MULTIPROCESSOR), RGPU_BLOCKS_PER_SM},
	{A(RESERVED_SHARED_MEMORY_PER_BLOCK), RGPU_SHARED_RESERVED},
	{A(CAN_USE_64_BIT_STREAM_MEM_OPS), 1},
	{A(CAN_USE_STREAM_WAIT_VALUE_NOR), 1},
	{A(MEMORY_POOLS_SUPPORTED), 1},
	{A(VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED), 1},
	{A(MEM_SYNC_DOMAIN_COUNT), 1},
	{A(NUMA_ID), -1},
	{A(HOST_NUMA_ID), -1},
};

CUresult
rgpu_device_attribute(const struct rgpu_device *device,
	CUdevice_attribute attribute, int *value)
{
	int cc = rgpu_settings()->cc;

	if ((int)attribute < A(MAX_THREADS_PER_BLOCK) ||
		attribute > A(ONLY_PARTIAL_HOST_NATIVE_ATOMIC_SUPPORTED))
		return CUDA_ERROR_INVALID_VALUE;
	*value = 0;
	switch (attribute) {
	case A(MULTIPROCESSOR_COUNT): *value = rgpu_settings()->sms; break;
	case A(COMPUTE_CAPABILITY_MAJOR): *value = cc / 10; break;
	case A(COMPUTE_CAPABILITY_MINOR): *value = cc % 10; break;
	/* Bus numbers far from those of real boards. */
	case A(PCI_BUS_ID): *value = 0xc0 + device->index; break;
	case A(MULTI_GPU_BOARD_GROUP_ID): *value = device->index; break;
	default:
		for (size_t i = 0; i < RGPU_COUNT(fixed); i++) {
			if (fixed[i].attribute == attribute)
				*value = fixed[i].value;
		}
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_device_claim(int attribute, int *value)
{
	const struct rgpu_settings *set = rgpu_settings();
	int claim = 0, otherwise = 0;

	switch (attribute) {
	case 0: claim = 1; break;
	case A(COMPUTE_CAPABILITY_MAJOR):
		claim = set->library_cc / 10;
		otherwise = set->cc / 10;
		break;
	case A(COMPUTE_CAPABILITY_MINOR):
		claim = set->library_cc % 10;
		otherwise = set->cc % 10;
		break;
	case A(MAX_SHARED_MEMORY_PER_BLOCK_OPTIN):
		claim = set->library_shared;
		otherwise = RGPU_SHARED_OPT_IN;
		break;
	}
	*value = claim;
	return claim == otherwise ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}
