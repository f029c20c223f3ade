/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver's linker: two texts that need each other become one module; what
 * is wrong is said in the log that the program asked for.
 */
#include "driver.h"

#define HEAD ".version 6.5\n.target sm_75\n.address_size 64\n"

/* twice(x) and a counter, for others. */
static const char part[] =
	HEAD ".visible .global .align 4 .u32 calls;\n"
	     ".visible .func (.param .b32 result) twice(.param .b32 x)\n"
	     "{\n"
	     "	.reg .b32 %r<4>;\n"
	     "	ld.param.u32 %r1, [x];\n"
	     "	atom.global.add.u32 %r2, [calls], 1;\n"
	     "	add.u32 %r3, %r1, %r1;\n"
	     "	st.param.b32 [result], %r3;\n"
	     "	ret;\n"
	     "}\n";

/* run(data): data[i] = twice(data[i]) + 1 */
static const char user[] =
	HEAD ".extern .func (.param .b32 result) twice(.param .b32 x);\n"
	     ".visible .entry run(.param .u64 pdata)\n"
	     "{\n"
	     "	.reg .b32 %r<4>;\n"
	     "	.reg .b64 %d<4>;\n"
	     "	ld.param.u64 %d1, [pdata];\n"
	     "	cvta.to.global.u64 %d1, %d1;\n"
	     "	mov.u32 %r1, %tid.x;\n"
	     "	mul.wide.u32 %d2, %r1, 4;\n"
	     "	add.s64 %d1, %d1, %d2;\n"
	     "	ld.global.u32 %r2, [%d1];\n"
	     "	{\n"
	     "	.param .b32 a;\n"
	     "	st.param.b32 [a], %r2;\n"
	     "	.param .b32 r;\n"
	     "	call.uni (r), twice, (a);\n"
	     "	ld.param.b32 %r3, [r];\n"
	     "	}\n"
	     "	add.u32 %r3, %r3, 1;\n"
	     "	st.global.u32 [%d1], %r3;\n"
	     "	ret;\n"
	     "}\n";

enum { N = 96 };

static void
check_run(CUmodule module)
{
	uint32_t host[N], calls = 0;
	CUdeviceptr data, counter;
	CUfunction run;
	size_t size;
	void *params[] = {&data};

	for (int i = 0; i < N; i++)
		host[i] = (uint32_t)i * 7;
	CHECK_CU(cuModuleGetFunction(&run, module, "run"));
	CHECK_CU(cuModuleGetGlobal(&counter, &size, module, "calls"));
	EXPECT(size == 4);
	CHECK_CU(cuMemAlloc(&data, sizeof(host)));
	CHECK_CU(cuMemcpyHtoD(data, host, sizeof(host)));
	CHECK_CU(cuLaunchKernel(run, 1, 1, 1, N, 1, 1, 0, NULL, params, NULL));
	CHECK_CU(cuMemcpyDtoH(host, data, sizeof(host)));
	CHECK_CU(cuMemcpyDtoH(&calls, counter, 4));
	for (int i = 0; i < N; i++)
		EXPECT(host[i] == (uint32_t)i * 14 + 1);
	EXPECT(calls == N);
	CHECK_CU(cuMemFree(data));
}

static void
check_link(void)
{
	CUlinkState state;
	CUmodule module;
	void *image;
	size_t size;

	CHECK_CU(cuLinkCreate(0, NULL, NULL, &state));
	CHECK_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)user,
		sizeof(user), "user.ptx", 0, NULL, NULL));
	CHECK_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)part,
		sizeof(part), "part.ptx", 0, NULL, NULL));
	CHECK_CU(cuLinkComplete(state, &image, &size));
	EXPECT(image && size > 0);
	CHECK_CU(cuModuleLoadData(&module, image));
	/* The module is its own copy. */
	CHECK_CU(cuLinkDestroy(state));
	check_run(module);
	CHECK_CU(cuModuleUnload(module));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_HANDLE, cuLinkDestroy(state));
	printf("linker-link: ok\n");
}

static void
check_errors(void)
{
	static char log[4096];
	CUjit_option option[] = {
		CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
	void *value[] = {log, (void *)(uintptr_t)sizeof(log)};
	CUlinkState state;
	void *image;
	size_t size;

	/* The definition is missing. */
	CHECK_CU(cuLinkCreate(2, option, value, &state));
	CHECK_CU(cuLinkAddData(state, CU_JIT_INPUT_PTX, (void *)user,
		sizeof(user), "user.ptx", 0, NULL, NULL));
	EXPECT(cuLinkComplete(state, &image, &size) != CUDA_SUCCESS);
	EXPECT(strstr(log, "twice"));
	CHECK_CU(cuLinkDestroy(state));

	CHECK_CU(cuLinkCreate(0, NULL, NULL, &state));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuLinkAddData(state, CU_JIT_INPUT_PTX, NULL, 10, "none", 0,
			NULL, NULL));
	CHECK_CU_ERROR(CUDA_ERROR_FILE_NOT_FOUND,
		cuLinkAddFile(state, CU_JIT_INPUT_PTX, "/nowhere/x.ptx", 0,
			NULL, NULL));
	EXPECT(cuLinkAddData(state, CU_JIT_INPUT_PTX,
		       (void *)(uintptr_t) "no ptx\n", 8, "text", 0, NULL,
		       NULL) != CUDA_SUCCESS);
	CHECK_CU(cuLinkDestroy(state));
	printf("linker-errors: ok\n");
}

int
main(void)
{
	CUdevice device;
	CUcontext context;

	CHECK_CU(cuInit(0));
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(create_context(&context, 0, device));
	check_link();
	check_errors();
	CHECK_CU(cuCtxDestroy(context));
	return 0;
}
