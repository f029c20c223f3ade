/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of ids: chunks that never move, so that readers need no lock. */
#include "config.h"
#include "common/ids.h"

#include <stdlib.h>

#define INDEX_BITS	22
#define GENERATION_MASK 0xffffu

static uint64_t
compose(unsigned kind, uint32_t generation, uint32_t index)
{
	return (uint64_t)kind << 42 |
		(uint64_t)(generation & GENERATION_MASK) << 26 |
		(uint64_t)index << 4;
}

static struct rgpu_id_slot *
slot_at(struct rgpu_ids *ids, uint32_t index)
{
	struct rgpu_id_slot *chunk = atomic_load_explicit(
		&ids->chunks[index / RGPU_ID_CHUNK], memory_order_acquire);

	return chunk ? &chunk[index % RGPU_ID_CHUNK] : NULL;
}

static struct rgpu_id_slot *
slot_of(struct rgpu_ids *ids, uint64_t id)
{
	uint32_t index = (uint32_t)(id >> 4) & ((1u << INDEX_BITS) - 1);
	struct rgpu_id_slot *s = slot_at(ids, index);

	if (!s || !id ||
		atomic_load_explicit(&s->id, memory_order_acquire) != id)
		return NULL;
	return s;
}

/* Index of a slot to use, or -1. Lock held. */
static int64_t
take(struct rgpu_ids *ids)
{
	uint32_t index = ids->made;
	struct rgpu_id_slot *chunk;

	/* A chunk is used up before freed slots are used again. */
	if (ids->free_head &&
		(index % RGPU_ID_CHUNK == 0 ||
			index >= RGPU_ID_CHUNK * RGPU_ID_CHUNKS)) {
		struct rgpu_id_slot *s = slot_at(ids, ids->free_head - 1);

		index = ids->free_head - 1;
		ids->free_head = s->next_free;
		if (!ids->free_head)
			ids->free_tail = 0;
		return index;
	}
	if (index >= RGPU_ID_CHUNK * RGPU_ID_CHUNKS)
		return -1;
	if (index % RGPU_ID_CHUNK == 0) {
		chunk = calloc(RGPU_ID_CHUNK, sizeof(*chunk));
		if (!chunk)
			return -1;
		atomic_store_explicit(&ids->chunks[index / RGPU_ID_CHUNK],
			chunk, memory_order_release);
	}
	ids->made++;
	return index;
}

uint64_t
rgpu_id_make(struct rgpu_ids *ids, void *object)
{
	uint64_t id = 0;
	int64_t index;

	pthread_mutex_lock(&ids->lock);
	index = take(ids);
	if (index >= 0) {
		struct rgpu_id_slot *s = slot_at(ids, (uint32_t)index);

		s->generation++;
		s->next_free = 0;
		id = compose(ids->kind, s->generation, (uint32_t)index);
		atomic_store_explicit(&s->object, object, memory_order_relaxed);
		atomic_store_explicit(&s->id, id, memory_order_release);
	}
	pthread_mutex_unlock(&ids->lock);
	return id;
}

void *
rgpu_id_find(struct rgpu_ids *ids, uint64_t id)
{
	struct rgpu_id_slot *s = slot_of(ids, id);

	return s ? atomic_load_explicit(&s->object, memory_order_relaxed)
		 : NULL;
}

void *
rgpu_id_end(struct rgpu_ids *ids, uint64_t id)
{
	uint32_t index = (uint32_t)(id >> 4) & ((1u << INDEX_BITS) - 1);
	struct rgpu_id_slot *s;
	void *object = NULL;

	pthread_mutex_lock(&ids->lock);
	s = slot_of(ids, id);
	if (s) {
		object = atomic_load_explicit(&s->object, memory_order_relaxed);
		atomic_store_explicit(&s->id, 0, memory_order_release);
		if (ids->free_tail)
			slot_at(ids, ids->free_tail - 1)->next_free = index + 1;
		else
			ids->free_head = index + 1;
		ids->free_tail = index + 1;
	}
	pthread_mutex_unlock(&ids->lock);
	return object;
}

void *
rgpu_id_next(struct rgpu_ids *ids, uint32_t *pos)
{
	void *object = NULL;
	uint32_t made;

	pthread_mutex_lock(&ids->lock);
	made = ids->made;
	pthread_mutex_unlock(&ids->lock);
	while (!object && *pos < made) {
		struct rgpu_id_slot *s = slot_at(ids, (*pos)++);

		if (atomic_load_explicit(&s->id, memory_order_acquire))
			object = atomic_load_explicit(
				&s->object, memory_order_relaxed);
	}
	return object;
}
