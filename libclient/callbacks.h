/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What streams ask of this process: host functions, callbacks, and the data of
 * copies from page-locked memory that such functions may still change. The
 * server says when a stream has got there; two threads of ours do it, one for
 * functions, one for copies, so that a function may take its time.
 */
#ifndef RGPU_CLIENT_CALLBACKS_H
#define RGPU_CLIENT_CALLBACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"

/* Whether the calling thread is in a host function: it must not call CUDA (CUDA
 * API: cuLaunchHostFunc); we answer CUDA_ERROR_NOT_PERMITTED. */
extern __thread bool rgpu_in_callback;

/* Whether host functions are queued that have not returned. */
bool rgpu_callbacks_pending(void);

/* A copy to the device whose source is read when the stream gets there. The
 * arguments have been checked. */
CUresult rgpu_late_copy(CUdeviceptr dst, const void *src, size_t size,
	uint64_t context, uint64_t stream);

/* ---- places of graphs ------------------------------------------------------ */

/* Rows of host memory, a row pitch bytes behind the one before it. */
struct rgpu_rows {
	uint8_t *base;
	uint64_t pitch, slice;
	uint64_t width, height, depth;
};

/* What is to be done when the next launch of a graph gets to its node "at": a
 * function, rows to be sent, rows to be filled from packed memory (which is
 * freed), rows to be copied. Sent before the launch. */
CUresult rgpu_expect_function(uint64_t context, uint64_t exec, unsigned at,
	CUhostFn function, void *user);
CUresult rgpu_expect_data(uint64_t context, uint64_t exec, unsigned at,
	const struct rgpu_rows *rows);
CUresult rgpu_expect_spread(uint64_t context, uint64_t exec, unsigned at,
	const struct rgpu_rows *rows, uint8_t *packed);
CUresult rgpu_expect_move(uint64_t context, uint64_t exec, unsigned at,
	const struct rgpu_rows *from, const struct rgpu_rows *to);

/* A number that no other place and no callback has. */
uint64_t rgpu_callback_number(void);

#endif
