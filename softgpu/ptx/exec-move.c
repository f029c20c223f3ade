/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: moves, selections, comparisons, clocks.
 */
#include "config.h"
#include <time.h>

#include "softgpu/ptx/compare.h"
#include "softgpu/ptx/exec-float.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/half.h"
#include "softgpu/ptx/soft.h"
#include "softgpu/ptx/tables.h"

#define SETP(name, T, condition)                                \
	PTX_HANDLER(SETP_##name)                                \
	{                                                       \
		const S_##T *a = PTX_SRC(S_##T, 1);             \
		const S_##T *b = PTX_SRC(S_##T, 2);             \
		int32_t t[PTX_LANES];                           \
		PTX_LANES_FREE                                  \
		PTX_FOR_LANES                                   \
		{                                               \
			T_##T x = (T_##T)a[i], y = (T_##T)b[i]; \
			t[i] = (condition) ? -1 : 0;            \
		}                                               \
		ptx_put_pred(&PTX_PRED(0), ptx_signs(t), mask); \
		return op + 1;                                  \
	}
#define OP1 PTX_OP1
#define OP2 PTX_OP2
#define OP3 PTX_OP3
#define OP4 PTX_OP4
#define FN(name)
#include "softgpu/ptx/ops/move.h"
#undef OP1
#undef OP2
#undef OP3
#undef OP4
#undef FN
#undef SETP

/* r[1] where the predicate r[3] is set, else r[2] */
PTX_HANDLER(SELP_B32)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1), *b = PTX_SRC(uint32_t, 2);
	uint32_t *d = PTX_DST(uint32_t, 0), p = PTX_PRED_SRC(3);
	uint32_t r[PTX_LANES];

	if (rgpu_likely(mask == PTX_ALL)) {
		PTX_LANES_FREE
		PTX_FOR_LANES
		d[i] = p & 1u << i ? a[i] : b[i];
		return op + 1;
	}
	PTX_FOR_LANES
	r[i] = p & 1u << i ? a[i] : b[i];
	ptx_put32(d, r, mask);
	return op + 1;
}

PTX_HANDLER(SELP_B64)
{
	const uint64_t *a = PTX_SRC(uint64_t, 1), *b = PTX_SRC(uint64_t, 2);
	uint64_t *d = PTX_DST(uint64_t, 0);
	uint32_t p = PTX_PRED_SRC(3);
	uint64_t r[PTX_LANES];

	if (rgpu_likely(mask == PTX_ALL)) {
		PTX_LANES_FREE
		PTX_FOR_LANES
		d[i] = p & 1u << i ? a[i] : b[i];
		return op + 1;
	}
	PTX_FOR_LANES
	r[i] = p & 1u << i ? a[i] : b[i];
	ptx_put64(d, r, mask);
	return op + 1;
}

static inline bool
compare(float x, float y, unsigned how)
{
	bool less = x<y, more = x> y, equal = x == y;
	bool unordered = !less && !more && !equal;

	switch (how) {
	case PTX_CMP_EQ: return equal;
	case PTX_CMP_NE: return less || more;
	case PTX_CMP_LT: return less;
	case PTX_CMP_LE: return less || equal;
	case PTX_CMP_GT: return more;
	case PTX_CMP_GE: return more || equal;
	case PTX_CMP_EQU: return equal || unordered;
	case PTX_CMP_NEU: return !equal;
	case PTX_CMP_LTU: return less || unordered;
	case PTX_CMP_LEU: return !more;
	case PTX_CMP_GTU: return more || unordered;
	case PTX_CMP_GEU: return !less;
	case PTX_CMP_NUM: return !unordered;
	default: return unordered;
	}
}

PTX_HANDLER(SETP_F32_FTZ)
{
	const float *a = PTX_SRC(float, 1), *b = PTX_SRC(float, 2);
	uint32_t bits = 0;

	PTX_FOR_LANES
	if (compare(ptx_ftz32(a[i]), ptx_ftz32(b[i]), op->x[1]))
		bits |= 1u << i;
	ptx_put_pred(&PTX_PRED(0), bits, mask);
	return op + 1;
}

