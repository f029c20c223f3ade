/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls: direct and through pointers, recursion to different depths in one
 * warp, structures by value, registers as arguments, local arrays, the stack.
 */
#include "config.h"
#include <string.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"
#define BEGIN                                                       \
	".visible .entry k(.param .u64 io)\n{\n"                    \
	".reg .pred %p<8>;\n.reg .b32 %r<32>;\n.reg .b64 %d<16>;\n" \
	"ld.param.u64 %d1, [io];\nmov.u32 %r1, %tid.x;\n"           \
	"mul.wide.u32 %d2, %r1, 4;\nadd.u64 %d1, %d1, %d2;\n"       \
	"ld.global.u32 %r10, [%d1];\n"
#define END	"st.global.u32 [%d1], %r10;\nret;\n}\n"
#define THREADS 96

static void
expect(const char *what, const char *text, uint32_t (*want)(uint32_t x))
{
	struct rgpu_ptx_module *module = t_module(text);
	struct t_launch l = {.kernel = t_kernel(module, "k"),
		.grid = {1},
		.block = {THREADS}};
	uint32_t *io = t_alloc(THREADS * 4);
	enum rgpu_ptx_fault_kind rc;

	for (unsigned i = 0; i < THREADS; i++)
		io[i] = i * 7 % 16;
	rc = t_run(&l, &(const void *){io});
	if (rc != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", what, l.fault.text);
	for (unsigned i = 0; i < THREADS; i++)
		if (rc == RGPU_PTX_FAULT_NONE && io[i] != want(i * 7 % 16))
			T_FAIL("%s: thread %u: %u, right is %u", what, i, io[i],
				want(i * 7 % 16));
	t_free(io);
	t_module_free(module);
}

/* fib(n) by itself, each lane with another n. */
static const char recursion[] =
	HEADER ".func (.param .b32 r) fib(.param .b32 n)\n{\n"
	       ".reg .pred %p;\n.reg .b32 %r<8>;\nld.param.u32 %r1, [n];\n"
	       "setp.lt.u32 %p, %r1, 2;\n@%p bra SMALL;\n"
	       "sub.u32 %r2, %r1, 1;\nsub.u32 %r3, %r1, 2;\n"
	       "{\n.param .b32 a;\n.param .b32 b;\nst.param.b32 [a], %r2;\n"
	       "call.uni (b), fib, (a);\nld.param.b32 %r4, [b];\n}\n"
	       "{\n.param .b32 a;\n.param .b32 b;\nst.param.b32 [a], %r3;\n"
	       "call.uni (b), fib, (a);\nld.param.b32 %r5, [b];\n}\n"
	       "add.u32 %r1, %r4, %r5;\n"
	       "SMALL: st.param.b32 [r], %r1;\nret;\n}\n" BEGIN
	       "{\n.param .b32 a;\n.param .b32 b;\nst.param.b32 [a], %r10;\n"
	       "call (b), fib, (a);\nld.param.b32 %r10, [b];\n}\n" END;

static uint32_t
want_fib(uint32_t n)
{
	return n < 2 ? n : want_fib(n - 1) + want_fib(n - 2);
}

/* Structures in and out, misaligned sizes, an array indexed by address. */
static const char structures[] = HEADER
	".func (.param .align 8 .b8 r[16]) f(.param .b8 c, "
	".param .align 8 .b8 s[12], .param .b64 q)\n{\n"
	".reg .b16 %h<4>;\n.reg .b32 %r<8>;\n.reg .b64 %d<8>;\n"
	"ld.param.u8 %h1, [c];\nld.param.v2.u32 {%r1, %r2}, [s];\n"
	"ld.param.u32 %r3, [s+8];\nld.param.u64 %d1, [q];\n"
	"cvt.u32.u16 %r4, %h1;\nadd.u32 %r1, %r1, %r4;\n"
	/* The parameter again, by its address, which is a local one. */
	"mov.b64 %d2, s;\nld.local.u32 %r5, [%d2+4];\n"
	"cvta.local.u64 %d3, %d2;\nld.u32 %r6, [%d3+8];\n"
	"add.u32 %r2, %r2, %r5;\nadd.u32 %r3, %r3, %r6;\n"
	"cvt.u64.u32 %d4, %r3;\nadd.u64 %d4, %d4, %d1;\n"
	"st.param.v2.b32 [r], {%r1, %r2};\nst.param.b64 [r+8], %d4;\n"
	"ret;\n}\n" BEGIN
	"{\n.param .b8 a;\n.param .align 8 .b8 b[12];\n.param .b64 c;\n"
	".param .align 8 .b8 d[16];\n"
	"cvt.u64.u32 %d3, %r10;\nmul.lo.u32 %r11, %r10, 3;\n"
	"st.param.b8 [a], %r10;\nst.param.b32 [b+8], 5;\n"
	"st.param.v2.b32 [b], {%r11, %r10};\nst.param.b64 [c], %d3;\n"
	"call.uni (d), f, (a, b, c);\n"
	"ld.param.v2.b32 {%r12, %r13}, [d];\nld.param.b64 %d4, [d+8];\n}\n"
	"cvt.u32.u64 %r14, %d4;\nmad.lo.u32 %r10, %r12, 100, %r13;\n"
	"mad.lo.u32 %r10, %r10, 100, %r14;\n" END;

static uint32_t
want_structures(uint32_t x)
{
	return ((3 * x + x) * 100 + 2 * x) * 100 + (5 + 5 + x);
}

/* Function pointers: each lane may call another one. By prototype, by a list
 * of targets, and from a table in memory. */
static const char pointers[] =
	HEADER ".func (.param .b32 r) inc(.param .b32 a)\n{\n.reg .b32 %r<3>;\n"
	       "ld.param.u32 %r1, [a];\nadd.u32 %r1, %r1, 1;\n"
	       "st.param.b32 [r], %r1;\nret;\n}\n"
	       ".func (.param .b32 r) dbl(.param .b32 a)\n{\n.reg .b32 %r<3>;\n"
	       "ld.param.u32 %r1, [a];\nadd.u32 %r1, %r1, %r1;\n"
	       "st.param.b32 [r], %r1;\nret;\n}\n"
	       ".global .u64 fns[2] = {inc, dbl};\n" BEGIN
	       "and.b32 %r11, %r10, 1;\nmov.u64 %d3, fns;\n"
	       "mul.wide.u32 %d4, %r11, 8;\nadd.u64 %d3, %d3, %d4;\n"
	       "ld.global.u64 %d5, [%d3];\n"
	       "{\n.param .b32 a;\n.param .b32 b;\nst.param.b32 [a], %r10;\n"
	       "P: .callprototype (.param .b32 _) _ (.param .b32 _);\n"
	       "call (b), %d5, (a), P;\nld.param.b32 %r10, [b];\n}\n"
	       "mov.u64 %d6, dbl;\nsetp.gt.u32 %p1, %r10, 9;\n"
	       "@%p1 mov.u64 %d6, inc;\nT: .calltargets inc, dbl;\n"
	       "{\n.param .b32 a;\n.param .b32 b;\nst.param.b32 [a], %r10;\n"
	       "@!%p2 call (b), %d6, (a), T;\nld.param.b32 %r10, [b];\n}\n" END;

static uint32_t
want_pointers(uint32_t x)
{
	x = x & 1 ? 2 * x : x + 1;
	return x > 9 ? x + 1 : 2 * x;
}

/* Registers and numbers as arguments; a guard on the call and on ret. */
static const char registers[] = HEADER
	".func (.param .b32 r) f(.param .b32 a, .param .b64 b, "
	".param .b32 c)\n{\n.reg .pred %p;\n.reg .b32 %r<4>;\n"
	".reg .b64 %d<3>;\nld.param.u32 %r1, [a];\nld.param.u64 %d1, [b];\n"
	"ld.param.u32 %r2, [c];\ncvt.u32.u64 %r3, %d1;\n"
	"st.param.b32 [r], 1000;\nsetp.eq.u32 %p, %r1, 3;\n@%p ret;\n"
	"mad.lo.u32 %r1, %r1, %r3, %r2;\nst.param.b32 [r], %r1;\nret;\n}\n" BEGIN
	"cvt.u64.u32 %d3, %r10;\nsetp.lt.u32 %p1, %r10, 12;\n"
	"@%p1 call (%r10), f, (%r10, %d3, 17);\n" END;

static uint32_t
want_registers(uint32_t x)
{
	if (x >= 12)
		return x;
	return x == 3 ? 1000 : x * x + 17;
}

/* Local arrays of a function that calls itself: a frame for each call. */
static const char locals[] =
	HEADER ".func (.param .b32 r) f(.param .b32 n)\n{\n"
	       ".reg .pred %p;\n.reg .b32 %r<12>;\n.reg .b64 %d<8>;\n"
	       ".local .align 16 .b8 l[32];\nld.param.u32 %r1, [n];\n"
	       "mov.u64 %d1, l;\ncvta.local.u64 %d2, %d1;\n"
	       "and.b32 %r2, %r1, 7;\nmul.wide.u32 %d3, %r2, 4;\n"
	       "add.u64 %d4, %d2, %d3;\nst.u32 [%d4], %r1;\n"
	       "setp.eq.u32 %p, %r1, 0;\nmov.u32 %r4, 0;\n@%p bra OUT;\n"
	       "sub.u32 %r3, %r1, 1;\n{\n.param .b32 a;\n.param .b32 b;\n"
	       "st.param.b32 [a], %r3;\ncall (b), f, (a);\n"
	       "ld.param.b32 %r4, [b];\n}\nOUT: add.u64 %d5, %d1, %d3;\n"
	       "ld.local.u32 %r5, [%d5];\nadd.u32 %r4, %r4, %r5;\n"
	       "st.param.b32 [r], %r4;\nret;\n}\n" BEGIN
	       "{\n.param .b32 a;\n.param .b32 b;\nst.param.b32 [a], %r10;\n"
	       "call (b), f, (a);\nld.param.b32 %r10, [b];\n}\n" END;

static uint32_t
want_locals(uint32_t x)
{
	return x * (x + 1) / 2;
}

/* alloca of sizes that differ by lane, given back and taken again. */
static const char stack[] = HEADER BEGIN
	"stacksave.u64 %d3;\nadd.u32 %r11, %r10, 1;\nshl.b32 %r12, %r11, 2;\n"
	"cvt.u64.u32 %d4, %r12;\nalloca.u64 %d5, %d4, 16;\n"
	"alloca.u64 %d6, 16;\nst.local.u32 [%d6], 5;\nmov.u32 %r13, 0;\n"
	"FILL: mul.wide.u32 %d7, %r13, 4;\nadd.u64 %d7, %d5, %d7;\n"
	"st.local.u32 [%d7], %r13;\nadd.u32 %r13, %r13, 1;\n"
	"setp.lt.u32 %p1, %r13, %r11;\n@%p1 bra FILL;\n"
	"mul.wide.u32 %d7, %r10, 4;\nadd.u64 %d7, %d5, %d7;\n"
	"cvta.local.u64 %d8, %d7;\nld.u32 %r14, [%d8];\n"
	"ld.local.u32 %r15, [%d6];\nstackrestore.u64 %d3;\n"
	"stacksave.u64 %d9;\nsub.u64 %d9, %d9, %d3;\n"
	"cvt.u32.u64 %r16, %d9;\nand.b64 %d10, %d5, 15;\n"
	"cvt.u32.u64 %r17, %d10;\nmad.lo.u32 %r10, %r14, 10, %r15;\n"
	"mad.lo.u32 %r10, %r16, 1000, %r10;\n"
	"mad.lo.u32 %r10, %r17, 1000, %r10;\n"
	"cvt.u32.u64 %r18, %d3;\nstackrestore.u32 %r18;\n"
	"alloca.u32 %r19, 8;\nst.local.u32 [%r19+4], %r10;\n"
	"ld.local.u32 %r10, [%r19+4];\nstacksave.u32 %r20;\n" END;

static uint32_t
want_stack(uint32_t x)
{
	return x * 10 + 5;
}

/* Lanes that call the same function from two places of a branch; both sides
 * use a .sync operation in it with the lanes of their side. */
static const char sites[] = HEADER
	".func (.param .b32 r) f(.param .b32 a, .param .b32 m)\n{\n"
	".reg .b32 %r<6>;\nld.param.u32 %r1, [a];\nld.param.u32 %r2, [m];\n"
	"redux.sync.add.u32 %r3, %r1, %r2;\nst.param.b32 [r], %r3;\nret;\n}\n" BEGIN
	"and.b32 %r11, %r10, 1;\nsetp.eq.u32 %p1, %r11, 0;\n"
	"vote.sync.ballot.b32 %r12, %p1, -1;\nnot.b32 %r13, %r12;\n"
	"@%p1 bra EVEN;\ncall (%r10), f, (1, %r13);\nbra OUT;\n"
	"EVEN: call (%r10), f, (2, %r12);\nOUT:\n" END;

static uint32_t
want_sites(uint32_t x)
{
	/* 7i mod 16 is even for every second lane. */
	return x & 1 ? 16 : 32;
}

int
main(void)
{
	expect("recursion", recursion, want_fib);
	expect("structures", structures, want_structures);
	expect("pointers", pointers, want_pointers);
	expect("registers", registers, want_registers);
	expect("locals", locals, want_locals);
	expect("stack", stack, want_stack);
	expect("sites", sites, want_sites);
	return t_done();
}
