/* SPDX-License-Identifier: Apache-2.0 */
/* The stock of events. */
#include "config.h"
#include "server/events.h"

#include <stdlib.h>

struct stock {
	CUevent *list;
	size_t count, capacity;
};

struct rgpu_events {
	const struct rgpu_driver *driver;
	pthread_mutex_t lock;
	struct rgpu_map stocks; /* context's address -> struct stock */
};

struct rgpu_events *
rgpu_events_create(const struct rgpu_driver *driver)
{
	struct rgpu_events *e = calloc(1, sizeof(*e));

	if (e) {
		e->driver = driver;
		pthread_mutex_init(&e->lock, NULL);
	}
	return e;
}

CUresult
rgpu_events_get(struct rgpu_events *e, const struct rgpu_object *context,
	CUevent *event)
{
	struct stock *s;

	pthread_mutex_lock(&e->lock);
	s = rgpu_map_get(&e->stocks, (uintptr_t)context);
	*event = s && s->count ? s->list[--s->count] : NULL;
	pthread_mutex_unlock(&e->lock);
	if (*event)
		return CUDA_SUCCESS;
	return e->driver->cuEventCreate(event, CU_EVENT_DISABLE_TIMING);
}

/* Room for one more event. */
static struct stock *
stock_of(struct rgpu_events *e, const struct rgpu_object *context)
{
	struct stock *s = rgpu_map_get(&e->stocks, (uintptr_t)context);

	if (!s) {
		s = calloc(1, sizeof(*s));
		if (s && rgpu_map_put(&e->stocks, (uintptr_t)context, s)) {
			free(s);
			s = NULL;
		}
	}
	if (s && s->count == s->capacity) {
		size_t n = s->capacity ? 2 * s->capacity : 16;
		void *p = realloc(s->list, n * sizeof(*s->list));

		if (!p)
			return NULL;
		s->list = p;
		s->capacity = n;
	}
	return s;
}

void
rgpu_events_put(
	struct rgpu_events *e, const struct rgpu_object *context, CUevent event)
{
	struct stock *s;

	pthread_mutex_lock(&e->lock);
	s = stock_of(e, context);
	if (s)
		s->list[s->count++] = event;
	pthread_mutex_unlock(&e->lock);
	if (!s)
		e->driver->cuEventDestroy_v2(event);
}

void
rgpu_events_drop(struct rgpu_events *e, const struct rgpu_object *context)
{
	struct stock *s;

	pthread_mutex_lock(&e->lock);
	s = rgpu_map_remove(&e->stocks, (uintptr_t)context);
	pthread_mutex_unlock(&e->lock);
	if (s)
		free(s->list);
	free(s);
}
