/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalar helpers of the integer operations. All of them are branch-free
 * enough to become vectors.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_INT_H
#define RGPU_SOFTGPU_PTX_EXEC_INT_H

#include <stdbool.h>
#include <stdint.h>

static inline int32_t
ptx_sat32(int64_t x)
{
	x = x > INT32_MAX ? INT32_MAX : x;
	return (int32_t)(x < INT32_MIN ? INT32_MIN : x);
}

static inline uint32_t
ptx_lo(uint32_t x)
{
	return x & 0xffff;
}

static inline uint32_t
ptx_pack2(uint32_t lo, uint32_t hi)
{
	return (lo & 0xffff) | hi << 16;
}

static inline uint32_t
ptx_min(uint32_t x, uint32_t y)
{
	return x < y ? x : y;
}

static inline uint32_t
ptx_max(uint32_t x, uint32_t y)
{
	return x > y ? x : y;
}

static inline int32_t
ptx_relu(int32_t x)
{
	return x < 0 ? 0 : x;
}

static inline uint32_t
ptx_minmax_s16x2(uint32_t x, uint32_t y, bool max, bool relu)
{
	int32_t lx = (int16_t)x, ly = (int16_t)y;
	int32_t hx = (int32_t)x >> 16, hy = (int32_t)y >> 16;
	int32_t lo = (lx < ly) != max ? lx : ly;
	int32_t hi = (hx < hy) != max ? hx : hy;

	if (relu) {
		lo = ptx_relu(lo);
		hi = ptx_relu(hi);
	}
	return ptx_pack2((uint32_t)lo, (uint32_t)hi);
}

static inline uint64_t
ptx_mulhi_u64(uint64_t x, uint64_t y)
{
	return (uint64_t)((unsigned __int128)x * y >> 64);
}

static inline int64_t
ptx_mulhi_s64(int64_t x, int64_t y)
{
	return (int64_t)((__int128)x * y >> 64);
}

static inline uint32_t
ptx_low24(uint32_t x)
{
	return x & 0xffffff;
}

static inline int64_t
ptx_sext24(uint32_t x)
{
	return (int32_t)(x << 8) >> 8;
}

static inline int32_t
ptx_div_s32(int32_t x, int32_t y)
{
	if (y == 0)
		return -1;
	return y == -1 ? (int32_t)(0 - (uint32_t)x) : x / y;
}

static inline int64_t
ptx_div_s64(int64_t x, int64_t y)
{
	if (y == 0)
		return -1;
	return y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
}

static inline int32_t
ptx_rem_s32(int32_t x, int32_t y)
{
	if (y == 0)
		return x;
	return y == -1 ? 0 : x % y;
}

static inline int64_t
ptx_rem_s64(int64_t x, int64_t y)
{
	if (y == 0)
		return x;
	return y == -1 ? 0 : x % y;
}

static inline int32_t
ptx_byte(uint32_t x, unsigned n, bool is_signed)
{
	uint8_t b = (uint8_t)(x >> 8 * n);

	return is_signed ? (int8_t)b : b;
}

static inline int32_t
ptx_dp4(uint32_t x, uint32_t y, bool sx, bool sy)
{
	int32_t sum = 0;

	for (unsigned n = 0; n < 4; n++)
		sum += ptx_byte(x, n, sx) * ptx_byte(y, n, sy);
	return sum;
}

static inline int32_t
ptx_dp2(uint32_t x, uint32_t y, bool sx, bool sy)
{
	int32_t lo = sx ? (int16_t)x : (int32_t)(x & 0xffff);
	int32_t hi = sx ? (int32_t)x >> 16 : (int32_t)(x >> 16);

	return lo * ptx_byte(y, 0, sy) + hi * ptx_byte(y, 1, sy);
}

static inline uint32_t
ptx_funnel_l(uint32_t lo, uint32_t hi, uint32_t n)
{
	uint64_t both = (uint64_t)hi << 32 | lo;

	return (uint32_t)(both << n >> 32);
}

static inline uint32_t
ptx_funnel_r(uint32_t lo, uint32_t hi, uint32_t n)
{
	uint64_t both = (uint64_t)hi << 32 | lo;

	return (uint32_t)(both >> n);
}

/* Bit k of the table is the result for inputs x:y:z = k. */
static inline uint32_t
ptx_lop3(uint32_t x, uint32_t y, uint32_t z, uint32_t table)
{
	uint32_t r = 0;

	for (unsigned k = 0; k < 8; k++)
		r |= (0 - (table >> k & 1)) & (k & 4 ? x : ~x) &
			(k & 2 ? y : ~y) & (k & 1 ? z : ~z);
	return r;
}

