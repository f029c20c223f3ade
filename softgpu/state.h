/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the driver in this process: before cuInit, running, in a forked
 * child (where nothing works any more), at the end of the process.
 *
 * Locks, in the order in which one thread may take them:
 *
 *	primary_lock of a device
 *	  lock of a library
 *	    lock of a module
 *	  lock of an event
 *	    rgpu_work_lock; nothing below is taken with it
 *	  lock of heap.c
 *	    rgpu_memory_lock
 *	  locks of the tables of object.c, of output, of a heap
 *
 * Waiting for work (rgpu_context_wait() and its like) is allowed with the first
 * two only: work on its way takes those of output, heaps and memory.
 */
#ifndef RGPU_SOFTGPU_STATE_H
#define RGPU_SOFTGPU_STATE_H

#include <stdbool.h>

/* Whether cuInit has succeeded, and not in a parent of this process. */
bool rgpu_running(void);

/*
 * Whether exit() has begun. cudart's destructors still call in; nobody waits
 * for kernels any more then, and nothing that a kernel may still touch is
 * given back.
 */
bool rgpu_exiting(void);

#endif
