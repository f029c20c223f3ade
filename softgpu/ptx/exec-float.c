/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: correctly rounded floating point.
 */
#include "config.h"
#include "softgpu/ptx/exec-float.h"
#include "softgpu/ptx/exec-round.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/tables.h"

#define OP1 PTX_OP1
#define OP2 PTX_OP2
#define OP3 PTX_OP3
#define FN(name)
#include "softgpu/ptx/ops/float.h"
#undef OP1
#undef OP2
#undef OP3
#undef FN

enum kind { ADD, SUB, MUL, FMA, DIV, RCP, SQRT };

/* One operation in the mode that is set; never inlined, so that it stays
 * between the changes of the mode. */
#define COMPUTE(name, T, fma_, sqrt_)                                         \
	static __attribute__((noinline)) void name(                           \
		enum kind kind, T *r, const T *a, const T *b, const T *c)     \
	{                                                                     \
		switch (kind) {                                               \
		case ADD: PTX_FOR_LANES r[i] = a[i] + b[i]; break;            \
		case SUB: PTX_FOR_LANES r[i] = a[i] - b[i]; break;            \
		case MUL: PTX_FOR_LANES r[i] = a[i] * b[i]; break;            \
		case FMA: PTX_FOR_LANES r[i] = fma_(a[i], b[i], c[i]); break; \
		case DIV: PTX_FOR_LANES r[i] = a[i] / b[i]; break;            \
		case RCP: PTX_FOR_LANES r[i] = 1 / a[i]; break;               \
		case SQRT: PTX_FOR_LANES r[i] = sqrt_(a[i]); break;           \
		}                                                             \
	}
/* fmaf() and fma() of libm heed the mode where there is no instruction. */
COMPUTE(compute32, float, __builtin_fmaf, __builtin_sqrtf)
COMPUTE(compute64, double, __builtin_fma, __builtin_sqrt)

static void
load32(float *to, const float *from, unsigned flags)
{
	PTX_FOR_LANES
	to[i] = flags & PTX_FP_FTZ ? ptx_ftz32(from[i]) : from[i];
}

static void
finish32(float *r, unsigned flags)
{
	PTX_FOR_LANES
	{
		float x = ptx_canon32(r[i]);

		if (flags & PTX_FP_FTZ)
			x = ptx_ftz32(x);
		r[i] = flags & PTX_FP_SAT ? ptx_satf(x) : x;
	}
}

static const struct ptx_op *
any32(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	enum kind kind)
{
	float in[3][PTX_LANES], r[PTX_LANES];
	unsigned flags = op->x[0], old;

	for (unsigned n = 0; n < 3; n++)
		load32(in[n], PTX_SRC(float, n + 1), flags);
	old = ptx_round_set(flags);
	PTX_PIN(in);
	compute32(kind, r, in[0], in[1], in[2]);
	PTX_PIN(r);
	ptx_round_restore(old);
	finish32(r, flags);
	ptx_put32(PTX_DST(float, 0), r, mask);
	return op + 1;
}

static const struct ptx_op *
any64(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	enum kind kind)
{
	double in[3][PTX_LANES], r[PTX_LANES];
	unsigned old;

	for (unsigned n = 0; n < 3; n++)
		memcpy(in[n], PTX_SRC(double, n + 1), sizeof(in[n]));
	old = ptx_round_set(op->x[0]);
	PTX_PIN(in);
	compute64(kind, r, in[0], in[1], in[2]);
	PTX_PIN(r);
	ptx_round_restore(old);
	PTX_FOR_LANES
	r[i] = ptx_canon64(r[i]);
	ptx_put64(PTX_DST(double, 0), r, mask);
	return op + 1;
}

#define ANY(kind)                                \
	PTX_HANDLER(kind##_F32_ANY)              \
	{                                        \
		return any32(w, op, mask, kind); \
	}                                        \
	PTX_HANDLER(kind##_F64_ANY)              \
	{                                        \
		return any64(w, op, mask, kind); \
	}
ANY(ADD)
ANY(SUB)
ANY(MUL)
ANY(FMA)
ANY(DIV)
ANY(RCP)
ANY(SQRT)

/* Which of the numbers of this class; op->x[1] counts from .finite. */
static inline bool
test_class(unsigned what, bool nan, bool inf, bool subnormal)
{
	switch (what) {
	case 0: return !nan && !inf;
	case 1: return inf;
	case 2: return !nan;
	case 3: return nan;
	case 4: return !nan && !inf && !subnormal; /* zero is normal */
	default: return subnormal;
	}
}

PTX_HANDLER(TESTP_F32)
{
	const uint32_t *a = PTX_SRC(uint32_t, 1);
	uint32_t bits = 0;

	PTX_FOR_LANES
	{
		uint32_t x = a[i] & 0x7fffffff;
		bool small = x && x < 0x00800000;

		bits |= (uint32_t)test_class(op->x[1], x > 0x7f800000,
				x == 0x7f800000, small)
			<< i;
	}
	ptx_put_pred(&PTX_PRED(0), bits, mask);
	return op + 1;
}

PTX_HANDLER(TESTP_F64)
{
	const uint64_t *a = PTX_SRC(uint64_t, 1);
	uint32_t bits = 0;

	PTX_FOR_LANES
	{
		uint64_t x = a[i] & INT64_MAX, inf = 0x7ffull << 52;
		bool small = x && x < 1ull << 52;

		bits |= (uint32_t)test_class(op->x[1], x > inf, x == inf, small)
			<< i;
	}
	ptx_put_pred(&PTX_PRED(0), bits, mask);
	return op + 1;
}

#define OP1(name, ...) x_##name,
#define OP2(name, ...) x_##name,
#define OP3(name, ...) x_##name,
#define FN(name)       x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_float)[] = {
#include "softgpu/ptx/ops/float.h"
};
