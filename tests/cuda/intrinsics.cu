/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integer intrinsics: bit counts and reversal, byte permutation, funnel
 * shifts, 24-bit and high products, averages, sums of differences, dot
 * products of bytes, and SIMD within a word. The CPU follows their
 * definitions bit by bit.
 */
#include "check.h"

static const int width = 34;

static __global__ void
compute(const unsigned *in, unsigned *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	unsigned x = in[i], y = in[(i + 1) % n], z = in[(i + 3) % n];
	unsigned *o = out + (size_t)i * width;

	*o++ = __popc(x);
	*o++ = __clz(x);
	*o++ = __ffs(x);
	*o++ = __brev(x);
	*o++ = __byte_perm(x, y, z & 0x7777);
	*o++ = __funnelshift_l(x, y, z);
	*o++ = __funnelshift_r(x, y, z);
	*o++ = __funnelshift_lc(x, y, z & 63);
	*o++ = __funnelshift_rc(x, y, z & 63);
	*o++ = __mul24(x, y);
	*o++ = __umul24(x, y);
	*o++ = __mulhi((int)x, (int)y);
	*o++ = __umulhi(x, y);
	*o++ = __sad(x, y, z);
	*o++ = __usad(x, y, z);
	*o++ = __hadd(x, y);
	*o++ = __rhadd(x, y);
	*o++ = __uhadd(x, y);
	*o++ = __urhadd(x, y);
	*o++ = __dp4a((int)x, (int)y, (int)z);
	*o++ = __dp4a(x, y, z);
	*o++ = __dp2a_lo((int)x, (int)y, (int)z);
	*o++ = __dp2a_hi(x, y, z);
	*o++ = min((int)x, (int)y) ^ max(y, z);
	*o++ = abs((int)(x >> 1) - (int)(y >> 1));
	*o++ = __vadd4(x, y);
	*o++ = __vsub2(x, y);
	*o++ = __vabsdiffu4(x, y);
	*o++ = __vcmpgtu4(x, y);
	*o++ = __vmaxs2(x, y);
	*o++ = __vminu4(x, y);
	*o++ = __vavgu4(x, y);
	/* Bit fields: of any place and length, and a mask. */
	*o++ = x >> (y & 31) & ((1u << (z & 15)) - 1);
	*o++ = (int)(x << (y & 15)) >> (z & 15);
}

static int
signed_part(unsigned word, int bits, int index)
{
	return (int)(word << (32 - bits - bits * index)) >> (32 - bits);
}

static unsigned
unsigned_part(unsigned word, int bits, int index)
{
	return word << (32 - bits - bits * index) >> (32 - bits);
}

static unsigned
byte_perm(unsigned x, unsigned y, unsigned selector)
{
	uint64_t both = (uint64_t)y << 32 | x;
	unsigned result = 0;

	for (int i = 0; i < 4; i++)
		result |= (unsigned)(both >> 8 * (selector >> 4 * i & 7) & 255)
			<< 8 * i;
	return result;
}

static void
shifts_on_cpu(unsigned x, unsigned y, unsigned z, unsigned *o)
{
	uint64_t both = (uint64_t)y << 32 | x;
	int clamped = (z & 63) > 32 ? 32 : (int)(z & 63);

	o[0] = (unsigned)(both << (z & 31) >> 32);
	o[1] = (unsigned)(both >> (z & 31));
	o[2] = clamped == 32 ? x : (unsigned)(both << clamped >> 32);
	o[3] = (unsigned)(both >> clamped);
}

