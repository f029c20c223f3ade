/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PTX that nobody's compiler made: huge numbers, deep nesting, text that asks
 * for work or memory with the square of its size, and good text with bytes
 * changed, cut off or doubled. All of it is refused or runs, soon, and
 * nothing outside of the allocations is touched.
 */
#include "config.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "tests/ptx/harness.h"

#define HEADER	".version 9.0\n.target sm_90\n.address_size 64\n"
/* Of processor time: far above what is needed, far below forever. */
#define SECONDS 20.0

static double
cpu_seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Text that grows. */
static char *text;
static size_t len, room;

static void
add(const char *s)
{
	size_t n = strlen(s);

	if (room - len <= n) {
		room = 2 * room + n + 65536;
		text = realloc(text, room);
		if (!text)
			abort();
	}
	memcpy(text + len, s, n + 1);
	len += n;
}

static void
repeat(unsigned times, const char *s)
{
	for (unsigned i = 0; i < times; i++)
		add(s);
}

static void
begin(const char *s)
{
	len = 0;
	add(HEADER);
	add(s);
}

/* Larger variables get no memory, as on a device that has none. */
#define VARIABLE_MAX (1u << 20)

/* A module whose variables have their values; NULL: refused. */
static struct rgpu_ptx_module *
load(const char *s, size_t n, struct rgpu_ptx_diag *diag)
{
	struct rgpu_ptx_module *module;

	if (rgpu_ptx_module_create(s, n, 121, &module, diag))
		return NULL;
	for (size_t i = 0; i < rgpu_ptx_module_variable_count(module); i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(module, i, &v);
		if (v.size > VARIABLE_MAX) {
			snprintf(diag->text, sizeof(diag->text), "too large");
			goto err_destroy;
		}
		rgpu_ptx_module_set_address(
			module, i, (uint64_t)(uintptr_t)t_alloc(v.size + 1));
	}
	if (rgpu_ptx_module_place(module, diag))
		goto err_destroy;
	return module;
err_destroy:
	rgpu_ptx_module_destroy(module);
	return NULL;
}

/* The first kernel of a module; NULL: it has none that can be decoded. */
static const struct rgpu_ptx_kernel *
first_kernel(struct rgpu_ptx_module *module, struct rgpu_ptx_kernel_info *info,
	struct rgpu_ptx_diag *diag)
{
	const char *name = rgpu_ptx_module_entry(module, 0);
	const struct rgpu_ptx_kernel *kernel = NULL;

	if (name && !rgpu_ptx_module_info(module, name, info, diag))
		rgpu_ptx_module_kernel(module, name, &kernel, diag);
	return kernel;
}

/* Whether the text is refused: what matters is that there is an answer. */
static bool
refused(const char *what)
{
	double start = cpu_seconds();
	struct rgpu_ptx_kernel_info info;
	struct rgpu_ptx_diag diag;
	struct rgpu_ptx_module *module = load(text, len, &diag);
	bool bad = !module ||
		(rgpu_ptx_module_entry_count(module) &&
			!first_kernel(module, &info, &diag));

	if (cpu_seconds() - start > SECONDS)
		T_FAIL("%s: took %.1f s", what, cpu_seconds() - start);
	if (bad && !*diag.text)
		T_FAIL("%s: no reason given", what);
	rgpu_ptx_module_destroy(module);
	t_free_all();
	return bad;
}

#define K ".visible .entry k()\n{\n.reg .b32 %r<4>;\n.reg .pred %p<4>;\n"

