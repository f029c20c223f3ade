/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channel and the calls over it, with many threads: order, matching of
 * answers, data of detached calls, both ends full at once, and the end of the
 * connection. Built with ThreadSanitizer it shows that nothing races.
 */
#include "config.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/error.h"
#include "protocol/transport/calls.h"
#include "tests/check.h"

enum { OP_ADD = 1, OP_COUNT = 2, OP_DATA = 3, OP_DIE = 4, OP_FLOOD = 5 };

/* ---- a server: one thread that answers ------------------------------------------- */

struct server {
	struct rgpu_channel *channel;
	pthread_t thread;
	uint64_t seq, posts, last_of_thread[64];
	bool wrong_order;
};

static void
reply(struct server *s, uint64_t seq, uint64_t value)
{
	struct rgpu_sending out;

	if (rgpu_channel_begin(
		    s->channel, RGPU_ANSWER_RESULT, 0, seq, 16, &out))
		return;
	rgpu_put_u64(&out.enc, value);
	rgpu_channel_commit(s->channel, &out, RGPU_NOW);
}

static void
send_data(struct server *s, uint64_t seq, uint64_t size)
{
	static uint8_t data[1 << 16];

	for (uint64_t at = 0; at < size;) {
		uint64_t n =
			size - at < sizeof(data) ? size - at : sizeof(data);
		uint64_t head[2];
		struct rgpu_enc e = rgpu_enc_init(head, sizeof(head));

		for (uint64_t i = 0; i < n; i++)
			data[i] = (uint8_t)((at + i) * 7 + seq);
		rgpu_put_u64(&e, at);
		rgpu_put_bulk_head(&e, n);
		rgpu_channel_send_bulk(
			s->channel, RGPU_ANSWER_DATA, 0, seq, &e, data, n);
		at += n;
	}
	reply(s, seq, 0);
}

/* Answers nobody has asked for: output, until the wire is full. */
static void
flood(struct server *s)
{
	struct rgpu_sending out;
	char text[1000];

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 4000; i++) {
		if (rgpu_channel_begin(s->channel, RGPU_ANSWER_OUTPUT, 1, 0,
			    sizeof(text) + 16, &out))
			return;
		rgpu_put_bytes(&out.enc, text, sizeof(text));
		rgpu_channel_commit(s->channel, &out, RGPU_NOW);
	}
}

static int
on_command(
	void *ctx, const struct rgpu_unit *u, const uint8_t *body, size_t size)
{
	struct server *s = ctx;
	struct rgpu_dec d = rgpu_dec_init(body, size);
	uint64_t seq = ++s->seq, a = rgpu_get_u64(&d), b = rgpu_get_u64(&d);

	switch (u->kind) {
	case OP_ADD: reply(s, seq, a + b); break;
	case OP_COUNT: /* a post: thread a sends b = 1, 2, 3... */
		s->posts++;
		if (b != s->last_of_thread[a] + 1)
			s->wrong_order = true;
		s->last_of_thread[a] = b;
		break;
	case OP_DATA: send_data(s, seq, a); break;
	case OP_FLOOD: flood(s); break;
	case OP_DIE: rgpu_channel_fail(s->channel, "as asked"); break;
	default: return -1;
	}
	return 0;
}

static void *
serve(void *arg)
{
	struct server *s = arg;

	rgpu_channel_take_receiver(s->channel);
	while (rgpu_channel_receive(s->channel, true) >= 0)
		;
	return NULL;
}

/* ---- a client --------------------------------------------------------------------- */

static struct server server;
static struct rgpu_calls *calls;
static atomic_int deaths;
static atomic_ulong output_bytes;

static void
on_failed(void *ctx RGPU_UNUSED, uint64_t seq RGPU_UNUSED,
	unsigned result RGPU_UNUSED, const char *text RGPU_UNUSED)
{
}

static void
on_output(void *ctx RGPU_UNUSED, int fd RGPU_UNUSED,
	const void *text RGPU_UNUSED, size_t size)
{
	atomic_fetch_add(&output_bytes, size);
}

static void
on_log(void *ctx RGPU_UNUSED, int level RGPU_UNUSED,
	const char *text RGPU_UNUSED)
{
}

static void
on_dead(void *ctx RGPU_UNUSED, const char *why RGPU_UNUSED)
{
	atomic_fetch_add(&deaths, 1);
}

