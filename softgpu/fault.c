/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that failed. */
#include "config.h"
#include "softgpu/fault.h"

#include "common/log.h"
#include "cudaabi/errors.h"
#include "softgpu/memory.h"

static CUresult
code_of(enum rgpu_ptx_fault_kind kind)
{
	switch (kind) {
	case RGPU_PTX_FAULT_NONE:
	case RGPU_PTX_FAULT_STOPPED: return CUDA_SUCCESS;
	case RGPU_PTX_FAULT_ADDRESS: return CUDA_ERROR_ILLEGAL_ADDRESS;
	case RGPU_PTX_FAULT_MISALIGNED: return CUDA_ERROR_MISALIGNED_ADDRESS;
	case RGPU_PTX_FAULT_ASSERT: return CUDA_ERROR_ASSERT;
	case RGPU_PTX_FAULT_STACK: return CUDA_ERROR_HARDWARE_STACK_ERROR;
	case RGPU_PTX_FAULT_BAD_CALL: return CUDA_ERROR_INVALID_PC;
	case RGPU_PTX_FAULT_TRAP:
	case RGPU_PTX_FAULT_BARRIER:
	case RGPU_PTX_FAULT_NO_MEMORY: break;
	}
	return CUDA_ERROR_LAUNCH_FAILED;
}

CUresult
rgpu_fault_report(const struct rgpu_ptx_fault *fault)
{
	CUresult r = code_of(fault->kind);
	char where[128] = "";

	if (!r)
		return r;
	if (fault->kind == RGPU_PTX_FAULT_ADDRESS)
		rgpu_memory_describe(fault->address, where, sizeof(where));
	rgpu_err("%s (%d): %s%s%s", rgpu_cuda_error_name((int)r), (int)r,
		fault->text, *where ? "; " : "", where);
	return r;
}
