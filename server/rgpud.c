/* SPDX-License-Identifier: Apache-2.0 */
/* rgpud: the GPU server's command line. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "server/backend.h"
#include "server/listener.h"

static const char usage[] =
	"usage: rgpud --listen URL... [--backend cuda|soft|null]\n"
	"             [--library FILE] [--insecure] [--max-sessions N]\n"
	"             [--ready-fd FD] [--lifeline FD]\n"
	"\n"
	"Serves GPUs to rgpu-run. URL is unix:PATH or tcp://HOST:PORT; plain tcp\n"
	"beyond this host needs --insecure. See rgpud(8).\n";

static int
number(const char *name, const char *text, unsigned max, unsigned *value)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (end == text || *end || v > max) {
		fprintf(stderr,
			"rgpud: --%s %s: a number up to %u is "
			"expected\n",
			name, text, max);
		return -1;
	}
	*value = (unsigned)v;
	return 0;
}

static int
set(struct rgpu_listener_options *o, const char *name, int c)
{
	unsigned fd = 0;

	switch (c) {
	case 'l':
		if (o->url_count == RGPU_LISTENERS_MAX) {
			fprintf(stderr, "rgpud: too many --listen\n");
			return -1;
		}
		o->urls[o->url_count++] = optarg;
		return 0;
	case 'b': o->backend = optarg; return 0;
	case 'L': o->library = optarg; return 0;
	case 'i': o->insecure = true; return 0;
	case 'm': return number(name, optarg, 4096, &o->max_sessions);
	case 'r':
		if (number(name, optarg, 1u << 20, &fd))
			return -1;
		o->ready_fd = (int)fd;
		return 0;
	case 'f':
		if (number(name, optarg, 1u << 20, &fd))
			return -1;
		o->lifeline_fd = (int)fd;
		return 0;
	default: return -1;
	}
}

static void
help_or_version(int c)
{
	if (c == 'h') {
		fputs(usage, stdout);
		exit(0);
	}
	if (c == 'V') {
		puts("rgpud " PACKAGE_VERSION);
		exit(0);
	}
}

int
main(int argc, char **argv)
{
	static const struct option known[] = {
		{"listen", required_argument, NULL, 'l'},
		{"backend", required_argument, NULL, 'b'},
		{"library", required_argument, NULL, 'L'},
		{"insecure", no_argument, NULL, 'i'},
		{"max-sessions", required_argument, NULL, 'm'},
		{"ready-fd", required_argument, NULL, 'r'},
		{"lifeline", required_argument, NULL, 'f'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	struct rgpu_listener_options o = {.backend = "cuda",
		.max_sessions = 256,
		.ready_fd = -1,
		.lifeline_fd = -1};
	int c, index = 0;

	while ((c = getopt_long(argc, argv, "hV", known, &index)) != -1) {
		help_or_version(c);
		if (set(&o, known[index].name, c)) {
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc || !o.url_count) {
		fputs(usage, stderr);
		return 2;
	}
	if (!rgpu_backend_find(o.backend)) {
		fprintf(stderr, "rgpud: %s\n", rgpu_error_text());
		return 2;
	}
	rgpu_log_name("rgpud");
	return rgpu_listener_run(&o);
}
