/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rgpu-run: starts a program so that its CUDA calls go to a GPU server. With
 * --server it becomes the program; with --soft it starts a private server on the
 * software GPU, waits for the program, and ends the server.
 */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libclient/private-server.h"

/* Like env(1) and timeout(1). */
enum { EXIT_USAGE = 2, EXIT_OWN = 125, EXIT_DENIED = 126, EXIT_MISSING = 127 };

static const char usage[] =
	"usage: rgpu-run [--server URL | --soft] [--insecure] [--stats]\n"
	"                [--] PROGRAM [ARG...]\n"
	"\n"
	"Runs PROGRAM with the GPUs of a server. URL is unix:PATH or\n"
	"tcp://HOST:PORT (default: $RGPU_SERVER); --soft runs on the software\n"
	"GPU of this machine instead. See rgpu-run(1).\n";

struct options {
	const char *server;
	bool soft;
};

/* Puts dir in front of a list of paths in the environment. */
static int
prepend(const char *variable, const char *path)
{
	const char *old = getenv(variable);
	char *value;
	int r;

	if (asprintf(&value, "%s%s%s", path, old && *old ? ":" : "",
		    old && *old ? old : "") < 0)
		return -1;
	r = setenv(variable, value, 1);
	free(value);
	return r;
}

/* Where the shim is; a build tree says so. */
static int
use_shim(void)
{
	const char *dir = getenv("RGPU_LIBDIR");
	char path[PATH_MAX];

	if (!dir)
		dir = RGPU_PKGLIBDIR "/client";
	snprintf(path, sizeof(path), "%s/libcuda.so.1", dir);
	if (access(path, R_OK)) {
		fprintf(stderr, "rgpu-run: %s: %s\n", path, strerror(errno));
		return -1;
	}
	/* The path is for programs started by programs that drop LD_PRELOAD,
	 * and for dlopen("libcuda.so"). */
	return prepend("LD_LIBRARY_PATH", dir) || prepend("LD_PRELOAD", path)
		? -1
		: 0;
}

static void
parse(int argc, char **argv, struct options *o)
{
	static const struct option known[] = {
		{"server", required_argument, NULL, 's'},
		{"soft", no_argument, NULL, 'S'},
		{"insecure", no_argument, NULL, 'i'},
		{"stats", no_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int c;

	/* "+": what follows the program's name is the program's. */
	while ((c = getopt_long(argc, argv, "+hV", known, NULL)) != -1) {
		switch (c) {
		case 's': o->server = optarg; break;
		case 'S': o->soft = true; break;
		case 'i': setenv("RGPU_INSECURE", "1", 1); break;
		case 't': setenv("RGPU_STATS", "1", 1); break;
		case 'h': fputs(usage, stdout); exit(0);
		case 'V': puts("rgpu-run " PACKAGE_VERSION); exit(0);
		default: fputs(usage, stderr); exit(EXIT_USAGE);
		}
	}
	if (optind == argc || (o->soft && o->server)) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
}

static int
become(char **argv)
{
	execvp(argv[0], argv);
	fprintf(stderr, "rgpu-run: %s: %s\n", argv[0], strerror(errno));
	return errno == ENOENT ? EXIT_MISSING : EXIT_DENIED;
}

int
main(int argc, char **argv)
{
	struct options o = {.server = NULL};

	parse(argc, argv, &o);
	if (o.soft)
		return rgpu_private_server_run(use_shim, become, argv + optind);
	if (o.server)
		setenv("RGPU_SERVER", o.server, 1);
	if (!getenv("RGPU_SERVER")) {
		fprintf(stderr,
			"rgpu-run: no server: give --server URL or "
			"--soft, or set RGPU_SERVER\n");
		return EXIT_USAGE;
	}
	if (use_shim())
		return EXIT_OWN;
	return become(argv + optind);
}
