/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of our own inside somebody else's process. */
#ifndef RGPU_COMMON_THREAD_H
#define RGPU_COMMON_THREAD_H

#include <pthread.h>

/*
 * Starts a thread with every signal blocked, so that the application's handlers
 * never run on it. name (15 characters at most) shows in ps and debuggers.
 * 0, or -1 with rgpu_error().
 */
int rgpu_thread_start(pthread_t *thread, const char *name,
	void *(*function)(void *), void *arg);

#endif
