/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuBLAS, levels 1 to 3 in f32 and f64, against plain loops in f64: vectors,
 * matrix times vector, products of matrices in every transposition, triangular
 * systems, and batches. The bound of each comparison is the number of additions
 * times the unit of rounding.
 */
#include <cublas_v2.h>

#include "library.h"

static cublasHandle_t handle;

/* cuBLAS names its functions by type; this is the one place that knows it. */
#define BY_TYPE(name)                                                \
	template <class... A> static cublasStatus_t name(float, A... a) \
	{                                                            \
		return cublasS##name(handle, a...);                  \
	}                                                            \
	template <class... A> static cublasStatus_t name(double, A... a) \
	{                                                            \
		return cublasD##name(handle, a...);                  \
	}
BY_TYPE(axpy)
BY_TYPE(dot)
BY_TYPE(nrm2)
BY_TYPE(asum)
BY_TYPE(scal)
BY_TYPE(rot)
BY_TYPE(gemv)
BY_TYPE(ger)
BY_TYPE(symv)
BY_TYPE(trsv)
BY_TYPE(gemm)
BY_TYPE(syrk)
BY_TYPE(trsm)
BY_TYPE(gemmBatched)
BY_TYPE(gemmStridedBatched)

/* ---- level 1 ------------------------------------------------------------- */

template <class T>
static void
vectors(const char *name)
{
	const int n = 3001;
	auto x = random_vector<T>(n, 1), y = random_vector<T>(n, 2);
	T *dx = device_copy(x), *dy = device_copy(y), alpha = (T)1.5;
	T c = (T)0.6, s = (T)0.8, scalars[3];
	std::vector<double> wx(n), wy(n);
	double sums[3] = {0, 0, 0};

	for (int i = 0; i < n; i++) {
		double a = (double)x[i], b = (double)alpha * a + (double)y[i];

		sums[0] += a * b;
		sums[1] += b * b;
		sums[2] += fabs(b);
		wx[i] = 0.75 * ((double)c * a + (double)s * b);
		wy[i] = (double)c * b - (double)s * a;
	}
	CHECK_LIB(axpy(T(), n, &alpha, dx, 1, dy, 1));
	CHECK_LIB(dot(T(), n, dx, 1, dy, 1, &scalars[0]));
	CHECK_LIB(nrm2(T(), n, dy, 1, &scalars[1]));
	CHECK_LIB(asum(T(), n, dy, 1, &scalars[2]));
	CHECK_LIB(rot(T(), n, dx, 1, dy, 1, &c, &s));
	alpha = (T)0.75;
	CHECK_LIB(scal(T(), n, &alpha, dx, 1));
	sums[1] = sqrt(sums[1]);

	std::vector<T> got(scalars, scalars + 3);

	expect_near(name, got, std::vector<double>(sums, sums + 3),
		rounding<T>(n), rounding<T>(n));
	auto gx = host_copy(dx, n), gy = host_copy(dy, n);

	expect_near(name, gx, wx, rounding<T>(4), rounding<T>(4));
	expect_near(name, gy, wy, rounding<T>(4), rounding<T>(4));
	got.insert(got.end(), gx.begin(), gx.end());
	got.insert(got.end(), gy.begin(), gy.end());
	report(name, got);
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
}

/* The largest and the smallest, where they are known. */
static void
extremes(const char *name)
{
	const int n = 2000;
	auto x = random_vector<float>(n, 3);
	int at[2];

	for (float &v : x)
		v = v < 0 ? v - 1 : v + 1;
	x[1234] = -5;
	x[777] = 0.5;

	float *d = device_copy(x);

	CHECK_LIB(cublasIsamax(handle, n, d, 1, &at[0]));
	CHECK_LIB(cublasIsamin(handle, n, d, 1, &at[1]));
	EXPECT(at[0] == 1235 && at[1] == 778); /* counted from 1 */
	report(name, at, sizeof(at));
	CHECK(cudaFree(d));
}

/* ---- level 2 ------------------------------------------------------------- */

/* Columns of a matrix follow each other, as everywhere in cuBLAS. */
template <class T>
static void
matrix_vector(const char *name)
{
	const int m = 130, n = 75;
	auto a = random_vector<T>((size_t)m * n, 4);
	auto x = random_vector<T>(m, 5), y = random_vector<T>(m, 6);
	T *da = device_copy(a), alpha = (T)1.5, beta = (T)0.5;
	std::vector<T> all;

	for (int transposed = 0; transposed < 2; transposed++) {
		int rows = transposed ? n : m, columns = transposed ? m : n;
		T *dx = device_copy(x), *dy = device_copy(y);
		std::vector<double> want(rows);

		for (int i = 0; i < rows; i++) {
			double sum = 0;

			for (int k = 0; k < columns; k++)
				sum += (double)a[transposed ? i * m + k
							    : k * m + i] *
					(double)x[k];
			want[i] = 1.5 * sum + 0.5 * (double)y[i];
		}
		CHECK_LIB(gemv(T(), transposed ? CUBLAS_OP_T : CUBLAS_OP_N, m,
			n, &alpha, da, m, dx, 1, &beta, dy, 1));
		auto got = host_copy(dy, rows);

		expect_near(name, got, want, 0, 2 * rounding<T>(columns));
		all.insert(all.end(), got.begin(), got.end());
		CHECK(cudaFree(dx));
		CHECK(cudaFree(dy));
	}
	report(name, all);
	CHECK(cudaFree(da));
}

