/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices that the application sees. They are made by cuInit and stay for
 * the life of the process; a CUdevice is an index into them.
 */
#ifndef RGPU_SOFTGPU_DEVICE_H
#define RGPU_SOFTGPU_DEVICE_H

#include <pthread.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/arena.h"

/* What the engine and the API enforce. */
#define RGPU_WARP_SIZE		     32
#define RGPU_THREADS_PER_BLOCK	     1024
#define RGPU_BLOCK_Z_MAX	     64
#define RGPU_GRID_X_MAX		     2147483647
#define RGPU_GRID_YZ_MAX	     65535
#define RGPU_SHARED_PER_BLOCK	     49152
#define RGPU_SHARED_OPT_IN	     101376 /* that of compute capability 12 */
#define RGPU_SHARED_PER_SM	     102400
#define RGPU_SHARED_RESERVED	     1024 /* of each block, by the driver */
#define RGPU_REGISTERS_PER_SM	     65536
#define RGPU_THREADS_PER_SM	     1536
#define RGPU_BLOCKS_PER_SM	     24
#define RGPU_CONST_BYTES	     65536
#define RGPU_PITCH_MAX		     2147483647
/* Of arrays and textures, in elements: those of compute capability 12. */
#define RGPU_TEXTURE_WIDTH_MAX	     131072
#define RGPU_TEXTURE_HEIGHT_MAX	     65536
#define RGPU_TEXTURE_3D_MAX	     16384
#define RGPU_LAYERED_MAX	     32768
#define RGPU_LAYERS_MAX		     2048
#define RGPU_CUBE_FACES_MAX	     2046
#define RGPU_TEXTURE_ALIGNMENT	     512
#define RGPU_TEXTURE_PITCH_ALIGNMENT 32
#define RGPU_LINEAR_MAX		     268435456
#define RGPU_LINEAR_2D_MAX	     131072
#define RGPU_LINEAR_2D_HEIGHT	     65000
#define RGPU_LINEAR_2D_PITCH	     2097120

struct rgpu_context;
struct rgpu_pool;

struct rgpu_device {
	CUdevice ordinal; /* as the application counts */
	int index;	  /* before CUDA_VISIBLE_DEVICES */
	uint8_t uuid[16];
	uint64_t memory; /* bytes */

	struct rgpu_arena arena; /* the lock of memory.c */
	uint64_t used;		 /* the same lock */

	/* Physical memory for mappings, in granules; the same lock. */
	int file;
	size_t file_granules; /* 0: not made yet */
	uint64_t *file_taken; /* one bit a granule */

	pthread_mutex_t primary_lock;
	struct rgpu_context *primary;	       /* never NULL after cuInit */
	unsigned primary_users, primary_flags; /* primary_lock */

	/* The lock of pool.c. */
	struct rgpu_pool *default_pool; /* NULL: not asked for yet */
	struct rgpu_pool *pool;		/* set instead of it; or NULL */
};

/* Makes the devices. CUDA_ERROR_NO_DEVICE when CUDA_VISIBLE_DEVICES leaves
 * none. A second call after a failure tries again. */
CUresult rgpu_devices_open(void);

int rgpu_device_count(void);

/* NULL: no such device. */
struct rgpu_device *rgpu_device_get(CUdevice ordinal);

/* Value of a device attribute; CUDA_ERROR_INVALID_VALUE: there is none. */
CUresult rgpu_device_attribute(const struct rgpu_device *device,
	CUdevice_attribute attribute, int *value);

/* What NVIDIA's libraries get instead (cudaabi/caller.h); of attribute 0: 1,
 * the device runs PTX alone. CUDA_ERROR_INVALID_VALUE: no other value. */
CUresult rgpu_device_claim(int attribute, int *value);

#endif
