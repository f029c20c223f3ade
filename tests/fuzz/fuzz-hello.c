/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The greeting, both ways. The first byte chooses: odd: the bytes are a hostile
 * server's answer to a client; even: a hostile client's hello to a server. The
 * second byte is the size of the pieces in which they come.
 *
 * And what our own side sends meanwhile has to be understood by our own other
 * side.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "cudaabi/gen/cuda-abi.h"
#include "protocol/hello.h"
#include "tests/fuzz/facts-check.h"
#include "tests/fuzz/memory-transport.h"

#define HEAD 2 /* bytes before the frame */

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "hello", .inputs = 60000};

/* Text from the other side goes into logs. */
static void
check_text(const char *text, size_t size)
{
	FUZZ_CHECK(memchr(text, 0, size));
	for (; *text; text++)
		FUZZ_CHECK((unsigned char)*text >= ' ');
}

static struct rgpu_transport *
open_bytes(const void *data, size_t size, unsigned piece)
{
	struct rgpu_memory_config config = {.data = data,
		.size = size,
		.piece = piece,
		.blocks = piece > 0,
		.random = piece};

	return rgpu_memory_transport(&config);
}

/* What one side sent is good in the eyes of the other. */
static void
check_hello_sent(const uint8_t *sent, size_t size)
{
	struct rgpu_transport *t = open_bytes(sent, size, 0);
	struct rgpu_hello hello;

	FUZZ_CHECK(!rgpu_hello_accept(t, RGPU_SECOND, &hello));
	FUZZ_CHECK(hello.version == RGPU_PROTOCOL_VERSION);
	FUZZ_CHECK(!strcmp(hello.program, "fuzz"));
	t->ops->close(t);
}

static void
check_refusal_sent(const uint8_t *sent, size_t size)
{
	struct rgpu_transport *t = open_bytes(sent, size, 0);
	struct rgpu_welcome welcome;
	int refusal;

	FUZZ_CHECK(rgpu_hello_connect(
			   t, "fuzz", RGPU_SECOND, &welcome, &refusal) == -1);
	FUZZ_CHECK(
		refusal == RGPU_REFUSED_VERSION || refusal == RGPU_REFUSED_ABI);
	t->ops->close(t);
}

static void
as_client(const uint8_t *data, size_t size, unsigned piece)
{
	struct rgpu_transport *t = open_bytes(data, size, piece);
	struct rgpu_welcome w;
	const uint8_t *sent;
	size_t sent_size;
	int refusal = 77;

	if (!rgpu_hello_connect(t, "fuzz", RGPU_SECOND, &w, &refusal)) {
		rgpu_fuzz_accepted++;
		FUZZ_CHECK(!refusal);
		check_text(w.server, sizeof(w.server));
		check_text(w.backend, sizeof(w.backend));
		rgpu_fuzz_check_facts(&w.facts);
		rgpu_facts_free(&w.facts);
	} else {
		/* A refusal that was understood. */
		rgpu_fuzz_accepted += refusal > 0;
		FUZZ_CHECK(rgpu_error_text()[0]);
		check_text(rgpu_error_text(), 512);
	}
	sent = rgpu_memory_sent(t, &sent_size);
	check_hello_sent(sent, sent_size);
	t->ops->close(t);
}

static void
as_server(const uint8_t *data, size_t size, unsigned piece)
{
	struct rgpu_transport *t = open_bytes(data, size, piece);
	struct rgpu_hello hello;
	const uint8_t *sent;
	size_t sent_size;

	if (!rgpu_hello_accept(t, RGPU_SECOND, &hello)) {
		rgpu_fuzz_accepted++;
		FUZZ_CHECK(hello.version == RGPU_PROTOCOL_VERSION);
		check_text(hello.program, sizeof(hello.program));
		check_text(hello.host, sizeof(hello.host));
	}
	sent = rgpu_memory_sent(t, &sent_size);
	if (sent_size)
		check_refusal_sent(sent, sent_size);
	t->ops->close(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < HEAD)
		return 0;
	if (data[0] % 2)
		as_client(data + HEAD, size - HEAD, data[1]);
	else
		as_server(data + HEAD, size - HEAD, data[1]);
	return 0;
}

/* ---- seeds --------------------------------------------------------------------- */

static void
add_sent(void (*add)(const void *data, size_t size), struct rgpu_transport *t,
	uint8_t direction, uint8_t piece)
{
	size_t size;
	const uint8_t *sent = rgpu_memory_sent(t, &size);
	uint8_t *input = rgpu_fuzz_alloc(HEAD + size);

	input[0] = direction;
	input[1] = piece;
	memcpy(input + HEAD, sent, size);
	add(input, HEAD + size);
	free(input);
	rgpu_memory_forget_sent(t);
}

/* Not by rgpu_hello_connect(): its hello has this process's number in it, and
 * seeds are the same in each run. */
static void
add_hello(void (*add)(const void *data, size_t size), const char *program)
{
	uint64_t memory[128];
	uint8_t *bytes = (uint8_t *)memory + 8 - HEAD;
	struct rgpu_enc e = rgpu_enc_init(
		bytes + HEAD + RGPU_FRAME_HEADER, sizeof(memory) - 8 - 32);
	struct rgpu_frame f = {.type = RGPU_FRAME_HELLO};

	rgpu_put_u32(&e, RGPU_MAGIC);
	rgpu_put_u32(&e, RGPU_PROTOCOL_VERSION);
	rgpu_put_u32(&e, 3);
	rgpu_put_u32(&e, sizeof(void *));
	rgpu_put_u32(&e, sizeof(CUlaunchAttribute));
	rgpu_put_u32(&e, sizeof(CUuuid));
	rgpu_put_u32(&e, 4711);
	rgpu_put_cstr(&e, program);
	rgpu_put_cstr(&e, "client.example");
	rgpu_enc_room(&e, 0, 8);
	FUZZ_CHECK(!e.bad);
	f.length = (uint32_t)e.pos;
	rgpu_frame_put(bytes + HEAD, &f);
	bytes[0] = 0;
	bytes[1] = 0;
	add(bytes, HEAD + RGPU_FRAME_HEADER + e.pos);
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	struct rgpu_transport *t = open_bytes(NULL, 0, 0);
	char long_name[300] = {0};

	for (uint32_t n = 0; n < 4; n++) {
		struct rgpu_welcome w = {.session = 5,
			.server = "gpu.example",
			.backend = "soft"};

		rgpu_fuzz_make_facts(n, &w.facts);
		FUZZ_CHECK(!rgpu_hello_welcome(t, &w));
		add_sent(add, t, 1, (uint8_t)(n * 20));
		rgpu_facts_free(&w.facts);
	}
	for (int code = RGPU_REFUSED_VERSION; code <= RGPU_REFUSED_BACKEND;
		code++) {
		FUZZ_CHECK(!rgpu_hello_refuse(
			t, (enum rgpu_refusal)code, "no\nGPU"));
		add_sent(add, t, 1, 0);
	}
	t->ops->close(t);
	memset(long_name, 'p', sizeof(long_name) - 1);
	add_hello(add, "train.py");
	add_hello(add, "");
	add_hello(add, long_name);
}
