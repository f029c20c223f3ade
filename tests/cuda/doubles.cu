/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Double precision: + - x / sqrt fma in the four IEEE rounding modes,
 * rounding to whole numbers, minimum and maximum, comparisons and
 * conversions, on random and on special numbers. All of it is exact by
 * IEEE 754, so the CPU must give the same.
 */
#include <cfenv>

#include "check.h"

static const int cpu_modes[4] = {
	FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
static const int per_mode = 5, plain = 12, width = 4 * per_mode + plain;
static const int float_width = 6, int_width = 18;

#define ARITHMETIC(out, mode)                     \
	do {                                      \
		(out)[0] = __dadd_##mode(x, y);   \
		(out)[1] = __dmul_##mode(x, y);   \
		(out)[2] = __ddiv_##mode(x, y);   \
		(out)[3] = __dsqrt_##mode(x);     \
		(out)[4] = __fma_##mode(x, y, z); \
	} while (0)

static __global__ void
arithmetic(const double *in, double *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	double x = in[i], y = in[(i + 1) % n], z = in[(i + 5) % n];

	out += i * width;
	ARITHMETIC(out, rn);
	ARITHMETIC(out + per_mode, rz);
	ARITHMETIC(out + 2 * per_mode, ru);
	ARITHMETIC(out + 3 * per_mode, rd);
	out += 4 * per_mode;
	out[0] = floor(x);
	out[1] = ceil(x);
	out[2] = trunc(x);
	out[3] = rint(x);
	out[4] = round(x);
	out[5] = fmin(x, y);
	out[6] = fmax(x, y);
	out[7] = copysign(x, y);
	out[8] = fabs(x);
	out[9] = (x < y) + 2 * (x <= y) + 4 * (x == y) + 8 * (x != y) +
		16 * (x > y) + 32 * (x >= y);
	out[10] = !!isnan(x) + 2 * !!isinf(x) + 4 * !!isfinite(x) +
		8 * !!signbit(x);
	out[11] = x - y;
}

/* volatile keeps each operation between its two calls of fesetround. */
static void
arithmetic_on_cpu(double a, double b, double c, double *out)
{
	volatile double x = a, y = b, z = c;

	for (int m = 0; m < 4; m++, out += per_mode) {
		volatile double *v = out;

		fesetround(cpu_modes[m]);
		v[0] = x + y;
		v[1] = x * y;
		v[2] = x / y;
		v[3] = sqrt(x);
		v[4] = fma(x, y, z);
	}
	fesetround(FE_TONEAREST);
	out[0] = floor(x);
	out[1] = ceil(x);
	out[2] = trunc(x);
	out[3] = rint(x);
	out[4] = round(x);
	out[5] = fmin(x, y);
	out[6] = fmax(x, y);
	out[7] = copysign(x, y);
	out[8] = fabs(x);
	out[9] = (x < y) + 2 * (x <= y) + 4 * (x == y) + 8 * (x != y) +
		16 * (x > y) + 32 * (x >= y);
	out[10] = !!isnan(a) + 2 * !!isinf(a) + 4 * !!isfinite(a) +
		8 * !!signbit(a);
	out[11] = x - y;
}

static __global__ void
to_float(const double *in, float *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;
	out += i * float_width;
	out[0] = __double2float_rn(in[i]);
	out[1] = __double2float_rz(in[i]);
	out[2] = __double2float_ru(in[i]);
	out[3] = __double2float_rd(in[i]);
	out[4] = (float)in[i];
	out[5] = (float)(double)(float)in[i];
}

static void
to_float_on_cpu(double a, float *out)
{
	volatile double x = a;

	for (int m = 0; m < 4; m++) {
		volatile float *v = out;

		fesetround(cpu_modes[m]);
		v[m] = (float)x;
	}
	fesetround(FE_TONEAREST);
	out[4] = out[5] = out[0];
}

/* in[i] fits every type converted to. */
static __global__ void
integers(const double *in, long long *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	double x = in[i];
	long long big = __double_as_longlong(x);

	out += i * int_width;
	out[0] = __double2int_rn(x);
	out[1] = __double2int_rz(x);
	out[2] = __double2int_ru(x);
	out[3] = __double2int_rd(x);
	out[4] = __double2ll_rn(x * 1048576);
	out[5] = __double2ll_rz(x * 1048576);
	out[6] = __double2ll_ru(x * 1048576);
	out[7] = __double2ll_rd(x * 1048576);
	out[8] = __double2uint_rn(fabs(x));
	out[9] = (long long)__double2ull_rz(fabs(x));
	out[10] = __double_as_longlong(__ll2double_rn(big));
	out[11] = __double_as_longlong(__ll2double_rz(big));
	out[12] = __double_as_longlong(__ll2double_ru(big));
	out[13] = __double_as_longlong(__ll2double_rd(big));
	out[14] = __double_as_longlong((double)(unsigned long long)big);
	out[15] = __double2hiint(x);
	out[16] = __double2loint(x);
	out[17] = __double_as_longlong(
		__hiloint2double(__double2hiint(x), __double2loint(x) ^ 1));
}

static long long
bits_of(double x)
{
	long long bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static void
integers_on_cpu(double a, long long *out)
{
	volatile double x = a;
	volatile long long big = bits_of(a);

	for (int m = 0; m < 4; m++) {
		fesetround(cpu_modes[m]);

		volatile double small = nearbyint(x);
		volatile double large = nearbyint(x * 1048576);
		volatile double back = (double)big;

		out[m] = (int)small;
		out[4 + m] = (long long)large;
		out[10 + m] = bits_of(back);
	}
	fesetround(FE_TONEAREST);
	out[8] = (long long)nearbyint(fabs(x));
	out[9] = (long long)fabs(x);
	out[14] = bits_of((double)(unsigned long long)big);
	out[15] = (int)(big >> 32);
	out[16] = (int)(big & 0xffffffff);
	out[17] = big ^ 1;
}

static std::vector<double>
make_input()
{
	std::vector<double> in = {0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5,
		INFINITY, -INFINITY, NAN, 5e-324, -5e-324,
		2.2250738585072014e-308, 2.2250738585072009e-308,
		1.7976931348623157e308, -1.7976931348623157e308,
		4503599627370495.5, 9007199254740993.0, 1e-45,
		3.4028235677973366e38, 1e300, -1e-300, 3.0};
	std::vector<double> special = in;
	struct rng r = rng_make(16);

	/* Every pair of special numbers as neighbours. */
	for (double a : special) {
		for (double b : special) {
			in.push_back(a);
			in.push_back(b);
		}
	}
	for (int i = 0; i < 3000; i++)
		in.push_back(ldexp(
			rng_double(&r, -1, 1), (int)rng_below(&r, 200) - 100));
	return in;
}

template <class T, class KERNEL>
static std::vector<T>
run(KERNEL kernel, const std::vector<double> &in, int each)
{
	size_t n = in.size();
	double *din = device_copy(in);
	T *dout = device_alloc<T>(n * each);

	kernel<<<blocks_for(n, 128), 128>>>(din, dout, (int)n);
	CHECK_LAUNCH();

	std::vector<T> got = host_copy(dout, n * each);

	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return got;
}

/* NaNs are made one, so that the hash does not depend on their payload. */
template <class T>
static void
check(const char *name, std::vector<T> got, const std::vector<T> &want)
{
	expect_same_or_nan(name, got, want);
	for (T &v : got)
		if (isnan(v))
			v = (T)NAN;
	report(name, got);
}

int
main()
{
	std::vector<double> in = make_input();
	int n = (int)in.size();
	std::vector<double> want(n * width), fitting(2000);
	std::vector<float> want_float(n * float_width);
	std::vector<long long> want_int(fitting.size() * int_width);
	struct rng r = rng_make(17);

	for (int i = 0; i < n; i++) {
		arithmetic_on_cpu(in[i], in[(i + 1) % n], in[(i + 5) % n],
			&want[i * width]);
		to_float_on_cpu(in[i], &want_float[i * float_width]);
	}
	check("doubles-arithmetic", run<double>(arithmetic, in, width), want);
	check("doubles-to-float", run<float>(to_float, in, float_width),
		want_float);

	for (size_t i = 0; i < fitting.size(); i++) {
		/* Every other one lies just between two whole numbers. */
		fitting[i] = rng_double(&r, -1e9, 1e9);
		if (i % 2)
			fitting[i] = floor(fitting[i]) + 0.5;
		integers_on_cpu(fitting[i], &want_int[i * int_width]);
	}

	std::vector<long long> got =
		run<long long>(integers, fitting, int_width);

	expect_same("doubles-integers", got, want_int);
	report("doubles-integers", got);
	return 0;
}
