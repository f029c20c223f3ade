/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that instructions are tried with: edges of every type first, each
 * with each, then random ones.
 */
#include "config.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"

#define EDGES 24

static const uint64_t ints[EDGES] = {0, 1, 2, 3, 7, 15, 31, 32, 33, 63, 64, 127,
	128, 255, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
	0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
	0xfffffffffffffffe};

/* For shift amounts, positions and lengths. */
static const uint64_t small[EDGES] = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 24,
	30, 31, 32, 33, 48, 63, 64, 65, 128, 255, 256, 0xffffffff};

static const uint32_t floats[EDGES] = {0, 0x80000000, 0x3f800000, 0xbf800000,
	0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x7f7fffff,
	0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001,
	0x3f000000, 0x3fc00000, 0x4b800001, 0x34000000, 0x40490fdb, 0x7e800001,
	0x4f000000, 0xcf000000};

static const uint64_t doubles[EDGES] = {0, 0x8000000000000000,
	0x3ff0000000000000, 0xbff0000000000000, 1, 0x8000000000000001,
	0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff,
	0xffefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
	0x7ff8000000000000, 0xfff8123456789abc, 0x7ff0000000000001,
	0x3fe0000000000000, 0x3ff8000000000000, 0x4330000000000001,
	0x36a0000000000000, 0x47efffffe0000000, 0x47efffffefffffff,
	0x41dfffffffc00000, 0x43e0000000000000, 0xc3e0000000000000};

static const uint16_t halves[EDGES] = {0, 0x8000, 0x3c00, 0xbc00, 1, 0x8001,
	0x03ff, 0x0400, 0x8400, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfd23,
	0x7c01, 0x3800, 0x3e00, 0x6400, 0x1000, 0x4248, 0x7800, 0x2e66, 0x0401};

static const uint16_t bhalves[EDGES] = {0, 0x8000, 0x3f80, 0xbf80, 1, 0x8001,
	0x007f, 0x0080, 0x8080, 0x7f7f, 0xff7f, 0x7f80, 0xff80, 0x7fc0, 0xffa3,
	0x7f81, 0x3f00, 0x3fc0, 0x4f00, 0x3400, 0x4049, 0x7e80, 0x0100, 0x3dcc};

static uint64_t
edge(enum ptx_type type, unsigned n, unsigned other)
{
	switch (type) {
	case PTX_NONE: return small[n];
	case PTX_F32: return floats[n];
	case PTX_F64: return doubles[n];
	case PTX_F16: return halves[n];
	case PTX_BF16: return bhalves[n];
	case PTX_F16X2: return (uint32_t)halves[other] << 16 | halves[n];
	case PTX_BF16X2: return (uint32_t)bhalves[other] << 16 | bhalves[n];
	case PTX_PRED: return n & 1;
	default: return ints[n];
	}
}

/* Floats of like size as often as of any size: sums that round. */
static uint64_t
any(enum ptx_type type)
{
	uint64_t x = t_random();
	bool like = t_random() & 1;

	switch (type) {
	case PTX_NONE: return like ? x % 70 : x;
	case PTX_PRED: return x & 1;
	case PTX_F32: return like ? (x & 0x83ffffff) | 0x3c000000 : x;
	case PTX_F64:
		return like ? (x & 0x803fffffffffffff) | 0x3fc0000000000000 : x;
	default: return like ? x >> (t_random() & 63) : x;
	}
}

uint64_t
ops_value(const struct ops_operand *operand, unsigned which, unsigned i,
	unsigned total)
{
	unsigned n = which == 0 ? i % EDGES
		: which == 1	? i / EDGES % EDGES
				: i * 7 % EDGES;

	if (i < EDGES * EDGES && i < total)
		return edge(operand->type, n, (n + i) % EDGES);
	return any(operand->type);
}
