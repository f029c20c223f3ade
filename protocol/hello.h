/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a session begins: the client says hello, the server answers with a
 * welcome or refuses. Magic number and version stand first in each, for ever,
 * so that two builds that do not fit can say so.
 */
#ifndef RGPU_PROTOCOL_HELLO_H
#define RGPU_PROTOCOL_HELLO_H

#include "protocol/facts.h"
#include "protocol/frame.h"
#include "protocol/transport/transport.h"

#define RGPU_MAGIC	 0x55504752u /* "RGPU" */
#define RGPU_HELLO_MAX	 4096u	     /* bytes of a hello or a refusal */
#define RGPU_WELCOME_MAX (1u << 20)

struct rgpu_hello {
	uint32_t version;
	uint32_t pid;
	char program[128], host[128];
};

struct rgpu_welcome {
	uint64_t session; /* for logs on both sides */
	char server[128]; /* its host name */
	char backend[32]; /* "cuda", "soft", "null" */
	struct rgpu_facts facts;
};

/* Why a server said no. */
enum rgpu_refusal {
	RGPU_REFUSED_VERSION = 1,
	RGPU_REFUSED_ABI = 2,	  /* sizes of structures differ */
	RGPU_REFUSED_BUSY = 3,	  /* too many sessions */
	RGPU_REFUSED_BACKEND = 4, /* the GPU cannot be used; text says why */
};

/* Client: says hello and waits for the answer, at most timeout_ns. 0, or -1
 * with rgpu_error(); *refusal is then one of enum rgpu_refusal, or 0 when there
 * was no answer. */
int rgpu_hello_connect(struct rgpu_transport *t, const char *program,
	uint64_t timeout_ns, struct rgpu_welcome *welcome, int *refusal);

/* Server: waits for a hello and checks version and ABI; refuses by itself what
 * does not fit. 0, or -1 with rgpu_error(). */
int rgpu_hello_accept(struct rgpu_transport *t, uint64_t timeout_ns,
	struct rgpu_hello *hello);

/* Server: the two answers. */
int rgpu_hello_welcome(
	struct rgpu_transport *t, const struct rgpu_welcome *welcome);
int rgpu_hello_refuse(
	struct rgpu_transport *t, enum rgpu_refusal code, const char *text);

#endif
