/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two source files of module-many-kernels have in common.
 */
#ifndef RGPU_TESTS_CUDA_RDC_PART_H
#define RGPU_TESTS_CUDA_RDC_PART_H

struct job {
	unsigned factor;
	unsigned offset;
};

/* In rdc-part.cu, used by kernels of both files. */
extern __device__ unsigned shared_total;
extern __constant__ struct job shared_job;
extern __device__ unsigned (*shared_operation)(unsigned);

__device__ unsigned work_on(struct job job, unsigned x);
__global__ void kernel_of_part(unsigned *data, int n);

/* In rdc-main.cu, called from rdc-part.cu. */
__device__ unsigned call_back(unsigned x);

#endif
