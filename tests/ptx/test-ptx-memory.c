/* SPDX-License-Identifier: Apache-2.0 */
/*
 * State spaces: generic addresses of each, isspacep, shared memory of kernels,
 * modules and launches, constants, parameters by address.
 */
#include "config.h"
#include <string.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"

/* Takes the generic address of a variable of each space and asks what it is:
 * a byte each of global, const, shared, local, param, in this order of bits. */
static const char spaces[] = HEADER
	".global .align 8 .u64 g;\n"
	".const .align 8 .u64 c = 7;\n"
	".shared .align 8 .u64 s;\n"
	".visible .entry k(.param .u64 out, .param .align 8 .b8 p[16])\n{\n"
	".reg .pred %q<8>;\n.reg .b32 %r<16>;\n.reg .b64 %d<16>;\n"
	".local .align 8 .b8 l[16];\n"
	"ld.param.u64 %d1, [out];\n"
	"cvta.global.u64 %d2, g;\ncvta.const.u64 %d3, c;\n"
	"cvta.shared.u64 %d4, s;\ncvta.local.u64 %d5, l;\n"
	"cvta.param.u64 %d6, p;\n"
#define ASK(reg, at)                                                \
	"isspacep.global %q1, " reg ";\nselp.u32 %r1, 1, 0, %q1;\n" \
	"isspacep.const %q2, " reg ";\nselp.u32 %r2, 2, 0, %q2;\n"  \
	"isspacep.shared %q3, " reg ";\nselp.u32 %r3, 4, 0, %q3;\n" \
	"isspacep.local %q4, " reg ";\nselp.u32 %r4, 8, 0, %q4;\n"  \
	"isspacep.param %q5, " reg ";\nselp.u32 %r5, 16, 0, %q5;\n" \
	"or.b32 %r1, %r1, %r2;\nor.b32 %r3, %r3, %r4;\n"            \
	"or.b32 %r1, %r1, %r3;\nor.b32 %r1, %r1, %r5;\n"            \
	"st.global.u32 [%d1+" at "], %r1;\n"
	ASK("%d2", "0") ASK("%d3", "4") ASK("%d4", "8") ASK("%d5", "12")
		ASK("%d6", "16")
	/* Generic stores and loads through each address. */
	"st.u64 [%d2], 11;\nst.u64 [%d4], 22;\nst.u64 [%d5+8], 33;\n"
	"ld.u64 %d7, [%d2];\nld.u64 %d8, [%d3];\nld.u64 %d9, [%d4];\n"
	"ld.u64 %d10, [%d5+8];\nld.u64 %d11, [%d6+8];\n"
	"st.global.u64 [%d1+24], %d7;\nst.global.u64 [%d1+32], %d8;\n"
	"st.global.u64 [%d1+40], %d9;\nst.global.u64 [%d1+48], %d10;\n"
	"st.global.u64 [%d1+56], %d11;\n"
	/* And back to addresses of the space. */
	"cvta.to.shared.u64 %d12, %d4;\nld.shared.u64 %d12, [%d12];\n"
	"st.global.u64 [%d1+64], %d12;\n"
	"cvta.to.local.u64 %d12, %d5;\nld.local.u64 %d12, [%d12+8];\n"
	"st.global.u64 [%d1+72], %d12;\n"
	"cvta.to.param.u64 %d12, %d6;\nld.param.u64 %d12, [%d12+8];\n"
	"st.global.u64 [%d1+80], %d12;\n"
	"cvta.to.const.u64 %d12, %d3;\nld.const.u64 %d12, [%d12];\n"
	"st.global.u64 [%d1+88], %d12;\nret;\n}\n";

static void
test_spaces(void)
{
	static const uint32_t want[5] = {1, 2, 4, 8, 16};
	static const uint64_t values[9] = {11, 7, 22, 33, 99, 22, 33, 99, 7};
	struct rgpu_ptx_module *module = t_module(spaces);
	struct t_launch l = {.kernel = t_kernel(module, "k")};
	unsigned char *out = t_alloc(128);
	struct {
		void *out;
		uint64_t p[2];
	} params = {out, {5, 99}};

	T_CHECK(t_run(&l, &params) == RGPU_PTX_FAULT_NONE);
	T_CHECK(memcmp(out, want, sizeof(want)) == 0);
	T_CHECK(memcmp(out + 24, values, sizeof(values)) == 0);
	t_module_free(module);
}

