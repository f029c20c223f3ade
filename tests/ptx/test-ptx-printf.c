/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device printf against the one of the host; malloc and free.
 */
#include "config.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"

/* Copies 96 bytes of arguments to local memory, as compilers do. */
static const char kernel[] = HEADER
	".extern .func (.param .b32 r) vprintf(.param .b64 a, .param .b64 b);\n"
	".visible .entry k(.param .u64 fmt, .param .u64 args, "
	".param .u64 out)\n{\n.reg .b32 %r<8>;\n.reg .b64 %d<12>;\n"
	".reg .pred %p<3>;\n.local .align 8 .b8 l[96];\n"
	"ld.param.u64 %d1, [fmt];\nld.param.u64 %d2, [args];\n"
	"ld.param.u64 %d3, [out];\nmov.u64 %d4, l;\nmov.u64 %d5, 0;\n"
	"C: add.u64 %d6, %d2, %d5;\nld.global.u64 %d7, [%d6];\n"
	"add.u64 %d6, %d4, %d5;\nst.local.u64 [%d6], %d7;\n"
	"add.u64 %d5, %d5, 8;\nsetp.lt.u64 %p1, %d5, 96;\n@%p1 bra C;\n"
	"cvta.local.u64 %d8, %d4;\n{\n.param .b64 a;\n.param .b64 b;\n"
	".param .b32 r;\nst.param.b64 [a], %d1;\nst.param.b64 [b], %d8;\n"
	"call.uni (r), vprintf, (a, b);\nld.param.b32 %r1, [r];\n}\n"
	"st.global.u32 [%d3], %r1;\nret;\n}\n";

static struct t_launch l;
static char *format;
static unsigned char *args;
static int32_t *result;
static size_t used;

static void
arg(const void *value, size_t size)
{
	used = (used + size - 1) & ~(size - 1);
	memcpy(args + used, value, size);
	used += size;
}

/* Prints with the arguments that arg() collected. */
static void
expect(const char *fmt, int count, const char *want)
{
	const void *params[3] = {format, args, result};
	const char *got;

	strcpy(format, fmt);
	T_CHECK(t_run(&l, params) == RGPU_PTX_FAULT_NONE);
	got = t_output();
	if (strcmp(got, want) != 0 || *result != count)
		T_FAIL("\"%s\": \"%s\" %d, right is \"%s\" %d", fmt, got,
			*result, want, count);
	memset(args, 0, 96);
	used = 0;
}

#define INT(x)	  arg(&(int32_t){x}, 4)
#define LONG(x)	  arg(&(int64_t){x}, 8)
#define DOUBLE(x) arg(&(double){x}, 8)

/* The same format and value by the host's printf. */
#define SAME(fmt, put, ...)                                     \
	do {                                                    \
		char want[512];                                 \
		put;                                            \
		snprintf(want, sizeof(want), fmt, __VA_ARGS__); \
		expect(fmt, 1, want);                           \
	} while (0)

static void
test_integers(void)
{
	static const int32_t values[] = {0, 1, -1, 42, INT32_MAX, INT32_MIN};

	for (unsigned i = 0; i < RGPU_COUNT(values); i++) {
		int32_t v = values[i];
		long long w = (long long)v * 3000000019ll;

		SAME("%d|", INT(v), v);
		SAME("%5i|", INT(v), v);
		SAME("%-12d|", INT(v), v);
		SAME("%+d|", INT(v), v);
		SAME("% d|", INT(v), v);
		SAME("%08d|", INT(v), v);
		SAME("%.7d|", INT(v), v);
		SAME("%u|", INT(v), (uint32_t)v);
		SAME("%x|", INT(v), (uint32_t)v);
		SAME("%#010X|", INT(v), (uint32_t)v);
		SAME("%#o|", INT(v), (uint32_t)v);
		SAME("%lld|", LONG(w), w);
		SAME("%20llx|", LONG(w), (unsigned long long)w);
		SAME("%ld|", LONG(w), (long)w);
		SAME("%lu|", LONG(w), (unsigned long)w);
	}
	SAME("%c|", INT('q'), 'q');
	SAME("%5c|", INT('q'), 'q');
	/* An int is what is passed; the length cuts it. */
	SAME("%hd|", INT(70000), (short)70000);
	SAME("%hi|", INT(0x18000), (short)0x18000);
	SAME("%hu|", INT(-1), (unsigned short)-1);
	SAME("%hx|", INT(-70000), (unsigned short)-70000);
	SAME("%hhd|", INT(200), (signed char)200);
	SAME("%hhx|", INT(0x1234), (unsigned char)0x34);
	SAME("%zu|", LONG(1ll << 40), (size_t)1 << 40);
	SAME("%jd|", LONG(-(1ll << 40)), -((intmax_t)1 << 40));
	SAME("%td|", LONG(-5), (ptrdiff_t)-5);
}

