/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuFFT in one, two and three dimensions, complex and real, f32 and f64, forward
 * and back, in batches, against the sum that defines the transform, in f64.
 */
#include <cufft.h>

#include <complex>

#include "library.h"

typedef std::complex<double> cd;

template <class T>
static std::vector<cd>
widen(const std::vector<T> &v)
{
	std::vector<cd> w(v.size() / 2);

	for (size_t i = 0; i < w.size(); i++)
		w[i] = cd((double)v[2 * i], (double)v[2 * i + 1]);
	return w;
}

/* The definition, along one dimension of n, of an array in which neighbours
 * along it are step apart. */
static void
transform(std::vector<cd> &v, int n, size_t step, int sign)
{
	std::vector<cd> line(n), root(n);

	for (int k = 0; k < n; k++)
		root[k] = std::polar(1.0, sign * 2 * M_PI * k / n);
	for (size_t at = 0; at < v.size(); at++) {
		if (at / step % n)
			continue;
		for (int k = 0; k < n; k++) {
			line[k] = 0;
			for (int i = 0; i < n; i++)
				line[k] += v[at + i * step] *
					root[(long)i * k % n];
		}
		for (int k = 0; k < n; k++)
			v[at + k * step] = line[k];
	}
}

/* Sums of n terms of about 1, in log2(n) steps. */
template <class T>
static void
expect_spectrum(const char *name, const std::vector<T> &got,
	const std::vector<cd> &want, size_t n)
{
	double unit = sizeof(T) == 8 ? 0x1p-52 : 0x1p-23;
	std::vector<double> flat;

	for (cd c : want) {
		flat.push_back(c.real());
		flat.push_back(c.imag());
	}
	expect_near(name, got, flat, 0,
		8 * unit * sqrt((double)n) * (2 + log2((double)n)));
}

/* rank dimensions of these sizes, batch times; forward and back. */
template <class T>
static void
complex_case(const char *name, std::vector<int> sizes, int batch,
	std::vector<T> &all)
{
	const bool wide = sizeof(T) == 8;
	size_t n = 1;

	for (int s : sizes)
		n *= s;

	auto data = random_vector<T>(2 * n * batch, n);
	auto want = widen(data);
	T *in = device_copy(data), *out = device_alloc<T>(data.size());
	cufftHandle plan;

	for (int direction : {CUFFT_FORWARD, CUFFT_INVERSE}) {
		auto spectrum = want;
		size_t step = 1;

		for (size_t d = sizes.size(); d-- > 0; step *= sizes[d])
			transform(spectrum, sizes[d], step,
				direction == CUFFT_FORWARD ? -1 : 1);
		CHECK_LIB(cufftPlanMany(&plan, (int)sizes.size(), sizes.data(),
			NULL, 1, 0, NULL, 1, 0, wide ? CUFFT_Z2Z : CUFFT_C2C,
			batch));
		if (wide)
			CHECK_LIB(cufftExecZ2Z(plan, (cufftDoubleComplex *)in,
				(cufftDoubleComplex *)out, direction));
		else
			CHECK_LIB(cufftExecC2C(plan, (cufftComplex *)in,
				(cufftComplex *)out, direction));
		auto got = host_copy(out, data.size());

		expect_spectrum(name, got, spectrum, n);
		all.insert(all.end(), got.begin(), got.end());
		CHECK_LIB(cufftDestroy(plan));
	}
	CHECK(cudaFree(in));
	CHECK(cudaFree(out));
}

