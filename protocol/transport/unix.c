/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unix:PATH. Client and server are on one host and trust their own user and
 * root, by the credentials the kernel attests (SO_PEERCRED, unix(7)).
 */
#include "config.h"
#include "protocol/transport/transport.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/error.h"
#include "protocol/transport/socket.h"

static int
new_socket(const struct rgpu_url *url, struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return rgpu_error("%s: socket: %m", url->text);
	memset(addr, 0, sizeof(*addr));
	addr->sun_family = AF_UNIX;
	strcpy(addr->sun_path, url->path);
	return fd;
}

/* 0 if the process at the other end is one of ours or of root. */
static int
check_peer(int fd, const char *who, char *peer, size_t peer_size)
{
	struct ucred cred;
	socklen_t n = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n))
		return rgpu_error("credentials of the %s: %m", who);
	snprintf(peer, peer_size, "pid %d of uid %u", (int)cred.pid,
		(unsigned)cred.uid);
	if (cred.uid != geteuid() && cred.uid != 0 && geteuid() != 0)
		return rgpu_error(
			"the %s is %s, another user: refused", who, peer);
	return 0;
}

static struct rgpu_transport *
unix_connect(const struct rgpu_url *url,
	const struct rgpu_transport_options *options)
{
	struct sockaddr_un addr;
	char peer[64];
	int fd = new_socket(url, &addr);

	if (fd < 0)
		return NULL;
	if (rgpu_socket_connect(fd, (struct sockaddr *)&addr, sizeof(addr),
		    options->timeout_ns)) {
		rgpu_error("no GPU server at %s: %m", url->text);
		close(fd);
		return NULL;
	}
	if (check_peer(fd, "server", peer, sizeof(peer))) {
		close(fd);
		return NULL;
	}
	return rgpu_socket_new(&rgpu_transport_unix, fd);
}

/* A socket file that nobody listens on is left over from a server that died. */
static void
remove_stale(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (!lstat(addr->sun_path, &st) && S_ISSOCK(st.st_mode) &&
		connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) &&
		errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(fd);
}

static int
unix_listen(struct rgpu_url *url,
	const struct rgpu_transport_options *options RGPU_UNUSED)
{
	struct sockaddr_un addr;
	int fd = new_socket(url, &addr);
	mode_t old;
	int r;

	if (fd < 0)
		return -1;
	remove_stale(&addr);
	old = umask(0177);
	r = bind(fd, (struct sockaddr *)&addr, sizeof(addr));
	umask(old);
	if (r || listen(fd, SOMAXCONN)) {
		rgpu_error("cannot listen on %s: %m", url->text);
		close(fd);
		return -1;
	}
	return fd;
}

static int
unix_accept(int listener, char *peer, size_t peer_size)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return rgpu_error("accept: %m");
	if (check_peer(fd, "client", peer, peer_size)) {
		close(fd);
		return -1;
	}
	return fd;
}

static struct rgpu_transport *
unix_adopt(int fd)
{
	return rgpu_socket_new(&rgpu_transport_unix, fd);
}

const struct rgpu_transport_ops rgpu_transport_unix = {
	.size = sizeof(rgpu_transport_unix),
	.scheme = "unix",
	.connect = unix_connect,
	.listen = unix_listen,
	.accept = unix_accept,
	.adopt = unix_adopt,
	.send = rgpu_socket_send,
	.recv = rgpu_socket_recv,
	.wait = rgpu_socket_wait,
	.shutdown = rgpu_socket_shutdown,
	.close = rgpu_socket_close,
};
