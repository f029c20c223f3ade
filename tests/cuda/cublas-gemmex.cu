/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuBLAS with mixed types: products of f16 and bf16 matrices that are summed in
 * f32, in f16 and with TF32, of bytes, and complex ones, against plain loops in
 * f64. What the device may round is what the bounds allow: operands to TF32,
 * sums to f16, results to their type.
 */
#include <cublas_v2.h>
#include <cuComplex.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "library.h"

static cublasHandle_t handle;

static double
to_double(__half v)
{
	return (double)__half2float(v);
}

static double
to_double(__nv_bfloat16 v)
{
	return (double)__bfloat162float(v);
}

static double
to_double(float v)
{
	return (double)v;
}

static double
to_double(int8_t v)
{
	return v;
}

static double
to_double(int32_t v)
{
	return v;
}

template <class T>
static T
from_float(float v)
{
	if constexpr (std::is_same_v<T, __half>)
		return __float2half(v);
	else if constexpr (std::is_same_v<T, __nv_bfloat16>)
		return __float2bfloat16(v);
	else if constexpr (std::is_same_v<T, int8_t>)
		return (T)lrintf(v * 100);
	else
		return (T)v;
}

template <class T> static const cudaDataType type_of = CUDA_R_32F;
template <> const cudaDataType type_of<__half> = CUDA_R_16F;
template <> const cudaDataType type_of<__nv_bfloat16> = CUDA_R_16BF;
template <> const cudaDataType type_of<int8_t> = CUDA_R_8I;
template <> const cudaDataType type_of<int32_t> = CUDA_R_32I;

template <class T>
static std::vector<T>
random_values(size_t n, uint64_t seed)
{
	std::vector<T> v(n);
	auto f = random_vector<float>(n, seed);

	for (size_t i = 0; i < n; i++)
		v[i] = from_float<T>(f[i]);
	return v;
}

/* One product of A and B in T to C in R, summed in S by the mode given.
 * relative: of the result's type; absolute: of the sum. */
template <class T, class R, class S>
static std::vector<R>
one(const char *name, const int size[3], bool ta, bool tb,
	cublasComputeType_t mode, double relative, double absolute)
{
	int m = size[0], n = size[1], k = size[2];
	auto a = random_values<T>((size_t)m * k, 1);
	auto b = random_values<T>((size_t)k * n, 2);
	std::vector<R> c((size_t)m * n);
	T *da = device_copy(a), *db = device_copy(b);
	R *dc = device_copy(c);
	S alpha = from_float<S>(1), beta = from_float<S>(0);
	std::vector<double> want(c.size()), got;

	for (int j = 0; j < n; j++)
		for (int i = 0; i < m; i++)
			for (int p = 0; p < k; p++)
				want[j * m + i] +=
					to_double(a[ta ? i * k + p
						       : p * m + i]) *
					to_double(b[tb ? p * n + j
						       : j * k + p]);
	CHECK(cudaMemset(dc, 0xff, c.size() * sizeof(R)));
	CHECK_LIB(cublasGemmEx(handle, ta ? CUBLAS_OP_T : CUBLAS_OP_N,
		tb ? CUBLAS_OP_T : CUBLAS_OP_N, m, n, k, &alpha, da,
		type_of<T>, ta ? k : m, db, type_of<T>, tb ? n : k, &beta, dc,
		type_of<R>, m, mode, CUBLAS_GEMM_DEFAULT));
	c = host_copy(dc, c.size());
	for (R v : c)
		got.push_back(to_double(v));
	expect_near(name, got, want, relative, absolute * k);
	for (void *p : {(void *)da, (void *)db, (void *)dc})
		CHECK(cudaFree(p));
	return c;
}

template <class T, class R, class S>
static void
all_shapes(const char *name, cublasComputeType_t mode, double relative,
	double absolute)
{
	static const int sizes[][3] = {{64, 64, 64}, {40, 24, 136}};
	std::vector<R> all;

	for (int i = 0; i < 8; i++) {
		auto c = one<T, R, S>(name, sizes[i / 4], i & 1, i & 2, mode,
			relative, absolute);

		all.insert(all.end(), c.begin(), c.end());
	}
	report(name, all);
}

#define HALF	0x1p-10 /* units of rounding */
#define BFLOAT	0x1p-7
#define SINGLE	0x1p-23

static void
half_to_half(const char *name)
{
	all_shapes<__half, __half, float>(
		name, CUBLAS_COMPUTE_32F, HALF, SINGLE);
}

static void
half_to_single(const char *name)
{
	all_shapes<__half, float, float>(name, CUBLAS_COMPUTE_32F, 0, SINGLE);
}

/* Sums in f16 may lose half a unit of a sum that is at most 16 each time. */
static void
half_in_half(const char *name)
{
	all_shapes<__half, __half, __half>(
		name, CUBLAS_COMPUTE_16F, HALF, 8 * HALF);
}

