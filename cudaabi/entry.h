/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each of our two libcuda.so.1 (the shim and the software GPU) gives to the
 * generated entry points: an exported cuX() calls rgpu_enter(), then the inner
 * function rgpu_do_cuX(), then rgpu_leave().
 */
#ifndef RGPU_CUDAABI_ENTRY_H
#define RGPU_CUDAABI_ENTRY_H

#include "cudaabi/gen/cuda-abi.h"

/* Whether calls are possible now: CUDA_SUCCESS, or what cuX() must return
 * (CUDA_ERROR_NOT_INITIALIZED before cuInit and in a forked child). */
CUresult rgpu_enter(unsigned op);

/* The same for the few functions that may come before cuInit. */
CUresult rgpu_enter_early(unsigned op);

/* Sees every result on its way out (tracing); returns it. */
CUresult rgpu_leave(unsigned op, CUresult result);

/* Logs once that op is not supported and returns the documented error. */
CUresult rgpu_refuse(unsigned op);

/* The handle that cuDevicePrimaryCtxRetain(dev) returns now or later; does not
 * retain it and needs no server. */
CUresult rgpu_primary_context(CUdevice dev, CUcontext *context);

#endif
