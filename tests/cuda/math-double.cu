/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Double precision mathematical functions within the bounds of the CUDA
 * Programming Guide, and functions that take numbers apart, which are exact.
 * The CPU computes in long double.
 */
#include "math-table.h"

/* Arguments too large for the short way of reducing them. */
static __device__ double
sin_large(double x)
{
	return sin(x);
}

/* function, reference, smallest and largest input, bound */
#define UNARY(ROW)                                 \
	ROW(sin, sinl, -20, 20, 2)                 \
	ROW(cos, cosl, -20, 20, 2)                 \
	ROW(tan, tanl, -10, 10, 2)                 \
	ROW(sin_large, sinl, -1e15, 1e15, 2)       \
	ROW(asin, asinl, -1, 1, 2)                 \
	ROW(acos, acosl, -1, 1, 2)                 \
	ROW(atan, atanl, -50, 50, 2)               \
	ROW(sinh, sinhl, -20, 20, 2)               \
	ROW(cosh, coshl, -20, 20, 1)               \
	ROW(tanh, tanhl, -5, 5, 1)                 \
	ROW(asinh, asinhl, -100, 100, 3)           \
	ROW(acosh, acoshl, 1, 100, 3)              \
	ROW(atanh, atanhl, -0.999, 0.999, 2)       \
	ROW(exp, expl, -700, 700, 1)               \
	ROW(exp2, exp2l, -1000, 1000, 1)           \
	ROW(exp10, reference_exp10, -300, 300, 1)  \
	ROW(expm1, expm1l, -3, 20, 1)              \
	ROW(log, logl, 1e-4, 1000, 1)              \
	ROW(log2, log2l, 1e-4, 1000, 1)            \
	ROW(log10, log10l, 1e-4, 1000, 1)          \
	ROW(log1p, log1pl, -0.95, 10, 1)           \
	ROW(sqrt, sqrtl, 0, 1e6, 0)                \
	ROW(rsqrt, reference_rsqrt, 1e-4, 1e6, 1)  \
	ROW(cbrt, cbrtl, -1000, 1000, 1)           \
	ROW(erf, erfl, -4, 4, 2)                   \
	ROW(erfc, erfcl, -3, 25, 5)                \
	ROW(normcdf, reference_normcdf, -35, 5, 5) \
	ROW(tgamma, tgammal, 0.1, 170, 10)         \
	ROW(lgamma, lgammal, 0.1, 100, 4)          \
	ROW(floor, floorl, -1e5, 1e5, 0)           \
	ROW(ceil, ceill, -1e5, 1e5, 0)             \
	ROW(round, roundl, -1e5, 1e5, 0)           \
	ROW(rint, rintl, -1e5, 1e5, 0)

#define BINARY(ROW)                                       \
	ROW(pow, powl, 0.01, 30, -15, 15, 2)              \
	ROW(atan2, atan2l, -10, 10, -10, 10, 2)           \
	ROW(hypot, hypotl, -1e4, 1e4, -1e4, 1e4, 2)       \
	ROW(fmod, fmodl, -1e4, 1e4, 0.1, 10, 0)           \
	ROW(remainder, remainderl, -1e4, 1e4, 0.1, 10, 0) \
	ROW(fdim, fdiml, -10, 10, -10, 10, 0)

#define KERNEL_1(function, ...) UNARY_KERNEL(double, function)
#define KERNEL_2(function, ...) BINARY_KERNEL(double, function)
UNARY(KERNEL_1)
BINARY(KERNEL_2)

#define TABLE_1(function, reference, lo, hi, bound) \
	{"math-double-" #function, function##_kernel, reference, lo, hi, bound},
#define TABLE_2(function, reference, xlo, xhi, ylo, yhi, bound)            \
	{"math-double-" #function, function##_kernel, reference, xlo, xhi, \
		ylo, yhi, bound},

static const struct unary<double> unary_table[] = {
	UNARY(TABLE_1)
};
static const struct binary<double> binary_table[] = {
	BINARY(TABLE_2)
};
static const int parts = 10;

/* Functions with whole numbers among their arguments or results. */
static __host__ __device__ void
take_apart(double x, double y, double *out)
{
	int exponent, quotient;

	out[0] = frexp(x, &exponent);
	out[1] = exponent;
	out[2] = ldexp(x, exponent % 7 - 3);
	out[3] = modf(x, &out[4]);
	out[5] = ilogb(x);
	out[6] = logb(x);
	out[7] = nextafter(x, y);
	out[8] = remquo(x, y, &quotient);
	/* Only the sign and three bits of the quotient are defined. */
	out[9] = quotient < 0 ? -(-quotient & 7) : quotient & 7;
}

static __global__ void
take_apart_all(const double *in, double *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		take_apart(in[i], in[(i + 1) % n], out + i * parts);
}

static void
check_parts()
{
	struct rng r = rng_make(23);
	std::vector<double> in(samples), want(samples * parts);

	for (double &v : in)
		v = ldexp(rng_double(&r, -1, 1), (int)rng_below(&r, 30) - 15);
	for (int i = 0; i < samples; i++)
		take_apart(in[i], in[(i + 1) % samples], &want[i * parts]);

	double *din = device_copy(in);
	double *dout = device_alloc<double>(want.size());

	take_apart_all<<<blocks_for(samples, 128), 128>>>(din, dout, samples);
	CHECK_LAUNCH();

	std::vector<double> got = host_copy(dout, want.size());

	expect_same("math-double-parts", got, want);
	report("math-double-parts", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	uint64_t seed = 2000;

	for (const struct unary<double> &f : unary_table)
		check_unary(f, seed++);
	for (const struct binary<double> &f : binary_table)
		check_binary(f, seed++);
	check_parts();
	return 0;
}
