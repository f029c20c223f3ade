/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C++ in kernels: templates over types, numbers and functors, variadic ones,
 * and device lambdas with captures (compiled with --extended-lambda).
 */
#include "check.h"

template <class T, class F>
static __global__ void
for_each(T *data, int n, F f)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] = f(data[i], i);
}

template <class T, class F>
static void
run(std::vector<T> &data, F f)
{
	int n = (int)data.size();
	T *device = device_copy(data);

	for_each<<<blocks_for(n, 128), 128>>>(device, n, f);
	CHECK_LAUNCH();
	data = host_copy(device, n);
	CHECK(cudaFree(device));
}

/* Runs f on the device and on the CPU. */
template <class T, class F>
static void
check(const char *name, std::vector<T> data, F f)
{
	std::vector<T> want = data;

	for (size_t i = 0; i < want.size(); i++)
		want[i] = f(want[i], (int)i);
	run(data, f);
	expect_same(name, data, want);
	report(name, data);
}

template <int N> struct power {
	template <class T>
	__host__ __device__ T
	operator()(T x, int) const
	{
		T result = 1;
		for (int i = 0; i < N; i++)
			result *= x;
		return result;
	}
};

template <class... F> struct chain;

template <> struct chain<> {
	template <class T>
	__host__ __device__ T
	operator()(T x, int) const
	{
		return x;
	}
};

/* Functors one after the other, each with its own state. */
template <class F, class... REST> struct chain<F, REST...> {
	F first;
	chain<REST...> rest;

	template <class T>
	__host__ __device__ T
	operator()(T x, int i) const
	{
		return rest(first(x, i), i);
	}
};

struct add {
	int amount;

	template <class T>
	__host__ __device__ T
	operator()(T x, int i) const
	{
		if constexpr (sizeof(T) == 8)
			return x + amount * i;
		else
			return x - amount;
	}
};

template <class T, T... VALUES> struct lookup {
	__host__ __device__ T
	operator()(T x, int i) const
	{
		const T table[] = {VALUES...};

		return x + table[i % sizeof...(VALUES)];
	}
};

/* A lambda in a method: members travel in a copy, not through `this`. */
struct scaler {
	float factor;
	int offset;

	void
	apply(const char *name, const std::vector<float> &data)
	{
		float by = factor;
		struct scaler self = *this;

		check(name, data, [=] __host__ __device__(float x, int i) {
			return x * by + (float)(i % 7 + self.offset);
		});
	}
};

struct capture {
	int small[3];
	double number;
};

int
main()
{
	const int n = 1500;
	std::vector<int> ints(n);
	std::vector<float> floats(n);
	std::vector<long long> wide(n);
	struct capture captured = {{5, 6, 7}, 2.5};

	for (int i = 0; i < n; i++) {
		ints[i] = i * 37 % 101 - 50;
		/* Whole numbers: no rounding, whatever is fused. */
		floats[i] = (float)(i % 64);
		wide[i] = (long long)i * i * 100;
	}
	check("templates-power-3", ints, power<3>());
	check("templates-power-0", wide, power<0>());
	check("templates-chain", wide,
		chain<add, power<2>, add>{{3}, {{}, {{-7}, {}}}});
	check("templates-lookup", ints, lookup<int, 3, 1, 4, 1, 5, 9>());
	check("lambda-plain", ints,
		[] __host__ __device__(int x, int i) { return x * 3 - i; });
	check("lambda-captures", wide,
		[captured, n] __host__ __device__(long long x, int i) {
			return x + captured.small[i % 3] * n +
				(long long)(captured.number * 4);
		});
	scaler{3.0f, 2}.apply("lambda-in-method", floats);

	/* Device only; it adds to what an address captured leads to. */
	int *sum = device_copy(std::vector<int>(1, 0));

	run(ints, [sum] __device__(int x, int) {
		atomicAdd(sum, 2);
		return -x;
	});
	expect_same(
		"lambda-device", host_copy(sum, 1), std::vector<int>(1, 2 * n));
	report("lambda-device", ints);
	CHECK(cudaFree(sum));
	return 0;
}
