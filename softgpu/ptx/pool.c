/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worker threads. Each takes part in one launch at a time, the oldest that
 * still has blocks to start; the thread that launched always works on its
 * own launch, so every launch advances however many others there are.
 */
#include "config.h"
#include <signal.h>
#include <stdlib.h>

#include "softgpu/ptx/pool.h"

struct rgpu_ptx_pool {
	pthread_mutex_t lock;
	pthread_cond_t work; /* a launch came, or the end */
	pthread_cond_t left; /* a worker left a launch */
	struct ptx_run *first, *last;
	bool ending;
	unsigned workers;
	pthread_t thread[];
};

static bool
has_work(const struct ptx_run *run)
{
	return __atomic_load_n(&run->next, __ATOMIC_RELAXED) < run->total &&
		!__atomic_load_n(&run->stop, __ATOMIC_RELAXED);
}

static struct ptx_run *
find_work(const struct rgpu_ptx_pool *pool)
{
	for (struct ptx_run *run = pool->first; run; run = run->after)
		if (has_work(run))
			return run;
	return NULL;
}

static void *
worker(void *arg)
{
	struct rgpu_ptx_pool *pool = arg;
	struct ptx_run *run;

	pthread_mutex_lock(&pool->lock);
	while (!pool->ending) {
		run = find_work(pool);
		if (!run) {
			pthread_cond_wait(&pool->work, &pool->lock);
			continue;
		}
		run->helpers++;
		pthread_mutex_unlock(&pool->lock);
		ptx_run_blocks(run);
		pthread_mutex_lock(&pool->lock);
		if (--run->helpers == 0)
			pthread_cond_broadcast(&pool->left);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* Signals are the application's; none is handled in our threads. */
static int
start_worker(struct rgpu_ptx_pool *pool)
{
	sigset_t all, old;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&pool->thread[pool->workers], NULL, worker, pool);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		pool->workers++;
	return rc ? -1 : 0;
}

struct rgpu_ptx_pool *
rgpu_ptx_pool_create(unsigned workers)
{
	struct rgpu_ptx_pool *pool;

	pool = calloc(1, sizeof(*pool) + workers * sizeof(pool->thread[0]));
	if (!pool)
		return NULL;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->left, NULL);
	/* The caller of a launch is one of the workers. */
	for (unsigned i = 1; i < workers; i++)
		if (start_worker(pool)) {
			rgpu_ptx_pool_destroy(pool);
			return NULL;
		}
	return pool;
}

void
rgpu_ptx_pool_destroy(struct rgpu_ptx_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->workers; i++)
		pthread_join(pool->thread[i], NULL);
	pthread_cond_destroy(&pool->left);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

static void
enlist(struct rgpu_ptx_pool *pool, struct ptx_run *run)
{
	pthread_mutex_lock(&pool->lock);
	run->before = pool->last;
	if (pool->last)
		pool->last->after = run;
	else
		pool->first = run;
	pool->last = run;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

/* After this no worker looks at the launch. */
static void
withdraw(struct rgpu_ptx_pool *pool, struct ptx_run *run)
{
	pthread_mutex_lock(&pool->lock);
	if (run->before)
		run->before->after = run->after;
	else
		pool->first = run->after;
	if (run->after)
		run->after->before = run->before;
	else
		pool->last = run->before;
	while (run->helpers)
		pthread_cond_wait(&pool->left, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

void
ptx_pool_run(struct rgpu_ptx_pool *pool, struct ptx_run *run)
{
	/* One block needs no help, and the workers may sleep on. */
	if (run->total == 1 || pool->workers == 0) {
		ptx_run_blocks(run);
		return;
	}
	enlist(pool, run);
	ptx_run_blocks(run);
	withdraw(pool, run);
}
