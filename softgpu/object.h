/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind a handle of the driver API. Every such object counts its
 * references: the table of its kind holds one while the handle is valid, and
 * whoever found it by its handle holds one until done. So a handle may be
 * destroyed in one thread while another still works on its object.
 */
#ifndef RGPU_SOFTGPU_OBJECT_H
#define RGPU_SOFTGPU_OBJECT_H

#include <stdatomic.h>
#include <stdint.h>

enum rgpu_kind {
	RGPU_KIND_CONTEXT = 1,
	RGPU_KIND_STREAM,
	RGPU_KIND_EVENT,
	RGPU_KIND_MODULE,
	RGPU_KIND_FUNCTION,
	RGPU_KIND_LIBRARY,
	RGPU_KIND_KERNEL,
	RGPU_KIND_POOL,
	RGPU_KIND_LINK,
	RGPU_KIND_ARRAY,
	RGPU_KIND_MIPMAP,
	RGPU_KIND_MEMORY,
	RGPU_KINDS,
};

/* First member of every object. */
struct rgpu_object {
	uint64_t id; /* its handle */
	_Atomic unsigned refs;
	void (*destroy)(struct rgpu_object *object);
};

/* A new object has one reference, its maker's; destroy is called when the last
 * is put. */
void rgpu_object_init(struct rgpu_object *object,
	void (*destroy)(struct rgpu_object *object));

/*
 * Gives a new object a handle; the maker's reference becomes the table's. -1:
 * no memory, nothing has changed.
 */
int rgpu_object_make(enum rgpu_kind kind, struct rgpu_object *object);

/* The object of a valid handle, with a reference; or NULL. Takes any value. */
void *rgpu_object_get(enum rgpu_kind kind, const void *handle);

void rgpu_object_ref(struct rgpu_object *object);
void rgpu_object_put(struct rgpu_object *object);

/* Ends a handle; the caller gets the table's reference. NULL: not valid. */
void *rgpu_object_end(enum rgpu_kind kind, const void *handle);

/* Goes through all objects of a kind: *pos begins as 0; each comes with a
 * reference; NULL at the end. */
void *rgpu_object_next(enum rgpu_kind kind, uint32_t *pos);

static inline void *
rgpu_object_handle(const struct rgpu_object *object)
{
	return (void *)(uintptr_t)object->id;
}

#endif
