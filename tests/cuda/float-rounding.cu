/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single precision: the intrinsics that name their rounding mode, conversions
 * from and to integers in each mode, saturation, and the reading of a float's
 * bits. All of it is exact by IEEE 754 or by its definition.
 */
#include <cfenv>

#include "check.h"

static const int cpu_modes[4] = {
	FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD};
static const int per_mode = 6, plain = 7, width = 4 * per_mode + plain;
static const int int_per_mode = 6, int_plain = 8;
static const int int_width = 4 * int_per_mode + int_plain;

#define ARITHMETIC(out, mode)                      \
	do {                                       \
		(out)[0] = __fadd_##mode(x, y);    \
		(out)[1] = __fmul_##mode(x, y);    \
		(out)[2] = __fdiv_##mode(x, y);    \
		(out)[3] = __fsqrt_##mode(x);      \
		(out)[4] = __fmaf_##mode(x, y, z); \
		(out)[5] = __frcp_##mode(x);       \
	} while (0)

static __global__ void
arithmetic(const float *in, float *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	float x = in[i], y = in[(i + 1) % n], z = in[(i + 5) % n];

	out += i * width;
	ARITHMETIC(out, rn);
	ARITHMETIC(out + per_mode, rz);
	ARITHMETIC(out + 2 * per_mode, ru);
	ARITHMETIC(out + 3 * per_mode, rd);
	out += 4 * per_mode;
	out[0] = __saturatef(x);
	out[1] = fminf(x, y);
	out[2] = fmaxf(x, y);
	out[3] = __fsub_rn(x, y);
	out[4] = rintf(x) + roundf(y);
	out[5] = floorf(x) - ceilf(y) + truncf(z);
	out[6] = x / y;
}

/* volatile keeps each operation between its two calls of fesetround. */
static void
arithmetic_on_cpu(float a, float b, float c, float *out)
{
	volatile float x = a, y = b, z = c;

	for (int m = 0; m < 4; m++, out += per_mode) {
		volatile float *v = out;

		fesetround(cpu_modes[m]);
		v[0] = x + y;
		v[1] = x * y;
		v[2] = x / y;
		v[3] = sqrtf(x);
		v[4] = fmaf(x, y, z);
		v[5] = 1.0f / x;
	}
	fesetround(FE_TONEAREST);
	/* NaN saturates to 0. */
	out[0] = x > 0 ? x < 1 ? x : 1.0f : 0.0f;
	out[1] = fminf(x, y);
	out[2] = fmaxf(x, y);
	out[3] = x - y;
	out[4] = rintf(x) + roundf(y);
	out[5] = floorf(x) - ceilf(y) + truncf(z);
	out[6] = x / y;
}

