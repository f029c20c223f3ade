/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuSOLVER, dense, f32 and f64: systems by LU and Cholesky, QR, eigenvalues and
 * singular values. Solutions are compared with those the systems were made of,
 * and factors are multiplied again; all bounds are in units of rounding.
 */
#include <cusolverDn.h>

#include "library.h"

static cusolverDnHandle_t handle;

#define BY_TYPE(name)                                                   \
	template <class... A> static cusolverStatus_t name(float, A... a)  \
	{                                                               \
		return cusolverDnS##name(handle, a...);                 \
	}                                                               \
	template <class... A> static cusolverStatus_t name(double, A... a) \
	{                                                               \
		return cusolverDnD##name(handle, a...);                 \
	}
BY_TYPE(getrf_bufferSize)
BY_TYPE(getrf)
BY_TYPE(getrs)
BY_TYPE(potrf_bufferSize)
BY_TYPE(potrf)
BY_TYPE(potrs)
BY_TYPE(geqrf_bufferSize)
BY_TYPE(geqrf)
BY_TYPE(orgqr_bufferSize)
BY_TYPE(orgqr)
BY_TYPE(syevd_bufferSize)
BY_TYPE(syevd)
BY_TYPE(gesvd_bufferSize)
BY_TYPE(gesvd)
BY_TYPE(gesvdj_bufferSize)
BY_TYPE(gesvdj)

/* Columns follow each other: a is m x k, b is k x n. */
template <class T>
static std::vector<double>
multiply(const std::vector<T> &a, const std::vector<T> &b, int m, int n, int k,
	bool b_transposed = false)
{
	std::vector<double> c((size_t)m * n);

	for (int j = 0; j < n; j++)
		for (int p = 0; p < k; p++)
			for (int i = 0; i < m; i++)
				c[j * m + i] += (double)a[p * m + i] *
					(double)b[b_transposed ? p * n + j
							       : j * k + p];
	return c;
}

/* Well conditioned: a large diagonal, on whose side rows are exchanged. */
template <class T>
static std::vector<T>
regular_matrix(int n, uint64_t seed)
{
	auto a = random_vector<T>((size_t)n * n, seed);

	for (int i = 0; i < n; i++)
		a[(size_t)i * n + (i + 1) % n] += (T)(n / 2);
	return a;
}

/* G transposed(G) + n: symmetric and positive. */
template <class T>
static std::vector<T>
positive_matrix(int n, uint64_t seed)
{
	auto g = random_vector<T>((size_t)n * n, seed);
	auto s = multiply(g, g, n, n, n, true);
	std::vector<T> a(s.begin(), s.end());

	for (int i = 0; i < n; i++)
		a[(size_t)i * n + i] += (T)n;
	return a;
}

static void
expect_info(int *info)
{
	EXPECT(host_copy(info, 1)[0] == 0);
	CHECK(cudaFree(info));
}

template <class T>
static void
by_lu(const char *name)
{
	const int n = 96, columns = 5;
	auto a = regular_matrix<T>(n, 1);
	auto x = random_vector<T>((size_t)n * columns, 2);
	auto product = multiply(a, x, n, columns, n);
	std::vector<T> b(product.begin(), product.end());
	T *da = device_copy(a), *db = device_copy(b);
	int *pivot = device_alloc<int>(n), *info = device_alloc<int>(1), size;

	CHECK_LIB(getrf_bufferSize(T(), n, n, da, n, &size));
	T *work = device_alloc<T>(size);

	CHECK_LIB(getrf(T(), n, n, da, n, work, pivot, info));
	CHECK_LIB(getrs(T(), CUBLAS_OP_N, n, columns, da, n, pivot, db, n,
		info));
	auto got = host_copy(db, b.size());

	expect_info(info);
	expect_near(name, got, x, 0, 16 * rounding<T>(n));
	report(name, got);
	for (void *p : {(void *)da, (void *)db, (void *)work, (void *)pivot})
		CHECK(cudaFree(p));
}

