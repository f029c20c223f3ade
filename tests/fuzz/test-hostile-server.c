/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client against a server that has gone bad: a relay between the two damages
 * one frame of the server's, from the welcome on. The program that uses the GPU
 * has to come to its end, with errors, soon after the server is silent or gone;
 * it must not crash, nor may the sanitizers find anything.
 *
 * Which frames there are depends on time, so a case is not the same each run: a
 * case that fails leaves its damaged frame in a file.
 *
 *   test-hostile-server [CASE...]
 *
 * RGPU_FUZZ_RUNS=N in the environment is how many cases there are,
 * RGPU_FUZZ_BACKEND=soft takes the software GPU, which knows more calls than the
 * null backend (./run sets where it is).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "protocol/frame.h"
#include "tests/check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/gpu-user.h"
#include "tests/fuzz/mutate.h"
#include "tests/remote/raw-session.h"

#ifdef RGPU_SANITIZED
#define CASES 50
#else
#define CASES 100
#endif
/* A server that is silent for so long is taken away. */
#define SILENCE_MS   40
/* And the client ends after that, on a busy machine too. */
#define END_SECONDS  20
#define FRAME_BUFFER (RGPU_FRAME_HEADER + 65536)

static char dir[64], path[100];
static const char *backend;
static int listener;

struct relay {
	struct raw_session server;
	int client;
	unsigned frames, spoil; /* the server's: so far; which is damaged */
	uint64_t number;	/* of the case */
	uint8_t in[FRAME_BUFFER];
	size_t have;
	uint8_t *bad; /* the damaged frame */
	size_t bad_size;
};

/* ---- damage ----------------------------------------------------------------- */

/* New lengths and counts for a frame whose one unit has become longer or
 * shorter: what is wrong lies within the unit. */
static void
mend(uint8_t *frame, size_t *size)
{
	struct rgpu_frame f;
	uint32_t length;

	while (*size < RGPU_FRAME_HEADER + RGPU_UNIT_HEADER || *size % 8)
		frame[(*size)++] = 0;
	length = (uint32_t)(*size - RGPU_FRAME_HEADER);
	if (rgpu_frame_get(frame, &f))
		return;
	f.length = length;
	f.count = 1;
	rgpu_frame_put(frame, &f);
	if (f.type == RGPU_FRAME_ANSWERS)
		memcpy(frame + RGPU_FRAME_HEADER, &length, sizeof(length));
}

/* Every other time the headers stay as they are and what they hold is damaged. */
static void
spoil(struct relay *r, const uint8_t *frame, size_t size)
{
	struct rgpu_frame f;
	size_t keep = 0;
	struct rgpu_fuzz_seed seed;
	struct rgpu_mutator m = {.seeds = &seed, .seed_count = 1};

	rgpu_frame_get(frame, &f);
	if (r->number % 4)
		keep = RGPU_FRAME_HEADER;
	if (r->number % 4 > 1 && f.type == RGPU_FRAME_ANSWERS)
		keep += RGPU_UNIT_HEADER;
	r->bad = m.data = rgpu_fuzz_alloc(RGPU_FUZZ_INPUT_MAX + 64);
	seed = (struct rgpu_fuzz_seed){frame + keep, size - keep};
	rgpu_mutate(&m, 1, r->number);
	memmove(r->bad + keep, r->bad, m.size);
	memcpy(r->bad, frame, keep);
	r->bad_size = keep + m.size;
	if (keep && (f.count <= 1 || r->number % 4 == 3))
		mend(r->bad, &r->bad_size);
}

static void
save(const struct relay *r)
{
	char name[64];
	FILE *file;

	snprintf(name, sizeof(name), "hostile-server-%llu.frame",
		(unsigned long long)r->number);
	file = fopen(name, "wb");
	if (file && r->bad)
		fwrite(r->bad, 1, r->bad_size, file);
	if (file)
		fclose(file);
	fprintf(stderr, "case %llu, frame %u: saved as %s\n",
		(unsigned long long)r->number, r->frames, name);
}

/* ---- the relay ----------------------------------------------------------------- */

/* The client may be gone; then there is nobody to tell. */
static void
give(int fd, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size > 0) {
		ssize_t n = send(fd, p, size, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		p += n;
		size -= (size_t)n;
	}
}

/* Gives on what the server says, whole frames, one of them damaged. */
static void
give_frames(struct relay *r)
{
	struct rgpu_frame f;
	size_t size;

	while (r->have >= RGPU_FRAME_HEADER) {
		CHECK_EQ(rgpu_frame_get(r->in, &f), 0);
		size = RGPU_FRAME_HEADER + f.length;
		CHECK(size <= sizeof(r->in));
		if (r->have < size)
			return;
		if (r->frames++ == r->spoil) {
			spoil(r, r->in, size);
			give(r->client, r->bad, r->bad_size);
		} else {
			give(r->client, r->in, size);
		}
		r->have -= size;
		memmove(r->in, r->in + size, r->have);
	}
}

