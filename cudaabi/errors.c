/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the table of CUresult. */
#include "config.h"
#include "cudaabi/errors.h"

#include "cudaabi/gen/cuda-abi.h"

const struct rgpu_cuda_error *
rgpu_cuda_error_find(int code)
{
	for (size_t i = 0; i < rgpu_cuda_error_count; i++) {
		if (rgpu_cuda_errors[i].code == code)
			return &rgpu_cuda_errors[i];
	}
	return NULL;
}

const char *
rgpu_cuda_error_name(int code)
{
	const struct rgpu_cuda_error *e = rgpu_cuda_error_find(code);

	return e ? e->name : "CUDA_ERROR_?";
}

bool
rgpu_cuda_error_is_sticky(int code)
{
	switch (code) {
	case CUDA_ERROR_CONTAINED:
	case CUDA_ERROR_ECC_UNCORRECTABLE:
	case CUDA_ERROR_NVLINK_UNCORRECTABLE:
	case CUDA_ERROR_ILLEGAL_ADDRESS:
	case CUDA_ERROR_LAUNCH_TIMEOUT:
	case CUDA_ERROR_ASSERT:
	case CUDA_ERROR_HARDWARE_STACK_ERROR:
	case CUDA_ERROR_ILLEGAL_INSTRUCTION:
	case CUDA_ERROR_MISALIGNED_ADDRESS:
	case CUDA_ERROR_INVALID_ADDRESS_SPACE:
	case CUDA_ERROR_INVALID_PC:
	case CUDA_ERROR_LAUNCH_FAILED:
	case CUDA_ERROR_TENSOR_MEMORY_LEAK:
	case CUDA_ERROR_MPS_CLIENT_TERMINATED:
	case CUDA_ERROR_EXTERNAL_DEVICE: return true;
	default: return false;
	}
}
