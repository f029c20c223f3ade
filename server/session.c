/* SPDX-License-Identifier: Apache-2.0 */
/* A session from hello to end: the executor's loop. */
#include "config.h"
#include "server/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "cudaabi/errors.h"
#include "cudaabi/ops.h"
#include "protocol/hello.h"
#include "server/backlog.h"
#include "server/device-facts.h"
#include "server/dispatch.h"
#include "server/events.h"
#include "server/output.h"
#include "server/staging.h"
#include "server/transfers.h"
#include "server/waiters.h"

#define HELLO_TIMEOUT (10 * RGPU_SECOND)

int
rgpu_dispatch_unknown(const struct rgpu_command *cmd)
{
	return rgpu_error("operation 0x%04x is not a command", cmd->op);
}

static int
execute(struct rgpu_session *s, struct rgpu_command *cmd)
{
	if (!rgpu_dispatch(s, cmd))
		return 0;
	if (cmd->body.bad)
		return rgpu_error(
			"damaged arguments of %s", rgpu_op_name(cmd->op));
	return -1;
}

/* A command has arrived. */
static int
on_unit(void *ctx, const struct rgpu_unit *u, const uint8_t *body, size_t size)
{
	struct rgpu_session *s = ctx;
	struct rgpu_command cmd = {
		.op = u->kind,
		.flags = u->info,
		.seq = s->next_command++,
		.context_id = u->id,
		.body = rgpu_dec_init(body, size),
	};

	if (u->info & ~RGPU_COMMAND_REPLY)
		return rgpu_error("%s with unknown flags 0x%x",
			rgpu_op_name(u->kind), u->info);
	/* What a stream waits for must not wait for the executor. */
	if (s->backlog && u->kind != RGPU_OP_rgpu_host_done &&
		u->kind != RGPU_OP_rgpu_late_data)
		return rgpu_backlog_put(s->backlog, &cmd);
	return execute(s, &cmd);
}

static void
on_dead(void *ctx, const char *why)
{
	struct rgpu_session *s = ctx;

	s->gone = true;
	rgpu_info("%s: session %llu ends: %s", s->peer,
		(unsigned long long)s->id, why);
}

static int
prepare_driver(struct rgpu_session *s, struct rgpu_transport *t,
	const struct rgpu_backend *backend, const char *library,
	struct rgpu_facts *facts)
{
	CUresult r;

	if (backend->open(&s->driver_table, library)) {
		rgpu_hello_refuse(t, RGPU_REFUSED_BACKEND, rgpu_error_text());
		return -1;
	}
	s->driver = &s->driver_table;
	r = s->driver->cuInit(0);
	if (!r)
		r = rgpu_device_facts_query(s->driver, facts);
	if (!r)
		return 0;
	rgpu_error("backend %s cannot be used: %s (%d)", backend->name,
		rgpu_cuda_error_name((int)r), (int)r);
	rgpu_hello_refuse(t, RGPU_REFUSED_BACKEND, rgpu_error_text());
	return -1;
}

static int
greet(struct rgpu_session *s, struct rgpu_transport *t,
	const struct rgpu_backend *backend, const char *library)
{
	struct rgpu_welcome w = {.session = s->id};
	struct rgpu_hello hello;
	int r;

	if (rgpu_hello_accept(t, HELLO_TIMEOUT, &hello))
		return -1;
	snprintf(s->peer + strlen(s->peer), sizeof(s->peer) - strlen(s->peer),
		" (%.40s)", hello.program);
	if (prepare_driver(s, t, backend, library, &w.facts))
		return -1;
	gethostname(w.server, sizeof(w.server) - 1);
	snprintf(w.backend, sizeof(w.backend), "%s", backend->name);
	r = rgpu_hello_welcome(t, &w);
	rgpu_info("%s: session %llu begins: backend %s, %u devices", s->peer,
		(unsigned long long)s->id, backend->name, w.facts.device_count);
	rgpu_facts_free(&w.facts);
	return r;
}

static int
equip(struct rgpu_session *s)
{
	s->waiters = rgpu_waiters_create();
	s->staging = rgpu_staging_create(s->driver);
	s->events = rgpu_events_create(s->driver);
	if (!s->waiters || !s->staging || !s->events)
		return rgpu_error("out of memory");
	s->transfers = rgpu_transfers_create(s);
	return s->transfers ? 0 : -1;
}

int
rgpu_session_run(struct rgpu_transport *transport,
	const struct rgpu_backend *backend, const char *library, uint64_t id,
	const char *peer)
{
	struct rgpu_session *s = calloc(1, sizeof(*s));
	struct rgpu_channel_config config = {
		.transport = transport,
		.send_type = RGPU_FRAME_ANSWERS,
		.receive_type = RGPU_FRAME_COMMANDS,
		.hooks = {.ctx = s, .unit = on_unit, .dead = on_dead},
	};

	if (!s)
		return rgpu_error("out of memory");
	s->id = id;
	s->next_command = 1;
	snprintf(s->peer, sizeof(s->peer), "%.100s", peer);
	s->output = rgpu_output_create();
	if (!s->output || greet(s, transport, backend, library) || equip(s))
		return -1;
	s->channel = rgpu_channel_create(&config);
	if (!s->channel)
		return -1;
	rgpu_channel_take_receiver(s->channel);
	while (!s->backlog && rgpu_channel_receive(s->channel, true) >= 0)
		;
	if (s->backlog)
		rgpu_backlog_run(s->backlog, execute);
	/* Waiters may still be in the driver: the process ends, and with it
	 * whatever they hold. */
	return 0;
}
