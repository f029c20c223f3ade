/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PTX module of the driver-API programs, written by hand for the lowest
 * target that CUDA 13 knows. The driver compiles it when it is loaded.
 */
#ifndef RGPU_TESTS_CUDA_DRIVER_PTX_H
#define RGPU_TESTS_CUDA_DRIVER_PTX_H

/*
 * add(const float *a, const float *b, float *c, int n): c = a + b
 * mixed(uint64_t *out, uint8_t a, double b, uint16_t c, float d, int64_t e):
 *     writes each parameter, widened, in turn; parameters need padding
 * bump(): adds `step` to `counter` once a thread
 */
static const char driver_ptx[] =
	".version 6.5\n"
	".target sm_75\n"
	".address_size 64\n"
	".visible .global .align 4 .u32 counter = 5;\n"
	".visible .const .align 4 .u32 step = 3;\n"
	".visible .global .align 8 .b8 area[24];\n"
	".visible .entry add(.param .u64 pa, .param .u64 pb, .param .u64 pc,\n"
	"	.param .u32 pn)\n"
	"{\n"
	"	.reg .pred %p;\n"
	"	.reg .f32 %f<4>;\n"
	"	.reg .b32 %r<6>;\n"
	"	.reg .b64 %d<8>;\n"
	"	ld.param.u64 %d1, [pa];\n"
	"	ld.param.u64 %d2, [pb];\n"
	"	ld.param.u64 %d3, [pc];\n"
	"	ld.param.u32 %r1, [pn];\n"
	"	mov.u32 %r2, %ctaid.x;\n"
	"	mov.u32 %r3, %ntid.x;\n"
	"	mov.u32 %r4, %tid.x;\n"
	"	mad.lo.s32 %r5, %r2, %r3, %r4;\n"
	"	setp.ge.s32 %p, %r5, %r1;\n"
	"	@%p bra done;\n"
	"	cvta.to.global.u64 %d1, %d1;\n"
	"	cvta.to.global.u64 %d2, %d2;\n"
	"	cvta.to.global.u64 %d3, %d3;\n"
	"	mul.wide.s32 %d4, %r5, 4;\n"
	"	add.s64 %d5, %d1, %d4;\n"
	"	add.s64 %d6, %d2, %d4;\n"
	"	add.s64 %d7, %d3, %d4;\n"
	"	ld.global.f32 %f1, [%d5];\n"
	"	ld.global.f32 %f2, [%d6];\n"
	"	add.rn.f32 %f3, %f1, %f2;\n"
	"	st.global.f32 [%d7], %f3;\n"
	"done:\n"
	"	ret;\n"
	"}\n"
	".visible .entry mixed(.param .u64 pout, .param .u8 pa,\n"
	"	.param .f64 pb, .param .u16 pc, .param .f32 pd, .param .s64 pe)\n"
	"{\n"
	"	.reg .b16 %h<2>;\n"
	"	.reg .b32 %r<2>;\n"
	"	.reg .b64 %d<7>;\n"
	"	ld.param.u64 %d1, [pout];\n"
	"	cvta.to.global.u64 %d1, %d1;\n"
	"	ld.param.u8 %h0, [pa];\n"
	"	cvt.u64.u16 %d2, %h0;\n"
	"	ld.param.b64 %d3, [pb];\n"
	"	ld.param.u16 %h1, [pc];\n"
	"	cvt.u64.u16 %d4, %h1;\n"
	"	ld.param.b32 %r1, [pd];\n"
	"	cvt.u64.u32 %d5, %r1;\n"
	"	ld.param.u64 %d6, [pe];\n"
	"	st.global.u64 [%d1], %d2;\n"
	"	st.global.u64 [%d1+8], %d3;\n"
	"	st.global.u64 [%d1+16], %d4;\n"
	"	st.global.u64 [%d1+24], %d5;\n"
	"	st.global.u64 [%d1+32], %d6;\n"
	"	ret;\n"
	"}\n"
	".visible .entry bump()\n"
	"{\n"
	"	.reg .b32 %r<3>;\n"
	"	ld.const.u32 %r1, [step];\n"
	"	atom.global.add.u32 %r2, [counter], %r1;\n"
	"	ret;\n"
	"}\n";

#endif
