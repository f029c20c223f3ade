/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays of a thread's own with indices that are known only at run time, so
 * that they live in local memory: sorting, a small matrix, bytes written in
 * one width and read in another, a stack, pointers into two arrays.
 */
#include "check.h"

static const int count = 40, width = 5;

/* Insertion sort: a hash of the sorted order. */
static __host__ __device__ unsigned
sorted(unsigned x)
{
	int a[count];
	unsigned hash = 0;

	for (int i = 0; i < count; i++) {
		x = x * 1664525u + 1013904223u;

		int v = (int)(x >> 16), at = i;

		for (; at > 0 && a[at - 1] > v; at--)
			a[at] = a[at - 1];
		a[at] = v;
	}
	for (int i = 0; i < count; i++)
		hash = hash * 31 + a[i];
	return hash;
}

/* The sum of a 5 x 5 matrix raised to a power, modulo 2^32. */
static __host__ __device__ unsigned
matrix_power(unsigned x)
{
	unsigned m[5][5], p[5][5], t[5][5], sum = 0;

	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++) {
			m[i][j] = x >> (i + j) & 15;
			p[i][j] = i == j;
		}
	for (unsigned round = 0; round < 3 + x % 4; round++) {
		for (int i = 0; i < 5; i++)
			for (int j = 0; j < 5; j++) {
				t[i][j] = 0;
				for (int k = 0; k < 5; k++)
					t[i][j] += p[i][k] * m[k][j];
			}
		for (int i = 0; i < 5; i++)
			for (int j = 0; j < 5; j++)
				p[i][j] = t[i][j];
	}
	for (int i = 0; i < 5; i++)
		for (int j = 0; j < 5; j++)
			sum += p[i][j] * (i * 5 + j + 1);
	return sum;
}

/* Bytes in, words out: both views of one array. */
static __host__ __device__ unsigned
bytes_and_words(unsigned x)
{
	union {
		unsigned char byte[32];
		unsigned short half[16];
		unsigned word[8];
		unsigned long long pair[4];
	} u;

	for (int i = 0; i < 32; i++)
		u.byte[i ^ (x & 7)] = (unsigned char)(x >> i % 25);
	u.half[x % 16] ^= 0x1234;
	u.pair[x / 16 % 4] += 0x100000001ull;
	return u.word[x % 8] + u.word[(x >> 3) % 8] * 7;
}

/* Depth first through a binary tree with an explicit stack. */
static __host__ __device__ unsigned
walk(unsigned x)
{
	struct {
		unsigned node;
		signed char depth;
	} stack[16];
	int top = 0;
	unsigned sum = 0;

	stack[top].node = x;
	stack[top++].depth = 0;
	while (top > 0) {
		unsigned node = stack[--top].node;
		signed char depth = stack[top].depth;

		sum += node * (depth + 1u);
		if (depth == 5)
			continue;
		for (unsigned child = 0; child < 2; child++) {
			if (node >> child & 1)
				continue;
			stack[top].node = node * 5 + child + 1;
			stack[top++].depth = (signed char)(depth + 1);
		}
	}
	return sum;
}

static __host__ __device__ unsigned
two_arrays(unsigned x)
{
	double a[6];
	float b[9];
	unsigned n = 0;

	for (int i = 0; i < 6; i++)
		a[i] = (double)(x >> i & 63);
	for (int i = 0; i < 9; i++)
		b[i] = (float)(x >> 2 * i & 31);
	for (unsigned i = 0; i < 12; i++) {
		double *p = &a[(x + i) % 6];
		float *q = &b[(x ^ i) % 9];

		*p = *p + *q;
		*q = (float)(*p / 2);
		n += (unsigned)(*p * 8) * (i + 1);
	}
	return n;
}

static __host__ __device__ void
all(unsigned x, unsigned *out)
{
	out[0] = sorted(x);
	out[1] = matrix_power(x);
	out[2] = bytes_and_words(x);
	out[3] = walk(x);
	out[4] = two_arrays(x);
}

static __global__ void
all_on_device(const unsigned *in, unsigned *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		all(in[i], out + (size_t)i * width);
}

int
main()
{
	const int n = 2000;
	struct rng r = rng_make(122);
	std::vector<unsigned> in(n), want((size_t)n * width);
	struct cudaFuncAttributes attributes;

	for (int i = 0; i < n; i++) {
		in[i] = rng_u32(&r);
		all(in[i], &want[(size_t)i * width]);
	}

	unsigned *din = device_copy(in);
	unsigned *dout = device_alloc<unsigned>(want.size());

	all_on_device<<<blocks_for(n, 96), 96>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, want.size());

	expect_same("local-arrays", got, want);
	report("local-arrays", got);
	CHECK(cudaFuncGetAttributes(&attributes, all_on_device));
	EXPECT(attributes.localSizeBytes > 0);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
