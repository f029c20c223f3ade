/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations between the lanes of a warp: ballot, any, all, match, shuffles in
 * their four forms with all widths, integer reductions, in full warps, in the
 * partial last warp of a block and under a partial mask.
 * Needs compute capability 8.0 for the reductions.
 */
#include "check.h"

static const int threads = 104; /* three warps and a quarter */
static const int width = 30;

/* It holds the caller and nobody who left; more is not promised. */
static __device__ bool
activemask_is_sane(int lane, unsigned mask)
{
	unsigned active = __activemask();

	return (active >> lane & 1) && !(active & ~mask);
}

static __global__ void
compute(const unsigned *in, uint64_t *out)
{
	int t = threadIdx.x, lane = t % 32;
	unsigned x = in[t], few = x & 3;
	unsigned mask = t / 32 == 3 ? 0xff : 0xffffffff;
	uint64_t *o = out + t * width;
	int whole;

	*o++ = __ballot_sync(mask, x & 1);
	*o++ = !!__any_sync(mask, few == 3) + 2 * !!__all_sync(mask, x < 4000);
	*o++ = __match_any_sync(mask, few);
	*o++ = __match_any_sync(mask, (unsigned long long)few << 40);
	*o++ = __match_all_sync(mask, x / 4096, &whole);
	*o++ = !!whole;
	*o++ = __shfl_sync(mask, x, 5);
	*o++ = __shfl_sync(mask, x, lane * 7 + 3, 8);
	*o++ = __shfl_up_sync(mask, x, 1);
	*o++ = __shfl_up_sync(mask, x, 3, 4);
	*o++ = __shfl_down_sync(mask, x, 2, 8);
	*o++ = __shfl_down_sync(mask, x, 1, 2);
	*o++ = __shfl_xor_sync(mask, x, 1);
	*o++ = __shfl_xor_sync(mask, x, 6, 8);
	*o++ = __shfl_sync(mask, (unsigned long long)x << 33 | x, 2);
	*o++ = (uint64_t)__shfl_sync(mask, (double)x * 0.5, 1);
	*o++ = (uint64_t)__shfl_up_sync(mask, (float)x, 2, 8);
	*o++ = (uint64_t)__shfl_sync(mask, (int)-x, -1, 8);
	*o++ = __reduce_add_sync(mask, x);
	*o++ = __reduce_min_sync(mask, x);
	*o++ = __reduce_max_sync(mask, (int)(x - 2000));
	*o++ = __reduce_and_sync(mask, x | 0xf00);
	*o++ = __reduce_or_sync(mask, x);
	*o++ = __reduce_xor_sync(mask, x);
	*o++ = activemask_is_sane(lane, mask);
}

/* Odd lanes leave; the even ones go on among themselves. */
static __global__ void
compute_half(const unsigned *in, uint64_t *out)
{
	int t = threadIdx.x;
	unsigned x = in[t];
	uint64_t *o = out + t * width + 25;

	if (t % 2)
		return;

	unsigned mask = t / 32 == 3 ? 0x55 : 0x55555555;

	*o++ = __ballot_sync(mask, x & 4);
	*o++ = __shfl_sync(mask, x, 4);
	*o++ = __shfl_xor_sync(mask, x, 2);
	*o++ = __reduce_add_sync(mask, x);
	*o++ = activemask_is_sane(t % 32, mask);
}

/* The lane of a group of w that a shuffle reads from; itself when outside. */
static int
source(int lane, int target, int w)
{
	int base = lane / w * w;

	return target < base || target >= base + w ? lane : target;
}

struct warp {
	const unsigned *x;
	int lanes;
};

static unsigned
ballot_equal(const struct warp *w, unsigned value, unsigned bits)
{
	unsigned mask = 0;

	for (int i = 0; i < w->lanes; i++)
		mask |= (unsigned)((w->x[i] & bits) == value) << i;
	return mask;
}

