/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machinery of math-float and math-double: a kernel a function, its inputs
 * and the bound of its error in units of the last place. The bounds are those
 * of the CUDA C++ Programming Guide, Mathematical Functions; one unit more is
 * allowed, because the reference itself is rounded.
 */
#ifndef RGPU_TESTS_CUDA_MATH_TABLE_H
#define RGPU_TESTS_CUDA_MATH_TABLE_H

#include "check.h"

static const int samples = 2048;

template <class T>
static inline double
ulps(T got, long double want)
{
	if constexpr (sizeof(T) == sizeof(float))
		return ulp_error_float(got, want);
	else
		return ulp_error_double(got, want);
}

/* Fails with the inputs when got is farther from want than its bound. */
template <class T>
static void
check_value(const char *name, T x, T y, T got, long double want, double bound)
{
	double error = ulps<T>(got, want);

	if (!(error <= bound))
		FAIL("%s(%.17g, %.17g) = %.17g, expected %.20Lg: %.2f ulp, "
		     "allowed %.2f",
			name, (double)x, (double)y, (double)got, want, error,
			bound);
}

template <class T> struct unary {
	const char *name;
	void (*kernel)(const T *, T *, int);
	long double (*reference)(long double);
	double lo, hi, bound;
};

template <class T> struct binary {
	const char *name;
	void (*kernel)(const T *, const T *, T *, int);
	long double (*reference)(long double, long double);
	double xlo, xhi, ylo, yhi, bound;
};

/*
 * Bound 0 is correctly rounded: half a unit, and a little for the reference of
 * a double, which has only 11 bits more. Anything else may be one unit worse.
 */
static inline double
allowed(double bound)
{
	return bound == 0 ? 0.501 : bound + 1;
}

template <class T>
static void
check_unary(const struct unary<T> &f, uint64_t seed)
{
	struct rng r = rng_make(seed);
	std::vector<T> in(samples);

	for (T &v : in)
		v = (T)rng_double(&r, f.lo, f.hi);

	T *din = device_copy(in), *dout = device_alloc<T>(samples);

	f.kernel<<<blocks_for(samples, 128), 128>>>(din, dout, samples);
	CHECK_LAUNCH();

	std::vector<T> got = host_copy(dout, samples);

	for (int i = 0; i < samples; i++)
		check_value<T>(f.name, in[i], 0, got[i], f.reference(in[i]),
			allowed(f.bound));
	report(f.name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

template <class T>
static void
check_binary(const struct binary<T> &f, uint64_t seed)
{
	struct rng r = rng_make(seed);
	std::vector<T> x(samples), y(samples);

	for (int i = 0; i < samples; i++) {
		x[i] = (T)rng_double(&r, f.xlo, f.xhi);
		y[i] = (T)rng_double(&r, f.ylo, f.yhi);
	}

	T *dx = device_copy(x), *dy = device_copy(y);
	T *dout = device_alloc<T>(samples);

	f.kernel<<<blocks_for(samples, 128), 128>>>(dx, dy, dout, samples);
	CHECK_LAUNCH();

	std::vector<T> got = host_copy(dout, samples);

	for (int i = 0; i < samples; i++)
		check_value<T>(f.name, x[i], y[i], got[i],
			f.reference(x[i], y[i]), allowed(f.bound));
	report(f.name, got);
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
	CHECK(cudaFree(dout));
}

/* One kernel that is the device's call of a function with one argument. */
#define UNARY_KERNEL(T, function)                                            \
	static __global__ void function##_kernel(const T *in, T *out, int n) \
	{                                                                    \
		int i = blockIdx.x * blockDim.x + threadIdx.x;               \
                                                                             \
		if (i < n)                                                   \
			out[i] = function(in[i]);                            \
	}

#define BINARY_KERNEL(T, function)                             \
	static __global__ void function##_kernel(              \
		const T *x, const T *y, T *out, int n)         \
	{                                                      \
		int i = blockIdx.x * blockDim.x + threadIdx.x; \
                                                               \
		if (i < n)                                     \
			out[i] = function(x[i], y[i]);         \
	}

/* References that the C library does not have under one name. */
static inline long double
reference_rsqrt(long double x)
{
	return 1 / sqrtl(x);
}

static inline long double
reference_rcbrt(long double x)
{
	return 1 / cbrtl(x);
}

static inline long double
reference_exp10(long double x)
{
	return powl(10, x);
}

static inline long double
reference_normcdf(long double x)
{
	return erfcl(-x * 0.70710678118654752440084436210485L) / 2;
}

static inline long double
reference_sinpi(long double x)
{
	return sinl(x * 3.14159265358979323846264338327950288L);
}

#endif
