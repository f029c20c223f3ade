/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transposition through a padded tile in shared memory (the extra column
 * keeps the banks apart), for elements of 1, 4 and 8 bytes and edges that do
 * not fill a tile.
 */
#include "check.h"

static const int tile = 32, rows = 8;

template <class T>
static __global__ void
transpose(const T *in, T *out, int width, int height)
{
	__shared__ T part[tile][tile + 1];
	int x = blockIdx.x * tile + threadIdx.x;
	int y = blockIdx.y * tile + threadIdx.y;

	for (int j = 0; j < tile; j += rows)
		if (x < width && y + j < height)
			part[threadIdx.y + j][threadIdx.x] =
				in[(size_t)(y + j) * width + x];
	__syncthreads();
	/* The block's place is mirrored; within the tile so are the indices. */
	x = blockIdx.y * tile + threadIdx.x;
	y = blockIdx.x * tile + threadIdx.y;
	for (int j = 0; j < tile; j += rows)
		if (x < height && y + j < width)
			out[(size_t)(y + j) * height + x] =
				part[threadIdx.x][threadIdx.y + j];
}

template <class T>
static void
check_size(const char *name, int width, int height)
{
	struct rng r = rng_make(8);
	std::vector<T> in((size_t)width * height), want(in.size());

	for (int y = 0; y < height; y++) {
		for (int x = 0; x < width; x++) {
			T v = (T)rng_u64(&r);

			in[(size_t)y * width + x] = v;
			want[(size_t)x * height + y] = v;
		}
	}

	T *din = device_copy(in), *dout = device_alloc<T>(in.size());
	dim3 block(tile, rows);
	dim3 grid((width + tile - 1) / tile, (height + tile - 1) / tile);

	transpose<T><<<grid, block>>>(din, dout, width, height);
	CHECK_LAUNCH();

	std::vector<T> got = host_copy(dout, in.size());

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	check_size<unsigned>("transpose-u32", 1000, 700);
	check_size<uint64_t>("transpose-u64", 65, 333);
	check_size<unsigned char>("transpose-u8", 127, 31);
	return 0;
}
