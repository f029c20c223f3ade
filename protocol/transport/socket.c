/* SPDX-License-Identifier: Apache-2.0 */
/* Stream sockets as transports. */
#include "config.h"
#include "protocol/transport/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"

static int
fd_of(struct rgpu_transport *t)
{
	return rgpu_container_of(t, struct rgpu_socket, base)->fd;
}

struct rgpu_transport *
rgpu_socket_new(const struct rgpu_transport_ops *ops, int fd)
{
	struct rgpu_socket *s = calloc(1, sizeof(*s));

	if (!s) {
		close(fd);
		rgpu_error("out of memory");
		return NULL;
	}
	s->base.ops = ops;
	s->fd = fd;
	return &s->base;
}

int
rgpu_socket_connect(int fd, const struct sockaddr *addr, socklen_t size,
	uint64_t timeout_ns)
{
	uint64_t deadline = rgpu_now() + timeout_ns;
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	int flags = fcntl(fd, F_GETFL), error = 0;
	socklen_t n = sizeof(error);

	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -1;
	if (connect(fd, addr, size) < 0) {
		if (errno != EINPROGRESS)
			return -1;
		while ((error = poll(&p, 1, rgpu_poll_ms(deadline))) < 0 &&
			errno == EINTR)
			;
		if (error <= 0) {
			errno = error ? errno : ETIMEDOUT;
			return -1;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
			return -1;
		if (error) {
			errno = error;
			return -1;
		}
	}
	return fcntl(fd, F_SETFL, flags);
}

ssize_t
rgpu_socket_send(struct rgpu_transport *t, const struct iovec *iov, int count)
{
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)iov,
		.msg_iovlen = (size_t)count};
	ssize_t n;

	do
		n = sendmsg(fd_of(t), &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return 0;
	return rgpu_error("connection lost while sending: %m");
}

ssize_t
rgpu_socket_recv(struct rgpu_transport *t, void *buffer, size_t size, bool wait)
{
	ssize_t n;

	do
		n = recv(fd_of(t), buffer, size, wait ? 0 : MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n == 0)
		return rgpu_error("the other side closed the connection");
	if (errno == EAGAIN || errno == EWOULDBLOCK)
		return 0;
	return rgpu_error("connection lost: %m");
}

int
rgpu_socket_wait(struct rgpu_transport *t, int what, uint64_t timeout_ns)
{
	struct pollfd p = {.fd = fd_of(t)};
	struct timespec ts = rgpu_timespec(timeout_ns);
	int r = 0;

	if (what & RGPU_WAIT_READ)
		p.events |= POLLIN;
	if (what & RGPU_WAIT_WRITE)
		p.events |= POLLOUT;
	/* A signal ends the wait early; callers look again anyway. */
	if (ppoll(&p, 1, timeout_ns == UINT64_MAX ? NULL : &ts, NULL) <= 0)
		return 0;
	if (p.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
		r |= RGPU_WAIT_READ;
	if (p.revents & (POLLOUT | POLLERR | POLLNVAL))
		r |= RGPU_WAIT_WRITE;
	return r & what;
}

void
rgpu_socket_shutdown(struct rgpu_transport *t)
{
	shutdown(fd_of(t), SHUT_RDWR);
}

void
rgpu_socket_close(struct rgpu_transport *t)
{
	struct rgpu_socket *s = rgpu_container_of(t, struct rgpu_socket, base);

	close(s->fd);
	free(s);
}
