/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIMD video instructions on one lane. Everything is exact until it is put
 * into the result: elements have at most 17 bits.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_VIDEO_H
#define RGPU_SOFTGPU_PTX_EXEC_VIDEO_H

#include "softgpu/ptx/code.h"
#include "softgpu/ptx/compare.h"
#include "softgpu/ptx/video.h"

/* Element n of b:a. */
static inline int32_t
ptx_video_element(uint64_t both, unsigned n, bool four, bool is_signed)
{
	uint32_t v = (uint32_t)(both >> n * (four ? 8 : 16));

	if (four)
		return is_signed ? (int8_t)v : (uint8_t)v;
	return is_signed ? (int16_t)v : (uint16_t)v;
}

static inline bool
ptx_video_compare(unsigned how, int32_t a, int32_t b)
{
	switch (how) {
	case PTX_CMP_EQ: return a == b;
	case PTX_CMP_NE: return a != b;
	case PTX_CMP_LT: return a < b;
	case PTX_CMP_LE: return a <= b;
	case PTX_CMP_GT: return a > b;
	default: return a >= b;
	}
}

static inline int32_t
ptx_video_apply(const struct ptx_op *op, int32_t a, int32_t b)
{
	int32_t sum = a + b;

	switch (op->x[PTX_VIDEO_OP]) {
	case PTX_VIDEO_ADD: return sum;
	case PTX_VIDEO_SUB: return a - b;
	/* Halves are rounded away from zero. */
	case PTX_VIDEO_AVRG: return (sum + (sum >= 0 ? 1 : 0)) >> 1;
	case PTX_VIDEO_ABSDIFF: return a > b ? a - b : b - a;
	case PTX_VIDEO_MIN: return a < b ? a : b;
	case PTX_VIDEO_MAX: return a > b ? a : b;
	default: return ptx_video_compare(op->x[PTX_VIDEO_COMPARE], a, b);
	}
}

static inline int32_t
ptx_video_clamp(int32_t t, unsigned bits, bool is_signed)
{
	int32_t low = is_signed ? -(1 << (bits - 1)) : 0;
	int32_t high = (1 << (is_signed ? bits - 1 : bits)) - 1;

	return t < low ? low : t > high ? high : t;
}

static inline uint32_t
ptx_video(const struct ptx_op *op, uint32_t a, uint32_t b, uint32_t c)
{
	unsigned flags = op->x[PTX_VIDEO_FLAGS];
	bool four = flags & PTX_VIDEO_FOUR;
	unsigned count = four ? 4 : 2, bits = 32 / count;
	uint32_t keep = (1u << bits) - 1, sum = c, merged = c;
	uint64_t both = (uint64_t)b << 32 | a;

	for (unsigned i = 0; i < count; i++) {
		unsigned na = op->imm >> 4 * i & 15;
		unsigned nb = op->imm >> (PTX_VIDEO_B_SHIFT + 4 * i) & 15;
		int32_t t = ptx_video_apply(op,
			ptx_video_element(
				both, na, four, flags & PTX_VIDEO_SIGNED_A),
			ptx_video_element(
				both, nb, four, flags & PTX_VIDEO_SIGNED_B));

		if (!(op->x[PTX_VIDEO_MASK] >> i & 1))
			continue;
		if (flags & PTX_VIDEO_SAT)
			t = ptx_video_clamp(
				t, bits, flags & PTX_VIDEO_SIGNED_D);
		sum += (uint32_t)t;
		merged &= ~(keep << bits * i);
		merged |= ((uint32_t)t & keep) << bits * i;
	}
	return flags & PTX_VIDEO_SUM ? sum : merged;
}

#endif
