/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single precision mathematical functions within the bounds of the CUDA
 * Programming Guide, and the fast intrinsics within theirs. The CPU computes
 * in long double.
 */
#include "math-table.h"

/* Arguments too large for the short way of reducing them. */
static __device__ float
sinf_large(float x)
{
	return sinf(x);
}

static __device__ float
cosf_large(float x)
{
	return cosf(x);
}

/* function, reference, smallest and largest input, bound */
#define UNARY(ROW)                                   \
	ROW(sinf, sinl, -20, 20, 2)                  \
	ROW(cosf, cosl, -20, 20, 2)                  \
	ROW(tanf, tanl, -10, 10, 4)                  \
	ROW(sinf_large, sinl, -1e8, 1e8, 2)          \
	ROW(cosf_large, cosl, -1e8, 1e8, 2)          \
	ROW(sinpif, reference_sinpi, -4, 4, 2)       \
	ROW(asinf, asinl, -1, 1, 4)                  \
	ROW(acosf, acosl, -1, 1, 3)                  \
	ROW(atanf, atanl, -50, 50, 2)                \
	ROW(sinhf, sinhl, -20, 20, 3)                \
	ROW(coshf, coshl, -20, 20, 2)                \
	ROW(tanhf, tanhl, -5, 5, 2)                  \
	ROW(asinhf, asinhl, -100, 100, 3)            \
	ROW(acoshf, acoshl, 1, 100, 4)               \
	ROW(atanhf, atanhl, -0.999, 0.999, 3)        \
	ROW(expf, expl, -87, 88, 2)                  \
	ROW(exp2f, exp2l, -125, 127, 2)              \
	ROW(exp10f, reference_exp10, -37, 38, 2)     \
	ROW(expm1f, expm1l, -3, 20, 1)               \
	ROW(logf, logl, 1e-4, 1000, 1)               \
	ROW(log2f, log2l, 1e-4, 1000, 1)             \
	ROW(log10f, log10l, 1e-4, 1000, 2)           \
	ROW(log1pf, log1pl, -0.95, 10, 1)            \
	ROW(sqrtf, sqrtl, 0, 1e6, 0)                 \
	ROW(rsqrtf, reference_rsqrt, 1e-4, 1e6, 2)   \
	ROW(cbrtf, cbrtl, -1000, 1000, 1)            \
	ROW(rcbrtf, reference_rcbrt, 0.001, 1000, 1) \
	ROW(erff, erfl, -4, 4, 2)                    \
	ROW(erfcf, erfcl, -3, 9, 6)                  \
	ROW(normcdff, reference_normcdf, -12, 5, 6)  \
	ROW(tgammaf, tgammal, 0.1, 34, 11)           \
	ROW(lgammaf, lgammal, 0.1, 100, 6)           \
	ROW(floorf, floorl, -1e5, 1e5, 0)            \
	ROW(ceilf, ceill, -1e5, 1e5, 0)              \
	ROW(truncf, truncl, -1e5, 1e5, 0)            \
	ROW(roundf, roundl, -1e5, 1e5, 0)            \
	ROW(rintf, rintl, -1e5, 1e5, 0)              \
	ROW(fabsf, fabsl, -1e5, 1e5, 0)

#define BINARY(ROW)                                        \
	ROW(powf, powl, 0.01, 30, -15, 15, 8)              \
	ROW(atan2f, atan2l, -10, 10, -10, 10, 3)           \
	ROW(hypotf, hypotl, -1e4, 1e4, -1e4, 1e4, 3)       \
	ROW(fmodf, fmodl, -1e4, 1e4, 0.1, 10, 0)           \
	ROW(remainderf, remainderl, -1e4, 1e4, 0.1, 10, 0) \
	ROW(fdimf, fdiml, -10, 10, -10, 10, 0)             \
	ROW(copysignf, copysignl, -10, 10, -10, 10, 0)     \
	ROW(fminf, fminl, -10, 10, -10, 10, 0)             \
	ROW(fmaxf, fmaxl, -10, 10, -10, 10, 0)

#define KERNEL_1(function, ...) UNARY_KERNEL(float, function)
#define KERNEL_2(function, ...) BINARY_KERNEL(float, function)
UNARY(KERNEL_1)
BINARY(KERNEL_2)

#define TABLE_1(function, reference, lo, hi, bound) \
	{"math-float-" #function, function##_kernel, reference, lo, hi, bound},
#define TABLE_2(function, reference, xlo, xhi, ylo, yhi, bound)                \
	{"math-float-" #function, function##_kernel, reference, xlo, xhi, ylo, \
		yhi, bound},

static const struct unary<float> unary_table[] = {
	UNARY(TABLE_1)
};
static const struct binary<float> binary_table[] = {
	BINARY(TABLE_2)
};

/* The bounds are absolute: 2^-21.41 (sin), 2^-21.19 (cos), 2^-21.41 (log). */
static __global__ void
fast(const float *in, float *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	float x = in[i];

	out[i * 6] = __sinf(x);
	out[i * 6 + 1] = __cosf(x);
	out[i * 6 + 2] = __logf(1.25f + x / 8);
	out[i * 6 + 3] = __expf(x);
	out[i * 6 + 4] = __fdividef(1.0f, 4 + x);
	out[i * 6 + 5] = __powf(4 + x, 1.5f);
}

static void
check_fast()
{
	struct rng r = rng_make(22);
	std::vector<float> in(samples);
	std::vector<double> want;

	for (float &x : in) {
		x = rng_float(&r, -3.14f, 3.14f);
		want.push_back(sin((double)x));
		want.push_back(cos((double)x));
		want.push_back(log((double)(1.25f + x / 8)));
		want.push_back(exp((double)x));
		want.push_back(1 / (double)(4 + x));
		want.push_back(pow((double)(4 + x), 1.5));
	}

	float *din = device_copy(in), *dout = device_alloc<float>(want.size());

	fast<<<blocks_for(samples, 128), 128>>>(din, dout, samples);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(dout, want.size());

	/* 2^-20 absolute, and a few units of the last place for the large. */
	expect_near("math-float-fast", got, want, 0x1p-20, 0x1p-20);
	report("math-float-fast", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	uint64_t seed = 1000;

	for (const struct unary<float> &f : unary_table)
		check_unary(f, seed++);
	for (const struct binary<float> &f : binary_table)
		check_binary(f, seed++);
	check_fast();
	return 0;
}
