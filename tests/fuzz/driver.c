/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a target: its seeds, then damaged ones. A child does the work and notes
 * in shared memory which input it is at; so whatever ends it (a sanitizer, a
 * signal, the watchdog), the parent can make that input again, save it and say
 * how to repeat it, and nothing has to be done inside a signal handler.
 *
 *   fuzz-NAME [--seed N] [--count N] [--seconds N] [--only N]
 *             [--write-seeds DIR] [FILE...]
 *
 * --only runs one input, and FILEs are run, in this process: for a debugger.
 *
 * A run ends after the target's own number of damaged inputs or after 2 seconds
 * (5 with sanitizers), whichever is first: `make check` stays short. More of
 * them: RGPU_FUZZ_RUNS=N in the environment, or --count N, is how many damaged
 * inputs there are, without a limit in time; --seconds N sets that limit.
 * Another --seed gives other inputs:
 *
 *   RGPU_FUZZ_RUNS=10000000 tests/fuzz/fuzz-url --seed 2
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/fuzz/leaks.h"
#include "tests/fuzz/mutate.h"

#define SEEDS_MAX    4096
/* An input takes microseconds; the sanitizers and a busy machine multiply. */
#define HANG_SECONDS 20
/* Of one run, when nothing else is said. */
#ifdef RGPU_SANITIZED
#define RUN_SECONDS 5
#else
#define RUN_SECONDS 2
#endif
/* As long as it takes. */
#define NO_LIMIT UINT64_MAX

/* Input `number` is a seed below seed_count; a damaged one from there on. */
static struct {
	uint64_t series, count, seconds;
	size_t good; /* seeds that must be accepted; then come the found ones */
	struct rgpu_fuzz_seed seeds[SEEDS_MAX];
	struct rgpu_mutator mutator;
} run = {.series = 1, .seconds = RUN_SECONDS};

/* What the child tells. */
static struct progress {
	_Atomic uint64_t number, accepted;
	atomic_bool finished;
} * progress;

/* ---- inputs -------------------------------------------------------------------- */

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "fuzz-%s: %s: %s\n", rgpu_fuzz_setup.name, what,
		strerror(errno));
	exit(1);
}

static void
add_seed(const void *data, size_t size)
{
	struct rgpu_mutator *m = &run.mutator;

	if (m->seed_count == SEEDS_MAX || size > RGPU_FUZZ_INPUT_MAX) {
		fprintf(stderr, "fuzz-%s: too many or too long seeds\n",
			rgpu_fuzz_setup.name);
		exit(1);
	}
	run.seeds[m->seed_count++] =
		(struct rgpu_fuzz_seed){rgpu_fuzz_copy(data, size), size};
}

static void
make_seeds(void)
{
	struct rgpu_mutator *m = &run.mutator;

	m->seeds = run.seeds;
	m->words = rgpu_fuzz_setup.words;
	m->data = rgpu_fuzz_alloc(RGPU_FUZZ_INPUT_MAX);
	rgpu_fuzz_seeds(add_seed);
	run.good = m->seed_count;
	for (size_t i = 0; i < rgpu_fuzz_setup.found_count; i++)
		add_seed(rgpu_fuzz_setup.found[i].data,
			rgpu_fuzz_setup.found[i].size);
	if (!run.good) {
		fprintf(stderr, "fuzz-%s: no seeds\n", rgpu_fuzz_setup.name);
		exit(1);
	}
}

static void
free_seeds(void)
{
	for (size_t i = 0; i < run.mutator.seed_count; i++)
		free((void *)(uintptr_t)run.seeds[i].data);
	free(run.mutator.data);
}

static struct rgpu_fuzz_seed
input(uint64_t number)
{
	struct rgpu_mutator *m = &run.mutator;

	if (number < m->seed_count)
		return run.seeds[number];
	rgpu_mutate(m, run.series, number);
	return (struct rgpu_fuzz_seed){m->data, m->size};
}

/* ---- one input ------------------------------------------------------------------- */