/* One text, in three parts of which the middle one is repeated. */
static const struct {
	const char *what, *head, *middle, *tail;
	unsigned times;
	bool refused;
} large[] = {
	{"nested brackets", ".global .b32 a = ", "(", "1;\n", 200000, true},
	{"nested minus signs", ".global .b32 a = ", "- ", "1;\n", 200000, true},
	{"nested questions", ".global .b32 a = ", "1?", "1;\n", 100000, true},
	{"nested dimensions", ".global .b8 a", "[1]", ";\n", 100000, true},
	{"nested braces of a value", ".global .b8 a[2] = ", "{", "1;\n", 200000,
		true},
	{"nested scopes", K, "{", "ret;\n}\n", 100000, true},
	{"nested vectors", K "mov.b32 ", "{", "%r1;\n}\n", 100000, true},
	{"nested addresses", K "ld.global.u32 %r1, ", "[", "0;\n}\n", 100000,
		true},
	{"scopes in a row, jumps pending", K "bra E;\n", "{bra E;}", "E:\n}\n",
		100000, false},
	{"scopes after pending jumps", K, "bra E;{}", "E:\n}\n", 100000, false},
	{"a long name", K "bra ", "abcdefgh", ";\n}\n", 200000, true},
	{"a long number", ".global .b32 a = ", "12345678", ";\n", 100000, true},
	{"a long fraction", ".global .f32 a = 1.", "12345678", ";\n", 100000,
		true},
	{"a long instruction", K "add", ".rn", " %r1;\n}\n", 100000, true},
	{"many operands", K "add.u32 %r1", ", %r1", ";\n}\n", 100000, true},
	{"many arguments", K "call f, (%r1", ", %r1", ");\n}\n", 100000, true},
	{"many parameters", ".entry k(.param .b32 a", ", .param .b32 a",
		")\n{}", 100000, true},
	{"many commas", ".pragma \"a\"", ", \"a\"", ";\n", 100000, false},
	{"many calls", ".func f(.param .b32 a)\n{\nret;\n}\n" K,
		"call f, (1);\n", "ret;\n}\n", 30000, false},
	{"a comment without an end", "/*", "* /", "", 100000, false},
	{"a string without an end", ".pragma \"", "a", "", 100000, true},
	{"a body without an end", K, "ret;\n", "", 100000, true},
	{"many targets", ".target sm_90", ", debug", "\n", 100000, false},
	{"many labels", K "bra L;\n", "", "L:\n}\n", 0, false},
	{"many loops", K, "{L: @%p1 bra L;}", "ret;\n}\n", 50000, false},
	{"constants", K, "add.u32 %r1, %r1, 77;\n", "ret;\n}\n", 100000, false},
};

static void
test_large(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(large); i++) {
		begin(large[i].head);
		repeat(large[i].times, large[i].middle);
		add(large[i].tail);
		if (refused(large[i].what) != large[i].refused)
			T_FAIL("%s: %s", large[i].what,
				large[i].refused ? "accepted" : "refused");
	}
}

/* Every label jumps to the one before it: what is live takes as many passes
 * as there are labels. */
static void
test_backwards(void)
{
	char line[96];

	begin(K "bra L30000;\nL0: st.global.u32 [0], %r1;\nret;\n");
	for (unsigned i = 1; i <= 30000; i++) {
		snprintf(line, sizeof(line), "L%u: bra L%u;\n", i, i - 1);
		add(line);
	}
	add("}\n");
	T_CHECK(!refused("labels backwards"));
}

/* A small text for which tables of gigabytes would be made. */
static void
test_tables(void)
{
	begin(K "A:\nT: .branchtargets A");
	repeat(20000, ", A");
	add(";\n");
	repeat(5000, "brx.idx %r1, T;\n");
	add("ret;\n}\n");
	T_CHECK(refused("branch tables"));
}

