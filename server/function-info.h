/* SPDX-License-Identifier: Apache-2.0 */
/* What the client must know of a kernel, asked of the driver. Executor only: the
 * bytes stay valid until the next call. */
#ifndef RGPU_SERVER_FUNCTION_INFO_H
#define RGPU_SERVER_FUNCTION_INFO_H

#include <stdint.h>
#include "server/backend.h"

/*
 * Parameter layout and attributes, encoded (protocol/function.h). Layouts need
 * cuFuncGetParamInfo, which drivers have since CUDA 12.4:
 * CUDA_ERROR_NOT_SUPPORTED below.
 */
CUresult rgpu_function_info(const struct rgpu_driver *driver, CUfunction f,
	const void **info, uint32_t *size);
CUresult rgpu_kernel_info(const struct rgpu_driver *driver, CUkernel k,
	CUdevice dev, const void **info, uint32_t *size);

#endif
