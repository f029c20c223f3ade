/* SPDX-License-Identifier: Apache-2.0 */
/* Host functions, callbacks, late copies. */
#include "config.h"
#include "libclient/callbacks.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"
#include "common/thread.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"

__thread bool rgpu_in_callback;

/* Something a stream will ask for. */
struct task {
	struct task *next;
	struct worker *worker;
	uint64_t number;
	unsigned result; /* the server's, or RGPU_NOTICE_LOST */
	void (*run)(struct task *task);

	CUhostFn function;
	CUstreamCallback callback;
	CUstream stream;
	void *user;

	const uint8_t *data;
	size_t size;

	struct rgpu_rows rows, to; /* of places of graphs */
	uint8_t *packed;
};

/* A thread and what it has to do; the thread is started by the first task. */
struct worker {
	const char *name;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct task *first, *last;
	bool started;
};

static struct worker functions = {.name = "rgpu-hostfn",
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER};
static struct worker copies = {.name = "rgpu-latecopy",
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.more = PTHREAD_COND_INITIALIZER};
static atomic_uint pending;

bool
rgpu_callbacks_pending(void)
{
	return atomic_load(&pending) != 0;
}

static void *
work(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		struct task *t;

		pthread_mutex_lock(&w->lock);
		while (!w->first)
			pthread_cond_wait(&w->more, &w->lock);
		t = w->first;
		w->first = t->next;
		pthread_mutex_unlock(&w->lock);
		t->run(t);
		free(t);
	}
	return NULL;
}

static CUresult
staff(struct worker *w)
{
	pthread_t thread;
	int r = 0;

	pthread_mutex_lock(&w->lock);
	if (!w->started)
		r = rgpu_thread_start(&thread, w->name, work, w);
	if (!r && !w->started)
		pthread_detach(thread);
	w->started = !r;
	pthread_mutex_unlock(&w->lock);
	if (r)
		rgpu_err("%s", rgpu_error_text());
	return r ? CUDA_ERROR_OPERATING_SYSTEM : CUDA_SUCCESS;
}

/* The stream has got there; by whichever thread receives. */
static void
on_answer(void *arg, unsigned result)
{
	struct task *t = arg;
	struct worker *w = t->worker;

	t->result = result;
	t->next = NULL;
	pthread_mutex_lock(&w->lock);
	if (w->first)
		w->last->next = t;
	else
		w->first = t;
	w->last = t;
	pthread_cond_signal(&w->more);
	pthread_mutex_unlock(&w->lock);
}

uint64_t
rgpu_callback_number(void)
{
	static _Atomic uint64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}

static struct task *
new_task(struct worker *w, void (*run)(struct task *task))
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->worker = w;
	t->run = run;
	t->number = rgpu_callback_number();
	return t;
}

/* ---- functions ---------------------------------------------------------------- */

/* A host function does not run after a failure, a callback is told of it (CUDA
 * API: cuLaunchHostFunc, cuStreamAddCallback). */
static void
run_function(struct task *t)
{
	struct rgpu_args_rgpu_host_done a = {.callback = t->number};
	CUresult status = t->result == RGPU_NOTICE_LOST ? rgpu_client_lost()
							: (CUresult)t->result;

	rgpu_in_callback = true;
	if (t->callback)
		t->callback(t->stream, status, t->user);
	else if (!status)
		t->function(t->user);
	rgpu_in_callback = false;
	atomic_fetch_sub(&pending, 1);
	if (t->result != RGPU_NOTICE_LOST)
		rgpu_post_rgpu_host_done(0, &a);
}

static CUresult
launch(struct task *t, CUresult r)
{
	if (!r)
		return r;
	/* No answer will come. */
	atomic_fetch_sub(&pending, 1);
	free(t);
	return r;
}

CUresult
rgpu_do_cuLaunchHostFunc(CUstream hStream, CUhostFn fn, void *userData)
{
	struct rgpu_args_cuLaunchHostFunc a;
	struct rgpu_notice notice = {.answered = on_answer};
	struct task *t;
	uint64_t context;
	CUresult r = rgpu_client_stream(hStream, &context, &a.hStream);

	if (!r && !fn)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = staff(&functions);
	if (r)
		return r;
	t = notice.arg = new_task(&functions, run_function);
	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	t->function = fn;
	t->user = userData;
	a.callback = t->number;
	atomic_fetch_add(&pending, 1);
	return launch(t, rgpu_notify_cuLaunchHostFunc(context, &a, &notice));
}

CUresult
rgpu_do_cuStreamAddCallback(CUstream hStream, CUstreamCallback callback,
	void *userData, unsigned int flags)
{
	struct rgpu_args_cuStreamAddCallback a;
	struct rgpu_notice notice = {.answered = on_answer};
	struct task *t;
	uint64_t context;
	CUresult r = rgpu_client_stream(hStream, &context, &a.hStream);

	if (!r && (!callback || flags))
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r)
		r = staff(&functions);
	if (r)
		return r;
	t = notice.arg = new_task(&functions, run_function);
	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	t->callback = callback;
	t->stream = hStream;
	t->user = userData;
	a.number = t->number;
	atomic_fetch_add(&pending, 1);
	return launch(t, rgpu_notify_cuStreamAddCallback(context, &a, &notice));
}

/* ---- late copies ---------------------------------------------------------------- */

static void
run_copy(struct task *t)
{
	CUresult r = CUDA_SUCCESS;

	/* The server has logged the reason; the next call that synchronises
	 * returns it. */
	if (t->result)
		return;
	for (size_t at = 0; at < t->size && !r;) {
		size_t left = t->size - at;
		struct rgpu_args_rgpu_late_data a = {
			.number = t->number,
			.data = t->data + at,
			.size = (uint32_t)(left < RGPU_CHUNK_MAX
					? left
					: RGPU_CHUNK_MAX),
		};

		r = rgpu_post_rgpu_late_data(0, &a);
		at += a.size;
	}
}

