/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: barriers in shared memory. One thread of ours runs a block, so
 * that nobody else changes them meanwhile.
 */
#include "config.h"
#include "softgpu/ptx/exec-address.h"
#include "softgpu/ptx/mbarrier.h"
#include "softgpu/ptx/tables.h"

#define COUNT_BITS 20
#define COUNT_MASK PTX_MBARRIER_COUNT_MAX
#define TX_SHIFT   (2 * COUNT_BITS)
#define TX_BITS	   21
#define PHASE_BIT  (TX_SHIFT + TX_BITS)

struct mbarrier {
	uint32_t pending, expected;
	int32_t tx;
	bool parity;
};

static inline struct mbarrier
unpack(uint64_t bits)
{
	uint32_t tx = (uint32_t)(bits >> TX_SHIFT) & ((1u << TX_BITS) - 1);

	return (struct mbarrier){.pending = bits & COUNT_MASK,
		.expected = bits >> COUNT_BITS & COUNT_MASK,
		.tx = (int32_t)(tx << (32 - TX_BITS)) >> (32 - TX_BITS),
		.parity = bits >> PHASE_BIT & 1};
}

static inline uint64_t
pack(const struct mbarrier *m)
{
	return (uint64_t)(m->pending & COUNT_MASK) |
		(uint64_t)(m->expected & COUNT_MASK) << COUNT_BITS |
		(uint64_t)((uint32_t)m->tx & ((1u << TX_BITS) - 1))
		<< TX_SHIFT |
		(uint64_t)m->parity << PHASE_BIT;
}

/* The phase is over when nothing is missing: the next one begins. */
static void
complete(struct mbarrier *m)
{
	if (m->pending || m->tx)
		return;
	m->pending = m->expected;
	m->parity = !m->parity;
}

/* Whether the operation is allowed: arrivals that nobody expects are not. */
static bool
change(struct mbarrier *m, unsigned what, uint32_t n)
{
	uint32_t arrivals = 0;

	switch (what) {
	case PTX_MBARRIER_INIT:
		*m = (struct mbarrier){.pending = n, .expected = n};
		return n > 0 && n <= COUNT_MASK;
	case PTX_MBARRIER_INVAL: *m = (struct mbarrier){0}; return true;
	case PTX_MBARRIER_EXPECT: m->tx += (int32_t)n; break;
	case PTX_MBARRIER_COMPLETE: m->tx -= (int32_t)n; break;
	case PTX_MBARRIER_ARRIVE:
	case PTX_MBARRIER_DROP: arrivals = n; break;
	case PTX_MBARRIER_ARRIVE_EXPECT:
	case PTX_MBARRIER_DROP_EXPECT:
		m->tx += (int32_t)n;
		arrivals = 1;
		break;
	default: return true;
	}
	if (arrivals > m->pending)
		return false;
	m->pending -= arrivals;
	if (what == PTX_MBARRIER_DROP || what == PTX_MBARRIER_DROP_EXPECT)
		m->expected -= arrivals;
	if (what != PTX_MBARRIER_EXPECT)
		complete(m);
	return true;
}

PTX_HANDLER(MBARRIER)
{
	uint32_t count[PTX_LANES];
	uint64_t a[PTX_LANES];

	memcpy(count, PTX_SRC(uint32_t, 1), sizeof(count));
	if (!ptx_locate(w, op, mask, a, 8, true))
		return w->stop;
	PTX_FOR_MASK(i, mask)
	{
		uint64_t *at = (uint64_t *)(uintptr_t)a[i], before = *at;
		struct mbarrier m = unpack(before);

		if (!change(&m, op->x[PTX_MEM_OP], count[i]))
			return ptx_fault(w, op, 1u << i, RGPU_PTX_FAULT_BARRIER,
				0, "more arrivals than the mbarrier expects");
		*at = pack(&m);
		if (op->x[PTX_MEM_MODE])
			PTX_DST(uint64_t, 0)[i] = before;
	}
	return op + 1;
}

PTX_HANDLER(MBARRIER_WAIT)
{
	bool by_parity = op->x[PTX_MEM_OP] == PTX_MBARRIER_PARITY;
	uint64_t a[PTX_LANES];
	uint32_t over = 0;

	/* Loops wait here for others. */
	w->waiting = PTX_POLL_WEIGHT;
	if (!ptx_locate(w, op, mask, a, 8, false))
		return w->stop;
	PTX_FOR_MASK(i, mask)
	{
		const uint64_t *at = (const uint64_t *)(uintptr_t)a[i];
		bool phase = by_parity
			? PTX_SRC(uint32_t, 1)[i] & 1
			: PTX_SRC(uint64_t, 1)[i] >> PHASE_BIT & 1;

		over |= (uint32_t)((*at >> PHASE_BIT & 1) != phase) << i;
	}
	ptx_put_pred(&PTX_PRED(0), over, mask);
	return op + 1;
}

PTX_HANDLER(MBARRIER_PENDING)
{
	const uint64_t *state = PTX_SRC(uint64_t, 1);
	uint32_t r[PTX_LANES];

	PTX_FOR_LANES
	r[i] = (uint32_t)(state[i] & COUNT_MASK);
	ptx_put32(PTX_DST(uint32_t, 0), r, mask);
	return op + 1;
}

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_mbarrier)[] = {
#include "softgpu/ptx/ops/mbarrier.h"
};
