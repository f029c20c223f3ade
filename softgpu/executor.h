/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads that run the work of streams. There is no thread a stream: any
 * thread takes whatever is ready, greatest priority first. Threads are started
 * when there is work and nobody idle, and end after some seconds without any.
 *
 * How many run at once: as many as there are processors, and a few more for
 * copies and host functions. Work may wait for other work in ways that nobody
 * here can see (a kernel that spins on memory which a second kernel or the host
 * writes; a host function that waits for another one), so whatever has been
 * ready for some milliseconds gets a thread all the same, up to 128, the number
 * of kernels that a real device runs at once.
 */
#ifndef RGPU_SOFTGPU_EXECUTOR_H
#define RGPU_SOFTGPU_EXECUTOR_H

struct rgpu_work;

/* Before anything else; -1: no memory. */
int rgpu_executor_open(void);

/* Work without blockers, to be run by some thread. The lock of work.c is
 * held. */
void rgpu_executor_push(struct rgpu_work *work);

/* When no thread could be started: the caller itself runs what is ready. The
 * lock is held, and given up in between. */
void rgpu_executor_help(void);

#endif
