/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of cuBLAS in all types that it has kernels of its own for, against
 * sums in double; sizes that fill whole tiles, and odd ones.
 */
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <math.h>

#include "check.h"

#define CHECK_BLAS(call)                                                       \
	do {                                                                   \
		cublasStatus_t status_ = (call);                               \
                                                                               \
		if (status_ != CUBLAS_STATUS_SUCCESS)                          \
			FAIL("%s: %s", #call, cublasGetStatusString(status_)); \
	} while (0)

static cublasHandle_t handle;

/* Numbers that every type has: sixteenths of -16 .. 16. */
static double
value(int i, int salt)
{
	unsigned x = (unsigned)i * 2654435761u + (unsigned)salt * 40503u;

	return ((int)(x >> 16 & 31) - 16) / 16.0;
}

template <typename T>
static std::vector<T>
matrix(int count, int salt)
{
	std::vector<T> m(count);

	for (int i = 0; i < count; i++)
		m[i] = T(value(i, salt));
	return m;
}

/* Column major; a and b are transposed as the flags say. */
static double
right(int row, int col, int m, int n, int k, bool ta, bool tb)
{
	double sum = 0;

	for (int i = 0; i < k; i++)
		sum += value(ta ? row * k + i : i * m + row, 1) *
			value(tb ? i * n + col : col * k + i, 2);
	return sum;
}

template <typename T, typename R>
static void
test(const char *name, cudaDataType type, cudaDataType result,
	cublasComputeType_t compute, int m, int n, int k, bool ta, bool tb)
{
	T *a = device_copy(matrix<T>(m * k, 1));
	T *b = device_copy(matrix<T>(k * n, 2));
	R *c = device_copy(matrix<R>(m * n, 3));
	float one = 1, half = 0.5f;
	double one64 = 1, half64 = 0.5;
	__half one16 = __half(1.0f), half16 = __half(0.5f);
	const void *alpha = &one, *beta = &half;
	double tolerance = sizeof(R) == 2 ? 0.01 : 1e-5;

	if (compute == CUBLAS_COMPUTE_64F) {
		alpha = &one64;
		beta = &half64;
		tolerance = 1e-13;
	} else if (compute == CUBLAS_COMPUTE_16F) {
		alpha = &one16;
		beta = &half16;
	}
	CHECK_BLAS(cublasGemmEx(handle, ta ? CUBLAS_OP_T : CUBLAS_OP_N,
		tb ? CUBLAS_OP_T : CUBLAS_OP_N, m, n, k, alpha, a, type,
		ta ? k : m, b, type, tb ? n : k, beta, c, result, m, compute,
		CUBLAS_GEMM_DEFAULT));
	CHECK(cudaDeviceSynchronize());

	std::vector<R> got = host_copy(c, m * n);

	for (int i = 0; i < m * n; i++) {
		double want = right(i % m, i / m, m, n, k, ta, tb) +
			0.5 * value(i, 3);
		double error = fabs((double)(float)got[i] - want);

		if (sizeof(R) == 8)
			error = fabs(*(double *)&got[i] - want);
		if (!(error <= tolerance * (1 + fabs(want))))
			FAIL("%s %dx%dx%d: element %d is off by %g of %g", name,
				m, n, k, i, error, want);
	}
	report(name, got.data(), got.size() * sizeof(R));
	CHECK(cudaFree(a));
	CHECK(cudaFree(b));
	CHECK(cudaFree(c));
}

#define ALL(m, n, k, ta, tb)                                                   \
	test<float, float>("f32", CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F,  \
		m, n, k, ta, tb);                                              \
	test<float, float>("tf32", CUDA_R_32F, CUDA_R_32F,                     \
		CUBLAS_COMPUTE_32F_FAST_TF32, m, n, k, ta, tb);                \
	test<double, double>("f64", CUDA_R_64F, CUDA_R_64F,                    \
		CUBLAS_COMPUTE_64F, m, n, k, ta, tb);                          \
	test<__half, __half>("f16", CUDA_R_16F, CUDA_R_16F,                    \
		CUBLAS_COMPUTE_32F, m, n, k, ta, tb);                          \
	test<__half, float>("f16 to f32", CUDA_R_16F, CUDA_R_32F,              \
		CUBLAS_COMPUTE_32F, m, n, k, ta, tb);                          \
	test<__half, __half>("f16 in f16", CUDA_R_16F, CUDA_R_16F,             \
		CUBLAS_COMPUTE_16F, m, n, k, ta, tb);                          \
	test<__nv_bfloat16, __nv_bfloat16>("bf16", CUDA_R_16BF, CUDA_R_16BF,   \
		CUBLAS_COMPUTE_32F, m, n, k, ta, tb)

int
main()
{
	CHECK_BLAS(cublasCreate(&handle));
	ALL(64, 64, 64, false, false);
	ALL(128, 64, 32, true, false);
	ALL(256, 192, 64, false, false);
	ALL(33, 17, 40, false, true);
	ALL(8, 96, 72, true, true);
	CHECK_BLAS(cublasDestroy(handle));
	return 0;
}
