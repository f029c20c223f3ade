/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoding of messages: little endian, every number aligned to its own size
 * from the start of the message, gaps zero. A coder carries a sticky bad bit:
 * encode or decode straight through and test once at the end. Hand-written code
 * uses the generated functions of protocol/gen/wire.h, never raw bytes.
 */
#ifndef RGPU_PROTOCOL_CODEC_H
#define RGPU_PROTOCOL_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "common/compiler.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "big-endian hosts need byte swaps here; CUDA has none"
#endif

struct rgpu_enc {
	uint8_t *base;	 /* aligned to 8 */
	size_t pos, end; /* bytes from base */
	bool bad;	 /* no room */
};

struct rgpu_dec {
	const uint8_t *base; /* aligned to 8 */
	size_t pos, end;
	bool bad; /* truncated, or a gap that is not zero */
};

static inline struct rgpu_enc
rgpu_enc_init(void *base, size_t size)
{
	return (struct rgpu_enc){.base = base, .end = size};
}

static inline struct rgpu_dec
rgpu_dec_init(const void *base, size_t size)
{
	return (struct rgpu_dec){.base = base, .end = size};
}

/* Room for size bytes at the next multiple of align; NULL when there is none. */
static inline uint8_t *
rgpu_enc_room(struct rgpu_enc *e, size_t size, size_t align)
{
	size_t at = (e->pos + align - 1) & ~(align - 1);

	if (rgpu_unlikely(at > e->end || size > e->end - at)) {
		e->bad = true;
		return NULL;
	}
	while (e->pos < at)
		e->base[e->pos++] = 0;
	e->pos = at + size;
	return e->base + at;
}

static inline const uint8_t *
rgpu_dec_take(struct rgpu_dec *d, size_t size, size_t align)
{
	size_t at = (d->pos + align - 1) & ~(align - 1);

	if (rgpu_unlikely(at > d->end || size > d->end - at)) {
		d->bad = true;
		return NULL;
	}
	while (d->pos < at) {
		if (d->base[d->pos++])
			d->bad = true;
	}
	d->pos = at + size;
	return d->base + at;
}

#define RGPU_CODEC(name, type)                                             \
	static inline void rgpu_put_##name(struct rgpu_enc *e, type v)     \
	{                                                                  \
		uint8_t *p = rgpu_enc_room(e, sizeof(v), sizeof(v));       \
		if (p)                                                     \
			memcpy(p, &v, sizeof(v));                          \
	}                                                                  \
	static inline type rgpu_get_##name(struct rgpu_dec *d)             \
	{                                                                  \
		type v = 0;                                                \
		const uint8_t *p = rgpu_dec_take(d, sizeof(v), sizeof(v)); \
		if (p)                                                     \
			memcpy(&v, p, sizeof(v));                          \
		return v;                                                  \
	}
RGPU_CODEC(u8, uint8_t)
RGPU_CODEC(u16, uint16_t)
RGPU_CODEC(u32, uint32_t)
RGPU_CODEC(i32, int32_t)
RGPU_CODEC(u64, uint64_t)
RGPU_CODEC(f32, float)
#undef RGPU_CODEC

/* Bytes: their number (u32), then the data at a multiple of 8. */
static inline void
rgpu_put_bytes(struct rgpu_enc *e, const void *data, size_t size)
{
	uint8_t *p;

	if (size > UINT32_MAX) {
		e->bad = true;
		return;
	}
	rgpu_put_u32(e, (uint32_t)size);
	p = rgpu_enc_room(e, size, 8);
	if (p && size)
		memcpy(p, data, size);
}

/* Points into the message; valid as long as that is. */
static inline const void *
rgpu_get_bytes(struct rgpu_dec *d, uint32_t *size)
{
	*size = rgpu_get_u32(d);
	return rgpu_dec_take(d, *size, 8);
}

/* The head of bytes whose data the channel appends by itself. */
static inline void
rgpu_put_bulk_head(struct rgpu_enc *e, size_t size)
{
	if (size > UINT32_MAX)
		e->bad = true;
	rgpu_put_u32(e, (uint32_t)size);
	rgpu_enc_room(e, 0, 8);
}

/* A string travels as bytes with its NUL; no other NUL may be inside. */
static inline void
rgpu_put_cstr(struct rgpu_enc *e, const char *s)
{
	rgpu_put_bytes(e, s, strlen(s) + 1);
}

static inline const char *
rgpu_get_cstr(struct rgpu_dec *d)
{
	uint32_t size;
	const char *s = rgpu_get_bytes(d, &size);

	if (!s || !size || memchr(s, 0, size) != s + size - 1) {
		d->bad = true;
		return "";
	}
	return s;
}

/* Nothing may follow but the gap to a multiple of 8. 0: all of it was good. */
static inline int
rgpu_dec_end(struct rgpu_dec *d)
{
	while (!d->bad && d->pos < d->end) {
		if (d->base[d->pos] || d->end - d->pos > 7)
			d->bad = true;
		d->pos++;
	}
	return d->bad ? -1 : 0;
}

#endif