/* In a block that ends where the input ends: one byte more is seen by ASan. */
static void
try_once(const struct rgpu_fuzz_seed *in)
{
	uint8_t *copy = rgpu_fuzz_copy(in->data, in->size);

	LLVMFuzzerTestOneInput(copy, in->size);
	free(copy);
}

/* Whether the input leaves memory behind each time. What stops growing is no
 * leak: a buffer of stdio, or glibc's cache of freed blocks, which holds 7 of
 * each size and which calloc() never takes from. */
static bool
leaves_memory(const struct rgpu_fuzz_seed *in)
{
	for (int i = 0; i < 16; i++) {
		int64_t before = rgpu_fuzz_live();

		try_once(in);
		if (rgpu_fuzz_live() <= before)
			return false;
	}
	return true;
}

/* -1: the message is printed. */
static int
try_input(const struct rgpu_fuzz_seed *in, bool good)
{
	unsigned long accepted = rgpu_fuzz_accepted;
	int64_t before = rgpu_fuzz_live();

	try_once(in);
	if (good && rgpu_fuzz_accepted == accepted) {
		fprintf(stderr, "a good input is refused\n");
		return -1;
	}
	if (rgpu_fuzz_live() > before && leaves_memory(in)) {
		fprintf(stderr, "the input leaves memory allocated\n");
		return -1;
	}
	return 0;
}

/* ---- the child ------------------------------------------------------------------- */

static int
work(void)
{
	size_t seeds = run.mutator.seed_count;
	uint64_t end = run.seconds == NO_LIMIT
		? UINT64_MAX
		: rgpu_now() + run.seconds * RGPU_SECOND;

	for (uint64_t i = 0; i < seeds + run.count; i++) {
		struct rgpu_fuzz_seed in = input(i);

		if (i > seeds && i % 16 == 0 && rgpu_now() > end)
			break;
		atomic_store(&progress->number, i);
		if (try_input(&in, i < run.good))
			return 1;
		atomic_store(&progress->accepted, rgpu_fuzz_accepted);
	}
	atomic_fetch_add(&progress->number, 1);
	atomic_store(&progress->finished, true);
	return 0;
}

/* ---- the parent ------------------------------------------------------------------ */

/* Waits for the child; ends it when it stands still. Its status; *hung. */
static int
watch(pid_t pid, bool *hung)
{
	uint64_t last = UINT64_MAX, since = rgpu_now();
	int status;
	pid_t r;

	*hung = false;
	while ((r = waitpid(pid, &status, WNOHANG)) == 0) {
		uint64_t at = atomic_load(&progress->number);

		usleep(10000);
		if (at != last) {
			last = at;
			since = rgpu_now();
		} else if (rgpu_now() - since > HANG_SECONDS * RGPU_SECOND) {
			*hung = true;
			kill(pid, SIGKILL);
		}
	}
	if (r < 0)
		die("waitpid");
	return status;
}

static void
save(uint64_t number)
{
	struct rgpu_fuzz_seed in = input(number);
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), "fuzz-%s-%llu-%llu.input",
		rgpu_fuzz_setup.name, (unsigned long long)run.series,
		(unsigned long long)number);
	f = fopen(name, "wb");
	if (!f || fwrite(in.data, 1, in.size, f) != in.size || fclose(f))
		die(name);
	fprintf(stderr,
		"fuzz-%s: saved as %s; to repeat it: --seed %llu "
		"--only %llu, or the file\n",
		rgpu_fuzz_setup.name, name, (unsigned long long)run.series,
		(unsigned long long)number);
}

static int
report(int status, bool hung)
{
	uint64_t n = atomic_load(&progress->number);
	char how[64];

	if (hung)
		snprintf(how, sizeof(how), "it takes more than %d s",
			HANG_SECONDS);
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "signal %d", WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "exit status %d",
			WEXITSTATUS(status));
	fprintf(stderr, "fuzz-%s: %s input %llu of series %llu: %s\n",
		rgpu_fuzz_setup.name,
		atomic_load(&progress->finished) ? "after" : "at",
		(unsigned long long)n, (unsigned long long)run.series, how);
	if (!atomic_load(&progress->finished))
		save(n);
	return 1;
}

