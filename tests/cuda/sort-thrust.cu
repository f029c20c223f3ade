/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thrust on device_vector: transform, reduce, sort, sort_by_key, unique,
 * inclusive_scan. What a program gets without writing a kernel.
 */
#include <algorithm>
#include <numeric>

#include <thrust/copy.h>
#include <thrust/device_vector.h>
#include <thrust/functional.h>
#include <thrust/reduce.h>
#include <thrust/scan.h>
#include <thrust/sequence.h>
#include <thrust/sort.h>
#include <thrust/transform.h>
#include <thrust/unique.h>

#include "check.h"

struct twice_plus_one {
	__host__ __device__ int
	operator()(int x) const
	{
		return 2 * x + 1;
	}
};

/* Not thrust::greater: for that Thrust would take a radix sort. */
struct larger_first {
	__host__ __device__ bool
	operator()(double a, double b) const
	{
		return a > b;
	}
};

template <class T>
static std::vector<T>
to_host(const thrust::device_vector<T> &device)
{
	std::vector<T> host(device.size());

	thrust::copy(device.begin(), device.end(), host.begin());
	return host;
}

template <class T>
static void
check(const char *name, const thrust::device_vector<T> &device,
	const std::vector<T> &want)
{
	std::vector<T> got = to_host(device);

	expect_same(name, got, want);
	report(name, got);
}

static void
check_one(const char *name, long long got, long long want)
{
	if (got != want)
		fail_element(name, 0, got, want);
	report(name, &got, sizeof(got));
}

static void
transform_and_reduce(const std::vector<int> &in)
{
	thrust::device_vector<int> d(in.begin(), in.end());
	std::vector<int> want = in;
	long long sum = std::accumulate(in.begin(), in.end(), 0ll);

	check_one("sort-thrust-reduce", thrust::reduce(d.begin(), d.end(), 0ll),
		sum);
	check_one("sort-thrust-max",
		thrust::reduce(
			d.begin(), d.end(), INT32_MIN, thrust::maximum<int>()),
		*std::max_element(in.begin(), in.end()));
	thrust::transform(d.begin(), d.end(), d.begin(), twice_plus_one());
	for (int &v : want)
		v = 2 * v + 1;
	check("sort-thrust-transform", d, want);
}

static void
sort_and_unique(const std::vector<int> &in)
{
	thrust::device_vector<int> d(in.begin(), in.end());
	std::vector<int> want = in;

	thrust::sort(d.begin(), d.end());
	std::sort(want.begin(), want.end());
	check("sort-thrust-sort", d, want);
	d.erase(thrust::unique(d.begin(), d.end()), d.end());
	want.erase(std::unique(want.begin(), want.end()), want.end());
	check("sort-thrust-unique", d, want);
	thrust::inclusive_scan(d.begin(), d.end(), d.begin());
	std::inclusive_scan(want.begin(), want.end(), want.begin());
	check("sort-thrust-scan", d, want);
}

/* A comparison of our own makes it a merge sort. */
static void
sort_by_key(int n)
{
	struct rng r = rng_make(14);
	std::vector<double> keys(n);
	std::vector<int> order(n);

	for (double &k : keys)
		k = rng_double(&r, -1, 1);
	std::iota(order.begin(), order.end(), 0);

	thrust::device_vector<double> dkeys(keys.begin(), keys.end());
	thrust::device_vector<int> dvalues(n);

	thrust::sequence(dvalues.begin(), dvalues.end());
	thrust::stable_sort_by_key(
		dkeys.begin(), dkeys.end(), dvalues.begin(), larger_first());
	std::stable_sort(order.begin(), order.end(),
		[&](int a, int b) { return larger_first()(keys[a], keys[b]); });
	check("sort-thrust-by-key", dvalues, order);
}

int
main()
{
	struct rng r = rng_make(13);
	std::vector<int> in(20000);

	for (int &v : in)
		v = (int)rng_below(&r, 3000) - 1500;
	transform_and_reduce(in);
	sort_and_unique(in);
	sort_by_key(5003);
	return 0;
}
