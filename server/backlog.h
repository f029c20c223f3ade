/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commands that have arrived and wait for the executor. A session without host
 * functions needs none: its executor receives. With them, the driver may keep
 * the executor (a full queue of launches) until a stream goes on, and the stream
 * may wait for the client's word; so a thread receives all the while, hands the
 * words on at once, and queues the rest.
 */
#ifndef RGPU_SERVER_BACKLOG_H
#define RGPU_SERVER_BACKLOG_H

#include "server/session.h"

/* Bytes of commands that wait; then receiving waits, too. */
#define RGPU_BACKLOG_MAX (64u << 20)

/* From now on commands go through the backlog. NULL with rgpu_error(). */
struct rgpu_backlog *rgpu_backlog_create(struct rgpu_session *s);

/* A command has arrived. -1 with rgpu_error(): no memory. */
int rgpu_backlog_put(struct rgpu_backlog *b, const struct rgpu_command *cmd);

/* Starts the receiving thread, and gives every command to work() until the
 * client is gone or work() fails. */
void rgpu_backlog_run(struct rgpu_backlog *b,
	int (*work)(struct rgpu_session *s, struct rgpu_command *cmd));

#endif
