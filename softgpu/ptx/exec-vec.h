/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How handlers are written: plain C over 32 lanes, which the compiler turns
 * into vectors of the instruction set that this build is for. Files that
 * include this are compiled once for each.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_VEC_H
#define RGPU_SOFTGPU_PTX_EXEC_VEC_H

#include <string.h>
#if defined(__SSE2__) && !defined(PTX_PORTABLE)
#include <immintrin.h>
#endif

#include "common/compiler.h"
#include "softgpu/ptx/exec.h"

/* PTX_ISA is set by the Makefile: generic, v2, v3 or v4. */
#define PTX_PASTE2(a, b)   a##_##b
#define PTX_PASTE(a, b)	   PTX_PASTE2(a, b)
#define PTX_ISA_NAME(name) PTX_PASTE(name, PTX_ISA)

/*
 * A destination may be the very register that is a source, never one that
 * overlaps it in part: iterations do not depend on each other. clang has to
 * be kept from unrolling the loop before it can become vectors.
 */
#ifdef __clang__
/* It says where it found no vectors, as without optimization. */
#pragma clang diagnostic ignored "-Wpass-failed"
#define PTX_LANES_FREE \
	_Pragma("clang loop vectorize(assume_safety) unroll(disable)")
#else
#define PTX_LANES_FREE _Pragma("GCC ivdep")
#endif
#define PTX_FOR_LANES for (unsigned i = 0; i < PTX_LANES; i++)

/* Lanes of a mask, lowest first. */
#define PTX_FOR_MASK(i, mask)                                              \
	for (uint32_t i##_left = (mask), i;                                \
		i##_left && (i = (uint32_t)__builtin_ctz(i##_left), true); \
		i##_left &= i##_left - 1)

static inline void *
ptx_at(const struct ptx_warp *w, uint32_t operand)
{
	return w->base[operand & 3] + operand;
}

/* Bases are biased so that the two low bits need not be removed. */
#define PTX_SRC(type, n) \
	((const type *)__builtin_assume_aligned(ptx_at(w, op->r[n]), 64))
#define PTX_DST(type, n) \
	((type *)__builtin_assume_aligned(w->base[0] + op->r[n], 64))
#define PTX_PRED(n)	(*(uint32_t *)(w->base[0] + op->r[n]))
#define PTX_PRED_SRC(n) (*(const uint32_t *)ptx_at(w, op->r[n]))

#define PTX_HANDLER(name)                     \
	static const struct ptx_op *x_##name( \
		struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)

static inline void
ptx_put32(void *dst, const void *src, uint32_t mask)
{
	uint32_t *d = dst;
	const uint32_t *s = src;

	PTX_FOR_LANES
	d[i] = mask & (1u << i) ? s[i] : d[i];
}

static inline void
ptx_put64(void *dst, const void *src, uint32_t mask)
{
	uint64_t *d = dst;
	const uint64_t *s = src;

	PTX_FOR_LANES
	d[i] = mask & (1u << i) ? s[i] : d[i];
}

/* Writes the lanes of mask; the others keep their value. */
#define PTX_PUT(d, s, mask) \
	(sizeof(*(d)) == 4 ? ptx_put32(d, s, mask) : ptx_put64(d, s, mask))

static inline void
ptx_put_pred(uint32_t *d, uint32_t bits, uint32_t mask)
{
	*d = (*d & ~mask) | (bits & mask);
}

/* The sign bits of 32 lanes. */
static inline uint32_t
ptx_signs(const int32_t *t)
{
#if defined(__AVX512DQ__) && !defined(PTX_PORTABLE)
	uint32_t lo = _mm512_movepi32_mask(_mm512_loadu_si512(t));
	uint32_t hi = _mm512_movepi32_mask(_mm512_loadu_si512(t + 16));

	return lo | hi << 16;
#elif defined(__AVX2__) && !defined(PTX_PORTABLE)
	uint32_t bits = 0;

	for (unsigned n = 0; n < 4; n++)
		bits |= (uint32_t)_mm256_movemask_ps(
				_mm256_loadu_ps((const float *)t + 8 * n))
			<< 8 * n;
	return bits;
#elif defined(__SSE2__) && !defined(PTX_PORTABLE)
	uint32_t bits = 0;

	for (unsigned n = 0; n < 8; n++)
		bits |= (uint32_t)_mm_movemask_ps(
				_mm_loadu_ps((const float *)t + 4 * n))
			<< 4 * n;
	return bits;
#else
	uint32_t bits = 0;

	PTX_FOR_LANES
	bits |= ((uint32_t)t[i] >> 31) << i;
	return bits;
#endif
}