#define CONVERSIONS(out, mode)                                      \
	do {                                                        \
		(out)[0] = __float2int_##mode(x);                   \
		(out)[1] = __float2uint_##mode(fabsf(x));           \
		(out)[2] = __float2ll_##mode(x * 65536);            \
		(out)[3] = __float_as_int(__int2float_##mode(k));   \
		(out)[4] = __float_as_int(__uint2float_##mode(k));  \
		(out)[5] = __float_as_int(__ll2float_##mode(wide)); \
	} while (0)

/* x fits an int; k and wide are any integers. */
static __global__ void
convert(const float *in, const int *ints, long long *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	float x = in[i];
	int k = ints[i];
	long long wide = (long long)k * ints[(i + 1) % n];

	out += (size_t)i * int_width;
	CONVERSIONS(out, rn);
	CONVERSIONS(out + int_per_mode, rz);
	CONVERSIONS(out + 2 * int_per_mode, ru);
	CONVERSIONS(out + 3 * int_per_mode, rd);
	out += 4 * int_per_mode;
	out[0] = __float_as_uint(x);
	out[1] = __float_as_int(__int_as_float(k & 0x7f7fffff));
	out[2] = (short)x;
	out[3] = (unsigned char)k + (signed char)k;
	/* Beyond the range conversions saturate, and NaN is 0. */
	out[4] = __float2int_rz(x * 1e9f * 1e9f);
	out[5] = __float2uint_rz(-fabsf(x));
	out[6] = __float2int_rn(x - x + NAN);
	out[7] = __float2int_rz(truncf(x));
}

static unsigned
bits_of(float x)
{
	unsigned bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static void
convert_on_cpu(float a, int ka, long long widea, long long *out)
{
	volatile float x = a;
	volatile int k = ka;
	volatile unsigned u = ka;
	volatile long long wide = widea;

	for (int m = 0; m < 4; m++, out += int_per_mode) {
		fesetround(cpu_modes[m]);

		volatile float whole = nearbyintf(x);
		volatile float size = nearbyintf(fabsf(x));
		volatile float large = nearbyintf(x * 65536);
		volatile float from_int = (float)k, from_uint = (float)u;
		volatile float from_wide = (float)wide;

		out[0] = (int)whole;
		out[1] = (unsigned)size;
		out[2] = (long long)large;
		out[3] = (int)bits_of(from_int);
		out[4] = (int)bits_of(from_uint);
		out[5] = (int)bits_of(from_wide);
	}
	fesetround(FE_TONEAREST);
	out[0] = bits_of(x);
	out[1] = k & 0x7f7fffff;
	out[2] = (short)x;
	out[3] = (unsigned char)k + (signed char)k;
	out[4] = x > 0 ? INT32_MAX : INT32_MIN;
	out[5] = 0;
	out[6] = 0;
	out[7] = (int)x;
}

static std::vector<float>
make_input()
{
	std::vector<float> in = {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, 1.5f, 2.5f,
		INFINITY, -INFINITY, NAN, 1e-45f, -1e-45f, 1.17549435e-38f,
		1.1754942e-38f, 3.40282347e38f, -3.40282347e38f, 16777215.0f,
		8388607.5f, 1e30f, -1e-30f, 3.0f};
	std::vector<float> special = in;
	struct rng r = rng_make(18);

	for (float a : special) {
		for (float b : special) {
			in.push_back(a);
			in.push_back(b);
		}
	}
	for (int i = 0; i < 3000; i++)
		in.push_back(ldexpf(
			rng_float(&r, -1, 1), (int)rng_below(&r, 60) - 30));
	return in;
}

static void
check_arithmetic()
{
	std::vector<float> in = make_input();
	int n = (int)in.size();
	std::vector<float> want(n * width);

	for (int i = 0; i < n; i++)
		arithmetic_on_cpu(in[i], in[(i + 1) % n], in[(i + 5) % n],
			&want[i * width]);

	float *din = device_copy(in), *dout = device_alloc<float>(n * width);

	arithmetic<<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(dout, n * width);

	expect_same_or_nan("float-rounding-arithmetic", got, want);
	/* Which NaN it is differs between machines. */
	for (float &v : got)
		if (isnan(v))
			v = NAN;
	report("float-rounding-arithmetic", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

static void
check_conversions()
{
	const int n = 3000;
	struct rng r = rng_make(19);
	std::vector<float> in(n);
	std::vector<int> ints(n);
	std::vector<long long> want(n * int_width);

	for (int i = 0; i < n; i++) {
		/* Half of them lie just between two whole numbers. */
		in[i] = rng_float(&r, -30000, 30000);
		if (i % 2)
			in[i] = floorf(in[i]) + 0.5f;
		ints[i] = (int)rng_u32(&r);
	}
	for (int i = 0; i < n; i++)
		convert_on_cpu(in[i], ints[i],
			(long long)ints[i] * ints[(i + 1) % n],
			&want[i * int_width]);

	float *din = device_copy(in);
	int *dints = device_copy(ints);
	long long *dout = device_alloc<long long>(n * int_width);

	convert<<<blocks_for(n, 128), 128>>>(din, dints, dout, n);
	CHECK_LAUNCH();

	std::vector<long long> got = host_copy(dout, n * int_width);

	expect_same("float-rounding-conversions", got, want);
	report("float-rounding-conversions", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dints));
	CHECK(cudaFree(dout));
}

int
main()
{
	check_arithmetic();
	check_conversions();
	return 0;
}
