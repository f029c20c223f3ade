/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a process, whatever still runs in it: no hang, no fault, and the
 * exit status is the application's. */
#include "config.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

#define PATIENCE 30 /* seconds until a hang counts as one */

static const char text[] = HEAD BUMP FOREVER;
static CUcontext context;
static CUdeviceptr memory;
static CUstream stream;

/* Runs a case in a process; it must end by exit() with status 7. */
static void
expect_exit(void (*run)(void))
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		alarm(PATIENCE);
		run();
		exit(8);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 7);
}

/* A kernel that never ends, with work of all kinds behind it. */
static void
be_busy(void)
{
	CUmodule m;
	CUfunction f;
	static _Atomic int calls;

	context = make_context();
	CU(cuModuleLoadData(&m, text));
	CU(cuModuleGetFunction(&f, m, "forever"));
	CU(cuMemAlloc_v2(&memory, 1000));
	CU(cuStreamCreate(&stream, 0));
	CU(cuLaunchKernel(f, 4, 1, 1, 64, 1, 1, 0, stream, NULL, NULL));
	CU(cuMemsetD8Async(memory, 1, 1000, stream));
	CU(cuLaunchHostFunc(stream, count_run, &calls));
	CU(cuLaunchKernel(f, 4, 1, 1, 64, 1, 1, 0, NULL, NULL, NULL));
	sleep_ms(20);
}

static void
leave_a_kernel_behind(void)
{
	be_busy();
	exit(7);
}

static void *
exit_soon(void *arg)
{
	sleep_ms(50);
	exit(7);
	return arg;
}

static void
exit_while_main_waits(void)
{
	pthread_t t;

	be_busy();
	CHECK_EQ(pthread_create(&t, NULL, exit_soon, NULL), 0);
	cuCtxSynchronize();
}

/* As cudart does it, from a destructor that runs after our own. */
static void
tidy_up(void)
{
	cuMemFree_v2(memory);
	cuStreamDestroy_v2(stream);
	cuCtxDestroy_v2(context);
	cuDevicePrimaryCtxRelease_v2(0);
}

static void
tidy_up_at_exit(void)
{
	CUcontext primary;

	CHECK_EQ(atexit(tidy_up), 0);
	CU(cuInit(0));
	CU(cuDevicePrimaryCtxRetain(&primary, 0));
	be_busy();
	exit(7);
}

static void
exit_here(void *arg)
{
	(void)arg;
	exit(7);
}

static void
exit_in_a_host_function(void)
{
	CHECK_EQ(atexit(tidy_up), 0);
	context = make_context();
	CU(cuMemAlloc_v2(&memory, 1000));
	CU(cuStreamCreate(&stream, 0));
	CU(cuLaunchHostFunc(stream, exit_here, NULL));
	cuStreamSynchronize(stream);
}

static void *
hammer(void *arg)
{
	CUfunction bump;
	CUdeviceptr p;
	CUmodule m;
	CUstream s;

	CU(cuCtxSetCurrent(arg));
	for (;;) {
		CU(cuModuleLoadData(&m, text));
		CU(cuModuleGetFunction(&bump, m, "bump"));
		CU(cuStreamCreate(&s, 0));
		CU(cuMemAlloc_v2(&p, 5000));
		CU(cuLaunchKernel(bump, 2, 1, 1, 32, 1, 1, 0, s, NULL, NULL));
		CU(cuMemsetD8Async(p, 1, 5000, CU_STREAM_PER_THREAD));
		CU(cuMemFree_v2(p));
		CU(cuStreamDestroy_v2(s));
		CU(cuModuleUnload(m));
	}
	return NULL;
}

static void
exit_among_busy_threads(void)
{
	CUcontext c = make_context();
	pthread_t t;

	for (int i = 0; i < 4; i++)
		CHECK_EQ(pthread_create(&t, NULL, hammer, c), 0);
	sleep_ms(100);
	exit(7);
}

static void
a_kernel_that_never_ends_is_left(void)
{
	expect_exit(leave_a_kernel_behind);
}

static void
any_thread_may_exit(void)
{
	expect_exit(exit_while_main_waits);
	for (int i = 0; i < 10; i++)
		expect_exit(exit_among_busy_threads);
}

static void
destructors_do_not_wait(void)
{
	expect_exit(tidy_up_at_exit);
}

static void
a_host_function_may_exit(void)
{
	expect_exit(exit_in_a_host_function);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"a kernel that never ends is left",
			a_kernel_that_never_ends_is_left},
		{"any thread may exit", any_thread_may_exit},
		{"destructors do not wait", destructors_do_not_wait},
		{"a host function may exit", a_host_function_may_exit},
	};

	RUN_CASES(cases);
	return 0;
}
