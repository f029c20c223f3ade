/* SPDX-License-Identifier: Apache-2.0 */
/* The calling thread's contexts. */
#ifndef RGPU_CLIENT_CONTEXT_H
#define RGPU_CLIENT_CONTEXT_H

#include "libclient/objects.h"

/* A device argument: the server's number of it. CUDA_ERROR_INVALID_DEVICE. */
CUresult rgpu_client_device(CUdevice dev, int32_t *ordinal);

/* The current context, alive; errors as rgpu_client_context(). */
CUresult rgpu_context_current(struct rgpu_context **context);

/* This thread's default stream in a context (CU_STREAM_PER_THREAD): made at
 * first use, ended with the thread. */
CUresult rgpu_thread_stream(
	struct rgpu_context *context, struct rgpu_stream **stream);

#endif