/* All 25 values of one lane of compute(). */
static void
lane_on_cpu(const struct warp *w, int lane, uint64_t *o)
{
	const unsigned *x = w->x;
	unsigned mask = w->lanes == 32 ? 0xffffffff : (1u << w->lanes) - 1;
	unsigned sum = 0, low = ~0u, both = ~0u, any = 0, odd = 0;
	int high = INT32_MIN;
	bool same = true, small = true;

	for (int i = 0; i < w->lanes; i++) {
		sum += x[i];
		low = x[i] < low ? x[i] : low;
		high = (int)(x[i] - 2000) > high ? (int)(x[i] - 2000) : high;
		both &= x[i] | 0xf00;
		any |= x[i];
		odd ^= x[i];
		same = same && x[i] / 4096 == x[0] / 4096;
		small = small && x[i] < 4000;
	}
	o[0] = ballot_equal(w, 1, 1);
	o[1] = (ballot_equal(w, 3, 3) != 0) + 2 * small;
	o[2] = o[3] = ballot_equal(w, x[lane] & 3, 3);
	o[4] = same ? mask : 0;
	o[5] = same;
	o[6] = x[5];
	o[7] = x[lane / 8 * 8 + (lane * 7 + 3) % 8];
	o[8] = x[source(lane, lane - 1, 32)];
	o[9] = x[source(lane, lane - 3, 4)];
	o[10] = x[source(lane, lane + 2, 8)];
	o[11] = x[source(lane, lane + 1, 2)];
	o[12] = x[lane ^ 1];
	o[13] = x[lane ^ 6];
	o[14] = (uint64_t)x[2] << 33 | x[2];
	o[15] = x[1] / 2;
	o[16] = x[source(lane, lane - 2, 8)];
	o[17] = (uint64_t)(int)-x[lane / 8 * 8 + 7];
	o[18] = sum;
	o[19] = low;
	o[20] = (uint64_t)high;
	o[21] = both;
	o[22] = any;
	o[23] = odd;
	o[24] = 1;
}

/* All 5 values of one even lane of compute_half(). */
static void
half_on_cpu(const struct warp *w, int lane, uint64_t *o)
{
	o[0] = o[3] = 0;
	for (int i = 0; i < w->lanes; i += 2) {
		o[0] |= (uint64_t)(w->x[i] >> 2 & 1) << i;
		o[3] += w->x[i];
	}
	o[1] = w->x[4];
	o[2] = w->x[lane ^ 2];
	o[4] = 1;
}

int
main()
{
	struct rng r = rng_make(25);
	std::vector<unsigned> in(threads);
	std::vector<uint64_t> want(threads * width, 0);

	if (device_attribute(cudaDevAttrComputeCapabilityMajor) < 8) {
		printf("warp-votes: skipped, needs compute capability 8.0\n");
		return 77;
	}
	/* Only the third warp fails the tests that ask all lanes. */
	for (int t = 0; t < threads; t++)
		in[t] = rng_below(&r, t / 32 == 2 ? 10000 : 4000);
	for (int t = 0; t < threads; t++) {
		int first = t / 32 * 32, left = threads - first;
		struct warp w = {&in[first], left < 32 ? left : 32};

		lane_on_cpu(&w, t % 32, &want[t * width]);
		if (t % 2 == 0)
			half_on_cpu(&w, t % 32, &want[t * width + 25]);
	}

	unsigned *din = device_copy(in);
	uint64_t *dout = device_alloc<uint64_t>(want.size());

	CHECK(cudaMemset(dout, 0, want.size() * sizeof(uint64_t)));
	compute<<<1, threads>>>(din, dout);
	CHECK_LAUNCH();
	compute_half<<<1, threads>>>(din, dout);
	CHECK_LAUNCH();

	std::vector<uint64_t> got = host_copy(dout, want.size());

	expect_same("warp-votes", got, want);
	report("warp-votes", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	return 0;
}
