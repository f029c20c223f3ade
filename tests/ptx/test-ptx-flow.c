/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Divergence: branches and loops in which every lane goes its own way give
 * what each thread would give alone; labels and their scopes; brx.idx.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"
#define BEGIN(regs)                                                      \
	".visible .entry k(.param .u64 io)\n{\n"                         \
	".reg .pred %p<16>;\n.reg .b32 %r<32>;\n.reg .b64 %d<8>;\n" regs \
	"ld.param.u64 %d1, [io];\nmov.u32 %r1, %tid.x;\n"                \
	"mov.u32 %r2, %ctaid.x;\nmov.u32 %r3, %ntid.x;\n"                \
	"mad.lo.u32 %r1, %r2, %r3, %r1;\n"                               \
	"mul.wide.u32 %d2, %r1, 4;\nadd.u64 %d1, %d1, %d2;\n"            \
	"ld.global.u32 %r10, [%d1];\n"
#define END "st.global.u32 [%d1], %r10;\nret;\n}\n"

/* Runs a kernel that turns io[i] into want(i, io[i]). */
static void
expect(const char *what, const char *text, unsigned threads,
	uint32_t (*value)(unsigned i), uint32_t (*want)(unsigned i, uint32_t x))
{
	struct rgpu_ptx_module *module = t_module(text);
	struct t_launch l = {.kernel = t_kernel(module, "k"),
		.grid = {3},
		.block = {threads}};
	uint32_t *io = t_alloc(3 * threads * 4);
	enum rgpu_ptx_fault_kind rc;

	for (unsigned i = 0; i < 3 * threads; i++)
		io[i] = value(i);
	rc = t_run(&l, &(const void *){io});
	if (rc != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", what, l.fault.text);
	for (unsigned i = 0; i < 3 * threads; i++)
		if (rc == RGPU_PTX_FAULT_NONE && io[i] != want(i, value(i)))
			T_FAIL("%s: thread %u: %u, right is %u", what, i, io[i],
				want(i, value(i)));
	t_free(io);
	t_module_free(module);
}

static uint32_t
mixed(unsigned i)
{
	return i * 2654435761u >> 20;
}

/* Steps of 3n+1: a loop with two ways and as many turns as it takes. */
static const char collatz[] = HEADER BEGIN(
	"") "mov.u32 %r11, 0;\nadd.u32 %r10, %r10, 1;\n"
	    "LOOP: setp.le.u32 %p1, %r10, 1;\n@%p1 bra DONE;\n"
	    "and.b32 %r12, %r10, 1;\nsetp.eq.u32 %p2, %r12, 0;\n"
	    "@%p2 bra EVEN;\nmad.lo.u32 %r10, %r10, 3, 1;\nbra NEXT;\n"
	    "EVEN: shr.u32 %r10, %r10, 1;\n"
	    "NEXT: add.u32 %r11, %r11, 1;\nbra.uni LOOP;\n"
	    "DONE: mov.u32 %r10, %r11;\n" END;

static uint32_t
want_collatz(unsigned i, uint32_t x)
{
	uint32_t n = 0;

	(void)i;
	for (x++; x > 1; n++)
		x = x & 1 ? 3 * x + 1 : x / 2;
	return n;
}

/* Nested conditions, break and continue, early exit of some lanes. */
static const char nested[] = HEADER BEGIN(
	"") "mov.u32 %r11, 0;\nmov.u32 %r12, 0;\n"
	    "OUTER: and.b32 %r13, %r12, 7;\nand.b32 %r14, %r10, 7;\n"
	    "setp.eq.u32 %p1, %r13, %r14;\n@%p1 bra SKIP;\n"
	    "mov.u32 %r15, 0;\n"
	    "INNER: add.u32 %r11, %r11, %r15;\nadd.u32 %r16, %r15, %r12;\n"
	    "and.b32 %r16, %r16, 3;\nand.b32 %r17, %r10, 3;\n"
	    "setp.eq.u32 %p2, %r16, %r17;\n@%p2 bra BREAK;\n"
	    "add.u32 %r15, %r15, 1;\nsetp.lt.u32 %p3, %r15, 5;\n"
	    "@%p3 bra INNER;\n"
	    "BREAK: add.u32 %r11, %r11, 100;\n"
	    "SKIP: add.u32 %r12, %r12, 1;\nshr.u32 %r18, %r10, 3;\n"
	    "and.b32 %r18, %r18, 15;\nsetp.lt.u32 %p4, %r12, %r18;\n"
	    "@%p4 bra OUTER;\nmov.u32 %r10, %r11;\n"
	    "and.b32 %r19, %r11, 1;\nsetp.eq.u32 %p5, %r19, 1;\n"
	    "@!%p5 bra LAST;\nst.global.u32 [%d1], %r10;\nexit;\n"
	    "LAST: add.u32 %r10, %r10, 7;\n" END;

static uint32_t
want_nested(unsigned i, uint32_t x)
{
	uint32_t sum = 0, n = 0;

	(void)i;
	do {
		if ((n & 7) != (x & 7)) {
			for (uint32_t k = 0; k < 5; k++) {
				sum += k;
				if (((k + n) & 3) == (x & 3))
					break;
			}
			sum += 100;
		}
	} while (++n < (x >> 3 & 15));
	return sum & 1 ? sum : sum + 7;
}

/* A jump into the middle of a loop: no structure at all. */
static const char irreducible[] = HEADER BEGIN(
	"") "mov.u32 %r11, 0;\nand.b32 %r12, %r10, 1;\n"
	    "setp.eq.u32 %p1, %r12, 1;\n@%p1 bra B;\n"
	    "A: add.u32 %r11, %r11, 1;\nshr.u32 %r10, %r10, 1;\n"
	    "setp.eq.u32 %p2, %r10, 0;\n@%p2 bra OUT;\n"
	    "and.b32 %r13, %r10, 2;\nsetp.eq.u32 %p3, %r13, 0;\n@%p3 bra A;\n"
	    "B: add.u32 %r11, %r11, 1000;\nshr.u32 %r10, %r10, 2;\n"
	    "setp.ne.u32 %p4, %r10, 0;\n@%p4 bra A;\n"
	    "OUT: mov.u32 %r10, %r11;\n" END;

static uint32_t
want_irreducible(unsigned i, uint32_t x)
{
	uint32_t n = 0;
	bool b = x & 1;

	(void)i;
	for (;;) {
		if (!b) {
			n += 1;
			x >>= 1;
			if (!x)
				return n;
			if (!(x & 2))
				continue;
		}
		b = false;
		n += 1000;
		x >>= 2;
		if (!x)
			return n;
	}
}

/* Labels of one name in scopes side by side, each the target of its own. */
static const char scopes[] = HEADER BEGIN(
	"") "{\n.reg .pred q;\n.reg .u32 %r11;\nand.b32 %r11, %r10, 1;\n"
	    "setp.eq.u32 q, %r11, 0;\n@q bra L;\nadd.u32 %r10, %r10, 10;\nL:\n}\n"
	    "{\n.reg .pred q;\n.reg .u32 %r<12>;\nmov.u32 %r11, 0;\n}\n"
	    "{\n.reg .pred q;\nand.b32 %r11, %r10, 2;\n"
	    "setp.eq.u32 q, %r11, 0;\n@q bra L;\nadd.u32 %r10, %r10, 100;\n"
	    "bra OUT;\nL:\nadd.u32 %r10, %r10, 3000;\n}\nOUT:\n" END;

static uint32_t
want_scopes(unsigned i, uint32_t x)
{
	(void)i;
	x += x & 1 ? 10 : 0;
	return x & 2 ? x + 100 : x + 3000;
}

static const char table[] = HEADER BEGIN(
	"") "and.b32 %r11, %r10, 3;\nts: .branchtargets A, B, C, A;\n"
	    "setp.lt.u32 %p1, %r10, 3000;\n@%p1 brx.idx %r11, ts;\n"
	    "add.u32 %r10, %r10, 5;\nbra OUT;\n"
	    "A: add.u32 %r10, %r10, 10000;\nbra OUT;\n"
	    "B: add.u32 %r10, %r10, 20000;\n"
	    "C: add.u32 %r10, %r10, 30000;\n"
	    "OUT: add.u32 %r10, %r10, 1;\n" END;

static uint32_t
want_table(unsigned i, uint32_t x)
{
	(void)i;
	if (x >= 3000)
		return x + 6;
	switch (x & 3) {
	case 1: return x + 50001;
	case 2: return x + 30001;
	default: return x + 10001;
	}
}

/* Values that are needed long after loops: places of registers must not be
 * given away too early. 24 accumulators live across a loop that diverges. */
static char *
make_pressure(void)
{
	char *text = malloc(16384);
	char *out = text;
	size_t n = (size_t)sprintf(
		out, "%s", HEADER BEGIN(".reg .b32 %a<32>;\n.reg .pred %c;\n"));

	for (unsigned i = 0; i < 24; i++)
		n += (size_t)sprintf(
			out + n, "add.u32 %%a%u, %%r10, %u;\n", i, i * i);
	n += (size_t)sprintf(out + n,
		"and.b32 %%r11, %%r10, 7;\nL:\n"
		"setp.eq.u32 %%c, %%r11, 3;\n@%%c bra M;\n");
	for (unsigned i = 0; i < 24; i += 2)
		n += (size_t)sprintf(out + n,
			"mad.lo.u32 %%a%u, %%a%u, 3, %%a%u;\n", i, i, i + 1);
	n += (size_t)sprintf(out + n,
		"M:\nadd.u32 %%a1, %%a1, %%r11;\n"
		"sub.u32 %%r11, %%r11, 1;\nsetp.ge.s32 %%c, %%r11, 0;\n"
		"@%%c bra L;\nmov.u32 %%r10, 0;\n");
	for (unsigned i = 0; i < 24; i++)
		n += (size_t)sprintf(out + n,
			"shl.b32 %%r12, %%r10, 1;\n"
			"xor.b32 %%r10, %%r12, %%a%u;\n",
			i);
	sprintf(out + n, "%s", END);
	return text;
}

static uint32_t
want_pressure(unsigned i, uint32_t x)
{
	uint32_t a[24], r = 0;

	(void)i;
	for (unsigned k = 0; k < 24; k++)
		a[k] = x + k * k;
	for (int n = x & 7; n >= 0; n--) {
		for (unsigned k = 0; k < 24 && n != 3; k += 2)
			a[k] = a[k] * 3 + a[k + 1];
		a[1] += (uint32_t)n;
	}
	for (unsigned k = 0; k < 24; k++)
		r = (r << 1) ^ a[k];
	return r;
}

int
main(void)
{
	char *pressure = make_pressure();

	for (unsigned threads = 1; threads <= 129; threads += 64) {
		expect("collatz", collatz, threads, mixed, want_collatz);
		expect("nested", nested, threads, mixed, want_nested);
		expect("irreducible", irreducible, threads, mixed,
			want_irreducible);
		expect("scopes", scopes, threads, mixed, want_scopes);
		expect("brx", table, threads, mixed, want_table);
		expect("registers", pressure, threads, mixed, want_pressure);
	}
	free(pressure);
	return t_done();
}
