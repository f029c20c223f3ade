/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuSPARSE: sparse matrices in three forms times vectors and matrices, both ways
 * round, between sparse and dense, triangular systems, sparse vectors; against
 * the dense matrix in f64.
 */
#include <cusparse.h>

#include <algorithm>

#include "library.h"

#define ROWS	180
#define COLUMNS 140

static cusparseHandle_t handle;

template <class T> static const cudaDataType type_of = CUDA_R_32F;
template <> const cudaDataType type_of<double> = CUDA_R_64F;

/* One in eight elements, some rows empty. */
template <class T>
static std::vector<T>
sparse_matrix(int rows, int columns)
{
	struct rng r = rng_make(7);
	std::vector<T> dense((size_t)rows * columns); /* rows follow each other */

	for (int i = 0; i < rows; i++)
		for (int j = 0; j < columns; j++) {
			T v = (T)rng_double(&r, 0.25, 1);

			if (rng_below(&r, 8) == 0 && i % 11)
				dense[i * columns + j] = v;
		}
	return dense;
}

template <class T>
struct csr {
	std::vector<int> start, column, row;
	std::vector<T> value;
	int *d_start, *d_column, *d_row;
	T *d_value;

	csr(const std::vector<T> &dense, int rows, int columns)
	{
		for (int i = 0; i < rows; i++) {
			start.push_back((int)value.size());
			for (int j = 0; j < columns; j++) {
				if (dense[i * columns + j] == 0)
					continue;
				row.push_back(i);
				column.push_back(j);
				value.push_back(dense[i * columns + j]);
			}
		}
		start.push_back((int)value.size());
		d_start = device_copy(start);
		d_column = device_copy(column);
		d_row = device_copy(row);
		d_value = device_copy(value);
	}

	~csr()
	{
		for (void *p : {(void *)d_start, (void *)d_column,
			     (void *)d_row, (void *)d_value})
			CHECK(cudaFree(p));
	}
};

enum form { CSR, CSC, COO };

template <class T>
static cusparseSpMatDescr_t
describe(csr<T> &a, enum form form, int rows, int columns)
{
	const cusparseIndexType_t i32 = CUSPARSE_INDEX_32I;
	int64_t n = (int64_t)a.value.size();
	cusparseSpMatDescr_t m = NULL;

	switch (form) {
	case CSR:
		CHECK_LIB(cusparseCreateCsr(&m, rows, columns, n, a.d_start,
			a.d_column, a.d_value, i32, i32,
			CUSPARSE_INDEX_BASE_ZERO, type_of<T>));
		break;
	case CSC: /* the same arrays are the transpose */
		CHECK_LIB(cusparseCreateCsc(&m, columns, rows, n, a.d_start,
			a.d_column, a.d_value, i32, i32,
			CUSPARSE_INDEX_BASE_ZERO, type_of<T>));
		break;
	case COO:
		CHECK_LIB(cusparseCreateCoo(&m, rows, columns, n, a.d_row,
			a.d_column, a.d_value, i32, CUSPARSE_INDEX_BASE_ZERO,
			type_of<T>));
		break;
	}
	return m;
}

