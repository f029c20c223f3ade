/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product, one thread an element, straight from global memory.
 */
#include "matmul.h"

static __global__ void
matmul(const float *a, const float *b, float *c, int m, int n, int k)
{
	int column = blockIdx.x * blockDim.x + threadIdx.x;
	int row = blockIdx.y * blockDim.y + threadIdx.y;
	float sum = 0;

	if (row >= m || column >= n)
		return;
	for (int p = 0; p < k; p++)
		sum = fmaf(a[row * k + p], b[p * n + column], sum);
	c[row * n + column] = sum;
}

static void
check_size(const char *name, int m, int n, int k)
{
	struct matmul_case t = matmul_make(m, n, k, 100 + m);
	float *a = device_copy(t.a), *b = device_copy(t.b);
	float *c = device_alloc<float>(t.want.size());
	dim3 block(16, 16), grid((n + 15) / 16, (m + 15) / 16);

	matmul<<<grid, block>>>(a, b, c, m, n, k);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(c, t.want.size());

	expect_same(name, got, t.want);
	report(name, got);
	CHECK(cudaFree(a));
	CHECK(cudaFree(b));
	CHECK(cudaFree(c));
}

int
main()
{
	check_size("matmul-naive-1", 1, 1, 1);
	check_size("matmul-naive-67", 67, 129, 93);
	check_size("matmul-naive-128", 128, 128, 128);
	return 0;
}