/* ld.param through a register base must add the register: a parameter that is
 * not the first one, by address and with an index. */
static const char by_address[] =
	HEADER ".visible .entry k(.param .u32 n, .param .align 8 .b8 p[32], "
	       ".param .u64 out)\n{\n"
	       ".reg .b32 %r<8>;\n.reg .b64 %d<8>;\n"
	       "ld.param.u64 %d1, [out];\nmov.u32 %r1, %tid.x;\n"
	       "mov.b64 %d2, p;\nmul.wide.u32 %d3, %r1, 4;\n"
	       "add.s64 %d4, %d2, %d3;\nld.param.u32 %r2, [%d4];\n"
	       "ld.param.u32 %r3, [%d2+16];\n"
	       "mul.wide.u32 %d5, %r1, 8;\nadd.s64 %d5, %d1, %d5;\n"
	       "st.global.v2.u32 [%d5], {%r2, %r3};\nret;\n}\n";

static void
test_param_by_address(void)
{
	struct rgpu_ptx_module *module = t_module(by_address);
	struct t_launch l = {.kernel = t_kernel(module, "k"), .block = {8}};
	uint32_t(*out)[2] = t_alloc(64);
	struct {
		uint32_t n, pad, p[8];
		void *out;
	} params = {1, 0, {10, 11, 12, 13, 14, 15, 16, 17}, out};

	T_CHECK(t_run(&l, &params) == RGPU_PTX_FAULT_NONE);
	for (uint32_t i = 0; i < 8; i++)
		T_CHECK(out[i][0] == 10 + i && out[i][1] == 14);
	t_module_free(module);
}

/* .ptr .align is that of what is pointed to: the layout is by type. */
static const char ptr_align[] =
	HEADER ".visible .entry k(.param .u32 a, .param .u64 .ptr .align 1 b,\n"
	       ".param .u8 c, .param .u64 .ptr .global .align 16 d,\n"
	       ".param .align 2 .b8 e[3], .param .f64 f)\n{\nret;\n}\n";

static void
test_layout(void)
{
	static const struct rgpu_ptx_param want[6] = {
		{0, 4}, {8, 8}, {16, 1}, {24, 8}, {32, 3}, {40, 8}};
	struct rgpu_ptx_module *module = t_module(ptr_align);
	struct rgpu_ptx_kernel_info info;
	struct rgpu_ptx_diag diag;

	T_CHECK(rgpu_ptx_module_info(module, "k", &info, &diag) == RGPU_PTX_OK);
	T_CHECK(info.param_count == 6 && info.param_bytes == 48);
	for (unsigned i = 0; i < 6; i++)
		T_CHECK(info.params[i].offset == want[i].offset &&
			info.params[i].size == want[i].size);
	t_module_free(module);
}

/* Static, module-wide and dynamic shared memory do not overlap; a function
 * with shared memory of its own sees that of the running block. */
static const char shared[] = HEADER
	".shared .align 4 .b8 m[64];\n"
	".extern .shared .align 16 .b8 dyn[];\n"
	".func (.param .b32 r) f(.param .b32 i)\n{\n"
	".reg .b32 %r<8>;\n.shared .align 4 .b8 own[128];\n"
	"ld.param.u32 %r1, [i];\nmov.u32 %r2, own;\n"
	"mad.lo.u32 %r3, %r1, 4, %r2;\nst.shared.u32 [%r3], 5;\n"
	"atom.shared.add.u32 %r4, [%r3], %r1;\nld.shared.u32 %r5, [%r3];\n"
	"st.param.b32 [r], %r5;\nret;\n}\n"
	".visible .entry k(.param .u64 out)\n{\n"
	".reg .b32 %r<16>;\n.reg .b64 %d<8>;\n.shared .align 4 .b8 s[128];\n"
	"ld.param.u64 %d1, [out];\nmov.u32 %r1, %tid.x;\n"
	"mul.lo.u32 %r2, %r1, 4;\nmov.u32 %r3, s;\nadd.u32 %r3, %r3, %r2;\n"
	"mov.u32 %r4, dyn;\nadd.u32 %r4, %r4, %r2;\n"
	"and.b32 %r5, %r1, 15;\nmov.u32 %r6, m;\n"
	"mad.lo.u32 %r6, %r5, 4, %r6;\n"
	"st.shared.u32 [%r3], 1;\nst.shared.u32 [%r4], 2;\n"
	"st.shared.u32 [%r6], 3;\n{\n.param .b32 a;\n.param .b32 b;\n"
	"st.param.b32 [a], %r1;\ncall (b), f, (a);\n"
	"ld.param.b32 %r10, [b];\n}\nbar.sync 0;\n"
	"ld.shared.u32 %r7, [%r3];\nld.shared.u32 %r8, [%r4];\n"
	"ld.shared.u32 %r9, [m];\n"
	"mul.wide.u32 %d2, %r1, 16;\nadd.u64 %d2, %d1, %d2;\n"
	"st.global.v4.u32 [%d2], {%r7, %r8, %r9, %r10};\n"
	"mov.u32 %r11, %dynamic_smem_size;\nmov.u32 %r12, %total_smem_size;\n"
	"st.global.v2.u32 [%d1+512], {%r11, %r12};\nret;\n}\n";

