/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the driver prints. Device printf goes to the stdout of the process that
 * runs the driver, a failed assert to its stderr; here they belong to the
 * client. So descriptors 1 and 2 of a session are files in memory (not pipes,
 * which could fill up and block the driver), and what stands in them is sent
 * before a call that synchronised is answered.
 */
#ifndef RGPU_SERVER_OUTPUT_H
#define RGPU_SERVER_OUTPUT_H

#include "protocol/transport/channel.h"

/* Replaces descriptors 1 and 2; log lines go where 2 went. NULL with
 * rgpu_error(). Once a process. */
struct rgpu_output *rgpu_output_create(void);

/* Sends what has been printed. Any thread; returns when it is sent. */
void rgpu_output_send(struct rgpu_output *o, struct rgpu_channel *channel);

#endif
