/* SPDX-License-Identifier: Apache-2.0 */
/* The connection: making it, losing it, and messages over it. */
#include "config.h"
#include "libclient/client.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/error.h"
#include "common/log.h"
#include "cudaabi/errors.h"
#include "cudaabi/ops.h"
#include "cudaabi/visible.h"
#include "libclient/fork.h"

#define CONNECT_TIMEOUT (10 * RGPU_SECOND)
/* A failure is remembered for so long: cudart asks twice in a row, and must not
 * wait twice. */
#define RETRY_AFTER	(2 * RGPU_SECOND)

struct rgpu_client rgpu_client;

static pthread_mutex_t connecting = PTHREAD_MUTEX_INITIALIZER;
static uint64_t failed_at;
static CUresult failed_with;

/* ---- what the server says without being asked ------------------------------- */

static void
on_failed(void *ctx RGPU_UNUSED, uint64_t seq, unsigned result RGPU_UNUSED,
	const char *text)
{
	rgpu_err("%s: an earlier call failed on the server: %s (command %llu); "
		 "the next synchronising call returns this error",
		rgpu_client.url.text, text, (unsigned long long)seq);
}

/* Device output is the application's: through its own stdio, so that it stands
 * where it would with a local GPU. */
static void
on_output(void *ctx RGPU_UNUSED, int fd, const void *text, size_t size)
{
	FILE *f = fd == 1 ? stdout : stderr;

	fwrite(text, 1, size, f);
	fflush(f);
}

static void
on_log(void *ctx RGPU_UNUSED, int level, const char *text)
{
	rgpu_log(level < RGPU_LOG_ERROR || level > RGPU_LOG_TRACE
			? RGPU_LOG_WARN
			: (enum rgpu_log_level)level,
		"%s: %s", rgpu_client.url.text, text);
}

static void
on_dead(void *ctx RGPU_UNUSED, const char *why)
{
	enum rgpu_client_state up = RGPU_CLIENT_UP,
			       connected = RGPU_CLIENT_CONNECTED;

	if (atomic_compare_exchange_strong(
		    &rgpu_client.state, &up, RGPU_CLIENT_LOST) ||
		atomic_compare_exchange_strong(
			&rgpu_client.state, &connected, RGPU_CLIENT_LOST))
		rgpu_err("%s: the GPU server is gone (%s): every call returns "
			 "CUDA_ERROR_DEVICE_UNAVAILABLE from now on; start the "
			 "program again when the server runs",
			rgpu_client.url.text, why);
}

/* ---- connecting -------------------------------------------------------------- */

static CUresult
result_of(int refusal)
{
	switch (refusal) {
	case RGPU_REFUSED_VERSION:
	case RGPU_REFUSED_ABI: return CUDA_ERROR_SYSTEM_DRIVER_MISMATCH;
	case RGPU_REFUSED_BACKEND: return CUDA_ERROR_NO_DEVICE;
	default: return CUDA_ERROR_SYSTEM_NOT_READY;
	}
}

static struct rgpu_transport *
dial(const char *text)
{
	const struct rgpu_transport_options options = {
		.insecure = getenv("RGPU_INSECURE") != NULL,
		.timeout_ns = CONNECT_TIMEOUT,
	};
	const struct rgpu_transport_ops *ops;

	if (!text || !*text) {
		rgpu_error(
			"no GPU server is named: start the program with "
			"rgpu-run --server URL (or --soft), or set RGPU_SERVER");
		return NULL;
	}
	if (rgpu_url_parse(text, &rgpu_client.url))
		return NULL;
	ops = rgpu_transport_find(rgpu_client.url.scheme);
	return ops ? ops->connect(&rgpu_client.url, &options) : NULL;
}

/* Closes the transport when the server does not welcome us. */
static struct rgpu_transport *
greet(struct rgpu_transport *t, int *refusal)
{
	if (!t ||
		!rgpu_hello_connect(t, program_invocation_short_name,
			CONNECT_TIMEOUT, &rgpu_client.welcome, refusal))
		return t;
	rgpu_error("%s: %s", rgpu_client.url.text, rgpu_error_text());
	t->ops->close(t);
	return NULL;
}

/* Which of the server's devices CUDA_VISIBLE_DEVICES shows. */
static void
choose_devices(void)
{
	struct rgpu_client *c = &rgpu_client;
	const struct rgpu_facts *f = &c->welcome.facts;
	uint8_t uuids[RGPU_DEVICES_MAX][16];

	for (uint32_t i = 0; i < f->device_count; i++)
		memcpy(uuids[i], f->device[i].uuid, sizeof(uuids[i]));
	c->device_count = rgpu_visible_devices(getenv("CUDA_VISIBLE_DEVICES"),
		(int)f->device_count, (const uint8_t(*)[16])uuids, c->ordinal);
}

