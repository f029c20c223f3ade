/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUB's device-wide algorithms: radix sort of keys and of pairs, scan,
 * reduce. They size their temporary storage in a first call, pick kernels by
 * the device's attributes, and look back at the blocks before them.
 */
#include <algorithm>
#include <numeric>

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_reduce.cuh>
#include <cub/device/device_scan.cuh>

#include "check.h"

/* Runs a CUB call twice: for the size of its storage, and for its work. */
template <class F>
static void
run(F call)
{
	size_t bytes = 0;
	void *storage = nullptr;

	CHECK(call(storage, bytes));
	CHECK(cudaMalloc(&storage, bytes ? bytes : 1));
	CHECK(call(storage, bytes));
	CHECK(cudaDeviceSynchronize());
	CHECK(cudaFree(storage));
}

static void
sort_keys(const std::vector<unsigned> &keys)
{
	int n = (int)keys.size();
	unsigned *in = device_copy(keys), *out = device_alloc<unsigned>(n);
	std::vector<unsigned> want = keys;

	run([&](void *storage, size_t &bytes) {
		return cub::DeviceRadixSort::SortKeys(
			storage, bytes, in, out, n);
	});
	std::sort(want.begin(), want.end());

	std::vector<unsigned> got = host_copy(out, n);

	expect_same("sort-cub-keys", got, want);
	report("sort-cub-keys", got);
	CHECK(cudaFree(in));
	CHECK(cudaFree(out));
}

/* Few distinct keys: the order of their values shows that it is stable. */
static void
sort_pairs(int n)
{
	struct rng r = rng_make(12);
	std::vector<int> keys(n), want_keys(n);
	std::vector<unsigned> values(n);

	for (int &k : keys)
		k = (int)rng_below(&r, 500) - 250;
	std::iota(values.begin(), values.end(), 0u);

	int *in = device_copy(keys), *out = device_alloc<int>(n);
	unsigned *vin = device_copy(values), *vout = device_alloc<unsigned>(n);

	run([&](void *storage, size_t &bytes) {
		return cub::DeviceRadixSort::SortPairs(
			storage, bytes, in, out, vin, vout, n);
	});
	std::stable_sort(values.begin(), values.end(),
		[&](unsigned a, unsigned b) { return keys[a] < keys[b]; });
	for (int i = 0; i < n; i++)
		want_keys[i] = keys[values[i]];

	std::vector<int> got = host_copy(out, n);
	std::vector<unsigned> got_values = host_copy(vout, n);

	expect_same("sort-cub-pairs", got, want_keys);
	report("sort-cub-pairs", got);
	expect_same("sort-cub-values", got_values, values);
	report("sort-cub-values", got_values);
	CHECK(cudaFree(in));
	CHECK(cudaFree(out));
	CHECK(cudaFree(vin));
	CHECK(cudaFree(vout));
}

static void
scan(const std::vector<unsigned> &in)
{
	int n = (int)in.size();
	unsigned *din = device_copy(in), *dout = device_alloc<unsigned>(n);
	std::vector<unsigned> want(n);

	run([&](void *storage, size_t &bytes) {
		return cub::DeviceScan::ExclusiveSum(
			storage, bytes, din, dout, n);
	});
	std::exclusive_scan(in.begin(), in.end(), want.begin(), 0u);

	std::vector<unsigned> got = host_copy(dout, n);

	expect_same("sort-cub-scan", got, want);
	report("sort-cub-scan", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

static void
reduce(const std::vector<unsigned> &in)
{
	int n = (int)in.size();
	unsigned *din = device_copy(in), *dout = device_alloc<unsigned>(2);
	std::vector<unsigned> want = {std::accumulate(in.begin(), in.end(), 0u),
		*std::max_element(in.begin(), in.end())};

	run([&](void *storage, size_t &bytes) {
		return cub::DeviceReduce::Sum(storage, bytes, din, dout, n);
	});
	run([&](void *storage, size_t &bytes) {
		return cub::DeviceReduce::Max(storage, bytes, din, dout + 1, n);
	});

	std::vector<unsigned> got = host_copy(dout, 2);

	expect_same("sort-cub-reduce", got, want);
	report("sort-cub-reduce", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	struct rng r = rng_make(11);
	std::vector<unsigned> keys(50000);

	for (unsigned &k : keys)
		k = rng_u32(&r);
	sort_keys(keys);
	sort_pairs(20011);
	scan(keys);
	reduce(keys);
	/* One tile: CUB takes another, single-block path. */
	keys.resize(300);
	scan(keys);
	reduce(keys);
	return 0;
}
