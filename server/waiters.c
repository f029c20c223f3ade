/* SPDX-License-Identifier: Apache-2.0 */
/* Waiter threads. */
#include "config.h"
#include "server/waiters.h"

#include <pthread.h>
#include <stdlib.h>

#include "common/error.h"
#include "common/thread.h"

/* More waits than this queue up: a bound on what a client can make us start. */
#define THREADS_MAX 256

struct job {
	struct job *next;
	void (*function)(void *arg);
	void *arg;
};

struct rgpu_waiters {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job *first, **last;
	unsigned threads, idle;
};

struct rgpu_waiters *
rgpu_waiters_create(void)
{
	struct rgpu_waiters *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	w->last = &w->first;
	return w;
}

static void *
work(void *arg)
{
	struct rgpu_waiters *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		struct job *j;

		w->idle++;
		while (!w->first)
			pthread_cond_wait(&w->work, &w->lock);
		w->idle--;
		j = w->first;
		w->first = j->next;
		if (!w->first)
			w->last = &w->first;
		pthread_mutex_unlock(&w->lock);
		j->function(j->arg);
		free(j);
		pthread_mutex_lock(&w->lock);
	}
	return NULL;
}

/* A new thread unless enough are idle. Lock held. */
static int
staff(struct rgpu_waiters *w, unsigned queued)
{
	pthread_t t;

	if (w->idle >= queued || w->threads >= THREADS_MAX)
		return 0;
	if (rgpu_thread_start(&t, "rgpu-wait", work, w))
		return w->threads ? 0 : -1;
	pthread_detach(t);
	w->threads++;
	return 0;
}

int
rgpu_waiters_run(struct rgpu_waiters *w, void (*function)(void *arg), void *arg)
{
	struct job *j = malloc(sizeof(*j));
	unsigned queued = 1;
	int r;

	if (!j)
		return rgpu_error("out of memory");
	j->next = NULL;
	j->function = function;
	j->arg = arg;
	pthread_mutex_lock(&w->lock);
	for (struct job *q = w->first; q; q = q->next)
		queued++;
	r = staff(w, queued);
	if (!r) {
		*w->last = j;
		w->last = &j->next;
		pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
	if (r)
		free(j);
	return r;
}
