/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of a warp that go different ways: nested branches, loops with break
 * and continue and different lengths, switches, early returns, goto. The same
 * text runs on the device, 32 threads at a time, and on the CPU, one by one.
 */
#include "check.h"

static const int width = 6;

static __host__ __device__ unsigned
nested(unsigned x)
{
	if (x & 1) {
		if (x & 2) {
			x = x & 4 ? x * 3 : x + 1;
			if (x % 5 == 0)
				x ^= 0xff;
			else if (x % 7 == 0)
				x += 1000;
		} else {
			x -= x & 8 ? 5 : 6;
		}
	} else if (x & 16 || (x >> 6 & 3) == 2) {
		x = x % 3 == 1 && x % 11 > 4 ? ~x : x >> 3;
	}
	return x;
}

/* Collatz: from 0 to some hundred rounds, another number for each thread. */
static __host__ __device__ unsigned
collatz(unsigned x)
{
	unsigned steps = 0;

	for (x = x % 5000 + 1; x != 1; steps++) {
		x = x & 1 ? 3 * x + 1 : x / 2;
		if (steps > 150)
			break;
	}
	return steps;
}

static __host__ __device__ unsigned
break_and_continue(unsigned x)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < 40; i++) {
		if ((x + i) % 3 == 0)
			continue;
		for (unsigned j = i; j < 50; j += 1 + (x & 3)) {
			if (j * j > x % 700 + 100)
				break;
			if ((j ^ x) & 4)
				continue;
			sum += j * i;
		}
		if (sum > 9000)
			break;
	}
	return sum;
}

static __host__ __device__ unsigned
switches(unsigned x)
{
	unsigned y = x;

	for (int round = 0; round < 8; round++) {
		switch (y % 9) {
		case 0: y += 17; break;
		case 1: y *= 5; [[fallthrough]];
		case 2: y ^= x; break;
		case 3: y = y << 3 | y >> 29; break;
		case 4: y -= round; break;
		case 5:
			switch (x & 3) {
			case 0: y /= 2; break;
			case 3: return y;
			default: y += 3;
			}
			break;
		case 7: round++; break;
		default: y = ~y;
		}
	}
	return y;
}

/* A loop with two entries, left from its middle. */
static __host__ __device__ unsigned
jumps(unsigned x)
{
	unsigned n = 0;

	if (x & 1)
		goto middle;
begin:
	x = x * 1103515245u + 12345u;
	n++;
middle:
	if (x >> 28 == 7 || n > 60)
		return x + n;
	x ^= x >> 13;
	if (x & 0x100)
		goto begin;
	n += 2;
	x += n;
	goto begin;
}

static __host__ __device__ unsigned
logic(unsigned x)
{
	unsigned calls = 0;
	auto count = [&](bool result, unsigned weight) {
		calls += weight;
		return result;
	};

	/* Short circuits: what is not needed is not evaluated. */
	if ((count(x & 1, 1) && count(x & 2, 10)) || count(x & 4, 100))
		calls += 1000;
	do
		calls += count(x % 13 < 4, 10000) ? 7 : 9;
	while (calls % 11 && calls < 200000);
	return calls;
}

static __host__ __device__ void
all(unsigned x, unsigned *out)
{
	out[0] = nested(x);
	out[1] = collatz(x);
	out[2] = break_and_continue(x);
	out[3] = switches(x);
	out[4] = jumps(x);
	out[5] = logic(x);
}

static __global__ void
all_on_device(const unsigned *in, unsigned *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		all(in[i], out + (size_t)i * width);
}

/* After divergence all threads must be together again at the barrier. */
static __global__ void
meet(const unsigned *in, unsigned *out)
{
	__shared__ unsigned found[256];
	int t = threadIdx.x;

	for (int round = 0; round < 10; round++) {
		unsigned x = in[t] + round;

		found[t] = x & 1 ? collatz(x) : switches(x);
		__syncthreads();
		if (t % 32 < 10 + round)
			out[t] += found[(t + 97) % 256];
		__syncthreads();
	}
}

static void
check_meet(const std::vector<unsigned> &in)
{
	std::vector<unsigned> want(256, 0);
	unsigned *din = device_copy(in), *dout = device_copy(want);

	for (int t = 0; t < 256; t++) {
		for (int round = 0; round < 10; round++) {
			unsigned x = in[(t + 97) % 256] + round;

			if (t % 32 < 10 + round)
				want[t] += x & 1 ? collatz(x) : switches(x);
		}
	}
	meet<<<1, 256>>>(din, dout);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, 256);

	expect_same("divergence-meet", got, want);
	report("divergence-meet", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	const int n = 6001;
	struct rng r = rng_make(120);
	std::vector<unsigned> in(n), want((size_t)n * width);

	for (int i = 0; i < n; i++) {
		in[i] = rng_u32(&r);
		all(in[i], &want[(size_t)i * width]);
	}

	unsigned *din = device_copy(in);
	unsigned *dout = device_alloc<unsigned>(want.size());

	all_on_device<<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, want.size());

	expect_same("divergence", got, want);
	report("divergence", got);
	check_meet(in);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
