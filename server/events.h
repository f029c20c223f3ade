/* SPDX-License-Identifier: Apache-2.0 */
/* A stock of events of our own, by context: creating one costs a driver call
 * that would stand in the way of every copy. Any thread. */
#ifndef RGPU_SERVER_EVENTS_H
#define RGPU_SERVER_EVENTS_H

#include "server/session.h"

/* NULL: no memory. */
struct rgpu_events *rgpu_events_create(const struct rgpu_driver *driver);

/* An event without timing; the context must be current for the caller. */
CUresult rgpu_events_get(struct rgpu_events *e,
	const struct rgpu_object *context, CUevent *event);
void rgpu_events_put(struct rgpu_events *e, const struct rgpu_object *context,
	CUevent event);

/* The context is about to be destroyed, its events with it. */
void rgpu_events_drop(struct rgpu_events *e, const struct rgpu_object *context);

#endif
