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

/* Before the first callback of a session, and at each: from then on the executor
 * may be in a call of the driver that waits for a stream, and the stream for a
 * message of the client, so another thread receives. */
CUresult rgpu_callbacks_begin(struct rgpu_session *s);

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

/* A place of a graph that the client has a part in: what it is to do there at
 * each launch, oldest first. The lock of callbacks.c. */
struct rgpu_place {
	struct rgpu_callbacks *owner;
	struct rgpu_callback *first;
	bool fresh; /* the newest is for a launch that is yet to come */
};

/*
 * At the next launch the client does this command at the place. data: it gives
 * size bytes there; with take it gets them. Otherwise as rgpu_callbacks_new().
 */
CUresult rgpu_callbacks_expect(struct rgpu_callbacks *c,
	const struct rgpu_command *cmd, uint64_t number,
	struct rgpu_place *place, void *data, size_t size, bool take);

/* For cuGraphAddHostNode: the graph has got to the place. */
void rgpu_callbacks_place_reached(void *place);

/* A launch has been made, or has failed: then what was for it is answered. */
void rgpu_callbacks_launched(struct rgpu_place *place, CUresult result);

/* The graph goes and will not run again; what is left is answered. */
void rgpu_callbacks_leave(struct rgpu_place *place);

/* The next bytes of a buffer. CUDA_ERROR_INVALID_VALUE: too many. */
CUresult rgpu_callbacks_data(struct rgpu_callbacks *c, uint64_t number,
	const void *data, size_t size);

/* The context is idle and about to be destroyed: answers those that its streams
 * never got to, because a kernel had failed. */
void rgpu_callbacks_drop(
	struct rgpu_callbacks *c, const struct rgpu_object *context);

#endif
