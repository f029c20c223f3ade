/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that wait for the GPU, so that the executor never does. As many as
 * there are waits at once (a client with 64 threads may have 64); a thread
 * without work is kept for the next wait.
 */
#ifndef RGPU_SERVER_WAITERS_H
#define RGPU_SERVER_WAITERS_H

struct rgpu_waiters;

/* NULL: no memory. */
struct rgpu_waiters *rgpu_waiters_create(void);

/* Runs function(arg) on a waiter. -1 with rgpu_error(): no thread and no
 * memory; nothing was started. */
int rgpu_waiters_run(
	struct rgpu_waiters *w, void (*function)(void *arg), void *arg);

#endif
