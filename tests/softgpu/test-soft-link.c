/* SPDX-License-Identifier: Apache-2.0 */
/* Relocatable device code: the fat binaries that one wrapper lists become one
 * program. */
#include "config.h"
#include "tests/softgpu/fatbin.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

#define PARTS_MAX 3

/* What the runtime hands over: __fatBinC_Wrapper_t of version 2. */
struct wrapper {
	uint32_t magic, version;
	const void *data;
	const void *const *list;
};

/* Uses what the second part defines, and has a helper of the same name. */
static const char main_part[] =
	HEAD ".extern .func (.param .b32 back) triple (.param .b32 x)\n;\n"
	     ".extern .global .align 4 .u32 total;\n"
	     ".extern .shared .align 16 .b8 area[];\n"
	     ".global .align 4 .u32 hidden = 1;\n"
	     ".visible .global .align 4 .u32 own = 7;\n"
	     ".func (.param .b32 back) helper ()\n{\n"
	     "	.reg .b32 %r<2>;\n"
	     "	ld.global.u32 %r1, [hidden];\n"
	     "	st.param.b32 [back], %r1;\n"
	     "	ret;\n}\n"
	     ".weak .func (.param .b32 back) common_one ()\n{\n"
	     "	.reg .b32 %r<2>;\n"
	     "	mov.u32 %r1, 1000;\n"
	     "	st.param.b32 [back], %r1;\n"
	     "	ret;\n}\n"
	     ".visible .entry run()\n{\n"
	     "	.reg .b32 %r<9>;\n"
	     "	ld.global.u32 %r1, [own];\n"
	     "	{\n"
	     "	.param .b32 p0;\n	.param .b32 r0;\n"
	     "	st.param.b32 [p0], %r1;\n"
	     "	call.uni (r0), triple, (p0);\n"
	     "	ld.param.b32 %r2, [r0];\n"
	     "	}\n	{\n"
	     "	.param .b32 r1;\n"
	     "	call.uni (r1), helper, ();\n"
	     "	ld.param.b32 %r3, [r1];\n"
	     "	}\n	{\n"
	     "	.param .b32 r2;\n"
	     "	call.uni (r2), common_one, ();\n"
	     "	ld.param.b32 %r4, [r2];\n"
	     "	}\n"
	     "	add.u32 %r5, %r2, %r3;\n"
	     "	add.u32 %r6, %r5, %r4;\n"
	     "	st.shared.u32 [area], %r6;\n"
	     "	ld.shared.u32 %r7, [area];\n"
	     "	ld.global.u32 %r8, [total];\n"
	     "	add.u32 %r8, %r8, %r7;\n"
	     "	st.global.u32 [total], %r8;\n"
	     "	ret;\n}\n";

static const char other_part[] =
	HEAD ".visible .global .align 4 .u32 total = 50000;\n"
	     ".global .align 4 .u32 hidden = 100;\n"
	     ".func (.param .b32 back) helper ()\n{\n"
	     "	.reg .b32 %r<2>;\n"
	     "	ld.global.u32 %r1, [hidden];\n"
	     "	st.param.b32 [back], %r1;\n"
	     "	ret;\n}\n"
	     ".weak .func (.param .b32 back) common_one ()\n{\n"
	     "	.reg .b32 %r<2>;\n"
	     "	mov.u32 %r1, 1000;\n"
	     "	st.param.b32 [back], %r1;\n"
	     "	ret;\n}\n"
	     /* 3 * x + helper() */
	     ".visible .func (.param .b32 back) triple (.param .b32 x)\n{\n"
	     "	.reg .b32 %r<5>;\n"
	     "	ld.param.b32 %r1, [x];\n"
	     "	{\n"
	     "	.param .b32 r0;\n"
	     "	call.uni (r0), helper, ();\n"
	     "	ld.param.b32 %r2, [r0];\n"
	     "	}\n"
	     "	mad.lo.u32 %r3, %r1, 3, %r2;\n"
	     "	st.param.b32 [back], %r3;\n"
	     "	ret;\n}\n"
	     ".visible .entry second()\n{\n	ret;\n}\n";

