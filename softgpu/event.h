/* SPDX-License-Identifier: Apache-2.0 */
/* Events: the work that recorded them last. */
#ifndef RGPU_SOFTGPU_EVENT_H
#define RGPU_SOFTGPU_EVENT_H

#include <pthread.h>

#include "cudaabi/gen/cuda-abi.h"
#include "softgpu/object.h"

struct rgpu_context;
struct rgpu_work;

struct rgpu_event {
	struct rgpu_object object;
	struct rgpu_context *context; /* a reference */
	unsigned flags;
	pthread_mutex_t lock;
	struct rgpu_work *record; /* a reference; NULL: never recorded */
};

/* The work that recorded an event last, with a reference; NULL: none. */
struct rgpu_work *rgpu_event_work(struct rgpu_event *event);

/* The context is closed: ends the handles of its events. */
void rgpu_events_end(struct rgpu_context *context);

#endif
