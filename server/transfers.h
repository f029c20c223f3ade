/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies between host and device that the GPU has not finished.
 *
 * To the host: the data waits in a staging buffer behind an event. It is sent
 * when the event has happened: by whoever is about to answer a call that
 * synchronised (so the data is there before the answer), or by the pump, a
 * thread that waits for each in turn (so it comes even if nobody synchronises).
 *
 * To the device: the staging buffer is used again when the event has happened.
 */
#ifndef RGPU_SERVER_TRANSFERS_H
#define RGPU_SERVER_TRANSFERS_H

#include "server/staging.h"

/* Starts the pump. NULL with rgpu_error(). */
struct rgpu_transfers *rgpu_transfers_create(struct rgpu_session *s);

/* The GPU will have filled buffer with size bytes when event happens; they are
 * then sent as the data of command seq, with the result (an error of the context
 * instead of the data). Takes over buffer and event. Executor. */
CUresult rgpu_transfers_to_host(struct rgpu_transfers *t, uint64_t seq,
	const struct rgpu_object *context, CUevent event,
	struct rgpu_buffer *buffer, size_t size);

/* The GPU will have read buffer when event happens. Takes over both. */
CUresult rgpu_transfers_to_device(struct rgpu_transfers *t,
	const struct rgpu_object *context, CUevent event,
	struct rgpu_buffer *buffer);

/* Waits for the oldest copy to the device, when there is no staging memory left.
 * The one place where the executor waits for the GPU. false: there is none. */
bool rgpu_transfers_wait(struct rgpu_transfers *t);

/* Sends every copy to the host that has finished. Any thread; returns when they
 * are sent, also those that another thread is sending. */
void rgpu_transfers_flush(struct rgpu_transfers *t);

/* The context has been synchronised and is about to be destroyed: ends all its
 * transfers. It must be current. */
void rgpu_transfers_drop(
	struct rgpu_transfers *t, const struct rgpu_object *context);

#endif
