/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules: what the index finds, initial values, what is asked of a kernel
 * before it runs, decoding by several threads at once.
 */
#include "config.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90, debug\n.address_size 64\n"

static const char inits[] = HEADER
	".file 1 \"x;{.cu\"\n"
	"/* } a comment { */ .visible .global .align 8 .b8 foo[8] = {1, 2};\n"
	".global .align 8 .u8 addr[8] = {0xFF(foo), 0xFF00(foo), "
	"0xFF0000(foo+3), 0xFF000000(generic(foo)), "
	"0xFF00000000(generic(foo)+4)};\n"
	".weak .global .u64 x[3] = {foo, generic(foo)+4, 7};\n"
	".global .s16 h[3] = {-1, 0x7FFF, 'x'};\n"
	".global .align 4 .b8 nest[2][3] = {{1}, {4, 5, 6}};\n"
	".global .f64 d = 1.5;\n"
	".const .f32 f[3] = {0f3F800000, -2.5, 1e3};\n"
	".global .v4 .f32 v = {1.0, 2.0, 3.0, 4.0};\n"
	".global .u32 e[] = {1 << 4, (3 + 4) * 2, 10 % 4, ~0, !5, "
	"1 ? 8 : 9, 0777, 0b101, 0xAAU, 7 / 2, -8 >> 1, 5 > 4 && 3 != 3};\n"
	".common .global .b32 zero[4];\n"
	".global .u32 two, three = 3;\n"
	".func (.param .b32 r) fn (.param .b32 a);\n"
	".global .u64 table[2] = {fn, fn};\n"
	".section .debug_str { .b8 1, 2\n ; }\n"
	".func (.param .b32 r) fn (.param .b32 a)\n{\nret;\n}\n"
	".alias other, fn;\n"
	".visible .entry k()\n.maxntid 64, 2\n.minnctapersm 3\n.maxnreg 40\n"
	"{\n.reg .b32 %r<10>;\n.reg .b64 %d<3>, %z;\n.reg .pred %p;\n"
	".shared .align 16 .b8 s[100];\n.shared .u64 t;\n"
	".local .b8 l[12];\n{\n.reg .f32 q; // }\n}\n"
	".pragma \"nounroll\";\nret;\n}\n"
	".visible .entry k2(.param .u32 a)\n.reqntid 32, 4, 2\n{\nret;\n}\n";

static bool
holds(const struct rgpu_ptx_module *module, const char *name, const void *want,
	size_t size)
{
	return memcmp(t_variable(module, name), want, size) == 0;
}

static void
test_addresses(const struct rgpu_ptx_module *m)
{
	uint64_t foo = (uint64_t)(uintptr_t)t_variable(m, "foo");
	const unsigned char bytes[8] = {(unsigned char)foo,
		(unsigned char)(foo >> 8), (unsigned char)((foo + 3) >> 16),
		(unsigned char)(foo >> 24), (unsigned char)((foo + 4) >> 32)};
	const uint64_t x[3] = {foo, foo + 4, 7};
	const uint64_t *table = t_variable(m, "table");

	T_CHECK(holds(m, "foo", "\1\2\0\0\0\0\0\0", 8));
	T_CHECK(holds(m, "addr", bytes, 8));
	T_CHECK(holds(m, "x", x, 24));
	T_CHECK(table[0] && table[0] == table[1]);
}

static void
test_values(const struct rgpu_ptx_module *m)
{
	static const uint32_t e[12] = {
		16, 14, 2, ~0u, 0, 8, 0777, 5, 0xaa, 3, (uint32_t)-4, 0};

	T_CHECK(holds(m, "nest", "\1\0\0\4\5\6", 6));
	T_CHECK(holds(m, "d", &(double){1.5}, 8));
	T_CHECK(holds(m, "f", (float[]){1, -2.5f, 1000}, 12));
	T_CHECK(holds(m, "v", (float[]){1, 2, 3, 4}, 16));
	T_CHECK(holds(m, "e", e, sizeof(e)));
	T_CHECK(holds(m, "zero", (uint32_t[4]){0}, 16));
	T_CHECK(holds(m, "two", &(uint32_t){0}, 4));
	T_CHECK(holds(m, "three", &(uint32_t){3}, 4));
}

static void
test_info(struct rgpu_ptx_module *m)
{
	struct rgpu_ptx_kernel_info info;
	struct rgpu_ptx_diag diag;

	T_CHECK(rgpu_ptx_module_entry_count(m) == 2);
	T_CHECK(strcmp(rgpu_ptx_module_entry(m, 1), "k2") == 0);
	T_CHECK(rgpu_ptx_module_entry(m, 2) == NULL);
	T_CHECK(!rgpu_ptx_module_info(m, "k", &info, &diag));
	T_CHECK(info.max_threads == 128 && info.min_blocks == 3);
	T_CHECK(info.shared_bytes == 112 && info.local_bytes == 12);
	/* 10 of 32 bits, 4 of 64, one float. */
	T_CHECK(info.registers == 10 + 8 + 1 && info.ptx_version == 90);
	T_CHECK(info.const_bytes == 12 && info.param_bytes == 0);
	T_CHECK(!rgpu_ptx_module_info(m, "k2", &info, &diag));
	T_CHECK(info.block[0] == 32 && info.block[1] == 4 &&
		info.block[2] == 2);
	T_CHECK(rgpu_ptx_module_info(m, "fn", &info, &diag) ==
		RGPU_PTX_NOT_FOUND);
	T_CHECK(strcmp(diag.text, "the module has no kernel fn") == 0);
}