static void
bfloat_to_bfloat(const char *name)
{
	all_shapes<__nv_bfloat16, __nv_bfloat16, float>(
		name, CUBLAS_COMPUTE_32F, BFLOAT, SINGLE);
}

static void
bfloat_to_single(const char *name)
{
	all_shapes<__nv_bfloat16, float, float>(
		name, CUBLAS_COMPUTE_32F, 0, SINGLE);
}

/* TF32 has the precision of f16; each product of two rounded ones is off. */
static void
tf32(const char *name)
{
	all_shapes<float, float, float>(
		name, CUBLAS_COMPUTE_32F_FAST_TF32, 0, 2 * HALF);
}

static void
bytes(const char *name)
{
	static const int size[] = {128, 96, 160};
	auto c = one<int8_t, int32_t, int32_t>(
		name, size, true, false, CUBLAS_COMPUTE_32I, 0, 0);

	report(name, c);
}

static void
half_batches(const char *name)
{
	const int n = 32, count = 6;
	const size_t one = (size_t)n * n;
	auto a = random_values<__half>(one * count, 3);
	auto b = random_values<__half>(one * count, 4);
	__half *da = device_copy(a), *db = device_copy(b);
	float *dc = device_alloc<float>(one * count), alpha = 1, beta = 0;
	std::vector<double> want(one * count);

	for (int i = 0; i < count; i++)
		for (int j = 0; j < n; j++)
			for (int r = 0; r < n; r++)
				for (int p = 0; p < n; p++)
					want[i * one + j * n + r] +=
						to_double(a[i * one + p * n +
							r]) *
						to_double(b[i * one + j * n +
							p]);
	CHECK_LIB(cublasGemmStridedBatchedEx(handle, CUBLAS_OP_N, CUBLAS_OP_N,
		n, n, n, &alpha, da, CUDA_R_16F, n, one, db, CUDA_R_16F, n,
		one, &beta, dc, CUDA_R_32F, n, one, count, CUBLAS_COMPUTE_32F,
		CUBLAS_GEMM_DEFAULT));
	auto got = host_copy(dc, want.size());

	expect_near(name, got, want, 0, n * SINGLE);
	report(name, got);
	for (void *p : {(void *)da, (void *)db, (void *)dc})
		CHECK(cudaFree(p));
}

/* Complex numbers: A times the conjugate transpose of B. */
template <class C, class T, cublasStatus_t (*gemm)(cublasHandle_t,
	cublasOperation_t, cublasOperation_t, int, int, int, const C *,
	const C *, int, const C *, int, const C *, C *, int)>
static void
complex_product(const char *name)
{
	const int m = 48, n = 32, k = 40;
	auto a = random_vector<T>(2 * m * k, 5);
	auto b = random_vector<T>(2 * n * k, 6);
	T *da = device_copy(a), *db = device_copy(b);
	T *dc = device_alloc<T>(2 * m * n);
	C alpha = {1, 0}, beta = {0, 0};
	std::vector<double> want(2 * m * n);

	for (int j = 0; j < n; j++)
		for (int i = 0; i < m; i++)
			for (int p = 0; p < k; p++) {
				const T *x = &a[2 * (p * m + i)];
				const T *y = &b[2 * (p * n + j)];
				double xr = (double)x[0], xi = (double)x[1];
				double yr = (double)y[0], yi = -(double)y[1];

				want[2 * (j * m + i)] += xr * yr - xi * yi;
				want[2 * (j * m + i) + 1] += xr * yi + xi * yr;
			}
	CHECK_LIB(gemm(handle, CUBLAS_OP_N, CUBLAS_OP_C, m, n, k, &alpha,
		(C *)da, m, (C *)db, n, &beta, (C *)dc, m));
	auto got = host_copy(dc, want.size());

	expect_near(name, got, want, 0, 2 * rounding<T>(k));
	report(name, got);
	for (T *p : {da, db, dc})
		CHECK(cudaFree(p));
}

static void
start(void)
{
	CHECK_LIB(cublasCreate(&handle));
}

int
main(int argc, char **argv)
{
	static const struct part parts[] = {
		{"GemmEx-f16-f16-in-f32", half_to_half},
		{"GemmEx-f16-f32-in-f32", half_to_single},
		{"GemmEx-f16-f16-in-f16", half_in_half},
		{"GemmEx-bf16-bf16-in-f32", bfloat_to_bfloat},
		{"GemmEx-bf16-f32-in-f32", bfloat_to_single},
		{"GemmEx-f32-in-TF32", tf32},
		{"GemmEx-s8-s32", bytes},
		{"GemmStridedBatchedEx-f16", half_batches},
		{"Cgemm", complex_product<cuComplex, float, cublasCgemm>},
		{"Zgemm",
			complex_product<cuDoubleComplex, double, cublasZgemm>},
	};
	int status = run_parts(parts, argc, argv, start);

	if (handle)
		CHECK_LIB(cublasDestroy(handle));
	return status;
}
