/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mbarriers: what each operation does to the phase, seen through the waits, in
 * all spaces and spellings; warps that wait for others; what is not allowed.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/forms.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"

#define HEAD                                                             \
	OPS_HEADER ".visible .entry k(.param .u64 p)\n{\n"               \
		   ".reg .pred %q<8>;\n.reg .b32 %r<32>;\n"              \
		   ".reg .b64 %d<16>;\n.shared .align 8 .b64 m;\n"       \
		   ".shared .align 8 .b8 s[1024];\n"                     \
		   "ld.param.u64 %d1, [p];\nmov.u32 %r1, %tid.x;\n"      \
		   "mul.wide.u32 %d2, %r1, 4;\nadd.u64 %d2, %d1, %d2;\n" \
		   "mov.u32 %r2, m;\nmov.u64 %d3, m;\n"                  \
		   "cvta.shared.u64 %d3, %d3;\n"

static uint32_t *out;

static enum rgpu_ptx_fault_kind
run(const char *body, unsigned threads)
{
	struct t_launch l = {.block = {threads}};
	const void *params[1] = {out};
	struct rgpu_ptx_module *module;
	enum rgpu_ptx_fault_kind kind;
	char text[8192];

	snprintf(text, sizeof(text), "%s%s\nret;\n}\n", HEAD, body);
	module = t_module(text);
	l.kernel = t_kernel(module, "k");
	kind = t_run(&l, params);
	t_module_free(module);
	return kind;
}

/* One thread; TEST appends whether the phases of parity 0 and 1 are over. */
#define PARITY(n, parity)                                                 \
	"mbarrier.test_wait.parity.shared.b64 %q1, [%r2], " #parity ";\n" \
	"selp.u32 %r5, 1, 0, %q1;\nst.global.u32 [%d1+" #n "], %r5;\n"
/* Whether the phase of the state in %d4 is over. */
#define STATE(n)                                           \
	"mbarrier.test_wait.shared.b64 %q1, [%r2], %d4;\n" \
	"selp.u32 %r5, 1, 0, %q1;\nst.global.u32 [%d1+" #n "], %r5;\n"
#define COUNT(n)                                 \
	"mbarrier.pending_count.b64 %r5, %d4;\n" \
	"st.global.u32 [%d1+" #n "], %r5;\n"

