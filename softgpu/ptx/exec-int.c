/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: integer arithmetic and logic.
 */
#include "config.h"
#include "softgpu/ptx/exec-int.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/exec-video.h"
#include "softgpu/ptx/tables.h"

#define OP1   PTX_OP1
#define OP2   PTX_OP2
#define OP3   PTX_OP3
#define OP4   PTX_OP4
#define PRED2 PTX_PRED2
#define FN(name)
#include "softgpu/ptx/ops/bits.h"
#include "softgpu/ptx/ops/int.h"
#undef OP1
#undef OP2
#undef OP3
#undef OP4
#undef PRED2
#undef FN

enum { CARRY_IN = 1, CARRY_OUT = 2 };

/* t: what is added to or taken from z, or z + t: each ends in one sum of two
 * values and a carry. borrow: z - t, and the carry is a borrow. */
static inline const struct ptx_op *
carry64(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	const uint64_t *z, const uint64_t *t, bool borrow)
{
	struct ptx_frame *frame = (struct ptx_frame *)w->base[0];
	uint32_t in = op->x[0] & CARRY_IN ? frame->carry : 0, out = 0;
	uint64_t r[PTX_LANES];

	PTX_FOR_LANES
	{
		uint64_t c = in >> i & 1, s;
		bool over;

		if (borrow) {
			s = z[i] - t[i];
			over = z[i] < t[i] || s < c;
			s -= c;
		} else {
			s = z[i] + t[i];
			over = s < z[i];
			s += c;
			over |= s < c;
		}
		r[i] = s;
		out |= (uint32_t)over << i;
	}
	ptx_put64(PTX_DST(uint64_t, 0), r, mask);
	if (op->x[0] & CARRY_OUT)
		ptx_put_pred(&frame->carry, out, mask);
	return op + 1;
}

static inline const struct ptx_op *
carry32(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	const uint32_t *z, const uint32_t *t, bool borrow)
{
	struct ptx_frame *frame = (struct ptx_frame *)w->base[0];
	uint32_t in = op->x[0] & CARRY_IN ? frame->carry : 0, out = 0;
	uint32_t r[PTX_LANES];

	PTX_FOR_LANES
	{
		uint64_t c = in >> i & 1;
		uint64_t s = borrow ? (uint64_t)z[i] - t[i] - c
				    : (uint64_t)z[i] + t[i] + c;

		r[i] = (uint32_t)s;
		out |= (uint32_t)(s >> 32 & 1) << i;
	}
	ptx_put32(PTX_DST(uint32_t, 0), r, mask);
	if (op->x[0] & CARRY_OUT)
		ptx_put_pred(&frame->carry, out, mask);
	return op + 1;
}

PTX_HANDLER(ADD_C32)
{
	return carry32(
		w, op, mask, PTX_SRC(uint32_t, 1), PTX_SRC(uint32_t, 2), false);
}

PTX_HANDLER(ADD_C64)
{
	return carry64(
		w, op, mask, PTX_SRC(uint64_t, 1), PTX_SRC(uint64_t, 2), false);
}

PTX_HANDLER(SUB_C32)
{
	return carry32(
		w, op, mask, PTX_SRC(uint32_t, 1), PTX_SRC(uint32_t, 2), true);
}

PTX_HANDLER(SUB_C64)
{
	return carry64(
		w, op, mask, PTX_SRC(uint64_t, 1), PTX_SRC(uint64_t, 2), true);
}

/* The product part of x and y, then the sum with the third source. */
#define MAD_CARRY(name, width, T, value)                                     \
	PTX_HANDLER(name)                                                    \
	{                                                                    \
		const T *a = PTX_SRC(T, 1), *b = PTX_SRC(T, 2);              \
		uint##width##_t t[PTX_LANES];                                \
		PTX_FOR_LANES                                                \
		{                                                            \
			T x = a[i], y = b[i];                                \
			t[i] = (uint##width##_t)(value);                     \
		}                                                            \
		return carry##width(                                         \
			w, op, mask, PTX_SRC(uint##width##_t, 3), t, false); \
	}
MAD_CARRY(MAD_LO_C32, 32, uint32_t, x *y)
MAD_CARRY(MAD_LO_C64, 64, uint64_t, x *y)
MAD_CARRY(MAD_HI_CU32, 32, uint32_t, (uint64_t)x *y >> 32)
MAD_CARRY(MAD_HI_CS32, 32, int32_t, (int64_t)x *y >> 32)
MAD_CARRY(MAD_HI_CU64, 64, uint64_t, ptx_mulhi_u64(x, y))
MAD_CARRY(MAD_HI_CS64, 64, int64_t, ptx_mulhi_s64(x, y))

#define OP1(name, ...)	 x_##name,
#define OP2(name, ...)	 x_##name,
#define OP3(name, ...)	 x_##name,
#define OP4(name, ...)	 x_##name,
#define PRED2(name, ...) x_##name,
#define FN(name)	 x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_int)[] = {
#include "softgpu/ptx/ops/int.h"
};
ptx_exec *const PTX_ISA_NAME(ptx_table_bits)[] = {
#include "softgpu/ptx/ops/bits.h"
};