CUresult
rgpu_late_copy(CUdeviceptr dst, const void *src, size_t size, uint64_t context,
	uint64_t stream)
{
	struct rgpu_notice notice = {.answered = on_answer};
	struct rgpu_args_rgpu_late_copy a = {
		.dst = dst, .size = size, .hStream = stream};
	struct task *t;
	CUresult r = staff(&copies);

	if (r)
		return r;
	t = notice.arg = new_task(&copies, run_copy);
	if (!t)
		return CUDA_ERROR_OUT_OF_MEMORY;
	t->data = src;
	t->size = size;
	a.number = t->number;
	r = rgpu_notify_rgpu_late_copy(context, &a, &notice);
	if (r)
		free(t);
	return r;
}

/* ---- places of graphs ------------------------------------------------------------ */

static uint8_t *
row(const struct rgpu_rows *r, uint64_t y, uint64_t z)
{
	return r->base + z * r->slice + y * r->pitch;
}

static bool
is_packed(const struct rgpu_rows *r)
{
	return (r->height == 1 || r->pitch == r->width) &&
		(r->depth == 1 || r->slice == r->width * r->height);
}

/* Rows without gaps. */
static struct rgpu_rows
packed_rows(const struct rgpu_rows *like, uint8_t *base)
{
	struct rgpu_rows r = *like;

	r.base = base;
	r.pitch = r.width;
	r.slice = r.width * r.height;
	return r;
}

static void
move_rows(const struct rgpu_rows *to, const struct rgpu_rows *from)
{
	for (uint64_t z = 0; z < to->depth; z++) {
		for (uint64_t y = 0; y < to->height; y++)
			memmove(row(to, y, z), row(from, y, z), to->width);
	}
}

/* The place is passed, whatever came of it. */
static void
pass(const struct task *t)
{
	struct rgpu_args_rgpu_host_done a = {.callback = t->number};

	if (t->result != RGPU_NOTICE_LOST)
		rgpu_post_rgpu_host_done(0, &a);
}

static void
run_spread(struct task *t)
{
	struct rgpu_rows from = packed_rows(&t->rows, t->packed);

	if (!t->result)
		move_rows(&t->rows, &from);
	free(t->packed);
	pass(t);
}

static void
run_move(struct task *t)
{
	if (!t->result)
		move_rows(&t->to, &t->rows);
	pass(t);
}

/* Without memory to gather the rows in, they are sent one by one. */
static void
run_rows(struct task *t)
{
	struct rgpu_rows to;
	uint8_t *packed;

	t->size = t->rows.width * t->rows.height * t->rows.depth;
	t->data = t->rows.base;
	if (is_packed(&t->rows)) {
		run_copy(t);
		return;
	}
	packed = malloc(t->size);
	if (packed) {
		to = packed_rows(&t->rows, packed);
		move_rows(&to, &t->rows);
		t->data = packed;
		run_copy(t);
		free(packed);
		return;
	}
	t->size = t->rows.width;
	for (uint64_t z = 0; z < t->rows.depth; z++) {
		for (uint64_t y = 0; y < t->rows.height; y++) {
			t->data = row(&t->rows, y, z);
			run_copy(t);
		}
	}
}

/* Sends the number of a task; size: of the data that will come. */
static CUresult
expect(struct task *t, uint64_t context, uint64_t exec, unsigned at,
	uint64_t size)
{
	struct rgpu_notice notice = {.answered = on_answer, .arg = t};
	const struct rgpu_args_rgpu_graph_expect a = {
		.exec = exec, .at = at, .size = size, .number = t->number};

	return rgpu_notify_rgpu_graph_expect(context, &a, &notice);
}

static CUresult
make_task(struct worker *w, void (*run)(struct task *task), struct task **task)
{
	CUresult r = staff(w);

	if (r)
		return r;
	*task = new_task(w, run);
	return *task ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_expect_function(uint64_t context, uint64_t exec, unsigned at,
	CUhostFn function, void *user)
{
	struct task *t;
	CUresult r = make_task(&functions, run_function, &t);

	if (r)
		return r;
	t->function = function;
	t->user = user;
	atomic_fetch_add(&pending, 1);
	return launch(t, expect(t, context, exec, at, 0));
}

CUresult
rgpu_expect_data(uint64_t context, uint64_t exec, unsigned at,
	const struct rgpu_rows *rows)
{
	struct task *t;
	CUresult r = make_task(&copies, run_rows, &t);

	if (r)
		return r;
	t->rows = *rows;
	r = expect(
		t, context, exec, at, rows->width * rows->height * rows->depth);
	if (r)
		free(t);
	return r;
}

CUresult
rgpu_expect_spread(uint64_t context, uint64_t exec, unsigned at,
	const struct rgpu_rows *rows, uint8_t *packed)
{
	struct task *t;
	CUresult r = make_task(&copies, run_spread, &t);

	if (r)
		return r;
	t->rows = *rows;
	t->packed = packed;
	r = expect(t, context, exec, at, 0);
	if (r)
		free(t);
	return r;
}

CUresult
rgpu_expect_move(uint64_t context, uint64_t exec, unsigned at,
	const struct rgpu_rows *from, const struct rgpu_rows *to)
{
	struct task *t;
	CUresult r = make_task(&copies, run_move, &t);

	if (r)
		return r;
	t->rows = *from;
	t->to = *to;
	r = expect(t, context, exec, at, 0);
	if (r)
		free(t);
	return r;
}
