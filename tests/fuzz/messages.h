/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and replies of every operation, as the generated fuzz-messages.c
 * tries them. Encoding has no choice: what a decoder accepts, its encoder writes
 * again byte by byte, within the bound that it states.
 */
#ifndef RGPU_TESTS_FUZZ_MESSAGES_H
#define RGPU_TESTS_FUZZ_MESSAGES_H

#include <stdlib.h>
#include <string.h>

#include "protocol/gen/wire.h"
#include "tests/fuzz/fuzz.h"

struct message {
	const uint8_t *data; /* aligned to 8 */
	size_t size;
};

struct rgpu_fuzz_message {
	const char *name;
	/* Decodes; checks what came out. False: refused. */
	bool (*check)(const struct message *m);
	/* Encodes good values, other ones for another n. */
	void (*make)(struct rgpu_enc *e, unsigned n);
};

extern const struct rgpu_fuzz_message rgpu_fuzz_messages[];
extern const size_t rgpu_fuzz_message_count;

/* ---- what came out ---------------------------------------------------------- */

static inline void
look_at_bytes(const struct message *m, const void *bytes, uint32_t size)
{
	FUZZ_CHECK(bytes);
	rgpu_fuzz_check_inside(bytes, size, m->data, m->size);
}

static inline void
look_at_text(const struct message *m, const char *text)
{
	rgpu_fuzz_check_inside(text, strlen(text) + 1, m->data, m->size);
}

/* ---- and in again ------------------------------------------------------------- */

static inline struct rgpu_enc
encode_again(size_t bound)
{
	return rgpu_enc_init(rgpu_fuzz_alloc(bound), bound);
}

/* What the channel does with bulk data. */
static inline void
append(struct rgpu_enc *e, const void *data, size_t size)
{
	uint8_t *p = rgpu_enc_room(e, size, 8);

	FUZZ_CHECK(p);
	if (size)
		memcpy(p, data, size);
}

/* All but the padding of the unit. */
static inline void
compare(const struct message *m, struct rgpu_enc *e)
{
	FUZZ_CHECK(!e->bad && e->pos <= m->size && m->size - e->pos < 8);
	FUZZ_CHECK(!memcmp(e->base, m->data, e->pos));
	free(e->base);
}

/* ---- good values ---------------------------------------------------------------- */

static inline uint64_t
some_number(unsigned n)
{
	static const uint64_t numbers[] = {
		0, 1, 0x100000001, 0x7f0000000000, UINT64_MAX};

	return numbers[n % RGPU_COUNT(numbers)];
}

static inline uint32_t
some_size(unsigned n)
{
	static const uint32_t sizes[] = {0, 8, 13, 200};

	return sizes[n % RGPU_COUNT(sizes)];
}

static inline const void *
some_bytes(void)
{
	static const uint8_t bytes[200] = {1, 0, 0, 0, 2, 0, 0, 0, 0xff};

	return bytes;
}

static inline const char *
some_text(unsigned n)
{
	static const char *const texts[] = {"", "kernel", "_Z3addPfS_S_i"};

	return texts[n % RGPU_COUNT(texts)];
}

#endif
