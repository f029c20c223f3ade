/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The receiving half of a channel: bytes in pieces of any size to units. Head of
 * an input: the size of the pieces (u16, 0: as large as they get), whether
 * nothing is there now and then (u8), how many long units the stream begins with
 * (u8; they make the receiver move its buffer). What is delivered must be what
 * the model finds.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "protocol/transport/channel.h"
#include "tests/fuzz/memory-transport.h"
#include "tests/fuzz/stream-model.h"

#define HEAD	  8
#define LONG_MAX  3
#define LONG_UNIT (RGPU_UNIT_MAX - 24)

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "channel", .inputs = 10000};

/* What the hook is to see next. */
struct expected {
	struct rgpu_model model;
	unsigned long units;
	bool dead, as_said;
};

static int
on_unit(void *ctx, const struct rgpu_unit *unit, const uint8_t *body,
	size_t size)
{
	struct expected *x = ctx;
	struct rgpu_model_unit u;

	FUZZ_CHECK(!x->dead);
	FUZZ_CHECK(rgpu_model_next(&x->model, &u));
	FUZZ_CHECK(unit->kind == u.kind && unit->info == u.info);
	FUZZ_CHECK(unit->id == u.id && unit->length == size + RGPU_UNIT_HEADER);
	FUZZ_CHECK(size == u.size && !memcmp(body, u.body, size));
	/* Decoders read numbers at their alignment. */
	FUZZ_CHECK((uintptr_t)body % 8 == 0);
	x->units++;
	return 0;
}

/* At its end, or before because it is damaged: the channel says which. */
static void
on_dead(void *ctx, const char *why)
{
	struct expected *x = ctx;
	struct rgpu_model_unit u;

	FUZZ_CHECK(!x->dead);
	x->dead = true;
	FUZZ_CHECK(!rgpu_model_next(&x->model, &u));
	x->as_said = !strcmp(why, RGPU_MEMORY_END) == !x->model.damaged;
}

/* ---- a stream -------------------------------------------------------------------- */

static void
put_long_unit(uint8_t *to, uint64_t seq)
{
	struct rgpu_frame f = {.length = LONG_UNIT,
		.type = RGPU_FRAME_COMMANDS,
		.seq = seq,
		.count = 1};
	struct rgpu_unit u = {.length = LONG_UNIT, .kind = 9, .id = seq};

	rgpu_frame_put(to, &f);
	rgpu_unit_put(to + RGPU_FRAME_HEADER, &u);
	/* A few bytes tell whether the buffer was moved as it should be. */
	memcpy(to + RGPU_FRAME_HEADER + RGPU_UNIT_HEADER, &seq, sizeof(seq));
	memcpy(to + RGPU_FRAME_HEADER + LONG_UNIT - 8, &seq, sizeof(seq));
}

static uint8_t *
make_stream(const uint8_t *data, size_t size, unsigned longs, size_t *total)
{
	size_t one = RGPU_FRAME_HEADER + LONG_UNIT;
	uint8_t *stream;

	*total = longs * one + size;
	stream = rgpu_fuzz_alloc(*total);
	for (unsigned i = 0; i < longs; i++)
		put_long_unit(stream + i * one, i + 1);
	memcpy(stream + longs * one, data, size);
	return stream;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expected x = {.units = 0};
	struct rgpu_memory_config memory = {.random = 1};
	struct rgpu_channel_config config = {.send_type = RGPU_FRAME_ANSWERS,
		.receive_type = RGPU_FRAME_COMMANDS,
		.hooks = {.ctx = &x, .unit = on_unit, .dead = on_dead}};
	struct rgpu_channel *c;
	uint8_t *stream;
	unsigned longs;

	if (size < HEAD)
		return 0;
	memory.piece = data[0] | (unsigned)data[1] << 8;
	memory.blocks = data[2] & 1;
	longs = data[3] % (LONG_MAX + 1);
	/* A megabyte byte by byte takes too long and shows nothing more. */
	if (longs && memory.piece && memory.piece < 4096)
		memory.piece += 4096;
	stream = make_stream(data + HEAD, size - HEAD, longs, &memory.size);
	memory.data = stream;
	rgpu_model_init(&x.model, stream, memory.size, RGPU_FRAME_COMMANDS);
	config.transport = rgpu_memory_transport(&memory);
	c = rgpu_channel_create(&config);
	FUZZ_CHECK(c && rgpu_channel_take_receiver(c));
	while (rgpu_channel_receive(c, memory.blocks) >= 0)
		;
	FUZZ_CHECK(x.dead && x.as_said && rgpu_channel_is_dead(c));
	rgpu_fuzz_accepted += x.units > longs;
	rgpu_channel_destroy(c);
	free(stream);
	return 0;
}

