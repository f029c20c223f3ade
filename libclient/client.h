/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shim's one connection, and how the inner functions use it. A message is
 * begun, encoded and posted or called; the generated functions of
 * libclient/gen/send.h do all three.
 */
#ifndef RGPU_CLIENT_CLIENT_H
#define RGPU_CLIENT_CLIENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"
#include "protocol/hello.h"
#include "protocol/transport/calls.h"

/* Data up to this many bytes is copied into the batch; longer data is sent from
 * where it lies. */
#define RGPU_CLIENT_INLINE 16384u

enum rgpu_client_state {
	RGPU_CLIENT_COLD,      /* no connection yet */
	RGPU_CLIENT_CONNECTED, /* but no cuInit yet */
	RGPU_CLIENT_UP,
	RGPU_CLIENT_LOST,   /* the connection broke */
	RGPU_CLIENT_FORKED, /* this is the child of an initialised process */
};

struct rgpu_client {
	_Atomic(enum rgpu_client_state) state;
	struct rgpu_calls *calls;
	struct rgpu_channel *channel;
	struct rgpu_welcome welcome;
	struct rgpu_url url;
	int device_count;	       /* that the application sees */
	int ordinal[RGPU_DEVICES_MAX]; /* the server's number of each */
	bool blocking; /* CUDA_LAUNCH_BLOCKING: wait after every launch */
};

extern struct rgpu_client rgpu_client;

/* In the child of a fork(), whose parent keeps the connection. */
void rgpu_client_forked(void);

/* Connects and says hello, if that has not been done; logs why not. */
CUresult rgpu_client_connect(void);

/* ---- messages --------------------------------------------------------------- */

/* -1: the connection is lost. */
int rgpu_client_begin(uint16_t op, uint16_t flags, uint64_t context,
	size_t bound, struct rgpu_sending *s);

/* Appends bulk data whose head has been encoded. */
void rgpu_client_put_data(
	struct rgpu_sending *s, const void *data, size_t size);

CUresult rgpu_client_post(struct rgpu_sending *s);
CUresult rgpu_client_post_bulk(uint16_t op, uint64_t context,
	const struct rgpu_enc *head, const void *data, size_t size);

/* Waits for the result, which is the return value. */
CUresult rgpu_client_call(struct rgpu_sending *s, struct rgpu_call *call);

/* A call whose data lands at data when its stream gets there. */
CUresult rgpu_client_detach(
	struct rgpu_sending *s, const struct rgpu_landing *to);
CUresult rgpu_client_notify(
	struct rgpu_sending *s, const struct rgpu_notice *notice);

/* What a call returns when the connection is lost. */
CUresult rgpu_client_lost(void);

/* The server's reply makes no sense: ends the connection. */
CUresult rgpu_client_broken(unsigned op);

#endif