/* y = 1.5 A x + 0.5 y, or with the transpose of A. */
template <class T, enum form form>
static void
times_vector(const char *name)
{
	auto dense = sparse_matrix<T>(ROWS, COLUMNS);
	csr<T> a(dense, ROWS, COLUMNS);
	cusparseSpMatDescr_t m = describe(a, form, ROWS, COLUMNS);
	std::vector<double> all;

	for (int transposed = 0; transposed < 2; transposed++) {
		/* of the matrix as it stands in dense */
		bool turned = transposed != (form == CSC);
		int n_in = turned ? ROWS : COLUMNS;
		int n_out = turned ? COLUMNS : ROWS;
		auto x = random_vector<T>(n_in, 1);
		auto y = random_vector<T>(n_out, 2);
		T *dx = device_copy(x), *dy = device_copy(y);
		T alpha = (T)1.5, beta = (T)0.5;
		cusparseOperation_t op = transposed
			? CUSPARSE_OPERATION_TRANSPOSE
			: CUSPARSE_OPERATION_NON_TRANSPOSE;
		cusparseDnVecDescr_t vx, vy;
		size_t bytes = 0;
		std::vector<double> want(n_out);

		for (int i = 0; i < n_out; i++) {
			double sum = 0;

			for (int k = 0; k < n_in; k++)
				sum += (double)dense[turned ? k * COLUMNS + i
							    : i * COLUMNS +
								    k] *
					(double)x[k];
			want[i] = 1.5 * sum + 0.5 * (double)y[i];
		}
		CHECK_LIB(cusparseCreateDnVec(&vx, n_in, dx, type_of<T>));
		CHECK_LIB(cusparseCreateDnVec(&vy, n_out, dy, type_of<T>));
		CHECK_LIB(cusparseSpMV_bufferSize(handle, op, &alpha, m, vx,
			&beta, vy, type_of<T>, CUSPARSE_SPMV_ALG_DEFAULT,
			&bytes));
		char *buffer = device_alloc<char>(bytes + 1);

		CHECK_LIB(cusparseSpMV(handle, op, &alpha, m, vx, &beta, vy,
			type_of<T>, CUSPARSE_SPMV_ALG_DEFAULT, buffer));
		auto got = host_copy(dy, n_out);

		expect_near(name, got, want, 0, 2 * rounding<T>(n_in));
		/* Atomic additions come in any order: no bits of got. */
		all.insert(all.end(), want.begin(), want.end());
		CHECK_LIB(cusparseDestroyDnVec(vx));
		CHECK_LIB(cusparseDestroyDnVec(vy));
		CHECK(cudaFree(buffer));
		CHECK(cudaFree(dx));
		CHECK(cudaFree(dy));
	}
	report(name, all);
	CHECK_LIB(cusparseDestroySpMat(m));
}

/* C = A B, columns of B and C following each other. */
template <class T, enum form form>
static void
times_matrix(const char *name)
{
	const int n = 24;
	auto dense = sparse_matrix<T>(ROWS, COLUMNS);
	csr<T> a(dense, ROWS, COLUMNS);
	cusparseSpMatDescr_t m = describe(a, form, ROWS, COLUMNS);
	auto b = random_vector<T>((size_t)COLUMNS * n, 3);
	T *db = device_copy(b), *dc = device_alloc<T>((size_t)ROWS * n);
	T alpha = (T)1, beta = (T)0;
	const cusparseOperation_t op = CUSPARSE_OPERATION_NON_TRANSPOSE;
	cusparseDnMatDescr_t mb, mc;
	std::vector<double> want((size_t)ROWS * n);
	size_t bytes = 0;

	for (int j = 0; j < n; j++)
		for (int i = 0; i < ROWS; i++)
			for (int k = 0; k < COLUMNS; k++)
				want[j * ROWS + i] +=
					(double)dense[i * COLUMNS + k] *
					(double)b[j * COLUMNS + k];
	CHECK_LIB(cusparseCreateDnMat(&mb, COLUMNS, n, COLUMNS, db, type_of<T>,
		CUSPARSE_ORDER_COL));
	CHECK_LIB(cusparseCreateDnMat(
		&mc, ROWS, n, ROWS, dc, type_of<T>, CUSPARSE_ORDER_COL));
	CHECK_LIB(cusparseSpMM_bufferSize(handle, op, op, &alpha, m, mb, &beta,
		mc, type_of<T>, CUSPARSE_SPMM_ALG_DEFAULT, &bytes));
	char *buffer = device_alloc<char>(bytes + 1);

	CHECK_LIB(cusparseSpMM(handle, op, op, &alpha, m, mb, &beta, mc,
		type_of<T>, CUSPARSE_SPMM_ALG_DEFAULT, buffer));
	auto got = host_copy(dc, want.size());

	expect_near(name, got, want, 0, 2 * rounding<T>(COLUMNS));
	if (form == CSR)
		report(name, got);
	else /* atomic additions in any order */
		report(name, want);
	CHECK_LIB(cusparseDestroyDnMat(mb));
	CHECK_LIB(cusparseDestroyDnMat(mc));
	CHECK_LIB(cusparseDestroySpMat(m));
	for (void *p : {(void *)buffer, (void *)db, (void *)dc})
		CHECK(cudaFree(p));
}

