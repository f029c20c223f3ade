/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Context-local storage: what cudart keeps per context (hidden table CLS). It
 * is pure memory of this process, looked up before nearly every runtime call
 * (measured with libcudart 13.0: 1,698 times in one NCCL run), so a look-up is
 * a hash probe under a shared lock.
 */
#ifndef RGPU_CUDAABI_CLS_H
#define RGPU_CUDAABI_CLS_H

#include "cudaabi/gen/cuda-abi.h"

typedef void (*rgpu_cls_dtor)(CUcontext context, void *key, void *value);

/* Sets the value of key in a context; an earlier value is replaced. Returns
 * CUDA_ERROR_OUT_OF_MEMORY when there is no room. */
CUresult rgpu_cls_put(
	CUcontext context, void *key, void *value, rgpu_cls_dtor dtor);

/* CUDA_ERROR_INVALID_HANDLE when the key has no value. */
CUresult rgpu_cls_get(CUcontext context, void *key, void **value);
CUresult rgpu_cls_delete(CUcontext context, void *key);

/* The context ends: removes all its values and runs their destructors, without
 * a lock held. */
void rgpu_cls_clear(CUcontext context);

#endif
