/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: loads and stores.
 */
#include "config.h"
#include "softgpu/ptx/exec-address.h"
#include "softgpu/ptx/tables.h"

/* One element of one lane; sign and width are those of the register. */
#define LOAD_AS(T, D, keep)   \
	PTX_FOR_MASK(i, mask) \
	((D *)dst)[i] = keep(*(const T *)(uintptr_t)(a[i] + at))
#define LOAD_NARROW(T, ST)                                 \
	do {                                               \
		if (!(flags & PTX_MEM_SIGNED))             \
			LOAD_AS(T, uint32_t, );            \
		else if (flags & PTX_MEM_REG16)            \
			LOAD_AS(ST, uint32_t, (uint16_t)); \
		else                                       \
			LOAD_AS(ST, uint32_t, (uint32_t)); \
	} while (0)
#define LOAD_WIDE(T, ST)                                   \
	do {                                               \
		if (!(flags & PTX_MEM_SIGNED))             \
			LOAD_AS(T, uint64_t, );            \
		else                                       \
			LOAD_AS(ST, uint64_t, (uint64_t)); \
	} while (0)

static void
load_element(void *dst, const uint64_t *a, uint32_t mask, unsigned at,
	unsigned size, unsigned flags)
{
	switch (flags & PTX_MEM_LANE64 ? 16 + size : size) {
	case 1: LOAD_NARROW(uint8_t, int8_t); break;
	case 2: LOAD_NARROW(uint16_t, int16_t); break;
	case 4: LOAD_NARROW(uint32_t, int32_t); break;
	case 17: LOAD_WIDE(uint8_t, int8_t); break;
	case 18: LOAD_WIDE(uint16_t, int16_t); break;
	case 20: LOAD_WIDE(uint32_t, int32_t); break;
	default: LOAD_WIDE(uint64_t, int64_t); break;
	}
}

#define STORE_AS(T, S)        \
	PTX_FOR_MASK(i, mask) \
	*(T *)(uintptr_t)(a[i] + at) = (T)((const S *)src)[i]

static void
store_element(const void *src, const uint64_t *a, uint32_t mask, unsigned at,
	unsigned size, unsigned flags)
{
	switch (flags & PTX_MEM_LANE64 ? 16 + size : size) {
	case 1: STORE_AS(uint8_t, uint32_t); break;
	case 2: STORE_AS(uint16_t, uint32_t); break;
	case 4: STORE_AS(uint32_t, uint32_t); break;
	case 17: STORE_AS(uint8_t, uint64_t); break;
	case 18: STORE_AS(uint16_t, uint64_t); break;
	case 20: STORE_AS(uint32_t, uint64_t); break;
	default: STORE_AS(uint64_t, uint64_t); break;
	}
}

/*
 * Volatile, relaxed and acquire: what a lane reads or writes is one access, a
 * vector too, as it is in practice on GPUs: CUB's scan (CCCL 13.0) publishes a
 * value and its state by st.relaxed.v2. Up to 16 bytes, which an aligned vector
 * access does at once on processors with AVX (Intel SDM volume 3, 9.1.1; AMD
 * APM volume 2, 7.3.2).
 */
typedef uint64_t ptx_two
	__attribute__((vector_size(16), may_alias, aligned(1)));

#define VECTOR_MAX 32

static void
copy_at_once(void *to, const void *from, unsigned bytes)
{
	switch (bytes) {
	case 1:
		__atomic_store_n((uint8_t *)to,
			__atomic_load_n(
				(const uint8_t *)from, __ATOMIC_SEQ_CST),
			__ATOMIC_SEQ_CST);
		break;
	case 2:
		__atomic_store_n((uint16_t *)to,
			__atomic_load_n(
				(const uint16_t *)from, __ATOMIC_SEQ_CST),
			__ATOMIC_SEQ_CST);
		break;
	case 4:
		__atomic_store_n((uint32_t *)to,
			__atomic_load_n(
				(const uint32_t *)from, __ATOMIC_SEQ_CST),
			__ATOMIC_SEQ_CST);
		break;
	case 8:
		__atomic_store_n((uint64_t *)to,
			__atomic_load_n(
				(const uint64_t *)from, __ATOMIC_SEQ_CST),
			__ATOMIC_SEQ_CST);
		break;
	default:
		for (unsigned n = 0; n < bytes / sizeof(ptx_two); n++)
			((volatile ptx_two *)to)[n] =
				((const volatile ptx_two *)from)[n];
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	}
}

