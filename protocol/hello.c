/* SPDX-License-Identifier: Apache-2.0 */
/* Hello, welcome and refusal. Runs before there is a channel, so it reads
 * exactly its frames and not a byte more. */
#include "config.h"
#include "protocol/hello.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "cudaabi/gen/cuda-abi.h"

/* Structures that travel as they are: both ends must agree on their sizes. */
static const uint32_t abi_sizes[] = {
	sizeof(void *),
	sizeof(CUlaunchAttribute),
	sizeof(CUuuid),
};

static int
send_frame(struct rgpu_transport *t, enum rgpu_frame_type type, uint8_t *frame,
	const struct rgpu_enc *body)
{
	struct rgpu_frame f = {.type = (uint16_t)type,
		.length = (uint32_t)((body->pos + 7) & ~(size_t)7)};
	uint8_t *p = frame;
	size_t left = RGPU_FRAME_HEADER + f.length;

	if (body->bad)
		return rgpu_error("a greeting is too long");
	memset(body->base + body->pos, 0, f.length - body->pos);
	rgpu_frame_put(frame, &f);
	while (left > 0) {
		struct iovec iov = {p, left};
		ssize_t n = t->ops->send(t, &iov, 1);

		if (n < 0)
			return -1;
		if (n == 0 &&
			!t->ops->wait(t, RGPU_WAIT_WRITE, 10 * RGPU_SECOND))
			return rgpu_error("the other side takes no data");
		p += n;
		left -= (size_t)n;
	}
	return 0;
}

static int
receive_all(
	struct rgpu_transport *t, uint8_t *to, size_t size, uint64_t deadline)
{
	while (size > 0) {
		uint64_t now = rgpu_now();
		ssize_t n = t->ops->recv(t, to, size, false);

		if (n < 0)
			return -1;
		if (n == 0 && now >= deadline)
			return rgpu_error("no answer in time");
		if (n == 0)
			t->ops->wait(t, RGPU_WAIT_READ, deadline - now);
		to += n;
		size -= (size_t)n;
	}
	return 0;
}

/* A frame of at most max bytes into a buffer from malloc, set in *body. */
static int
receive_frame(struct rgpu_transport *t, uint32_t max, uint64_t timeout_ns,
	struct rgpu_frame *f, uint8_t **body)
{
	uint8_t header[RGPU_FRAME_HEADER];
	uint64_t deadline = rgpu_now() + timeout_ns;

	*body = NULL;
	if (receive_all(t, header, sizeof(header), deadline))
		return -1;
	if (rgpu_frame_get(header, f) || f->length > max)
		return rgpu_error("the other side does not speak rgpu");
	*body = malloc(f->length + 8);
	if (!*body)
		return rgpu_error("out of memory");
	return receive_all(t, *body, f->length, deadline);
}

static void
put_head(struct rgpu_enc *e)
{
	rgpu_put_u32(e, RGPU_MAGIC);
	rgpu_put_u32(e, RGPU_PROTOCOL_VERSION);
}

/* The version of the other side; 0: not rgpu. */
static uint32_t
get_head(struct rgpu_dec *d)
{
	uint32_t magic = rgpu_get_u32(d), version = rgpu_get_u32(d);

	return d->bad || magic != RGPU_MAGIC ? 0 : version;
}

static void
copy_text(char *to, size_t size, struct rgpu_dec *d)
{
	snprintf(to, size, "%s", rgpu_get_cstr(d));
	/* It goes into logs: one line, no control characters. */
	for (; *to; to++) {
		if ((unsigned char)*to < ' ')
			*to = '?';
	}
}

static int
send_hello(struct rgpu_transport *t, const char *program)
{
	uint8_t buffer[RGPU_FRAME_HEADER + RGPU_HELLO_MAX]
		__attribute__((aligned(8)));
	struct rgpu_enc e =
		rgpu_enc_init(buffer + RGPU_FRAME_HEADER, RGPU_HELLO_MAX);
	char host[128] = "?";

	gethostname(host, sizeof(host) - 1);
	put_head(&e);
	rgpu_put_u32(&e, (uint32_t)RGPU_COUNT(abi_sizes));
	for (size_t i = 0; i < RGPU_COUNT(abi_sizes); i++)
		rgpu_put_u32(&e, abi_sizes[i]);
	rgpu_put_u32(&e, (uint32_t)getpid());
	rgpu_put_cstr(&e, program);
	rgpu_put_cstr(&e, host);
	return send_frame(t, RGPU_FRAME_HELLO, buffer, &e);
}

static int
read_refusal(struct rgpu_dec *d, uint32_t version, int *refusal)
{
	uint32_t code = rgpu_get_u32(d);
	char text[512];

	copy_text(text, sizeof(text), d);
	if (version != RGPU_PROTOCOL_VERSION)
		code = RGPU_REFUSED_VERSION;
	*refusal = (int)code;
	if (code == RGPU_REFUSED_VERSION)
		return rgpu_error("the server speaks protocol version %u, this "
				  "client %u: install the same release on both",
			version, RGPU_PROTOCOL_VERSION);
	return rgpu_error("the server refused: %s", text);
}

