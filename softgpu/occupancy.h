/* SPDX-License-Identifier: Apache-2.0 */
/* How many blocks of a kernel a multiprocessor takes. */
#ifndef RGPU_SOFTGPU_OCCUPANCY_H
#define RGPU_SOFTGPU_OCCUPANCY_H

#include <stddef.h>

struct rgpu_function;

/* Blocks of so many threads with so much dynamic shared memory that are
 * resident at once; 0: not even one is possible. */
unsigned rgpu_occupancy_blocks(const struct rgpu_function *function,
	unsigned threads, size_t dynamic_shared);

#endif