static inline float
half_to_float(uint32_t h, unsigned kind, unsigned flags)
{
	if (kind & PTX_HALF_BF16)
		return ptx_from_bf16(h & 0xffff);
	if (flags & PTX_FP_FTZ && !(h & 0x7c00))
		h &= 0x8000;
	return ptx_from_f16(h & 0xffff);
}

/* x[2]: PTX_HALF_*; of a pair, r[0] is of the lower and r[3] of the upper. */
PTX_HANDLER(SETP_HALF)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1), *b = PTX_SRC(uint32_t, 2);
	unsigned pair = op->x[2] & PTX_HALF_PAIR ? 2 : 1;

	for (unsigned half = 0; half < pair; half++) {
		uint32_t bits = 0;

		PTX_FOR_LANES
		{
			float x = half_to_float(
				a[i] >> 16 * half, op->x[2], op->x[0]);
			float y = half_to_float(
				b[i] >> 16 * half, op->x[2], op->x[0]);

			bits |= (uint32_t)compare(x, y, op->x[1]) << i;
		}
		ptx_put_pred(half ? &PTX_PRED(3) : &PTX_PRED(0), bits, mask);
	}
	return op + 1;
}

PTX_HANDLER(ISSPACEP)
{
	const struct ptx_block *b = w->block;
	const uint64_t *a = PTX_SRC(uint64_t, 1);
	uint64_t shared = (uint64_t)(uintptr_t)b->shared;
	uint64_t local = (uint64_t)(uintptr_t)b->local;
	uint64_t params = (uint64_t)(uintptr_t)b->params;
	uint32_t bits = 0;

	PTX_FOR_LANES
	{
		bool in_shared = a[i] - shared < b->shared_bytes;
		bool in_local =
			a[i] - local < b->local_stride * b->warps * PTX_LANES;
		bool in_params = a[i] - params < b->param_bytes;
		bool yes;

		switch (op->x[1]) {
		case PTX_SHARED: yes = in_shared; break;
		case PTX_LOCAL: yes = in_local; break;
		case PTX_PARAM: yes = in_params; break;
		case PTX_CONST: yes = ptx_in_const(b, a[i]); break;
		default:
			yes = !in_shared && !in_local && !in_params &&
				!ptx_in_const(b, a[i]);
		}
		bits |= (uint32_t)yes << i;
	}
	ptx_put_pred(&PTX_PRED(0), bits, mask);
	return op + 1;
}

static uint64_t
nanoseconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* One reading for the whole warp, as the hardware has it. */
#define CLOCK(name, width, source, shift)                             \
	PTX_HANDLER(name)                                             \
	{                                                             \
		uint##width##_t r[PTX_LANES];                         \
		uint64_t now = nanoseconds(source) >> shift;          \
		PTX_FOR_LANES r[i] = (uint##width##_t)now;            \
		ptx_put##width(PTX_DST(uint##width##_t, 0), r, mask); \
		return op + 1;                                        \
	}
CLOCK(CLOCK32, 32, CLOCK_MONOTONIC, 0)
CLOCK(CLOCK_HI, 32, CLOCK_MONOTONIC, 32)
CLOCK(CLOCK64, 64, CLOCK_MONOTONIC, 0)
CLOCK(GLOBALTIMER, 64, CLOCK_REALTIME, 0)
CLOCK(GLOBALTIMER_LO, 32, CLOCK_REALTIME, 0)
CLOCK(GLOBALTIMER_HI, 32, CLOCK_REALTIME, 32)

#define OP1(name, ...)	x_##name,
#define OP2(name, ...)	x_##name,
#define OP3(name, ...)	x_##name,
#define OP4(name, ...)	x_##name,
#define SETP(name, ...) x_SETP_##name,
#define FN(name)	x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_move)[] = {
#include "softgpu/ptx/ops/move.h"
};
