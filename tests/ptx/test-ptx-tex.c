/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tex, tld4, suld and sust: what is fetched where, weights of the filter to the
 * last of their bits, guards, and faults.
 */
#include "config.h"
#include <stdio.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define W 8
#define H 4

/* Thread t reads four words as coordinates and hands out four. */
static const char frame[] =
	".version 9.0\n.target sm_90\n.address_size 64\n"
	".visible .entry k(.param .u64 handle, .param .u64 in, .param .u64 out)"
	"\n{\n.reg .pred %%p<3>;\n.reg .b16 %%h<5>;\n.reg .b32 %%r<9>;\n"
	".reg .f32 %%f<9>;\n.reg .b64 %%d<9>;\n"
	"ld.param.u64 %%d1, [handle];\nld.param.u64 %%d2, [in];\n"
	"ld.param.u64 %%d3, [out];\nmov.u32 %%r5, %%tid.x;\n"
	"mul.wide.u32 %%d4, %%r5, 16;\nadd.u64 %%d2, %%d2, %%d4;\n"
	"add.u64 %%d3, %%d3, %%d4;\nsetp.ne.u32 %%p1, %%r5, 3;\n"
	"ld.global.v4.u32 {%%r1, %%r2, %%r3, %%r4}, [%%d2];\n"
	"ld.global.v4.f32 {%%f1, %%f2, %%f3, %%f4}, [%%d2];\n"
	"mov.f32 %%f5, 0f00000000;\nmov.f32 %%f6, %%f5;\nmov.f32 %%f7, %%f5;\n"
	"mov.f32 %%f8, %%f5;\n%s\n"
	"st.global.v4.f32 [%%d3], {%%f5, %%f6, %%f7, %%f8};\nret;\n}\n";

#define OUT "{%f5, %f6, %f7, %f8}"

static float *texels, *out;
static uint32_t *in;

static enum rgpu_ptx_fault_kind
run(const char *statement, uint64_t handle, unsigned threads)
{
	char text[2048];
	struct rgpu_ptx_module *m;
	struct t_launch l = {.block = {threads}};
	uint64_t params[3] = {
		handle, (uint64_t)(uintptr_t)in, (uint64_t)(uintptr_t)out};
	enum rgpu_ptx_fault_kind kind;

	snprintf(text, sizeof(text), frame, statement);
	m = t_module(text);
	l.kernel = t_kernel(m, "k");
	kind = t_run(&l, params);
	t_module_free(m);
	return kind;
}

static void
set_float(unsigned i, float f)
{
	memcpy(&in[i], &f, sizeof(f));
}

static void
make_texture(bool linear)
{
	t_textures[0] = (struct rgpu_ptx_texture){
		.base = (uint64_t)(uintptr_t)texels,
		.width = W,
		.height = H,
		.depth = 1,
		.pitch = W * sizeof(float),
		.channel = RGPU_PTX_FLOAT,
		.channels = 1,
		.bytes = 4,
		.linear = linear,
		.address = {RGPU_PTX_CLAMP, RGPU_PTX_CLAMP, RGPU_PTX_CLAMP},
	};
}

/* Texels are 0, 1, 2 ..: between two of them the result is the coordinate in
 * units of 1/256. */
static void
test_weights(void)
{
	make_texture(true);
	for (unsigned i = 0; i < 32; i++) {
		set_float(4 * i, 1.5f + (float)i * 17 / 512);
		set_float(4 * i + 1, 0.5f);
	}
	T_CHECK(!run("tex.2d.v4.f32.f32 " OUT ", [%d1, {%f1, %f2}];", 1, 32));
	for (unsigned i = 0; i < 32; i++) {
		float want = 1 + (float)((i * 17 + 1) / 2) / 256;

		if (out[4 * i] != want)
			T_FAIL("weight %u: %a, not %a", i, (double)out[4 * i],
				(double)want);
	}
}

