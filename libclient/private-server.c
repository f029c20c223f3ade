/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rgpu-run --soft. The server holds one end of a pipe (its lifeline) and ends
 * when the other is closed: so also when rgpu-run is killed.
 */
#include "config.h"
#include "libclient/private-server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define OWN_FAILURE	 125
#define START_TIMEOUT_MS 10000

struct server {
	char dir[96], url[128];
	pid_t pid;
	int lifeline; /* our end */
};

static volatile sig_atomic_t program;

static int
complain(const char *what)
{
	fprintf(stderr, "rgpu-run: %s: %s\n", what, strerror(errno));
	return -1;
}

/* A directory that only we can enter, short enough for a socket's name. */
static int
make_dir(struct server *s)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (!base || access(base, W_OK) || strlen(base) > 60)
		base = getenv("TMPDIR");
	if (!base || strlen(base) > 60)
		base = "/tmp";
	snprintf(s->dir, sizeof(s->dir), "%s/rgpu-XXXXXX", base);
	if (!mkdtemp(s->dir))
		return complain(s->dir);
	snprintf(s->url, sizeof(s->url), "unix:%s/socket", s->dir);
	return 0;
}

/* rgpud stands beside rgpu-run, or on the path in a build tree. */
static void
exec_server(const struct server *s, int ready, int lifeline)
{
	char path[PATH_MAX], ready_text[12], lifeline_text[12];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 8);
	char *slash;
	const char *argv[] = {"rgpud", "--listen", s->url, "--backend", "soft",
		"--ready-fd", ready_text, "--lifeline", lifeline_text, NULL};

	fcntl(ready, F_SETFD, 0);
	fcntl(lifeline, F_SETFD, 0);
	snprintf(ready_text, sizeof(ready_text), "%d", ready);
	snprintf(lifeline_text, sizeof(lifeline_text), "%d", lifeline);
	/* Ctrl-C at the terminal is for the program. */
	setpgid(0, 0);
	if (n > 0) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		strcpy(slash + 1, "rgpud");
		execv(path, (char **)(uintptr_t)argv);
	}
	execvp("rgpud", (char **)(uintptr_t)argv);
	fprintf(stderr, "rgpu-run: cannot start rgpud: %s\n", strerror(errno));
	_exit(127);
}

/* The server writes a line when it listens. */
static int
wait_ready(int fd)
{
	struct pollfd p = {fd, POLLIN, 0};
	char line[256];
	int r;

	while ((r = poll(&p, 1, START_TIMEOUT_MS)) < 0 && errno == EINTR)
		;
	if (r == 1 && read(fd, line, sizeof(line)) > 0)
		return 0;
	fprintf(stderr, "rgpu-run: the private server did not start\n");
	return -1;
}

static int
start(struct server *s)
{
	int ready[2], life[2], r;

	if (make_dir(s))
		return -1;
	if (pipe2(ready, O_CLOEXEC) || pipe2(life, O_CLOEXEC))
		return complain("pipe");
	s->pid = fork();
	if (s->pid < 0)
		return complain("fork");
	if (s->pid == 0)
		exec_server(s, ready[1], life[0]);
	close(ready[1]);
	close(life[0]);
	s->lifeline = life[1];
	r = wait_ready(ready[0]);
	close(ready[0]);
	return r;
}

static void
end(struct server *s)
{
	char socket[128];

	if (s->pid > 0) {
		close(s->lifeline);
		waitpid(s->pid, NULL, 0);
	}
	if (s->dir[0]) {
		snprintf(socket, sizeof(socket), "%s/socket", s->dir);
		unlink(socket);
		rmdir(s->dir);
	}
}

static void
pass_on(int sig)
{
	if (program > 0)
		kill((pid_t)program, sig);
}

/* Signals meant for the program: the terminal sends SIGINT and SIGQUIT to it as
 * well, others have to be passed on. */
static void
handle_signals(void)
{
	struct sigaction a = {.sa_flags = SA_RESTART};

	a.sa_handler = SIG_IGN;
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGQUIT, &a, NULL);
	a.sa_handler = pass_on;
	sigaction(SIGTERM, &a, NULL);
	sigaction(SIGHUP, &a, NULL);
	sigaction(SIGUSR1, &a, NULL);
	sigaction(SIGUSR2, &a, NULL);
}

static int
run_program(const struct server *s, int (*prepare)(void),
	int (*become)(char **argv), char **argv)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0) {
		complain("fork");
		return OWN_FAILURE << 8;
	}
	if (pid == 0) {
		setenv("RGPU_SERVER", s->url, 1);
		_exit(prepare() ? OWN_FAILURE : become(argv));
	}
	program = pid;
	handle_signals();
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	program = 0;
	return status;
}

int
rgpu_private_server_run(
	int (*prepare)(void), int (*become)(char **argv), char **argv)
{
	struct server s = {.pid = 0};
	const struct rlimit no_core = {0, 0};
	int status = start(&s) ? OWN_FAILURE << 8
			       : run_program(&s, prepare, become, argv);

	end(&s);
	if (WIFSIGNALED(status)) {
		/* The program has left its core file, if any. */
		setrlimit(RLIMIT_CORE, &no_core);
		signal(WTERMSIG(status), SIG_DFL);
		raise(WTERMSIG(status));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
