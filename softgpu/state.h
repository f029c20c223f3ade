/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the driver in this process: before cuInit, running, in a forked
 * child (where nothing works any more), at the end of the process.
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
