/* SPDX-License-Identifier: Apache-2.0 */
/* A session in a child, spoken to by hand. */
#include "config.h"
#include "tests/remote/raw-session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "protocol/hello.h"
#include "server/session.h"
#include "tests/check.h"

/* So that a finding is not taken for an ordinary end. A session's process is its
 * garbage collector: no leaks are looked for. (LeakSanitizer's own exitcode would
 * be AddressSanitizer's, too.) */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
	return "exitcode=99:detect_leaks=0";
}

const char *__ubsan_default_options(void);
const char *
__ubsan_default_options(void)
{
	return "exitcode=99:print_stacktrace=1";
}

void
raw_start(struct raw_session *s, const char *backend)
{
	int fd[2];

	memset(s, 0, sizeof(*s));
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	fflush(stdout);
	s->pid = fork();
	CHECK(s->pid >= 0);
	if (s->pid == 0) {
		close(fd[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rgpu_session_run(rgpu_transport_unix.adopt(fd[1]),
			rgpu_backend_find(backend), NULL, 1, "test");
		_exit(0);
	}
	close(fd[1]);
	s->fd = fd[0];
}

void
raw_greet(struct raw_session *s)
{
	struct rgpu_transport *t = rgpu_transport_unix.adopt(dup(s->fd));
	struct rgpu_welcome w;
	int refusal;

	if (rgpu_hello_connect(t, "raw", 10000000000u, &w, &refusal)) {
		fprintf(stderr, "hello: %s\n", rgpu_error_text());
		exit(1);
	}
	rgpu_facts_free(&w.facts);
	t->ops->close(t);
}

bool
raw_write(struct raw_session *s, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size > 0) {
		ssize_t n = send(s->fd, p, size, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		size -= (size_t)n;
	}
	return true;
}

void
raw_send(struct raw_session *s, uint16_t op, uint16_t flags, uint64_t context,
	const struct rgpu_enc *body)
{
	uint8_t header[RGPU_FRAME_HEADER + RGPU_UNIT_HEADER];
	static const uint8_t zero[8];
	size_t gap = (8 - body->pos % 8) % 8;
	struct rgpu_unit u = {.kind = op,
		.info = flags,
		.id = context,
		.length = (uint32_t)(RGPU_UNIT_HEADER + body->pos + gap)};
	struct rgpu_frame f = {.type = RGPU_FRAME_COMMANDS,
		.seq = ++s->seq,
		.count = 1,
		.length = u.length};

	CHECK(!body->bad);
	rgpu_frame_put(header, &f);
	rgpu_unit_put(header + RGPU_FRAME_HEADER, &u);
	raw_write(s, header, sizeof(header));
	raw_write(s, body->base, body->pos);
	raw_write(s, zero, gap);
}

bool
raw_read(struct raw_session *s, void *to, size_t size)
{
	struct pollfd p = {s->fd, POLLIN, 0};
	uint8_t *at = to;

	while (size > 0) {
		ssize_t n;

		if (poll(&p, 1, 20000) <= 0) {
			fprintf(stderr, "no answer in 20 seconds\n");
			exit(1);
		}
		n = recv(s->fd, at, size, 0);
		if (n <= 0)
			return false;
		at += n;
		size -= (size_t)n;
	}
	return true;
}

int
raw_result(struct raw_session *s)
{
	static uint8_t body[RGPU_UNIT_MAX];
	uint8_t header[RGPU_FRAME_HEADER];
	struct rgpu_frame f;
	struct rgpu_unit u;

	for (;;) {
		if (!s->frame_left) {
			if (!raw_read(s, header, sizeof(header)))
				return -1;
			CHECK_EQ(rgpu_frame_get(header, &f), 0);
			s->frame_left = f.length;
		}
		if (!raw_read(s, header, RGPU_UNIT_HEADER))
			return -1;
		CHECK_EQ(rgpu_unit_get(header, &u), 0);
		if (!raw_read(s, body, u.length - RGPU_UNIT_HEADER))
			return -1;
		s->frame_left -= u.length;
		if (u.kind == RGPU_ANSWER_RESULT && u.id == s->seq)
			return u.info;
	}
}

int
raw_end(struct raw_session *s)
{
	int status;

	close(s->fd);
	for (int i = 0; i < 20000; i++) {
		pid_t pid = waitpid(s->pid, &status, WNOHANG);

		if (pid == s->pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		usleep(i < 1000 ? 100 : 1000);
	}
	fprintf(stderr, "the session did not end\n");
	kill(s->pid, SIGKILL);
	waitpid(s->pid, &status, 0);
	return -1;
}
