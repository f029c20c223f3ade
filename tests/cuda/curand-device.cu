/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuRAND's device functions: XORWOW and Philox generators in kernels. From
 * the state that a kernel set up, the CPU continues XORWOW by Marsaglia's
 * recurrence; Philox it computes from the key and the counter (Salmon et al.).
 * The distributions are held to their mean and variance.
 */
#include <curand_kernel.h>

#include "check.h"

static const int threads = 64, blocks = 4, draws = 16;
static const unsigned long long seed = 0x123456789abcdefull;

static __global__ void
xorwow_init(curandStateXORWOW_t *state)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	curand_init(seed, i, 3, &state[i]);
}

static __global__ void
xorwow_draw(curandStateXORWOW_t *state, unsigned *out)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	curandStateXORWOW_t mine = state[i];

	for (int k = 0; k < draws; k++)
		out[i * draws + k] = curand(&mine);
	state[i] = mine;
}

static __global__ void
philox_draw(unsigned *out)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	curandStatePhilox4_32_10_t state;

	/* Sequence i, from its 8th number on. */
	curand_init(seed, i, 8, &state);
	for (int k = 0; k < draws; k++)
		out[i * draws + k] = curand(&state);
}

/* out: uniform in (0, 1], then normal. */
static __global__ void
distributions(float *out)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	int n = gridDim.x * blockDim.x;
	curandStatePhilox4_32_10_t state;

	curand_init(99, i, 0, &state);
	for (int k = 0; k < draws; k++) {
		out[i * draws + k] = curand_uniform(&state);
		out[(n + i) * draws + k] = curand_normal(&state);
	}
}

static unsigned
xorwow_on_cpu(curandStateXORWOW_t *s)
{
	unsigned t = s->v[0] ^ s->v[0] >> 2;

	for (int i = 0; i < 4; i++)
		s->v[i] = s->v[i + 1];
	s->v[4] = s->v[4] ^ s->v[4] << 4 ^ t ^ t << 1;
	s->d += 362437;
	return s->v[4] + s->d;
}

static void
philox_on_cpu(const unsigned counter[4], uint64_t key, unsigned out[4])
{
	unsigned c[4], low = (unsigned)key, high = (unsigned)(key >> 32);

	memcpy(c, counter, sizeof(c));
	for (int round = 0; round < 10; round++) {
		uint64_t p = (uint64_t)c[0] * 0xd2511f53u;
		uint64_t q = (uint64_t)c[2] * 0xcd9e8d57u;

		out[0] = (unsigned)(q >> 32) ^ c[1] ^ low;
		out[1] = (unsigned)q;
		out[2] = (unsigned)(p >> 32) ^ c[3] ^ high;
		out[3] = (unsigned)p;
		memcpy(c, out, sizeof(c));
		low += 0x9e3779b9u;
		high += 0xbb67ae85u;
	}
}

static void
check_xorwow()
{
	const int n = threads * blocks;
	curandStateXORWOW_t *state = device_alloc<curandStateXORWOW_t>(n);
	unsigned *out = device_alloc<unsigned>(n * draws);
	std::vector<unsigned> want(n * draws);

	xorwow_init<<<blocks, threads>>>(state);
	CHECK_LAUNCH();

	std::vector<curandStateXORWOW_t> start = host_copy(state, n);

	for (int i = 0; i < n; i++)
		for (int k = 0; k < draws; k++)
			want[i * draws + k] = xorwow_on_cpu(&start[i]);
	xorwow_draw<<<blocks, threads>>>(state, out);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(out, n * draws);

	expect_same("curand-device-xorwow", got, want);
	report("curand-device-xorwow", got);
	/* Sequences of different threads must not be the same. */
	for (int i = 1; i < n; i++)
		EXPECT(got[i * draws] != got[0]);
	CHECK(cudaFree(state));
	CHECK(cudaFree(out));
}

static void
check_philox()
{
	const int n = threads * blocks;
	unsigned *out = device_alloc<unsigned>(n * draws);
	std::vector<unsigned> want(n * draws);

	for (unsigned i = 0; i < (unsigned)n; i++) {
		for (unsigned k = 0; k < draws; k += 4) {
			const unsigned counter[4] = {(k + 8) / 4, 0, i, 0};

			philox_on_cpu(counter, seed, &want[i * draws + k]);
		}
	}
	philox_draw<<<blocks, threads>>>(out);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(out, n * draws);

	expect_same("curand-device-philox", got, want);
	report("curand-device-philox", got);
	CHECK(cudaFree(out));
}

/* Mean and variance within five standard errors of what they should be. */
static void
check_moments(const char *name, const float *v, int n, double mean,
	double variance, double fourth)
{
	double sum = 0, squares = 0;

	for (int i = 0; i < n; i++)
		sum += v[i];
	for (int i = 0; i < n; i++)
		squares += (v[i] - mean) * (v[i] - mean);

	double off = fabs(sum / n - mean),
	       spread = fabs(squares / n - variance);

	if (!(off < 5 * sqrt(variance / n)) ||
		!(spread < 5 * sqrt((fourth - variance * variance) / n)))
		FAIL("%s: mean off by %g, variance by %g", name, off, spread);
}

static void
check_distributions()
{
	const int n = threads * blocks, all = n * draws;
	float *out = device_alloc<float>(2 * all);

	distributions<<<blocks, threads>>>(out);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(out, 2 * all);

	for (int i = 0; i < all; i++)
		EXPECT(got[i] > 0 && got[i] <= 1);
	check_moments("uniform", &got[0], all, 0.5, 1 / 12.0, 1 / 80.0);
	check_moments("normal", &got[all], all, 0, 1, 3);
	/* The same seeds give the same numbers. */
	distributions<<<blocks, threads>>>(out);
	CHECK_LAUNCH();
	expect_same("curand-device-again", host_copy(out, 2 * all), got);
	report("curand-device-distributions", got);
	CHECK(cudaFree(out));
}

int
main()
{
	check_xorwow();
	check_philox();
	check_distributions();
	return 0;
}