template <class T>
static void
by_cholesky(const char *name)
{
	const int n = 80, columns = 3;
	const cublasFillMode_t lower = CUBLAS_FILL_MODE_LOWER;
	auto a = positive_matrix<T>(n, 3);
	auto x = random_vector<T>((size_t)n * columns, 4);
	auto product = multiply(a, x, n, columns, n);
	std::vector<T> b(product.begin(), product.end());
	T *da = device_copy(a), *db = device_copy(b);
	int *info = device_alloc<int>(1), size;

	CHECK_LIB(potrf_bufferSize(T(), lower, n, da, n, &size));
	T *work = device_alloc<T>(size);

	CHECK_LIB(potrf(T(), lower, n, da, n, work, size, info));
	CHECK_LIB(potrs(T(), lower, n, columns, da, n, db, n, info));
	auto got = host_copy(db, b.size());

	expect_info(info);
	expect_near(name, got, x, 0, 16 * rounding<T>(n));
	report(name, got);
	for (void *p : {(void *)da, (void *)db, (void *)work})
		CHECK(cudaFree(p));
}

template <class T>
static void
by_qr(const char *name)
{
	const int m = 70, n = 40;
	auto a = random_vector<T>((size_t)m * n, 5);
	T *da = device_copy(a), *tau = device_alloc<T>(n);
	int *info = device_alloc<int>(1), size, second;
	std::vector<T> r((size_t)n * n);

	CHECK_LIB(geqrf_bufferSize(T(), m, n, da, m, &size));
	CHECK_LIB(orgqr_bufferSize(T(), m, n, n, da, m, tau, &second));
	T *work = device_alloc<T>(size > second ? size : second);

	CHECK_LIB(geqrf(T(), m, n, da, m, tau, work, size, info));
	auto factors = host_copy(da, a.size());

	for (int j = 0; j < n; j++)
		for (int i = 0; i <= j; i++)
			r[j * n + i] = factors[j * m + i];
	CHECK_LIB(orgqr(T(), m, n, n, da, m, tau, work, second, info));
	auto q = host_copy(da, a.size());

	expect_info(info);
	expect_near(name, a, multiply(q, r, m, n, n), 0, 16 * rounding<T>(n));
	report(name, q);
	for (void *p : {(void *)da, (void *)tau, (void *)work})
		CHECK(cudaFree(p));
}

/* A V = V W, and W ascending. */
template <class T>
static void
eigenvalues(const char *name)
{
	const int n = 48;
	const cusolverEigMode_t vectors = CUSOLVER_EIG_MODE_VECTOR;
	const cublasFillMode_t lower = CUBLAS_FILL_MODE_LOWER;
	auto a = positive_matrix<T>(n, 6);
	T *da = device_copy(a), *dw = device_alloc<T>(n);
	int *info = device_alloc<int>(1), size;

	CHECK_LIB(syevd_bufferSize(T(), vectors, lower, n, da, n, dw, &size));
	T *work = device_alloc<T>(size);

	CHECK_LIB(syevd(T(), vectors, lower, n, da, n, dw, work, size, info));
	auto v = host_copy(da, a.size()), w = host_copy(dw, n);
	auto left = multiply(a, v, n, n, n);
	std::vector<double> right;

	expect_info(info);
	for (int j = 0; j < n; j++) {
		EXPECT(j == 0 || w[j - 1] <= w[j]);
		for (int i = 0; i < n; i++)
			right.push_back((double)v[j * n + i] * (double)w[j]);
	}
	expect_near(name, left, right, 0, 4 * n * rounding<T>(n));
	report(name, w);
	for (void *p : {(void *)da, (void *)dw, (void *)work})
		CHECK(cudaFree(p));
}

