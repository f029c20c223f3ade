/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 64-bit integers: products with their high halves, quotients, remainders,
 * shifts, bit counts, 128-bit carries, and 64-bit atomics.
 */
#include "check.h"

static const int width = 24;

/* What C++ itself defines: the same text for device and host. */
static __host__ __device__ void
common_part(uint64_t x, uint64_t y, uint64_t *out)
{
	int64_t a = (int64_t)x, b = (int64_t)y;
	int shift = (int)(y & 63);
	unsigned __int128 product = (unsigned __int128)x * y + x;

	out[0] = x * y;
	out[1] = x + y;
	out[2] = x - y;
	out[3] = y ? x / y : 0;
	out[4] = y ? x % y : 0;
	/* The one quotient that does not fit. */
	out[5] = b && !(b == -1 && a == INT64_MIN) ? a / b : 0;
	out[6] = b && !(b == -1 && a == INT64_MIN) ? a % b : 0;
	out[7] = x << shift;
	out[8] = x >> shift;
	out[9] = a >> shift;
	out[10] = x << shift | x >> (-shift & 63);
	out[11] = a < b ? a : b;
	out[12] = x > y ? x : y;
	out[13] = (uint64_t)(product >> 64);
	out[14] = (uint64_t)(int64_t)(int)x * (int)y;
	out[15] = (uint64_t)(unsigned)x * (unsigned)y + y;
	out[16] = x / 10 + (uint64_t)(a / 7) + x % 1000000007;
}

static __global__ void
compute(const uint64_t *in, uint64_t *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	uint64_t x = in[i], y = in[(i + 1) % n];

	out += (size_t)i * width;
	common_part(x, y, out);
	out[17] = __umul64hi(x, y);
	out[18] = (uint64_t)__mul64hi((int64_t)x, (int64_t)y);
	out[19] = __popcll(x);
	out[20] = __clzll(x);
	out[21] = __ffsll(x);
	out[22] = __brevll(x);
	out[23] = (uint64_t)llabs((int64_t)(x >> 1) - (int64_t)(y >> 1));
}

static void
compute_on_cpu(uint64_t x, uint64_t y, uint64_t *out)
{
	__int128 product = (__int128)(int64_t)x * (int64_t)y;
	uint64_t reversed = 0;

	common_part(x, y, out);
	for (int bit = 0; bit < 64; bit++)
		reversed |= (x >> bit & 1) << (63 - bit);
	out[17] = (uint64_t)((unsigned __int128)x * y >> 64);
	out[18] = (uint64_t)(product >> 64);
	out[19] = __builtin_popcountll(x);
	out[20] = x ? __builtin_clzll(x) : 64;
	out[21] = __builtin_ffsll(x);
	out[22] = reversed;
	out[23] =
		(x >> 1) > (y >> 1) ? (x >> 1) - (y >> 1) : (y >> 1) - (x >> 1);
}

static void
check_operations()
{
	struct rng r = rng_make(20);
	std::vector<uint64_t> in = {0, 1, 2, 3, 10, UINT64_MAX, 1ull << 63,
		(1ull << 63) - 1, 0xffffffff, 1ull << 32, 63, 64, UINT64_MAX,
		(uint64_t)INT64_MIN, UINT64_MAX, 0, 1ull << 63};

	for (int i = 0; i < 4000; i++)
		in.push_back(rng_u64(&r) >> rng_below(&r, 64));

	int n = (int)in.size();
	std::vector<uint64_t> want((size_t)n * width);

	for (int i = 0; i < n; i++)
		compute_on_cpu(in[i], in[(i + 1) % n], &want[i * width]);

	uint64_t *din = device_copy(in);
	uint64_t *dout = device_alloc<uint64_t>(want.size());

	compute<<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<uint64_t> got = host_copy(dout, want.size());

	expect_same("int64-operations", got, want);
	report("int64-operations", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

typedef unsigned long long word;

/* cell: sum, minimum, maximum, and, or, xor, product through CAS. */
static __global__ void
atomics(word *cell, const word *in, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;
	atomicAdd(&cell[0], in[i]);
	atomicMin((long long *)&cell[1], (long long)in[i]);
	atomicMax(&cell[2], in[i]);
	atomicAnd(&cell[3], in[i] | 0xff00);
	atomicOr(&cell[4], in[i] & 0xf0f0f0f0f0f0f0f0);
	atomicXor(&cell[5], in[i]);

	word seen = cell[6], expected;

	do {
		expected = seen;
		seen = atomicCAS(&cell[6], expected, expected * (in[i] | 1));
	} while (seen != expected);
}

static void
check_atomics()
{
	const int n = 5000;
	struct rng r = rng_make(21);
	std::vector<word> in(n), want = {7, 0, 0, ~0ull, 0, 0, 1};

	for (word &v : in)
		v = rng_u64(&r);

	word *din = device_copy(in), *cell = device_copy(want);

	for (word v : in) {
		want[0] += v;
		if ((long long)v < (long long)want[1])
			want[1] = v;
		if (v > want[2])
			want[2] = v;
		want[3] &= v | 0xff00;
		want[4] |= v & 0xf0f0f0f0f0f0f0f0;
		want[5] ^= v;
		want[6] *= v | 1;
	}
	atomics<<<blocks_for(n, 192), 192>>>(cell, din, n);
	CHECK_LAUNCH();

	std::vector<word> got = host_copy(cell, want.size());

	expect_same("int64-atomics", got, want);
	report("int64-atomics", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(cell));
}

int
main()
{
	check_operations();
	check_atomics();
	return 0;
}
