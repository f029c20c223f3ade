/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that failed: its error code, and one line for a person. */
#ifndef RGPU_SOFTGPU_FAULT_H
#define RGPU_SOFTGPU_FAULT_H

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/ptx/ptx.h"

/* Logs a fault and returns the code that the driver gives for it;
 * CUDA_SUCCESS for a launch that was stopped. */
CUresult rgpu_fault_report(const struct rgpu_ptx_fault *fault);

#endif
