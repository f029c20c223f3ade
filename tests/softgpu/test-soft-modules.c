/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and libraries: what is loaded, found and refused, and whose variables
 * are whose. */
#include "config.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

static const char text[] = HEAD BUMP STORE MIXED LIMITED;

static unsigned
read_word(CUdeviceptr at)
{
	unsigned v;

	CU(cuMemcpyDtoH_v2(&v, at, 4));
	return v;
}

static void
launch(CUfunction f, unsigned threads)
{
	CU(cuLaunchKernel(f, 1, 1, 1, threads, 1, 1, 0, NULL, NULL, NULL));
}

static void
functions_and_variables_are_found(void)
{
	CUmodule m, of;
	CUfunction f, g, all[8] = {NULL};
	CUdeviceptr p;
	const char *name;
	unsigned count;
	size_t size, at;

	CU(cuModuleLoadData(&m, text));
	CU(cuModuleGetFunction(&f, m, "bump"));
	CU(cuModuleGetFunction(&g, m, "bump"));
	CHECK(f == g);
	CU(cuFuncGetName(&name, f));
	CHECK_STR(name, "bump");
	CU(cuFuncGetModule(&of, f));
	CHECK(of == m);
	CU(cuModuleGetFunctionCount(&count, m));
	CHECK_EQ(count, 4);
	CU(cuModuleEnumerateFunctions(all, 8, m));
	CHECK(all[0] == f && all[3] && !all[4]);
	CU(cuModuleGetFunction(&g, m, "mixed"));
	CHECK(g == all[2]);
	CU(cuFuncGetParamInfo(g, 2, &at, &size));
	CHECK(at == 16 && size == 8);
	CU(cuFuncGetParamInfo(g, 3, &at, NULL));
	CHECK_EQ(at, 24);
	EXPECT_CU(
		cuFuncGetParamInfo(g, 4, &at, &size), CUDA_ERROR_INVALID_VALUE);
	CU(cuModuleGetGlobal_v2(&p, &size, m, "counter"));
	CHECK_EQ(size, 4);
	CHECK_EQ(read_word(p), 5);
	launch(f, 10);
	CHECK_EQ(read_word(p), 35);
	CU(cuModuleGetGlobal_v2(NULL, &size, m, "step"));
	CHECK_EQ(size, 4);
	EXPECT_CU(cuModuleGetFunction(&g, m, "counter"), CUDA_ERROR_NOT_FOUND);
	EXPECT_CU(cuModuleGetGlobal_v2(&p, &size, m, "bump"),
		CUDA_ERROR_NOT_FOUND);
	EXPECT_CU(cuModuleGetGlobal_v2(&p, &size, m, ""), CUDA_ERROR_NOT_FOUND);
	EXPECT_CU(cuModuleGetFunction(&g, m, NULL), CUDA_ERROR_INVALID_VALUE);
	CU(cuModuleUnload(m));
	EXPECT_CU(cuModuleUnload(m), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(
		cuModuleGetFunction(&g, m, "bump"), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuFuncGetName(&name, f), CUDA_ERROR_INVALID_HANDLE);
}

static void
unloading_gives_the_memory_back(void)
{
	size_t before, with, after, total;
	CUmodule m[3];
	CUdeviceptr p;

	CU(cuMemGetInfo_v2(&before, &total));
	for (int i = 0; i < 3; i++)
		CU(cuModuleLoadData(&m[i], text));
	CU(cuMemGetInfo_v2(&with, &total));
	CHECK(with < before);
	/* Each has variables of its own. */
	CU(cuModuleGetGlobal_v2(&p, NULL, m[0], "counter"));
	CU(cuMemsetD32_v2(p, 100, 1));
	CU(cuModuleGetGlobal_v2(&p, NULL, m[1], "counter"));
	CHECK_EQ(read_word(p), 5);
	EXPECT_CU(cuMemFree_v2(p), CUDA_ERROR_INVALID_VALUE);
	for (int i = 0; i < 3; i++)
		CU(cuModuleUnload(m[i]));
	CU(cuMemGetInfo_v2(&after, &total));
	CHECK_EQ(after, before);
	EXPECT_CU(cuMemsetD32_v2(p, 1, 1), CUDA_ERROR_INVALID_VALUE);
}

static void
attributes_are_those_of_the_text(void)
{
	CUmodule m;
	CUfunction f;
	int v;

	CU(cuModuleLoadData(&m, text));
	CU(cuModuleGetFunction(&f, m, "limited"));
	CU(cuFuncGetAttribute(&v, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, f));
	CHECK_EQ(v, 64);
	CU(cuFuncGetAttribute(&v, CU_FUNC_ATTRIBUTE_PTX_VERSION, f));
	CHECK_EQ(v, 75);
	CU(cuFuncGetAttribute(&v, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, f));
	CHECK_EQ(v, 0);
	CU(cuFuncGetAttribute(&v, CU_FUNC_ATTRIBUTE_NUM_REGS, f));
	CHECK(v > 0 && v <= 255);
	CU(cuFuncGetAttribute(
		&v, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, f));
	CHECK_EQ(v, 49152);
	CU(cuFuncSetAttribute(
		f, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 90000));
	CU(cuFuncGetAttribute(
		&v, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, f));
	CHECK_EQ(v, 90000);
	EXPECT_CU(cuFuncSetAttribute(f,
			  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
			  1 << 20),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuFuncSetAttribute(f, CU_FUNC_ATTRIBUTE_NUM_REGS, 4),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuFuncGetAttribute(&v, (CUfunction_attribute)999, f),
		CUDA_ERROR_INVALID_VALUE);
	CU(cuModuleUnload(m));
}

static CUresult
load_with_log(const char *ptx, char *log, size_t size, size_t *written)
{
	CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
		CU_JIT_MAX_REGISTERS, CU_JIT_ERROR_LOG_BUFFER, CU_JIT_WALL_TIME,
		CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES};
	void *values[] = {(void *)size, (void *)32, log, NULL, (void *)50};
	CUmodule m;
	CUresult r = cuModuleLoadDataEx(&m, ptx, 5, options, values);

	*written = (size_t)values[0];
	if (!r)
		CU(cuModuleUnload(m));
	return r;
}

