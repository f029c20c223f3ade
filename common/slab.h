/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of one size whose memory is used again but never given back. A thread
 * that still looks at an object which another has just ended (a mistake of the
 * application) reads an object of the same type, not somebody else's memory.
 */
#ifndef RGPU_COMMON_SLAB_H
#define RGPU_COMMON_SLAB_H

#include <pthread.h>
#include <stddef.h>

struct rgpu_slab {
	size_t size; /* of an object, at least a pointer's */
	pthread_mutex_t lock;
	void *free;
};

#define RGPU_SLAB_INIT(type)                                            \
	{                                                               \
		.size = sizeof(type), .lock = PTHREAD_MUTEX_INITIALIZER \
	}

/* A zeroed object, or NULL. */
void *rgpu_slab_get(struct rgpu_slab *slab);
void rgpu_slab_put(struct rgpu_slab *slab, void *object);

#endif
