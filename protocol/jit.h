/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a module's compilation as they travel: numbers only. Log buffers
 * are fields of the message. */
#ifndef RGPU_PROTOCOL_JIT_H
#define RGPU_PROTOCOL_JIT_H

#include "cudaabi/gen/cuda-abi.h"
#include "protocol/codec.h"

#define RGPU_JIT_OPTIONS_MAX 64u
#define RGPU_JIT_BYTES_MAX   (8u + RGPU_JIT_OPTIONS_MAX * 16u)
#define RGPU_JIT_LOG_MAX     65536u

struct rgpu_jit {
	uint32_t count;
	CUjit_option option[RGPU_JIT_OPTIONS_MAX];
	void *value[RGPU_JIT_OPTIONS_MAX];
};

/* Whether an option is a plain number that the server's driver may get. */
bool rgpu_jit_is_number(CUjit_option option);

void rgpu_jit_put(struct rgpu_enc *e, const struct rgpu_jit *jit);

/* -1: damaged, or an option that is no plain number. */
int rgpu_jit_get(struct rgpu_dec *d, struct rgpu_jit *jit);

#endif
