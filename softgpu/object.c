/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of handles. A look-up and the reference it takes must be one step
 * against the end of the handle: both hold the lock of the kind.
 */
#include "config.h"
#include "softgpu/object.h"

#include "common/compiler.h"
#include "common/ids.h"

static struct rgpu_ids tables[RGPU_KINDS] = {
	[RGPU_KIND_CONTEXT] = RGPU_IDS_INIT(RGPU_KIND_CONTEXT),
	[RGPU_KIND_STREAM] = RGPU_IDS_INIT(RGPU_KIND_STREAM),
	[RGPU_KIND_EVENT] = RGPU_IDS_INIT(RGPU_KIND_EVENT),
	[RGPU_KIND_MODULE] = RGPU_IDS_INIT(RGPU_KIND_MODULE),
	[RGPU_KIND_FUNCTION] = RGPU_IDS_INIT(RGPU_KIND_FUNCTION),
	[RGPU_KIND_LIBRARY] = RGPU_IDS_INIT(RGPU_KIND_LIBRARY),
	[RGPU_KIND_KERNEL] = RGPU_IDS_INIT(RGPU_KIND_KERNEL),
	[RGPU_KIND_POOL] = RGPU_IDS_INIT(RGPU_KIND_POOL),
	[RGPU_KIND_ARRAY] = RGPU_IDS_INIT(RGPU_KIND_ARRAY),
	[RGPU_KIND_MIPMAP] = RGPU_IDS_INIT(RGPU_KIND_MIPMAP),
	[RGPU_KIND_MEMORY] = RGPU_IDS_INIT(RGPU_KIND_MEMORY),
};

static pthread_mutex_t locks[RGPU_KINDS] = {
	[RGPU_KIND_CONTEXT] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_STREAM] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_EVENT] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_MODULE] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_FUNCTION] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_LIBRARY] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_KERNEL] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_POOL] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_ARRAY] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_MIPMAP] = PTHREAD_MUTEX_INITIALIZER,
	[RGPU_KIND_MEMORY] = PTHREAD_MUTEX_INITIALIZER,
};

void
rgpu_object_init(
	struct rgpu_object *object, void (*destroy)(struct rgpu_object *object))
{
	object->id = 0;
	object->destroy = destroy;
	atomic_init(&object->refs, 1);
}

int
rgpu_object_make(enum rgpu_kind kind, struct rgpu_object *object)
{
	/* The lock also keeps others from the object until its id is set. */
	pthread_mutex_lock(&locks[kind]);
	object->id = rgpu_id_make(&tables[kind], object);
	pthread_mutex_unlock(&locks[kind]);
	return object->id ? 0 : -1;
}

void
rgpu_object_ref(struct rgpu_object *object)
{
	atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
}

void
rgpu_object_put(struct rgpu_object *object)
{
	if (!object)
		return;
	if (atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) ==
		1)
		object->destroy(object);
}

void *
rgpu_object_get(enum rgpu_kind kind, const void *handle)
{
	struct rgpu_object *object;

	pthread_mutex_lock(&locks[kind]);
	object = rgpu_id_find(&tables[kind], (uintptr_t)handle);
	if (object)
		rgpu_object_ref(object);
	pthread_mutex_unlock(&locks[kind]);
	return object;
}

void *
rgpu_object_end(enum rgpu_kind kind, const void *handle)
{
	void *object;

	pthread_mutex_lock(&locks[kind]);
	object = rgpu_id_end(&tables[kind], (uintptr_t)handle);
	pthread_mutex_unlock(&locks[kind]);
	return object;
}

void *
rgpu_object_next(enum rgpu_kind kind, uint32_t *pos)
{
	struct rgpu_object *object;

	pthread_mutex_lock(&locks[kind]);
	object = rgpu_id_next(&tables[kind], pos);
	if (object)
		rgpu_object_ref(object);
	pthread_mutex_unlock(&locks[kind]);
	return object;
}
