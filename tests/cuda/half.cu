/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Half precision and bfloat16: conversions in all rounding modes, arithmetic
 * of one and of pairs, comparisons, atomics. An operation on halves is that on
 * doubles rounded once, which the CPU does. Built for several architectures:
 * old ones emulate bfloat16 in float, newer ones have instructions for it.
 */
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "check.h"

static const int width = 16, conversions = 14;

typedef unsigned short word;

/* Bits, so that they can be compared and hashed. */
static __host__ __device__ word
bits(__half h)
{
	return __half_as_ushort(h);
}

static __host__ __device__ word
bits(__nv_bfloat16 b)
{
	return __bfloat16_as_ushort(b);
}

/* The pair's halves, mixed so that exchanging them shows. */
template <class PAIR>
static __device__ word
bits_of_pair(PAIR p)
{
	return (word)(bits(p.x) * 3 + bits(p.y));
}

static __device__ __half2
pair_of(__half a, __half b)
{
	return __halves2half2(a, b);
}

static __device__ __nv_bfloat162
pair_of(__nv_bfloat16 a, __nv_bfloat16 b)
{
	return __halves2bfloat162(a, b);
}

static __device__ __half
fused(__half x, __half y, __half z)
{
	return __hfma(x, y, z);
}

static __device__ __half2
fused2(__half2 x, __half2 y, __half2 z)
{
	return __hfma2(x, y, z);
}

/* No instruction for it before 8.0; here a float holds the exact value. */
static __device__ __nv_bfloat16
fused(__nv_bfloat16 x, __nv_bfloat16 y, __nv_bfloat16 z)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
	return __hfma(x, y, z);
#else
	return __float2bfloat16(fmaf(
		__bfloat162float(x), __bfloat162float(y), __bfloat162float(z)));
#endif
}

static __device__ __nv_bfloat162
fused2(__nv_bfloat162 x, __nv_bfloat162 y, __nv_bfloat162 z)
{
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
	return __hfma2(x, y, z);
#else
	return pair_of(fused(x.x, y.x, z.x), fused(x.y, y.y, z.y));
#endif
}

template <class T>
static __global__ void
arithmetic(const T *in, word *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	T x = in[i], y = in[(i + 1) % n], z = in[(i + 2) % n];
	auto xy = pair_of(x, y), yz = pair_of(y, z), zx = pair_of(z, x);

	out += (size_t)i * width;
	out[0] = bits(__hadd(x, y));
	out[1] = bits(__hsub(x, y));
	out[2] = bits(__hmul(x, y));
	out[3] = bits(fused(x, y, z));
	out[4] = bits(__hneg(x));
	out[5] = bits(__habs(x));
	out[6] = __hlt(x, y) + 2 * __hle(x, y) + 4 * __heq(x, x) +
		8 * __hne(x, y) + 16 * __hgt(x, y) + 32 * __hge(x, y);
	out[7] = bits(__hmax(x, y));
	out[8] = bits(__hmin(x, y));
	out[9] = bits_of_pair(__hadd2(xy, yz));
	out[10] = bits_of_pair(__hmul2(xy, yz));
	out[11] = bits_of_pair(fused2(xy, yz, zx));
	out[12] = bits(hfloor(x));
	out[13] = bits(htrunc(x));
	out[14] = (word)(short)(int)x;
	out[15] = bits(x + y * z);
}

/* Rounded once from the exact value, which a double holds here. */
static __half
round_to(double x, __half)
{
	return __double2half(x);
}

static __nv_bfloat16
round_to(double x, __nv_bfloat16)
{
	return __double2bfloat16(x);
}

static double
value(__half h)
{
	return __half2float(h);
}

static double
value(__nv_bfloat16 b)
{
	return __bfloat162float(b);
}

template <class T>
static void
arithmetic_on_cpu(T tx, T ty, T tz, word *out)
{
	double x = value(tx), y = value(ty), z = value(tz);
	auto rounded = [&](double v) { return bits(round_to(v, tx)); };

	out[0] = rounded(x + y);
	out[1] = rounded(x - y);
	out[2] = rounded(x * y);
	out[3] = rounded(x * y + z);
	out[4] = rounded(-x);
	out[5] = rounded(fabs(x));
	out[6] = (word)((x < y) + 2 * (x <= y) + 4 + 8 * (x != y) +
		16 * (x > y) + 32 * (x >= y));
	out[7] = rounded(x > y ? x : y);
	out[8] = rounded(x < y ? x : y);
	out[9] = (word)(rounded(x + y) * 3 + rounded(y + z));
	out[10] = (word)(rounded(x * y) * 3 + rounded(y * z));
	out[11] = (word)(rounded(x * y + z) * 3 + rounded(y * z + x));
	out[12] = rounded(floor(x));
	out[13] = rounded(trunc(x));
	out[14] = (word)(short)(int)x;
	/* Two operators: two roundings, unless the compiler fuses them. */
	out[15] = 0;
}

