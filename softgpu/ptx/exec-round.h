/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The processor's rounding mode, set for one vector operation.
 */
#ifndef RGPU_SOFTGPU_PTX_EXEC_ROUND_H
#define RGPU_SOFTGPU_PTX_EXEC_ROUND_H

#include "softgpu/ptx/forms.h"

#if defined(__SSE2__) && !defined(PTX_PORTABLE)
#include <xmmintrin.h>

static inline unsigned
ptx_round_set(unsigned flags)
{
	/* MXCSR has nearest, down, up, zero; the flags .rn .rz .rm .rp. */
	static const unsigned modes[] = {0, 0x6000, 0x2000, 0x4000};
	unsigned old = _mm_getcsr();

	_mm_setcsr((old & ~0x6000u) | modes[flags & PTX_FP_ROUND]);
	return old;
}

static inline void
ptx_round_restore(unsigned old)
{
	_mm_setcsr(old);
}
#else
#include <fenv.h>

static inline unsigned
ptx_round_set(unsigned flags)
{
	static const int modes[] = {
		FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
	int old = fegetround();

	fesetround(modes[flags & PTX_FP_ROUND]);
	return (unsigned)old;
}

static inline void
ptx_round_restore(unsigned old)
{
	fesetround((int)old);
}
#endif

/* Nothing that reads or writes *p moves across. */
#define PTX_PIN(p) __asm__ volatile("" : : "r"(p) : "memory")

#endif