/* False: that side has gone. */
static bool
from_server(struct relay *r)
{
	ssize_t n =
		recv(r->server.fd, r->in + r->have, sizeof(r->in) - r->have, 0);

	if (n <= 0)
		return false;
	r->have += (size_t)n;
	give_frames(r);
	return true;
}

static bool
from_client(struct relay *r)
{
	uint8_t data[16384];
	ssize_t n = recv(r->client, data, sizeof(data), 0);

	if (n > 0)
		give(r->server.fd, data, (size_t)n);
	return n > 0;
}

static void
relay(struct relay *r)
{
	for (;;) {
		struct pollfd p[2] = {
			{r->client, POLLIN, 0}, {r->server.fd, POLLIN, 0}};
		int n = poll(p, 2, r->bad ? SILENCE_MS : END_SECONDS * 1000);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (p[0].revents && !from_client(r)) ||
			(p[1].revents && !from_server(r)))
			return;
	}
}

/* ---- one case ------------------------------------------------------------------- */

static pid_t
start_client(void)
{
	pid_t pid = fork();
	int null;

	CHECK(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, 1); /* device output of the server's making */
	_exit(rgpu_fuzz_use_gpu() ? 0 : 1);
}

/* How the client ended; -1: it did not. */
static int
await_client(pid_t pid)
{
	uint64_t end = rgpu_now() + END_SECONDS * RGPU_SECOND;
	int status;

	while (rgpu_now() < end) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		usleep(200);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

/* Whether a client may end so: by itself, every call good or some not. */
static bool
is_end(int status)
{
	return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) <= 1;
}

/* Returns how many frames the server sent; *status of the client. */
static unsigned
run(uint64_t number, unsigned spoilt_frame, int *status)
{
	struct relay *r = rgpu_fuzz_alloc(sizeof(*r));
	unsigned frames;
	pid_t pid;

	r->number = number;
	r->spoil = spoilt_frame;
	pid = start_client();
	raw_start(&r->server, backend);
	r->client = accept(listener, NULL, NULL);
	CHECK(r->client >= 0);
	relay(r);
	shutdown(r->client, SHUT_RDWR);
	close(r->client);
	*status = await_client(pid);
	/* A command that follows from a bad answer may be refused, not worse. */
	CHECK_EQ(raw_end(&r->server), 0);
	frames = r->frames;
	if (!is_end(*status))
		save(r);
	free(r->bad);
	free(r);
	return frames;
}

/* Children leave by _exit(). */
static void
clean_up(void)
{
	unlink(path);
	rmdir(dir);
}

static void
listen_here(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char url[120];

	snprintf(dir, sizeof(dir), "/tmp/rgpu-fuzz-XXXXXX");
	CHECK(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	snprintf(url, sizeof(url), "unix:%s", path);
	setenv("RGPU_SERVER", url, 1);
	unsetenv("CUDA_VISIBLE_DEVICES");
	if (!getenv("RGPU_LOG"))
		setenv("RGPU_LOG", "error:/dev/null", 1);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(listener >= 0);
	CHECK_EQ(bind(listener, (struct sockaddr *)&a, sizeof(a)), 0);
	atexit(clean_up);
	CHECK_EQ(listen(listener, 8), 0);
}

/* The frame of a case: the welcome in each eighth, for much is in it. */
static unsigned
frame_of(uint64_t number, unsigned frames)
{
	return number % 8 == 0 ? 0 : (unsigned)(number * 7 % frames);
}

static int
try_case(uint64_t number, unsigned frames)
{
	int status;

	run(number, frame_of(number, frames), &status);
	if (is_end(status))
		return WEXITSTATUS(status);
	if (status == -1)
		fprintf(stderr, "the client did not end in %d s\n",
			END_SECONDS);
	else
		fprintf(stderr, "the client ended with status 0x%x\n",
			(unsigned)status);
	exit(1);
}

int
main(int argc, char **argv)
{
	const char *runs = getenv("RGPU_FUZZ_RUNS");
	uint64_t cases = runs ? strtoull(runs, NULL, 0) : CASES, failed = 0;
	uint64_t start = rgpu_now();
	unsigned frames;
	int status;

	backend = getenv("RGPU_FUZZ_BACKEND");
	if (!backend)
		backend = "null";
	listen_here();
	frames = run(0, UINT32_MAX, &status);
	/* Undamaged, everything succeeds. */
	CHECK_EQ(status, 0);
	CHECK(frames > 20);
	for (int i = 1; i < argc; i++)
		try_case(strtoull(argv[i], NULL, 0), frames);
	for (uint64_t i = 0; argc == 1 && i < cases; i++)
		failed += (uint64_t)try_case(i, frames);
	if (argc > 1)
		return 0;
	/* Damage that nobody sees would show nothing. */
	CHECK(cases < 20 || failed > cases / 4);
	printf("%llu cases over %u frames in %.1f s; in %llu the client saw "
	       "errors\n",
		(unsigned long long)cases, frames,
		(double)(rgpu_now() - start) / 1e9, (unsigned long long)failed);
	return 0;
}
