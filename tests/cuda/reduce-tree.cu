/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums by a tree in dynamic shared memory, the size of which is a launch
 * argument, for blocks of several sizes. The float tree adds in a fixed order
 * that the CPU repeats, so even it is exact.
 */
#include "check.h"

template <class T>
static __global__ void
reduce(const T *in, T *out, int n)
{
	extern __shared__ __align__(16) unsigned char raw[];
	T *part = reinterpret_cast<T *>(raw);
	int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;

	part[t] = i < n ? in[i] : T(0);
	__syncthreads();
	for (int half = blockDim.x / 2; half > 0; half /= 2) {
		if (t < half)
			part[t] = part[t] + part[t + half];
		__syncthreads();
	}
	if (t == 0)
		out[blockIdx.x] = part[0];
}

/* The same tree on the CPU. */
template <class T>
static std::vector<T>
reduce_on_cpu(const std::vector<T> &in, int threads)
{
	std::vector<T> out, part(threads);

	for (size_t base = 0; base < in.size(); base += threads) {
		for (int t = 0; t < threads; t++)
			part[t] = base + t < in.size() ? in[base + t] : T(0);
		for (int half = threads / 2; half > 0; half /= 2)
			for (int t = 0; t < half; t++)
				part[t] = part[t] + part[t + half];
		out.push_back(part[0]);
	}
	return out;
}

template <class T>
static void
check_block(const char *name, const std::vector<T> &in, int threads)
{
	std::vector<T> want = reduce_on_cpu(in, threads);
	T *din = device_copy(in), *dout = device_alloc<T>(want.size());

	reduce<T><<<(unsigned)want.size(), threads, threads * sizeof(T)>>>(
		din, dout, (int)in.size());
	CHECK_LAUNCH();

	std::vector<T> got = host_copy(dout, want.size());

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	const int n = 100001;
	struct rng r = rng_make(5);
	std::vector<float> floats(n);
	std::vector<double> doubles(n);
	std::vector<long long> wide(n);

	for (int i = 0; i < n; i++) {
		floats[i] = rng_float(&r, -1, 1);
		doubles[i] = rng_double(&r, -1, 1);
		wide[i] = (long long)rng_u64(&r) >> 8;
	}
	check_block("reduce-tree-float-64", floats, 64);
	check_block("reduce-tree-float-1024", floats, 1024);
	check_block("reduce-tree-double-256", doubles, 256);
	check_block("reduce-tree-int64-512", wide, 512);
	/* One thread a block: a tree without a branch. */
	floats.resize(17);
	check_block("reduce-tree-float-1", floats, 1);
	return 0;
}
