/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of memory operations: checked to the byte, and turned into host
 * pointers.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_ADDRESS_H
#define RGPU_SOFTGPU_PTX_EXEC_ADDRESS_H

#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/mem.h"

/* Lanes whose bytes are not all in [lo, hi). */
static inline uint32_t
ptx_outside(const uint64_t *a, uint64_t lo, uint64_t hi, unsigned bytes)
{
	uint64_t room = hi - lo;

	if (room < bytes)
		return PTX_ALL;
	room -= bytes;
	return PTX_BITS(a[i] - lo > room);
}

/* a: the addresses of all lanes, offset included. */
static inline void
ptx_addresses(struct ptx_warp *w, const struct ptx_op *op, uint64_t *a)
{
	uint64_t add = op->imm;

	if (op->x[PTX_MEM_WIDE]) {
		const uint64_t *base = PTX_SRC(uint64_t, 4);

		PTX_FOR_LANES
		a[i] = base[i] + add;
	} else {
		const uint32_t *base = PTX_SRC(uint32_t, 4);

		/* 32-bit addresses wrap at 32 bits. */
		PTX_FOR_LANES
		a[i] = (uint32_t)(base[i] + (uint32_t)add);
	}
}

/*
 * Where one lane's access goes when it is not in the cached allocation: NULL
 * when it goes nowhere.
 */
static inline uint8_t *
ptx_resolve(struct ptx_warp *w, const struct ptx_op *op, unsigned lane,
	uint64_t a, unsigned bytes, bool write)
{
	struct ptx_block *b = w->block;
	uint64_t own = (uint64_t)(uintptr_t)w->local + lane * b->local_stride;
	uint64_t shared = (uint64_t)(uintptr_t)b->shared;
	uint64_t params = (uint64_t)(uintptr_t)b->params;

	if (op->x[PTX_MEM_SPACE] == PTX_GENERIC) {
		if (a - shared < b->shared_bytes &&
			bytes <= b->shared_bytes - (a - shared))
			return (uint8_t *)(uintptr_t)a;
		if (a - own < b->local_stride &&
			bytes <= b->local_stride - (a - own))
			return (uint8_t *)(uintptr_t)a;
		if (!write && a - params < b->param_bytes &&
			bytes <= b->param_bytes - (a - params))
			return (uint8_t *)(uintptr_t)a;
	}
	if (!ptx_find_range(b, a, bytes, &b->range[op->slot]))
		return NULL;
	return (uint8_t *)(uintptr_t)a;
}

/* Adds the start of a window to offsets that were checked against its size. */
static inline bool
ptx_window(uint64_t *a, uint32_t mask, uint64_t size, unsigned bytes,
	uint8_t *window, uint64_t stride, uint32_t *bad)
{
	*bad = ptx_outside(a, 0, size, bytes) & mask;
	if (rgpu_unlikely(*bad))
		return false;
	PTX_FOR_LANES
	a[i] += (uint64_t)(uintptr_t)window + i * stride;
	return true;
}

/* The lanes of mask whose access is bad; else a holds host pointers. */
static inline uint32_t
ptx_locate_lanes(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint64_t *a, unsigned bytes, bool write)
{
	struct ptx_block *b = w->block;
	struct ptx_range *range = &b->range[op->slot];
	uint32_t bad;

	switch (op->x[PTX_MEM_SPACE]) {
	case PTX_SHARED:
		ptx_window(a, mask, b->shared_bytes, bytes, b->shared, 0, &bad);
		return bad;
	case PTX_LOCAL:
		ptx_window(a, mask, b->local_stride, bytes, w->local,
			b->local_stride, &bad);
		return bad;
	case PTX_PARAM:
		ptx_window(a, mask, b->param_bytes, bytes,
			(uint8_t *)(uintptr_t)b->params, 0, &bad);
		return bad;
	default: break;
	}
	bad = ptx_outside(a, range->lo, range->hi, bytes) & mask;
	PTX_FOR_MASK(i, bad)
	if (ptx_resolve(w, op, i, a[i], bytes, write))
		bad &= ~(1u << i);
	return bad;
}

/*
 * Turns the addresses of all lanes into host pointers. False after a fault:
 * the handler then returns w->stop.
 */
static inline bool
ptx_locate(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint64_t *a, unsigned bytes, bool write)
{
	uint64_t low = op->x[PTX_MEM_ALIGN] - 1u, given[PTX_LANES];
	uint32_t bad;

	ptx_addresses(w, op, a);
	bad = PTX_BITS((a[i] & low) != 0) & mask;
	if (rgpu_unlikely(bad)) {
		ptx_fault(w, op, bad, RGPU_PTX_FAULT_MISALIGNED,
			a[__builtin_ctz(bad)], NULL);
		return false;
	}
	memcpy(given, a, sizeof(given));
	bad = ptx_locate_lanes(w, op, mask, a, bytes, write);
	if (rgpu_unlikely(bad)) {
		ptx_fault(w, op, bad, RGPU_PTX_FAULT_ADDRESS,
			given[__builtin_ctz(bad)], NULL);
		return false;
	}
	return true;
}

#endif