/* n real numbers to n / 2 + 1 complex ones, and back to n times themselves. */
template <class T>
static void
real_case(const char *name, int n, int batch, std::vector<T> &all)
{
	const bool wide = sizeof(T) == 8;
	const int half = n / 2 + 1;
	auto data = random_vector<T>((size_t)n * batch, n);
	std::vector<cd> full(data.begin(), data.end()), want;
	std::vector<double> again;
	T *in = device_copy(data);
	T *out = device_alloc<T>((size_t)2 * half * batch);
	cufftHandle forward, back;

	transform(full, n, 1, -1);
	for (int b = 0; b < batch; b++)
		want.insert(want.end(), &full[(size_t)b * n],
			&full[(size_t)b * n] + half);
	for (T v : data)
		again.push_back(n * (double)v);
	CHECK_LIB(cufftPlan1d(&forward, n, wide ? CUFFT_D2Z : CUFFT_R2C,
		batch));
	CHECK_LIB(cufftPlan1d(&back, n, wide ? CUFFT_Z2D : CUFFT_C2R, batch));
	if (wide)
		CHECK_LIB(cufftExecD2Z(forward, (double *)in,
			(cufftDoubleComplex *)out));
	else
		CHECK_LIB(cufftExecR2C(forward, (float *)in,
			(cufftComplex *)out));
	auto got = host_copy(out, 2 * want.size());

	expect_spectrum(name, got, want, n);
	if (wide)
		CHECK_LIB(cufftExecZ2D(back, (cufftDoubleComplex *)out,
			(double *)in));
	else
		CHECK_LIB(cufftExecC2R(back, (cufftComplex *)out,
			(float *)in));
	auto round = host_copy(in, data.size());

	expect_near(name, round, again, 0, 16 * n * (wide ? 0x1p-52 : 0x1p-23));
	all.insert(all.end(), got.begin(), got.end());
	all.insert(all.end(), round.begin(), round.end());
	CHECK_LIB(cufftDestroy(forward));
	CHECK_LIB(cufftDestroy(back));
	CHECK(cudaFree(in));
	CHECK(cudaFree(out));
}

/* Powers of two and of others, a prime, which takes Bluestein's way, and more
 * than one block can hold. */
template <class T>
static void
complex_1d(const char *name)
{
	std::vector<T> all;

	for (int n : {2, 8, 64, 100, 243, 256, 343, 509, 1000, 1024, 4096})
		complex_case<T>(name, {n}, 3, all);
	report(name, all);
}

template <class T>
static void
complex_2d(const char *name)
{
	std::vector<T> all;

	complex_case<T>(name, {16, 64}, 2, all);
	complex_case<T>(name, {30, 21}, 1, all);
	report(name, all);
}

template <class T>
static void
complex_3d(const char *name)
{
	std::vector<T> all;

	complex_case<T>(name, {8, 16, 32}, 1, all);
	complex_case<T>(name, {5, 6, 7}, 2, all);
	report(name, all);
}

template <class T>
static void
real_1d(const char *name)
{
	std::vector<T> all;

	for (int n : {4, 64, 100, 256, 600, 1024, 2048})
		real_case<T>(name, n, 3, all);
	report(name, all);
}

/* A long one, of which a single wave is transformed to a single peak. */
static void
long_1d(const char *name)
{
	const int n = 1 << 16, wave = 4321;
	std::vector<float> data(2 * n);
	std::vector<double> want(2 * n);
	cufftHandle plan;

	for (int i = 0; i < n; i++) {
		double angle = 2 * M_PI * ((long)i * wave % n) / n;

		data[2 * i] = (float)cos(angle);
		data[2 * i + 1] = (float)sin(angle);
	}
	want[2 * wave] = n;

	float *d = device_copy(data);

	CHECK_LIB(cufftPlan1d(&plan, n, CUFFT_C2C, 1));
	CHECK_LIB(cufftExecC2C(plan, (cufftComplex *)d, (cufftComplex *)d,
		CUFFT_FORWARD));
	auto got = host_copy(d, 2 * n);

	expect_near(name, got, want, 0x1p-20, 0.05);
	report(name, got);
	CHECK_LIB(cufftDestroy(plan));
	CHECK(cudaFree(d));
}

int
main(int argc, char **argv)
{
	static const struct part parts[] = {
		{"C2C-1d", complex_1d<float>},
		{"C2C-2d", complex_2d<float>},
		{"C2C-3d", complex_3d<float>},
		{"C2C-1d-65536", long_1d},
		{"R2C-C2R", real_1d<float>},
		{"Z2Z-1d", complex_1d<double>},
		{"Z2Z-2d", complex_2d<double>},
		{"Z2Z-3d", complex_3d<double>},
		{"D2Z-Z2D", real_1d<double>},
	};

	return run_parts(parts, argc, argv, no_start);
}