/* Numbers at the ends of their ranges. */
static const char *const numbers[] = {
	".global .align 9223372036854775808 .b8 a[1];\n" K "ret;\n}\n",
	".global .align 3 .b8 a[1];\n" K "ret;\n}\n",
	".global .b8 a[18446744073709551615];\n" K "ret;\n}\n",
	".global .b64 a[4294967296][4294967296];\n" K "ret;\n}\n",
	".global .b8 a[-1];\n" K "ret;\n}\n",
	".global .b8 a[1 << 63];\n" K "ret;\n}\n",
	".global .b8 a[][1099511627776] = {1, 2, 3};\n" K "ret;\n}\n",
	".global .b32 a = 1 / 0;\n" K "ret;\n}\n",
	".global .b32 a = 5 % (3 - 3);\n" K "ret;\n}\n",
	K ".reg .b64 %x<4294967295>;\nret;\n}\n",
	K ".reg .b64 %x<99999999999999999999>;\nret;\n}\n",
	K ".local .b8 l[4000000000];\nret;\n}\n",
	K ".local .align 4096 .b8 l[8];\nret;\n}\n",
	K ".shared .b8 s[4294967295];\n.shared .b8 t[4294967295];\nret;\n}\n",
	K ".shared .b8 s[1000000000];\n.shared .b8 t[1000000000];\nret;\n}\n",
	".visible .entry k(.param .b8 p[4294967295])\n{\nret;\n}\n",
	".visible .entry k(.param .align 128 .b8 p[70000], "
	".param .b8 q[70000])\n{\nret;\n}\n",
	K ".reg .b64 %d;\nalloca.u64 %d, 8, 3;\nret;\n}\n",
	K ".reg .b64 %d;\nalloca.u64 %d, 8, 18446744073709551615;\nret;\n}\n",
	K "lop3.b32 %r1, %r1, %r1, %r1, 256;\nret;\n}\n",
	".func f(.param .b32 a)\n{\nret;\n}\n" K
	"{\n.param .b32 x;\ncall f, (x+1000000);\n}\nret;\n}\n",
	".func f(.param .b32 a)\n{\nret;\n}\n" K
	"{\n.param .b32 x;\ncall f, (x-8);\n}\nret;\n}\n",
};

static void
test_numbers(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(numbers); i++) {
		begin(numbers[i]);
		if (!refused(numbers[i]))
			T_FAIL("accepted: %s", numbers[i]);
	}
}

/* -1 / -1, INT64_MIN / -1 and shifts too far have values, as in C they have
 * none; more than a module may be asked of is 0. */
static void
test_expressions(void)
{
	struct rgpu_ptx_module *m = t_module(
		HEADER ".global .b64 a[6] = {0x8000000000000000 / -1, "
		       "0x8000000000000000 % -1, 1 << 64, 1 >> 64, -1 >> 99, "
		       "0x7fffffffffffffff + 1};\n"
		       ".visible .entry k()\n.maxntid 65535, 65535, 65535\n"
		       "{\nret;\n}\n");
	const uint64_t *a = t_variable(m, "a");
	struct rgpu_ptx_kernel_info info;
	struct rgpu_ptx_diag diag;

	T_CHECK(a[0] == 1ull << 63 && a[1] == 0 && a[2] == 0 && a[3] == 0);
	T_CHECK(a[4] == ~0ull && a[5] == 1ull << 63);
	T_CHECK(!rgpu_ptx_module_info(m, "k", &info, &diag));
	T_CHECK(info.max_threads == UINT32_MAX);
	t_module_free(m);
}

/* Offsets that only wrap once the size is added. */
static void
test_offsets(void)
{
	static const char *const accesses[] = {"ld.param.u64 %d1, [p-8];",
		"ld.param.u64 %d1, [p+16];",
		"ld.param.v2.u64 {%d1, %d1}, [p+-16];",
		"ld.param.u32 %r1, [p+0xfffffffffffffffc];",
		"ld.shared.u32 %r1, [s-4];", "ld.shared.u32 %r1, [s+64];",
		"ld.shared.u64 %d1, [s+0xfffffff8];",
		"st.shared.u64 [s+0xfffffffffffffff8], %d1;",
		"st.local.u64 [l-8], %d1;", "st.local.u32 [l+64], %r1;",
		"ld.local.v4.u32 {%r1, %r1, %r1, %r1}, [l+0xfffffff0];",
		"ld.global.u32 %r1, [g+64];", "ld.global.u32 %r1, [g-4];",
		"ld.const.u32 %r1, [c+64];", "ld.const.u32 %r1, [c-4];",
		"ld.const.u64 %d1, [c+0x7ffffffffffffff8];"};

	for (unsigned i = 0; i < RGPU_COUNT(accesses); i++) {
		uint64_t params[2] = {0, 0};
		struct rgpu_ptx_module *m;
		struct t_launch l = {.block = {33}};

		begin(".global .align 16 .b8 g[64];\n"
		      ".const .align 16 .b8 c[64];\n"
		      ".visible .entry k(.param .align 16 .b8 p[16])\n{\n"
		      ".reg .b32 %r<4>;\n.reg .b64 %d<4>;\n"
		      ".shared .align 16 .b8 s[64];\n"
		      ".local .align 16 .b8 l[64];\n");
		add(accesses[i]);
		add("\nret;\n}\n");
		m = t_module(text);
		l.kernel = t_kernel(m, "k");
		if (t_run(&l, params) != RGPU_PTX_FAULT_ADDRESS)
			T_FAIL("%s: fault %d %s", accesses[i], l.fault.kind,
				l.fault.text);
		t_module_free(m);
	}
}

