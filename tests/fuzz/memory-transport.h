/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport whose other side is bytes in memory. It gives them out in pieces
 * of any size, says "would block" now and then, and ends behind the last one;
 * what is sent is kept. Nothing depends on time.
 */
#ifndef RGPU_TESTS_FUZZ_MEMORY_TRANSPORT_H
#define RGPU_TESTS_FUZZ_MEMORY_TRANSPORT_H

#include "protocol/transport/transport.h"

/* What recv() says behind the last byte. */
#define RGPU_MEMORY_END "the bytes in memory are at their end"

struct rgpu_memory_config {
	const void *data; /* what the other side sends; stays the caller's */
	size_t size;

	/* 0: as much as the receiver takes; else pieces of at most so many
	 * bytes, sizes that follow from `random`. */
	unsigned piece;
	bool blocks; /* now and then nothing is there yet */
	uint64_t random;

	/* As with a server that answers: nothing comes before the command of
	 * this number has been sent, and the bytes from `second` on only when
	 * the command second_gate has; 0: comes at once. But who waits gets
	 * what there is: an answer before its time. Only for frames. */
	uint64_t gate, second_gate;
	size_t second;
};

/* Ends the process when there is no memory. */
struct rgpu_transport *rgpu_memory_transport(
	const struct rgpu_memory_config *config);

/* Everything sent so far; the transport's own. */
const uint8_t *rgpu_memory_sent(struct rgpu_transport *t, size_t *size);

/* Forgets what was sent so far. */
void rgpu_memory_forget_sent(struct rgpu_transport *t);

#endif