static const struct ptx_op *
load_any(
	struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, bool atomic)
{
	unsigned size = op->x[PTX_MEM_SIZE], count = op->x[PTX_MEM_COUNT];
	unsigned flags = op->x[PTX_MEM_FLAGS];
	uint8_t whole[PTX_LANES][VECTOR_MAX] __attribute__((aligned(16)));
	uint64_t a[PTX_LANES];

	if (!ptx_locate(w, op, mask, a, size * count, false))
		return w->stop;
	if (atomic) {
		PTX_FOR_MASK(i, mask)
		{
			copy_at_once(whole[i], (const void *)(uintptr_t)a[i],
				size * count);
			a[i] = (uint64_t)(uintptr_t)whole[i];
		}
	}
	for (unsigned n = 0; n < count; n++)
		load_element(
			PTX_DST(uint32_t, n), a, mask, n * size, size, flags);
	return op + 1;
}

static const struct ptx_op *
store_any(
	struct ptx_warp *w, const struct ptx_op *op, uint32_t mask, bool atomic)
{
	unsigned size = op->x[PTX_MEM_SIZE], count = op->x[PTX_MEM_COUNT];
	unsigned flags = op->x[PTX_MEM_FLAGS];
	uint8_t whole[PTX_LANES][VECTOR_MAX] __attribute__((aligned(16)));
	uint64_t a[PTX_LANES], to[PTX_LANES];

	if (!ptx_locate(w, op, mask, a, size * count, true))
		return w->stop;
	PTX_FOR_MASK(i, mask)
	to[i] = atomic ? (uint64_t)(uintptr_t)whole[i] : a[i];
	for (unsigned n = 0; n < count; n++)
		store_element(
			PTX_SRC(uint32_t, n), to, mask, n * size, size, flags);
	if (atomic) {
		PTX_FOR_MASK(i, mask)
		copy_at_once((void *)(uintptr_t)a[i], whole[i], size * count);
	}
	return op + 1;
}

PTX_HANDLER(LD_ANY)
{
	return load_any(w, op, mask, false);
}

PTX_HANDLER(LD_SYNC)
{
	w->waiting = PTX_POLL_WEIGHT;
	return load_any(w, op, mask, true);
}

PTX_HANDLER(ST_ANY)
{
	return store_any(w, op, mask, false);
}

PTX_HANDLER(ST_SYNC)
{
	return store_any(w, op, mask, true);
}

/* Parameters of the kernel at a known offset are the same for all lanes. */
PTX_HANDLER(LD_PARAM)
{
	const uint8_t *from = w->block->params + op->imm;
	unsigned size = op->x[PTX_MEM_SIZE], count = op->x[PTX_MEM_COUNT];
	uint64_t a[PTX_LANES];

	PTX_FOR_LANES
	a[i] = (uint64_t)(uintptr_t)from;
	for (unsigned n = 0; n < count; n++)
		load_element(PTX_DST(uint32_t, n), a, mask, n * size, size,
			op->x[PTX_MEM_FLAGS]);
	return op + 1;
}

/* Whether [start, start + bytes) is in the cached allocation, and aligned. */
static inline bool
is_near(struct ptx_warp *w, const struct ptx_op *op, uint64_t start,
	uint64_t bytes, unsigned size)
{
	const struct ptx_range *range = &w->block->range[op->slot];

	return start - range->lo <= range->hi - range->lo - bytes &&
		range->hi - range->lo >= bytes && start % size == 0;
}

/*
 * Lanes that access consecutive elements, or all the same one, need one check
 * and one copy. All other patterns, and the first access to an allocation,
 * take the general way.
 */
