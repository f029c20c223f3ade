/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuRAND's host API: every generator's numbers on the device must be those of
 * the same generator on the host, bit by bit where they are integers or uniform;
 * and their mean and variance must be right, so that equal rubbish is found too.
 */
#include <curand.h>

#include "library.h"

#define N 20000 /* even, as pairs of normal numbers need */

static void
expect_moments(const char *name, const std::vector<double> &v, double mean,
	double variance, double within)
{
	double sum = 0, squares = 0;

	for (double x : v)
		sum += x;
	sum /= (double)v.size();
	for (double x : v)
		squares += (x - sum) * (x - sum);
	squares /= (double)v.size();
	if (!(fabs(sum - mean) <= within && fabs(squares - variance) <= within))
		FAIL("%s: mean %g and variance %g instead of %g and %g", name,
			sum, squares, mean, variance);
}

/* One generator on each side, with the same seed; quasi-random ones have none. */
struct sides {
	curandGenerator_t device, host;

	explicit sides(curandRngType_t type)
	{
		CHECK_LIB(curandCreateGenerator(&device, type));
		CHECK_LIB(curandCreateGeneratorHost(&host, type));
		for (curandGenerator_t g : {device, host})
			if (type < CURAND_RNG_QUASI_DEFAULT)
				CHECK_LIB(curandSetPseudoRandomGeneratorSeed(
					g, 12345));
	}

	~sides()
	{
		CHECK_LIB(curandDestroyGenerator(device));
		CHECK_LIB(curandDestroyGenerator(host));
	}
};

/* What generate() makes on both sides, as numbers. */
template <class T, class F>
static std::vector<T>
both(const char *name, const sides &g, double unit, F generate)
{
	T *numbers = device_alloc<T>(N);
	std::vector<T> want(N);

	/* The second time it goes on where it was. */
	for (int i = 0; i < 2; i++) {
		CHECK_LIB(generate(g.device, numbers));
		CHECK_LIB(generate(g.host, want.data()));
	}
	auto got = host_copy(numbers, N);

	if (unit == 0)
		expect_same(name, got, want);
	else
		expect_near(name, got, want, unit, unit);
	CHECK(cudaFree(numbers));
	return got;
}

template <class T>
static std::vector<double>
numbers(const std::vector<T> &v, double scale)
{
	std::vector<double> d;

	for (T x : v)
		d.push_back((double)x * scale);
	return d;
}

template <curandRngType_t type>
static void
generator(const char *name)
{
	sides g(type);
	auto bits = both<unsigned>(name, g, 0,
		[](curandGenerator_t to, unsigned *p) {
			return curandGenerate(to, p, N);
		});
	auto uniform = both<float>(name, g, 0,
		[](curandGenerator_t to, float *p) {
			return curandGenerateUniform(to, p, N);
		});
	auto wide = both<double>(name, g, 0,
		[](curandGenerator_t to, double *p) {
			return curandGenerateUniformDouble(to, p, N);
		});
	auto normal = both<float>(name, g, 1e-4,
		[](curandGenerator_t to, float *p) {
			return curandGenerateNormal(to, p, N, 2, 0.5);
		});

	expect_moments(name, numbers(bits, 0x1p-32), 0.5, 1.0 / 12, 0.01);
	expect_moments(name, numbers(uniform, 1), 0.5, 1.0 / 12, 0.01);
	expect_moments(name, numbers(wide, 1), 0.5, 1.0 / 12, 0.01);
	expect_moments(name, numbers(normal, 1), 2, 0.25, 0.02);
	for (float x : uniform)
		EXPECT(x >= 0 && x <= 1);
	uniform.insert(uniform.end(), normal.begin(), normal.end());
	report(name, uniform);
}

/* Other distributions, of one generator. */
static void
distributions(const char *name)
{
	sides g(CURAND_RNG_PSEUDO_PHILOX4_32_10);
	auto log = both<float>(name, g, 1e-4,
		[](curandGenerator_t to, float *p) {
			return curandGenerateLogNormal(to, p, N, 0, 0.25);
		});
	auto wide = both<double>(name, g, 1e-4,
		[](curandGenerator_t to, double *p) {
			return curandGenerateNormalDouble(to, p, N, -1, 2);
		});
	double m = exp(0.25 * 0.25 / 2);

	expect_moments(name, numbers(log, 1), m,
		m * m * (exp(0.25 * 0.25) - 1), 0.02);
	expect_moments(name, numbers(wide, 1), -1, 4, 0.15);
	report(name, log);
}

static void
poisson(const char *name)
{
	sides g(CURAND_RNG_PSEUDO_PHILOX4_32_10);
	auto few = both<unsigned>(name, g, 0,
		[](curandGenerator_t to, unsigned *p) {
			return curandGeneratePoisson(to, p, N, 3.5);
		});

	expect_moments(name, numbers(few, 1), 3.5, 3.5, 0.15);
	report(name, few);
}

/* In two dimensions quasi-random points lie evenly: of the squares of an 8 by 8
 * board each gets the same number, to one point. */
static void
sobol_plane(const char *name)
{
	const int n = 4096;
	curandGenerator_t g;
	float *points = device_alloc<float>(2 * n);
	int hits[64] = {0};

	CHECK_LIB(curandCreateGenerator(&g, CURAND_RNG_QUASI_SOBOL32));
	CHECK_LIB(curandSetQuasiRandomGeneratorDimensions(g, 2));
	CHECK_LIB(curandGenerateUniform(g, points, 2 * n));
	auto got = host_copy(points, 2 * n);

	for (int i = 0; i < n; i++) {
		int x = (int)(got[i] * 8), y = (int)(got[n + i] * 8);

		hits[(x > 7 ? 7 : x) * 8 + (y > 7 ? 7 : y)]++;
	}
	for (int h : hits)
		EXPECT(h >= n / 64 - 1 && h <= n / 64 + 1);
	report(name, got);
	CHECK_LIB(curandDestroyGenerator(g));
	CHECK(cudaFree(points));
}

int
main(int argc, char **argv)
{
	static const struct part parts[] = {
		{"XORWOW", generator<CURAND_RNG_PSEUDO_XORWOW>},
		{"MRG32K3A", generator<CURAND_RNG_PSEUDO_MRG32K3A>},
		{"Philox4_32_10", generator<CURAND_RNG_PSEUDO_PHILOX4_32_10>},
		{"MTGP32", generator<CURAND_RNG_PSEUDO_MTGP32>},
		{"MT19937", generator<CURAND_RNG_PSEUDO_MT19937>},
		{"Sobol32", generator<CURAND_RNG_QUASI_SOBOL32>},
		{"scrambled-Sobol32",
			generator<CURAND_RNG_QUASI_SCRAMBLED_SOBOL32>},
		{"Sobol32-in-2-dimensions", sobol_plane},
		{"lognormal-and-normal-f64", distributions},
		{"Poisson", poisson},
	};

	return run_parts(parts, argc, argv, no_start);
}
