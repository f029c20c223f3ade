/* SPDX-License-Identifier: Apache-2.0 */
/*
 * __device__ variables: initialisers of every kind (numbers, arrays, partly
 * given arrays, strings, structs, addresses of other variables), their
 * addresses and sizes on the host, and copies to and from them.
 */
#include "check.h"

struct node {
	int value;
	const struct node *next;
	double weight;
};

__device__ int counter = 42;
__device__ unsigned char bytes[5] = {1, 2, 250};
__device__ float table[8] = {0.5f, 1, 2, 4, 8, 16, 32, 64};
__device__ int *to_counter = &counter;
__device__ float *to_middle[2] = {&table[3], table + 6};
__device__ const char *message = "device text";
__device__ char letters[16] = "abc";
__device__ struct node last = {3, nullptr, 0.25};
__device__ struct node first = {7, &last, 1.5};
__device__ long long untouched[1000];
static __device__ double hidden = -1.0;

/* Writes all that it finds as doubles, in a fixed order. */
static __global__ void
read_all(double *out)
{
	int n = 0;

	out[n++] = counter;
	out[n++] = *to_counter;
	for (int i = 0; i < 5; i++)
		out[n++] = bytes[i];
	out[n++] = to_middle[0][0];
	out[n++] = to_middle[1][1];
	for (const char *p = message; *p; p++)
		out[n++] = *p;
	for (int i = 0; i < 4; i++)
		out[n++] = letters[i];
	for (const struct node *p = &first; p; p = p->next)
		out[n++] = p->value * 100 + p->weight;
	for (int i = 0; i < 1000; i += 333)
		out[n++] = (double)untouched[i];
	out[n++] = hidden;
	out[n] = -12345;
}

/* Changes what the variables and the pointers lead to. */
static __global__ void
change()
{
	int t = threadIdx.x;

	atomicAdd(&counter, 1);
	if (t < 8)
		table[t] *= 3;
	untouched[t] = t * 1000000007ll;
	if (t == 0) {
		to_counter = (int *)&untouched[3];
		hidden = 2.5;
	}
}

static std::vector<double>
run_read_all()
{
	double *out = device_alloc<double>(64);

	CHECK(cudaMemset(out, 0, 64 * sizeof(double)));
	read_all<<<1, 1>>>(out);
	CHECK_LAUNCH();

	std::vector<double> got = host_copy(out, 64);

	CHECK(cudaFree(out));
	return got;
}

static std::vector<double>
expected(double count, double through, double middle0, double middle1,
	double u3, double hid)
{
	std::vector<double> want = {
		count, through, 1, 2, 250, 0, 0, middle0, middle1};

	for (const char *p = "device text"; *p; p++)
		want.push_back(*p);
	for (char c : {'a', 'b', 'c', '\0'})
		want.push_back(c);
	want.push_back(7 * 100 + 1.5);
	want.push_back(3 * 100 + 0.25);
	for (int i = 0; i < 1000; i += 333)
		want.push_back(u3 * i);
	want.push_back(hid);
	want.push_back(-12345);
	want.resize(64, 0);
	return want;
}

static void
check_symbols()
{
	void *at, *inside;
	size_t size;
	int value;
	const float half[2] = {-1, -2};
	std::vector<float> all(8);

	CHECK(cudaGetSymbolAddress(&at, table));
	CHECK(cudaGetSymbolSize(&size, table));
	EXPECT(size == 8 * sizeof(float));
	CHECK(cudaGetSymbolSize(&size, untouched));
	EXPECT(size == 8000);
	/* The initialiser holds a device address of the same array. */
	CHECK(cudaMemcpyFromSymbol(&inside, to_middle, sizeof(inside)));
	EXPECT((char *)inside == (char *)at + 3 * sizeof(float));
	/* By symbol with an offset, and by address. */
	CHECK(cudaMemcpyToSymbol(table, half, sizeof(half), 2 * sizeof(float)));
	CHECK(cudaMemcpy(
		all.data(), at, 8 * sizeof(float), cudaMemcpyDeviceToHost));
	expect_same("device-globals-table", all,
		std::vector<float>{1.5f, 3, -1, -2, 24, 48, 96, 192});
	CHECK(cudaMemcpyFromSymbol(&value, counter, sizeof(value)));
	EXPECT(value == 42 + 1000);
	report("device-globals-table", all);
}

int
main()
{
	std::vector<double> got = run_read_all();

	expect_same(
		"device-globals-initial", got, expected(42, 42, 4, 64, 0, -1));
	report("device-globals-initial", got);
	change<<<1, 1000>>>();
	CHECK_LAUNCH();
	got = run_read_all();
	/* to_counter now sees the low half of untouched[3]. */
	expect_same("device-globals-changed", got,
		expected(1042, (double)(int)(3 * 1000000007ll & 0xffffffff), 12,
			192, 1000000007.0, 2.5));
	report("device-globals-changed", got);
	check_symbols();
	return 0;
}
