/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who calls: one of NVIDIA's libraries, or another program. These libraries
 * choose their kernels by the compute capability that the driver claims, and
 * they take those that exist as PTX only for one they do not know; by the shared
 * memory they choose between kernels with and without tensor cores.
 */
#ifndef RGPU_SOFTGPU_CALLER_H
#define RGPU_SOFTGPU_CALLER_H

#include <stdbool.h>

/* Whether the first caller outside this library is in libcublas*, libcudnn* or
 * libcufft*. Walks the stack: for calls that are made once. */
bool rgpu_called_by_library(void);

#endif
