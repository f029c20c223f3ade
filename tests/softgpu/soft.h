/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the software GPU share. They are linked with its
 * libcuda.so.1 and know nothing but the driver API. A gate is a host function
 * that keeps a stream busy until the test opens it, so that "still waiting" and
 * "done" are states and not a matter of time.
 */
#ifndef RGPU_TESTS_SOFTGPU_SOFT_H
#define RGPU_TESTS_SOFTGPU_SOFT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cudaabi/gen/cuda-abi.h"
#include "tests/check.h"

static inline const char *
cu_name(CUresult r)
{
	const char *name = "?";

	cuGetErrorName(r, &name);
	return name;
}

/* The call must return just that. */
#define EXPECT_CU(call, want)                                                  \
	do {                                                                   \
		CUresult got_ = (call), want_ = (want);                        \
		if (got_ != want_) {                                           \
			fprintf(stderr, "%s:%d: %s is %s, not %s\n", __FILE__, \
				__LINE__, #call, cu_name(got_),                \
				cu_name(want_));                               \
			exit(1);                                               \
		}                                                              \
	} while (0)
#define CU(call) EXPECT_CU(call, CUDA_SUCCESS)

/* A new context of device 0, current. */
static inline CUcontext
make_context(void)
{
	CUcontext c;

	CU(cuInit(0));
	CU(cuCtxCreate_v2(&c, 0, 0));
	return c;
}

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool entered, open;
};

#define GATE_INIT                                                         \
	{                                                                 \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 \
	}

static inline void
gate_run(void *arg)
{
	struct gate *g = arg;

	pthread_mutex_lock(&g->lock);
	g->entered = true;
	pthread_cond_broadcast(&g->changed);
	while (!g->open)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

/* The stream is busy from now until gate_open(). */
static inline void
gate_close(struct gate *g, CUstream stream)
{
	*g = (struct gate)GATE_INIT;
	CU(cuLaunchHostFunc(stream, gate_run, g));
}

static inline void
gate_wait_entered(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	while (!g->entered)
		pthread_cond_wait(&g->changed, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static inline void
gate_open(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->open = true;
	pthread_cond_broadcast(&g->changed);
	pthread_mutex_unlock(&g->lock);
}

/* A host function that counts its calls. */
static inline void
count_run(void *arg)
{
	atomic_fetch_add((_Atomic int *)arg, 1);
}

static inline void
sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

/* Runs a case in a process of its own, for settings that are read once. */
static inline void
in_child(void (*run)(void))
{
	int status;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		run();
		exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 0);
}

#endif