static void
test_shared(void)
{
	struct rgpu_ptx_module *module = t_module(shared);
	struct t_launch l = {
		.kernel = t_kernel(module, "k"), .block = {32}, .shared = 128};
	struct rgpu_ptx_kernel_info info;
	struct rgpu_ptx_diag diag;
	uint32_t(*out)[4] = t_alloc(1024);

	T_CHECK(t_run(&l, &(const void *){out}) == RGPU_PTX_FAULT_NONE);
	for (uint32_t i = 0; i < 32; i++)
		T_CHECK(out[i][0] == 1 && out[i][1] == 2 && out[i][2] == 3 &&
			out[i][3] == 5 + i);
	T_CHECK(out[32][0] == 128);
	rgpu_ptx_module_info(module, "k", &info, &diag);
	/* Its own 128, then, at 256, 64 of the module and 128 of f. */
	T_CHECK(info.shared_bytes == 256 + 64 + 128);
	T_CHECK(out[32][1] >= info.shared_bytes + 128);
	t_module_free(module);
}

/* Registers that were never written read as zero, in every block. */
static const char fresh[] =
	HEADER ".visible .entry k(.param .u64 out)\n{\n"
	       ".reg .pred %p<3>;\n.reg .b32 %r<8>;\n.reg .b64 %d<8>;\n"
	       ".reg .b16 %h<2>;\n"
	       "ld.param.u64 %d1, [out];\nmov.u32 %r1, %tid.x;\n"
	       "mov.u32 %r2, %ctaid.x;\nmad.lo.u32 %r1, %r2, 64, %r1;\n"
	       "mul.wide.u32 %d2, %r1, 16;\nadd.u64 %d2, %d1, %d2;\n"
	       "selp.u32 %r3, 1, 0, %p1;\nadd.u32 %r4, %r5, %r3;\n"
	       "cvt.u32.u16 %r6, %h1;\nadd.u32 %r4, %r4, %r6;\n"
	       "add.u64 %d4, %d3, 0;\nst.global.v2.u64 [%d2], {%d4, %d4};\n"
	       "st.global.u32 [%d2], %r4;\n"
	       /* Dirt for those that come after. */
	       "not.b32 %r5, %r5;\nnot.b64 %d3, %d3;\nmov.b16 %h1, 0x1234;\n"
	       "setp.eq.u32 %p1, %r1, %r1;\n"
	       "@%p1 st.global.u32 [%d2+12], %r5;\nret;\n}\n";

static void
test_fresh_registers(void)
{
	struct rgpu_ptx_module *module = t_module(fresh);
	struct t_launch l = {
		.kernel = t_kernel(module, "k"), .grid = {20}, .block = {64}};
	uint32_t(*out)[4] = t_alloc(20 * 64 * 16);

	T_CHECK(t_run(&l, &(const void *){out}) == RGPU_PTX_FAULT_NONE);
	for (unsigned i = 0; i < 20 * 64; i++)
		T_CHECK(out[i][0] == 0 && out[i][1] == 0 && out[i][2] == 0 &&
			out[i][3] == ~0u);
	t_module_free(module);
}

int
main(void)
{
	test_spaces();
	test_param_by_address();
	test_layout();
	test_shared();
	test_fresh_registers();
	return t_done();
}