static void
test_inits(void)
{
	/* Character constants are not PTX. */
	char *text = strdup(inits), *quote = strstr(text, "'x'");
	struct rgpu_ptx_module *m;

	memcpy(quote, "0x9", 3);
	m = t_module(text);
	test_addresses(m);
	test_values(m);
	T_CHECK(holds(m, "h", (int16_t[]){-1, 0x7fff, 9}, 6));
	test_info(m);
	t_module_free(m);
	free(text);
}

/* Many kernels, decoded by threads that want the same ones. */
#define KERNELS 64

static struct rgpu_ptx_module *big;

static void *
decode_all(void *arg)
{
	const struct rgpu_ptx_kernel **out = arg;

	for (unsigned i = 0; i < KERNELS; i++) {
		struct rgpu_ptx_diag diag;
		char name[16];

		snprintf(name, sizeof(name), "k%u", i);
		if (rgpu_ptx_module_kernel(big, name, &out[i], &diag))
			T_FAIL("%s", diag.text);
	}
	return NULL;
}

static void
test_threads(void)
{
	const struct rgpu_ptx_kernel *kernels[4][KERNELS];
	char *text = malloc(KERNELS * 400 + 200);
	size_t n = (size_t)sprintf(text, HEADER);
	pthread_t thread[4];

	for (unsigned i = 0; i < KERNELS; i++)
		n += (size_t)sprintf(text + n,
			".entry k%u(.param .u64 p)\n{\n.reg .b32 %%r<9>;\n"
			".reg .b64 %%d<3>;\nld.param.u64 %%d1, [p];\n"
			"L: ld.global.u32 %%r1, [%%d1];\n"
			"add.u32 %%r2, %%r1, %u;\n"
			"st.global.u32 [%%d1], %%r2;\nret;\n}\n",
			i, i);
	big = t_module(text);
	for (unsigned i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, decode_all, kernels[i]);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (unsigned i = 0; i < 4; i++)
		T_CHECK(memcmp(kernels[0], kernels[i], sizeof(kernels[0])) ==
			0);
	t_module_free(big);
	free(text);
}

static void
expect(const char *text, enum rgpu_ptx_status status, int line,
	const char *message)
{
	struct rgpu_ptx_diag diag;

	if (!t_refused(text, &diag)) {
		T_FAIL("accepted: %s", text);
		return;
	}
	if (diag.status != status || diag.line != line ||
		!strstr(diag.text, message))
		T_FAIL("status %d line %d: %s (should be %d, %d: %s)",
			diag.status, diag.line, diag.text, status, line,
			message);
}

static void
test_refusals(void)
{
	expect("", RGPU_PTX_SYNTAX, 0, "not PTX");
	expect("hello", RGPU_PTX_SYNTAX, 1, "is not PTX");
	expect(".version 9.9\n.target sm_90\n", RGPU_PTX_VERSION, 1, "9.9");
	expect(".version 9.0\n.target sm_130\n", RGPU_PTX_VERSION, 2,
		"`sm_130` is above the compute capability");
	expect(".version 9.0\n.target sm_90\n.address_size 32\n",
		RGPU_PTX_UNSUPPORTED, 3, "address size");
	expect(HEADER ".global .b32 a;\n.global .b32 a;\n", RGPU_PTX_SYNTAX, 5,
		"twice");
	expect(HEADER ".entry k()\n{\n", RGPU_PTX_SYNTAX, 4, "without an end");
	expect(HEADER ".entry k()\n.frobnicate 3\n{\nret;\n}\n",
		RGPU_PTX_UNSUPPORTED, 5, "frobnicate");
	expect(HEADER ".global .b32 a[;\n", RGPU_PTX_SYNTAX, 4, "dimension");
	expect(HEADER ".tex .u32 t;\n", RGPU_PTX_UNSUPPORTED, 4, "tex");
	expect(HEADER ".entry k()\n.reqnctapercluster 2\n{\nret;\n}\n",
		RGPU_PTX_UNSUPPORTED, 4, "clusters");
	expect(HEADER ".extern .func f;\n.entry k()\n{\ncall f;\nret;\n}\n",
		RGPU_PTX_UNRESOLVED, 7, "calls f");
	expect(HEADER ".extern .global .u32 x;\n.entry k()\n{\n"
		      ".reg .b32 %r;\nld.global.u32 %r, [x];\nret;\n}\n",
		RGPU_PTX_UNRESOLVED, 8, "extern variable x");
}

int
main(void)
{
	test_inits();
	test_threads();
	test_refusals();
	return t_done();
}
