/* SPDX-License-Identifier: Apache-2.0 */
/* Host buffers by context and by powers of two from 64 KiB on. */
#include "config.h"
#include "server/staging.h"

#include <stdlib.h>

#define CLASS_MIN 16 /* 64 KiB */
#define CLASS_MAX 40
/* Buffers above this are given back at once: they are rare. */
#define KEEP_MAX  (8u << 20)

struct stock {
	struct rgpu_buffer *free[CLASS_MAX + 1];
};

struct rgpu_staging {
	const struct rgpu_driver *driver;
	pthread_mutex_t lock;
	struct rgpu_map stocks; /* context's address -> struct stock */
	uint64_t held;
};

struct rgpu_staging *
rgpu_staging_create(const struct rgpu_driver *driver)
{
	struct rgpu_staging *st = calloc(1, sizeof(*st));

	if (st) {
		st->driver = driver;
		pthread_mutex_init(&st->lock, NULL);
	}
	return st;
}

static unsigned
class_of(size_t size)
{
	unsigned c = CLASS_MIN;

	while (c < CLASS_MAX && ((size_t)1 << c) < size)
		c++;
	return c;
}

/* A buffer that was used before, or the right to make one. */
static CUresult
reserve(struct rgpu_staging *st, const struct rgpu_object *context,
	unsigned class, struct rgpu_buffer **buffer)
{
	size_t size = (size_t)1 << class;
	CUresult r = CUDA_SUCCESS;
	struct stock *s;

	pthread_mutex_lock(&st->lock);
	s = rgpu_map_get(&st->stocks, (uintptr_t)context);
	*buffer = s ? s->free[class] : NULL;
	if (*buffer)
		s->free[class] = (*buffer)->next;
	else if (size > RGPU_STAGING_MAX - st->held)
		r = CUDA_ERROR_OUT_OF_MEMORY;
	else
		st->held += size;
	pthread_mutex_unlock(&st->lock);
	return r;
}

static void
release(struct rgpu_staging *st, size_t size)
{
	pthread_mutex_lock(&st->lock);
	st->held -= size;
	pthread_mutex_unlock(&st->lock);
}

CUresult
rgpu_staging_get(struct rgpu_staging *st, const struct rgpu_object *context,
	size_t size, struct rgpu_buffer **buffer)
{
	unsigned class = class_of(size);
	struct rgpu_buffer *b;
	CUresult r;

	if (size > (size_t)1 << class)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = reserve(st, context, class, buffer);
	if (r || *buffer)
		return r;
	size = (size_t)1 << class;
	b = calloc(1, sizeof(*b));
	r = b ? st->driver->cuMemHostAlloc(
			&b->data, size, CU_MEMHOSTALLOC_PORTABLE)
	      : CUDA_ERROR_OUT_OF_MEMORY;
	if (r) {
		release(st, size);
		free(b);
		return r;
	}
	b->context = context;
	b->size = size;
	*buffer = b;
	return CUDA_SUCCESS;
}

static void
destroy(struct rgpu_staging *st, struct rgpu_buffer *b)
{
	st->driver->cuMemFreeHost(b->data);
	release(st, b->size);
	free(b);
}

/* Puts a buffer into its context's stock. -1: no memory for the stock. */
static int
keep(struct rgpu_staging *st, struct rgpu_buffer *b)
{
	unsigned class = class_of(b->size);
	struct stock *s;

	pthread_mutex_lock(&st->lock);
	s = rgpu_map_get(&st->stocks, (uintptr_t)b->context);
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (s && rgpu_map_put(&st->stocks, (uintptr_t)b->context, s)) {
			free(s);
			s = NULL;
		}
	}
	if (s) {
		b->next = s->free[class];
		s->free[class] = b;
	}
	pthread_mutex_unlock(&st->lock);
	return s ? 0 : -1;
}

void
rgpu_staging_put(struct rgpu_staging *st, struct rgpu_buffer *b)
{
	if (b->size > KEEP_MAX || keep(st, b))
		destroy(st, b);
}

void
rgpu_staging_drop(struct rgpu_staging *st, const struct rgpu_object *context)
{
	struct stock *s;

	pthread_mutex_lock(&st->lock);
	s = rgpu_map_remove(&st->stocks, (uintptr_t)context);
	pthread_mutex_unlock(&st->lock);
	for (unsigned c = CLASS_MIN; s && c <= CLASS_MAX; c++) {
		while (s->free[c]) {
			struct rgpu_buffer *b = s->free[c];

			s->free[c] = b->next;
			destroy(st, b);
		}
	}
	free(s);
}