static const struct {
	const char *body;
	uint32_t want[6];
	unsigned count;
} steps[] = {
	/* The first phase has parity 0; the one before it counts as over. */
	{"mbarrier.init.shared.b64 [%r2], 2;\n" PARITY(0, 0) PARITY(4, 1),
		{0, 1}, 2},
	{"mbarrier.init.shared::cta.b64 [m], 2;\n"
	 "mbarrier.arrive.shared.b64 %d4, [%r2];\n" STATE(0) COUNT(
		 4) "mbarrier.arrive.shared.b64 %d5, [%r2];\n" STATE(8)
			PARITY(12, 0)
				PARITY(16, 1) "mov.b64 %d4, %d5;\n" COUNT(20),
		{0, 2, 1, 1, 0, 1}, 6},
	/* A phase expects as many as the first. */
	{"mbarrier.init.b64 [%d3], 3;\nmbarrier.arrive.b64 _, [%d3], 3;\n" PARITY(
		 0,
		 0) "mbarrier.arrive.release.cta.shared::cta.b64 "
		    "%d4, [%r2], 2;\n" STATE(
			    4) "mbarrier.arrive.noComplete.shared.b64 %d4, [%r2], 1;\n" COUNT(8)
			    STATE(12),
		{1, 0, 1, 1}, 4},
	/* Transactions hold a phase open, whichever comes first. */
	{"mbarrier.init.shared.b64 [%r2], 1;\n"
	 "mbarrier.arrive.expect_tx.shared.b64 %d4, [%r2], 64;\n" STATE(
		 0) "mbarrier.complete_tx.shared.b64 [%r2], 60;\n" STATE(4) "mbarrier.complete_tx.relaxed.cluster.shared::cluster."
									    "b64 [%r2], 4;\n" STATE(
										    8),
		{0, 0, 1}, 3},
	{"mbarrier.init.shared.b64 [%r2], 1;\n"
	 "mbarrier.expect_tx.relaxed.cta.shared.b64 [%r2], 16;\n"
	 "mbarrier.arrive.shared.b64 %d4, [%r2];\n" STATE(
		 0) "mbarrier.complete_tx.shared.b64 [%r2], 16;\n" STATE(4),
		{0, 1}, 2},
	{"mbarrier.init.shared.b64 [%r2], 2;\n"
	 "mbarrier.complete_tx.shared.b64 [%r2], 8;\n"
	 "mbarrier.arrive.shared.b64 %d4, [%r2], 2;\n" STATE(
		 0) "mbarrier.expect_tx.shared.b64 [%r2], 8;\n" STATE(4),
		{0, 0}, 2},
	/* Who drops out is not expected again. */
	{"mbarrier.init.shared.b64 [%r2], 2;\n"
	 "mbarrier.arrive_drop.shared.b64 %d4, [%r2];\n"
	 "mbarrier.arrive.shared.b64 _, [%r2];\n" STATE(
		 0) "mbarrier.arrive.shared.b64 %d4, [%r2];\n" STATE(4)
			COUNT(8),
		{1, 1, 1}, 3},
	{"mbarrier.init.shared.b64 [%r2], 2;\n"
	 "mbarrier.arrive_drop.expect_tx.shared.b64 %d4, [%r2], 4;\n"
	 "mbarrier.arrive.shared.b64 _, [%r2];\n" STATE(
		 0) "mbarrier.complete_tx.shared.b64 [%r2], 4;\n" STATE(4),
		{0, 1}, 2},
	/* Copies have come when their arrival is asked for. */
	{"mbarrier.init.shared.b64 [%r2], 1;\n"
	 "cp.async.mbarrier.arrive.shared.b64 [%r2];\n" PARITY(0,
		 0) "cp.async.mbarrier.arrive.noinc.shared::cta.b64 [%r2];\n" PARITY(4,
		 0),
		{0, 1}, 2},
	{"mbarrier.init.shared.b64 [%r2], 1;\n"
	 "mbarrier.arrive.shared.b64 %d4, [%r2];\n"
	 "mbarrier.inval.shared.b64 [%r2];\nfence.mbarrier_init.release."
	 "cluster;\nmbarrier.init.shared.b64 [%r2], 1;\n"
	 "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 %q1, [%r2], 1, "
	 "1000;\nselp.u32 %r5, 1, 0, %q1;\nst.global.u32 [%d1], %r5;\n",
		{1}, 1},
};

static void
test_steps(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(steps); i++) {
		memset(out, 0xee, 64);
		if (run(steps[i].body, 1) != RGPU_PTX_FAULT_NONE)
			T_FAIL("steps %u: a fault", i);
		for (unsigned n = 0; n < steps[i].count; n++)
			if (out[n] != steps[i].want[n])
				T_FAIL("steps %u, result %u: %u, right is %u",
					i, n, out[n], steps[i].want[n]);
	}
}

/* 96 threads write, arrive, and wait for each other before they read. */
static const char *const meetings[] = {
	"mbarrier.arrive.shared.b64 %d4, [%r2];\n"
	"W: mbarrier.try_wait.shared.b64 %q1, [%r2], %d4;\n",
	"mbarrier.arrive.shared.b64 %d4, [%r2];\n"
	"W: mbarrier.test_wait.acquire.cta.shared.b64 %q1, [%r2], %d4;\n",
	"mbarrier.arrive.b64 %d4, [%d3];\nand.b32 %r10, %r9, 1;\n"
	"W: mbarrier.test_wait.parity.b64 %q1, [%d3], %r10;\n",
	"cp.async.mbarrier.arrive.noinc.b64 [%d3];\nand.b32 %r10, %r9, 1;\n"
	"W: mbarrier.try_wait.parity.b64 %q1, [%d3], %r10, 100;\n",
};

