/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forward progress: lanes, warps, blocks and launches that wait for each
 * other all get their turns, with one worker and with three; what can never
 * come is a fault, and a launch can be stopped.
 */
#include "config.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"
#define BEGIN                                                       \
	".visible .entry k(.param .u64 mem)\n{\n"                   \
	".reg .pred %p<8>;\n.reg .b32 %r<24>;\n.reg .b64 %d<16>;\n" \
	".shared .align 8 .b8 s[256];\n"                            \
	"ld.param.u64 %d1, [mem];\nmov.u32 %r1, %tid.x;\n"          \
	"mov.u32 %r2, %ctaid.x;\nmov.u32 %r3, %nctaid.x;\n"
#define END "ret;\n}\n"

static enum rgpu_ptx_fault_kind
launch(const char *text, unsigned grid, unsigned block, bool cooperative,
	void *mem, struct rgpu_ptx_fault *fault)
{
	struct rgpu_ptx_module *module = t_module(text);
	struct t_launch l = {.kernel = t_kernel(module, "k"),
		.grid = {grid},
		.block = {block},
		.cooperative = cooperative};
	enum rgpu_ptx_fault_kind rc = t_run(&l, &mem);

	*fault = l.fault;
	t_module_free(module);
	return rc;
}

static void
expect_done(const char *what, const char *text, unsigned grid, unsigned block,
	bool cooperative, void *mem)
{
	struct rgpu_ptx_fault fault;

	if (launch(text, grid, block, cooperative, mem, &fault) !=
		RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", what, fault.text);
}

/* Every lane of every warp takes the same lock: [mem], counter [mem+4]. */
static const char lock[] = HEADER BEGIN
	"L: atom.global.cas.b32 %r4, [%d1], 0, 1;\nsetp.ne.u32 %p1, %r4, 0;\n"
	"@%p1 bra L;\nld.global.u32 %r5, [%d1+4];\nadd.u32 %r5, %r5, 1;\n"
	"st.global.u32 [%d1+4], %r5;\nmembar.gl;\n"
	"atom.global.exch.b32 %r6, [%d1], 0;\n" END;

static void
test_lock(void)
{
	uint32_t *mem = t_alloc(64);

	expect_done("lock", lock, 6, 96, false, mem);
	T_CHECK(mem[1] == 6 * 96);
	t_free(mem);
}

/* The lock is released by lanes that are further on in the text, and the
 * winner goes the long way round: no order by place alone gets there. */
static const char backwards[] = HEADER BEGIN
	"bra TRY;\nGOT: ld.volatile.global.u32 %r5, [%d1+4];\n"
	"add.u32 %r5, %r5, 1;\nst.volatile.global.u32 [%d1+4], %r5;\n"
	"st.volatile.global.u32 [%d1], 0;\nbra OUT;\n"
	"TRY: atom.global.cas.b32 %r4, [%d1], 0, 1;\n"
	"setp.eq.u32 %p1, %r4, 0;\n@%p1 bra GOT;\nbra TRY;\nOUT:\n" END;

static void
test_backwards(void)
{
	uint32_t *mem = t_alloc(64);

	expect_done("backwards", backwards, 4, 64, false, mem);
	T_CHECK(mem[1] == 4 * 64);
	t_free(mem);
}

/* Warp 1 produces, warp 0 consumes, by a flag in shared memory; 100 times. */
static const char warps[] = HEADER BEGIN
	"mov.u32 %r10, s;\nsetp.eq.u32 %p1, %r1, 0;\n"
	"@%p1 st.shared.u32 [%r10], 0;\nbar.sync 0;\nmov.u32 %r11, 1;\n"
	"setp.ge.u32 %p2, %r1, 32;\n@%p2 bra PRODUCE;\n"
	"C: ld.volatile.shared.u32 %r12, [%r10];\n"
	"setp.lt.u32 %p3, %r12, %r11;\n@%p3 bra C;\n"
	"bar.warp.sync -1;\n@%p1 st.volatile.shared.u32 [%r10+4], %r11;\n"
	"add.u32 %r11, %r11, 1;\nsetp.le.u32 %p4, %r11, 100;\n@%p4 bra C;\n"
	"@%p1 st.global.u32 [%d1], %r12;\nret;\n"
	"PRODUCE: setp.eq.u32 %p5, %r1, 32;\n"
	"P: @%p5 st.volatile.shared.u32 [%r10], %r11;\n"
	"W: ld.volatile.shared.u32 %r12, [%r10+4];\n"
	"setp.lt.u32 %p3, %r12, %r11;\n@%p3 bra W;\n"
	"add.u32 %r11, %r11, 1;\nsetp.le.u32 %p4, %r11, 100;\n@%p4 bra P;\n" END;

static void
test_warps(void)
{
	uint32_t *mem = t_alloc(64);

	expect_done("warps", warps, 2, 64, false, mem);
	T_CHECK(mem[0] == 100);
	t_free(mem);
}

/* Block i waits for block i - 1: started in order, always advancing. */
static const char chain[] = HEADER BEGIN
	"setp.ne.u32 %p1, %r1, 0;\n@%p1 bra OUT;\n"
	"W: ld.acquire.gpu.u32 %r4, [%d1];\nsetp.ne.u32 %p2, %r4, %r2;\n"
	"@%p2 bra W;\nadd.u32 %r4, %r4, 1;\nst.release.gpu.u32 [%d1], %r4;\n"
	"OUT: bar.sync 0;\n" END;

/* Block 0 waits for the last one: as many as fit have to be started. */
static const char last[] = HEADER BEGIN
	"setp.ne.u32 %p1, %r1, 0;\n@%p1 bra OUT;\nsub.u32 %r5, %r3, 1;\n"
	"setp.eq.u32 %p2, %r2, %r5;\n@%p2 st.release.gpu.u32 [%d1+4], 1;\n"
	"W: nanosleep.u32 50;\nld.acquire.gpu.u32 %r4, [%d1+4];\n"
	"setp.eq.u32 %p3, %r4, 0;\n@%p3 bra W;\n"
	"red.global.add.u32 [%d1+8], 1;\nOUT: bar.sync 0;\n" END;

static void
test_blocks(void)
{
	uint32_t *mem = t_alloc(64);

	expect_done("chain", chain, 200, 64, false, mem);
	T_CHECK(mem[0] == 200);
	expect_done("last", last, 40, 64, false, mem);
	T_CHECK(mem[2] == 40);
	t_free(mem);
}

/* A scan over blocks: each publishes its sum, then looks back until it finds
 * a block that knows its prefix (decoupled look-back). 8 bytes a block: state
 * 1 for a sum, 2 for a prefix, in the upper half. */
static const char look_back[] = HEADER BEGIN
	"setp.ne.u32 %p1, %r1, 0;\n@%p1 bra OUT;\n"
	"mul.wide.u32 %d2, %r2, 8;\nadd.u64 %d2, %d1, %d2;\n"
	"add.u32 %r4, %r2, 1;\nmov.b64 %d3, {%r4, 1};\n"
	"setp.eq.u32 %p2, %r2, 0;\n@%p2 mov.b64 %d3, {%r4, 2};\n"
	"st.relaxed.gpu.u64 [%d2], %d3;\n@%p2 bra OUT;\nmov.u64 %d4, %d2;\n"
	"BACK: sub.u64 %d4, %d4, 8;\n"
	"W: ld.relaxed.gpu.u64 %d5, [%d4];\nmov.b64 {%r5, %r6}, %d5;\n"
	"setp.eq.u32 %p3, %r6, 0;\n@%p3 bra W;\nadd.u32 %r4, %r4, %r5;\n"
	"setp.eq.u32 %p4, %r6, 1;\n@%p4 bra BACK;\n"
	"mov.b64 %d3, {%r4, 2};\nst.relaxed.gpu.u64 [%d2], %d3;\nOUT:\n" END;

static void
test_look_back(void)
{
	uint64_t *mem = t_alloc(500 * 8);

	expect_done("look-back", look_back, 500, 32, false, mem);
	for (uint64_t i = 0; i < 500; i++)
		T_CHECK((uint32_t)mem[i] == (i + 1) * (i + 2) / 2 &&
			mem[i] >> 32 == 2);
	t_free(mem);
}

/* Block 0 writes vectors of equal elements, block 1 reads them until it has seen
 * the last: a vector that is half old and half new is one access torn. */
static const char torn2[] = HEADER BEGIN
	"add.u64 %d2, %d1, 32;\nsetp.ne.u32 %p1, %r1, 0;\n@%p1 bra OUT;\n"
	"mov.u32 %r4, 0;\nsetp.eq.u32 %p1, %r2, 0;\n@%p1 bra WRITE;\n"
	"READ: ld.relaxed.gpu.v2.u32 {%r5, %r6}, [%d1];\n"
	"setp.ne.u32 %p2, %r5, %r6;\n@%p2 st.global.u32 [%d2], 1;\n"
	"setp.lt.u32 %p3, %r5, 20000;\n@%p3 bra READ;\nbra OUT;\n"
	"WRITE: add.u32 %r4, %r4, 1;\n"
	"st.relaxed.gpu.v2.u32 [%d1], {%r4, %r4};\n"
	"setp.lt.u32 %p3, %r4, 20000;\n@%p3 bra WRITE;\nOUT:\n" END;
static const char torn4[] = HEADER BEGIN
	"add.u64 %d2, %d1, 32;\nsetp.ne.u32 %p1, %r1, 0;\n@%p1 bra OUT;\n"
	"mov.u32 %r4, 0;\nsetp.eq.u32 %p1, %r2, 0;\n@%p1 bra WRITE;\n"
	"READ: ld.volatile.global.v4.u32 {%r5, %r6, %r7, %r8}, [%d1];\n"
	"setp.ne.u32 %p2, %r5, %r8;\n@%p2 st.global.u32 [%d2], 1;\n"
	"setp.ne.u32 %p2, %r6, %r7;\n@%p2 st.global.u32 [%d2], 1;\n"
	"setp.ne.u32 %p2, %r5, %r6;\n@%p2 st.global.u32 [%d2], 1;\n"
	"setp.lt.u32 %p3, %r5, 20000;\n@%p3 bra READ;\nbra OUT;\n"
	"WRITE: add.u32 %r4, %r4, 1;\n"
	"st.volatile.global.v4.u32 [%d1], {%r4, %r4, %r4, %r4};\n"
	"setp.lt.u32 %p3, %r4, 20000;\n@%p3 bra WRITE;\nOUT:\n" END;

static void
test_vectors_at_once(void)
{
	uint32_t *mem = t_alloc(64);

	expect_done("vectors of 2", torn2, 2, 32, false, mem);
	T_CHECK(mem[0] == 20000 && mem[8] == 0);
	memset(mem, 0, 64);
	expect_done("vectors of 4", torn4, 2, 32, false, mem);
	T_CHECK(mem[0] == 20000 && mem[8] == 0);
	t_free(mem);
}

/* Grid sync as cooperative groups do it, three times: %envreg1 and 2 are the
 * address of a counter; each block adds to a cell of the next one. */
static const char grid_sync[] = HEADER BEGIN
	"mov.u32 %r4, %envreg2;\nmov.u32 %r5, %envreg1;\n"
	"mov.b64 %d2, {%r4, %r5};\nadd.u64 %d2, %d2, 4;\nmov.u32 %r6, 0;\n"
	"AGAIN: mul.wide.u32 %d3, %r2, 4;\nadd.u64 %d3, %d1, %d3;\n"
	"setp.ne.u32 %p1, %r1, 0;\n@%p1 bra WAIT;\n"
	"atom.global.add.u32 %r7, [%d3], 1;\nmov.u32 %r8, 1;\n"
	"setp.ne.u32 %p2, %r2, 0;\nsub.u32 %r9, 0x80000001, %r3;\n"
	"selp.u32 %r8, %r8, %r9, %p2;\n"
	"atom.add.release.gpu.u32 %r10, [%d2], %r8;\n"
	"POLL: ld.acquire.gpu.u32 %r11, [%d2];\nxor.b32 %r12, %r11, %r10;\n"
	"setp.ge.s32 %p3, %r12, 0;\n@%p3 bra POLL;\n"
	"WAIT: bar.sync 0;\nadd.u32 %r13, %r2, 1;\nrem.u32 %r13, %r13, %r3;\n"
	"mul.wide.u32 %d4, %r13, 4;\nadd.u64 %d4, %d1, %d4;\n"
	"ld.volatile.global.u32 %r14, [%d4];\nadd.u32 %r6, %r6, 1;\n"
	"setp.ge.u32 %p4, %r14, %r6;\n@!%p4 trap;\n"
	"setp.lt.u32 %p5, %r6, 3;\n@%p5 bra AGAIN;\n" END;

static void
test_grid_sync(void)
{
	uint32_t *mem = t_alloc(64 * 4);

	expect_done("grid sync", grid_sync, 64, 64, true, mem);
	for (unsigned i = 0; i < 64; i++)
		T_CHECK(mem[i] == 3);
	t_free(mem);
}

/* Two launches: one waits for what the other writes. */
struct pair {
	struct t_launch l;
	void *mem;
};

static void *
run_one(void *arg)
{
	struct pair *p = arg;

	t_run(&p->l, &p->mem);
	return NULL;
}

static const char wait_flag[] = HEADER BEGIN
	"W: ld.volatile.global.u32 %r4, [%d1];\nsetp.eq.u32 %p1, %r4, 0;\n"
	"@%p1 bra W;\nst.global.u32 [%d1+4], 7;\n" END;
static const char set_flag[] =
	HEADER BEGIN "st.volatile.global.u32 [%d1], 1;\n" END;

static void
test_launches(void)
{
	struct rgpu_ptx_module *m1 = t_module(wait_flag);
	struct rgpu_ptx_module *m2 = t_module(set_flag);
	struct pair waits = {
		.l = {.kernel = t_kernel(m1, "k"), .grid = {8}, .block = {64}},
		.mem = t_alloc(64)};
	struct pair sets = {
		.l = {.kernel = t_kernel(m2, "k")}, .mem = waits.mem};
	struct timespec pause = {0, 20000000};
	pthread_t thread;

	/* The pool has to exist before two threads ask for it. */
	t_run(&sets.l, &sets.mem);
	memset(sets.mem, 0, 64);
	pthread_create(&thread, NULL, run_one, &waits);
	nanosleep(&pause, NULL);
	t_run(&sets.l, &sets.mem);
	pthread_join(thread, NULL);
	T_CHECK(waits.l.fault.kind == RGPU_PTX_FAULT_NONE);
	T_CHECK(((uint32_t *)waits.mem)[1] == 7);
	t_free(waits.mem);
	t_module_free(m1);
	t_module_free(m2);
}

static void
test_stop(const char *text)
{
	struct rgpu_ptx_module *module = t_module(text);
	volatile int stop = 0;
	struct pair p = {.l = {.kernel = t_kernel(module, "k"),
				 .grid = {4},
				 .stop = &stop},
		.mem = t_alloc(64)};
	struct timespec pause = {0, 20000000};
	pthread_t thread;

	pthread_create(&thread, NULL, run_one, &p);
	nanosleep(&pause, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	T_CHECK(p.l.fault.kind == RGPU_PTX_FAULT_STOPPED);
	t_free(p.mem);
	t_module_free(module);
}

static void
expect_fault(
	const char *what, const char *text, unsigned block, const char *message)
{
	void *mem = t_alloc(64);
	struct rgpu_ptx_fault fault;

	if (launch(text, 1, block, false, mem, &fault) !=
			RGPU_PTX_FAULT_BARRIER ||
		!strstr(fault.text, message))
		T_FAIL("%s: %d %s", what, fault.kind, fault.text);
	t_free(mem);
}

/* What can never complete. */
static void
test_deadlocks(void)
{
	expect_fault("half a warp at a barrier, half at shfl",
		HEADER BEGIN "setp.lt.u32 %p1, %r1, 16;\n@%p1 bra A;\n"
			     "bar.sync 0;\nret;\n"
			     "A: shfl.sync.idx.b32 %r4, %r1, 0, 31, -1;\n" END,
		32, "a barrier cannot complete");
	expect_fault("lanes that never come",
		HEADER BEGIN "setp.lt.u32 %p1, %r1, 8;\n@%p1 bra A;\n"
			     "bar.sync 1, 64;\nret;\n"
			     "A: bar.warp.sync 0xffff;\n" END,
		32, "never come");
	expect_fault("two barriers",
		HEADER BEGIN "setp.lt.u32 %p1, %r1, 32;\n@%p1 bra A;\n"
			     "bar.sync 0;\nret;\nA: bar.sync 1;\n" END,
		64, "`bar.sync 1`");
	expect_fault("counts that differ",
		HEADER BEGIN "setp.lt.u32 %p1, %r1, 32;\n@%p1 bra A;\n"
			     "bar.sync 0, 96;\nret;\nA: bar.sync 0, 64;\n" END,
		96, "another count");
	expect_fault("no such barrier", HEADER BEGIN "bar.sync 16;\n" END, 32,
		"no such barrier");
	expect_fault("not whole warps", HEADER BEGIN "bar.sync 0, 48;\n" END,
		64, "whole warps");
}

/* Threads that end count no more: the others go on. */
static const char leavers[] = HEADER BEGIN
	"and.b32 %r4, %r1, 3;\nsetp.eq.u32 %p1, %r4, 1;\n@%p1 exit;\n"
	"bar.sync 0;\nsetp.lt.u32 %p2, %r1, 40;\n@%p2 ret;\n"
	"shfl.sync.idx.b32 %r5, %r1, 28, 31, -1;\nbarrier.sync 3;\n"
	"setp.eq.u32 %p3, %r1, 64;\n@%p3 st.global.u32 [%d1], %r5;\n"
	"bar.red.popc.u32 %r6, 0, %p3;\n@%p3 st.global.u32 [%d1+4], %r6;\n" END;

static void
test_leavers(void)
{
	uint32_t *mem = t_alloc(64);

	expect_done("leavers", leavers, 1, 100, false, mem);
	T_CHECK(mem[0] == 92 && mem[1] == 1);
	t_free(mem);
}

/* Half a warp is at the barrier early: it waits for the other half. */
static const char divergent_barrier[] = HEADER BEGIN
	"mov.u32 %r9, s;\nmul.lo.u32 %r10, %r1, 4;\nadd.u32 %r9, %r9, %r10;\n"
	"and.b32 %r4, %r1, 1;\nsetp.eq.u32 %p1, %r4, 0;\n@%p1 bra EVEN;\n"
	"mov.u32 %r5, 500;\nW: sub.u32 %r5, %r5, 1;\n"
	"setp.ne.u32 %p2, %r5, 0;\n@%p2 bra W;\n"
	"st.shared.u32 [%r9], %r1;\nbarrier.sync 0;\nbra OUT;\n"
	"EVEN: st.shared.u32 [%r9], %r1;\nbarrier.sync 0;\n"
	"OUT: xor.b32 %r6, %r10, 4;\nmov.u32 %r7, s;\nadd.u32 %r7, %r7, %r6;\n"
	"ld.shared.u32 %r8, [%r7];\ncvt.u64.u32 %d2, %r10;\n"
	"add.u64 %d2, %d1, %d2;\nst.global.u32 [%d2], %r8;\n" END;

static void
test_divergent_barrier(void)
{
	uint32_t *mem = t_alloc(256);

	expect_done("divergent", divergent_barrier, 1, 64, false, mem);
	for (unsigned i = 0; i < 64; i++)
		T_CHECK(mem[i] == (i ^ 1));
	t_free(mem);
}

/* __syncwarp() in both branches: each side waits for the other, twice, and
 * sees what it wrote before. Another pair of lanes meets in a loop. */
static const char two_places[] = HEADER BEGIN
	"mov.u32 %r9, s;\nmad.lo.u32 %r10, %r1, 4, %r9;\n"
	"xor.b32 %r11, %r1, 16;\nmad.lo.u32 %r11, %r11, 4, %r9;\n"
	"setp.lt.u32 %p1, %r1, 16;\n@%p1 bra LOW;\n"
	"st.shared.u32 [%r10], %r1;\nbar.warp.sync -1;\n"
	"ld.shared.u32 %r4, [%r11];\nbar.warp.sync -1;\nbra OUT;\n"
	"LOW: add.u32 %r5, %r1, 100;\nst.shared.u32 [%r10], %r5;\n"
	"bar.warp.sync -1;\nld.shared.u32 %r4, [%r11];\n"
	"bar.warp.sync -1;\n"
	"OUT: setp.ge.u32 %p2, %r1, 2;\n@%p2 bra DONE;\nmov.u32 %r6, 0;\n"
	"setp.eq.u32 %p3, %r1, 0;\nL: add.u32 %r6, %r6, 1;\n"
	"@%p3 bra B;\nbar.warp.sync 3;\nbra C;\nB: bar.warp.sync 3;\n"
	"C: setp.lt.u32 %p4, %r6, 50;\n@%p4 bra L;\n"
	"DONE: mul.wide.u32 %d2, %r1, 4;\nadd.u64 %d2, %d1, %d2;\n"
	"st.global.u32 [%d2], %r4;\n" END;

static void
test_two_places(void)
{
	uint32_t *mem = t_alloc(128);

	expect_done("two places", two_places, 1, 32, false, mem);
	for (unsigned i = 0; i < 32; i++)
		T_CHECK(mem[i] == (i < 16 ? i + 16 : i - 16 + 100));
	t_free(mem);
}

/* A recursion without backward jumps that would last for ages: 2^60 calls. */
static const char ages[] =
	HEADER ".func f(.param .u32 n)\n{\n.reg .pred %p;\n.reg .b32 %r;\n"
	       "ld.param.u32 %r, [n];\nsetp.eq.u32 %p, %r, 0;\n@%p ret;\n"
	       "sub.u32 %r, %r, 1;\ncall f, (%r);\ncall f, (%r);\nret;\n}\n"
	       ".visible .entry k(.param .u64 mem)\n{\ncall f, (60);\n"
	       "ret;\n}\n";

int
main(void)
{
	static const unsigned workers[] = {1, 3};

	for (unsigned i = 0; i < RGPU_COUNT(workers); i++) {
		t_workers(workers[i]);
		test_lock();
		test_backwards();
		test_warps();
		test_blocks();
		test_look_back();
		test_vectors_at_once();
		test_grid_sync();
		test_launches();
		test_stop(wait_flag);
		test_stop(ages);
		test_leavers();
		test_divergent_barrier();
		test_two_places();
	}
	test_deadlocks();
	return t_done();
}
