/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids that the client makes for contexts, streams, events, modules and so on,
 * and that applications hold as opaque handles:
 *
 *   63     47 46  42 41        26 25              4 3  0
 *   +--------+------+------------+-----------------+----+
 *   |   0    | kind | generation |      index      | 0  |
 *   +--------+------+------------+-----------------+----+
 *
 * They fit into 47 bits with the low 4 bits zero, because programs pack handles
 * with tags as if they were pointers (PyTorch's StreamId takes the lowest bit),
 * and are never below 2^42, so none is one of CUDA's special handles 0, 1, 2.
 *
 * A table gives an id out, finds what stands behind it, and knows a handle that
 * is garbage or was destroyed. Look-ups take no lock.
 */
#ifndef RGPU_COMMON_IDS_H
#define RGPU_COMMON_IDS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define RGPU_ID_CHUNK  1024
#define RGPU_ID_CHUNKS 4096 /* 2^22 live ids of a kind at most */

struct rgpu_id_slot {
	_Atomic uint64_t id; /* 0: free */
	_Atomic(void *) object;
	uint32_t generation, next_free;
};

struct rgpu_ids {
	unsigned kind; /* 1..19 */
	pthread_mutex_t lock;
	_Atomic(struct rgpu_id_slot *) chunks[RGPU_ID_CHUNKS];
	uint32_t made;		       /* slots ever used */
	uint32_t free_head, free_tail; /* index + 1; 0: none */
};

#define RGPU_IDS_INIT(k)                                       \
	{                                                      \
		.kind = (k), .lock = PTHREAD_MUTEX_INITIALIZER \
	}

/* A new id for object (not NULL). 0: table full or no memory. */
uint64_t rgpu_id_make(struct rgpu_ids *ids, void *object);

/* The object of a live id of this table, or NULL. */
void *rgpu_id_find(struct rgpu_ids *ids, uint64_t id);

/* Ends an id and returns its object; NULL when it was not live. The slot is used
 * again last of all, so that a stale handle is known for long. */
void *rgpu_id_end(struct rgpu_ids *ids, uint64_t id);

/* The next live object: *pos begins as 0; NULL at the end. */
void *rgpu_id_next(struct rgpu_ids *ids, uint32_t *pos);

static inline unsigned
rgpu_id_kind(uint64_t id)
{
	return (unsigned)(id >> 42);
}

#endif
