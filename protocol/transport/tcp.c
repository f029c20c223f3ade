/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp://HOST:PORT. Nothing is encrypted and nobody is asked who he is, so both
 * ends stay on loopback unless the user said --insecure.
 */
#include "config.h"
#include "protocol/transport/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "protocol/transport/socket.h"

static bool
is_loopback(const struct sockaddr *a)
{
	const struct in6_addr *v6 =
		&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
	uint32_t v4 = ntohl(
		((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr);

	if (a->sa_family == AF_INET)
		return v4 >> 24 == 127;
	return a->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(v6);
}

static struct addrinfo *
resolve(const struct rgpu_url *url, int flags)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	int r = getaddrinfo(
		url->host[0] ? url->host : NULL, url->port, &hints, &list);

	if (r) {
		rgpu_error("%s: %s", url->text, gai_strerror(r));
		return NULL;
	}
	return list;
}

static bool
permitted(const struct rgpu_url *url, const struct sockaddr *a,
	const struct rgpu_transport_options *options)
{
	if (options->insecure || is_loopback(a))
		return true;
	rgpu_error("%s: plain tcp beyond this host is not encrypted: "
		   "--insecure allows it",
		url->text);
	return false;
}

/* Small messages go at once; a dead peer is noticed after about a minute. */
static void
tune(int fd)
{
	int on = 1, idle = 30, interval = 10, count = 3;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

static struct rgpu_transport *
tcp_connect(const struct rgpu_url *url,
	const struct rgpu_transport_options *options)
{
	struct addrinfo *list = resolve(url, 0);

	for (struct addrinfo *a = list; a; a = a->ai_next) {
		int fd;

		if (!permitted(url, a->ai_addr, options))
			break;
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 &&
			!rgpu_socket_connect(fd, a->ai_addr, a->ai_addrlen,
				options->timeout_ns)) {
			freeaddrinfo(list);
			tune(fd);
			return rgpu_socket_new(&rgpu_transport_tcp, fd);
		}
		rgpu_error("no GPU server at %s: %m", url->text);
		if (fd >= 0)
			close(fd);
	}
	if (list)
		freeaddrinfo(list);
	return NULL;
}

/* Writes the port that the kernel chose into the URL. */
static void
note_port(int fd, struct rgpu_url *url)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);
	char port[sizeof(url->port)];

	if (getsockname(fd, (struct sockaddr *)&a, &n) ||
		getnameinfo((struct sockaddr *)&a, n, NULL, 0, port,
			sizeof(port), NI_NUMERICSERV))
		return;
	strcpy(url->port, port);
	snprintf(url->text, sizeof(url->text),
		strchr(url->host, ':') ? "tcp://[%s]:%s" : "tcp://%s:%s",
		url->host, port);
}

static int
listen_at(struct rgpu_url *url, const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd >= 0 && !bind(fd, a->ai_addr, a->ai_addrlen) &&
		!listen(fd, SOMAXCONN)) {
		note_port(fd, url);
		return fd;
	}
	rgpu_error("cannot listen on %s: %m", url->text);
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
tcp_listen(struct rgpu_url *url, const struct rgpu_transport_options *options)
{
	struct addrinfo *list = resolve(url, AI_PASSIVE);
	int fd = -1;

	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		if (!permitted(url, a->ai_addr, options))
			break;
		fd = listen_at(url, a);
	}
	if (list)
		freeaddrinfo(list);
	return fd;
}

static int
tcp_accept(int listener, char *peer, size_t peer_size)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);
	char host[INET6_ADDRSTRLEN + 16] = "?", port[8] = "?";
	int fd = accept4(listener, (struct sockaddr *)&a, &n, SOCK_CLOEXEC);

	if (fd < 0)
		return rgpu_error("accept: %m");
	getnameinfo((struct sockaddr *)&a, n, host, sizeof(host), port,
		sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(peer, peer_size, "%s port %s", host, port);
	tune(fd);
	return fd;
}

static struct rgpu_transport *
tcp_adopt(int fd)
{
	return rgpu_socket_new(&rgpu_transport_tcp, fd);
}

const struct rgpu_transport_ops rgpu_transport_tcp = {
	.size = sizeof(rgpu_transport_tcp),
	.scheme = "tcp",
	.connect = tcp_connect,
	.listen = tcp_listen,
	.accept = tcp_accept,
	.adopt = tcp_adopt,
	.send = rgpu_socket_send,
	.recv = rgpu_socket_recv,
	.wait = rgpu_socket_wait,
	.shutdown = rgpu_socket_shutdown,
	.close = rgpu_socket_close,
};
