/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of one size. */
#include "config.h"
#include "common/slab.h"

#include <stdlib.h>
#include <string.h>

void *
rgpu_slab_get(struct rgpu_slab *slab)
{
	void *object;

	pthread_mutex_lock(&slab->lock);
	object = slab->free;
	if (object)
		memcpy(&slab->free, object, sizeof(slab->free));
	pthread_mutex_unlock(&slab->lock);
	if (!object)
		return calloc(1, slab->size);
	memset(object, 0, slab->size);
	return object;
}

void
rgpu_slab_put(struct rgpu_slab *slab, void *object)
{
	if (!object)
		return;
	pthread_mutex_lock(&slab->lock);
	memcpy(object, &slab->free, sizeof(slab->free));
	slab->free = object;
	pthread_mutex_unlock(&slab->lock);
}
