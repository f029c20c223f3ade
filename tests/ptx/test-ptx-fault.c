/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: accesses that are one byte outside at either end, or misaligned, in
 * every space; trap, assert, a full stack, calls to no function; and what the
 * fault says of kernel, line, instruction, thread and address.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"
#define BYTES  96 /* of each memory; its last access ends here */

/* A kernel that does one access at %d9 + offset in a space whose variable has
 * BYTES bytes. Thread 37 does it. */
static const char frame[] =
	HEADER ".visible .entry k(.param .align 8 .b8 p[96], "
	       ".param .u64 mem, .param .s64 at)\n{\n"
	       ".reg .pred %%p<4>;\n.reg .b16 %%h<8>;\n.reg .b32 %%r<12>;\n"
	       ".reg .b64 %%d<12>;\n.shared .align 8 .b8 s[96];\n"
	       ".local .align 8 .b8 l[96];\n"
	       "ld.param.u64 %%d1, [mem];\nld.param.u64 %%d2, [at];\n"
	       "mov.u64 %%d9, %s;\n%s"
	       "add.u64 %%d9, %%d9, %%d2;\ncvt.u32.u64 %%r9, %%d9;\n"
	       "mov.u32 %%r1, %%tid.x;\nsetp.eq.u32 %%p1, %%r1, 37;\n"
	       "@%%p1 %s;\nret;\n}\n";

struct access {
	const char *text;
	unsigned size;
};

static const struct access loads[] = {
	{"ld%s.u8 %%h1, [%%d9]", 1},
	{"ld%s.u16 %%h1, [%%d9]", 2},
	{"ld%s.u32 %%r2, [%%d9]", 4},
	{"ld%s.u64 %%d3, [%%d9]", 8},
	{"ld%s.v2.u8 {%%h1, %%h2}, [%%d9]", 2},
	{"ld%s.v4.u32 {%%r2, %%r3, %%r4, %%r5}, [%%d9]", 16},
	{"ld%s.v2.u64 {%%d3, %%d4}, [%%d9]", 16},
};

static const struct access stores[] = {
	{"st%s.u8 [%%d9], %%h1", 1},
	{"st%s.u32 [%%d9], %%r2", 4},
	{"st%s.u64 [%%d9], %%d3", 8},
	{"st%s.v4.u32 [%%d9], {%%r2, %%r3, %%r4, %%r5}", 16},
	{"atom%s.add.u32 %%r2, [%%d9], 1", 4},
	{"atom%s.exch.b64 %%d3, [%%d9], %%d4", 8},
	{"st.volatile%s.u16 [%%d9], %%h1", 2},
};

static const struct access shared32[] = {
	{"ld%s.u32 %%r2, [%%r9]", 4},
	{"ld%s.u64 %%d3, [%%r9]", 8},
	{"st%s.u32 [%%r9], %%r2", 4},
	{"st%s.u64 [%%r9], %%d3", 8},
};

/* A space: its modifier, where its variable is, and how to make it generic. */
static const struct space {
	const char *mod, *base, *generic;
	bool stores;
} spaces[] = {
	{".global", "%d1", "", true},
	{"", "%d1", "", true},
	{".shared", "s", "", true},
	{"", "s", "cvta.shared.u64 %d9, %d9;\n", true},
	{".local", "l", "", true},
	{"", "l", "cvta.local.u64 %d9, %d9;\n", true},
	{".param", "p", "", false},
	{"", "p", "cvta.param.u64 %d9, %d9;\n", false},
};

static unsigned char *memory;

/* Runs the access at an offset; right: what has to come of it. */
static void
run_at(struct t_launch *l, const char *what, int64_t at,
	enum rgpu_ptx_fault_kind right)
{
	struct {
		unsigned char p[96];
		void *mem;
		int64_t at;
	} params = {{0}, memory, at};
	char line[128];
	enum rgpu_ptx_fault_kind rc = t_run(l, &params);

	if (rc != right) {
		T_FAIL("%s at %lld: fault %d, right is %d: %s", what,
			(long long)at, rc, right, l->fault.text);
		return;
	}
	if (right == RGPU_PTX_FAULT_NONE)
		return;
	snprintf(line, sizeof(line), "`@%%p1 %s`", what);
	if (!strstr(l->fault.text, line) || l->fault.thread[0] != 37 ||
		l->fault.block[0] != 0)
		T_FAIL("%s: %s", what, l->fault.text);
}

