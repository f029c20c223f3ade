/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The harness of the PTX tests.
 */
#include "config.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define ALLOCATIONS_MAX 4096

static struct {
	pthread_mutex_t lock;
	uint64_t lo[ALLOCATIONS_MAX], hi[ALLOCATIONS_MAX];
	size_t count;
	char *output, *shown;
	size_t output_len;
	struct rgpu_ptx_pool *pool;
	unsigned workers;
	int failures;
} t = {.lock = PTHREAD_MUTEX_INITIALIZER, .workers = 2};

static RGPU_COLD void
die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

void *
t_alloc(size_t size)
{
	void *p = aligned_alloc(256, (size + 256) & ~(size_t)255);

	if (!p || t.count == ALLOCATIONS_MAX)
		die("no memory for the test");
	memset(p, 0, size);
	pthread_mutex_lock(&t.lock);
	t.lo[t.count] = (uint64_t)(uintptr_t)p;
	t.hi[t.count] = t.lo[t.count] + size;
	t.count++;
	pthread_mutex_unlock(&t.lock);
	return p;
}

void
t_free(void *p)
{
	pthread_mutex_lock(&t.lock);
	for (size_t i = 0; i < t.count; i++)
		if (t.lo[i] == (uint64_t)(uintptr_t)p) {
			t.count--;
			t.lo[i] = t.lo[t.count];
			t.hi[i] = t.hi[t.count];
			free(p);
			break;
		}
	pthread_mutex_unlock(&t.lock);
}

void
t_free_all(void)
{
	while (t.count)
		t_free((void *)(uintptr_t)t.lo[t.count - 1]);
}

static bool
find(void *ctx, uint64_t address, uint64_t *lo, uint64_t *hi)
{
	bool found = false;

	(void)ctx;
	pthread_mutex_lock(&t.lock);
	for (size_t i = 0; i < t.count && !found; i++)
		if (address >= t.lo[i] && address < t.hi[i]) {
			*lo = t.lo[i];
			*hi = t.hi[i];
			found = true;
		}
	pthread_mutex_unlock(&t.lock);
	return found;
}

static uint64_t
heap_alloc(void *ctx, uint64_t size)
{
	(void)ctx;
	return size > 1u << 30 ? 0 : (uint64_t)(uintptr_t)t_alloc(size);
}

static void
heap_free(void *ctx, uint64_t address)
{
	(void)ctx;
	t_free((void *)(uintptr_t)address);
}

static void
print(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	pthread_mutex_lock(&t.lock);
	t.output = realloc(t.output, t.output_len + len + 1);
	if (!t.output)
		die("no memory for output");
	memcpy(t.output + t.output_len, text, len);
	t.output_len += len;
	t.output[t.output_len] = 0;
	pthread_mutex_unlock(&t.lock);
}

const char *
t_output(void)
{
	free(t.shown);
	t.shown = t.output ? t.output : strdup("");
	t.output = NULL;
	t.output_len = 0;
	return t.shown;
}

struct rgpu_ptx_texture t_textures[T_TEXTURES];

/* Handles 1 .. are textures, and SURFACE + 1 .. surfaces. */
static const struct rgpu_ptx_texture *
find_texture(void *ctx, uint64_t handle, bool surface)
{
	uint64_t i = handle - 1 - (surface ? T_SURFACE : 0);

	(void)ctx;
	return i < T_TEXTURES ? &t_textures[i] : NULL;
}

static const struct rgpu_ptx_env env = {.find = find,
	.heap_alloc = heap_alloc,
	.heap_free = heap_free,
	.print = print,
	.print_error = print,
	.texture = find_texture};

void
t_dump(const char *name, const char *text)
{
	const char *dir = getenv("PTX_DUMP");
	char path[4096];
	FILE *f;

	if (!dir)
		return;
	snprintf(path, sizeof(path), "%s/%s.ptx", dir, name);
	f = fopen(path, "w");
	if (!f)
		die("cannot write to PTX_DUMP");
	fputs(text, f);
	fclose(f);
}

static void
place(struct rgpu_ptx_module *module)
{
	size_t count = rgpu_ptx_module_variable_count(module);
	struct rgpu_ptx_diag diag;

	for (size_t i = 0; i < count; i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(module, i, &v);
		rgpu_ptx_module_set_address(module, i,
			(uint64_t)(uintptr_t)t_alloc(v.size ? v.size : 1));
	}
	if (rgpu_ptx_module_place(module, &diag) != RGPU_PTX_OK)
		die(diag.text);
}

