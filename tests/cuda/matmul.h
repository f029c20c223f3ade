/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The matrix product on the CPU, for matmul-naive and matmul-tiled. Both
 * kernels add in order of k with one rounding a step, as this does, so they
 * must agree with it to the bit.
 */
#ifndef RGPU_TESTS_CUDA_MATMUL_H
#define RGPU_TESTS_CUDA_MATMUL_H

#include "check.h"

/* C (m x n) = A (m x k) B (k x n), rows one after the other. */
struct matmul_case {
	int m, n, k;
	std::vector<float> a, b, want;
};

static inline struct matmul_case
matmul_make(int m, int n, int k, uint64_t seed)
{
	struct rng r = rng_make(seed);
	struct matmul_case c;

	c.m = m;
	c.n = n;
	c.k = k;
	c.a.resize((size_t)m * k);
	c.b.resize((size_t)k * n);
	c.want.resize((size_t)m * n);
	for (float &v : c.a)
		v = rng_float(&r, -1, 1);
	for (float &v : c.b)
		v = rng_float(&r, -1, 1);
	for (int i = 0; i < m; i++) {
		for (int j = 0; j < n; j++) {
			float sum = 0;

			for (int p = 0; p < k; p++)
				sum = fmaf(c.a[i * k + p], c.b[p * n + j], sum);
			c.want[i * n + j] = sum;
		}
	}
	return c;
}

#endif
