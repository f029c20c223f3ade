/* SPDX-License-Identifier: Apache-2.0 */
/* The other side is bytes in memory. */
#include "config.h"
#include "tests/fuzz/memory-transport.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "protocol/frame.h"
#include "tests/fuzz/fuzz.h"

#define SENT_MAX (4u << 20)

struct memory {
	struct rgpu_transport base;
	struct rgpu_memory_config config;
	size_t pos;
	uint64_t random;
	bool blocked; /* the last answer was "would block" */
	atomic_bool shut;
	_Atomic uint64_t reached; /* the last whole command that was sent */

	/* By the one thread that sends. */
	uint8_t *sent;
	size_t sent_size, sent_room, seen;
};

static struct memory *
of(struct rgpu_transport *t)
{
	return rgpu_container_of(t, struct memory, base);
}

static size_t
below(struct memory *m, size_t n)
{
	m->random = m->random * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(m->random >> 33) % n;
}

static void
look_for_commands(struct memory *m)
{
	struct rgpu_frame f;

	while (m->sent_size - m->seen >= RGPU_FRAME_HEADER) {
		FUZZ_CHECK(!rgpu_frame_get(m->sent + m->seen, &f));
		if (m->sent_size - m->seen - RGPU_FRAME_HEADER < f.length)
			return;
		m->seen += RGPU_FRAME_HEADER + f.length;
		atomic_store(&m->reached, f.seq + f.count - 1);
	}
}

static ssize_t
memory_send(struct rgpu_transport *t, const struct iovec *iov, int count)
{
	struct memory *m = of(t);
	size_t n = 0;

	if (atomic_load(&m->shut))
		return rgpu_error("shut down");
	for (int i = 0; i < count; i++) {
		const struct iovec *v = &iov[i];

		FUZZ_CHECK(v->iov_len <= SENT_MAX - m->sent_size);
		if (m->sent_size + v->iov_len > m->sent_room) {
			m->sent_room = 2 * (m->sent_size + v->iov_len);
			m->sent = realloc(m->sent, m->sent_room);
			FUZZ_CHECK(m->sent);
		}
		if (v->iov_len)
			memcpy(m->sent + m->sent_size, v->iov_base, v->iov_len);
		m->sent_size += v->iov_len;
		n += v->iov_len;
	}
	if (m->config.gate)
		look_for_commands(m);
	return (ssize_t)n;
}

/* How many bytes may come by now. */
static size_t
released(const struct memory *m)
{
	uint64_t reached = atomic_load(&m->reached);

	if (reached < m->config.gate)
		return 0;
	return reached < m->config.second_gate ? m->config.second
					       : m->config.size;
}

static ssize_t
memory_recv(struct rgpu_transport *t, void *buffer, size_t size, bool wait)
{
	struct memory *m = of(t);
	size_t end = released(m), n;

	if (atomic_load(&m->shut))
		return rgpu_error("shut down");
	if (wait && end <= m->pos)
		end = m->pos < m->config.second ? m->config.second
						: m->config.size;
	if (end <= m->pos && m->pos < m->config.size)
		return 0;
	n = end > m->pos ? end - m->pos : 0;
	m->blocked =
		m->config.blocks && !wait && !m->blocked && below(m, 4) == 0;
	if (m->blocked)
		return 0;
	if (!n)
		return rgpu_error(RGPU_MEMORY_END);
	if (n > size)
		n = size;
	if (m->config.piece && n > m->config.piece)
		n = m->config.piece;
	if (m->config.piece)
		n = 1 + below(m, n);
	memcpy(buffer, (const uint8_t *)m->config.data + m->pos, n);
	m->pos += n;
	return (ssize_t)n;
}

static int
memory_wait(struct rgpu_transport *t, int what, uint64_t timeout_ns RGPU_UNUSED)
{
	struct memory *m = of(t);
	int ready = RGPU_WAIT_WRITE;

	if (m->pos < released(m) || m->pos == m->config.size)
		ready |= RGPU_WAIT_READ;
	return ready & what;
}

static void
memory_shutdown(struct rgpu_transport *t)
{
	atomic_store(&of(t)->shut, true);
}

static void
memory_close(struct rgpu_transport *t)
{
	free(of(t)->sent);
	free(of(t));
}

static const struct rgpu_transport_ops ops = {.size = sizeof(ops),
	.scheme = "memory",
	.send = memory_send,
	.recv = memory_recv,
	.wait = memory_wait,
	.shutdown = memory_shutdown,
	.close = memory_close};

struct rgpu_transport *
rgpu_memory_transport(const struct rgpu_memory_config *config)
{
	struct memory *m = rgpu_fuzz_alloc(sizeof(*m));

	m->base.ops = &ops;
	m->config = *config;
	m->random = config->random;
	return &m->base;
}

const uint8_t *
rgpu_memory_sent(struct rgpu_transport *t, size_t *size)
{
	*size = of(t)->sent_size;
	return of(t)->sent;
}

void
rgpu_memory_forget_sent(struct rgpu_transport *t)
{
	of(t)->sent_size = of(t)->seen = 0;
}
