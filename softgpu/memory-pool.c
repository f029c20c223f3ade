/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of pools: how much there is, and its end in the order of a stream. */
#include "config.h"

#include "softgpu/memory-internal.h"
#include "softgpu/pool.h"

int
rgpu_memory_pool_take(struct rgpu_pool *pool, uint64_t bytes)
{
	if (pool->limit && bytes > pool->limit - pool->reserved)
		return -1;
	pool->used += bytes;
	pool->reserved += bytes;
	if (pool->used > pool->used_high)
		pool->used_high = pool->used;
	if (pool->reserved > pool->reserved_high)
		pool->reserved_high = pool->reserved;
	return 0;
}

void
rgpu_memory_pool_give(const struct rgpu_allocation *a, uint64_t bytes)
{
	if (!a->claimed)
		a->pool->used -= bytes;
	a->pool->reserved -= bytes;
}

void
rgpu_memory_pool_use(const struct rgpu_pool *pool, struct rgpu_pool_use *out)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	*out = (struct rgpu_pool_use){pool->used, pool->used_high,
		pool->reserved, pool->reserved_high};
	pthread_mutex_unlock(&rgpu_memory_lock);
}

void
rgpu_memory_reset_pool(struct rgpu_pool *pool, bool used)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	if (used)
		pool->used_high = pool->used;
	else
		pool->reserved_high = pool->reserved;
	pthread_mutex_unlock(&rgpu_memory_lock);
}

CUresult
rgpu_memory_claim(uint64_t base, struct rgpu_allocation **out)
{
	struct rgpu_allocation *a;
	CUresult r = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&rgpu_memory_lock);
	a = rgpu_memory_at(base);
	if (a && a->base == base && a->pool && !a->freeing) {
		a->freeing = true;
		*out = a;
		r = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&rgpu_memory_lock);
	return r;
}

void
rgpu_memory_keep(struct rgpu_allocation *allocation)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	allocation->freeing = false;
	pthread_mutex_unlock(&rgpu_memory_lock);
}

/* No kernel can reach it; a copy may. */
static void
unseen(struct rgpu_retired *retired)
{
	struct rgpu_allocation *a = (struct rgpu_allocation *)retired;

	retired->unseen = NULL;
	if (a->pins)
		a->unused = true; /* the last one releases it */
	else
		rgpu_memory_release(a);
}

void
rgpu_memory_free_now(struct rgpu_allocation *a)
{
	pthread_mutex_lock(&rgpu_memory_lock);
	rgpu_memory_hide(a);
	a->claimed = true;
	a->pool->used -= rgpu_memory_cost(a);
	a->retired.unseen = unseen;
	rgpu_memory_retire(&a->retired);
	pthread_mutex_unlock(&rgpu_memory_lock);
}
