/* SPDX-License-Identifier: Apache-2.0 */
/* rgpu-doctor: what would stand in the way of a program, before it runs. */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"
#include "libclient/client.h"
#include "libclient/doctor/doctor.h"

enum { EXIT_PROBLEMS = 1, EXIT_USAGE = 2 };

static const char usage[] =
	"usage: rgpu-doctor [--server URL] [--insecure] [-o table|json]\n"
	"                   PROGRAM\n"
	"\n"
	"Says what would fail if PROGRAM ran with the GPUs of a server, and what\n"
	"to do about it. The program does not run. See rgpu-doctor(1).\n";

static void
note(struct rgpu_findings *f, bool problem, const char *check,
	const char *remedy, const char *fmt, va_list ap)
{
	struct rgpu_finding *n;

	if (f->count == RGPU_FINDINGS_MAX)
		return;
	n = &f->list[f->count++];
	n->problem = problem;
	n->check = check;
	n->remedy = remedy;
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
}

void
rgpu_fine(struct rgpu_findings *f, const char *check, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(f, false, check, NULL, fmt, ap);
	va_end(ap);
}

void
rgpu_problem(struct rgpu_findings *f, const char *check, const char *remedy,
	const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(f, true, check, remedy, fmt, ap);
	va_end(ap);
}

/* ---- the server and the libraries ----------------------------------------------- */

static const char *
server_remedy(CUresult r)
{
	switch (r) {
	case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
		return "install the same release on both machines";
	case CUDA_ERROR_NO_DEVICE:
		return "look at the driver on the server; rgpud --backend "
		       "soft needs none";
	default: return "start rgpud there, and name it with --server URL";
	}
}

/* The server's welcome, or NULL. What the shim would log is a finding here. */
static const struct rgpu_welcome *
check_server(struct rgpu_findings *f)
{
	const struct rgpu_client *c = &rgpu_client;
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	CUresult r;

	rgpu_log_fd(nowhere);
	r = rgpu_client_connect();
	rgpu_log_fd(2);
	if (nowhere >= 0)
		close(nowhere);
	if (r) {
		rgpu_problem(
			f, "server", server_remedy(r), "%s", rgpu_error_text());
		return NULL;
	}
	rgpu_fine(f, "server", "%s at %s, backend %s, CUDA driver %d.%d",
		c->welcome.server, c->url.text, c->welcome.backend,
		c->welcome.facts.driver_version / 1000,
		c->welcome.facts.driver_version % 1000 / 10);
	if (c->device_count)
		rgpu_fine(f, "devices", "%d of %u visible: %s", c->device_count,
			c->welcome.facts.device_count,
			c->welcome.facts.device[c->ordinal[0]].name);
	else
		rgpu_problem(f, "devices",
			c->welcome.facts.device_count
				? "change or unset CUDA_VISIBLE_DEVICES"
				: "look at the driver on the server",
			"none of the server's %u devices is visible",
			c->welcome.facts.device_count);
	return &c->welcome;
}

static const char *
check_shim(struct rgpu_findings *f)
{
	const char *dir = getenv("RGPU_LIBDIR");
	char path[PATH_MAX];

	if (!dir)
		dir = RGPU_PKGLIBDIR "/client";
	snprintf(path, sizeof(path), "%s/libcuda.so.1", dir);
	if (access(path, R_OK))
		rgpu_problem(f, "installation", "run make install",
			"there is no %s, which rgpu-run puts in front", path);
	return dir;
}

/* ---- output ------------------------------------------------------------------------- */

static void
json_string(const char *key, const char *value)
{
	printf("\"%s\": \"", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putchar('\\');
		if ((unsigned char)*value >= ' ')
			putchar(*value);
	}
	putchar('"');
}

static void
print_json(
	const struct rgpu_findings *f, const char *program, unsigned problems)
{
	printf("{");
	json_string("program", program);
	printf(", \"problems\": %u, \"findings\": [", problems);
	for (unsigned i = 0; i < f->count; i++) {
		const struct rgpu_finding *n = &f->list[i];

		printf("%s{\"problem\": %s, ", i ? ", " : "",
			n->problem ? "true" : "false");
		json_string("check", n->check);
		printf(", ");
		json_string("text", n->text);
		if (n->remedy) {
			printf(", ");
			json_string("remedy", n->remedy);
		}
		printf("}");
	}
	printf("]}\n");
}

static void
print_table(const struct rgpu_findings *f)
{
	for (unsigned i = 0; i < f->count; i++) {
		const struct rgpu_finding *n = &f->list[i];

		printf("%-8s %-12s %s%s%s\n", n->problem ? "PROBLEM" : "ok",
			n->check, n->text, n->remedy ? "; " : "",
			n->remedy ? n->remedy : "");
	}
}

static bool
parse(int argc, char **argv)
{
	static const struct option known[] = {
		{"server", required_argument, NULL, 's'},
		{"insecure", no_argument, NULL, 'i'},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "+o:hV", known, NULL)) != -1) {
		switch (c) {
		case 's': setenv("RGPU_SERVER", optarg, 1); break;
		case 'i': setenv("RGPU_INSECURE", "1", 1); break;
		case 'h': fputs(usage, stdout); exit(0);
		case 'V': puts("rgpu-doctor " PACKAGE_VERSION); exit(0);
		case 'o':
			json = !strcmp(optarg, "json");
			if (json || !strcmp(optarg, "table"))
				break;
			/* fall through */
		default: fputs(usage, stderr); exit(EXIT_USAGE);
		}
	}
	if (optind >= argc) {
		fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
	return json;
}

int
main(int argc, char **argv)
{
	static struct rgpu_findings f;
	bool json = parse(argc, argv);
	const char *program = argv[optind], *path = rgpu_doctor_find(program);
	const char *dir = check_shim(&f);
	const struct rgpu_welcome *welcome = check_server(&f);
	unsigned problems = 0;

	if (path)
		rgpu_doctor_program(&f, path, welcome, dir);
	else
		rgpu_problem(&f, "program", "name it with its path",
			"%s: no such program can be executed", program);
	for (unsigned i = 0; i < f.count; i++)
		problems += f.list[i].problem;
	if (json)
		print_json(&f, program, problems);
	else
		print_table(&f);
	return problems ? EXIT_PROBLEMS : 0;
}
