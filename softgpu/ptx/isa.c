/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which build of the executor runs here: the best that the processor has, or
 * the one that SOFTGPU_ISA names.
 */
#include "config.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/tables.h"

/* The number of the first handler of a family, and how many there are. */
static const struct {
	unsigned first, end;
} families[] = {
	{0, PTX_X_END_int},
	{PTX_X_END_int, PTX_X_END_bits},
	{PTX_X_END_bits, PTX_X_END_float},
	{PTX_X_END_float, PTX_X_END_approx},
	{PTX_X_END_approx, PTX_X_END_half},
	{PTX_X_END_half, PTX_X_END_move},
	{PTX_X_END_move, PTX_X_END_cvt},
	{PTX_X_END_cvt, PTX_X_END_mem},
	{PTX_X_END_mem, PTX_X_END_atom},
	{PTX_X_END_atom, PTX_X_END_flow},
	{PTX_X_END_flow, PTX_X_END_warp},
	{PTX_X_END_warp, PTX_X_END_matrix},
	{PTX_X_END_matrix, PTX_X_END_tex},
	{PTX_X_END_tex, PTX_X_COUNT},
};

struct build {
	const char *name;
	bool (*works)(void);
	ptx_exec *const *part[RGPU_COUNT(families)];
	enum ptx_warp_status (*run)(struct ptx_warp *warp);
};

static bool
always(void)
{
	return true;
}

#define PARTS(isa)                                                         \
	{ptx_table_int_##isa, ptx_table_bits_##isa, ptx_table_float_##isa, \
		ptx_table_approx_##isa, ptx_table_half_##isa,              \
		ptx_table_move_##isa, ptx_table_cvt_##isa,                 \
		ptx_table_mem_##isa, ptx_table_atom_##isa,                 \
		ptx_table_flow_##isa, ptx_table_warp_##isa,                \
		ptx_table_matrix_##isa, ptx_table_tex_##isa,               \
		ptx_table_mbarrier_##isa},                                 \
		ptx_run_##isa

#ifdef RGPU_PTX_X86_64
/* The levels of the x86-64 psABI, by what our builds use of them. */
static bool
has_v2(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("sse4.2") &&
		__builtin_cpu_supports("popcnt");
}

static bool
has_v3(void)
{
	return has_v2() && __builtin_cpu_supports("avx2") &&
		__builtin_cpu_supports("fma") &&
		__builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static bool
has_v4(void)
{
	return has_v3() && __builtin_cpu_supports("avx512f") &&
		__builtin_cpu_supports("avx512bw") &&
		__builtin_cpu_supports("avx512cd") &&
		__builtin_cpu_supports("avx512dq") &&
		__builtin_cpu_supports("avx512vl");
}
#endif

/* The last one that works is taken. */
static const struct build builds[] = {
	{"generic", always, PARTS(generic)},
#ifdef RGPU_PTX_X86_64
	{"x86-64-v2", has_v2, PARTS(v2)},
	{"x86-64-v3", has_v3, PARTS(v3)},
	{"x86-64-v4", has_v4, PARTS(v4)},
#endif
};

static ptx_exec *handlers[PTX_X_COUNT];
static struct ptx_isa chosen = {.table = handlers};

/* "x86-64-v3", or "v3" for short. */
static bool
is_named(const struct build *build, const char *name)
{
	const char *dash = strrchr(build->name, '-');

	return strcmp(build->name, name) == 0 ||
		(dash && strcmp(dash + 1, name) == 0);
}

static const struct build *
pick(void)
{
	const char *want = getenv("SOFTGPU_ISA");
	const struct build *best = &builds[0];

	for (unsigned i = 0; i < RGPU_COUNT(builds); i++) {
		if (!builds[i].works())
			continue;
		if (want && is_named(&builds[i], want))
			return &builds[i];
		best = &builds[i];
	}
	if (want && *want)
		rgpu_warn("SOFTGPU_ISA=%s: this machine has no such build of "
			  "the executor; %s is used",
			want, best->name);
	return best;
}

static void
init(void)
{
	const struct build *build = pick();

	for (unsigned f = 0; f < RGPU_COUNT(families); f++)
		memcpy(&handlers[families[f].first], build->part[f],
			(families[f].end - families[f].first) *
				sizeof(handlers[0]));
	chosen.name = build->name;
	chosen.run = build->run;
}

const struct ptx_isa *
ptx_isa(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, init);
	return &chosen;
}

ptx_exec *
ptx_isa_handler(unsigned id)
{
	return ptx_isa()->table[id];
}

const char *
rgpu_ptx_isa(void)
{
	return ptx_isa()->name;
}
