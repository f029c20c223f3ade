/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of array elements (CUarray_format, cuda.h 13.0). */
#ifndef RGPU_CUDAABI_FORMAT_H
#define RGPU_CUDAABI_FORMAT_H

#include "cudaabi/gen/cuda-abi.h"

/* Bytes of one channel; 0: no plain format (several planes, compressed blocks,
 * formats that say their channels themselves), which arrays do not have here. */
static inline unsigned
rgpu_format_bytes(CUarray_format format)
{
	switch (format) {
	case CU_AD_FORMAT_UNSIGNED_INT8:
	case CU_AD_FORMAT_SIGNED_INT8: return 1;
	case CU_AD_FORMAT_UNSIGNED_INT16:
	case CU_AD_FORMAT_SIGNED_INT16:
	case CU_AD_FORMAT_HALF: return 2;
	case CU_AD_FORMAT_UNSIGNED_INT32:
	case CU_AD_FORMAT_SIGNED_INT32:
	case CU_AD_FORMAT_FLOAT: return 4;
	default: return 0;
	}
}

#endif
