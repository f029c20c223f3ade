/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: what crosses a transport. A frame is a header and a batch of units; a
 * unit is a command (client to server) or an answer (server to client). The
 * transport layer reads frames and the length of units, nothing else.
 * PROTOCOL.md describes every field.
 */
#ifndef RGPU_PROTOCOL_FRAME_H
#define RGPU_PROTOCOL_FRAME_H

#include <stdint.h>

/* Grows with every change of the wire; both ends must have the same. */
#define RGPU_PROTOCOL_VERSION 2

#define RGPU_FRAME_HEADER 32
/* No frame is longer: bounds what a receiver must hold. */
#define RGPU_FRAME_MAX	  (1u << 24)
/* No unit is longer: a data chunk (below) and its arguments fit. */
#define RGPU_UNIT_MAX	  ((1u << 20) + (1u << 16))
/* Data longer than this travels in pieces of this size. */
#define RGPU_CHUNK_MAX	  (1u << 20)

enum rgpu_frame_type {
	RGPU_FRAME_HELLO = 1,	 /* client: who I am */
	RGPU_FRAME_WELCOME = 2,	 /* server: yes, and what there is */
	RGPU_FRAME_COMMANDS = 3, /* client */
	RGPU_FRAME_ANSWERS = 4,	 /* server */
	RGPU_FRAME_REFUSED = 5,	 /* server: no, and why */
};

/*
 *   0        4    6    8                16               24       28     32
 *   +--------+----+----+----------------+----------------+--------+------+
 *   | length |type|flag| seq            | ack            | count  | zero |
 *   +--------+----+----+----------------+----------------+--------+------+
 */
struct rgpu_frame {
	uint32_t length; /* bytes after the header, a multiple of 8 */
	uint16_t type;	 /* enum rgpu_frame_type */
	uint16_t flags;	 /* none yet: 0 */
	uint64_t seq;	 /* of the first unit; units are numbered from 1 */
	uint64_t ack;	 /* last unit received from the other side */
	uint32_t count;	 /* units */
};

void rgpu_frame_put(uint8_t out[RGPU_FRAME_HEADER], const struct rgpu_frame *f);

/* 0, or -1: unknown type or flags, length out of bounds. */
int rgpu_frame_get(const uint8_t in[RGPU_FRAME_HEADER], struct rgpu_frame *f);

#define RGPU_UNIT_HEADER 16

/*
 *   0        4      6      8                16
 *   +--------+------+------+----------------+
 *   | length | kind | info | id             |   command: kind = operation,
 *   +--------+------+------+----------------+   info = flags, id = context;
 *   An answer: kind = enum rgpu_answer, info = result, id = seq of the command.
 */
struct rgpu_unit {
	uint32_t length; /* bytes with this header, a multiple of 8 */
	uint16_t kind, info;
	uint64_t id;
};

void rgpu_unit_put(uint8_t out[RGPU_UNIT_HEADER], const struct rgpu_unit *u);

/* 0, or -1: length out of bounds or no multiple of 8. */
int rgpu_unit_get(const uint8_t in[RGPU_UNIT_HEADER], struct rgpu_unit *u);

/* Flags of a command. */
#define RGPU_COMMAND_REPLY 1u /* a RESULT is wanted */

enum rgpu_answer {
	RGPU_ANSWER_RESULT = 1, /* info = CUresult; then the reply's fields */
	RGPU_ANSWER_DATA = 2,	/* u64 offset, bytes: a piece of a copy */
	RGPU_ANSWER_FAILED = 3, /* a post failed: info = CUresult, text */
	RGPU_ANSWER_OUTPUT = 4, /* info = 1 or 2: device text for that fd */
	RGPU_ANSWER_LOG = 5,	/* info = level: a line for the log */
};

#endif
