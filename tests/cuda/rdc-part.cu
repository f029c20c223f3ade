/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of module-many-kernels: see rdc-main.cu.
 */
#include "rdc-part.h"

__device__ unsigned shared_total = 100;
__constant__ struct job shared_job = {3, 7};

static __device__ unsigned
half_plus(unsigned x)
{
	return x / 2 + 11;
}

__device__ unsigned (*shared_operation)(unsigned) = half_plus;

/* The other file has one of the same name, and it is another. */
static __device__ unsigned private_value = 5;

__device__ unsigned
work_on(struct job job, unsigned x)
{
	return call_back(x * job.factor) + job.offset;
}

__global__ void
kernel_of_part(unsigned *data, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n) {
		data[i] = work_on(shared_job, data[i]) + private_value;
		atomicAdd(&shared_total, 1u);
	}
}
