/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sum and maximum by warp shuffles: within a warp by shfl_down or shfl_xor,
 * between the warps of a block through shared memory, between blocks by a
 * second launch. Integers are exact. The float sum has another order than the
 * CPU's, and is held against a double.
 */
#include "check.h"

static const unsigned full_mask = 0xffffffffu;
static const int threads = 256, blocks = 48;

template <class T>
static __device__ T
warp_sum(T value)
{
	for (int step = warpSize / 2; step > 0; step /= 2)
		value += __shfl_down_sync(full_mask, value, step);
	return value;
}

template <class T>
static __device__ T
warp_max(T value)
{
	for (int step = 1; step < warpSize; step *= 2)
		value = max(value, __shfl_xor_sync(full_mask, value, step));
	return value;
}

/* One value a block; n may be anything, the block a multiple of a warp. */
template <class T, bool MAXIMUM>
static __global__ void
reduce(const T *in, T *out, int n, T neutral)
{
	__shared__ T of_warp[32];
	int lane = threadIdx.x % warpSize, warp = threadIdx.x / warpSize;
	T value = neutral;

	for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n;
		i += gridDim.x * blockDim.x)
		value = MAXIMUM ? max(value, in[i]) : value + in[i];
	value = MAXIMUM ? warp_max(value) : warp_sum(value);
	if (lane == 0)
		of_warp[warp] = value;
	__syncthreads();
	if (warp != 0)
		return;
	value = lane < (int)(blockDim.x / warpSize) ? of_warp[lane] : neutral;
	value = MAXIMUM ? warp_max(value) : warp_sum(value);
	if (lane == 0)
		out[blockIdx.x] = value;
}

template <class T, bool MAXIMUM>
static std::vector<T>
reduce_all(const std::vector<T> &in, T neutral)
{
	T *din = device_copy(in), *partial = device_alloc<T>(blocks);
	T *out = device_alloc<T>(1);

	reduce<T, MAXIMUM>
		<<<blocks, threads>>>(din, partial, (int)in.size(), neutral);
	CHECK_LAUNCH();
	reduce<T, MAXIMUM><<<1, 64>>>(partial, out, blocks, neutral);
	CHECK_LAUNCH();

	std::vector<T> result = host_copy(out, 1);

	CHECK(cudaFree(din));
	CHECK(cudaFree(partial));
	CHECK(cudaFree(out));
	return result;
}

static void
check_integers(int n)
{
	struct rng r = rng_make(3);
	std::vector<unsigned> in(n), want_sum(1, 0), want_max(1, 0);
	std::vector<long long> wide(n), want_wide(1, 0);

	for (int i = 0; i < n; i++) {
		in[i] = rng_u32(&r);
		wide[i] = (long long)rng_u64(&r) >> 20;
		want_sum[0] += in[i];
		want_max[0] = in[i] > want_max[0] ? in[i] : want_max[0];
		want_wide[0] += wide[i];
	}

	std::vector<unsigned> sum = reduce_all<unsigned, false>(in, 0);
	std::vector<unsigned> top = reduce_all<unsigned, true>(in, 0);
	std::vector<long long> all = reduce_all<long long, false>(wide, 0);

	expect_same("reduce-shuffle-sum", sum, want_sum);
	report("reduce-shuffle-sum", sum);
	expect_same("reduce-shuffle-max", top, want_max);
	report("reduce-shuffle-max", top);
	expect_same("reduce-shuffle-sum64", all, want_wide);
	report("reduce-shuffle-sum64", all);
}

static void
check_floats(int n)
{
	struct rng r = rng_make(4);
	std::vector<float> in(n), want_max(1, -INFINITY);
	std::vector<double> want_sum(1, 0);

	for (int i = 0; i < n; i++) {
		in[i] = rng_float(&r, 0, 1);
		want_sum[0] += in[i];
		want_max[0] = fmaxf(want_max[0], in[i]);
	}

	std::vector<float> sum = reduce_all<float, false>(in, 0);
	std::vector<float> top = reduce_all<float, true>(in, -INFINITY);

	/*
	 * No element passes through more than n / (threads * blocks) + 20
	 * additions, each off by at most 2^-24 of the positive sum so far.
	 */
	expect_near("reduce-shuffle-float", sum, want_sum, 1e-5, 0);
	report("reduce-shuffle-float", sum);
	expect_same("reduce-shuffle-float-max", top, want_max);
	report("reduce-shuffle-float-max", top);
}

int
main()
{
	check_integers((1 << 18) + 77);
	check_floats(1 << 18);
	return 0;
}