/* From dense to CSR and back. */
static void
conversions(const char *name)
{
	auto dense = sparse_matrix<float>(ROWS, COLUMNS);
	csr<float> want(dense, ROWS, COLUMNS);
	float *d = device_copy(dense);
	int *start = device_alloc<int>(ROWS + 1);
	cusparseDnMatDescr_t full;
	cusparseSpMatDescr_t sparse;
	int64_t rows, columns, n;
	size_t bytes = 0;

	CHECK_LIB(cusparseCreateDnMat(&full, ROWS, COLUMNS, COLUMNS, d,
		CUDA_R_32F, CUSPARSE_ORDER_ROW));
	CHECK_LIB(cusparseCreateCsr(&sparse, ROWS, COLUMNS, 0, start, NULL,
		NULL, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I,
		CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F));
	CHECK_LIB(cusparseDenseToSparse_bufferSize(handle, full, sparse,
		CUSPARSE_DENSETOSPARSE_ALG_DEFAULT, &bytes));
	char *buffer = device_alloc<char>(bytes + 1);

	CHECK_LIB(cusparseDenseToSparse_analysis(handle, full, sparse,
		CUSPARSE_DENSETOSPARSE_ALG_DEFAULT, buffer));
	CHECK_LIB(cusparseSpMatGetSize(sparse, &rows, &columns, &n));
	EXPECT(n == (int64_t)want.value.size());
	int *column = device_alloc<int>(n);
	float *value = device_alloc<float>(n);

	CHECK_LIB(cusparseCsrSetPointers(sparse, start, column, value));
	CHECK_LIB(cusparseDenseToSparse_convert(handle, full, sparse,
		CUSPARSE_DENSETOSPARSE_ALG_DEFAULT, buffer));
	expect_same(name, host_copy(start, ROWS + 1), want.start);
	auto columns_got = host_copy(column, n);
	auto values_got = host_copy(value, n);

	/* A row's elements come in no order; each is where its column is. */
	for (int64_t i = 0; i < n; i++)
		EXPECT(values_got[i] ==
			dense[want.row[i] * COLUMNS + columns_got[i]]);
	for (int i = 0; i < ROWS; i++)
		std::sort(&columns_got[want.start[i]],
			&columns_got[0] + want.start[i + 1]);
	expect_same(name, columns_got, want.column);

	CHECK(cudaMemset(d, 0xff, dense.size() * sizeof(float)));
	CHECK_LIB(cusparseSparseToDense_bufferSize(handle, sparse, full,
		CUSPARSE_SPARSETODENSE_ALG_DEFAULT, &bytes));
	char *second = device_alloc<char>(bytes + 1);

	CHECK_LIB(cusparseSparseToDense(handle, sparse, full,
		CUSPARSE_SPARSETODENSE_ALG_DEFAULT, second));
	auto got = host_copy(d, dense.size());

	expect_same(name, got, dense);
	report(name, got);
	CHECK_LIB(cusparseDestroyDnMat(full));
	CHECK_LIB(cusparseDestroySpMat(sparse));
	for (void *p : {(void *)buffer, (void *)second, (void *)d,
		     (void *)start, (void *)column, (void *)value})
		CHECK(cudaFree(p));
}