/* What is changed by chance: one of everything. */
#define SAMPLE_LEN (sizeof(sample) - 1)
static const char sample[] = HEADER
	".extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);\n"
	".global .align 8 .b8 g[64] = {1, 2, 0xff, -1};\n"
	".const .f32 c[4] = {1.5, 0f3F800000, 2e3, -1.0};\n"
	".shared .align 4 .b8 ms[32];\n"
	".func (.param .b32 r) f(.param .b32 a, .param .align 4 .b8 b[8])\n{\n"
	".reg .b32 %r<8>;\n.local .b32 l[4];\nld.param.u32 %r1, [a];\n"
	"ld.param.u32 %r2, [b+4];\nadd.u32 %r3, %r1, %r2;\n"
	"st.local.u32 [l+4], %r3;\nst.param.b32 [r], %r3;\nret;\n}\n"
	".visible .entry k(.param .u64 p, .param .u32 n)\n.maxntid 64\n{\n"
	".reg .pred %p<4>;\n.reg .b16 %h<4>;\n.reg .b32 %r<16>;\n"
	".reg .f32 %f<8>;\n.reg .b64 %d<8>;\n.reg .f64 %e<4>;\n"
	".shared .align 8 .b8 s[128];\n.local .align 8 .b8 l[64];\n"
	"ld.param.u64 %d1, [p];\nld.param.u32 %r1, [n];\n"
	"cvta.to.global.u64 %d2, %d1;\nmov.u32 %r2, %tid.x;\n"
	"setp.ge.u32 %p1, %r2, %r1;\n@%p1 bra OUT;\n"
	"mul.wide.u32 %d3, %r2, 4;\nadd.s64 %d4, %d2, %d3;\n"
	"ld.global.f32 %f1, [%d4];\nfma.rn.f32 %f2, %f1, 0f40000000, %f1;\n"
	"ex2.approx.ftz.f32 %f3, %f2;\nst.global.f32 [%d4], %f3;\n"
	"mov.u32 %r3, s;\nst.shared.u32 [%r3+16], %r2;\nbar.sync 0;\n"
	"shfl.sync.bfly.b32 %r4|%p2, %r2, 1, 31, -1;\n"
	"atom.shared.add.u32 %r5, [s], 1;\n"
	"atom.global.cas.b32 %r5, [%d2], %r4, 7;\n"
	"{\n.param .b32 x;\n.param .align 4 .b8 y[8];\n.param .b32 z;\n"
	"st.param.b32 [x], %r4;\nst.param.b32 [y+4], %r5;\n"
	"call (z), f, (x, y);\nld.param.b32 %r6, [z];\n}\n"
	"mov.b64 %d5, {%r5, %r6};\nmov.b64 {%r7, %r8}, %d5;\n"
	"and.b32 %r9, %r2, 1;\nL: .branchtargets A, B;\nbrx.idx %r9, L;\n"
	"A: cvt.rn.f64.s32 %e1, %r6;\nst.local.f64 [l+8], %e1;\nbra OUT;\n"
	"B: prmt.b32 %r10, %r2, %r6, 0x3214;\nvadd4.u32.u32.u32 %r11.b10, "
	"%r10, %r2, %r6;\nst.volatile.shared.u32 [s+8], %r11;\n"
	"setp.lt.and.u32 %p3|%p2, %r11, 50, %p2;\n@!%p3 bra OUT;\n"
	"OUT: ld.const.f32 %f4, [c+4];\nret;\n}\n";