static void
test_access(const struct space *space, const struct access *a, bool constant)
{
	enum rgpu_ptx_fault_kind out = RGPU_PTX_FAULT_ADDRESS;
	struct rgpu_ptx_module *module;
	struct t_launch l = {.block = {64}};
	char what[128], text[2048];
	unsigned size = a->size;

	if (strncmp(a->text, "atom", 4) == 0 && strstr(space->generic, "local"))
		return; /* ptxas knows better than to let this through */
	snprintf(what, sizeof(what), a->text, space->mod);
	snprintf(text, sizeof(text), frame, space->base, space->generic, what);
	module = t_module(text);
	l.kernel = t_kernel(module, "k");
	if (constant) {
		run_at(&l, what, 0, out);
	} else {
		run_at(&l, what, 0, RGPU_PTX_FAULT_NONE);
		run_at(&l, what, BYTES - size, RGPU_PTX_FAULT_NONE);
		/* Behind this parameter there are others. */
		if (strcmp(space->base, "p") != 0)
			run_at(&l, what, BYTES, out);
		run_at(&l, what, BYTES + 16, out);
		run_at(&l, what, -(int64_t)size, out);
		if (size > 1)
			run_at(&l, what, size / 2, RGPU_PTX_FAULT_MISALIGNED);
	}
	t_module_free(module);
}

static void
test_accesses(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(spaces); i++) {
		for (unsigned k = 0; k < RGPU_COUNT(loads); k++)
			test_access(&spaces[i], &loads[k], false);
		for (unsigned k = 0; k < RGPU_COUNT(stores); k++) {
			bool st = strncmp(stores[k].text, "st%", 3) == 0;

			/* .param takes no stores at all; generic ones are
			 * found out when they run. */
			if (!spaces[i].stores && *spaces[i].mod)
				continue;
			if (st || strcmp(spaces[i].mod, ".local") != 0)
				test_access(&spaces[i], &stores[k],
					!spaces[i].stores);
		}
	}
	for (unsigned k = 0; k < RGPU_COUNT(shared32); k++)
		test_access(&spaces[2], &shared32[k], false);
}

/* All lanes at once, in a row: one byte too many at the end of the last one,
 * one too few at the first. The allocation ends where it ends. */
static const char rows[] =
	HEADER ".visible .entry k(.param .u64 mem)\n{\n.reg .b32 %%r<8>;\n"
	       ".reg .b64 %%d<8>;\nld.param.u64 %%d1, [mem];\n"
	       "mov.u32 %%r1, %%tid.x;\nmul.wide.u32 %%d2, %%r1, %u;\n"
	       "add.u64 %%d1, %%d1, %%d2;\n%s;\nret;\n}\n";

static void
test_row(const char *what, unsigned size)
{
	unsigned char *mem = t_alloc(64 * size);
	struct t_launch l = {.block = {64}};
	struct rgpu_ptx_module *module;
	char text[1024];

	snprintf(text, sizeof(text), rows, size, what);
	module = t_module(text);
	l.kernel = t_kernel(module, "k");
	T_CHECK(t_run(&l, &(void *){mem}) == RGPU_PTX_FAULT_NONE);
	T_CHECK(t_run(&l, &(void *){mem + size}) == RGPU_PTX_FAULT_ADDRESS);
	T_CHECK(l.fault.thread[0] == 63 &&
		l.fault.address == (uint64_t)(uintptr_t)(mem + 64 * size));
	T_CHECK(t_run(&l, &(void *){mem - size}) == RGPU_PTX_FAULT_ADDRESS);
	T_CHECK(l.fault.thread[0] == 0 &&
		l.fault.address == (uint64_t)(uintptr_t)(mem - size));
	t_module_free(module);
	t_free(mem);
}

static void
test_rows(void)
{
	test_row("ld.global.u32 %r2, [%d1]", 4);
	test_row("st.global.u32 [%d1], %r2", 4);
	test_row("ld.global.u64 %d2, [%d1]", 8);
	test_row("st.global.u64 [%d1], %d2", 8);
	test_row("ld.u32 %r2, [%d1]", 4);
	test_row("ld.global.u8 %r2, [%d1]", 1);
}

struct simple {
	const char *body;
	enum rgpu_ptx_fault_kind kind;
	const char *text;
};

static const struct simple simples[] = {
	{"@%p1 trap;", RGPU_PTX_FAULT_TRAP,
		"kernel k, line 13: `@%p1 trap`: trap, block (0,0,0), "
		"thread (5,0,0)"},
	{"@%p1 brkpt;", RGPU_PTX_FAULT_TRAP, "brkpt"},
	{"@%p1 call rec;", RGPU_PTX_FAULT_STACK,
		"line 7: `call rec`: the stack is full"},
	{"@%p1 mov.u64 %d2, 1234;\nL: .callprototype _ ();\n"
	 "@%p1 call %d2, L;",
		RGPU_PTX_FAULT_BAD_CALL,
		"not a function of this module, address 0x4d2"},
	{"mov.u64 %d2, two;\nL: .callprototype _ ();\n@%p1 call %d2, L;",
		RGPU_PTX_FAULT_BAD_CALL, "takes other arguments"},
	{"mov.u64 %d2, k;\nL: .callprototype _ ();\n@%p1 call %d2, L;",
		RGPU_PTX_FAULT_BAD_CALL, "is a kernel"},
	{"mov.u64 %d2, odd;\nL: .callprototype _ ();\n@%p1 call %d2, L;",
		RGPU_PTX_FAULT_BAD_CALL, "unknown instruction wgmma"},
	{"T: .branchtargets A, B;\nbrx.idx %r1, T;\nA:\nB:",
		RGPU_PTX_FAULT_BAD_CALL, "beyond the branch targets"},
	{"alloca.u64 %d2, 100000;", RGPU_PTX_FAULT_STACK, "stack is full"},
	{"ld.global.u32 %r2, [0];", RGPU_PTX_FAULT_ADDRESS, "address 0x0"},
};