#define GLOBAL(width)                                                         \
	PTX_HANDLER(LD_GLOBAL_B##width)                                       \
	{                                                                     \
		const uint64_t *base = PTX_SRC(uint64_t, 4);                  \
		uint##width##_t *d = PTX_DST(uint##width##_t, 0);             \
		uint##width##_t r[PTX_LANES];                                 \
		unsigned first = (unsigned)__builtin_ctz(mask);               \
		uint64_t one = base[first], zero = one - first * sizeof(*d);  \
		uint64_t start = zero + op->imm;                              \
                                                                              \
		if (!(PTX_BITS(base[i] != zero + i * sizeof(*d)) & mask) &&   \
			is_near(w, op, start, sizeof(r), sizeof(*d))) {       \
			if (rgpu_likely(mask == PTX_ALL)) {                   \
				memcpy(d, (const void *)(uintptr_t)start,     \
					sizeof(r));                           \
				return op + 1;                                \
			}                                                     \
			memcpy(r, (const void *)(uintptr_t)start, sizeof(r)); \
			PTX_PUT(d, r, mask);                                  \
			return op + 1;                                        \
		}                                                             \
		if (!(PTX_BITS(base[i] != one) & mask) &&                     \
			is_near(w, op, one + op->imm, sizeof(*d),             \
				sizeof(*d))) {                                \
			const uint##width##_t *p =                            \
				(const uint##width##_t *)(uintptr_t)(one +    \
					op->imm);                             \
                                                                              \
			PTX_FOR_LANES r[i] = *p;                              \
			PTX_PUT(d, r, mask);                                  \
			return op + 1;                                        \
		}                                                             \
		return load_any(w, op, mask, false);                          \
	}                                                                     \
	PTX_HANDLER(ST_GLOBAL_B##width)                                       \
	{                                                                     \
		const uint64_t *base = PTX_SRC(uint64_t, 4);                  \
		const uint##width##_t *s = PTX_SRC(uint##width##_t, 0);       \
		uint64_t zero = base[0], start = zero + op->imm;              \
                                                                              \
		if (mask == PTX_ALL &&                                        \
			!PTX_BITS(base[i] != zero + i * sizeof(*s)) &&        \
			is_near(w, op, start, PTX_LANES * sizeof(*s),         \
				sizeof(*s))) {                                \
			memcpy((void *)(uintptr_t)start, s,                   \
				PTX_LANES * sizeof(*s));                      \
			return op + 1;                                        \
		}                                                             \
		return store_any(w, op, mask, false);                         \
	}
GLOBAL(32)
GLOBAL(64)

/*
 * Shared memory: half a warp often reads one row of a tile, or one element
 * of it, so patterns are looked for in halves.
 */
#define SHARED_HALF(T, d, o)                                            \
	do {                                                            \
		uint32_t row = 0, same = 0;                             \
		for (unsigned i = 0; i < 16; i++) {                     \
			row |= o[i] ^ (o[0] + i * (unsigned)sizeof(T)); \
			same |= o[i] ^ o[0];                            \
		}                                                       \
		if (!row) {                                             \
			memcpy(d, from + o[0], 16 * sizeof(T));         \
		} else if (!same) {                                     \
			T one = *(const T *)(from + o[0]);              \
			for (unsigned i = 0; i < 16; i++)               \
				d[i] = one;                             \
		} else {                                                \
			for (unsigned i = 0; i < 16; i++)               \
				d[i] = *(const T *)(from + o[i]);       \
		}                                                       \
	} while (0)

#define SHARED(width)                                                     \
	PTX_HANDLER(LD_SHARED_B##width)                                   \
	{                                                                 \
		const uint32_t *base = PTX_SRC(uint32_t, 4);              \
		uint##width##_t *d = PTX_DST(uint##width##_t, 0);         \
		const uint8_t *from = w->block->shared;                   \
		uint64_t size = w->block->shared_bytes;                   \
		uint32_t o[PTX_LANES], bad = 0, last;                     \
                                                                          \
		if (rgpu_unlikely(mask != PTX_ALL || size < sizeof(*d)))  \
			return load_any(w, op, mask, false);              \
		last = (uint32_t)(size - sizeof(*d));                     \
		PTX_FOR_LANES                                             \
		{                                                         \
			o[i] = base[i] + (uint32_t)op->imm;               \
			bad |= o[i] > last ? 1u : 0;                      \
			bad |= o[i] & (sizeof(*d) - 1);                   \
		}                                                         \
		if (rgpu_unlikely(bad))                                   \
			return load_any(w, op, mask, false);              \
		SHARED_HALF(uint##width##_t, d, o);                       \
		SHARED_HALF(uint##width##_t, (d + 16), (o + 16));         \
		return op + 1;                                            \
	}                                                                 \
	PTX_HANDLER(ST_SHARED_B##width)                                   \
	{                                                                 \
		const uint32_t *base = PTX_SRC(uint32_t, 4);              \
		const uint##width##_t *s = PTX_SRC(uint##width##_t, 0);   \
		uint32_t start = base[0] + (uint32_t)op->imm;             \
                                                                          \
		if (mask == PTX_ALL && start % sizeof(*s) == 0 &&         \
			(uint64_t)start + PTX_LANES * sizeof(*s) <=       \
				w->block->shared_bytes &&                 \
			!PTX_BITS(base[i] != base[0] + i * sizeof(*s))) { \
			memcpy(w->block->shared + start, s,               \
				PTX_LANES * sizeof(*s));                  \
			return op + 1;                                    \
		}                                                         \
		return store_any(w, op, mask, false);                     \
	}
SHARED(32)
SHARED(64)

PTX_HANDLER(FENCE)
{
	(void)w;
	(void)mask;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return op + 1;
}

PTX_HANDLER(NOTHING)
{
	(void)w;
	(void)mask;
	return op + 1;
}

/* How many bytes of the source each lane takes. */
static void
copy_sizes(struct ptx_warp *w, const struct ptx_op *op, uint32_t *out)
{
	const uint32_t *some = PTX_SRC(uint32_t, 1);
	uint32_t size = op->x[PTX_MEM_SIZE], ignore = 0;

	if (op->x[PTX_MEM_OP] == PTX_COPY_IGNORE)
		ignore = PTX_PRED_SRC(2);
	PTX_FOR_LANES
	{
		out[i] = ignore >> i & 1 ? 0 : size;
		if (op->x[PTX_MEM_OP] == PTX_COPY_SOME && some[i] < size)
			out[i] = some[i];
	}
}

/* The lanes of mask whose source is not all in one allocation. */
static uint32_t
copy_outside(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint64_t *from, const uint32_t *take)
{
	uint32_t bad = 0;

	PTX_FOR_MASK(i, mask)
	if (take[i])
		bad |= ptx_locate_lanes(w, op, 1u << i, from, take[i], false);
	return bad;
}

/*
 * cp.async: what is copied may be seen at any time before it is waited for,
 * so it is copied at once, and there is nothing to wait for.
 */
PTX_HANDLER(COPY)
{
	uint32_t size = op->x[PTX_MEM_SIZE], take[PTX_LANES], bad;
	const uint32_t *to = PTX_SRC(uint32_t, 0);
	uint64_t from[PTX_LANES], place[PTX_LANES];

	copy_sizes(w, op, take);
	ptx_addresses(w, op, from);
	PTX_FOR_LANES
	place[i] = to[i];
	bad = PTX_BITS(((from[i] | place[i]) & (size - 1)) != 0) & mask;
	if (rgpu_unlikely(bad))
		return ptx_fault(w, op, bad, RGPU_PTX_FAULT_MISALIGNED,
			from[__builtin_ctz(bad)], NULL);
	bad = ptx_outside(place, 0, w->block->shared_bytes, size) & mask;
	if (rgpu_unlikely(bad))
		return ptx_fault(w, op, bad, RGPU_PTX_FAULT_ADDRESS,
			place[__builtin_ctz(bad)], "in shared memory");
	bad = copy_outside(w, op, mask, from, take);
	if (rgpu_unlikely(bad))
		return ptx_fault(w, op, bad, RGPU_PTX_FAULT_ADDRESS,
			from[__builtin_ctz(bad)], NULL);
	PTX_FOR_MASK(i, mask)
	{
		uint8_t *d = w->block->shared + place[i];

		/* The address of nothing may be that of nowhere. */
		if (take[i])
			memcpy(d, (const void *)(uintptr_t)from[i], take[i]);
		memset(d + take[i], 0, size - take[i]);
	}
	return op + 1;
}

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_mem)[] = {
#include "softgpu/ptx/ops/mem.h"
};
