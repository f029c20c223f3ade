/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scripts/quickstart runs: an ordinary CUDA program, which knows nothing of
 * rgpu. It says which GPU it found and multiplies two matrices there.
 */
#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#define CHECK(call) check(#call, call)

static void
check(const char *call, cudaError_t error)
{
	if (error == cudaSuccess)
		return;
	fprintf(stderr, "%s: %s\n", call, cudaGetErrorString(error));
	exit(1);
}

static __global__ void
multiply(const float *a, const float *b, float *c, int n)
{
	int row = blockIdx.y * blockDim.y + threadIdx.y;
	int column = blockIdx.x * blockDim.x + threadIdx.x;
	float sum = 0;

	if (row >= n || column >= n)
		return;
	for (int k = 0; k < n; k++)
		sum += a[row * n + k] * b[k * n + column];
	c[row * n + column] = sum;
}

static float *
to_device(const std::vector<float> &host)
{
	size_t bytes = host.size() * sizeof(float);
	float *device;

	CHECK(cudaMalloc(&device, bytes));
	CHECK(cudaMemcpy(device, host.data(), bytes, cudaMemcpyHostToDevice));
	return device;
}

/* Small whole numbers: no sum is rounded, so each must be just right. */
static int
count_wrong(const std::vector<float> &c, int n)
{
	int wrong = 0;

	for (int row = 0; row < n; row++) {
		for (int column = 0; column < n; column++) {
			float want = 0;

			for (int k = 0; k < n; k++)
				want += (row + k) % 7 * ((k + column) % 5);
			wrong += c[row * n + column] != want;
		}
	}
	return wrong;
}

int
main()
{
	const int n = 96;
	std::vector<float> a(n * n), b(n * n), c(n * n);
	cudaDeviceProp properties;

	for (int i = 0; i < n * n; i++) {
		a[i] = (i / n + i % n) % 7;
		b[i] = (i / n + i % n) % 5;
	}
	CHECK(cudaGetDeviceProperties(&properties, 0));

	float *da = to_device(a), *db = to_device(b), *dc = to_device(c);
	dim3 block(16, 16), grid((n + 15) / 16, (n + 15) / 16);

	multiply<<<grid, block>>>(da, db, dc, n);
	CHECK(cudaGetLastError());
	CHECK(cudaMemcpy(c.data(), dc, n * n * sizeof(float),
		cudaMemcpyDeviceToHost));

	int wrong = count_wrong(c, n);

	printf("%s: %dx%d matrices multiplied, %d of %d numbers wrong\n",
		properties.name, n, n, wrong, n * n);
	return wrong != 0;
}