/* What runs on is stopped. */
#define RUN_MICROSECONDS 100000

static volatile int stop;

static void
on_alarm(int signal)
{
	(void)signal;
	stop = 1;
}

static void
run_a_while(struct t_launch *l, const void *params)
{
	struct itimerval off = {0}, on = {.it_value.tv_usec = RUN_MICROSECONDS};

	stop = 0;
	l->stop = &stop;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &on, NULL);
	t_run(l, params);
	setitimer(ITIMER_REAL, &off, NULL);
}

/* Runs whatever came of it; memory outside is not the kernel's. True: it came
 * to its end. */
static bool
try(const char *s, size_t n)
{
	struct rgpu_ptx_kernel_info info;
	struct rgpu_ptx_diag diag;
	struct rgpu_ptx_module *module = load(s, n, &diag);
	struct t_launch l = {.block = {64}, .grid = {2}};
	unsigned char *params;
	bool ended = false;

	if (module)
		l.kernel = first_kernel(module, &info, &diag);
	if (!l.kernel)
		goto out;
	params = t_alloc(info.param_bytes + 64);
	memcpy(params, &(uint64_t){(uint64_t)(uintptr_t)t_alloc(256)}, 8);
	params[8] = 60;
	run_a_while(&l, params);
	ended = l.fault.kind == RGPU_PTX_FAULT_NONE;
out:
	rgpu_ptx_module_destroy(module);
	t_free_all();
	t_output();
	return ended;
}

/* A character that means something in PTX, or any. */
static char
some_char(void)
{
	static const char chars[] = "{}()[]<>;:,.+-*/%|!@?=0123456789bdfprsux_";
	uint64_t r = t_random();

	return r & 7 ? chars[r / 8 % (sizeof(chars) - 1)] : (char)(r >> 8);
}

static void
change(char *s, size_t *n)
{
	size_t at, run = 1 + t_random() % 24;

	/* Too little is left. */
	if (*n < 64)
		return;
	at = t_random() % *n;
	if (at + run > *n)
		run = *n - at;
	switch (t_random() % 12) {
	case 0: s[at] = some_char(); break;
	case 1:
		memmove(s + at, s + at + run, *n - at - run);
		*n -= run;
		break;
	case 2:
		memmove(s + at + run, s + at, *n - at);
		*n += run;
		break;
	case 3: memmove(s + at, s + t_random() % (*n - run), run); break;
	case 4:
		if (t_random() % 8 == 0)
			*n = at + 1;
		break;
	default:
		/* Other registers, numbers and offsets: often still PTX. */
		while (at < *n && !(s[at] >= '0' && s[at] <= '9'))
			at++;
		if (at < *n)
			s[at] = (char)('0' + t_random() % 10);
	}
}

#define ROUNDS 6000

static void
test_changed(void)
{
	char *s = malloc(sizeof(sample) + 4096);
	unsigned ended = 0;

	if (!s)
		abort();
	T_CHECK(try(sample, SAMPLE_LEN));
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned changes = 1 + (unsigned)(t_random() % 4);
		size_t n = SAMPLE_LEN;

		memcpy(s, sample, n);
		while (changes--)
			change(s, &n);
		ended += try(s, n);
	}
	free(s);
	/* Some changes are harmless, most are not. */
	T_CHECK(ended > ROUNDS / 100 && ended < ROUNDS / 2);
}

int
main(void)
{
	test_large();
	test_backwards();
	test_tables();
	test_numbers();
	test_expressions();
	test_offsets();
	test_changed();
	free(text);
	return t_done();
}
