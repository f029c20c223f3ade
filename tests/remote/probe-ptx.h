/* SPDX-License-Identifier: Apache-2.0 */
/*
 * increment(int *data, int n): adds one to each
 * spin():                      never ends
 * speak():                     printf("hello\n")
 */
#ifndef RGPU_TESTS_PROBE_PTX_H
#define RGPU_TESTS_PROBE_PTX_H

static const char probe_ptx[] =
	".version 6.5\n"
	".target sm_75\n"
	".address_size 64\n"
	".extern .func (.param .b32 status) vprintf\n"
	"	(.param .b64 format, .param .b64 values);\n"
	".global .align 1 .b8 text[7] = {104, 101, 108, 108, 111, 10, 0};\n"
	".visible .entry increment(.param .u64 pdata, .param .u32 pn)\n"
	"{\n"
	"	.reg .pred %p;\n"
	"	.reg .b32 %r<6>;\n"
	"	.reg .b64 %d<3>;\n"
	"	mov.u32 %r1, %ctaid.x;\n"
	"	mov.u32 %r2, %ntid.x;\n"
	"	mov.u32 %r3, %tid.x;\n"
	"	mad.lo.s32 %r4, %r1, %r2, %r3;\n"
	"	ld.param.u32 %r5, [pn];\n"
	"	setp.ge.s32 %p, %r4, %r5;\n"
	"	@%p bra done;\n"
	"	ld.param.u64 %d1, [pdata];\n"
	"	cvta.to.global.u64 %d1, %d1;\n"
	"	mul.wide.s32 %d2, %r4, 4;\n"
	"	add.s64 %d1, %d1, %d2;\n"
	"	ld.global.u32 %r5, [%d1];\n"
	"	add.s32 %r5, %r5, 1;\n"
	"	st.global.u32 [%d1], %r5;\n"
	"done:\n"
	"	ret;\n"
	"}\n"
	".visible .entry spin()\n"
	"{\n"
	"again:\n"
	"	bra again;\n"
	"}\n"
	".visible .entry speak()\n"
	"{\n"
	"	.reg .b64 %d<2>;\n"
	"	.reg .b32 %r<2>;\n"
	"	mov.u64 %d1, text;\n"
	"	cvta.global.u64 %d1, %d1;\n"
	"	{\n"
	"	.param .b64 a;\n"
	"	st.param.b64 [a], %d1;\n"
	"	.param .b64 b;\n"
	"	st.param.b64 [b], 0;\n"
	"	.param .b32 r;\n"
	"	call.uni (r), vprintf, (a, b);\n"
	"	ld.param.b32 %r1, [r];\n"
	"	}\n"
	"	ret;\n"
	"}\n";

#endif