/* Byte n of b:a; bit 3 of n asks for its sign in all bits. */
static inline uint32_t
ptx_prmt_byte(uint64_t both, uint32_t n)
{
	uint32_t byte = (uint32_t)(both >> 8 * (n & 7)) & 0xff;
	uint32_t sign = (0 - (byte >> 7)) & 0xff;

	return n & 8 ? sign : byte;
}

static inline uint32_t
ptx_prmt(uint32_t x, uint32_t y, uint32_t select)
{
	uint64_t both = (uint64_t)y << 32 | x;

	return ptx_prmt_byte(both, select) |
		ptx_prmt_byte(both, select >> 4) << 8 |
		ptx_prmt_byte(both, select >> 8) << 16 |
		ptx_prmt_byte(both, select >> 12) << 24;
}

/* Selectors of the modes f4e b4e rc8 ecl ecr rc16 for c = 0..3. */
static inline uint32_t
ptx_prmt_mode(uint32_t x, uint32_t y, uint32_t c, unsigned mode)
{
	static const uint16_t selectors[6][4] = {
		{0x3210, 0x4321, 0x5432, 0x6543},
		{0x5670, 0x6701, 0x7012, 0x0123},
		{0x0000, 0x1111, 0x2222, 0x3333},
		{0x3210, 0x3211, 0x3222, 0x3333},
		{0x0000, 0x1110, 0x2210, 0x3210},
		{0x1010, 0x3232, 0x1010, 0x3232},
	};

	return ptx_prmt(x, y, selectors[mode][c & 3]);
}

/* msb is 31 or 63; the value of fewer bits comes zero- or sign-extended. */
static inline uint64_t
ptx_bfe_u64(uint64_t x, uint32_t pos, uint32_t len, uint32_t msb)
{
	pos &= 0xff;
	len &= 0xff;
	x = pos > msb ? 0 : x >> (pos & 63);
	return len > msb ? x : x & ((1ull << (len & 63)) - 1);
}

static inline int64_t
ptx_bfe_s64(int64_t x, uint32_t pos, uint32_t len, uint32_t msb)
{
	unsigned drop;

	pos &= 0xff;
	len &= 0xff;
	if (len == 0)
		return 0;
	/* Above the top bit all bits are the sign bit. */
	x >>= pos > msb ? msb : pos;
	if (len > msb)
		return x;
	drop = 64 - len;
	return (int64_t)((uint64_t)x << drop) >> drop;
}

static inline uint64_t
ptx_bfi(uint64_t x, uint64_t into, uint32_t pos, uint32_t len, uint32_t msb)
{
	uint64_t mask;

	pos &= 0xff;
	len &= 0xff;
	if (pos > msb)
		return into;
	mask = (len > msb ? ~0ull : (1ull << len) - 1) << pos;
	return (into & ~mask) | (x << pos & mask);
}

static inline uint32_t
ptx_bfind(uint64_t x)
{
	return x ? 63 - (uint32_t)__builtin_clzll(x) : 0xffffffffu;
}

static inline uint32_t
ptx_shiftamt(uint32_t bit, uint32_t msb)
{
	return bit == 0xffffffffu ? bit : msb - bit;
}

static inline uint32_t
ptx_brev(uint32_t x)
{
	x = (x >> 1 & 0x55555555) | (x & 0x55555555) << 1;
	x = (x >> 2 & 0x33333333) | (x & 0x33333333) << 2;
	x = (x >> 4 & 0x0f0f0f0f) | (x & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(x);
}

static inline uint32_t
ptx_bmsk(uint32_t pos, uint32_t len)
{
	return (uint32_t)(((1ull << len) - 1) << pos);
}

/* The low n bits of x, n up to 32. */
static inline uint32_t
ptx_zext(uint32_t x, uint32_t n)
{
	return x & (uint32_t)((1ull << n) - 1);
}

static inline uint32_t
ptx_sext(uint32_t x, uint32_t n)
{
	/* Two steps, so that n = 0 shifts everything out. */
	uint64_t top = (uint64_t)x << (63 - n) << 1;

	return (uint32_t)((int64_t)top >> 1 >> (63 - n));
}

/* The n-th set bit from base, upwards or downwards. */
static inline uint32_t
ptx_fns(uint32_t mask, uint32_t base, int32_t n)
{
	int32_t step = n > 0 ? 1 : -1;
	uint32_t left = n < 0 ? 0 - (uint32_t)n : (uint32_t)n;

	if (n == 0)
		return base < 32 && mask >> base & 1 ? base : 0xffffffffu;
	for (int32_t at = base > 31 ? 32 : (int32_t)base; at >= 0 && at < 32;
		at += step)
		if (mask >> at & 1 && --left == 0)
			return (uint32_t)at;
	return 0xffffffffu;
}

#endif
