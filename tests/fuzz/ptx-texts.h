/* SPDX-License-Identifier: Apache-2.0 */
/* PTX with something of everything: declarations, initial values, calls, loops,
 * and instructions of each kind. */
#ifndef RGPU_TESTS_FUZZ_PTX_TEXTS_H
#define RGPU_TESTS_FUZZ_PTX_TEXTS_H

#define TOP ".version 9.0\n.target sm_90, debug\n.address_size 64\n"

static const char declarations[] = TOP
	".file 1 \"x;{.cu\"\n"
	"/* } */ .visible .global .align 8 .b8 foo[8] = {1, 2};\n"
	".global .align 8 .u8 addr[2] = {0xFF(foo), 0xFF00(generic(foo)+4)};\n"
	".weak .global .u64 x[3] = {foo, generic(foo)+4, 7};\n"
	".global .align 4 .b8 nest[2][3] = {{1}, {4, 5, 6}};\n"
	".const .f32 f[3] = {0f3F800000, -2.5, 1e3};\n"
	".global .v4 .f32 v = {1.0, 2.0, 3.0, 4.0};\n"
	".global .u32 e[] = {1 << 4, (3 + 4) * 2, 10 % 4, ~0, !5, 1 ? 8 : 9,\n"
	"0777, 0b101, 0xAAU, 7 / 2, -8 >> 1, 5 > 4 && 3 != 3};\n"
	".common .global .b32 zero[4];\n"
	".global .u32 two, three = 3;\n"
	".func (.param .b32 r) fn (.param .b32 a);\n"
	".global .u64 table[2] = {fn, fn};\n"
	".section .debug_str { .b8 1, 2\n ; }\n"
	".func (.param .b32 r) fn (.param .b32 a)\n{\nret;\n}\n"
	".alias other, fn;\n"
	".visible .entry k()\n.maxntid 64, 2\n.minnctapersm 3\n.maxnreg 40\n"
	"{\n.reg .b32 %r<10>;\n.reg .b64 %d<3>, %z;\n.reg .pred %p;\n"
	".shared .align 16 .b8 s[100];\n.local .b8 l[12];\n"
	"{\n.reg .f32 q; // }\n}\n.pragma \"nounroll\";\nret;\n}\n";

static const char calls[] =
	TOP ".func (.param .align 8 .b8 r[16]) f(.param .b8 c,\n"
	    ".param .align 8 .b8 s[12], .param .b64 q)\n{\n"
	    ".reg .b32 %r<8>;\n.reg .b64 %d<8>;\n"
	    "ld.param.v2.u32 {%r1, %r2}, [s];\nld.param.u64 %d1, [q];\n"
	    "mov.b64 %d2, s;\nld.local.u32 %r5, [%d2+4];\n"
	    "cvta.local.u64 %d3, %d2;\nld.u32 %r6, [%d3+8];\n"
	    "st.param.v2.b32 [r], {%r1, %r2};\nst.param.b64 [r+8], %d1;\n"
	    "ret;\n}\n"
	    ".visible .entry k(.param .u64 io)\n{\n"
	    ".reg .b16 %h<2>;\n.reg .b32 %r<8>;\n.reg .b64 %d<8>;\n"
	    "mov.u64 %d4, f;\n"
	    "{\n.param .b8 a;\n.param .align 8 .b8 b[12];\n.param .b64 c;\n"
	    ".param .align 8 .b8 back[16];\n"
	    "st.param.b8 [a], %h1;\nst.param.b64 [b], %d1;\n"
	    "st.param.b32 [b+8], %r1;\nst.param.b64 [c], %d2;\n"
	    "call.uni (back), f, (a, b, c);\nld.param.b64 %d3, [back+8];\n}\n"
	    "{\nproto: .callprototype (.param .align 8 .b8 _[16]) _\n"
	    "(.param .b8 _, .param .align 8 .b8 _[12], .param .b64 _);\n"
	    ".param .b8 a;\n.param .align 8 .b8 b[12];\n.param .b64 c;\n"
	    ".param .align 8 .b8 back[16];\n"
	    "call (back), %d4, (a, b, c), proto;\n}\n"
	    "ret;\n}\n";

static const char instructions[] = TOP
	".global .b32 g[8];\n"
	".visible .entry k(.param .u64 io, .param .f32 x)\n{\n"
	".reg .pred %p<8>;\n.reg .b16 %h<8>;\n.reg .b32 %r<16>;\n"
	".reg .b64 %d<8>;\n.reg .f32 %f<8>;\n.reg .f64 %g<8>;\n"
	".shared .align 8 .b8 s[64];\n"
	"ld.param.u64 %d1, [io];\ncvta.to.global.u64 %d2, %d1;\n"
	"mov.u32 %r1, %tid.x;\nmad.lo.s32 %r2, %r1, 3, -1;\n"
	"mul.wide.u32 %d3, %r1, 4;\nadd.s64 %d4, %d2, %d3;\n"
	"setp.ge.and.s32 %p1|%p2, %r1, 17, %p3;\nselp.b32 %r3, %r1, 0, !%p1;\n"
	"shf.l.wrap.b32 %r4, %r1, %r2, 7;\nprmt.b32 %r5, %r1, %r2, 0x5410;\n"
	"lop3.b32 %r6, %r1, %r2, %r3, 0xE8;\nbfe.u32 %r7, %r1, 4, 8;\n"
	"popc.b32 %r8, %r7;\nclz.b32 %r9, %r8;\nmov.b64 %d5, {%r8, %r9};\n"
	"mov.b32 {%h1, %h2}, %r9;\ncvt.rn.f32.u32 %f1, %r1;\n"
	"fma.rn.f32 %f2, %f1, 0f40490FDB, %f1;\nex2.approx.ftz.f32 %f3, %f2;\n"
	"cvt.f64.f32 %g1, %f3;\ndiv.rn.f64 %g2, %g1, 0d4000000000000000;\n"
	"cvt.rzi.s64.f64 %d6, %g2;\nfma.rn.f16x2 %r10, %r1, %r2, %r3;\n"
	"st.shared.v2.u32 [s+8], {%r1, %r2};\nbar.sync 0;\n"
	"ld.shared.u32 %r11, [s+12];\natom.global.add.u32 %r12, [g+4], 1;\n"
	"red.global.max.s32 [%d4], %r12;\nmembar.gl;\n"
	"shfl.sync.bfly.b32 %r13|%p4, %r12, 16, 31, -1;\n"
	"vote.sync.ballot.b32 %r14, %p4, 0xffffffff;\nactivemask.b32 %r15;\n"
	"LOOP:\nadd.u32 %r1, %r1, 1;\nsetp.lt.u32 %p5, %r1, 100;\n"
	"@%p5 bra.uni LOOP;\n"
	"and.b32 %r2, %r1, 1;\nts: .branchtargets A, B;\nbrx.idx %r2, ts;\n"
	"A: ld.global.nc.v4.f32 {%f4, %f5, %f6, %f7}, [%d4];\n"
	"B: @!%p5 trap;\nexit;\n}\n";

#endif