/* x + y * z is right when it was rounded twice or fused. */
template <class T>
static void
settle_fused(T x, T y, T z, word got, word *want)
{
	double product = value(round_to(value(y) * value(z), x));
	word twice = bits(round_to(value(x) + product, x));
	word fused = bits(round_to(value(x) + value(y) * value(z), x));

	*want = got == fused ? fused : twice;
}

template <class T>
static void
check_arithmetic(const char *name)
{
	const int n = 3000;
	struct rng r = rng_make(124);
	std::vector<T> in(n);
	std::vector<word> want((size_t)n * width);

	/* Multiples of 1/64 up to 8: products and sums fit a double. */
	for (T &v : in)
		v = round_to(((int)rng_below(&r, 1023) - 511) / 64.0, T());

	T *din = device_copy(in);
	word *dout = device_alloc<word>(want.size());

	arithmetic<T><<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<word> got = host_copy(dout, want.size());

	for (int i = 0; i < n; i++) {
		T x = in[i], y = in[(i + 1) % n], z = in[(i + 2) % n];
		size_t at = (size_t)i * width;

		arithmetic_on_cpu(x, y, z, &want[at]);
		settle_fused(x, y, z, got[at + 15], &want[at + 15]);
	}
	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

/* The header defines these for the CPU too; the device has its own way. */
static __host__ __device__ void
convert(float x, word *out)
{
	__half h = __float2half_rn(x);
	__nv_bfloat16 b = __float2bfloat16_rn(x);

	out[0] = bits(h);
	out[1] = bits(__float2half_rz(x));
	out[2] = bits(__float2half_ru(x));
	out[3] = bits(__float2half_rd(x));
	out[4] = bits(b);
	out[5] = bits(__float2bfloat16_rz(x));
	out[6] = bits(__float2bfloat16_ru(x));
	out[7] = bits(__float2bfloat16_rd(x));
	out[8] = bits(__float2half_rn(__half2float(h) * 2));
	out[9] = bits(__float2bfloat16_rn(__bfloat162float(b) * 2));
	out[10] = (word)__half2int_rz(__float2half_rn(x / 65536));
	out[11] = (word)__half2short_rz(__float2half_rn(x / 65536));
	out[12] = bits(__int2half_rn((int)x));
	out[13] = bits(__double2half(x * 1.00000000001));
}

static __global__ void
convert_all(const float *in, word *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		convert(in[i], out + (size_t)i * conversions);
}

static void
check_conversions()
{
	std::vector<float> in = {0.0f, -0.0f, 65504.0f, 65519.9f, 65520.0f,
		6e-8f, 3e-8f, 2.9e-8f, 1e-20f, 6.1e-5f, 1.0009766f, 70000.0f,
		-70000.0f, 1e8f, -1e8f, 0.33333334f};
	struct rng r = rng_make(125);

	for (int i = 0; i < 3000; i++)
		in.push_back(ldexpf(
			rng_float(&r, -1, 1), (int)rng_below(&r, 45) - 26));

	int n = (int)in.size();
	std::vector<word> want((size_t)n * conversions);

	for (int i = 0; i < n; i++)
		convert(in[i], &want[(size_t)i * conversions]);

	float *din = device_copy(in);
	word *dout = device_alloc<word>(want.size());

	convert_all<<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<word> got = host_copy(dout, want.size());

	expect_same("half-conversions", got, want);
	report("half-conversions", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

/* Sums of small whole numbers are exact in any order. */
static __global__ void
add_up(__half *h, __half2 *pair)
{
	atomicAdd(h, __float2half(1.0f));
	atomicAdd(pair, __floats2half2_rn(1.0f, -2.0f));
}

static void
check_atomics()
{
	std::vector<word> got,
		want = {bits(__float2half(300.0f)), 0,
			bits(__float2half(300.0f)),
			bits(__float2half(-600.0f))};
	word *sums = device_alloc<word>(4);

	CHECK(cudaMemset(sums, 0, 4 * sizeof(word)));
	add_up<<<3, 100>>>((__half *)sums, (__half2 *)(sums + 2));
	CHECK_LAUNCH();
	got = host_copy(sums, 4);
	expect_same("half-atomics", got, want);
	report("half-atomics", got);
	CHECK(cudaFree(sums));
}

int
main()
{
	check_arithmetic<__half>("half-arithmetic");
	check_arithmetic<__nv_bfloat16>("half-bfloat16");
	check_conversions();
	check_atomics();
	return 0;
}
