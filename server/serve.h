/* SPDX-License-Identifier: Apache-2.0 */
/* What the hand-written handlers (serve-*.c) share. */
#ifndef RGPU_SERVER_SERVE_COMMON_H
#define RGPU_SERVER_SERVE_COMMON_H

#include "server/gen/serve.h"

/* Work for a waiter thread; it frees the job. */
struct rgpu_job {
	struct rgpu_session *s;
	uint64_t seq;		     /* command to answer; 0: none */
	struct rgpu_object *context; /* counted in its jobs; NULL: none */
	CUcontext real_context;
	CUresult deferred; /* what the command answers if all is well */
	/* In a waiter, with the context current: what to answer. */
	CUresult (*work)(struct rgpu_job *job);
	/* For work(). */
	void *handle;
	CUdeviceptr address;
	CUevent event;
	CUdevice device;
	unsigned orphans;
};

/* A job for this command; NULL: no memory. */
struct rgpu_job *rgpu_job_new(struct rgpu_session *s,
	const struct rgpu_command *cmd, struct rgpu_object *context,
	CUresult (*work)(struct rgpu_job *job));

/* Gives the job to a waiter, which answers the command after it: a handler
 * returns this. */
CUresult rgpu_job_start(struct rgpu_job *job);

/* Everything asynchronous in a context that is about to end: waits for the GPU
 * and for other waiters, sends what is to be sent, drops the stocks. The context
 * is current, detached from the tables. */
void rgpu_job_quiesce(struct rgpu_job *job);

#endif
