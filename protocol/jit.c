/* SPDX-License-Identifier: Apache-2.0 */
/* Compilation options on the wire. */
#include "config.h"
#include "protocol/jit.h"

bool
rgpu_jit_is_number(CUjit_option option)
{
	switch (option) {
	case CU_JIT_MAX_REGISTERS:
	case CU_JIT_THREADS_PER_BLOCK:
	case CU_JIT_OPTIMIZATION_LEVEL:
	case CU_JIT_TARGET_FROM_CUCONTEXT:
	case CU_JIT_TARGET:
	case CU_JIT_FALLBACK_STRATEGY:
	case CU_JIT_GENERATE_DEBUG_INFO:
	case CU_JIT_LOG_VERBOSE:
	case CU_JIT_GENERATE_LINE_INFO:
	case CU_JIT_CACHE_MODE:
	case CU_JIT_POSITION_INDEPENDENT_CODE:
	case CU_JIT_MIN_CTA_PER_SM:
	case CU_JIT_MAX_THREADS_PER_BLOCK:
	case CU_JIT_OVERRIDE_DIRECTIVE_VALUES: return true;
	default: return false;
	}
}

void
rgpu_jit_put(struct rgpu_enc *e, const struct rgpu_jit *jit)
{
	rgpu_put_u32(e, jit->count);
	for (uint32_t i = 0; i < jit->count; i++) {
		rgpu_put_u32(e, (uint32_t)jit->option[i]);
		rgpu_put_u64(e, (uint64_t)(uintptr_t)jit->value[i]);
	}
}

int
rgpu_jit_get(struct rgpu_dec *d, struct rgpu_jit *jit)
{
	jit->count = rgpu_get_u32(d);
	if (jit->count > RGPU_JIT_OPTIONS_MAX)
		return -1;
	for (uint32_t i = 0; i < jit->count; i++) {
		jit->option[i] = (CUjit_option)rgpu_get_u32(d);
		jit->value[i] = (void *)(uintptr_t)rgpu_get_u64(d);
		if (!rgpu_jit_is_number(jit->option[i]))
			return -1;
	}
	return rgpu_dec_end(d);
}
