/* SPDX-License-Identifier: Apache-2.0 */
/* What the generated round-trip test rests on. */
#ifndef RGPU_TESTS_ROUNDTRIP_H
#define RGPU_TESTS_ROUNDTRIP_H

#include "protocol/gen/wire.h"
#include "tests/check.h"

static uint64_t buffer[1024];
static uint8_t bytes[512];

static inline uint64_t
random64(void)
{
	static uint64_t s = 0x2545f4914f6cdd1du;

	s ^= s << 13;
	s ^= s >> 7;
	return s ^= s << 17;
}

static inline uint32_t
random_size(void)
{
	uint32_t n = (uint32_t)(random64() % sizeof(bytes));

	for (uint32_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)random64();
	return n;
}

static inline const char *
random_string(void)
{
	static char text[64];
	size_t n = random64() % (sizeof(text) - 1);

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('a' + random64() % 26);
	text[n] = '\0';
	return text;
}

static inline struct rgpu_enc
start(void)
{
	memset(buffer, 0, sizeof(buffer));
	return rgpu_enc_init(buffer, sizeof(buffer));
}

/* What the channel does with bulk data. */
static inline void
append(struct rgpu_enc *e, const void *data, size_t size)
{
	uint8_t *p = rgpu_enc_room(e, size, 8);

	CHECK(p);
	memcpy(p, data, size);
}

#endif
