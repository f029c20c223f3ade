/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver API as before CUDA 4.0, which cuda.h still has: a launch whose
 * shape and parameters are set on the function first, and contexts that count
 * their users.
 */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include "driver.h"
#include "driver-ptx.h"

enum { N = 1000, PADDED = 1024 };

static void
set_pointer(CUfunction f, int offset, CUdeviceptr p)
{
	CHECK_CU(cuParamSetv(f, offset, &p, sizeof(p)));
}

static void
check_launch(CUmodule module)
{
	float a[N], b[N], c[N];
	CUdeviceptr da, db, dc;
	CUfunction add;
	CUstream stream;

	for (int i = 0; i < N; i++) {
		a[i] = (float)i;
		b[i] = 2.5f * (float)i;
	}
	CHECK_CU(cuModuleGetFunction(&add, module, "add"));
	CHECK_CU(cuMemAlloc(&da, sizeof(a)));
	CHECK_CU(cuMemAlloc(&db, sizeof(b)));
	CHECK_CU(cuMemAlloc(&dc, sizeof(c)));
	CHECK_CU(cuMemcpyHtoD(da, a, sizeof(a)));
	CHECK_CU(cuMemcpyHtoD(db, b, sizeof(b)));
	/* No block shape yet. */
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuLaunchGrid(add, 1, 1));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, cuFuncSetBlockShape(add, 0, 1, 1));
	CHECK_CU(cuFuncSetBlockShape(add, 64, 1, 1));
	CHECK_CU(cuFuncSetSharedSize(add, 16));
	set_pointer(add, 0, da);
	set_pointer(add, 8, db);
	set_pointer(add, 16, dc);
	CHECK_CU(cuParamSeti(add, 24, N));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuParamSetSize(add, 1u << 20));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuParamSetv(add, 4090, a, 16));
	CHECK_CU(cuParamSetSize(add, 28));
	CHECK_CU(cuLaunchGrid(add, PADDED / 64, 1));
	CHECK_CU(cuMemcpyDtoH(c, dc, sizeof(c)));
	for (int i = 0; i < N; i++)
		EXPECT(c[i] == a[i] + b[i]);

	/* Once more in a stream, with another sum. */
	set_pointer(add, 8, da);
	CHECK_CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	CHECK_CU(cuLaunchGridAsync(add, PADDED / 64, 1, stream));
	CHECK_CU(cuStreamSynchronize(stream));
	CHECK_CU(cuMemcpyDtoH(c, dc, sizeof(c)));
	for (int i = 0; i < N; i++)
		EXPECT(c[i] == a[i] + a[i]);
	CHECK_CU(cuStreamDestroy(stream));

	/* One block does the first 64. */
	set_pointer(add, 8, db);
	CHECK_CU(cuLaunch(add));
	CHECK_CU(cuMemcpyDtoH(c, dc, sizeof(c)));
	EXPECT(c[63] == a[63] + b[63] && c[64] == a[64] + a[64]);
	CHECK_CU(cuMemFree(da));
	CHECK_CU(cuMemFree(db));
	CHECK_CU(cuMemFree(dc));
	printf("old-api-launch: ok\n");
}

static void
check_users(CUdevice device)
{
	CUcontext context, same, left;

	CHECK_CU(create_context(&context, 0, device));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuCtxAttach(&same, 1));
	CHECK_CU(cuCtxAttach(&same, 0));
	EXPECT(same == context);
	CHECK_CU(cuCtxDetach(context));
	CHECK_CU(cuCtxSynchronize());
	CHECK_CU(cuCtxDetach(context));
	CHECK_CU(cuCtxGetCurrent(&left));
	EXPECT(left != context);
	printf("old-api-users: ok\n");
}

int
main(void)
{
	CUdevice device;
	CUcontext context;
	CUmodule module;

	CHECK_CU(cuInit(0));
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(create_context(&context, 0, device));
	CHECK_CU(cuModuleLoadData(&module, driver_ptx));
	check_launch(module);
	check_users(device);
	CHECK_CU(cuModuleUnload(module));
	CHECK_CU(cuCtxDestroy(context));
	return 0;
}
