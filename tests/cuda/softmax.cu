/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softmax of rows, one block a row: maximum, sum of exponentials, quotient.
 * The CPU computes in double; expf and the order of the sum leave a few units
 * of the last place.
 */
#include "check.h"

static const int threads = 128;

static __device__ float
block_reduce(float value, bool maximum)
{
	__shared__ float part[threads];

	part[threadIdx.x] = value;
	__syncthreads();
	for (int half = threads / 2; half > 0; half /= 2) {
		if (threadIdx.x < half) {
			float a = part[threadIdx.x];
			float b = part[threadIdx.x + half];

			part[threadIdx.x] = maximum ? fmaxf(a, b) : a + b;
		}
		__syncthreads();
	}
	value = part[0];
	/* The next call writes part[] again. */
	__syncthreads();
	return value;
}

static __global__ void
softmax(const float *in, float *out, int columns)
{
	const float *row = in + (size_t)blockIdx.x * columns;
	float *to = out + (size_t)blockIdx.x * columns;
	float top = -INFINITY, sum = 0;

	for (int i = threadIdx.x; i < columns; i += threads)
		top = fmaxf(top, row[i]);
	top = block_reduce(top, true);
	for (int i = threadIdx.x; i < columns; i += threads)
		sum += expf(row[i] - top);
	sum = block_reduce(sum, false);
	for (int i = threadIdx.x; i < columns; i += threads)
		to[i] = expf(row[i] - top) / sum;
}

static void
softmax_on_cpu(const float *row, double *out, int columns)
{
	double top = -INFINITY, sum = 0;

	for (int i = 0; i < columns; i++)
		top = fmax(top, row[i]);
	for (int i = 0; i < columns; i++)
		sum += out[i] = exp(row[i] - top);
	for (int i = 0; i < columns; i++)
		out[i] /= sum;
}

static void
check_size(const char *name, int rows, int columns)
{
	struct rng r = rng_make(9 + columns);
	std::vector<float> in((size_t)rows * columns);
	std::vector<double> want(in.size());

	for (float &v : in)
		v = rng_float(&r, -8, 8);
	for (int i = 0; i < rows; i++)
		softmax_on_cpu(&in[(size_t)i * columns],
			&want[(size_t)i * columns], columns);

	float *din = device_copy(in), *dout = device_alloc<float>(in.size());

	softmax<<<rows, threads>>>(din, dout, columns);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(dout, in.size());

	/*
	 * row - top is rounded to 2^-21 (it is below 16 in size), which shifts
	 * its exponential by that relative amount; the rest is smaller.
	 */
	expect_near(name, got, want, 4e-6, 1e-30);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	check_size("softmax-1000", 37, 1000);
	check_size("softmax-128", 5, 128);
	check_size("softmax-3", 11, 3);
	return 0;
}