static void
begin(void)
{
	static const struct rgpu_calls_hooks hooks = {.failed = on_failed,
		.output = on_output,
		.log = on_log,
		.dead = on_dead};
	struct rgpu_channel_config config = {
		.send_type = RGPU_FRAME_ANSWERS,
		.receive_type = RGPU_FRAME_COMMANDS,
		.hooks = {.ctx = &server, .unit = on_command},
	};
	int fd[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	memset(&server, 0, sizeof(server));
	config.transport = rgpu_transport_unix.adopt(fd[1]);
	server.channel = rgpu_channel_create(&config);
	calls = rgpu_calls_create(rgpu_transport_unix.adopt(fd[0]), &hooks);
	CHECK(server.channel && calls);
	CHECK_EQ(pthread_create(&server.thread, NULL, serve, &server), 0);
	atomic_store(&deaths, 0);
}

static void
end(void)
{
	rgpu_channel_fail(rgpu_calls_channel(calls), "end of the test");
	pthread_join(server.thread, NULL);
	rgpu_calls_destroy(calls);
	rgpu_channel_destroy(server.channel);
}

static int
start(uint16_t op, uint64_t a, uint64_t b, struct rgpu_sending *s)
{
	if (rgpu_channel_begin(rgpu_calls_channel(calls), op,
		    RGPU_COMMAND_REPLY, 0, 16, s))
		return -1;
	rgpu_put_u64(&s->enc, a);
	rgpu_put_u64(&s->enc, b);
	return 0;
}

static int
add(uint64_t a, uint64_t b, uint64_t *sum)
{
	struct rgpu_sending s;
	struct rgpu_call call;
	int r = -1;

	rgpu_call_init(&call);
	if (!start(OP_ADD, a, b, &s))
		r = rgpu_call_run(calls, &s, &call);
	if (!r)
		*sum = rgpu_get_u64(&call.body);
	rgpu_call_end(&call);
	return r;
}

static void
post(uint16_t op, uint64_t a, uint64_t b)
{
	struct rgpu_sending s;

	CHECK_EQ(start(op, a, b, &s), 0);
	rgpu_channel_commit(rgpu_calls_channel(calls), &s, RGPU_LAZY);
}

#define THREADS 8
#define ROUNDS	2000

static void *
caller(void *arg)
{
	uint64_t n = (uint64_t)(uintptr_t)arg, sum = 0;

	for (uint64_t i = 1; i <= ROUNDS; i++) {
		post(OP_COUNT, n, 2 * i - 1);
		post(OP_COUNT, n, 2 * i);
		CHECK_EQ(add(n << 32, i, &sum), 0);
		CHECK(sum == (n << 32) + i);
	}
	return NULL;
}

static void
in_threads(void *(*function)(void *))
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		CHECK_EQ(pthread_create(
				 &t[i], NULL, function, (void *)(uintptr_t)i),
			0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
}

static void
every_thread_gets_its_own_answers_and_keeps_its_order(void)
{
	begin();
	in_threads(caller);
	end();
	CHECK(!server.wrong_order);
	CHECK_EQ(server.posts, 2 * THREADS * ROUNDS);
}

static void
posts_arrive_in_batches_without_anybody_waiting(void)
{
	struct rgpu_channel_stats before, now;
	uint64_t sum;

	begin();
	rgpu_channel_get_stats(rgpu_calls_channel(calls), &before);
	for (uint64_t i = 1; i <= 100000; i++)
		post(OP_COUNT, 0, i);
	/* The helper sends the tail by itself. */
	do {
		usleep(1000);
		rgpu_channel_get_stats(rgpu_calls_channel(calls), &now);
	} while (now.units_sent - before.units_sent < 100000);
	/* Far fewer system calls than posts. */
	CHECK(now.sends - before.sends < 20000);
	CHECK_EQ(add(1, 2, &sum), 0);
	end();
	CHECK_EQ(server.posts, 100000);
	CHECK(!server.wrong_order);
}

static void *
downloader(void *arg)
{
	enum { SIZE = 300000 };
	uint64_t n = (uint64_t)(uintptr_t)arg, sum, seq;
	uint8_t *data = calloc(1, SIZE);
	struct rgpu_sending s;

	CHECK(data);
	for (int round = 0; round < 10; round++) {
		CHECK_EQ(start(OP_DATA, SIZE, n, &s), 0);
		seq = rgpu_channel_next_seq(rgpu_calls_channel(calls));
		CHECK_EQ(rgpu_call_detach(calls, &s,
				 &(struct rgpu_landing){data, SIZE, 0, 0}),
			0);
		/* The answer of a later call comes after the data, and what is
		 * on its way into a buffer can be waited for. */
		if (round % 2)
			CHECK_EQ(add(n, 1, &sum), 0);
		else
			CHECK_EQ(rgpu_calls_settle(calls, data + 5, 1), 0);
		for (uint64_t i = 0; i < SIZE; i++)
			CHECK(data[i] == (uint8_t)(i * 7 + seq));
		memset(data, 0, SIZE);
	}
	free(data);
	return NULL;
}

static void
detached_data_lands_before_later_answers(void)
{
	begin();
	in_threads(downloader);
	end();
}

static void
detached_data_comes_even_if_nobody_calls(void)
{
	static uint8_t data[1000];
	struct rgpu_channel_stats now;
	struct rgpu_sending s;

	begin();
	CHECK_EQ(start(OP_DATA, sizeof(data), 0, &s), 0);
	CHECK_EQ(rgpu_call_detach(calls, &s,
			 &(struct rgpu_landing){data, sizeof(data), 0, 0}),
		0);
	/* Its data and its result. */
	do {
		usleep(1000);
		rgpu_channel_get_stats(rgpu_calls_channel(calls), &now);
	} while (now.units_received < 2);
	CHECK_EQ(rgpu_calls_settle(calls, data, sizeof(data)), 0);
	CHECK(data[999] == (uint8_t)(999 * 7 + 1));
	end();
}

static void
detached_rows_land_apart(void)
{
	enum { ROW = 7, PITCH = 11, ROWS = 3000 };
	static uint8_t data[PITCH * ROWS];
	struct rgpu_landing to = {data, ROW * ROWS, ROW, PITCH};
	struct rgpu_sending s;

	begin();
	CHECK_EQ(start(OP_DATA, ROW * ROWS, 0, &s), 0);
	CHECK_EQ(rgpu_call_detach(calls, &s, &to), 0);
	/* The gap behind the last row is nobody's, the row is waited for. */
	CHECK_EQ(rgpu_calls_settle(
			 calls, data + PITCH * (ROWS - 1) + ROW - 1, 1),
		0);
	for (int y = 0; y < ROWS; y++) {
		for (int x = 0; x < PITCH; x++)
			CHECK(data[y * PITCH + x] ==
				(x < ROW ? (uint8_t)((y * ROW + x) * 7 + 1)
					 : 0));
	}
	end();
}

static void
on_notice(void *arg, unsigned result)
{
	atomic_store((_Atomic uint64_t *)arg, (uint64_t)result + 1);
}

/* Waits for the notice: the result, plus one. */
static uint64_t
noticed(_Atomic uint64_t *seen)
{
	for (int i = 0; i < 10000 && !atomic_load(seen); i++)
		usleep(1000);
	return atomic_load(seen);
}

static void
a_notice_comes_even_if_nobody_calls_or_answers(void)
{
	_Atomic uint64_t first = 0, second = 0;
	struct rgpu_sending s;

	begin();
	CHECK_EQ(start(OP_ADD, 1, 2, &s), 0);
	CHECK_EQ(rgpu_call_notify(
			 calls, &s, &(struct rgpu_notice){on_notice, &first}),
		0);
	CHECK_EQ(noticed(&first), 1);
	/* A command that gets no answer but the end. */
	CHECK_EQ(start(OP_DIE, 0, 0, &s), 0);
	CHECK_EQ(rgpu_call_notify(
			 calls, &s, &(struct rgpu_notice){on_notice, &second}),
		0);
	CHECK_EQ(noticed(&second), (uint64_t)RGPU_NOTICE_LOST + 1);
	end();
}

static void
two_full_ends_do_not_block_each_other(void)
{
	enum { SIZE = 1 << 20 };
	uint8_t *data = calloc(1, SIZE);
	uint64_t head[3], sum;
	struct rgpu_enc e;

	CHECK(data);
	begin();
	atomic_store(&output_bytes, 0);
	/* The server writes 4 MB that nobody reads while we write 16 MB. */
	post(OP_FLOOD, 0, 0);
	for (uint64_t i = 1; i <= 16; i++) {
		e = rgpu_enc_init(head, sizeof(head));
		rgpu_put_u64(&e, 0);
		rgpu_put_u64(&e, i);
		rgpu_put_bulk_head(&e, SIZE);
		CHECK(rgpu_channel_send_bulk(rgpu_calls_channel(calls),
			OP_COUNT, 0, 0, &e, data, SIZE));
	}
	CHECK_EQ(add(1, 1, &sum), 0);
	CHECK_EQ(atomic_load(&output_bytes), 4000 * 1000);
	end();
	CHECK_EQ(server.posts, 16);
	free(data);
}

static void *
call_until_dead(void *arg)
{
	uint64_t n = (uint64_t)(uintptr_t)arg, sum;

	if (n == 3) {
		for (int i = 0; i < 100; i++)
			CHECK_EQ(add(1, 1, &sum), 0);
		post(OP_DIE, 0, 0);
	}
	while (!add(n, n, &sum))
		CHECK(sum == 2 * n);
	return NULL;
}

static void
the_end_of_the_connection_ends_every_call(void)
{
	uint64_t sum;

	begin();
	in_threads(call_until_dead);
	CHECK_EQ(add(1, 1, &sum), -1);
	CHECK_EQ(atomic_load(&deaths), 1);
	end();
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"every thread gets its own answers and keeps its order",
			every_thread_gets_its_own_answers_and_keeps_its_order},
		{"posts arrive in batches without anybody waiting",
			posts_arrive_in_batches_without_anybody_waiting},
		{"detached data lands before later answers",
			detached_data_lands_before_later_answers},
		{"detached data comes even if nobody calls",
			detached_data_comes_even_if_nobody_calls},
		{"detached rows land apart", detached_rows_land_apart},
		{"a notice comes even if nobody calls or answers",
			a_notice_comes_even_if_nobody_calls_or_answers},
		{"two full ends do not block each other",
			two_full_ends_do_not_block_each_other},
		{"the end of the connection ends every call",
			the_end_of_the_connection_ends_every_call},
	};

	RUN_CASES(cases);
	return 0;
}
