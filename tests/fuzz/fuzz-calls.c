/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client's calls over a channel, against a hostile server's answers: results,
 * data, failures, output, log lines, for commands that were sent, were not, or
 * were answered already. Whatever comes, each call ends, with its answer or with
 * an error, and nothing is written but into the buffers that were given.
 *
 * An input is a head (the size of the pieces, whether they are delayed, how many
 * bytes come before the last call: u32 at 4) and the server's stream.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "protocol/transport/calls.h"
#include "tests/fuzz/memory-transport.h"

#define HEAD 8

/* The client's commands, by their numbers. */
enum {
	COPY = 1,  /* detached: COPY_SIZE bytes */
	EMPTY = 2, /* detached: no bytes, no buffer */
	POST = 3,
	FIRST = 4, /* a call that takes FIRST_SIZE bytes */
	LAST = 5,  /* a call */
};
#define COPY_SIZE  64
#define FIRST_SIZE 3000

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "calls", .inputs = 30000};

/* ---- hooks: what they are given can be read -------------------------------- */

static struct {
	atomic_uint deaths;
	atomic_ulong bytes;
} seen;

static void
read_bytes(const void *data, size_t size)
{
	const uint8_t *p = data;
	unsigned long sum = 0;

	while (size--)
		sum += *p++ & 1;
	atomic_fetch_add(&seen.bytes, sum);
}

static void
on_failed(void *ctx RGPU_UNUSED, uint64_t seq RGPU_UNUSED,
	unsigned result RGPU_UNUSED, const char *text)
{
	read_bytes(text, strlen(text));
}

static void
on_output(void *ctx RGPU_UNUSED, int fd, const void *text, size_t size)
{
	FUZZ_CHECK(fd == 1 || fd == 2);
	read_bytes(text, size);
}

static void
on_log(void *ctx RGPU_UNUSED, int level, const char *text)
{
	FUZZ_CHECK(level >= 0);
	read_bytes(text, strlen(text));
}

static void
on_dead(void *ctx RGPU_UNUSED, const char *why)
{
	FUZZ_CHECK(why[0]);
	atomic_fetch_add(&seen.deaths, 1);
}

/* ---- the client --------------------------------------------------------------- */

struct client {
	struct rgpu_calls *calls;
	uint8_t *copy, *first; /* buffers of exactly their size */
};

static bool
begin(struct client *c, struct rgpu_sending *s)
{
	if (rgpu_channel_begin(rgpu_calls_channel(c->calls), 7,
		    RGPU_COMMAND_REPLY, 0, 8, s))
		return false;
	rgpu_put_u64(&s->enc, 42);
	return true;
}

static bool
detach(struct client *c, void *data, size_t size)
{
	struct rgpu_sending s;

	return begin(c, &s) &&
		!rgpu_call_detach(
			c->calls, &s, &(struct rgpu_landing){data, size, 0, 0});
}

static bool
post(struct client *c)
{
	struct rgpu_sending s;

	return begin(c, &s) &&
		rgpu_channel_commit(
			rgpu_calls_channel(c->calls), &s, RGPU_LAZY);
}

/* False: the connection is lost; then it is so for good, and said why. */
static bool
call(struct client *c, void *data, size_t size)
{
	struct rgpu_sending s;
	struct rgpu_call call;
	bool answered;

	rgpu_call_init(&call);
	call.data = data;
	call.data_size = size;
	answered = begin(c, &s) && !rgpu_call_run(c->calls, &s, &call);
	if (answered) {
		FUZZ_CHECK(call.result <= UINT16_MAX);
		FUZZ_CHECK(call.result || call.data_got == size);
		read_bytes(call.body.base, call.body.end);
	} else {
		FUZZ_CHECK(rgpu_channel_is_dead(rgpu_calls_channel(c->calls)));
		FUZZ_CHECK(rgpu_error_text()[0]);
	}
	rgpu_call_end(&call);
	return answered;
}

