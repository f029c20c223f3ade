/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layer normalisation, one warp a row, several rows a block: mean and variance
 * by xor shuffles, then (x - mean) / sqrt(variance + eps) * gamma + beta. The
 * CPU computes in double.
 */
#include "check.h"

static const int warps = 4;

static __device__ float
warp_sum(float value)
{
	for (int step = 16; step > 0; step /= 2)
		value += __shfl_xor_sync(0xffffffffu, value, step);
	return value;
}

static __global__ void
layernorm(const float *in, const float *gamma, const float *beta, float *out,
	int rows, int columns, float eps)
{
	int row = blockIdx.x * blockDim.y + threadIdx.y;
	float sum = 0, squares = 0;

	/* All lanes of a warp have the same row, so they leave together. */
	if (row >= rows)
		return;
	in += (size_t)row * columns;
	out += (size_t)row * columns;
	for (int i = threadIdx.x; i < columns; i += 32)
		sum += in[i];

	float mean = warp_sum(sum) / columns;

	for (int i = threadIdx.x; i < columns; i += 32) {
		float d = in[i] - mean;

		squares += d * d;
	}

	float scale = rsqrtf(warp_sum(squares) / columns + eps);

	for (int i = threadIdx.x; i < columns; i += 32)
		out[i] = (in[i] - mean) * scale * gamma[i] + beta[i];
}

static std::vector<double>
layernorm_on_cpu(const std::vector<float> &in, const std::vector<float> &gamma,
	const std::vector<float> &beta, int rows, double eps)
{
	size_t columns = gamma.size();
	std::vector<double> out(in.size());

	for (size_t at = 0; at < rows * columns; at += columns) {
		double mean = 0, variance = 0;

		for (size_t i = 0; i < columns; i++)
			mean += in[at + i] / (double)columns;
		for (size_t i = 0; i < columns; i++)
			variance += (in[at + i] - mean) * (in[at + i] - mean) /
				(double)columns;
		for (size_t i = 0; i < columns; i++)
			out[at + i] = (in[at + i] - mean) /
					sqrt(variance + eps) * gamma[i] +
				beta[i];
	}
	return out;
}

int
main()
{
	const int rows = 29, columns = 770;
	const float eps = 1e-5f;
	struct rng r = rng_make(10);
	std::vector<float> in(rows * columns), gamma(columns), beta(columns);

	for (float &v : in)
		v = rng_float(&r, -3, 5);
	for (int i = 0; i < columns; i++) {
		gamma[i] = rng_float(&r, 0.5, 1.5);
		beta[i] = rng_float(&r, -1, 1);
	}

	float *din = device_copy(in), *dout = device_alloc<float>(in.size());
	float *dgamma = device_copy(gamma), *dbeta = device_copy(beta);

	layernorm<<<blocks_for(rows, warps), dim3(32, warps)>>>(
		din, dgamma, dbeta, dout, rows, columns, eps);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(dout, in.size());

	/* Results are below 4; a few roundings of 2^-24 relative each. */
	expect_near("layernorm", got,
		layernorm_on_cpu(in, gamma, beta, rows, eps), 0, 5e-6);
	report("layernorm", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	CHECK(cudaFree(dgamma));
	CHECK(cudaFree(dbeta));
	return 0;
}