/* L x = b for a sparse lower triangle with a large diagonal. */
static void
triangle(const char *name)
{
	const int n = 150;
	const auto op = CUSPARSE_OPERATION_NON_TRANSPOSE;
	auto dense = sparse_matrix<double>(n, n);
	auto x = random_vector<double>(n, 5);
	std::vector<double> b(n);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double &v = dense[i * n + j];

			v = i < j ? 0 : i == j ? 3 + v : v / 8;
			b[i] += v * x[j];
		}

	csr<double> a(dense, n, n);
	cusparseSpMatDescr_t m = describe(a, CSR, n, n);
	cusparseFillMode_t lower = CUSPARSE_FILL_MODE_LOWER;
	cusparseSpSVDescr_t state;
	cusparseDnVecDescr_t vb, vx;
	double *db = device_copy(b), *dx = device_alloc<double>(n), one = 1;
	size_t bytes = 0;

	CHECK_LIB(cusparseSpMatSetAttribute(
		m, CUSPARSE_SPMAT_FILL_MODE, &lower, sizeof(lower)));
	CHECK_LIB(cusparseCreateDnVec(&vb, n, db, CUDA_R_64F));
	CHECK_LIB(cusparseCreateDnVec(&vx, n, dx, CUDA_R_64F));
	CHECK_LIB(cusparseSpSV_createDescr(&state));
	CHECK_LIB(cusparseSpSV_bufferSize(handle, op, &one, m, vb, vx,
		CUDA_R_64F, CUSPARSE_SPSV_ALG_DEFAULT, state, &bytes));
	char *buffer = device_alloc<char>(bytes + 1);

	CHECK_LIB(cusparseSpSV_analysis(handle, op, &one, m, vb, vx,
		CUDA_R_64F, CUSPARSE_SPSV_ALG_DEFAULT, state, buffer));
	CHECK_LIB(cusparseSpSV_solve(handle, op, &one, m, vb, vx, CUDA_R_64F,
		CUSPARSE_SPSV_ALG_DEFAULT, state));
	auto got = host_copy(dx, n);

	expect_near(name, got, x, 0, 16 * rounding<double>(n));
	report(name, x); /* got is the same in any order but for rounding */
	CHECK_LIB(cusparseSpSV_destroyDescr(state));
	CHECK_LIB(cusparseDestroyDnVec(vb));
	CHECK_LIB(cusparseDestroyDnVec(vx));
	CHECK_LIB(cusparseDestroySpMat(m));
	for (void *p : {(void *)buffer, (void *)db, (void *)dx})
		CHECK(cudaFree(p));
}

/* Elements of a dense vector, and back to it. */
static void
sparse_vectors(const char *name)
{
	const int n = 500, some = 60;
	auto dense = random_vector<float>(n, 6);
	std::vector<int> index;
	std::vector<float> want(some), other(n);

	for (int i = 0; i < some; i++) {
		index.push_back(i * 8 + i % 3);
		want[i] = dense[index[i]];
		other[index[i]] = want[i];
	}

	float *dy = device_copy(dense), *dx = device_alloc<float>(some);
	int *di = device_copy(index);
	cusparseSpVecDescr_t x;
	cusparseDnVecDescr_t y;

	CHECK_LIB(cusparseCreateSpVec(&x, n, some, di, dx, CUSPARSE_INDEX_32I,
		CUSPARSE_INDEX_BASE_ZERO, CUDA_R_32F));
	CHECK_LIB(cusparseCreateDnVec(&y, n, dy, CUDA_R_32F));
	CHECK_LIB(cusparseGather(handle, y, x));
	expect_same(name, host_copy(dx, some), want);
	CHECK(cudaMemset(dy, 0, n * sizeof(float)));
	CHECK_LIB(cusparseScatter(handle, x, y));
	auto got = host_copy(dy, n);

	expect_same(name, got, other);
	report(name, got);
	CHECK_LIB(cusparseDestroySpVec(x));
	CHECK_LIB(cusparseDestroyDnVec(y));
	for (void *p : {(void *)dx, (void *)dy, (void *)di})
		CHECK(cudaFree(p));
}

static void
start(void)
{
	CHECK_LIB(cusparseCreate(&handle));
}

int
main(int argc, char **argv)
{
	static const struct part parts[] = {
		{"SpMV-CSR-f32", times_vector<float, CSR>},
		{"SpMV-CSR-f64", times_vector<double, CSR>},
		{"SpMV-CSC-f32", times_vector<float, CSC>},
		{"SpMV-COO-f32", times_vector<float, COO>},
		{"SpMM-CSR-f32", times_matrix<float, CSR>},
		{"SpMM-CSR-f64", times_matrix<double, CSR>},
		{"SpMM-COO-f32", times_matrix<float, COO>},
		{"DenseToSparse-SparseToDense", conversions},
		{"SpSV-f64", triangle},
		{"Gather-Scatter", sparse_vectors},
	};
	int status = run_parts(parts, argc, argv, start);

	if (handle)
		CHECK_LIB(cusparseDestroy(handle));
	return status;
}
