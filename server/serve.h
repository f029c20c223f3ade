/* SPDX-License-Identifier: Apache-2.0 */
/* What the hand-written handlers (serve-*.c) share. */
#ifndef RGPU_SERVER_SERVE_COMMON_H
#define RGPU_SERVER_SERVE_COMMON_H

#include "server/gen/serve.h"

/* Whether an attribute holds a number only; others name objects of the client. */
bool rgpu_launch_attribute_is_number(CUlaunchAttributeID id);

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
	size_t size;
	unsigned flags;
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

/* ---- copies through staging buffers (serve-copy.c) ----------------------------- */

struct rgpu_buffer;

/* A staging buffer that the GPU reads, with the data in it; waits for one if
 * there is none left. */
CUresult rgpu_upload_buffer(struct rgpu_session *s,
	const struct rgpu_command *cmd, const void *data, size_t size,
	struct rgpu_buffer **b);

/* The buffer is free again when what was just put into the stream is done; a
 * fence makes other streams wait for that. r: how that went. */
CUresult rgpu_after_upload(struct rgpu_session *s,
	const struct rgpu_command *cmd, struct rgpu_buffer *b, CUstream stream,
	bool fence, CUresult r);

/* The GPU fills b in stream order: its data is the command's answer, which a
 * handler leaves to this. r: how the copy was taken. */
CUresult rgpu_after_download(struct rgpu_session *s,
	const struct rgpu_command *cmd, struct rgpu_buffer *b, size_t size,
	CUstream stream, bool wait, CUresult r);

/* The rows of a box lie in one allocation. *size: bytes of the packed rows. */
CUresult rgpu_check_box(struct rgpu_session *s, uint64_t base, uint64_t pitch,
	uint64_t slice, uint64_t width, uint64_t height, uint64_t depth,
	uint64_t *size);

/* Everything asynchronous in a context that is about to end: waits for the GPU
 * and for other waiters, sends what is to be sent, drops the stocks. The context
 * is current, detached from the tables. */
void rgpu_job_quiesce(struct rgpu_job *job);

#endif