static void
test_simple(const struct simple *s)
{
	struct t_launch l = {.block = {8}};
	struct rgpu_ptx_module *module;
	char text[2048];

	snprintf(text, sizeof(text),
		HEADER ".func rec()\n{\n{\ncall rec;\n}\nret;\n}\n"
		       ".visible .entry k()\n{%s%s\nret;\n}\n"
		       ".func two(.param .b32 a)\n{\nret;\n}\n"
		       ".func odd()\n{\nwgmma.fence.sync.aligned;\nret;\n}\n",
		".reg .pred %p<4>; .reg .b32 %r<4>; .reg .b64 %d<4>;"
		"mov.u32 %r1, %tid.x; setp.eq.u32 %p1, %r1, 5;\n",
		s->body);
	module = t_module(text);
	l.kernel = t_kernel(module, "k");
	if (t_run(&l, NULL) != s->kind || !strstr(l.fault.text, s->text))
		T_FAIL("%s: %d %s", s->body, l.fault.kind, l.fault.text);
	t_module_free(module);
}

static const char assertion[] = HEADER
	".extern .func __assertfail(.param .b64 a, .param .b64 b, "
	".param .b32 c, .param .b64 d, .param .b64 e);\n"
	".global .align 1 .b8 m[6] = {120, 32, 62, 32, 49, 0};\n"
	".global .align 1 .b8 f[5] = {97, 46, 99, 117, 0};\n"
	".global .align 1 .b8 n[4] = {102, 40, 41, 0};\n"
	".visible .entry k()\n{\n.reg .pred %p;\n.reg .b32 %r<3>;\n"
	".reg .b64 %d<4>;\nmov.u32 %r1, %tid.y;\nsetp.ne.u32 %p, %r1, 1;\n"
	"@%p bra OK;\nmov.u64 %d1, m;\nmov.u64 %d2, f;\nmov.u64 %d3, n;\n"
	"call __assertfail, (%d1, %d2, 42, %d3, 1);\nOK: ret;\n}\n";

static void
test_assert(void)
{
	struct rgpu_ptx_module *module = t_module(assertion);
	struct t_launch l = {
		.kernel = t_kernel(module, "k"), .grid = {1}, .block = {1, 3}};

	T_CHECK(t_run(&l, NULL) == RGPU_PTX_FAULT_ASSERT);
	T_CHECK(strcmp(t_output(),
			"a.cu:42: f(): block: [0,0,0], thread: [0,1,0] "
			"Assertion `x > 1` failed.\n") == 0);
	T_CHECK(strstr(l.fault.text, "a device assert failed: x > 1"));
	t_module_free(module);
}

/* Of several faults the launch reports one, and it stops. */
static void
test_stop_at_fault(void)
{
	struct rgpu_ptx_module *module = t_module(
		HEADER ".visible .entry k(.param .u64 m)\n{\n"
		       ".reg .pred %p<3>;\n.reg .b32 %r<4>;\n"
		       ".reg .b64 %d<4>;\nld.param.u64 %d1, [m];\n"
		       "mov.u32 %r1, %ctaid.x;\nsetp.eq.u32 %p1, %r1, 3;\n"
		       "@%p1 trap;\nred.global.add.u32 [%d1], 1;\nret;\n}\n");
	struct t_launch l = {
		.kernel = t_kernel(module, "k"), .grid = {1000000}};
	uint32_t *count = t_alloc(4);

	T_CHECK(t_run(&l, &(void *){count}) == RGPU_PTX_FAULT_TRAP);
	T_CHECK(l.fault.block[0] == 3 && *count >= 3 && *count < 100000);
	t_module_free(module);
}

int
main(void)
{
	memory = t_alloc(BYTES);
	test_accesses();
	test_rows();
	for (unsigned i = 0; i < RGPU_COUNT(simples); i++)
		test_simple(&simples[i]);
	test_assert();
	test_stop_at_fault();
	return t_done();
}
