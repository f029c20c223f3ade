/* SPDX-License-Identifier: Apache-2.0 */
/* The listener's loop. One thread; signals arrive through a descriptor. */
#include "config.h"
#include "server/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "protocol/transport/transport.h"

#define SESSION_FD     3
#define SESSIONS_LIMIT 4096
/* Sessions have so long to end before they are killed. */
#define END_TIMEOUT    (5 * RGPU_SECOND)

struct listener {
	const struct rgpu_listener_options *options;
	const struct rgpu_transport_ops *ops[RGPU_LISTENERS_MAX];
	struct rgpu_url url[RGPU_LISTENERS_MAX];
	int fd[RGPU_LISTENERS_MAX];
	int count;
	int signals;
	sigset_t old_mask;
	pid_t sessions[SESSIONS_LIMIT];
	unsigned session_count;
	unsigned long long next_id;
	bool end;
};

static int
open_all(struct listener *l)
{
	struct rgpu_transport_options o = {.insecure = l->options->insecure};

	for (; l->count < l->options->url_count; l->count++) {
		int i = l->count;

		if (rgpu_url_parse(l->options->urls[i], &l->url[i]))
			return -1;
		l->ops[i] = rgpu_transport_find(l->url[i].scheme);
		l->fd[i] = l->ops[i] ? l->ops[i]->listen(&l->url[i], &o) : -1;
		if (l->fd[i] < 0)
			return -1;
		rgpu_info("listening on %s, backend %s", l->url[i].text,
			l->options->backend);
	}
	return 0;
}

static void
close_all(struct listener *l)
{
	for (int i = 0; i < l->count; i++) {
		close(l->fd[i]);
		if (!strcmp(l->url[i].scheme, "unix"))
			unlink(l->url[i].path);
	}
	l->count = 0;
}

/* Whoever waits for the server learns where it listens. */
static void
tell_ready(const struct listener *l)
{
	if (l->options->ready_fd < 0)
		return;
	for (int i = 0; i < l->count; i++)
		dprintf(l->options->ready_fd, "%s\n", l->url[i].text);
	close(l->options->ready_fd);
}

static int
watch_signals(struct listener *l)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &l->old_mask);
	signal(SIGPIPE, SIG_IGN);
	l->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return l->signals < 0 ? rgpu_error("signalfd: %m") : 0;
}

/* In the child: the session's program. Does not return. */
static void
become_session(
	struct listener *l, int i, int fd, const char *peer, const char *refuse)
{
	const char *path = getenv("RGPU_SESSION"); /* a build tree */
	const char *argv[16];
	char id[24];
	int n = 0;

	snprintf(id, sizeof(id), "%llu", l->next_id);
	argv[n++] = "rgpud-session";
	argv[n++] = "--scheme";
	argv[n++] = l->ops[i]->scheme;
	argv[n++] = "--backend";
	argv[n++] = l->options->backend;
	argv[n++] = "--id";
	argv[n++] = id;
	argv[n++] = "--peer";
	argv[n++] = peer;
	if (l->options->library) {
		argv[n++] = "--library";
		argv[n++] = l->options->library;
	}
	if (refuse) {
		argv[n++] = "--refuse";
		argv[n++] = refuse;
	}
	argv[n] = NULL;
	sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* dup2 onto itself would leave close-on-exec set. */
	if (fd == SESSION_FD)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, SESSION_FD) < 0)
		_exit(127);
	execv(path ? path : RGPU_LIBEXECDIR "/rgpud-session",
		(char **)(uintptr_t)argv);
	rgpu_err("cannot start %s: %m",
		path ? path : RGPU_LIBEXECDIR "/rgpud-session");
	_exit(127);
}

static void
start_session(struct listener *l, int i, int fd, const char *peer)
{
	bool full = l->session_count >= l->options->max_sessions ||
		l->session_count >= SESSIONS_LIMIT;
	pid_t pid;

	l->next_id++;
	pid = fork();
	if (pid == 0)
		become_session(l, i, fd, peer,
			full ? "the server has all the sessions it may have"
			     : NULL);
	if (pid < 0)
		rgpu_err("%s: cannot start a session: %m", peer);
	else if (!full)
		l->sessions[l->session_count++] = pid;
}

static void
take_client(struct listener *l, int i)
{
	char peer[128] = "?";
	int fd = l->ops[i]->accept(l->fd[i], peer, sizeof(peer));

	if (fd < 0) {
		rgpu_warn("%s: %s", l->url[i].text, rgpu_error_text());
		return;
	}
	start_session(l, i, fd, peer);
	close(fd);
}

static void
reap(struct listener *l)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < l->session_count; i++) {
			if (l->sessions[i] != pid)
				continue;
			l->sessions[i] = l->sessions[--l->session_count];
			break;
		}
		if (WIFSIGNALED(status) && !l->end)
			rgpu_warn("session process %d was ended by signal %d",
				(int)pid, WTERMSIG(status));
	}
}

static void
take_signals(struct listener *l)
{
	struct signalfd_siginfo s;

	while (read(l->signals, &s, sizeof(s)) == (ssize_t)sizeof(s)) {
		if (s.ssi_signo == SIGCHLD)
			reap(l);
		else
			l->end = true;
	}
}

static void
loop(struct listener *l)
{
	struct pollfd p[RGPU_LISTENERS_MAX + 2];

	while (!l->end) {
		for (int i = 0; i < l->count; i++)
			p[i] = (struct pollfd){l->fd[i], POLLIN, 0};
		p[l->count] = (struct pollfd){l->signals, POLLIN, 0};
		p[l->count + 1] =
			(struct pollfd){l->options->lifeline_fd, POLLIN, 0};
		if (poll(p, (nfds_t)l->count + 2, -1) < 0 && errno != EINTR)
			break;
		if (p[l->count].revents)
			take_signals(l);
		if (p[l->count + 1].revents)
			l->end = true;
		for (int i = 0; i < l->count && !l->end; i++) {
			if (p[i].revents)
				take_client(l, i);
		}
	}
}

/* Whoever waits for the listener finds no session of it left. */
static void
end_sessions(struct listener *l)
{
	uint64_t deadline = rgpu_now() + END_TIMEOUT;
	struct pollfd p = {l->signals, POLLIN, 0};

	for (unsigned i = 0; i < l->session_count; i++)
		kill(l->sessions[i], SIGTERM);
	while (l->session_count && rgpu_now() < deadline) {
		if (poll(&p, 1, 100) > 0)
			take_signals(l);
		reap(l);
	}
	for (unsigned i = 0; i < l->session_count; i++) {
		kill(l->sessions[i], SIGKILL);
		waitpid(l->sessions[i], NULL, 0);
	}
}

int
rgpu_listener_run(const struct rgpu_listener_options *options)
{
	struct listener *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return 1;
	l->options = options;
	r = watch_signals(l) || open_all(l);
	if (r)
		rgpu_err("%s", rgpu_error_text());
	if (!r) {
		tell_ready(l);
		loop(l);
	}
	close_all(l);
	end_sessions(l);
	free(l);
	return r ? 1 : 0;
}
