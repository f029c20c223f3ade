/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PTX that the tests load. HEAD begins a module; each of the others is one
 * kernel or variable, to be put together as a test needs them.
 */
#ifndef RGPU_TESTS_SOFTGPU_KERNELS_H
#define RGPU_TESTS_SOFTGPU_KERNELS_H

#define HEAD ".version 7.5\n.target sm_75\n.address_size 64\n"

/* counter and step; bump(): counter += step, once a thread */
#define BUMP                                            \
	".visible .global .align 4 .u32 counter = 5;\n" \
	".visible .const .align 4 .u32 step = 3;\n"     \
	".visible .entry bump()\n{\n"                   \
	"	.reg .b32 %r<3>;\n"                           \
	"	ld.const.u32 %r1, [step];\n"                  \
	"	atom.global.add.u32 %r2, [counter], %r1;\n"   \
	"	ret;\n}\n"

/* store(uint32_t *at, uint32_t value) */
#define STORE                                                           \
	".visible .entry store(.param .u64 at, .param .u32 value)\n{\n" \
	"	.reg .b32 %r<2>;\n"                                           \
	"	.reg .b64 %d<2>;\n"                                           \
	"	ld.param.u64 %d1, [at];\n"                                    \
	"	ld.param.u32 %r1, [value];\n"                                 \
	"	st.global.u32 [%d1], %r1;\n"                                  \
	"	ret;\n}\n"

/* spin(volatile uint32_t *at, uint32_t *seen): until *at is not 0 */
#define SPIN                                                          \
	".visible .entry spin(.param .u64 at, .param .u64 seen)\n{\n" \
	"	.reg .pred %p;\n"                                           \
	"	.reg .b32 %r<2>;\n"                                         \
	"	.reg .b64 %d<3>;\n"                                         \
	"	ld.param.u64 %d1, [at];\n"                                  \
	"	ld.param.u64 %d2, [seen];\n"                                \
	"again:\n"                                                    \
	"	ld.volatile.global.u32 %r1, [%d1];\n"                       \
	"	setp.eq.u32 %p, %r1, 0;\n"                                  \
	"	@%p bra again;\n"                                           \
	"	st.global.u32 [%d2], %r1;\n"                                \
	"	ret;\n}\n"

/* forever(): never ends by itself */
#define FOREVER                          \
	".visible .entry forever()\n{\n" \
	"again:\n	bra again;\n}\n"

#define TRAP ".visible .entry die()\n{\n	trap;\n	ret;\n}\n"

/* say(uint32_t number): prints it, once a thread */
#define SAY                                                    \
	".extern .func (.param .b32 r) vprintf\n"              \
	"(.param .b64 f, .param .b64 a);\n"                    \
	".global .align 1 .b8 format[8] = {37, 117, 10, 0};\n" \
	".visible .entry say(.param .u32 number)\n{\n"         \
	"	.local .align 8 .b8 area[8];\n"                      \
	"	.reg .b32 %r<3>;\n"                                  \
	"	.reg .b64 %d<5>;\n"                                  \
	"	ld.param.u32 %r1, [number];\n"                       \
	"	mov.u64 %d1, area;\n"                                \
	"	cvta.local.u64 %d2, %d1;\n"                          \
	"	st.local.u32 [%d1], %r1;\n"                          \
	"	mov.u64 %d3, format;\n"                              \
	"	cvta.global.u64 %d4, %d3;\n"                         \
	"	{\n"                                                 \
	"	.param .b64 p0;\n"                                   \
	"	st.param.b64 [p0], %d4;\n"                           \
	"	.param .b64 p1;\n"                                   \
	"	st.param.b64 [p1], %d2;\n"                           \
	"	.param .b32 back;\n"                                 \
	"	call.uni (back), vprintf, (p0, p1);\n"               \
	"	ld.param.b32 %r2, [back];\n"                         \
	"	}\n"                                                 \
	"	ret;\n}\n"

/* shared(): 1000 bytes of its own, and what the launch gives */
#define SHARED                                        \
	".extern .shared .align 16 .b8 more[];\n"     \
	".visible .entry shared(.param .u64 at)\n{\n" \
	"	.shared .align 4 .b8 own[1000];\n"          \
	"	.reg .b32 %r<3>;\n"                         \
	"	.reg .b64 %d<2>;\n"                         \
	"	ld.param.u64 %d1, [at];\n"                  \
	"	mov.u32 %r1, 77;\n"                         \
	"	st.shared.u32 [own+996], %r1;\n"            \
	"	ld.shared.u32 %r2, [own+996];\n"            \
	"	st.global.u32 [%d1], %r2;\n"                \
	"	ret;\n}\n"

/* limited(): launch bounds of 64 threads; required(): just 8 x 4 */
#define LIMITED \
	".visible .entry limited()\n.maxntid 64, 1, 1\n{\n	ret;\n}\n"
#define REQUIRED \
	".visible .entry required()\n.reqntid 8, 4, 1\n{\n	ret;\n}\n"

/* mixed(out, u8, f64, u16): parameters that need padding */
#define MIXED                                                    \
	".visible .entry mixed(.param .u64 out, .param .u8 a,\n" \
	"	.param .f64 b, .param .u16 c)\n{\n"                    \
	"	.reg .b16 %h<3>;\n"                                    \
	"	.reg .b64 %d<5>;\n"                                    \
	"	ld.param.u64 %d1, [out];\n"                            \
	"	ld.param.u8 %h1, [a];\n"                               \
	"	ld.param.b64 %d2, [b];\n"                              \
	"	ld.param.u16 %h2, [c];\n"                              \
	"	cvt.u64.u16 %d3, %h1;\n"                               \
	"	cvt.u64.u16 %d4, %h2;\n"                               \
	"	st.global.u64 [%d1], %d3;\n"                           \
	"	st.global.u64 [%d1+8], %d2;\n"                         \
	"	st.global.u64 [%d1+16], %d4;\n"                        \
	"	ret;\n}\n"

#endif