static int
supervise(void)
{
	uint64_t start = rgpu_now();
	bool hung;
	int status;
	pid_t pid;

	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED)
		die("mmap");
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		status = work();
		free_seeds();
		exit(status);
	}
	status = watch(pid, &hung);
	if (status)
		return report(status, hung);
	printf("fuzz-%s: %llu inputs of series %llu from %zu seeds in %.1f s; "
	       "%llu were accepted\n",
		rgpu_fuzz_setup.name,
		(unsigned long long)atomic_load(&progress->number),
		(unsigned long long)run.series, run.mutator.seed_count,
		(double)(rgpu_now() - start) / 1e9,
		(unsigned long long)atomic_load(&progress->accepted));
	return 0;
}

/* ---- other ways to run ------------------------------------------------------------ */

static int
try_file(const char *name)
{
	uint8_t *data = rgpu_fuzz_alloc(RGPU_FUZZ_INPUT_MAX);
	struct rgpu_fuzz_seed in = {data, 0};
	FILE *f = fopen(name, "rb");
	int r;

	if (!f)
		die(name);
	in.size = fread(data, 1, RGPU_FUZZ_INPUT_MAX, f);
	fclose(f);
	r = try_input(&in, false);
	free(data);
	printf("%s: %s\n", name, rgpu_fuzz_accepted ? "accepted" : "refused");
	return r ? 1 : 0;
}

/* A corpus and, where there are words, a dictionary (DIR.dict) for libFuzzer. */
static int
write_seeds(const char *dir)
{
	char name[4096];
	FILE *f;

	if (mkdir(dir, 0777) && errno != EEXIST)
		die(dir);
	for (size_t i = 0; i < run.mutator.seed_count; i++) {
		const struct rgpu_fuzz_seed *s = &run.seeds[i];

		snprintf(name, sizeof(name), "%s/seed-%04zu", dir, i);
		f = fopen(name, "wb");
		if (!f || fwrite(s->data, 1, s->size, f) != s->size ||
			fclose(f))
			die(name);
	}
	if (!run.mutator.words)
		return 0;
	snprintf(name, sizeof(name), "%s.dict", dir);
	f = fopen(name, "w");
	if (!f)
		die(name);
	for (const char *const *w = run.mutator.words; *w; w++) {
		fputc('"', f);
		for (const char *p = *w; *p; p++)
			fprintf(f, "\\x%02x", (unsigned char)*p);
		fputs("\"\n", f);
	}
	return fclose(f) ? 1 : 0;
}

static uint64_t
number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || *end) {
		fprintf(stderr, "'%s' is not a number\n", text);
		exit(2);
	}
	return n;
}

static int
try_only(uint64_t n)
{
	struct rgpu_fuzz_seed in = input(n);

	return try_input(&in, n < run.good) ? 1 : 0;
}

static void
set_count(const char *text)
{
	run.count = number(text);
	run.seconds = NO_LIMIT;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, 's'},
		{"count", required_argument, NULL, 'c'},
		{"seconds", required_argument, NULL, 't'},
		{"only", required_argument, NULL, 'o'},
		{"write-seeds", required_argument, NULL, 'w'},
		{NULL, 0, NULL, 0}};
	const char *only = NULL, *dir = NULL;
	int c, r = 0;

	run.count = rgpu_fuzz_setup.inputs;
	if (getenv("RGPU_FUZZ_RUNS"))
		set_count(getenv("RGPU_FUZZ_RUNS"));
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's': run.series = number(optarg); break;
		case 'c': set_count(optarg); break;
		case 't': run.seconds = number(optarg); break;
		case 'o': only = optarg; break;
		case 'w': dir = optarg; break;
		default: return 2;
		}
	}
	rgpu_fuzz_watch_memory();
	make_seeds();
	if (dir)
		r = write_seeds(dir);
	else if (only)
		r = try_only(number(only));
	else if (optind == argc)
		r = supervise();
	for (; !dir && !only && optind < argc; optind++)
		r |= try_file(argv[optind]);
	free_seeds();
	return r;
}