template <class T>
static void
rank_one(const char *name)
{
	const int m = 70, n = 33;
	auto a = random_vector<T>((size_t)m * n, 7);
	auto x = random_vector<T>(m, 8), y = random_vector<T>(n, 9);
	T *da = device_copy(a), *dx = device_copy(x), *dy = device_copy(y);
	T alpha = (T)-2;
	std::vector<double> want((size_t)m * n);

	for (int j = 0; j < n; j++)
		for (int i = 0; i < m; i++)
			want[j * m + i] = (double)a[j * m + i] -
				2 * (double)x[i] * (double)y[j];
	CHECK_LIB(ger(T(), m, n, &alpha, dx, 1, dy, 1, da, m));
	auto got = host_copy(da, a.size());

	expect_near(name, got, want, 0, 2 * rounding<T>(1));
	report(name, got);
	CHECK(cudaFree(da));
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
}

/* L with a large diagonal, so that the solution is as exact as L. */
template <class T>
static std::vector<T>
lower_triangle(int n, uint64_t seed)
{
	auto l = random_vector<T>((size_t)n * n, seed);

	for (int j = 0; j < n; j++)
		for (int i = 0; i < n; i++)
			l[j * n + i] = i < j ? (T)0
				: i == j     ? (T)(2 + l[j * n + i])
					     : l[j * n + i] / (T)n;
	return l;
}

template <class T>
static void
triangles(const char *name)
{
	const int n = 96, columns = 20;
	auto l = lower_triangle<T>(n, 10);
	auto x = random_vector<T>((size_t)n * columns, 11);
	std::vector<T> b(x.size());

	for (int c = 0; c < columns; c++)
		for (int i = 0; i < n; i++) {
			double sum = 0;

			for (int k = 0; k <= i; k++)
				sum += (double)l[k * n + i] *
					(double)x[c * n + k];
			b[c * n + i] = (T)sum;
		}

	T *dl = device_copy(l), *db = device_copy(b), *dv = device_copy(b);
	T one = (T)1;

	CHECK_LIB(trsv(T(), CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N,
		CUBLAS_DIAG_NON_UNIT, n, dl, n, dv, 1));
	auto first = host_copy(dv, n);

	expect_near(name, first, std::vector<T>(x.begin(), x.begin() + n), 0,
		4 * rounding<T>(n));
	CHECK_LIB(trsm(T(), CUBLAS_SIDE_LEFT, CUBLAS_FILL_MODE_LOWER,
		CUBLAS_OP_N, CUBLAS_DIAG_NON_UNIT, n, columns, &one, dl, n, db,
		n));
	auto all = host_copy(db, x.size());

	expect_near(name, all, x, 0, 4 * rounding<T>(n));
	all.insert(all.end(), first.begin(), first.end());
	report(name, all);
	CHECK(cudaFree(dl));
	CHECK(cudaFree(db));
	CHECK(cudaFree(dv));
}

template <class T>
static void
symmetric(const char *name)
{
	const int n = 80, k = 50;
	auto a = random_vector<T>((size_t)n * k, 12);
	auto x = random_vector<T>(n, 13);
	T *da = device_copy(a), *dc = device_alloc<T>((size_t)n * n);
	T *dx = device_copy(x), *dy = device_alloc<T>(n);
	T one = (T)1, zero = (T)0;
	std::vector<double> c((size_t)n * n), y(n), lower, got_lower;

	for (int j = 0; j < n; j++)
		for (int i = 0; i < n; i++)
			for (int p = 0; p < k; p++)
				c[j * n + i] += (double)a[p * n + i] *
					(double)a[p * n + j];
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			y[i] += c[j * n + i] * (double)x[j];
	CHECK(cudaMemset(dc, 0xff, (size_t)n * n * sizeof(T)));
	CHECK_LIB(syrk(T(), CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_N, n, k, &one,
		da, n, &zero, dc, n));
	/* Above the diagonal there is what was there, NaN; nobody may read it. */
	CHECK_LIB(symv(T(), CUBLAS_FILL_MODE_LOWER, n, &one, dc, n, dx, 1,
		&zero, dy, 1));
	auto got = host_copy(dc, c.size()), v = host_copy(dy, n);

	for (int j = 0; j < n; j++)
		for (int i = 0; i < n; i++) {
			EXPECT((i < j) == (bool)isnan(got[j * n + i]));
			if (i < j)
				continue;
			lower.push_back(c[j * n + i]);
			got_lower.push_back((double)got[j * n + i]);
		}
	expect_near(name, got_lower, lower, 0, rounding<T>(k));
	expect_near(name, v, y, 0, k * rounding<T>(n));
	report(name, v);
	for (T *p : {da, dc, dx, dy})
		CHECK(cudaFree(p));
}

