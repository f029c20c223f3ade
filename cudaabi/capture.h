/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the generated entry points ask while a stream is being captured: such a
 * call becomes a node of a graph, or is forbidden. graph/ answers.
 */
#ifndef RGPU_CUDAABI_CAPTURE_H
#define RGPU_CUDAABI_CAPTURE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/compiler.h"
#include "cudaabi/gen/cuda-abi.h"

/* How many captures there are in the process. */
extern atomic_uint rgpu_captures;

static inline bool
rgpu_capture_is_on(void)
{
	return rgpu_unlikely(atomic_load_explicit(&rgpu_captures,
				     memory_order_relaxed) != 0);
}

/* A call that some modes of capture forbid (CUDA API:
 * cuThreadExchangeStreamCaptureMode): whether it is forbidden now. */
bool rgpu_capture_unsafe(CUresult *result);

/* A call that waits, in a stream: whether that is forbidden. */
bool rgpu_capture_sync(CUstream stream, CUresult *result);

#endif
