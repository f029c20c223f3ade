/* SPDX-License-Identifier: Apache-2.0 */
/* What the transports over stream sockets (unix, tcp) share. Private to
 * protocol/transport/. */
#ifndef RGPU_TRANSPORT_SOCKET_H
#define RGPU_TRANSPORT_SOCKET_H

#include <sys/socket.h>
#include "protocol/transport/transport.h"

struct rgpu_socket {
	struct rgpu_transport base;
	int fd;
};

/* A transport over a connected socket, which it owns; NULL with rgpu_error(),
 * the socket closed. */
struct rgpu_transport *rgpu_socket_new(
	const struct rgpu_transport_ops *ops, int fd);

/* connect(2) that ends after timeout_ns; 0, or -1 with errno. */
int rgpu_socket_connect(int fd, const struct sockaddr *addr, socklen_t size,
	uint64_t timeout_ns);

/* The functions of the table. */
ssize_t rgpu_socket_send(
	struct rgpu_transport *t, const struct iovec *iov, int count);
ssize_t rgpu_socket_recv(
	struct rgpu_transport *t, void *buffer, size_t size, bool wait);
int rgpu_socket_wait(struct rgpu_transport *t, int what, uint64_t timeout_ns);
void rgpu_socket_shutdown(struct rgpu_transport *t);
void rgpu_socket_close(struct rgpu_transport *t);

#endif