static void
test_floats(void)
{
	static const double values[] = {0, -0.0, 1, -2.5, 1e300, 1e-300,
		3.14159265358979, 123456789, 0x1p-1074, 1.0 / 0.0, -1.0 / 0.0};

	for (unsigned i = 0; i < RGPU_COUNT(values); i++) {
		double v = values[i];

		SAME("%f|", DOUBLE(v), v);
		SAME("%e|", DOUBLE(v), v);
		SAME("%g|", DOUBLE(v), v);
		SAME("%G|", DOUBLE(v), v);
		SAME("%a|", DOUBLE(v), v);
		SAME("%12.3f|", DOUBLE(v), v);
		SAME("%-+14.2E|", DOUBLE(v), v);
		SAME("%#.0f|", DOUBLE(v), v);
		SAME("%020.5g|", DOUBLE(v), v);
	}
}

static void
test_others(void)
{
	char *text = t_alloc(8);

	strcpy(text, "hello");
	LONG((int64_t)(intptr_t)text);
	expect("[%s]", 1, "[hello]");
	LONG((int64_t)(intptr_t)text);
	expect("[%8s]", 1, "[   hello]");
	LONG((int64_t)(intptr_t)text);
	expect("[%-8.3s]", 1, "[hel     ]");
	LONG(0);
	expect("[%s]", 1, "[(null)]");
	/* A string without an end stops where its memory does. */
	memcpy(text, "abcdefgh", 8);
	LONG((int64_t)(intptr_t)text);
	expect("[%s]", 1, "[abcdefgh]");
	LONG(0x1234abcd);
	expect("%p", 1, "0x1234abcd");
	INT(7);
	INT(3);
	DOUBLE(1.25);
	expect("%*.*f%%", 3, "  1.250%");
	INT(-6);
	INT(5);
	expect("%*d|", 2, "5     |");
	INT(1);
	LONG(2);
	INT(3);
	DOUBLE(4);
	expect("%d %lld %d %g\n", 4, "1 2 3 4\n");
	expect("plain", 0, "plain");
	expect("100%%", 0, "100%");
	expect("%", 0, "%");
	expect("%q", 0, "%q");
	expect("", 0, "");
}

/* The decimal point does not depend on the language of the program. */
static void
test_locale(void)
{
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		setlocale(LC_ALL, "C.UTF-8");
	DOUBLE(1.5);
	expect("%.2f", 1, "1.50");
	setlocale(LC_ALL, "C");
}

/* Every thread takes memory, writes to it, gives it back. */
static const char heap[] =
	HEADER ".extern .func (.param .b64 r) malloc(.param .b64 a);\n"
	       ".extern .func free(.param .b64 a);\n"
	       ".visible .entry k(.param .u64 out)\n{\n.reg .b32 %r<8>;\n"
	       ".reg .b64 %d<8>;\n.reg .pred %p;\nld.param.u64 %d1, [out];\n"
	       "mov.u32 %r1, %tid.x;\nmul.wide.u32 %d2, %r1, 8;\n"
	       "add.u64 %d1, %d1, %d2;\nadd.u64 %d3, %d2, 4;\n"
	       "call (%d4), malloc, (%d3);\nadd.u64 %d5, %d4, %d2;\n"
	       "st.global.u32 [%d5], %r1;\nld.global.u32 %r2, [%d5];\n"
	       "st.global.u32 [%d1], %r2;\ncall free, (%d4);\n"
	       "call (%d4), malloc, (0x4000000000);\nsetp.eq.u64 %p, %d4, 0;\n"
	       "@%p st.global.u32 [%d1+4], 1;\ncall free, (0);\nret;\n}\n";

static void
test_heap(void)
{
	struct rgpu_ptx_module *module = t_module(heap);
	struct t_launch h = {
		.kernel = t_kernel(module, "k"), .grid = {1}, .block = {50}};
	uint32_t(*out)[2] = t_alloc(400);

	T_CHECK(t_run(&h, &(void *){out}) == RGPU_PTX_FAULT_NONE);
	for (uint32_t i = 0; i < 50; i++)
		T_CHECK(out[i][0] == i && out[i][1] == 1);
	t_module_free(module);
}

int
main(void)
{
	struct rgpu_ptx_module *module = t_module(kernel);

	l.kernel = t_kernel(module, "k");
	format = t_alloc(256);
	args = t_alloc(96);
	result = t_alloc(4);
	test_integers();
	test_floats();
	test_others();
	test_locale();
	test_heap();
	t_module_free(module);
	return t_done();
}
