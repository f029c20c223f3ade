/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls: one of NVIDIA's libraries, or another program. These libraries
 * choose their kernels by the compute capability that the driver claims, and
 * they take those that exist as PTX only for one they do not know; by the shared
 * memory they choose between kernels with and without tensor cores. So a device
 * that runs PTX alone claims other values to them than to programs.
 */
#ifndef RGPU_CUDAABI_CALLER_H
#define RGPU_CUDAABI_CALLER_H

#include <stdbool.h>

/* cuDeviceGetAttribute of the software GPU answers this number with 1: it runs
 * PTX alone; and this number plus that of an attribute with what it claims to
 * NVIDIA's libraries, where that is another value. Every other driver answers
 * CUDA_ERROR_INVALID_VALUE: it knows no such attribute. */
#define RGPU_ATTRIBUTE_PTX_ALONE 0x72670000

/* Whether the first caller outside this library is one of NVIDIA's libraries
 * with kernels of their own (libcublas*, libcudnn*, libcufft*). Walks the
 * stack: for calls that are made once. */
bool rgpu_called_by_library(void);

#endif
