/* SPDX-License-Identifier: Apache-2.0 */
/* fork(): CUDA does not survive it, and neither does the connection. */
#ifndef RGPU_CLIENT_FORK_H
#define RGPU_CLIENT_FORK_H

/* From now on a forked child closes its copy of the connection and answers every
 * call with CUDA_ERROR_NOT_INITIALIZED, as the real driver does; where the parent
 * had not called cuInit yet, the child makes a connection of its own. Once a
 * process. */
void rgpu_fork_watch(void);

#endif
