/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The register stack of a warp.
 */
#ifndef RGPU_SOFTGPU_PTX_STACK_H
#define RGPU_SOFTGPU_PTX_STACK_H

#include "softgpu/ptx/exec.h"

/* Makes the register file at least this large; -1: it may not grow so far.
 * Registers may move: w->rf and w->base[0] change. */
int ptx_stack_reserve(struct ptx_warp *w, uint64_t bytes);

/* Why a value is not a function that can be called here. */
const char *ptx_why_no_call(const struct ptx_func *func);

#endif
