/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first program of every tutorial: c = a + b on floats. A sum of two
 * floats is rounded the same everywhere, so the result is compared exactly.
 */
#include "check.h"

static __global__ void
add(const float *a, const float *b, float *c, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		c[i] = a[i] + b[i];
}

int
main()
{
	/* Not a multiple of the block: the last block is partly idle. */
	const int n = 100003;
	struct rng r = rng_make(1);
	std::vector<float> a(n), b(n), want(n);

	for (int i = 0; i < n; i++) {
		a[i] = rng_float(&r, -1000, 1000);
		b[i] = rng_float(&r, -1, 1);
		want[i] = a[i] + b[i];
	}

	float *da = device_copy(a), *db = device_copy(b);
	float *dc = device_alloc<float>(n);

	add<<<blocks_for(n, 256), 256>>>(da, db, dc, n);
	CHECK_LAUNCH();
	CHECK(cudaDeviceSynchronize());

	std::vector<float> c = host_copy(dc, n);

	expect_same("vector-add", c, want);
	report("vector-add", c);
	CHECK(cudaFree(da));
	CHECK(cudaFree(db));
	CHECK(cudaFree(dc));
	return 0;
}