static void
test_meetings(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(meetings); i++) {
		char body[4096];

		snprintf(body, sizeof(body),
			"setp.eq.u32 %%q2, %%r1, 0;\n"
			"@%%q2 mbarrier.init.shared.b64 [%%r2], 96;\n"
			"bar.sync 0;\nmov.u32 %%r8, 0;\nmov.u32 %%r9, 0;\n"
			"mov.u32 %%r3, s;\nmul.lo.u32 %%r4, %%r1, 4;\n"
			"add.u32 %%r3, %%r3, %%r4;\n"
			/* Its number goes to where the neighbour reads. */
			"NEXT: mad.lo.u32 %%r5, %%r1, 3, %%r9;\n"
			"st.shared.u32 [%%r3], %%r5;\n%s@!%%q1 bra W;\n"
			"add.u32 %%r6, %%r1, 1;\n"
			"rem.u32 %%r6, %%r6, 96;\nmul.lo.u32 %%r6, %%r6, 4;\n"
			"mov.u32 %%r7, s;\nadd.u32 %%r7, %%r7, %%r6;\n"
			"ld.shared.u32 %%r6, [%%r7];\n"
			"add.u32 %%r8, %%r8, %%r6;\nbar.sync 0;\n"
			"add.u32 %%r9, %%r9, 1;\n"
			"setp.lt.u32 %%q3, %%r9, 5;\n@%%q3 bra NEXT;\n"
			"st.global.u32 [%%d2], %%r8;\n",
			meetings[i]);
		memset(out, 0, 96 * sizeof(*out));
		if (run(body, 96) != RGPU_PTX_FAULT_NONE)
			T_FAIL("meeting %u: a fault", i);
		for (unsigned t = 0; t < 96; t++)
			if (out[t] != 15 * ((t + 1) % 96) + 10)
				T_FAIL("meeting %u: thread %u read %u", i, t,
					out[t]);
	}
}

static const struct {
	const char *body;
	enum rgpu_ptx_fault_kind kind;
} faults[] = {
	{"mbarrier.init.shared.b64 [%r2], 0;", RGPU_PTX_FAULT_BARRIER},
	{"mbarrier.init.shared.b64 [%r2], 1048576;", RGPU_PTX_FAULT_BARRIER},
	{"mbarrier.init.shared.b64 [%r2], 1048575;", RGPU_PTX_FAULT_NONE},
	{"mbarrier.init.shared.b64 [%r2+4], 1;", RGPU_PTX_FAULT_MISALIGNED},
	{"mbarrier.init.shared.b64 [s+1024], 1;", RGPU_PTX_FAULT_ADDRESS},
	{"mbarrier.init.shared.b64 [%r2], 1;\n"
	 "mbarrier.arrive.shared.b64 _, [%r2], 2;",
		RGPU_PTX_FAULT_BARRIER},
};

static void
test_faults(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(faults); i++)
		if (run(faults[i].body, 1) != faults[i].kind)
			T_FAIL("%s: another end", faults[i].body);
}

/* Every spelling decodes; what each does is above. */
static void
test_spellings(void)
{
	enum ptx_type types[PTX_TYPES_MAX];
	struct ptx_mods mods;
	char text[96], body[256];
	unsigned count;

	for (size_t i = 0; i < ptx_forms_mbarrier_count; i++) {
		const struct ptx_form *form = &ptx_forms_mbarrier[i];
		bool is_fence = form->build == ptx_build_fence;
		const char *args = form->args;

		for (size_t n = 0; ptx_form_variant(
			     form, n, text, sizeof(text), &mods, types, &count);
			n++) {
			snprintf(body, sizeof(body),
				"mbarrier.init.b64 [%%d3], 9;\n"
				"mov.b64 %%d4, 0;\nmov.u32 %%r3, 1;\n%s %s%s%s;",
				text,
				is_fence			       ? ""
					: strcmp(args, "WAIT") == 0    ? "%q1, "
					: strcmp(args, "PENDING") == 0 ? "%r5, "
					: strncmp(args, "ARRIVE", 6) == 0
					? "%d4, "
					: "",
				is_fence			       ? ""
					: strcmp(args, "PENDING") == 0 ? "%d4"
					: strstr(text, ".shared")      ? "[%r2]"
								  : "[%d3]",
				strcmp(args, "WAIT") == 0
					? strstr(text, "parity") ? ", %r3"
								 : ", %d4"
					: strcmp(args, "INIT") == 0 ||
						strcmp(args, "TX") == 0 ||
						strncmp(args, "ARRIVE", 6) == 0
					? ", %r3"
					: "");
			if (run(body, 1) != RGPU_PTX_FAULT_NONE)
				T_FAIL("%s: a fault", text);
		}
	}
}

int
main(void)
{
	out = t_alloc(4096);
	test_steps();
	test_meetings();
	test_faults();
	test_spellings();
	return t_done();
}
