/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of streams that the client does: host functions, stream callbacks, and
 * copies whose data it gives when the stream gets there. On the server each is a
 * host function of the driver that waits until the client has done its part.
 *
 * The driver's thread must not call the driver (CUDA API: cuLaunchHostFunc), and
 * the client must have all data of copies before: so a thread of our own sends
 * those and then the answer that tells the client.
 */
#ifndef RGPU_SERVER_CALLBACKS_H
#define RGPU_SERVER_CALLBACKS_H

#include "server/session.h"
#include "server/staging.h"

struct rgpu_callback;

/* Starts the thread. NULL with rgpu_error(). */
struct rgpu_callbacks *rgpu_callbacks_create(struct rgpu_session *s);

/* A callback of this command, which the client knows by the number. buffer: gets
 * size bytes from the client before the stream goes on (NULL: none). The number
 * in use, or too many: CUDA_ERROR_INVALID_VALUE. Executor. */
CUresult rgpu_callbacks_new(struct rgpu_callbacks *c,
	const struct rgpu_command *cmd, uint64_t number,
	struct rgpu_buffer *buffer, size_t size, struct rgpu_callback **out);

/* It could not be put into the stream. */
void rgpu_callbacks_cancel(
	struct rgpu_callbacks *c, struct rgpu_callback *callback);

/* For cuLaunchHostFunc: tells the client and waits for it. */
void rgpu_callbacks_reached(void *callback);

/* The same with a status, for cuStreamAddCallback. */
void rgpu_callbacks_reached_with(
	CUstream stream, CUresult status, void *callback);

/* The client has done it: its stream goes on. A number that is unknown is one
 * that was cancelled. */
void rgpu_callbacks_done(struct rgpu_callbacks *c, uint64_t number);

/* The next bytes of a buffer. CUDA_ERROR_INVALID_VALUE: too many. */
CUresult rgpu_callbacks_data(struct rgpu_callbacks *c, uint64_t number,
	const void *data, size_t size);

/* The context is idle and about to be destroyed: answers those that its streams
 * never got to, because a kernel had failed. */
void rgpu_callbacks_drop(
	struct rgpu_callbacks *c, const struct rgpu_object *context);

#endif
