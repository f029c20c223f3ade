/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every atomic operation of every type, in global and in shared memory. Each
 * combination is checked by a result that does not depend on the order in
 * which the threads come.
 */
#include <algorithm>

#include "check.h"

/* An operation: its atomic form on the device, its plain form on the CPU. */
#define OPERATION(name, atomic, plain)       \
	struct name {                        \
		template <class T>           \
		static __device__ T          \
		apply(T *p, T v)             \
		{                            \
			return atomic(p, v); \
		}                            \
		template <class T>           \
		static T                     \
		on_cpu(T a, T b)             \
		{                            \
			return (T)(plain);   \
		}                            \
	}

OPERATION(op_add, atomicAdd, a + b);
OPERATION(op_sub, atomicSub, a - b);
OPERATION(op_min, atomicMin, b < a ? b : a);
OPERATION(op_max, atomicMax, b > a ? b : a);
OPERATION(op_and, atomicAnd, (a & b));
OPERATION(op_or, atomicOr, (a | b));
OPERATION(op_xor, atomicXor, (a ^ b));
OPERATION(op_inc, atomicInc, a >= b ? 0 : a + 1);
OPERATION(op_dec, atomicDec, a == 0 || a > b ? b : a - 1);
OPERATION(op_add_block, atomicAdd_block, a + b);
OPERATION(op_add_system, atomicAdd_system, a + b);

static const int threads = 160, blocks = 12, cells = 5;

template <class OP, class T>
static __global__ void
in_global(T *cell, const T *in, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	for (; i < n; i += gridDim.x * blockDim.x)
		OP::apply(&cell[i % cells], in[i]);
}

/* One block; the cells are worked on in shared memory. */
template <class OP, class T>
static __global__ void
in_shared(T *cell, const T *in, int n)
{
	__shared__ T part[cells];

	if (threadIdx.x < cells)
		part[threadIdx.x] = cell[threadIdx.x];
	__syncthreads();
	for (int i = threadIdx.x; i < n; i += blockDim.x)
		OP::apply(&part[i % cells], in[i]);
	__syncthreads();
	if (threadIdx.x < cells)
		cell[threadIdx.x] = part[threadIdx.x];
}

/*
 * fixed != 0: every thread passes this value, as inc and dec need it. grid 1
 * is for operations that are atomic within a block only.
 */
template <class OP, class T>
static void
check(const char *name, T start, T fixed, int grid = blocks)
{
	const int n = threads * blocks - 7;
	struct rng r = rng_make(26);
	std::vector<T> in(n), want(cells, start), twice;

	for (int i = 0; i < n; i++) {
		/* Small whole numbers: their float sums are exact. */
		in[i] = fixed != 0 ? fixed
				   : (T)((int)rng_below(&r, 1000) - 400);
		want[i % cells] = OP::on_cpu(want[i % cells], in[i]);
	}
	twice = want;
	for (int i = 0; i < n; i++)
		twice[i % cells] = OP::on_cpu(twice[i % cells], in[i]);

	T *din = device_copy(in);
	T *cell = device_copy(std::vector<T>(cells, start));

	in_global<OP, T><<<grid, threads>>>(cell, din, n);
	CHECK_LAUNCH();
	expect_same(name, host_copy(cell, cells), want);
	in_shared<OP, T><<<1, threads>>>(cell, din, n);
	CHECK_LAUNCH();

	std::vector<T> got = host_copy(cell, cells);

	expect_same(name, got, twice);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(cell));
}

/* Each thread takes a number; all numbers must be taken, once each. */
static __global__ void
take_numbers(unsigned *next, unsigned *taken, unsigned *token)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	taken[i] = atomicAdd(next, 1u);
	/* Exchanging passes tokens on: none may be lost or doubled. */
	taken[i + blocks * threads] = atomicExch(token, i + 1000u);
}

static void
check_returned()
{
	const int n = threads * blocks;
	std::vector<unsigned> want(n), tokens(n + 1);
	unsigned *next = device_copy(std::vector<unsigned>{0, 77});
	unsigned *taken = device_alloc<unsigned>(2 * n);

	take_numbers<<<blocks, threads>>>(next, taken, next + 1);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(taken, 2 * n);
	std::vector<unsigned> rest = host_copy(next, 2);
	std::vector<unsigned> numbers(got.begin(), got.begin() + n);
	std::vector<unsigned> passed(got.begin() + n, got.end());

	passed.push_back(rest[1]);
	tokens[n] = 77;
	for (int i = 0; i < n; i++) {
		want[i] = i;
		tokens[i] = i + 1000;
	}
	std::sort(numbers.begin(), numbers.end());
	std::sort(passed.begin(), passed.end());
	std::sort(tokens.begin(), tokens.end());
	expect_same("atomics-numbers", numbers, want);
	expect_same("atomics-tokens", passed, tokens);
	EXPECT(rest[0] == (unsigned)n);
	report("atomics-numbers", numbers);
	report("atomics-tokens", passed);
	CHECK(cudaFree(next));
	CHECK(cudaFree(taken));
}

