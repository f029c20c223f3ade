/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session: one client, one process. The executor (the process's first thread)
 * takes commands in order and gives them to the driver; it does not wait for the
 * GPU. What must wait goes to a waiter thread, with all it needs.
 *
 * Everything that comes from the client is checked here: ids against the table
 * of objects, device addresses against the table of allocations. Both belong to
 * the executor alone.
 */
#ifndef RGPU_SERVER_SESSION_H
#define RGPU_SERVER_SESSION_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/map.h"
#include "common/ranges.h"
#include "cudaabi/gen/ops.h"
#include "protocol/transport/channel.h"
#include "server/backend.h"

/* Limits of one session: what a hostile client can make us hold. */
#define RGPU_SESSION_OBJECTS_MAX    (1u << 20)
#define RGPU_SESSION_BLOBS_MAX	    16u
#define RGPU_SESSION_BLOB_BYTES_MAX (UINT64_C(1) << 30)

/* Something the client has an id for. */
struct rgpu_object {
	uint64_t id;
	enum rgpu_kind kind;
	void *real;		     /* the driver's handle */
	struct rgpu_object *context; /* it lives in; NULL for contexts */
	struct rgpu_object *parent;  /* module of a function, library of ... */
	bool nonblocking;	     /* stream */
	uint64_t fence_seen; /* stream; of a context: its legacy stream */
	CUdevice device;     /* context */
	bool primary;	     /* context */
	unsigned nonblocking_streams; /* context */
	/* Streams of the context that went with work in them, and how many
	 * of those a synchronisation has waited for. */
	unsigned orphans;
	atomic_uint orphans_waited;
	CUresult deferred;	       /* context: first failure of a post */
	atomic_uint jobs;	       /* context: waiters at work in it */
	struct rgpu_graph_exec *graph; /* instantiated graph (serve-graph.c) */
};

/* A piece of device memory that the client may copy to and from. */
struct rgpu_region {
	struct rgpu_object *context;
	struct rgpu_object *owner; /* module or library; NULL: an allocation */
	bool mapped;		   /* by cuMemMap: in no context */
};

struct rgpu_blob {
	uint64_t id, total, have;
	uint8_t *data;
};

/* A copy from the host that its caller took as finished although the GPU may
 * not have done it: work on other streams must come after it. */
struct rgpu_fence {
	CUevent event;
	struct rgpu_object *context;
	CUstream stream;
	uint64_t generation;
};

struct rgpu_session {
	struct rgpu_driver driver_table;
	const struct rgpu_driver *driver; /* &driver_table */
	struct rgpu_channel *channel;
	uint64_t id;
	char peer[160];
	uint64_t next_command; /* number of the next unit */
	bool gone;	       /* the client has left */

	/* The executor's own. */
	struct rgpu_map objects;     /* id -> struct rgpu_object */
	struct rgpu_ranges memory;   /* object: struct rgpu_region */
	struct rgpu_ranges reserved; /* by cuMemAddressReserve; no object */
	/* The driver's handles of textures, and of surfaces -> the context. */
	struct rgpu_map textures, surfaces;
	struct rgpu_object *current; /* context of the executor */
	struct rgpu_blob blobs[RGPU_SESSION_BLOBS_MAX];
	uint64_t blob_bytes;
	struct rgpu_fence fence;

	/* Shared with waiters; each has its own lock. */
	struct rgpu_waiters *waiters;
	struct rgpu_staging *staging;
	struct rgpu_events *events;
	struct rgpu_transfers *transfers;
	struct rgpu_output *output;
	struct rgpu_callbacks *callbacks; /* NULL until the first one */
	struct rgpu_backlog *backlog;	  /* the same */
};

struct rgpu_command {
	uint16_t op, flags;
	uint64_t seq;
	uint64_t context_id;
	struct rgpu_object *context; /* set by rgpu_session_enter() */
	struct rgpu_dec body;
};

/* A hand-written handler returns this when the answer comes later. No CUresult
 * has this value. */
#define RGPU_SERVE_LATER ((CUresult)0x7fff)

/* Serves a connected client until it goes. 0: it ended well; -1 with
 * rgpu_error(). Owns the transport. */
int rgpu_session_run(struct rgpu_transport *transport,
	const struct rgpu_backend *backend, const char *library, uint64_t id,
	const char *peer);

/* ---- objects (objects.c) ---------------------------------------------------- */

/* Whether this id can be bound: right kind, free, and below the limit. Asked
 * before anything is created. */
CUresult rgpu_session_may_bind(
	struct rgpu_session *s, uint64_t id, enum rgpu_kind kind);

/* Binds an id to a driver handle, in the context of the command. */
CUresult rgpu_session_bind(struct rgpu_session *s,
	const struct rgpu_command *cmd, uint64_t id, enum rgpu_kind kind,
	void *real);

/* The object of an id, or NULL. */
struct rgpu_object *rgpu_session_find(
	struct rgpu_session *s, uint64_t id, enum rgpu_kind kind);

/* The driver's handle of an id; CUDA_ERROR_INVALID_HANDLE (a context:
 * CUDA_ERROR_INVALID_CONTEXT) for one we do not know. */
CUresult rgpu_session_handle(
	struct rgpu_session *s, uint64_t id, enum rgpu_kind kind, void **real);

/* The same, and the id is gone afterwards. */
CUresult rgpu_session_unbind(
	struct rgpu_session *s, uint64_t id, enum rgpu_kind kind, void **real);

/* Forgets everything that lives in an object (a context's streams, events,
 * modules and memory; a module's functions). Nothing is destroyed. */
void rgpu_session_forget_children(
	struct rgpu_session *s, struct rgpu_object *o);

/* The same, and the object's id; the caller has the object now. */
void rgpu_session_detach(struct rgpu_session *s, struct rgpu_object *o);

/* The same, and frees it. */
void rgpu_session_forget(struct rgpu_session *s, struct rgpu_object *o);

/* Notes device memory. A region that is there already stays. -1: no memory, or
 * it overlaps another. */
int rgpu_session_add_region(struct rgpu_session *s, uint64_t base,
	uint64_t size, struct rgpu_object *context, struct rgpu_object *owner);

/* Notes what is mapped into a reservation. -1: no memory, or it overlaps
 * another. */
int rgpu_session_add_mapping(
	struct rgpu_session *s, uint64_t base, uint64_t size);

/* A kernel or a function: both may be launched. NULL: neither. */
struct rgpu_object *rgpu_session_function(struct rgpu_session *s, uint64_t id);

/* Makes the command's context current for the executor and notes it in the
 * command. */
CUresult rgpu_session_enter(struct rgpu_session *s, struct rgpu_command *cmd);

/* The stream of a command: 0 is the legacy stream of its context. Work that
 * must come after the fence is made to. */
CUresult rgpu_session_stream(struct rgpu_session *s,
	const struct rgpu_command *cmd, uint64_t id, CUstream *stream);

/* Device memory of the session: CUDA_ERROR_INVALID_VALUE unless count elements
 * of size bytes from addr lie in one allocation and are aligned. */
CUresult rgpu_session_range(
	struct rgpu_session *s, uint64_t addr, uint64_t count, uint64_t size);
CUresult rgpu_session_range2d(struct rgpu_session *s, uint64_t addr,
	uint64_t pitch, uint64_t width, uint64_t height, uint64_t size);

/* The fence is now behind what was last put into this stream. */
CUresult rgpu_session_set_fence(struct rgpu_session *s,
	const struct rgpu_command *cmd, CUstream stream);

/* ---- answers (answer.c); any thread ------------------------------------------ */

/* The result of a command: a RESULT if one is wanted; else a failure is kept for
 * the next call that synchronises, and told to the client's log. */
void rgpu_session_answer(struct rgpu_session *s, const struct rgpu_command *cmd,
	CUresult result);

/* A RESULT with fields: encode into out->enc between the two. -1: the client is
 * gone. */
int rgpu_session_begin_answer(struct rgpu_session *s,
	const struct rgpu_command *cmd, CUresult result, size_t bound,
	struct rgpu_sending *out);
void rgpu_session_end_answer(struct rgpu_session *s,
	const struct rgpu_command *cmd, struct rgpu_sending *out);

/* A RESULT for a command known only by its number. */
void rgpu_session_result(struct rgpu_session *s, uint64_t seq, CUresult result);

/* What a call that synchronised a context answers: its own result, or the first
 * failure of a post since the last such call. Executor only. */
CUresult rgpu_session_take_error(struct rgpu_object *context, CUresult result);

/* A call that synchronised is about to be answered: sends device output and
 * every copy to the host that has finished. */
void rgpu_session_before_sync_answer(struct rgpu_session *s);

#endif
