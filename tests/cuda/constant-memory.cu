/* SPDX-License-Identifier: Apache-2.0 */
/*
 * __constant__ variables: initialised in the source, overwritten whole and in
 * part from the host, read back, and read by kernels with the same and with
 * different indices in the threads of a warp.
 */
#include "check.h"

struct filter {
	float gain;
	int taps;
	short weight[6];
};

static const int table_size = 4096;

__constant__ float coefficients[4] = {1.5f, -2.25f, 0.125f, 3.0f};
__constant__ struct filter setting = {0.5f, 3, {1, -2, 1, 0, 0, 0}};
__constant__ unsigned table[table_size];

static __global__ void
polynomial(const float *in, float *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i >= n)
		return;

	float sum = coefficients[3];

	for (int p = 2; p >= 0; p--)
		sum = fmaf(sum, in[i], coefficients[p]);
	out[i] = sum;
}

static __global__ void
convolve(const int *in, float *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x, sum = 0;

	if (i >= n)
		return;
	for (int t = 0; t < setting.taps; t++)
		sum += setting.weight[t] * in[(i + t) % n];
	out[i] = setting.gain * sum;
}

static __global__ void
look_up(const unsigned *index, unsigned *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		out[i] = table[index[i] % table_size];
}

static void
check_polynomial(const char *name, const float *c)
{
	const int n = 1000;
	std::vector<float> in(n), want(n);

	for (int i = 0; i < n; i++) {
		in[i] = (i - 500) / 128.0f;
		want[i] = fmaf(fmaf(fmaf(c[3], in[i], c[2]), in[i], c[1]),
			in[i], c[0]);
	}

	float *din = device_copy(in), *dout = device_alloc<float>(n);

	polynomial<<<blocks_for(n, 128), 128>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(dout, n);

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

static void
check_filter(const char *name, const struct filter *f)
{
	const int n = 500;
	std::vector<int> in(n);
	std::vector<float> want(n);

	for (int i = 0; i < n; i++)
		in[i] = i * i % 1009;
	for (int i = 0; i < n; i++) {
		int sum = 0;

		for (int t = 0; t < f->taps; t++)
			sum += f->weight[t] * in[(i + t) % n];
		want[i] = f->gain * sum;
	}

	int *din = device_copy(in);
	float *dout = device_alloc<float>(n);

	convolve<<<blocks_for(n, 64), 64>>>(din, dout, n);
	CHECK_LAUNCH();

	std::vector<float> got = host_copy(dout, n);

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

static void
check_table()
{
	struct rng r = rng_make(15);
	std::vector<unsigned> content(table_size), index(3000), want(3000);
	size_t bytes;

	for (unsigned &v : content)
		v = rng_u32(&r);
	for (size_t i = 0; i < index.size(); i++) {
		index[i] = rng_u32(&r);
		want[i] = content[index[i] % table_size];
	}
	CHECK(cudaGetSymbolSize(&bytes, table));
	EXPECT(bytes == sizeof(unsigned) * table_size);
	CHECK(cudaMemcpyToSymbol(table, content.data(), bytes));

	unsigned *din = device_copy(index);
	unsigned *dout = device_alloc<unsigned>(index.size());

	look_up<<<blocks_for(index.size(), 256), 256>>>(
		din, dout, (int)index.size());
	CHECK_LAUNCH();

	std::vector<unsigned> got = host_copy(dout, index.size());

	expect_same("constant-memory-table", got, want);
	report("constant-memory-table", got);
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
}

int
main()
{
	float c[4] = {1.5f, -2.25f, 0.125f, 3.0f}, back[4];
	struct filter f = {0.5f, 3, {1, -2, 1, 0, 0, 0}};

	check_polynomial("constant-memory-initial", c);
	/* Elements 1 and 2 only. */
	c[1] = 10;
	c[2] = -0.75f;
	CHECK(cudaMemcpyToSymbol(
		coefficients, &c[1], 2 * sizeof(float), sizeof(float)));
	check_polynomial("constant-memory-partly-set", c);
	CHECK(cudaMemcpyFromSymbol(back, coefficients, sizeof(back)));
	EXPECT(memcmp(back, c, sizeof(back)) == 0);

	check_filter("constant-memory-struct", &f);
	f = {2.0f, 6, {3, 1, -4, 1, 5, -9}};
	CHECK(cudaMemcpyToSymbol(setting, &f, sizeof(f)));
	check_filter("constant-memory-struct-set", &f);
	check_table();
	return 0;
}