static CUresult
connect_now(void)
{
	static const struct rgpu_calls_hooks hooks = {.failed = on_failed,
		.output = on_output,
		.log = on_log,
		.dead = on_dead};
	struct rgpu_client *c = &rgpu_client;
	int refusal = 0;
	struct rgpu_transport *t = greet(dial(getenv("RGPU_SERVER")), &refusal);

	if (t)
		c->calls = rgpu_calls_create(t, &hooks);
	if (!c->calls) {
		rgpu_err("%s", rgpu_error_text());
		return result_of(refusal);
	}
	c->channel = rgpu_calls_channel(c->calls);
	choose_devices();
	c->blocking = getenv("CUDA_LAUNCH_BLOCKING") &&
		!strcmp(getenv("CUDA_LAUNCH_BLOCKING"), "1");
	rgpu_fork_watch();
	atomic_store(&c->state, RGPU_CLIENT_CONNECTED);
	rgpu_info("session %llu on %s (%s), backend %s, %d device(s)",
		(unsigned long long)c->welcome.session, c->welcome.server,
		c->url.text, c->welcome.backend, c->device_count);
	return CUDA_SUCCESS;
}

CUresult
rgpu_client_connect(void)
{
	CUresult r = CUDA_SUCCESS;

	pthread_mutex_lock(&connecting);
	switch (atomic_load(&rgpu_client.state)) {
	case RGPU_CLIENT_COLD:
		if (failed_at && rgpu_now() - failed_at < RETRY_AFTER) {
			r = failed_with;
			break;
		}
		r = connect_now();
		failed_with = r;
		failed_at = r ? rgpu_now() : 0;
		break;
	case RGPU_CLIENT_FORKED: r = CUDA_ERROR_NOT_INITIALIZED; break;
	case RGPU_CLIENT_LOST: r = rgpu_client_lost(); break;
	default: break;
	}
	pthread_mutex_unlock(&connecting);
	return r;
}

/* PyTorch asks NVML how many devices there are so that its children can still
 * use CUDA: a connection alone takes nothing away from them. */
void
rgpu_client_forked(void)
{
	struct rgpu_client *c = &rgpu_client;

	if (atomic_load(&c->state) != RGPU_CLIENT_CONNECTED) {
		atomic_store(&c->state, RGPU_CLIENT_FORKED);
		return;
	}
	/* Another thread of the parent may have held it. */
	pthread_mutex_init(&connecting, NULL);
	c->calls = NULL;
	c->channel = NULL;
	atomic_store(&c->state, RGPU_CLIENT_COLD);
}

/* ---- messages ------------------------------------------------------------------ */

CUresult
rgpu_client_lost(void)
{
	return atomic_load(&rgpu_client.state) == RGPU_CLIENT_FORKED
		? CUDA_ERROR_NOT_INITIALIZED
		: CUDA_ERROR_DEVICE_UNAVAILABLE;
}

CUresult
rgpu_client_broken(unsigned op)
{
	char why[80];

	snprintf(why, sizeof(why), "damaged reply to %s", rgpu_op_name(op));
	rgpu_channel_fail(rgpu_client.channel, why);
	return rgpu_client_lost();
}

int
rgpu_client_begin(uint16_t op, uint16_t flags, uint64_t context, size_t bound,
	struct rgpu_sending *s)
{
	return rgpu_channel_begin(
		rgpu_client.channel, op, flags, context, bound, s);
}

void
rgpu_client_put_data(struct rgpu_sending *s, const void *data, size_t size)
{
	uint8_t *p = rgpu_enc_room(&s->enc, size, 8);

	if (p && size)
		memcpy(p, data, size);
}

CUresult
rgpu_client_post(struct rgpu_sending *s)
{
	if (rgpu_channel_commit(rgpu_client.channel, s, RGPU_LAZY))
		return CUDA_SUCCESS;
	rgpu_err("a message is longer than its bound");
	return CUDA_ERROR_UNKNOWN;
}

CUresult
rgpu_client_post_bulk(uint16_t op, uint64_t context,
	const struct rgpu_enc *head, const void *data, size_t size)
{
	return rgpu_channel_send_bulk(
		       rgpu_client.channel, op, 0, context, head, data, size)
		? CUDA_SUCCESS
		: rgpu_client_lost();
}

CUresult
rgpu_client_call(struct rgpu_sending *s, struct rgpu_call *call)
{
	if (rgpu_call_run(rgpu_client.calls, s, call))
		return rgpu_client_lost();
	return (CUresult)call->result;
}

static CUresult
not_sent(void)
{
	return rgpu_channel_is_dead(rgpu_client.channel)
		? rgpu_client_lost()
		: CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult
rgpu_client_detach(struct rgpu_sending *s, const struct rgpu_landing *to)
{
	return rgpu_call_detach(rgpu_client.calls, s, to) ? not_sent()
							  : CUDA_SUCCESS;
}

CUresult
rgpu_client_notify(struct rgpu_sending *s, const struct rgpu_notice *notice)
{
	return rgpu_call_notify(rgpu_client.calls, s, notice) ? not_sent()
							      : CUDA_SUCCESS;
}
