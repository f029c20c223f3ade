/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: atomic operations. All are sequentially consistent, which is at
 * least what any order and scope of PTX asks. Lanes go in ascending order.
 * Shared memory belongs to one block and so to one thread of ours: there a
 * plain read and write will do.
 */
#include "config.h"
#include "softgpu/ptx/exec-address.h"
#include "softgpu/ptx/exec-float.h"
#include "softgpu/ptx/half.h"
#include "softgpu/ptx/soft.h"
#include "softgpu/ptx/tables.h"

/* The new value of an integer operation. */
#define INTEGER(width)                                                      \
	static inline uint##width##_t apply##width(unsigned how,            \
		uint##width##_t x, uint##width##_t b, uint##width##_t c)    \
	{                                                                   \
		int##width##_t sx = (int##width##_t)x;                      \
		int##width##_t sb = (int##width##_t)b;                      \
                                                                            \
		switch (how) {                                              \
		case PTX_ATOM_ADD: return x + b;                            \
		case PTX_ATOM_AND: return x & b;                            \
		case PTX_ATOM_OR: return x | b;                             \
		case PTX_ATOM_XOR: return x ^ b;                            \
		case PTX_ATOM_CAS: return x == b ? c : x;                   \
		case PTX_ATOM_INC: return x >= b ? 0 : x + 1;               \
		case PTX_ATOM_DEC: return x == 0 || x > b ? b : x - 1;      \
		case PTX_ATOM_MIN_U: return x < b ? x : b;                  \
		case PTX_ATOM_MAX_U: return x > b ? x : b;                  \
		case PTX_ATOM_MIN_S: return sx < sb ? x : b;                \
		case PTX_ATOM_MAX_S: return sx > sb ? x : b;                \
		default: return b;                                          \
		}                                                           \
	}                                                                   \
	static inline uint##width##_t atomic##width(uint##width##_t *p,     \
		unsigned how, uint##width##_t b, uint##width##_t c)         \
	{                                                                   \
		uint##width##_t old, new;                                   \
                                                                            \
		if (how == PTX_ATOM_ADD)                                    \
			return __atomic_fetch_add(p, b, __ATOMIC_SEQ_CST);  \
		if (how == PTX_ATOM_EXCH)                                   \
			return __atomic_exchange_n(p, b, __ATOMIC_SEQ_CST); \
		old = __atomic_load_n(p, __ATOMIC_SEQ_CST);                 \
		do                                                          \
			new = apply##width(how, old, b, c);                 \
		while (!__atomic_compare_exchange_n(p, &old, new, false,    \
			__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));               \
		return old;                                                 \
	}
INTEGER(16)
INTEGER(32)
INTEGER(64)

static inline bool
is_shared(const struct ptx_warp *w, uint64_t p)
{
	return p - (uint64_t)(uintptr_t)w->block->shared <
		w->block->shared_bytes;
}

/* Runs `body` for each lane: p points to memory, b and c are operands; it
 * yields the old value. Threads may poll with atomics, too. */
#define ATOM(name, T, S, body)                                    \
	PTX_HANDLER(name)                                         \
	{                                                         \
		const S *bs = PTX_SRC(S, 1), *cs = PTX_SRC(S, 2); \
		S *d = PTX_DST(S, 0), r[PTX_LANES];               \
		unsigned how = op->x[PTX_MEM_OP];                 \
		uint64_t a[PTX_LANES];                            \
                                                                  \
		w->waiting = PTX_POLL_WEIGHT;                     \
		if (!ptx_locate(w, op, mask, a, sizeof(T), true)) \
			return w->stop;                           \
		PTX_FOR_MASK(i, mask)                             \
		{                                                 \
			T *p = (T *)(uintptr_t)a[i];              \
			T b = (T)bs[i], c = (T)cs[i];             \
			bool mine = is_shared(w, a[i]);           \
			T old;                                    \
                                                                  \
			(void)c;                                  \
			(void)how;                                \
			body;                                     \
			r[i] = old;                               \
		}                                                 \
		PTX_FOR_MASK(i, mask)                             \
		d[i] = r[i];                                      \
		return op + 1;                                    \
	}

#define INTEGER_BODY(width)                        \
	if (mine) {                                \
		old = *p;                          \
		*p = apply##width(how, old, b, c); \
	} else {                                   \
		old = atomic##width(p, how, b, c); \
	}
ATOM(ATOM_B32, uint32_t, uint32_t, INTEGER_BODY(32))
ATOM(ATOM_B64, uint64_t, uint64_t, INTEGER_BODY(64))
ATOM(ATOM_CAS_B16, uint16_t, uint32_t, INTEGER_BODY(16))

/* "atom.add.f32 on global memory flushes subnormal inputs and results; on
 * shared memory [it] supports subnormal inputs and results" (ISA manual). */
static inline uint32_t
add_f32(uint32_t x, uint32_t b, bool flush)
{
	float fx = ptx_float32(x), fb = ptx_float32(b);

	if (flush)
		return ptx_bits32(ptx_done32(ptx_ftz32(fx) + ptx_ftz32(fb)));
	return ptx_bits32(ptx_canon32(fx + fb));
}

static inline uint64_t
add_f64(uint64_t x, uint64_t b)
{
	return ptx_bits64(ptx_canon64(ptx_float64(x) + ptx_float64(b)));
}

static inline uint32_t
add_half(uint32_t x, uint32_t b, bool bf16)
{
	if (bf16)
		return ptx_to_bf16(ptx_from_bf16(x) + ptx_from_bf16(b));
	return ptx_to_f16(ptx_from_f16(x) + ptx_from_f16(b));
}

/* Replaces *p by `value`, computed from old, until nobody came between. */
#define REPLACE(value)                                                       \
	if (mine) {                                                          \
		old = *p;                                                    \
		*p = (value);                                                \
	} else {                                                             \
		old = __atomic_load_n(p, __ATOMIC_SEQ_CST);                  \
		while (!__atomic_compare_exchange_n(p, &old, (value), false, \
			__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))                 \
			;                                                    \
	}
ATOM(ATOM_F32, uint32_t, uint32_t, REPLACE(add_f32(old, b, !mine)))
ATOM(ATOM_F64, uint64_t, uint64_t, REPLACE(add_f64(old, b)))
#define BF16 (op->x[PTX_MEM_MODE] & PTX_HALF_BF16)
ATOM(ATOM_HALF, uint16_t, uint32_t, REPLACE((uint16_t)add_half(old, b, BF16)))
ATOM(ATOM_HALF2, uint32_t, uint32_t,
	REPLACE(add_half(old & 0xffff, b & 0xffff, BF16) |
		add_half(old >> 16, b >> 16, BF16) << 16))

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_atom)[] = {
#include "softgpu/ptx/ops/atom.h"
};
