/* SPDX-License-Identifier: Apache-2.0 */
/* The threads that run the work of streams. */
#include "config.h"
#include "softgpu/executor.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "common/thread.h"
#include "softgpu/settings.h"
#include "softgpu/work-internal.h"

#define THREADS_MAX 128
#define PATIENCE    (10 * RGPU_MS) /* ready work gets a thread after this */
#define IDLE_LIFE   (3 * RGPU_SECOND)
#define LEVELS	    (1 - RGPU_PRIORITY_GREATEST)

pthread_mutex_t rgpu_work_lock = PTHREAD_MUTEX_INITIALIZER;

/* All under the lock. */
static struct queue {
	struct rgpu_work *first, **end;
} queues[LEVELS];
static pthread_cond_t wake;
static unsigned threads, running, running_soft_max;
static unsigned idle;  /* threads that sleep */
static unsigned waked; /* of these, how many have been told to wake */

int
rgpu_executor_open(void)
{
	static bool opened;
	pthread_condattr_t attr;

	if (opened)
		return 0;
	if (pthread_condattr_init(&attr))
		return -1;
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	if (!pthread_cond_init(&wake, &attr))
		opened = true;
	pthread_condattr_destroy(&attr);
	for (int i = 0; i < LEVELS; i++)
		queues[i].end = &queues[i].first;
	running_soft_max = (unsigned)rgpu_settings()->workers + 2;
	return opened ? 0 : -1;
}

/* The queue with the work to run next, or NULL. */
static struct queue *
best_queue(void)
{
	for (int i = LEVELS - 1; i >= 0; i--) {
		if (queues[i].first)
			return &queues[i];
	}
	return NULL;
}

/* Of all ready work the time of the oldest; 0: there is none. */
static uint64_t
oldest(void)
{
	uint64_t t = 0;

	for (int i = 0; i < LEVELS; i++) {
		if (queues[i].first && (!t || queues[i].first->ready_at < t))
			t = queues[i].first->ready_at;
	}
	return t;
}

static struct rgpu_work *
pop(struct queue *q)
{
	struct rgpu_work *w = q->first;

	q->first = w->next_ready;
	if (!q->first)
		q->end = &q->first;
	w->next_ready = NULL;
	w->state = RGPU_WORK_RUNNING;
	return w;
}

/* Work for a thread that has none, or NULL. */
static struct rgpu_work *
take(void)
{
	uint64_t since = oldest();

	if (!since)
		return NULL;
	if (running < running_soft_max)
		return pop(best_queue());
	if (rgpu_now() - since < PATIENCE)
		return NULL;
	for (int i = 0; i < LEVELS; i++) {
		if (queues[i].first && queues[i].first->ready_at == since)
			return pop(&queues[i]);
	}
	return NULL;
}

/* Sleeps until there may be work; false: for so long that the thread ends. */
static bool
wait_for_work(void)
{
	uint64_t since = oldest();
	struct timespec t = rgpu_timespec(
		since ? since + PATIENCE : rgpu_now() + IDLE_LIFE);
	int r;

	idle++;
	r = pthread_cond_timedwait(&wake, &rgpu_work_lock, &t);
	idle--;
	waked -= waked > 0;
	return r != ETIMEDOUT || oldest();
}

static void *executor(void *arg);

/* Somebody will look at the queues soon. */
static void
rouse(void)
{
	pthread_t t;

	if (idle > waked) {
		waked++;
		pthread_cond_signal(&wake);
	} else if (threads < THREADS_MAX) {
		if (rgpu_thread_start(&t, "softgpu-stream", executor, NULL)) {
			rgpu_debug("%s", rgpu_error_text());
			return;
		}
		pthread_detach(t);
		threads++;
	}
}

static void
run_chain(struct rgpu_work *w)
{
	running++;
	while (w) {
		/* The first that follows stays with this thread: in a stream
		 * nobody has to be woken. */
		w = rgpu_work_run(w);
		if (w) {
			rgpu_work_push(w->next_ready);
			w->state = RGPU_WORK_RUNNING;
		}
	}
	running--;
}

static void *
executor(void *arg)
{
	pthread_mutex_lock(&rgpu_work_lock);
	do {
		struct rgpu_work *w;

		while ((w = take())) {
			/* This one may run for ever: what is still in the
			 * queues needs another thread to look after it. */
			if (oldest() && idle <= waked)
				rouse();
			run_chain(w);
		}
	} while (wait_for_work());
	threads--;
	pthread_mutex_unlock(&rgpu_work_lock);
	return arg;
}

void
rgpu_executor_push(struct rgpu_work *work)
{
	struct queue *q = &queues[-work->stream->priority];

	work->state = RGPU_WORK_READY;
	work->ready_at = rgpu_now();
	work->next_ready = NULL;
	*q->end = work;
	q->end = &work->next_ready;
	rouse();
}

void
rgpu_executor_help(void)
{
	struct queue *q;

	while (!threads && (q = best_queue()))
		rgpu_work_push(rgpu_work_run(pop(q)));
}
