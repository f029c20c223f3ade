/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cp.async: all sizes, a part of the source, no source, every way to write the
 * place; faults to the byte at both ends; what is refused.
 */
#include "config.h"
#include <stdio.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define THREADS 64
#define HEADER	".version 9.0\n.target sm_90\n.address_size 64\n"

/* Each thread copies to a slot of 32 bytes full of 0xee, and hands it out.
 * %r5 and %p2 are what the copy may be limited with. */
static const char frame[] = HEADER
	".visible .entry k(.param .u64 src, .param .u64 out, .param .u64 some)"
	"\n{\n.reg .pred %%p<4>;\n.reg .b32 %%r<16>;\n.reg .b64 %%d<16>;\n"
	".shared .align 16 .b8 s[2048];\nld.param.u64 %%d1, [src];\n"
	"ld.param.u64 %%d2, [out];\nld.param.u64 %%d3, [some];\n"
	"mov.u32 %%r1, %%tid.x;\nshl.b32 %%r2, %%r1, 5;\nmov.u32 %%r3, s;\n"
	"add.u32 %%r3, %%r3, %%r2;\ncvt.u64.u32 %%d4, %%r2;\n"
	"cvt.u64.u32 %%d7, %%r3;\n"
	"add.u64 %%d1, %%d1, %%d4;\nadd.u64 %%d2, %%d2, %%d4;\n"
	"mul.wide.u32 %%d5, %%r1, 4;\nadd.u64 %%d3, %%d3, %%d5;\n"
	"ld.global.u32 %%r5, [%%d3];\nand.b32 %%r6, %%r5, 1;\n"
	"setp.ne.u32 %%p2, %%r6, 0;\nsetp.ne.u32 %%p1, %%r1, 9;\n"
	"mov.u32 %%r4, 0;\nL: add.u32 %%r7, %%r3, %%r4;\n"
	"st.shared.u32 [%%r7], 0xeeeeeeee;\nadd.u32 %%r4, %%r4, 4;\n"
	"setp.lt.u32 %%p3, %%r4, 32;\n@%%p3 bra L;\n"
	"@%%p1 %s;\ncp.async.commit_group;\ncp.async.wait_group 0;\n"
	"cp.async.wait_all;\nbar.sync 0;\nmov.u32 %%r4, 0;\n"
	"M: add.u32 %%r7, %%r3, %%r4;\ncvt.u64.u32 %%d6, %%r4;\n"
	"add.u64 %%d6, %%d2, %%d6;\nld.shared.u32 %%r8, [%%r7];\n"
	"st.global.u32 [%%d6], %%r8;\nadd.u32 %%r4, %%r4, 4;\n"
	"setp.lt.u32 %%p3, %%r4, 32;\n@%%p3 bra M;\nret;\n}\n";

enum limit { ALL, SOME, FIXED, IGNORE, IGNORE_NOT };

static const struct {
	const char *text;
	unsigned size, at; /* in the slot */
	enum limit limit;
} copies[] = {
	{"cp.async.ca.shared.global [%r3], [%d1], 4", 4, 0, ALL},
	{"cp.async.ca.shared.global [%r3+8], [%d1], 8", 8, 8, ALL},
	{"cp.async.ca.shared.global [%d7+16], [%d1], 16", 16, 16, ALL},
	{"cp.async.cg.shared.global [%r3+16], [%d1], 16", 16, 16, ALL},
	{"cp.async.cg.shared::cta.global.L2::128B [%d7], [%d1], 16", 16, 0,
		ALL},
	{"cp.async.ca.shared.global.L2::cache_hint [%r3], [%d1], 8, %d5", 8, 0,
		ALL},
	{"cp.async.ca.shared.global [%r3], [%d1], 4, %r5", 4, 0, SOME},
	{"cp.async.ca.shared.global [%r3+16], [%d1], 8, %r5", 8, 16, SOME},
	{"cp.async.cg.shared.global [%r3], [%d1], 16, %r5", 16, 0, SOME},
	{"cp.async.cg.shared.global.L2::cache_hint [%r3], [%d1], 16, %r5, %d5",
		16, 0, SOME},
	{"cp.async.cg.shared.global [%r3], [%d1], 16, 5", 16, 0, FIXED},
	{"cp.async.cg.shared.global [%r3], [%d1], 16, %p2", 16, 0, IGNORE},
	{"cp.async.ca.shared.global [%r3], [%d1], 4, !%p2", 4, 0, IGNORE_NOT},
};

static unsigned char *src, *out;
static uint32_t *some;

static void
expected(unsigned n, unsigned thread, unsigned char want[32])
{
	unsigned take = copies[n].size;
	bool odd = some[thread] & 1;

	memset(want, 0xee, 32);
	if (thread == 9)
		return; /* the guard is false */
	if (copies[n].limit == SOME && some[thread] < take)
		take = some[thread];
	if (copies[n].limit == FIXED)
		take = 5;
	if ((copies[n].limit == IGNORE && odd) ||
		(copies[n].limit == IGNORE_NOT && !odd))
		take = 0;
	memset(want + copies[n].at, 0, copies[n].size);
	memcpy(want + copies[n].at, src + 32 * thread, take);
}