/* ---- seeds ----------------------------------------------------------------------- */

/* Sends a few units of each size, in several frames, and one by way of bulk. */
static void
send_units(struct rgpu_channel *c, unsigned count)
{
	uint8_t bulk[1000];
	uint64_t head[1];

	memset(bulk, 0x5a, sizeof(bulk));
	for (unsigned i = 0; i < count; i++) {
		struct rgpu_sending s;

		FUZZ_CHECK(!rgpu_channel_begin(
			c, (uint16_t)(i + 1), 1, 0x100 + i, 400, &s));
		for (unsigned k = 0; k < i * 3; k++)
			rgpu_put_u64(&s.enc, k);
		FUZZ_CHECK(rgpu_channel_commit(c, &s, RGPU_NOW));
		if (i == 2) {
			struct rgpu_enc e = rgpu_enc_init(head, sizeof(head));

			rgpu_put_bulk_head(&e, sizeof(bulk));
			FUZZ_CHECK(rgpu_channel_send_bulk(
				c, 7, 0, 8, &e, bulk, sizeof(bulk)));
		}
	}
}

/* count units in one frame: what gathers in a batch. */
static size_t
one_frame(uint8_t *to, uint64_t seq, uint32_t count)
{
	struct rgpu_frame f = {
		.type = RGPU_FRAME_COMMANDS, .seq = seq, .count = count};

	for (uint32_t i = 0; i < count; i++) {
		struct rgpu_unit u = {.length = RGPU_UNIT_HEADER + 8 * i,
			.kind = (uint16_t)i,
			.id = seq + i};

		rgpu_unit_put(to + RGPU_FRAME_HEADER + f.length, &u);
		f.length += u.length;
	}
	rgpu_frame_put(to, &f);
	return RGPU_FRAME_HEADER + f.length;
}

static void
add_stream(void (*add)(const void *data, size_t size), unsigned piece,
	unsigned longs, const void *stream, size_t size)
{
	uint8_t *input = rgpu_fuzz_alloc(HEAD + size);

	input[0] = (uint8_t)piece;
	input[1] = (uint8_t)(piece >> 8);
	input[2] = longs & 1;
	input[3] = (uint8_t)longs;
	memcpy(input + HEAD, stream, size);
	add(input, HEAD + size);
	free(input);
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	struct rgpu_memory_config memory = {.random = 1};
	struct rgpu_channel_config config = {
		.transport = rgpu_memory_transport(&memory),
		.send_type = RGPU_FRAME_COMMANDS,
		.receive_type = RGPU_FRAME_ANSWERS,
		.hooks = {.unit = on_unit}};
	struct rgpu_channel *c = rgpu_channel_create(&config);
	uint8_t frames[4096] = {0};
	const uint8_t *sent;
	size_t size;

	FUZZ_CHECK(c);
	send_units(c, 6);
	sent = rgpu_memory_sent(config.transport, &size);
	add_stream(add, 0, 0, sent, size);
	add_stream(add, 1, 0, sent, size);
	add_stream(add, 37, 0, sent, size);
	rgpu_channel_destroy(c);
	for (unsigned longs = 0; longs <= LONG_MAX; longs++) {
		size = one_frame(frames, longs + 1, 5);
		size += one_frame(frames + size, longs + 6, 1);
		add_stream(add, longs * 20011, longs, frames, size);
	}
}
