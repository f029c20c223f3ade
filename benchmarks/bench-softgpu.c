/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the software GPU runs PTX: a product of matrices in tiles of shared
 * memory and an elementwise kernel, in instructions of a lane for each second
 * of a core; "a core" is by the time that the cores worked, so that it is true
 * on a busy machine, too. Beside them stands a plain loop of the host that does
 * the same.
 *
 *   bench-softgpu [WORKERS]
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "softgpu/ptx/ptx.h"

#define SIDE	 512
#define TILE	 16
#define ELEMENTS (1 << 20)
#define ROUNDS	 7 /* the best is taken: others use the machine, too */
#define TEXT_MAX 16384

static float *a, *b, *c;

static void
fail(const char *what)
{
	fprintf(stderr, "bench-softgpu: %s\n", what);
	exit(1);
}

/* All of the process's memory is the device's here. */
static bool
find(void *ctx, uint64_t address, uint64_t *lo, uint64_t *hi)
{
	const float *all[3] = {a, b, c};

	(void)ctx;
	for (unsigned i = 0; i < 3; i++) {
		*lo = (uint64_t)(uintptr_t)all[i];
		*hi = *lo + ELEMENTS * sizeof(float);
		if (address >= *lo && address < *hi)
			return true;
	}
	return false;
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What one run took: of the clock, and of all cores together. */
struct cost {
	double wall, cores;
	struct rgpu_ptx_stats stats;
};

static const char head[] =
	".version 9.0\n.target sm_90\n.address_size 64\n"
	".visible .entry k(.param .u64 a, .param .u64 b, .param .u64 c)\n{\n"
	".reg .pred %p<4>;\n.reg .b32 %r<32>;\n.reg .f32 %f<64>;\n"
	".reg .b64 %d<16>;\n.shared .align 16 .b8 s[2048];\n"
	"ld.param.u64 %d1, [a];\nld.param.u64 %d2, [b];\n"
	"ld.param.u64 %d3, [c];\nmov.u32 %r1, %tid.x;\n"
	"mov.u32 %r2, %tid.y;\nmov.u32 %r3, %ctaid.x;\n"
	"mov.u32 %r4, %ctaid.y;\nmov.u32 %r5, %ntid.x;\n";

/* c[y][x] = sum of a[y][k] * b[k][x]; as nvcc unrolls it. */
static const char tiles[] =
	/* x, y; addresses of a[y][tid.x], b[tid.y][x], c[y][x] */
	"shl.b32 %r6, %r3, 4;\nadd.s32 %r6, %r6, %r1;\n"
	"shl.b32 %r7, %r4, 4;\nadd.s32 %r7, %r7, %r2;\n"
	"mad.lo.s32 %r8, %r7, 512, %r1;\nmul.wide.s32 %d4, %r8, 4;\n"
	"add.s64 %d4, %d1, %d4;\nmad.lo.s32 %r9, %r2, 512, %r6;\n"
	"mul.wide.s32 %d5, %r9, 4;\nadd.s64 %d5, %d2, %d5;\n"
	"mad.lo.s32 %r10, %r7, 512, %r6;\nmul.wide.s32 %d6, %r10, 4;\n"
	"add.s64 %d6, %d3, %d6;\n"
	/* its places in the two tiles; row of the first, column of the other */
	"mov.u32 %r11, s;\nshl.b32 %r12, %r2, 6;\nadd.s32 %r13, %r11, %r12;\n"
	"shl.b32 %r14, %r1, 2;\nadd.s32 %r15, %r13, %r14;\n"
	"add.s32 %r16, %r11, %r14;\n"
	"mov.f32 %f1, 0f00000000;\nmov.u32 %r17, 0;\n"
	"LOOP:\nld.global.f32 %f2, [%d4];\nst.shared.f32 [%r15], %f2;\n"
	"ld.global.f32 %f3, [%d5];\nst.shared.f32 [%r15+1024], %f3;\n"
	"bar.sync 0;\n";
static const char tiles_end[] =
	"bar.sync 0;\nadd.s64 %d4, %d4, 64;\nadd.s64 %d5, %d5, 32768;\n"
	"add.s32 %r17, %r17, 16;\nsetp.lt.u32 %p1, %r17, 512;\n"
	"@%p1 bra LOOP;\nst.global.f32 [%d6], %f1;\nret;\n}\n";

/* c[i] = (a[i] * b[i] + a[i]) * 0.5 + b[i], a few times over */
static const char elements[] =
	"mad.lo.s32 %r6, %r3, %r5, %r1;\nsetp.ge.s32 %p1, %r6, 1048576;\n"
	"@%p1 bra END;\nmul.wide.s32 %d4, %r6, 4;\nadd.s64 %d5, %d1, %d4;\n"
	"ld.global.f32 %f1, [%d5];\nadd.s64 %d6, %d2, %d4;\n"
	"ld.global.f32 %f2, [%d6];\nfma.rn.f32 %f3, %f1, %f2, %f1;\n"
	"fma.rn.f32 %f4, %f3, 0f3F000000, %f2;\n"
	"fma.rn.f32 %f5, %f4, %f2, %f1;\n"
	"fma.rn.f32 %f6, %f5, 0f3F000000, %f2;\nadd.s64 %d7, %d3, %d4;\n"
	"st.global.f32 [%d7], %f6;\nEND: ret;\n}\n";

static char *
tiles_text(void)
{
	char *text = malloc(TEXT_MAX);
	size_t n;

	if (!text)
		fail("no memory");
	n = (size_t)snprintf(text, TEXT_MAX, "%s%s", head, tiles);
	for (unsigned i = 0; i < TILE; i++)
		n += (size_t)snprintf(text + n, TEXT_MAX - n,
			"ld.shared.f32 %%f%u, [%%r13+%u];\n"
			"ld.shared.f32 %%f%u, [%%r16+%u];\n"
			"fma.rn.f32 %%f1, %%f%u, %%f%u, %%f1;\n",
			4 + 2 * i, 4 * i, 5 + 2 * i, 1024 + 64 * i, 4 + 2 * i,
			5 + 2 * i);
	snprintf(text + n, TEXT_MAX - n, "%s", tiles_end);
	return text;
}

static char *
elements_text(void)
{
	char *text = malloc(TEXT_MAX);

	if (!text)
		fail("no memory");
	snprintf(text, TEXT_MAX, "%s%s", head, elements);
	return text;
}

/* The best of several runs. */
static struct cost
run(struct rgpu_ptx_pool *pool, char *text, const uint32_t *grid,
	const uint32_t *block)
{
	static const struct rgpu_ptx_env env = {.find = find};
	const void *params[3] = {a, b, c};
	struct rgpu_ptx_launch l = {.env = &env, .params = params};
	struct cost best = {.wall = INFINITY, .cores = INFINITY};
	struct rgpu_ptx_module *module;
	struct rgpu_ptx_fault fault;
	struct rgpu_ptx_diag diag;

	if (rgpu_ptx_module_create(text, strlen(text), 121, &module, &diag) !=
			RGPU_PTX_OK ||
		rgpu_ptx_module_place(module, &diag) != RGPU_PTX_OK ||
		rgpu_ptx_module_kernel(module, "k", &l.kernel, &diag) !=
			RGPU_PTX_OK)
		fail(diag.text);
	memcpy(l.grid, grid, sizeof(l.grid));
	memcpy(l.block, block, sizeof(l.block));
	for (unsigned i = 0; i < ROUNDS; i++) {
		double wall = seconds(CLOCK_MONOTONIC);
		double cores = seconds(CLOCK_PROCESS_CPUTIME_ID);

		if (rgpu_ptx_run(pool, &l, &fault, &best.stats) !=
			RGPU_PTX_FAULT_NONE)
			fail(fault.text);
		wall = seconds(CLOCK_MONOTONIC) - wall;
		cores = seconds(CLOCK_PROCESS_CPUTIME_ID) - cores;
		best.wall = fmin(best.wall, wall);
		best.cores = fmin(best.cores, cores);
	}
	rgpu_ptx_module_destroy(module);
	free(text);
	return best;
}

static void
host_product(float *out)
{
	memset(out, 0, SIDE * SIDE * sizeof(*out));
	for (unsigned y = 0; y < SIDE; y++)
		for (unsigned k = 0; k < SIDE; k++)
			for (unsigned x = 0; x < SIDE; x++)
				out[y * SIDE + x] +=
					a[y * SIDE + k] * b[k * SIDE + x];
}

static void
host_elements(float *out)
{
	for (unsigned i = 0; i < ELEMENTS; i++) {
		float x = (a[i] * b[i] + a[i]) * 0.5f + b[i];

		out[i] = (x * b[i] + a[i]) * 0.5f + b[i];
	}
}

/* Of one core; and c has to be what the host gets. */
static double
host(void (*work)(float *), float *out, unsigned count)
{
	double best = INFINITY;

	for (unsigned i = 0; i < ROUNDS; i++) {
		double t = seconds(CLOCK_THREAD_CPUTIME_ID);

		work(out);
		best = fmin(best, seconds(CLOCK_THREAD_CPUTIME_ID) - t);
	}
	for (unsigned i = 0; i < count; i++)
		if (!(fabsf(out[i] - c[i]) <= 1e-4f * (1 + fabsf(out[i]))))
			fail("the result is wrong");
	return best;
}

static void
show(const char *name, const struct cost *cost, double flops, double host_time)
{
	printf("%-12s %6.2f GFLOP/s  a core: %5.2f GFLOP/s, %5.2f G "
	       "lane-instructions/s  host, one core: %6.2f GFLOP/s\n",
		name, flops / cost->wall / 1e9, flops / cost->cores / 1e9,
		(double)cost->stats.lane_instructions / cost->cores / 1e9,
		flops / host_time / 1e9);
}

static float *
array(void)
{
	float *p = aligned_alloc(64, ELEMENTS * sizeof(*p));

	if (!p)
		fail("no memory");
	for (unsigned i = 0; i < ELEMENTS; i++)
		p[i] = (float)(i * 2654435761u >> 20) / 4096 - 0.5f;
	return p;
}

int
main(int argc, char **argv)
{
	static const uint32_t tile_grid[3] = {SIDE / TILE, SIDE / TILE, 1};
	static const uint32_t tile_block[3] = {TILE, TILE, 1};
	static const uint32_t grid[3] = {ELEMENTS / 256, 1, 1};
	static const uint32_t block[3] = {256, 1, 1};
	long workers = argc > 1 ? atol(argv[1]) : sysconf(_SC_NPROCESSORS_ONLN);
	struct rgpu_ptx_pool *pool;
	float *out = array();
	struct cost cost;

	a = array();
	b = array();
	c = array();
	pool = rgpu_ptx_pool_create(workers < 1 ? 1 : (unsigned)workers);
	if (!pool)
		fail("no threads");
	printf("executor %s, %ld workers\n", rgpu_ptx_isa(), workers);
	cost = run(pool, tiles_text(), tile_grid, tile_block);
	show("sgemm 512", &cost, 2.0 * SIDE * SIDE * SIDE,
		host(host_product, out, SIDE * SIDE));
	cost = run(pool, elements_text(), grid, block);
	show("elementwise", &cost, 8.0 * ELEMENTS,
		host(host_elements, out, ELEMENTS));
	rgpu_ptx_pool_destroy(pool);
	free(a);
	free(b);
	free(c);
	free(out);
	return 0;
}
