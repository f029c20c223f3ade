/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transports: ways to move bytes between a client and a server. Each is one
 * table of functions; the channel above sees nothing else, and no transport
 * knows anything of CUDA.
 */
#ifndef RGPU_TRANSPORT_TRANSPORT_H
#define RGPU_TRANSPORT_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "protocol/transport/url.h"

struct rgpu_transport;

struct rgpu_transport_options {
	bool insecure;	     /* plain tcp beyond loopback is wanted */
	uint64_t timeout_ns; /* for connect */
};

enum {
	RGPU_WAIT_READ = 1,
	RGPU_WAIT_WRITE = 2,
};

struct rgpu_transport_ops {
	size_t size; /* of this structure: new functions go to the end */
	const char *scheme;

	/* A connected transport; NULL with rgpu_error(). */
	struct rgpu_transport *(*connect)(const struct rgpu_url *url,
		const struct rgpu_transport_options *options);

	/* A listening socket; -1 with rgpu_error(). The port of "tcp://H:0"
	 * is written into url. */
	int (*listen)(struct rgpu_url *url,
		const struct rgpu_transport_options *options);

	/* Accepts on that socket and checks the peer as far as the transport
	 * knows it (unix: credentials). A descriptor for adopt(), also in
	 * another process; -1 with rgpu_error(). peer: a name for logs. */
	int (*accept)(int fd, char *peer, size_t peer_size);

	/* A transport over a descriptor from accept(); owns it. */
	struct rgpu_transport *(*adopt)(int fd);

	/* Sends some of the bytes. > 0: how many; 0: would block; -1: broken,
	 * with rgpu_error(). */
	ssize_t (*send)(
		struct rgpu_transport *t, const struct iovec *iov, int count);

	/* Receives some bytes. With wait, blocks until there are any. > 0: how
	 * many; 0: would block; -1: ended or broken, with rgpu_error(). */
	ssize_t (*recv)(
		struct rgpu_transport *t, void *buffer, size_t size, bool wait);

	/* Waits for RGPU_WAIT_*, at most timeout_ns (UINT64_MAX: no limit).
	 * What is ready, 0 after the time. */
	int (*wait)(struct rgpu_transport *t, int what, uint64_t timeout_ns);

	/* Wakes everybody who waits in recv; from any thread. */
	void (*shutdown)(struct rgpu_transport *t);
	void (*close)(struct rgpu_transport *t);
};

/* What every transport begins with. */
struct rgpu_transport {
	const struct rgpu_transport_ops *ops;
};

extern const struct rgpu_transport_ops rgpu_transport_unix;
extern const struct rgpu_transport_ops rgpu_transport_tcp;

/* The transport of a scheme; NULL with rgpu_error(). */
const struct rgpu_transport_ops *rgpu_transport_find(const char *scheme);

#endif
