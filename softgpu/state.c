/* SPDX-License-Identifier: Apache-2.0 */
/* cuInit, what every entry point does first and last, fork and exit. */
#include "config.h"
#include "softgpu/state.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/compiler.h"
#include "common/log.h"
#include "cudaabi/entry.h"
#include "cudaabi/gen/inner.h"
#include "cudaabi/ops.h"
#include "cudaabi/tables.h"
#include "softgpu/device.h"
#include "softgpu/executor.h"
#include "softgpu/thread-state.h"

#define DRIVER_VERSION 13000
#define OPS_MAX	       0x2000 /* operations have 16-bit numbers of 13 used bits */

enum { NOT_YET, RUNNING, FORKED };

static _Atomic int state = NOT_YET;
static _Atomic bool exiting;

/* None: what our NVML asks for is a connection. */
const void *
rgpu_table_of_library(const unsigned char id[16] RGPU_UNUSED)
{
	return NULL;
}

bool
rgpu_running(void)
{
	return atomic_load_explicit(&state, memory_order_acquire) == RUNNING;
}

bool
rgpu_exiting(void)
{
	return atomic_load_explicit(&exiting, memory_order_relaxed);
}

static void
mark_exit(void)
{
	atomic_store_explicit(&exiting, true, memory_order_relaxed);
}

/* Our threads are not in the child, and locks may be held for ever there. */
static void
mark_fork(void)
{
	atomic_store_explicit(&state, FORKED, memory_order_release);
}

static CUresult
start(void)
{
	CUresult r;

	rgpu_log_name("softgpu");
	r = rgpu_devices_open();
	if (r)
		return r;
	if (rgpu_executor_open())
		return CUDA_ERROR_OUT_OF_MEMORY;
	/* Registered this late, it runs before the destructors of cudart. */
	if (pthread_atfork(NULL, NULL, mark_fork) || atexit(mark_exit))
		return CUDA_ERROR_OUT_OF_MEMORY;
	atomic_store_explicit(&state, RUNNING, memory_order_release);
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuInit(unsigned int Flags)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	CUresult r = CUDA_SUCCESS;

	if (Flags)
		return CUDA_ERROR_INVALID_VALUE;
	if (atomic_load_explicit(&state, memory_order_acquire) == FORKED)
		return CUDA_ERROR_NOT_INITIALIZED;
	pthread_mutex_lock(&lock);
	if (!rgpu_running())
		r = start();
	pthread_mutex_unlock(&lock);
	return r;
}

CUresult
rgpu_do_cuDriverGetVersion(int *driverVersion)
{
	if (!driverVersion)
		return CUDA_ERROR_INVALID_VALUE;
	*driverVersion = DRIVER_VERSION;
	return CUDA_SUCCESS;
}

CUresult
rgpu_enter(unsigned op RGPU_UNUSED)
{
	if (!rgpu_running())
		return CUDA_ERROR_NOT_INITIALIZED;
	/* A host function runs in the place of its stream: a call that waits
	 * for that stream would never return. */
	if (rgpu_thread_state()->in_callback)
		return CUDA_ERROR_NOT_PERMITTED;
	return CUDA_SUCCESS;
}

CUresult
rgpu_enter_early(unsigned op RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

CUresult
rgpu_leave(unsigned op RGPU_UNUSED, CUresult result)
{
	return result;
}

CUresult
rgpu_refuse(unsigned op)
{
	static _Atomic bool logged[OPS_MAX];

	if (!atomic_exchange_explicit(
		    &logged[op % OPS_MAX], true, memory_order_relaxed))
		rgpu_warn("%s is not supported by the software GPU: "
			  "CUDA_ERROR_NOT_SUPPORTED",
			rgpu_op_name(op));
	return CUDA_ERROR_NOT_SUPPORTED;
}