/* ---- level 3 ------------------------------------------------------------- */

/* C = 1.5 op(A) op(B) + 0.5 C of m x n, in f64. */
template <class T>
static std::vector<double>
product(bool ta, bool tb, int m, int n, int k, const T *a, const T *b,
	const T *c)
{
	std::vector<double> want((size_t)m * n);

	for (int j = 0; j < n; j++)
		for (int i = 0; i < m; i++) {
			double sum = 0;

			for (int p = 0; p < k; p++)
				sum += (double)a[ta ? i * k + p : p * m + i] *
					(double)b[tb ? p * n + j : j * k + p];
			want[j * m + i] = 1.5 * sum + 0.5 * (double)c[j * m + i];
		}
	return want;
}

template <class T>
static void
products(const char *name)
{
	static const int sizes[][3] = {
		{64, 64, 64}, {77, 33, 129}, {1, 50, 40}, {128, 96, 16}};
	T alpha = (T)1.5, beta = (T)0.5;
	std::vector<T> all;

	for (int i = 0; i < 16; i++) {
		const int *s = sizes[i / 4], m = s[0], n = s[1], k = s[2];
		bool ta = i & 1, tb = i & 2;
		auto a = random_vector<T>((size_t)m * k, 20 + i);
		auto b = random_vector<T>((size_t)k * n, 40 + i);
		auto c = random_vector<T>((size_t)m * n, 60 + i);
		T *da = device_copy(a), *db = device_copy(b);
		T *dc = device_copy(c);

		CHECK_LIB(gemm(T(), ta ? CUBLAS_OP_T : CUBLAS_OP_N,
			tb ? CUBLAS_OP_T : CUBLAS_OP_N, m, n, k, &alpha, da,
			ta ? k : m, db, tb ? n : k, &beta, dc, m));
		auto got = host_copy(dc, c.size());

		expect_near(name, got,
			product(ta, tb, m, n, k, a.data(), b.data(), c.data()),
			0, 2 * rounding<T>(k));
		all.insert(all.end(), got.begin(), got.end());
		for (T *p : {da, db, dc})
			CHECK(cudaFree(p));
	}
	report(name, all);
}

/* strided: one stride between the matrices; otherwise an array of pointers. */
template <class T, bool strided>
static void
batches(const char *name)
{
	const int m = 20, n = 24, k = 36, count = 5;
	const size_t sa = m * k, sb = k * n, sc = m * n;
	auto a = random_vector<T>(sa * count, 80);
	auto b = random_vector<T>(sb * count, 81);
	auto c = random_vector<T>(sc * count, 82);
	T *da = device_copy(a), *db = device_copy(b), *dc = device_copy(c);
	T alpha = (T)1.5, beta = (T)0.5;
	std::vector<double> want;

	for (int i = 0; i < count; i++) {
		auto one = product(false, false, m, n, k, &a[sa * i],
			&b[sb * i], &c[sc * i]);

		want.insert(want.end(), one.begin(), one.end());
	}
	if (strided) {
		CHECK_LIB(gemmStridedBatched(T(), CUBLAS_OP_N, CUBLAS_OP_N, m,
			n, k, &alpha, da, m, sa, db, k, sb, &beta, dc, m, sc,
			count));
	} else {
		std::vector<T *> pa, pb, pc;

		for (int i = 0; i < count; i++) {
			pa.push_back(da + sa * i);
			pb.push_back(db + sb * i);
			pc.push_back(dc + sc * i);
		}
		T **qa = device_copy(pa), **qb = device_copy(pb);
		T **qc = device_copy(pc);

		CHECK_LIB(gemmBatched(T(), CUBLAS_OP_N, CUBLAS_OP_N, m, n, k,
			&alpha, qa, m, qb, k, &beta, qc, m, count));
		CHECK(cudaDeviceSynchronize());
		for (T **q : {qa, qb, qc})
			CHECK(cudaFree(q));
	}
	auto got = host_copy(dc, c.size());

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
		{"Saxpy-Sdot-Snrm2-Sasum-Sscal-Srot", vectors<float>},
		{"Daxpy-Ddot-Dnrm2-Dasum-Dscal-Drot", vectors<double>},
		{"Isamax-Isamin", extremes},
		{"Sgemv", matrix_vector<float>},
		{"Dgemv", matrix_vector<double>},
		{"Sger", rank_one<float>},
		{"Dger", rank_one<double>},
		{"Strsv-Strsm", triangles<float>},
		{"Dtrsv-Dtrsm", triangles<double>},
		{"Ssyrk-Ssymv", symmetric<float>},
		{"Dsyrk-Dsymv", symmetric<double>},
		{"Sgemm", products<float>},
		{"Dgemm", products<double>},
		{"SgemmBatched", batches<float, false>},
		{"DgemmBatched", batches<double, false>},
		{"SgemmStridedBatched", batches<float, true>},
		{"DgemmStridedBatched", batches<double, true>},
	};

	int status = run_parts(parts, argc, argv, start);

	if (handle)
		CHECK_LIB(cublasDestroy(handle));
	return status;
}
