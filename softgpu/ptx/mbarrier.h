/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mbarrier objects: 64 bits that only these operations understand (PTX ISA
 * 9.0, "Parallel synchronization: mbarrier"). From the lowest bit: 20 arrivals
 * that are still missing, 20 that each phase expects, 21 of transactions that
 * are under way, with a sign, one for the parity of the phase. The state that
 * an arrival gives is the object as it was before.
 */
#ifndef RGPU_SOFTGPU_PTX_MBARRIER_H
#define RGPU_SOFTGPU_PTX_MBARRIER_H

#define PTX_MBARRIER_COUNT_MAX 0xfffffu

/* PTX_MEM_OP of MBARRIER; with PTX_MEM_MODE r[0] gets the state. */
enum {
	PTX_MBARRIER_INIT, /* r[1] arrivals a phase */
	PTX_MBARRIER_INVAL,
	PTX_MBARRIER_EXPECT, /* r[1] transactions */
	PTX_MBARRIER_COMPLETE,
	PTX_MBARRIER_ARRIVE, /* r[1] arrivals */
	PTX_MBARRIER_DROP,   /* the same, and as many fewer from now on */
	PTX_MBARRIER_ARRIVE_EXPECT, /* r[1] transactions, one arrival */
	PTX_MBARRIER_DROP_EXPECT,
	/* cp.async.mbarrier.arrive: one arrival more is missing, then it has
	 * come, as copies are done at once. */
	PTX_MBARRIER_COPIED,
};

/* PTX_MEM_OP of MBARRIER_WAIT: r[1] is a state, or the parity of a phase;
 * r[0] tells whether that phase is over. */
enum { PTX_MBARRIER_STATE, PTX_MBARRIER_PARITY };

#endif
