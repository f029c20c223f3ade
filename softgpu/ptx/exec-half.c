/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: half precision. A register is 64 halves; where an instruction
 * works on one a lane, the upper ones are computed too and then cleared.
 *
 * Sums and products of f16 are exact enough in single precision: rounding a
 * second time, to 11 of 24 bits, does no harm. All else goes through doubles
 * made odd where they were not exact (see ptx_make_odd).
 */
#include "config.h"
#include "softgpu/ptx/exec-approx.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/half.h"
#include "softgpu/ptx/soft.h"
#include "softgpu/ptx/tables.h"

#define HALVES	   64
#define FOR_HALVES for (unsigned i = 0; i < HALVES; i++)

static inline uint32_t
ptx_half_ftz(uint32_t x, unsigned flags)
{
	uint32_t lo = x & 0x7c00 ? x & 0xffff : x & 0x8000;
	uint32_t hi = x & 0x7c000000 ? x & 0xffff0000 : x & 0x80000000;

	return flags & PTX_FP_FTZ ? lo | hi : x;
}

static inline uint32_t
ptx_half_signs(unsigned kind)
{
	return kind & PTX_HALF_PAIR ? 0x80008000 : 0x8000;
}

#define OP1 PTX_OP1
#define FN(name)
#include "softgpu/ptx/ops/half.h"
#undef OP1
#undef FN

/* How a handler is made for each format: constant, so that it vanishes. */
struct half {
	bool bf16;
	unsigned flags;
};

static RGPU_ALWAYS_INLINE void
load(float *to, const void *src, struct half k)
{
	uint16_t h[HALVES];

	memcpy(h, src, sizeof(h));
	if (k.bf16)
		FOR_HALVES to[i] = ptx_from_bf16(h[i]);
	else
		FOR_HALVES to[i] = ptx_from_f16(h[i]);
	if (k.flags & PTX_FP_FTZ)
		FOR_HALVES to[i] =
			fabsf(to[i]) < 0x1p-14f ? copysignf(0, to[i]) : to[i];
}

static inline float
clamp(float x, unsigned flags)
{
	if (flags & PTX_FP_SAT)
		x = ptx_satf(x);
	if (flags & PTX_FP_RELU)
		x = x < 0 || x == 0 ? 0 : x;
	return x;
}

/* Results that are floats with all bits that rounding needs. */
static RGPU_ALWAYS_INLINE const struct ptx_op *
finish(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, float *x,
	struct half k)
{
	uint16_t h[HALVES];
	uint32_t r[PTX_LANES], keep;

	if (k.flags & (PTX_FP_SAT | PTX_FP_RELU))
		FOR_HALVES x[i] = clamp(x[i], k.flags);
	if (k.bf16)
		FOR_HALVES h[i] = (uint16_t)ptx_to_bf16(x[i]);
	else
		FOR_HALVES h[i] = (uint16_t)ptx_to_f16(x[i]);
	if (k.flags & PTX_FP_FTZ)
		FOR_HALVES h[i] = h[i] & 0x7c00 ? h[i] : h[i] & 0x8000;
	memcpy(r, h, sizeof(r));
	keep = op->x[1] & PTX_HALF_PAIR ? 0xffffffff : 0xffff;
	PTX_FOR_LANES
	r[i] &= keep;
	ptx_put32(PTX_DST(uint32_t, 0), r, mask);
	return op + 1;
}

/*
 * An odd double to a float that rounds to the same half: cut to 24 bits and
 * again made odd. Below the normal floats, which only bf16 can see, rounding
 * is done right here.
 */
static inline float
narrow(double x, bool bf16)
{
	uint64_t bits = ptx_bits64(x), low = bits & 0x1fffffff;

	if (bf16 && fabs(x) < 0x1p-126)
		return ptx_from_bf16(
			(uint32_t)ptx_round_to(PTX_FORMAT_BF16, x, 0));
	bits = (bits & ~0x1fffffffull) | (low ? 0x20000000 : 0);
	return x == x ? (float)ptx_float64(bits) : ptx_float32(PTX_NAN32);
}

static RGPU_ALWAYS_INLINE const struct ptx_op *
arith(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, char what,
	bool bf16)
{
	struct half k = {bf16, op->x[0]};
	float a[HALVES], b[HALVES], r[HALVES];

	load(a, PTX_SRC(uint32_t, 1), k);
	load(b, PTX_SRC(uint32_t, 2), k);
	if (what == '-')
		FOR_HALVES b[i] = -b[i];
	if (what == '*' && bf16)
		FOR_HALVES r[i] = narrow((double)a[i] * b[i], true);
	else if (what == '*')
		FOR_HALVES r[i] = a[i] * b[i];
	else
		FOR_HALVES r[i] = a[i] + b[i];
	return finish(w, op, mask, r, k);
}

static RGPU_ALWAYS_INLINE const struct ptx_op *
fma_op(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, bool bf16)
{
	struct half k = {bf16, op->x[0]};
	float a[HALVES], b[HALVES], c[HALVES];

	load(a, PTX_SRC(uint32_t, 1), k);
	load(b, PTX_SRC(uint32_t, 2), k);
	load(c, PTX_SRC(uint32_t, 3), k);
	FOR_HALVES a[i] = narrow(
		ptx_add_odd((double)a[i] * (double)b[i], (double)c[i]), bf16);
	return finish(w, op, mask, a, k);
}

static RGPU_ALWAYS_INLINE const struct ptx_op *
minmax(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, bool max,
	bool bf16)
{
	struct half k = {bf16, op->x[0] & PTX_FP_FTZ};
	unsigned flags = op->x[0] & ~(unsigned)PTX_FP_FTZ;
	float a[HALVES], b[HALVES];

	load(a, PTX_SRC(uint32_t, 1), k);
	load(b, PTX_SRC(uint32_t, 2), k);
	FOR_HALVES a[i] = ptx_minmax32(a[i], b[i], flags, max);
	return finish(w, op, mask, a, k);
}

static RGPU_ALWAYS_INLINE const struct ptx_op *
approx(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, bool tanh,
	bool bf16)
{
	struct half k = {bf16, 0};
	float a[HALVES];

	load(a, PTX_SRC(uint32_t, 1), k);
	/* ex2.approx.ftz.bf16 flushes what bf16 shares with f32. */
	if (op->x[0] & PTX_FP_FTZ)
		FOR_HALVES a[i] = ptx_ftz32(a[i]);
	if (tanh)
		FOR_HALVES a[i] = ptx_tanh(a[i]);
	else
		FOR_HALVES a[i] = ptx_ex2(a[i]);
	if (op->x[0] & PTX_FP_FTZ)
		FOR_HALVES a[i] = ptx_ftz32(a[i]);
	return finish(w, op, mask, a, k);
}

#define BOTH(name, call, ...)                                      \
	PTX_HANDLER(name)                                          \
	{                                                          \
		return op->x[1] & PTX_HALF_BF16                    \
			? call(w, op, mask, ##__VA_ARGS__, true)   \
			: call(w, op, mask, ##__VA_ARGS__, false); \
	}
BOTH(HALF_ADD, arith, '+')
BOTH(HALF_SUB, arith, '-')
BOTH(HALF_MUL, arith, '*')
BOTH(HALF_FMA, fma_op)
BOTH(HALF_MIN, minmax, false)
BOTH(HALF_MAX, minmax, true)
BOTH(HALF_EX2, approx, false)
BOTH(HALF_TANH, approx, true)

#define OP1(name, ...) x_##name,
#define FN(name)       x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_half)[] = {
#include "softgpu/ptx/ops/half.h"
};
