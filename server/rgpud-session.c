/* SPDX-License-Identifier: Apache-2.0 */
/* rgpud-session: serves one client on descriptor 3. Started by rgpud, by fork and
 * exec, because CUDA does not survive a fork; not for people. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "common/error.h"
#include "common/log.h"
#include "protocol/hello.h"
#include "server/session.h"

#define CLIENT_FD 3

struct options {
	const char *scheme, *backend, *library, *peer, *refuse;
	uint64_t id;
};

static int
parse(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{"scheme", required_argument, NULL, 's'},
		{"backend", required_argument, NULL, 'b'},
		{"library", required_argument, NULL, 'l'},
		{"peer", required_argument, NULL, 'p'},
		{"id", required_argument, NULL, 'i'},
		{"refuse", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 's': o->scheme = optarg; break;
		case 'b': o->backend = optarg; break;
		case 'l': o->library = optarg; break;
		case 'p': o->peer = optarg; break;
		case 'i': o->id = strtoull(optarg, NULL, 10); break;
		case 'r': o->refuse = optarg; break;
		default: return -1;
		}
	}
	return o->scheme && o->backend ? 0 : -1;
}

/* What a session never needs, nobody who takes it over should have. */
static void
confine(void)
{
	const struct rlimit none = {0, 0};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

static int
refuse(struct rgpu_transport *t, const char *text)
{
	struct rgpu_hello hello;

	/* Its hello first: closing a socket with unread data would throw away
	 * the refusal. */
	if (rgpu_hello_accept(t, 2000000000u, &hello))
		return -1;
	return rgpu_hello_refuse(t, RGPU_REFUSED_BUSY, text);
}

static int
serve(const struct options *o)
{
	const struct rgpu_transport_ops *ops = rgpu_transport_find(o->scheme);
	const struct rgpu_backend *backend = rgpu_backend_find(o->backend);
	struct rgpu_transport *t;

	if (!ops || !backend)
		return -1;
	t = ops->adopt(CLIENT_FD);
	if (!t)
		return -1;
	if (o->refuse)
		return refuse(t, o->refuse);
	return rgpu_session_run(t, backend, o->library, o->id, o->peer);
}

int
main(int argc, char **argv)
{
	struct options o = {.peer = "client"};
	char name[48];

	if (parse(argc, argv, &o)) {
		fprintf(stderr, "rgpud-session: started by rgpud only\n");
		return 2;
	}
	snprintf(name, sizeof(name), "rgpud-session[%llu]",
		(unsigned long long)o.id);
	rgpu_log_name(name);
	confine();
	if (serve(&o)) {
		rgpu_warn("%s: %s", o.peer, rgpu_error_text());
		/* No destructors: the driver's threads may be anywhere. */
		_Exit(1);
	}
	_Exit(0);
}