static void
test_points(void)
{
	make_texture(false);
	for (unsigned i = 0; i < 32; i++) {
		in[4 * i] = i % W;
		in[4 * i + 1] = i / W;
	}
	T_CHECK(!run(
		"@%p1 tex.2d.v4.f32.s32 " OUT ", [%d1, {%r1, %r2}];", 1, 32));
	for (unsigned i = 0; i < 32; i++)
		T_CHECK(out[4 * i] == (i == 3 ? 0 : (float)i) &&
			out[4 * i + 1] == 0 &&
			out[4 * i + 3] == (i == 3 ? 0 : 1));
	set_float(0, 3.0f);
	set_float(1, 2.0f);
	T_CHECK(!run("tld4.r.2d.v4.f32.f32 " OUT ", [%d1, {%f1, %f2}];", 1, 1));
	T_CHECK(out[0] == 18 && out[1] == 19 && out[2] == 11 && out[3] == 10);
	T_CHECK(!run("tex.level.2d.v4.f32.f32 " OUT ", [%d1, {%f1, %f2}], %f5;",
		1, 1));
	T_CHECK(out[0] == 19);
	/* Destinations that are coordinates as well. */
	T_CHECK(!run("tex.2d.v4.f32.f32 {%f2, %f1, %f7, %f8}, "
		     "[%d1, {%f1, %f2}];\nmov.f32 %f5, %f2;",
		1, 1));
	T_CHECK(out[0] == 19);
}

static void
test_surfaces(void)
{
	make_texture(false);
	for (unsigned i = 0; i < 32; i++) {
		in[4 * i] = i % W * 4;
		in[4 * i + 1] = i / W;
	}
	T_CHECK(!run("suld.b.2d.b32.trap {%r6}, [%d1, {%r1, %r2}];\n"
		     "add.u32 %r1, %r1, 0;\nmov.b32 %f5, %r6;",
		T_SURFACE + 1, 32));
	for (unsigned i = 0; i < 32; i++)
		T_CHECK(out[4 * i] == (float)i);
	/* Half of a row moved behind its end: nothing, or the last element. */
	for (unsigned i = 0; i < 32; i++)
		in[4 * i] += 16;
	T_CHECK(!run("suld.b.2d.b32.zero %f5, [%d1, {%r1, %r2}];\n"
		     "suld.b.2d.b32.clamp %f6, [%d1, {%r1, %r2}];",
		T_SURFACE + 1, 32));
	for (unsigned i = 0; i < 32; i++) {
		bool inside = i % W < W / 2;

		T_CHECK(out[4 * i] == (inside ? (float)i + 4 : 0));
		T_CHECK(out[4 * i + 1] ==
			(inside ? (float)i + 4 : (float)(i / W * W + 7)));
	}
	T_CHECK(!run("mov.u16 %h1, 7;\nmov.u16 %h2, 0x1ff;\n"
		     "sust.b.2d.v2.b8.zero [%d1, {%r1, %r2}], {%h1, %h2};",
		T_SURFACE + 1, 1));
	T_CHECK(((uint8_t *)texels)[16] == 7 && ((uint8_t *)texels)[17] == 255);
	texels[4] = 4;
}

static void
test_faults(void)
{
	static const struct {
		const char *statement;
		uint64_t handle;
		uint32_t x;
		enum rgpu_ptx_fault_kind kind;
	} all[] = {
		{"tex.1d.v4.f32.s32 " OUT ", [%d1, {%r1}];", 77, 0,
			RGPU_PTX_FAULT_ADDRESS},
		{"tex.1d.v4.f32.s32 " OUT ", [%d1, {%r1}];", T_SURFACE + 1, 0,
			RGPU_PTX_FAULT_ADDRESS},
		{"suld.b.1d.b32.zero %f5, [%d1, {%r1}];", 1, 0,
			RGPU_PTX_FAULT_ADDRESS},
		{"suld.b.1d.b32.trap %f5, [%d1, {%r1}];", T_SURFACE + 1, 32,
			RGPU_PTX_FAULT_ADDRESS},
		{"suld.b.1d.b32.trap %f5, [%d1, {%r1}];", T_SURFACE + 1, 28,
			RGPU_PTX_FAULT_NONE},
		{"suld.b.1d.b32.trap %f5, [%d1, {%r1}];", T_SURFACE + 1,
			(uint32_t)-4, RGPU_PTX_FAULT_ADDRESS},
		{"sust.b.1d.b32.zero [%d1, {%r1}], %f5;", T_SURFACE + 1, 2,
			RGPU_PTX_FAULT_MISALIGNED},
	};

	make_texture(false);
	for (unsigned i = 0; i < RGPU_COUNT(all); i++) {
		in[0] = all[i].x;
		if (run(all[i].statement, all[i].handle, 1) != all[i].kind)
			T_FAIL("%s: another fault", all[i].statement);
	}
}

int
main(void)
{
	texels = t_alloc(W * H * sizeof(*texels));
	in = t_alloc(32 * 16);
	out = t_alloc(32 * 16);
	for (unsigned i = 0; i < W * H; i++)
		texels[i] = (float)i;
	test_weights();
	test_points();
	test_surfaces();
	test_faults();
	return t_done();
}
