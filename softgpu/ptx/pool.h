/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launches and the threads that share them.
 */
#ifndef RGPU_SOFTGPU_PTX_POOL_H
#define RGPU_SOFTGPU_PTX_POOL_H

#include <pthread.h>
#include "softgpu/ptx/exec.h"

/* A launch while it runs. */
struct ptx_run {
	const struct rgpu_ptx_launch *launch;
	struct ptx_layout layout;
	uint64_t total;	      /* blocks */
	uint64_t next;	      /* atomic: the first that nobody has started */
	int stop;	      /* atomic: a fault, or asked from outside */
	pthread_mutex_t lock; /* fault and counts */
	struct rgpu_ptx_fault fault;
	uint64_t ops, lanes;

	/* Under the pool's lock. */
	struct ptx_run *before, *after;
	unsigned helpers; /* workers of the pool inside */
};

/* Runs blocks of a launch until none is left to start and all that this
 * thread started have ended. */
void ptx_run_blocks(struct ptx_run *run);

/* Puts a launch before the workers, works too, and waits for its end. */
void ptx_pool_run(struct rgpu_ptx_pool *pool, struct ptx_run *run);

#endif
