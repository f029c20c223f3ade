/* SPDX-License-Identifier: Apache-2.0 */
/* The library as a program loads it that does not link with it. Threads of its
 * own may outlive dlclose(). */
#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"
#include "tests/check.h"

struct driver {
	void *handle;
	CUresult (*cuInit)(unsigned);
	CUresult (*cuCtxCreate_v2)(CUcontext *, unsigned, CUdevice);
	CUresult (*cuCtxDestroy_v2)(CUcontext);
	CUresult (*cuMemAlloc_v2)(CUdeviceptr *, size_t);
	CUresult (*cuMemsetD8Async)(
		CUdeviceptr, unsigned char, size_t, CUstream);
	CUresult (*cuMemcpyDtoH_v2)(void *, CUdeviceptr, size_t);
	CUresult (*cuMemGetInfo_v2)(size_t *, size_t *);
};

static void *
symbol(struct driver *d, const char *name)
{
	void *p = dlsym(d->handle, name);

	if (!p)
		fprintf(stderr, "%s\n", dlerror());
	CHECK(p);
	return p;
}

static void
driver_open(struct driver *d)
{
	d->handle = dlopen(LIBCUDA, RTLD_NOW | RTLD_LOCAL);
	if (!d->handle)
		fprintf(stderr, "%s\n", dlerror());
	CHECK(d->handle);
	d->cuInit = symbol(d, "cuInit");
	d->cuCtxCreate_v2 = symbol(d, "cuCtxCreate_v2");
	d->cuCtxDestroy_v2 = symbol(d, "cuCtxDestroy_v2");
	d->cuMemAlloc_v2 = symbol(d, "cuMemAlloc_v2");
	d->cuMemsetD8Async = symbol(d, "cuMemsetD8Async");
	d->cuMemcpyDtoH_v2 = symbol(d, "cuMemcpyDtoH_v2");
	d->cuMemGetInfo_v2 = symbol(d, "cuMemGetInfo_v2");
}

/* Leaves a context on the stack of its thread, and a default stream. */
static void *
use(void *arg)
{
	struct driver *d = arg;
	CUcontext c;
	CUdeviceptr p;
	unsigned char byte = 0;
	size_t left, all;

	CHECK_EQ(d->cuInit(0), CUDA_SUCCESS);
	CHECK_EQ(d->cuCtxCreate_v2(&c, 0, 0), CUDA_SUCCESS);
	/* Who came before has given all back: dlclose() was not taken for the
	 * end of the process, at which nobody does. */
	CHECK_EQ(d->cuMemGetInfo_v2(&left, &all), CUDA_SUCCESS);
	CHECK_EQ(left, all);
	CHECK_EQ(d->cuMemAlloc_v2(&p, 1 << 20), CUDA_SUCCESS);
	CHECK_EQ(d->cuMemsetD8Async(p, 7, 1 << 20, CU_STREAM_PER_THREAD),
		CUDA_SUCCESS);
	CHECK_EQ(d->cuMemcpyDtoH_v2(&byte, p + 12345, 1), CUDA_SUCCESS);
	CHECK_EQ(byte, 7);
	return c;
}

static void *
use_and_close(void *arg)
{
	struct driver d;

	driver_open(&d);
	arg = use(&d);
	CHECK_EQ(dlclose(d.handle), 0);
	return arg;
}

static void
it_can_be_opened_again(void)
{
	struct driver d;

	for (int i = 0; i < 5; i++) {
		driver_open(&d);
		CHECK_EQ(d.cuCtxDestroy_v2(use(&d)), CUDA_SUCCESS);
		CHECK_EQ(dlclose(d.handle), 0);
	}
}

static void
a_thread_ends_after_dlclose(void)
{
	struct driver d;
	pthread_t t;
	void *context;

	for (int i = 0; i < 5; i++) {
		CHECK_EQ(pthread_create(&t, NULL, use_and_close, NULL), 0);
		CHECK_EQ(pthread_join(t, &context), 0);
		driver_open(&d);
		CHECK_EQ(d.cuCtxDestroy_v2(context), CUDA_SUCCESS);
		CHECK_EQ(dlclose(d.handle), 0);
	}
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"it can be opened again", it_can_be_opened_again},
		{"a thread ends after dlclose", a_thread_ends_after_dlclose},
	};

	RUN_CASES(cases);
	return 0;
}
