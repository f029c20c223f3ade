/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that wait for the executor. */
#include "config.h"
#include "server/backlog.h"

#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "common/thread.h"

struct item {
	struct item *next;
	struct rgpu_command cmd;
	size_t size;
	uint64_t body[]; /* as aligned as in a frame */
};

struct rgpu_backlog {
	struct rgpu_session *s;
	pthread_mutex_t lock;
	pthread_cond_t more, less;
	struct item *first, **last;
	size_t bytes;
	bool receiving; /* by a thread of its own: may wait for room */
	bool end;
};

struct rgpu_backlog *
rgpu_backlog_create(struct rgpu_session *s)
{
	struct rgpu_backlog *b = calloc(1, sizeof(*b));

	if (!b) {
		rgpu_error("out of memory");
		return NULL;
	}
	b->s = s;
	b->last = &b->first;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->more, NULL);
	pthread_cond_init(&b->less, NULL);
	return b;
}

int
rgpu_backlog_put(struct rgpu_backlog *b, const struct rgpu_command *cmd)
{
	size_t size = cmd->body.end;
	struct item *x = malloc(sizeof(*x) + size);

	if (!x)
		return rgpu_error("out of memory");
	x->next = NULL;
	x->cmd = *cmd;
	x->size = size;
	memcpy(x->body, cmd->body.base, size);
	x->cmd.body = rgpu_dec_init(x->body, size);
	pthread_mutex_lock(&b->lock);
	while (b->receiving && b->bytes > RGPU_BACKLOG_MAX && !b->end)
		pthread_cond_wait(&b->less, &b->lock);
	*b->last = x;
	b->last = &x->next;
	b->bytes += size;
	pthread_cond_signal(&b->more);
	pthread_mutex_unlock(&b->lock);
	return 0;
}

static void *
receive(void *arg)
{
	struct rgpu_backlog *b = arg;

	while (rgpu_channel_receive(b->s->channel, true) >= 0)
		;
	pthread_mutex_lock(&b->lock);
	b->end = true;
	pthread_cond_signal(&b->more);
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* NULL: the client is gone, and what it sent before is done. */
static struct item *
take(struct rgpu_backlog *b)
{
	struct item *x;

	pthread_mutex_lock(&b->lock);
	while (!b->first && !b->end)
		pthread_cond_wait(&b->more, &b->lock);
	x = b->first;
	if (x) {
		b->first = x->next;
		if (!b->first)
			b->last = &b->first;
		b->bytes -= x->size;
		pthread_cond_signal(&b->less);
	}
	pthread_mutex_unlock(&b->lock);
	return x;
}

void
rgpu_backlog_run(struct rgpu_backlog *b,
	int (*work)(struct rgpu_session *s, struct rgpu_command *cmd))
{
	struct item *x;
	pthread_t thread;
	int r = 0;

	b->receiving = true;
	if (rgpu_thread_start(&thread, "rgpu-receive", receive, b)) {
		rgpu_channel_fail(b->s->channel, rgpu_error_text());
		return;
	}
	pthread_detach(thread);
	while (!r && (x = take(b))) {
		r = work(b->s, &x->cmd);
		free(x);
	}
	if (r)
		rgpu_channel_fail(b->s->channel, rgpu_error_text());
}