static void
test_copy(unsigned n)
{
	const void *params[3] = {src, out, some};
	struct t_launch l = {.block = {THREADS}};
	struct rgpu_ptx_module *module;
	unsigned char want[32];
	char text[4096];

	snprintf(text, sizeof(text), frame, copies[n].text);
	module = t_module(text);
	l.kernel = t_kernel(module, "k");
	if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", copies[n].text, l.fault.text);
	for (unsigned i = 0; i < THREADS; i++) {
		expected(n, i, want);
		if (memcmp(out + 32 * i, want, sizeof(want)) != 0)
			T_FAIL("%s: thread %u has something else",
				copies[n].text, i);
	}
	t_module_free(module);
}

/* One thread, a source of 16 bytes and 32 in shared memory. */
static const struct {
	const char *text;
	enum rgpu_ptx_fault_kind kind;
} edges[] = {
	{"cp.async.cg.shared.global [s+16], [%d1], 16", RGPU_PTX_FAULT_NONE},
	{"cp.async.cg.shared.global [s+32], [%d1], 16", RGPU_PTX_FAULT_ADDRESS},
	{"cp.async.ca.shared.global [s+32], [%d1], 4", RGPU_PTX_FAULT_ADDRESS},
	{"cp.async.ca.shared.global [s-4], [%d1], 4", RGPU_PTX_FAULT_ADDRESS},
	{"cp.async.ca.shared.global [s], [%d1+12], 4", RGPU_PTX_FAULT_NONE},
	{"cp.async.ca.shared.global [s], [%d1+16], 4", RGPU_PTX_FAULT_ADDRESS},
	{"cp.async.ca.shared.global [s], [%d1-4], 4", RGPU_PTX_FAULT_ADDRESS},
	{"cp.async.cg.shared.global [s], [%d1+16], 16", RGPU_PTX_FAULT_ADDRESS},
	/* What is not read need not be there. */
	{"cp.async.cg.shared.global [s], [%d1+16], 16, 0", RGPU_PTX_FAULT_NONE},
	{"cp.async.cg.shared.global [s], [%d1+16], 16, 1",
		RGPU_PTX_FAULT_ADDRESS},
	{"cp.async.cg.shared.global [s], [0], 16, %p1", RGPU_PTX_FAULT_NONE},
	{"cp.async.ca.shared.global [s+2], [%d1], 4",
		RGPU_PTX_FAULT_MISALIGNED},
	{"cp.async.ca.shared.global [s], [%d1+4], 8",
		RGPU_PTX_FAULT_MISALIGNED},
};

static void
test_edges(void)
{
	void *mem = t_alloc(16);

	for (unsigned i = 0; i < RGPU_COUNT(edges); i++) {
		struct rgpu_ptx_module *module;
		struct t_launch l = {0};
		char text[1024];

		snprintf(text, sizeof(text),
			HEADER ".visible .entry k(.param .u64 a)\n{\n"
			       ".reg .b64 %%d<4>;\n.reg .pred %%p<4>;\n"
			       ".shared .align 16 .b8 s[32];\n"
			       "ld.param.u64 %%d1, [a];\n"
			       "setp.eq.u32 %%p1, 0, 0;\n%s;\nret;\n}\n",
			edges[i].text);
		module = t_module(text);
		l.kernel = t_kernel(module, "k");
		if (t_run(&l, &mem) != edges[i].kind)
			T_FAIL("%s: fault %d %s", edges[i].text, l.fault.kind,
				l.fault.text);
		t_module_free(module);
	}
}

static void
test_refusals(void)
{
	static const char *const bad[] = {
		"cp.async.cg.shared.global [s], [%d1], 8",
		"cp.async.ca.shared.global [s], [%d1], 12",
		"cp.async.ca.shared.global [s], [%d1], %r1",
		"cp.async.ca.shared.global [s], [%d1]",
		"cp.async.shared.global [s], [%d1], 4",
		"cp.async.ca.global.shared [%d1], [s], 4, 4, 4",
		"cp.async.bulk.commit_group", "cp.async.wait_group %r1",
		"cp.async.mbarrier.arrive.b64 %d1"};

	for (unsigned i = 0; i < RGPU_COUNT(bad); i++) {
		struct rgpu_ptx_diag diag;
		char text[1024];

		snprintf(text, sizeof(text),
			HEADER ".visible .entry k()\n{\n.reg .b64 %%d<4>;\n"
			       ".reg .b32 %%r<4>;\n.shared .b32 s[8];\n"
			       "%s;\nret;\n}\n",
			bad[i]);
		if (!t_refused(text, &diag))
			T_FAIL("%s: accepted", bad[i]);
		else if (!strstr(diag.text, "`cp.async"))
			T_FAIL("%s: %s", bad[i], diag.text);
	}
}

int
main(void)
{
	src = t_alloc(32 * THREADS);
	out = t_alloc(32 * THREADS);
	some = t_alloc(4 * THREADS);
	for (unsigned i = 0; i < 32 * THREADS; i++)
		src[i] = (unsigned char)t_random();
	for (unsigned i = 0; i < THREADS; i++)
		some[i] = (uint32_t)t_random() % 20;
	for (unsigned i = 0; i < RGPU_COUNT(copies); i++)
		test_copy(i);
	test_edges();
	test_refusals();
	return t_done();
}