/* A bit for each lane i where the condition holds. */
#define PTX_BITS(condition)                                 \
	__extension__({                                     \
		int32_t t_[PTX_LANES];                      \
		PTX_LANES_FREE                              \
		PTX_FOR_LANES t_[i] = (condition) ? -1 : 0; \
		ptx_signs(t_);                              \
	})

/* A lane of each type: what it is stored as, and how it is read and kept. */
#define S_u8	 uint32_t
#define S_s8	 uint32_t
#define S_u16	 uint32_t
#define S_s16	 uint32_t
#define S_u32	 uint32_t
#define S_s32	 int32_t
#define S_u64	 uint64_t
#define S_s64	 int64_t
#define S_f32	 float
#define S_f64	 double
#define T_u8	 uint8_t
#define T_s8	 int8_t
#define T_u16	 uint16_t
#define T_s16	 int16_t
#define T_u32	 uint32_t
#define T_s32	 int32_t
#define T_u64	 uint64_t
#define T_s64	 int64_t
#define T_f32	 float
#define T_f64	 double
#define K_u8(v)	 ((uint8_t)(v))
#define K_s8(v)	 ((uint16_t)(int8_t)(v))
#define K_u16(v) ((uint16_t)(v))
#define K_s16(v) ((uint16_t)(v))
#define K_u32(v) ((uint32_t)(v))
#define K_s32(v) ((int32_t)(v))
#define K_u64(v) ((uint64_t)(v))
#define K_s64(v) ((int64_t)(v))
#define K_f32(v) (v)
#define K_f64(v) (v)

/* Runs `value` for all lanes into d, or by way of r where some are off. */
#define PTX_EVAL(D, load, value)                     \
	do {                                         \
		S_##D *d = PTX_DST(S_##D, 0);        \
		if (rgpu_likely(mask == PTX_ALL)) {  \
			PTX_LANES_FREE               \
			PTX_FOR_LANES                \
			{                            \
				load;                \
				d[i] = K_##D(value); \
			}                            \
		} else {                             \
			S_##D r[PTX_LANES];          \
			PTX_LANES_FREE               \
			PTX_FOR_LANES                \
			{                            \
				load;                \
				r[i] = K_##D(value); \
			}                            \
			PTX_PUT(d, r, mask);         \
		}                                    \
	} while (0)

#define PTX_OP1(name, D, A, value)                         \
	PTX_HANDLER(name)                                  \
	{                                                  \
		const S_##A *a = PTX_SRC(S_##A, 1);        \
		PTX_EVAL(D, T_##A x = (T_##A)a[i], value); \
		return op + 1;                             \
	}
#define PTX_OP2(name, D, A, B, value)                   \
	PTX_HANDLER(name)                               \
	{                                               \
		const S_##A *a = PTX_SRC(S_##A, 1);     \
		const S_##B *b = PTX_SRC(S_##B, 2);     \
		PTX_EVAL(D, T_##A x = (T_##A)a[i];      \
			 T_##B y = (T_##B)b[i], value); \
		return op + 1;                          \
	}
#define PTX_OP3(name, D, A, B, C, value)                                  \
	PTX_HANDLER(name)                                                 \
	{                                                                 \
		const S_##A *a = PTX_SRC(S_##A, 1);                       \
		const S_##B *b = PTX_SRC(S_##B, 2);                       \
		const S_##C *c = PTX_SRC(S_##C, 3);                       \
		PTX_EVAL(D, T_##A x = (T_##A)a[i]; T_##B y = (T_##B)b[i]; \
			 T_##C z = (T_##C)c[i], value);                   \
		return op + 1;                                            \
	}
#define PTX_OP4(name, D, A, B, C, E, value)                                    \
	PTX_HANDLER(name)                                                      \
	{                                                                      \
		const S_##A *a = PTX_SRC(S_##A, 1);                            \
		const S_##B *b = PTX_SRC(S_##B, 2);                            \
		const S_##C *c = PTX_SRC(S_##C, 3);                            \
		const S_##E *e = PTX_SRC(S_##E, 4);                            \
		PTX_EVAL(D, T_##A x = (T_##A)a[i]; T_##B y = (T_##B)b[i];      \
			 T_##C z = (T_##C)c[i]; T_##E u = (T_##E)e[i], value); \
		return op + 1;                                                 \
	}
#define PTX_PRED2(name, value)                                     \
	PTX_HANDLER(name)                                          \
	{                                                          \
		uint32_t x = PTX_PRED_SRC(1), y = PTX_PRED_SRC(2); \
		(void)y;                                           \
		ptx_put_pred(&PTX_PRED(0), value, mask);           \
		return op + 1;                                     \
	}

#endif