struct rgpu_ptx_module *
t_module(const char *text)
{
	static unsigned number;
	struct rgpu_ptx_module *module;
	struct rgpu_ptx_diag diag;
	char name[64];

	snprintf(name, sizeof(name), "%.40s-%03u",
		program_invocation_short_name, number++);
	t_dump(name, text);
	if (rgpu_ptx_module_create(text, strlen(text), 121, &module, &diag) !=
		RGPU_PTX_OK)
		die(diag.text);
	place(module);
	return module;
}

struct rgpu_ptx_module *
t_module_file(const char *name)
{
	const char *dir = getenv("srcdir");
	struct rgpu_ptx_module *module;
	char path[4096], *text;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/ptx/kernels/%s.ptx",
		dir ? dir : ".", name);
	f = fopen(path, "r");
	text = malloc(1 << 20);
	if (!f || !text)
		die(path);
	n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = 0;
	fclose(f);
	module = t_module(text);
	free(text);
	return module;
}

void
t_module_free(struct rgpu_ptx_module *module)
{
	for (size_t i = 0; i < rgpu_ptx_module_variable_count(module); i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(module, i, &v);
		t_free((void *)(uintptr_t)v.address);
	}
	rgpu_ptx_module_destroy(module);
}

const struct rgpu_ptx_kernel *
t_kernel(struct rgpu_ptx_module *module, const char *name)
{
	const struct rgpu_ptx_kernel *kernel;
	struct rgpu_ptx_diag diag;

	if (rgpu_ptx_module_kernel(module, name, &kernel, &diag) != RGPU_PTX_OK)
		die(diag.text);
	return kernel;
}

void *
t_variable(const struct rgpu_ptx_module *module, const char *name)
{
	for (size_t i = 0; i < rgpu_ptx_module_variable_count(module); i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(module, i, &v);
		if (strcmp(v.name, name) == 0)
			return (void *)(uintptr_t)v.address;
	}
	die("no such variable");
	return NULL;
}

bool
t_refused(const char *text, struct rgpu_ptx_diag *diag)
{
	struct rgpu_ptx_module *module;
	const struct rgpu_ptx_kernel *kernel;
	enum rgpu_ptx_status rc;

	rc = rgpu_ptx_module_create(text, strlen(text), 121, &module, diag);
	if (rc == RGPU_PTX_OK && rgpu_ptx_module_entry_count(module))
		rc = rgpu_ptx_module_kernel(module,
			rgpu_ptx_module_entry(module, 0), &kernel, diag);
	rgpu_ptx_module_destroy(module);
	return rc != RGPU_PTX_OK;
}

void
t_workers(unsigned count)
{
	rgpu_ptx_pool_destroy(t.pool);
	t.pool = NULL;
	t.workers = count;
}

enum rgpu_ptx_fault_kind
t_run(struct t_launch *l, const void *params)
{
	struct rgpu_ptx_launch launch = {.kernel = l->kernel,
		.env = &env,
		.dynamic_shared = l->shared,
		.params = params,
		.cooperative = l->cooperative,
		.stop = l->stop};

	for (int i = 0; i < 3; i++) {
		launch.grid[i] = l->grid[i] ? l->grid[i] : 1;
		launch.block[i] = l->block[i] ? l->block[i] : 1;
	}
	if (!t.pool)
		t.pool = rgpu_ptx_pool_create(t.workers);
	if (!t.pool)
		die("no pool");
	return rgpu_ptx_run(t.pool, &launch, &l->fault, &l->stats);
}

void
t_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	/* A wrong handler fails for thousands of values. */
	if (++t.failures > 40)
		return;
	fprintf(stderr, "%s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int
t_done(void)
{
	rgpu_ptx_pool_destroy(t.pool);
	t_free_all();
	free(t.output);
	free(t.shown);
	if (t.failures)
		fprintf(stderr, "%d failures (%s)\n", t.failures,
			rgpu_ptx_isa());
	return t.failures ? 1 : 0;
}

uint64_t
t_random(void)
{
	static uint64_t s = 0x9e3779b97f4a7c15ull;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s;
}