static void
products_on_cpu(unsigned x, unsigned y, unsigned z, unsigned *o)
{
	int64_t a = (int)x, b = (int)y;

	o[0] = (unsigned)((int64_t)signed_part(x, 24, 0) *
		signed_part(y, 24, 0));
	o[1] = (unsigned)((uint64_t)(x & 0xffffff) * (y & 0xffffff));
	o[2] = (unsigned)(a * b >> 32);
	o[3] = (unsigned)((uint64_t)x * y >> 32);
	o[4] = (unsigned)(a > b ? a - b : b - a) + z;
	o[5] = (x > y ? x - y : y - x) + z;
	o[6] = (unsigned)((a + b) >> 1);
	o[7] = (unsigned)((a + b + 1) >> 1);
	o[8] = (unsigned)(((uint64_t)x + y) >> 1);
	o[9] = (unsigned)(((uint64_t)x + y + 1) >> 1);
	o[10] = o[11] = o[12] = o[13] = z;
	for (unsigned i = 0; i < 4; i++) {
		o[10] +=
			(unsigned)(signed_part(x, 8, i) * signed_part(y, 8, i));
		o[11] += unsigned_part(x, 8, i) * unsigned_part(y, 8, i);
	}
	for (unsigned i = 0; i < 2; i++) {
		o[12] += (unsigned)(signed_part(x, 16, i) *
			signed_part(y, 8, i));
		o[13] += unsigned_part(x, 16, i) * unsigned_part(y, 8, i + 2);
	}
}

static void
simd_on_cpu(unsigned x, unsigned y, unsigned *o)
{
	memset(o, 0, 7 * sizeof(*o));
	for (int i = 0; i < 4; i++) {
		unsigned a = unsigned_part(x, 8, i), b = unsigned_part(y, 8, i);

		o[0] |= ((a + b) & 255) << 8 * i;
		o[2] |= (a > b ? a - b : b - a) << 8 * i;
		o[3] |= (a > b ? 255u : 0u) << 8 * i;
		o[5] |= (a < b ? a : b) << 8 * i;
		o[6] |= ((a + b + 1) >> 1) << 8 * i;
	}
	for (int i = 0; i < 2; i++) {
		int a = signed_part(x, 16, i), b = signed_part(y, 16, i);

		o[1] |= ((unsigned)(a - b) & 65535) << 16 * i;
		o[4] |= ((unsigned)(a > b ? a : b) & 65535) << 16 * i;
	}
}

static void
compute_on_cpu(unsigned x, unsigned y, unsigned z, unsigned *o)
{
	int a = (int)x, b = (int)y;
	int difference = (int)(x >> 1) - (int)(y >> 1);

	o[0] = __builtin_popcount(x);
	o[1] = x ? __builtin_clz(x) : 32;
	o[2] = __builtin_ffs((int)x);
	o[3] = 0;
	for (int bit = 0; bit < 32; bit++)
		o[3] |= (x >> bit & 1) << (31 - bit);
	o[4] = byte_perm(x, y, z);
	shifts_on_cpu(x, y, z, o + 5);
	products_on_cpu(x, y, z, o + 9);
	o[23] = (unsigned)(a < b ? a : b) ^ (y > z ? y : z);
	o[24] = (unsigned)(difference < 0 ? -difference : difference);
	simd_on_cpu(x, y, o + 25);
	o[32] = x >> (y & 31) & ((1u << (z & 15)) - 1);
	o[33] = (unsigned)((int)(x << (y & 15)) >> (z & 15));
}

int
main()
{
	std::vector<unsigned> in = {0, 1, 2, 31, 32, 33, 0x7fffffff, 0x80000000,
		0xffffffff, 0x00800000, 0xff7fffff, 0x80808080, 0x7f7f7f7f, 0,
		0xffffffff, 0xffffffff};
	struct rng r = rng_make(24);

	for (int i = 0; i < 5000; i++)
		in.push_back(rng_u32(&r) >> (i & 1 ? rng_below(&r, 32) : 0));

	int n = (int)in.size();
	std::vector<unsigned> want((size_t)n * width);

	for (int i = 0; i < n; i++)
		compute_on_cpu(in[i], in[(i + 1) % n], in[(i + 3) % n],
			&want[(size_t)i * width]);

	unsigned *din = device_copy(in);
	unsigned *dout = device_alloc<unsigned>(want.size());

	compute<<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, want.size());

	expect_same("intrinsics", got, want);
	report("intrinsics", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
