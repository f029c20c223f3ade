/* SPDX-License-Identifier: Apache-2.0 */
/* From a command to its handler; generated (server/gen/dispatch.c). */
#ifndef RGPU_SERVER_DISPATCH_H
#define RGPU_SERVER_DISPATCH_H

#include "server/session.h"

/* Decodes, checks and executes one command. -1 with rgpu_error(): the client
 * broke the protocol and the session ends. */
int rgpu_dispatch(struct rgpu_session *s, struct rgpu_command *cmd);

/* For the generated code: a number that no client sends. */
int rgpu_dispatch_unknown(const struct rgpu_command *cmd);

#endif
