/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session in a forked child, and a client that sends whatever bytes a test
 * wants: what our own client would never send.
 */
#ifndef RGPU_TESTS_RAW_SESSION_H
#define RGPU_TESTS_RAW_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "protocol/codec.h"
#include "protocol/frame.h"

struct raw_session {
	int fd; /* the client's end */
	pid_t pid;
	uint64_t seq;	   /* of the last command sent */
	uint64_t answered; /* number of answers seen */
	uint64_t frame_left;
};

/* Exit status of a child whose sanitizer found something. */
#define RAW_SANITIZER_EXIT 99

/* Starts a session with this backend; nothing is sent yet. */
void raw_start(struct raw_session *s, const char *backend);

/* Says a proper hello and reads the welcome. */
void raw_greet(struct raw_session *s);

/* Sends one command in a frame of its own. */
void raw_send(struct raw_session *s, uint16_t op, uint16_t flags,
	uint64_t context, const struct rgpu_enc *body);

/* Waits for the result of the last command; other answers are passed over.
 * -1: the session has ended. */
int raw_result(struct raw_session *s);

/* Sends and waits: with a body from a generated put function. */
#define RAW_CALL(s, name, context, ...)                                        \
	({                                                                     \
		struct rgpu_args_##name a_ = {__VA_ARGS__};                    \
		uint64_t m_[8192];                                             \
		struct rgpu_enc e_ = rgpu_enc_init(m_, sizeof(m_));            \
		rgpu_put_args_##name(&e_, &a_);                                \
		raw_send(s, RGPU_OP_##name, RGPU_COMMAND_REPLY, context, &e_); \
		raw_result(s);                                                 \
	})

/* Bytes as they are; false when the session has ended. */
bool raw_write(struct raw_session *s, const void *data, size_t size);

/* Waits for so many bytes, at most 20 s; false when the session has ended. */
bool raw_read(struct raw_session *s, void *to, size_t size);

/* Closes the connection and waits for the child, at most some seconds. Its exit
 * status; -1 when a signal ended it or it did not end. */
int raw_end(struct raw_session *s);

#endif