static bool
talk(struct client *c)
{
	return detach(c, c->copy, COPY_SIZE) && detach(c, NULL, 0) && post(c) &&
		call(c, c->first, FIRST_SIZE) &&
		!rgpu_calls_settle(c->calls, c->copy, COPY_SIZE) &&
		call(c, NULL, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rgpu_calls_hooks hooks = {.failed = on_failed,
		.output = on_output,
		.log = on_log,
		.dead = on_dead};
	struct rgpu_memory_config memory = {
		.random = 1, .gate = FIRST, .second_gate = LAST};
	struct client c;
	uint32_t second;

	if (size < HEAD)
		return 0;
	memcpy(&second, data + 4, sizeof(second));
	memory.data = data + HEAD;
	memory.size = size - HEAD;
	memory.second = second < memory.size ? second : memory.size;
	memory.piece = data[0] | (unsigned)data[1] << 8;
	memory.blocks = data[2] & 1;
	c.copy = rgpu_fuzz_alloc(COPY_SIZE);
	c.first = rgpu_fuzz_alloc(FIRST_SIZE);
	atomic_store(&seen.deaths, 0);
	c.calls = rgpu_calls_create(rgpu_memory_transport(&memory), &hooks);
	FUZZ_CHECK(c.calls);
	rgpu_fuzz_accepted += talk(&c);
	rgpu_channel_fail(rgpu_calls_channel(c.calls), "the end");
	FUZZ_CHECK(!call(&c, NULL, 0));
	FUZZ_CHECK(atomic_load(&seen.deaths) == 1);
	rgpu_calls_destroy(c.calls);
	free(c.copy);
	free(c.first);
	return 0;
}

/* ---- seeds: an honest server --------------------------------------------------- */

static void
say(struct rgpu_channel *server, uint16_t kind, uint16_t info, uint64_t id,
	const char *text)
{
	struct rgpu_sending s;

	FUZZ_CHECK(!rgpu_channel_begin(server, kind, info, id, 100, &s));
	rgpu_put_cstr(&s.enc, text);
	FUZZ_CHECK(rgpu_channel_commit(server, &s, RGPU_NOW));
}

static void
answer(struct rgpu_channel *server, uint64_t id, uint16_t result, unsigned body)
{
	struct rgpu_sending s;

	FUZZ_CHECK(!rgpu_channel_begin(
		server, RGPU_ANSWER_RESULT, result, id, 8 * body + 8, &s));
	for (unsigned i = 0; i < body; i++)
		rgpu_put_u64(&s.enc, i);
	FUZZ_CHECK(rgpu_channel_commit(server, &s, RGPU_NOW));
}

static void
send_data(struct rgpu_channel *server, uint64_t id, uint64_t offset, size_t n)
{
	uint8_t bytes[FIRST_SIZE];
	uint64_t head[2];
	struct rgpu_enc e = rgpu_enc_init(head, sizeof(head));

	memset(bytes, 0x5a, sizeof(bytes));
	rgpu_put_u64(&e, offset);
	rgpu_put_bulk_head(&e, n);
	FUZZ_CHECK(rgpu_channel_send_bulk(
		server, RGPU_ANSWER_DATA, 0, id, &e, bytes, n));
}

/* Returns where the answer to the last call begins. */
static size_t
serve(struct rgpu_channel *server, struct rgpu_transport *t, unsigned how)
{
	size_t first;

	say(server, RGPU_ANSWER_LOG, 2, 0, "hello");
	if (how > 0)
		send_data(server, COPY, 0, COPY_SIZE);
	answer(server, COPY, how > 0 ? 0 : 700, 0);
	if (how == 2)
		send_data(server, EMPTY, 0, 0);
	answer(server, EMPTY, 0, 0);
	say(server, RGPU_ANSWER_FAILED, 1, POST, "the post failed");
	say(server, RGPU_ANSWER_OUTPUT, 1, 0, "thread 5\n");
	send_data(server, FIRST, 0, 1000);
	send_data(server, FIRST, 1000, FIRST_SIZE - 1000);
	answer(server, FIRST, 0, 3);
	rgpu_memory_sent(t, &first);
	say(server, RGPU_ANSWER_OUTPUT, 2, 0, "error\n");
	answer(server, LAST, how == 2 ? 719 : 0, 200);
	return first;
}

static int
no_unit(void *ctx RGPU_UNUSED, const struct rgpu_unit *u RGPU_UNUSED,
	const uint8_t *body RGPU_UNUSED, size_t size RGPU_UNUSED)
{
	return 0;
}

static void
add_talk(void (*add)(const void *data, size_t size), unsigned how,
	uint16_t piece, bool blocks)
{
	struct rgpu_memory_config memory = {.random = 1};
	struct rgpu_channel_config config = {
		.transport = rgpu_memory_transport(&memory),
		.send_type = RGPU_FRAME_ANSWERS,
		.receive_type = RGPU_FRAME_COMMANDS,
		.hooks = {.unit = no_unit}};
	struct rgpu_channel *server = rgpu_channel_create(&config);
	const uint8_t *sent;
	uint8_t *input;
	uint32_t second;
	size_t size;

	FUZZ_CHECK(server);
	second = (uint32_t)serve(server, config.transport, how);
	sent = rgpu_memory_sent(config.transport, &size);
	input = rgpu_fuzz_alloc(HEAD + size);
	memcpy(input, &piece, sizeof(piece));
	input[2] = blocks;
	memcpy(input + 4, &second, sizeof(second));
	memcpy(input + HEAD, sent, size);
	add(input, HEAD + size);
	free(input);
	rgpu_channel_destroy(server);
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	for (unsigned how = 0; how < 3; how++) {
		add_talk(add, how, 0, false);
		add_talk(add, how, 700, true);
	}
}