static CUresult
load_parts(CUlibrary *library, const char *const texts[], size_t count)
{
	struct fatbin parts[PARTS_MAX];
	const void *list[PARTS_MAX + 1] = {NULL};
	struct wrapper w = {0x466243b1u, 2, NULL, list};
	CUresult r;

	CHECK(count <= PARTS_MAX);
	for (size_t i = 0; i < count; i++) {
		fatbin_begin(&parts[i]);
		fatbin_add_ptx(&parts[i], 75, texts[i]);
		list[i] = parts[i].data;
	}
	w.data = list[0];
	r = cuLibraryLoadData(library, &w, NULL, NULL, 0, NULL, NULL, 0);
	/* Nobody promised to keep the image. */
	for (size_t i = 0; i < count; i++)
		fatbin_end(&parts[i]);
	return r;
}

static void
parts_find_each_other(const char *const texts[], size_t count)
{
	CUlibrary l;
	CUkernel k;
	CUdeviceptr p;
	unsigned kernels, value = 0;
	size_t size;

	CU(load_parts(&l, texts, count));
	CU(cuLibraryGetKernelCount(&kernels, l));
	CHECK_EQ(kernels, 2);
	CU(cuLibraryGetKernel(&k, l, "second"));
	CU(cuLibraryGetKernel(&k, l, "run"));
	CU(cuLaunchKernel(
		(CUfunction)k, 1, 1, 1, 1, 1, 1, 16, NULL, NULL, NULL));
	CU(cuLibraryGetGlobal(&p, &size, l, "total"));
	CHECK_EQ(size, 4);
	CU(cuMemcpyDtoH_v2(&value, p, 4));
	CHECK_EQ(value, 50000 + (3 * 7 + 100) + 1 + 1000);
	CU(cuLibraryUnload(l));
}

static void
what_one_part_needs_another_gives(void)
{
	static const char *const forth[] = {main_part, other_part};
	static const char *const back[] = {other_part, main_part};

	parts_find_each_other(forth, 2);
	parts_find_each_other(back, 2);
}

/* Errors show when the program is first needed. */
static CUresult
first_use(const char *const texts[], size_t count, const char *kernel)
{
	CUfunction f;
	CUlibrary l;
	CUkernel k;
	CUresult r = load_parts(&l, texts, count);

	CU(r);
	r = cuLibraryGetKernel(&k, l, kernel);
	if (!r)
		r = cuKernelGetFunction(&f, k);
	if (!r)
		r = cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 16, NULL, NULL, NULL);
	CU(cuLibraryUnload(l));
	return r;
}

static void
what_nobody_gives_is_an_error(void)
{
	static const char *const alone[] = {main_part};
	static const char *const with[] = {
		main_part, HEAD ".visible .entry other()\n{\n	ret;\n}\n"};

	EXPECT_CU(first_use(alone, 1, "run"), CUDA_ERROR_INVALID_PTX);
	EXPECT_CU(first_use(with, 2, "run"), CUDA_ERROR_INVALID_PTX);
}

static void
two_of_one_name_are_an_error(void)
{
	static const char *const twice[] = {main_part, other_part, other_part};

	EXPECT_CU(first_use(twice, 3, "run"), CUDA_ERROR_INVALID_PTX);
}

static uint32_t
next_random(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* Whatever the damage is: an error or a program, in bounded time. */
static void
damaged_parts_are_refused_or_harmless(void)
{
	static const char odd[] = "{}[]();,.%@ \n\"/*\\x";
	char first[sizeof(main_part)], second[sizeof(other_part)];
	const char *const texts[] = {first, second};
	unsigned count;
	CUlibrary l;

	for (int round = 0; round < 2000; round++) {
		memcpy(first, main_part, sizeof(first));
		memcpy(second, other_part, sizeof(second));
		for (int n = 0; n < 2; n++) {
			first[next_random() % (sizeof(first) - 1)] =
				odd[next_random() % (sizeof(odd) - 1)];
			second[next_random() % (sizeof(second) - 1)] =
				odd[next_random() % (sizeof(odd) - 1)];
		}
		if (!load_parts(&l, texts, 2)) {
			CUresult r = cuLibraryGetKernelCount(&count, l);

			CHECK(!r || r == CUDA_ERROR_INVALID_PTX ||
				r == CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
			CU(cuLibraryUnload(l));
		}
	}
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"what one part needs another gives",
			what_one_part_needs_another_gives},
		{"what nobody gives is an error",
			what_nobody_gives_is_an_error},
		{"two of one name are an error", two_of_one_name_are_an_error},
		{"damaged parts are refused or harmless",
			damaged_parts_are_refused_or_harmless},
	};
	CUcontext c;

	setenv("RGPU_LOG", "error:/dev/null", 1);
	alarm(300);
	c = make_context();
	RUN_CASES(cases);
	CU(cuCtxDestroy_v2(c));
	return 0;
}
