/* SPDX-License-Identifier: Apache-2.0 */
/* Context-local storage: one hash table of (context, key). */
#include "config.h"
#include "cudaabi/cls.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#define BUCKETS 256

struct item {
	struct item *next;
	CUcontext context;
	void *key, *value;
	rgpu_cls_dtor dtor;
};

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct item *buckets[BUCKETS];

static struct item **
find(CUcontext context, void *key)
{
	uint64_t h = (uint64_t)(uintptr_t)context * 0x9e3779b97f4a7c15u ^
		(uint64_t)(uintptr_t)key * 0xc2b2ae3d27d4eb4fu;
	struct item **p = &buckets[(h >> 32) % BUCKETS];

	while (*p && ((*p)->context != context || (*p)->key != key))
		p = &(*p)->next;
	return p;
}

CUresult
rgpu_cls_put(CUcontext context, void *key, void *value, rgpu_cls_dtor dtor)
{
	CUresult r = CUDA_SUCCESS;
	struct item **p;

	pthread_rwlock_wrlock(&lock);
	p = find(context, key);
	if (!*p) {
		*p = calloc(1, sizeof(**p));
		if (!*p)
			r = CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (*p) {
		(*p)->context = context;
		(*p)->key = key;
		(*p)->value = value;
		(*p)->dtor = dtor;
	}
	pthread_rwlock_unlock(&lock);
	return r;
}

CUresult
rgpu_cls_get(CUcontext context, void *key, void **value)
{
	struct item *p;

	pthread_rwlock_rdlock(&lock);
	p = *find(context, key);
	if (p)
		*value = p->value;
	pthread_rwlock_unlock(&lock);
	return p ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

CUresult
rgpu_cls_delete(CUcontext context, void *key)
{
	struct item **p, *gone;

	pthread_rwlock_wrlock(&lock);
	p = find(context, key);
	gone = *p;
	if (gone)
		*p = gone->next;
	pthread_rwlock_unlock(&lock);
	free(gone);
	return gone ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

void
rgpu_cls_clear(CUcontext context)
{
	struct item *gone = NULL;

	pthread_rwlock_wrlock(&lock);
	for (int i = 0; i < BUCKETS; i++) {
		struct item **p = &buckets[i];

		while (*p) {
			struct item *it = *p;

			if (it->context != context) {
				p = &it->next;
				continue;
			}
			*p = it->next;
			it->next = gone;
			gone = it;
		}
	}
	pthread_rwlock_unlock(&lock);
	while (gone) {
		struct item *next = gone->next;

		if (gone->dtor)
			gone->dtor(gone->context, gone->key, gone->value);
		free(gone);
		gone = next;
	}
}
