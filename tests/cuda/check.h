/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the runtime-API test programs share: every call is checked, results
 * are compared element by element, and buffers move in one line.
 */
#ifndef RGPU_TESTS_CUDA_CHECK_H
#define RGPU_TESTS_CUDA_CHECK_H

#include <cuda_runtime.h>

#include <type_traits>
#include <vector>

#include "verify.h"

/* Ends the program with status 1 unless the call succeeds. */
#define CHECK(call) check_error(__FILE__, __LINE__, #call, (call), cudaSuccess)

/* Ends the program with status 1 unless the call returns just this error. */
#define CHECK_ERROR(want, call) \
	check_error(__FILE__, __LINE__, #call, (call), (want))

/* A launch has no return value; what it had to say is in the last error. */
#define CHECK_LAUNCH() CHECK(cudaGetLastError())

static inline void
check_error(const char *file, int line, const char *call, cudaError_t got,
	cudaError_t want)
{
	if (got == want)
		return;
	fprintf(stderr, "%s:%d: %s: got %s (%d), expected %s (%d)\n", file,
		line, call, cudaGetErrorName(got), (int)got,
		cudaGetErrorName(want), (int)want);
	give_up();
}

/* Prints one value of any arithmetic type so that no bit of it is lost. */
template <class T>
static inline void
print_value(const char *label, T value)
{
	if constexpr (std::is_floating_point_v<T>)
		fprintf(stderr, " %s %.17g", label, (double)value);
	else
		fprintf(stderr, " %s %lld (0x%llx)", label, (long long)value,
			(unsigned long long)value);
}

/* Ends the program with status 1 and the element that is wrong. */
template <class T, class U>
static inline void
fail_element(const char *name, size_t i, T got, U want)
{
	fprintf(stderr, "%s: [%zu]", name, i);
	print_value("got", got);
	print_value("expected", want);
	fputc('\n', stderr);
	give_up();
}

/* Every element must be equal, by value. */
template <class T>
static inline void
expect_same(
	const char *name, const std::vector<T> &got, const std::vector<T> &want)
{
	EXPECT(got.size() == want.size());
	for (size_t i = 0; i < got.size(); i++)
		if (!(got[i] == want[i]))
			fail_element(name, i, got[i], want[i]);
}

/* Equal, or NaN where NaN is expected: its bits differ between makers. */
template <class T>
static inline void
expect_same_or_nan(
	const char *name, const std::vector<T> &got, const std::vector<T> &want)
{
	EXPECT(got.size() == want.size());
	for (size_t i = 0; i < got.size(); i++)
		if (!(got[i] == want[i]) && !(isnan(got[i]) && isnan(want[i])))
			fail_element(name, i, got[i], want[i]);
}

/* Every element must be within absolute + relative * |want|. */
template <class T, class U>
static inline void
expect_near(const char *name, const std::vector<T> &got,
	const std::vector<U> &want, double relative, double absolute)
{
	EXPECT(got.size() == want.size());
	for (size_t i = 0; i < got.size(); i++) {
		double limit = absolute + relative * fabs((double)want[i]);

		/* Written so that NaN fails. */
		if (!(fabs((double)got[i] - (double)want[i]) <= limit))
			fail_element(name, i, got[i], want[i]);
	}
}

template <class T>
static inline void
report(const char *name, const std::vector<T> &result)
{
	report(name, result.data(), result.size() * sizeof(T));
}

/* The caller frees with cudaFree. */
template <class T>
static inline T *
device_alloc(size_t n)
{
	void *p;

	CHECK(cudaMalloc(&p, n * sizeof(T)));
	return static_cast<T *>(p);
}

/* A device buffer with a copy of the host's; the caller frees it. */
template <class T>
static inline T *
device_copy(const std::vector<T> &host)
{
	T *p = device_alloc<T>(host.size());

	CHECK(cudaMemcpy(p, host.data(), host.size() * sizeof(T),
		cudaMemcpyHostToDevice));
	return p;
}

/* Waits for the legacy stream, as cudaMemcpy does. */
template <class T>
static inline std::vector<T>
host_copy(const T *device, size_t n)
{
	std::vector<T> host(n);

	CHECK(cudaMemcpy(
		host.data(), device, n * sizeof(T), cudaMemcpyDeviceToHost));
	return host;
}

static inline int
device_attribute(enum cudaDeviceAttr attribute)
{
	int device, value;

	CHECK(cudaGetDevice(&device));
	CHECK(cudaDeviceGetAttribute(&value, attribute, device));
	return value;
}

static inline unsigned
blocks_for(size_t n, unsigned threads)
{
	return (unsigned)((n + threads - 1) / threads);
}

#endif