static void
bad_ptx_is_refused_with_its_line(void)
{
	static const char unknown[] = HEAD
		".visible .entry f()\n{\n	frobnicate.u32;\n	ret;\n}\n";
	static const char newer[] =
		".version 99.0\n.target sm_75\n.address_size 64\n";
	CUjit_option bad = (CUjit_option)999;
	char log[200] = "x";
	void *value = NULL;
	size_t n;
	CUmodule m;

	EXPECT_CU(load_with_log(unknown, log, sizeof(log), &n),
		CUDA_ERROR_INVALID_PTX);
	CHECK(strstr(log, "line 6") && strstr(log, "frobnicate"));
	CHECK_EQ(n, strlen(log));
	/* A short buffer is not overrun. */
	memset(log, 'x', sizeof(log));
	EXPECT_CU(load_with_log(unknown, log, 10, &n), CUDA_ERROR_INVALID_PTX);
	CHECK(log[9] == '\0' && log[10] == 'x');
	CHECK_EQ(n, 9);
	EXPECT_CU(load_with_log(newer, log, sizeof(log), &n),
		CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
	CU(load_with_log(text, log, sizeof(log), &n));
	CHECK_EQ(n, 0);
	EXPECT_CU(cuModuleLoadDataEx(&m, text, 1, &bad, &value),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuModuleLoadData(&m, NULL), CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuModuleLoadData(&m, "no module"), CUDA_ERROR_INVALID_IMAGE);
	EXPECT_CU(cuModuleLoad(&m, "/no/such/file"), CUDA_ERROR_FILE_NOT_FOUND);
}

static void
modules_are_read_from_files(void)
{
	char name[] = "/tmp/rgpu-test-XXXXXX";
	int fd = mkstemp(name);
	CUmodule m;
	CUfunction f;
	CUlibrary l;
	CUkernel k;

	CHECK(fd >= 0);
	/* Without the NUL that text in memory has. */
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CU(cuModuleLoad(&m, name));
	CU(cuModuleGetFunction(&f, m, "store"));
	CU(cuModuleUnload(m));
	CU(cuLibraryLoadFromFile(&l, name, NULL, NULL, 0, NULL, NULL, 0));
	CU(cuLibraryGetKernel(&k, l, "store"));
	CU(cuLibraryUnload(l));
	CHECK(write(fd, "\1\2\3", 3) == 3);
	EXPECT_CU(cuModuleLoad(&m, name), CUDA_ERROR_INVALID_PTX);
	CHECK(ftruncate(fd, 3) == 0);
	EXPECT_CU(cuModuleLoad(&m, name), CUDA_ERROR_INVALID_IMAGE);
	close(fd);
	unlink(name);
}

static void
a_library_has_variables_in_each_context(void)
{
	CUcontext a, b;
	CUlibrary l, of;
	CUkernel k, same, all[8];
	CUfunction fa, fb;
	CUmodule ma, mb;
	CUdeviceptr pa, pb;
	const char *name;
	unsigned count;
	size_t at, size;
	int v;

	CU(cuCtxPopCurrent_v2(&a));
	CU(cuLibraryLoadData(&l, text, NULL, NULL, 0, NULL, NULL, 0));
	CU(cuLibraryGetKernel(&k, l, "bump"));
	CU(cuLibraryGetKernel(&same, l, "bump"));
	CHECK(k == same);
	CU(cuLibraryGetKernelCount(&count, l));
	CHECK_EQ(count, 4);
	CU(cuLibraryEnumerateKernels(all, 8, l));
	CHECK(all[0] == k);
	CU(cuKernelGetName(&name, k));
	CHECK_STR(name, "bump");
	CU(cuKernelGetLibrary(&of, k));
	CHECK(of == l);
	CU(cuKernelGetParamInfo(all[1], 1, &at, &size));
	CHECK(at == 8 && size == 4);
	EXPECT_CU(cuLibraryGetKernel(&same, l, "step"), CUDA_ERROR_NOT_FOUND);
	EXPECT_CU(cuLibraryGetModule(&ma, l), CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(cuKernelGetFunction(&fa, k), CUDA_ERROR_INVALID_CONTEXT);
	CU(cuKernelSetAttribute(
		CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 60000, k, 0));

	CU(cuCtxPushCurrent_v2(a));
	CU(cuLibraryGetGlobal(&pa, &size, l, "counter"));
	CU(cuKernelGetFunction(&fa, k));
	CU(cuLibraryGetModule(&ma, l));
	EXPECT_CU(cuModuleUnload(ma), CUDA_ERROR_NOT_PERMITTED);
	CU(cuCtxCreate_v2(&b, 0, 0));
	CU(cuLibraryGetGlobal(&pb, &size, l, "counter"));
	CU(cuKernelGetFunction(&fb, k));
	CU(cuLibraryGetModule(&mb, l));
	CHECK(pa != pb && fa != fb && ma != mb);
	/* A kernel is taken for a function of the current context. */
	launch((CUfunction)k, 4);
	CHECK_EQ(read_word(pb), 17);
	CHECK_EQ(read_word(pa), 5);
	EXPECT_CU(cuLaunchKernel(fa, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL),
		CUDA_ERROR_INVALID_HANDLE);
	CU(cuFuncGetAttribute(
		&v, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, fb));
	CHECK_EQ(v, 60000);
	CU(cuKernelSetAttribute(
		CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 70000, k, 0));
	CU(cuFuncGetAttribute(
		&v, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, fb));
	CHECK_EQ(v, 70000);
	CU(cuKernelGetAttribute(
		&v, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, k, 0));
	CHECK_EQ(v, 70000);
	CU(cuCtxDestroy_v2(b));
	launch((CUfunction)k, 1);
	CHECK_EQ(read_word(pa), 8);
	CU(cuLibraryUnload(l));
	EXPECT_CU(cuLibraryUnload(l), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuKernelGetName(&name, k), CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuLaunchKernel(
			  (CUfunction)k, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL),
		CUDA_ERROR_INVALID_HANDLE);
	EXPECT_CU(cuMemsetD32_v2(pa, 1, 1), CUDA_ERROR_INVALID_VALUE);
}

static void
a_library_begins_anew_after_a_reset(void)
{
	CUcontext c;
	CUlibrary l;
	CUdeviceptr p;
	CUkernel k;

	CU(cuDevicePrimaryCtxRetain(&c, 0));
	CU(cuCtxPushCurrent_v2(c));
	CU(cuLibraryLoadData(&l, text, NULL, NULL, 0, NULL, NULL, 0));
	CU(cuLibraryGetKernel(&k, l, "bump"));
	launch((CUfunction)k, 1);
	CU(cuDevicePrimaryCtxReset_v2(0));
	CU(cuDevicePrimaryCtxRetain(&c, 0));
	launch((CUfunction)k, 2);
	CU(cuLibraryGetGlobal(&p, NULL, l, "counter"));
	CHECK_EQ(read_word(p), 11);
	CU(cuLibraryUnload(l));
	CU(cuCtxPopCurrent_v2(NULL));
	CU(cuDevicePrimaryCtxRelease_v2(0));
	CU(cuDevicePrimaryCtxRelease_v2(0));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"functions and variables are found",
			functions_and_variables_are_found},
		{"unloading gives the memory back",
			unloading_gives_the_memory_back},
		{"attributes are those of the text",
			attributes_are_those_of_the_text},
		{"bad PTX is refused with its line",
			bad_ptx_is_refused_with_its_line},
		{"modules are read from files", modules_are_read_from_files},
		{"a library has variables in each context",
			a_library_has_variables_in_each_context},
		{"a library begins anew after a reset",
			a_library_begins_anew_after_a_reset},
	};

	make_context();
	RUN_CASES(cases);
	return 0;
}