/* U S V = A, and S descending. */
template <class T>
static void
expect_svd(const char *name, const std::vector<T> &a, std::vector<T> u,
	const std::vector<T> &s, const std::vector<T> &v, int m, int n,
	bool v_transposed)
{
	for (int j = 0; j < n; j++) {
		EXPECT(s[j] >= 0 && (j == 0 || s[j - 1] >= s[j]));
		for (int i = 0; i < m; i++)
			u[j * m + i] *= s[j];
	}
	u.resize((size_t)m * n);
	expect_near(name, a, multiply(u, v, m, n, n, !v_transposed), 0,
		32 * rounding<T>(n));
	report(name, s);
}

template <class T>
static void
singular_values(const char *name)
{
	const int m = 50, n = 30;
	auto a = random_vector<T>((size_t)m * n, 7);
	T *da = device_copy(a), *ds = device_alloc<T>(n);
	T *du = device_alloc<T>(m * m), *dv = device_alloc<T>(n * n);
	int *info = device_alloc<int>(1), size;

	CHECK_LIB(gesvd_bufferSize(T(), m, n, &size));
	T *work = device_alloc<T>(size), *none = NULL;

	CHECK_LIB(gesvd(T(), (signed char)'A', (signed char)'A', m, n, da, m,
		ds, du, m, dv, n, work, size, none, info));
	expect_info(info);
	expect_svd(name, a, host_copy(du, m * m), host_copy(ds, n),
		host_copy(dv, n * n), m, n, true);
	for (void *p : {(void *)da, (void *)ds, (void *)du, (void *)dv,
		     (void *)work})
		CHECK(cudaFree(p));
}

template <class T>
static void
singular_values_jacobi(const char *name)
{
	const int m = 40, n = 24;
	const cusolverEigMode_t vectors = CUSOLVER_EIG_MODE_VECTOR;
	auto a = random_vector<T>((size_t)m * n, 8);
	T *da = device_copy(a), *ds = device_alloc<T>(n);
	T *du = device_alloc<T>(m * m), *dv = device_alloc<T>(n * n);
	int *info = device_alloc<int>(1), size;
	gesvdjInfo_t how;

	CHECK_LIB(cusolverDnCreateGesvdjInfo(&how));
	CHECK_LIB(gesvdj_bufferSize(T(), vectors, 1, m, n, da, m, ds, du, m,
		dv, n, &size, how));
	T *work = device_alloc<T>(size);

	CHECK_LIB(gesvdj(T(), vectors, 1, m, n, da, m, ds, du, m, dv, n, work,
		size, info, how));
	expect_info(info);
	expect_svd(name, a, host_copy(du, m * m), host_copy(ds, n),
		host_copy(dv, n * n), m, n, false);
	CHECK_LIB(cusolverDnDestroyGesvdjInfo(how));
	for (void *p : {(void *)da, (void *)ds, (void *)du, (void *)dv,
		     (void *)work})
		CHECK(cudaFree(p));
}

static void
start(void)
{
	CHECK_LIB(cusolverDnCreate(&handle));
}

int
main(int argc, char **argv)
{
	static const struct part parts[] = {
		{"Sgetrf-Sgetrs", by_lu<float>},
		{"Dgetrf-Dgetrs", by_lu<double>},
		{"Spotrf-Spotrs", by_cholesky<float>},
		{"Dpotrf-Dpotrs", by_cholesky<double>},
		{"Sgeqrf-Sorgqr", by_qr<float>},
		{"Dgeqrf-Dorgqr", by_qr<double>},
		{"Ssyevd", eigenvalues<float>},
		{"Dsyevd", eigenvalues<double>},
		{"Sgesvd", singular_values<float>},
		{"Dgesvd", singular_values<double>},
		{"Sgesvdj", singular_values_jacobi<float>},
		{"Dgesvdj", singular_values_jacobi<double>},
	};
	int status = run_parts(parts, argc, argv, start);

	if (handle)
		CHECK_LIB(cusolverDnDestroy(handle));
	return status;
}
