/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small piece of work with a known result, for the programs that are about
 * processes rather than about kernels.
 */
#ifndef RGPU_TESTS_CUDA_WORK_H
#define RGPU_TESTS_CUDA_WORK_H

#include "check.h"

static __global__ void
work_kernel(unsigned *data, int n, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] = (data[i] ^ data[i] >> 11) * 2246822519u + add;
}

/* Up, compute, down, compare; ends the program when it is wrong. */
static inline std::vector<unsigned>
do_work(unsigned add)
{
	const int n = 5000;
	std::vector<unsigned> want(n);

	for (int i = 0; i < n; i++)
		want[i] = (unsigned)i * i + add;

	unsigned *data = device_copy(want);

	work_kernel<<<blocks_for(n, 256), 256>>>(data, n, add);
	CHECK_LAUNCH();
	for (unsigned &v : want)
		v = (v ^ v >> 11) * 2246822519u + add;

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("work", got, want);
	CHECK(cudaFree(data));
	return got;
}

#endif