/* Operations that the hardware lacks, made of compare and swap. */
static __global__ void
cas_loops(unsigned *product, unsigned short *halves, float *largest,
	const unsigned *in)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	unsigned seen = *product, expected;

	do {
		expected = seen;
		seen = atomicCAS(product, expected, expected * (in[i] | 1));
	} while (seen != expected);

	unsigned short old = halves[i % 2], before;

	do {
		before = old;
		old = atomicCAS(&halves[i % 2], before,
			(unsigned short)(before + in[i]));
	} while (old != before);

	int *bits = (int *)largest, kept = *bits, was;

	do {
		was = kept;
		if (__int_as_float(was) >= (float)in[i])
			break;
		kept = atomicCAS(bits, was, __float_as_int((float)in[i]));
	} while (kept != was);
}

static void
check_cas()
{
	const int n = threads * blocks;
	struct rng r = rng_make(27);
	std::vector<unsigned> in(n), product(1, 1);
	std::vector<unsigned short> halves(2, 9);
	std::vector<float> largest(1, -1.0f);
	unsigned *dproduct = device_copy(product);
	unsigned short *dhalves = device_copy(halves);
	float *dlargest = device_copy(largest);

	for (int i = 0; i < n; i++) {
		in[i] = rng_u32(&r);
		product[0] *= in[i] | 1;
		halves[i % 2] = (unsigned short)(halves[i % 2] + in[i]);
		largest[0] = fmaxf(largest[0], (float)in[i]);
	}

	unsigned *din = device_copy(in);

	cas_loops<<<blocks, threads>>>(dproduct, dhalves, dlargest, din);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dproduct, 1);
	std::vector<unsigned short> got_halves = host_copy(dhalves, 2);
	std::vector<float> got_largest = host_copy(dlargest, 1);

	expect_same("atomics-cas", got, product);
	report("atomics-cas", got);
	expect_same("atomics-cas-16", got_halves, halves);
	report("atomics-cas-16", got_halves);
	expect_same("atomics-cas-float", got_largest, largest);
	report("atomics-cas-float", got_largest);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dproduct));
	CHECK(cudaFree(dhalves));
	CHECK(cudaFree(dlargest));
}

/* A lock between blocks and, one after the other, between lanes of a warp. */
static __global__ void
count_under_lock(int *lock, volatile int *count)
{
	for (bool done = false; !done;) {
		if (atomicCAS(lock, 0, 1) == 0) {
			__threadfence();
			*count = *count + 1;
			__threadfence();
			atomicExch(lock, 0);
			done = true;
		}
	}
}

static void
check_lock()
{
	int *memory = device_copy(std::vector<int>{0, 0});

	count_under_lock<<<8, 64>>>(memory, memory + 1);
	CHECK_LAUNCH();

	std::vector<int> got = host_copy(memory, 2);

	expect_same("atomics-lock", got, std::vector<int>{0, 8 * 64});
	report("atomics-lock", got);
	CHECK(cudaFree(memory));
}

int
main()
{
	typedef unsigned long long u64;

	check<op_add, int>("atomics-add-int", 5, 0);
	check<op_add, unsigned>("atomics-add-unsigned", 5, 0);
	check<op_add, u64>("atomics-add-u64", 1ull << 40, 0);
	check<op_add, float>("atomics-add-float", 0.5f, 0);
	check<op_add, double>("atomics-add-double", 0.25, 0);
	check<op_add_block, int>("atomics-add-block", 1, 0, 1);
	check<op_add_system, unsigned>("atomics-add-system", 1, 0);
	check<op_sub, int>("atomics-sub-int", 5, 0);
	check<op_sub, unsigned>("atomics-sub-unsigned", 5, 0);
	check<op_min, int>("atomics-min-int", 100, 0);
	check<op_min, unsigned>("atomics-min-unsigned", 4000, 0);
	check<op_min, long long>("atomics-min-i64", 100, 0);
	check<op_min, u64>("atomics-min-u64", 4000, 0);
	check<op_max, int>("atomics-max-int", -400, 0);
	check<op_max, unsigned>("atomics-max-unsigned", 1, 0);
	check<op_max, long long>("atomics-max-i64", -400, 0);
	check<op_max, u64>("atomics-max-u64", 1, 0);
	check<op_and, int>("atomics-and-int", -1, 0);
	check<op_and, u64>("atomics-and-u64", ~0ull, 0x7f3f);
	check<op_or, unsigned>("atomics-or-unsigned", 0, 0);
	check<op_or, u64>("atomics-or-u64", 1ull << 50, 0);
	check<op_xor, int>("atomics-xor-int", 12345, 0);
	check<op_xor, u64>("atomics-xor-u64", 12345, 0);
	check<op_inc, unsigned>("atomics-inc", 0, 100);
	check<op_dec, unsigned>("atomics-dec", 7, 90);
	check_returned();
	check_cas();
	check_lock();
	return 0;
}
