/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames and units read the plain way: all bytes are there, nothing is kept
 * between pieces. What a channel delivers, however its bytes arrive, has to be
 * what this finds. Written from the description in protocol/frame.h; shares no
 * code with the channel.
 */
#ifndef RGPU_TESTS_FUZZ_STREAM_MODEL_H
#define RGPU_TESTS_FUZZ_STREAM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rgpu_model_unit {
	uint16_t kind, info;
	uint64_t id;
	const uint8_t *body; /* in the stream */
	size_t size;
};

struct rgpu_model {
	const uint8_t *data;
	size_t size, pos;
	uint16_t type; /* of frame that may come */
	uint64_t seq;  /* the next unit's */
	size_t frame_left;
	uint32_t units_left;
	bool damaged; /* the rules are broken at pos */
};

void rgpu_model_init(
	struct rgpu_model *m, const uint8_t *data, size_t size, uint16_t type);

/* The next unit that must be delivered. False: there is none; the stream ends
 * or is damaged there. */
bool rgpu_model_next(struct rgpu_model *m, struct rgpu_model_unit *u);

#endif
