/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuBLAS starts, says its version, takes a stream and a mode, and ends. No
 * product is computed: which kernel that needs depends on the device.
 */
#include <cublas_v2.h>

#include "work.h"

#define CHECK_BLAS(call)                                                       \
	do {                                                                   \
		cublasStatus_t status_ = (call);                               \
                                                                               \
		if (status_ != CUBLAS_STATUS_SUCCESS)                          \
			FAIL("%s: %s", #call, cublasGetStatusString(status_)); \
	} while (0)

int
main()
{
	cublasHandle_t handle, second;
	cublasPointerMode_t mode;
	cudaStream_t stream, current;
	int version = 0;

	CHECK_BLAS(cublasCreate(&handle));
	CHECK_BLAS(cublasGetVersion(handle, &version));
	EXPECT(version >= 10000);
	CHECK(cudaStreamCreate(&stream));
	CHECK_BLAS(cublasSetStream(handle, stream));
	CHECK_BLAS(cublasGetStream(handle, &current));
	EXPECT(current == stream);
	CHECK_BLAS(cublasSetPointerMode(handle, CUBLAS_POINTER_MODE_DEVICE));
	CHECK_BLAS(cublasGetPointerMode(handle, &mode));
	EXPECT(mode == CUBLAS_POINTER_MODE_DEVICE);
	CHECK_BLAS(cublasCreate(&second));
	CHECK_BLAS(cublasDestroy(second));
	CHECK_BLAS(cublasDestroy(handle));
	CHECK(cudaStreamDestroy(stream));
	report("cublas-create", &version, sizeof(version));
	do_work(5);
	return 0;
}