static int
read_welcome(struct rgpu_dec *d, struct rgpu_welcome *w)
{
	w->session = rgpu_get_u64(d);
	copy_text(w->server, sizeof(w->server), d);
	copy_text(w->backend, sizeof(w->backend), d);
	if (d->bad)
		return rgpu_error("damaged welcome");
	if (rgpu_facts_get(d, &w->facts))
		return -1;
	if (!rgpu_dec_end(d))
		return 0;
	rgpu_facts_free(&w->facts);
	return rgpu_error("damaged welcome");
}

int
rgpu_hello_connect(struct rgpu_transport *t, const char *program,
	uint64_t timeout_ns, struct rgpu_welcome *welcome, int *refusal)
{
	struct rgpu_frame f;
	struct rgpu_dec d;
	uint8_t *body;
	uint32_t version;
	int r = -1;

	*refusal = 0;
	if (send_hello(t, program))
		return -1;
	if (receive_frame(t, RGPU_WELCOME_MAX, timeout_ns, &f, &body))
		goto out;
	d = rgpu_dec_init(body, f.length);
	version = get_head(&d);
	if (!version)
		rgpu_error("the other side does not speak rgpu");
	else if (f.type == RGPU_FRAME_REFUSED ||
		version != RGPU_PROTOCOL_VERSION)
		r = read_refusal(&d, version, refusal);
	else if (f.type == RGPU_FRAME_WELCOME)
		r = read_welcome(&d, welcome);
	else
		rgpu_error("frame of type %u instead of a welcome", f.type);
out:
	free(body);
	return r;
}

static bool
same_abi(struct rgpu_dec *d)
{
	bool same = rgpu_get_u32(d) == RGPU_COUNT(abi_sizes);

	for (size_t i = 0; i < RGPU_COUNT(abi_sizes); i++)
		same = same && rgpu_get_u32(d) == abi_sizes[i];
	return same;
}

static int
check_hello(
	struct rgpu_transport *t, struct rgpu_dec *d, struct rgpu_hello *hello)
{
	hello->version = get_head(d);
	if (!hello->version)
		return rgpu_error("the client does not speak rgpu");
	if (hello->version != RGPU_PROTOCOL_VERSION) {
		rgpu_hello_refuse(t, RGPU_REFUSED_VERSION, "other version");
		return rgpu_error("the client speaks protocol version %u, this "
				  "server %u",
			hello->version, RGPU_PROTOCOL_VERSION);
	}
	if (!same_abi(d)) {
		rgpu_hello_refuse(
			t, RGPU_REFUSED_ABI, "sizes of CUDA structures differ");
		return rgpu_error("the client has another CUDA ABI");
	}
	hello->pid = rgpu_get_u32(d);
	copy_text(hello->program, sizeof(hello->program), d);
	copy_text(hello->host, sizeof(hello->host), d);
	return rgpu_dec_end(d) ? rgpu_error("damaged hello") : 0;
}

int
rgpu_hello_accept(
	struct rgpu_transport *t, uint64_t timeout_ns, struct rgpu_hello *hello)
{
	struct rgpu_frame f;
	struct rgpu_dec d;
	uint8_t *body;
	int r = receive_frame(t, RGPU_HELLO_MAX, timeout_ns, &f, &body);

	if (!r && f.type != RGPU_FRAME_HELLO)
		r = rgpu_error("frame of type %u instead of a hello", f.type);
	if (!r) {
		d = rgpu_dec_init(body, f.length);
		r = check_hello(t, &d, hello);
	}
	free(body);
	return r;
}

int
rgpu_hello_welcome(struct rgpu_transport *t, const struct rgpu_welcome *welcome)
{
	size_t bound = 1024 + rgpu_facts_bound(welcome->facts.device_count);
	uint8_t *buffer = malloc(RGPU_FRAME_HEADER + bound);
	struct rgpu_enc e;
	int r;

	if (!buffer)
		return rgpu_error("out of memory");
	e = rgpu_enc_init(buffer + RGPU_FRAME_HEADER, bound);
	put_head(&e);
	rgpu_put_u64(&e, welcome->session);
	rgpu_put_cstr(&e, welcome->server);
	rgpu_put_cstr(&e, welcome->backend);
	rgpu_facts_put(&e, &welcome->facts);
	r = send_frame(t, RGPU_FRAME_WELCOME, buffer, &e);
	free(buffer);
	return r;
}

int
rgpu_hello_refuse(
	struct rgpu_transport *t, enum rgpu_refusal code, const char *text)
{
	uint8_t buffer[RGPU_FRAME_HEADER + RGPU_HELLO_MAX]
		__attribute__((aligned(8)));
	struct rgpu_enc e =
		rgpu_enc_init(buffer + RGPU_FRAME_HEADER, RGPU_HELLO_MAX);

	put_head(&e);
	rgpu_put_u32(&e, code);
	rgpu_put_cstr(&e, text);
	return send_frame(t, RGPU_FRAME_REFUSED, buffer, &e);
}
