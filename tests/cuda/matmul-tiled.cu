/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product through tiles in shared memory, for sizes that are and are
 * not multiples of the tile. A padded step adds 0 x 0 and changes nothing.
 */
#include "matmul.h"

template <int TILE>
static __global__ void
matmul(const float *a, const float *b, float *c, int m, int n, int k)
{
	__shared__ float left[TILE][TILE], right[TILE][TILE];
	int x = threadIdx.x, y = threadIdx.y;
	int row = blockIdx.y * TILE + y, column = blockIdx.x * TILE + x;
	float sum = 0;

	for (int base = 0; base < k; base += TILE) {
		bool in_a = row < m && base + x < k;
		bool in_b = column < n && base + y < k;

		left[y][x] = in_a ? a[row * k + base + x] : 0;
		right[y][x] = in_b ? b[(base + y) * n + column] : 0;
		__syncthreads();
		for (int p = 0; p < TILE; p++)
			sum = fmaf(left[y][p], right[p][x], sum);
		/* Nobody may overwrite a tile that another still reads. */
		__syncthreads();
	}
	if (row < m && column < n)
		c[row * n + column] = sum;
}

template <int TILE>
static void
check_size(const char *name, int m, int n, int k)
{
	struct matmul_case t = matmul_make(m, n, k, 200 + m);
	float *a = device_copy(t.a), *b = device_copy(t.b);
	float *c = device_alloc<float>(t.want.size());
	dim3 block(TILE, TILE);
	dim3 grid((n + TILE - 1) / TILE, (m + TILE - 1) / TILE);

	matmul<TILE><<<grid, block>>>(a, b, c, m, n, k);
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
	check_size<16>("matmul-tiled-16-exact", 64, 48, 32);
	check_size<16>("matmul-tiled-16-odd", 150, 131, 77);
	check_size<8>("matmul-tiled-8-thin", 3, 200, 5);
	check_size<32>("matmul-tiled-32-odd", 129, 65, 100);
	return 0;
}
