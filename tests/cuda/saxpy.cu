/* SPDX-License-Identifier: Apache-2.0 */
/*
 * y = a x + y with a grid-stride loop: far fewer threads than elements, and
 * grids of several shapes. fmaf is written out, so that host and device round
 * once and agree to the bit.
 */
#include "check.h"

static __global__ void
saxpy(float a, const float *x, float *y, size_t n)
{
	size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x;
	size_t stride = (size_t)gridDim.x * blockDim.x;

	for (; i < n; i += stride)
		y[i] = fmaf(a, x[i], y[i]);
}

/* The same over a two-dimensional grid of two-dimensional blocks. */
static __global__ void
saxpy_2d(float a, const float *x, float *y, int width, int height)
{
	int column = blockIdx.x * blockDim.x + threadIdx.x;
	int row = blockIdx.y * blockDim.y + threadIdx.y;

	if (column < width && row < height) {
		int i = row * width + column;

		y[i] = fmaf(a, x[i], y[i]);
	}
}

int
main()
{
	const int width = 501, height = 399, n = width * height;
	const float a = -2.71828182f;
	struct rng r = rng_make(2);
	std::vector<float> x(n), y(n);

	for (int i = 0; i < n; i++) {
		x[i] = rng_float(&r, -1, 1);
		y[i] = rng_float(&r, -1, 1);
	}

	float *dx = device_copy(x), *dy = device_copy(y);
	const int grids[] = {1, 7, 64};

	for (int grid : grids) {
		saxpy<<<grid, 128>>>(a, dx, dy, n);
		CHECK_LAUNCH();
		for (int i = 0; i < n; i++)
			y[i] = fmaf(a, x[i], y[i]);
	}

	std::vector<float> got = host_copy(dy, n);

	expect_same("saxpy", got, y);
	report("saxpy", got);

	dim3 block(32, 8), grid((width + 31) / 32, (height + 7) / 8);

	saxpy_2d<<<grid, block>>>(0.5f, dx, dy, width, height);
	CHECK_LAUNCH();
	for (int i = 0; i < n; i++)
		y[i] = fmaf(0.5f, x[i], y[i]);
	got = host_copy(dy, n);
	expect_same("saxpy-2d", got, y);
	report("saxpy-2d", got);
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
	return 0;
}
