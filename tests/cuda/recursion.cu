/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls on the device: recursion, mutual recursion, calls through tables of
 * function pointers and through virtual functions, and functions that are not
 * inlined and take and return structs. The CPU runs the same text.
 */
#include <new>

#include "check.h"

static const int width = 7;

struct pair {
	unsigned a;
	long long b;
};

struct big {
	int word[11];
	double number;
	char tag;
};

static __host__ __device__ __noinline__ unsigned
fibonacci(unsigned n)
{
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static __host__ __device__ __noinline__ unsigned
ackermann(unsigned m, unsigned n)
{
	if (m == 0)
		return n + 1;
	return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static __host__ __device__ unsigned odd(unsigned n, unsigned sum);

static __host__ __device__ __noinline__ unsigned
even(unsigned n, unsigned sum)
{
	return n == 0 ? sum : odd(n - 1, sum * 3 + 1);
}

static __host__ __device__ __noinline__ unsigned
odd(unsigned n, unsigned sum)
{
	return n == 0 ? ~sum : even(n - 1, sum ^ 0x55);
}

static __host__ __device__ __noinline__ struct pair
make_pair(unsigned x, struct pair before)
{
	struct pair p = {before.a ^ x, before.b * 3 + x};

	return p;
}

static __host__ __device__ __noinline__ struct big
turn(struct big b, int by)
{
	struct big result = b;

	for (int i = 0; i < 11; i++)
		result.word[i] = b.word[(i + by) % 11] + i;
	result.number = b.number / 2 + by;
	result.tag = (char)(b.tag + by);
	return result;
}

static __host__ __device__ __noinline__ unsigned
use_structs(unsigned x)
{
	struct pair p = {x, 1};
	struct big b = {{0}, 1.0, 'a'};

	for (int i = 0; i < 11; i++)
		b.word[i] = (int)(x >> i);
	for (unsigned i = 0; i < 5; i++) {
		p = make_pair(i + x, p);
		b = turn(b, i + x % 4);
	}
	return p.a + (unsigned)p.b + b.word[x % 11] + (unsigned)(b.number * 8) +
		b.tag;
}

static __host__ __device__ unsigned
add_3(unsigned x)
{
	return x + 3;
}

static __host__ __device__ unsigned
times_5(unsigned x)
{
	return x * 5;
}

static __host__ __device__ unsigned
flip(unsigned x)
{
	return ~x;
}

typedef unsigned (*operation)(unsigned);

/* Addresses of functions as initialisers, writable and constant. */
__device__ operation device_table[3] = {add_3, times_5, flip};
__constant__ operation constant_table[3] = {flip, add_3, times_5};

static __host__ __device__ unsigned
use_tables(const operation *one, const operation *two, unsigned x)
{
	unsigned y = x;

	for (int i = 0; i < 9; i++)
		y = one[(y >> i) % 3](y) ^ two[(x + i) % 3](x);
	return y;
}

class shape
{
      public:
	__host__ __device__
	shape(unsigned s)
	    : size(s)
	{
	}
	__host__ __device__ virtual unsigned area() const = 0;
	__host__ __device__ virtual unsigned
	corners() const
	{
		return 0;
	}

      protected:
	unsigned size;
};

class square : public shape
{
      public:
	using shape::shape;
	__host__ __device__ unsigned
	area() const override
	{
		return size * size;
	}
	__host__ __device__ unsigned
	corners() const override
	{
		return 4;
	}
};

class circle : public shape
{
      public:
	using shape::shape;
	__host__ __device__ unsigned
	area() const override
	{
		return size * size * 3;
	}
};

static __host__ __device__ __noinline__ unsigned
measure(const shape *s)
{
	return s->area() * 10 + s->corners();
}

static __host__ __device__ unsigned
use_virtual(unsigned x)
{
	alignas(8) unsigned char memory[sizeof(square)];

	if (x % 3 == 0)
		return measure(new (memory) square(x % 100));
	return measure(new (memory) circle(x % 50));
}

static __host__ __device__ void
all(unsigned x, const operation *one, const operation *two, unsigned *out)
{
	out[0] = fibonacci(x % 12);
	out[1] = ackermann(2, x % 4);
	out[2] = even(x % 30, x);
	out[3] = use_structs(x);
	out[4] = use_tables(one, two, x);
	out[5] = use_virtual(x);
	/* A pointer that the compiler cannot see through. */
	out[6] = (x & 8 ? one[x % 3] : two[x % 3])(x);
}

static __global__ void
all_on_device(const unsigned *in, unsigned *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		all(in[i], device_table, constant_table,
			out + (size_t)i * width);
}

int
main()
{
	const int n = 1000;
	const operation one[3] = {add_3, times_5, flip};
	const operation two[3] = {flip, add_3, times_5};
	struct rng r = rng_make(121);
	std::vector<unsigned> in(n), want((size_t)n * width);
	size_t stack;

	/* 200 frames of about 48 bytes would do; the default is 1 KB. */
	CHECK(cudaDeviceSetLimit(cudaLimitStackSize, 16384));
	CHECK(cudaDeviceGetLimit(&stack, cudaLimitStackSize));
	EXPECT(stack >= 16384);
	for (int i = 0; i < n; i++) {
		in[i] = rng_u32(&r);
		all(in[i], one, two, &want[(size_t)i * width]);
	}

	unsigned *din = device_copy(in);
	unsigned *dout = device_alloc<unsigned>(want.size());

	all_on_device<<<blocks_for(n, 64), 64>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, want.size());

	expect_same("recursion", got, want);
	report("recursion", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
