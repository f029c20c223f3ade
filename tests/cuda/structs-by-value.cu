/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel parameters of odd sizes: structs of 1, 2, 3, 5, 12 and 24 bytes mixed
 * with scalars of every width, arrays in structs, and parameters of 4 KB in
 * all. The kernel copies what it got, byte by byte.
 */
#include "check.h"

struct s1 {
	unsigned char c;
};
struct s2 {
	unsigned short s;
};
struct s3 {
	unsigned char c[3];
};
struct s5 {
	unsigned char c[5];
};
struct s12 {
	int a;
	float b;
	short c;
	char d;
};
struct s24 {
	double a;
	char b;
	long long c;
};
struct s4088 {
	int word[1022];
};
struct __align__(16) aligned
{
	float v[3];
};

static_assert(sizeof(struct s3) == 3 && sizeof(struct s5) == 5, "packed");
static_assert(sizeof(struct s12) == 12 && sizeof(struct s24) == 24, "padded");
static_assert(sizeof(struct aligned) == 16, "aligned");

template <class T>
static __host__ __device__ unsigned char *
put(unsigned char *out, const T &value)
{
	const unsigned char *from = (const unsigned char *)&value;

	for (size_t i = 0; i < sizeof(T); i++)
		*out++ = from[i];
	return out;
}

/* Members one by one: padding is not part of the value. */
static __host__ __device__ unsigned char *
put_padded(unsigned char *out, const struct s12 &s)
{
	return put(put(put(put(out, s.a), s.b), s.c), s.d);
}

static __host__ __device__ unsigned char *
put_padded(unsigned char *out, const struct s24 &s)
{
	return put(put(put(out, s.a), s.b), s.c);
}

static __global__ void
mixed(unsigned char *out, struct s1 a, struct s3 b, char c, struct s5 d,
	struct s2 e, double f, struct s12 g, short h, struct s24 i, bool j,
	struct aligned k, float l)
{
	out = put(put(put(put(put(put(out, a), b), c), d), e), f);
	out = put_padded(put(put_padded(out, g), h), i);
	out = put(put(put(out, j), k.v), l);
	put(out, (short)0x7e7e);
}

template <int N> struct tail {
	unsigned char c[N];
};

__device__ unsigned result;

/* An odd struct alone: nothing after it pads the parameters. */
template <int N>
static __global__ void
single(struct tail<N> value)
{
	unsigned sum = N;

	for (int i = 0; i < N; i++)
		sum = sum * 257 + value.c[i];
	result = sum;
}

static __global__ void
large(int *out, struct s4088 s)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < 1022)
		out[i] = s.word[i] * 2 + s.word[1021 - i];
}

static void
check_mixed()
{
	struct s1 a = {0xa1};
	struct s3 b = {{1, 2, 3}};
	struct s5 d = {{5, 6, 7, 8, 9}};
	struct s2 e = {0xbeef};
	struct s12 g = {-7, 0.5f, 12345, 'q'};
	struct s24 i = {3.25, 'z', -(1ll << 40)};
	struct aligned k = {{1.5f, -2.5f, 1e10f}};
	std::vector<unsigned char> want(128, 0);
	unsigned char *out = device_copy(want), *p = want.data();

	mixed<<<1, 1>>>(out, a, b, 'C', d, e, 1e-300, g, -2, i, true, k, 0.1f);
	CHECK_LAUNCH();
	p = put(put(put(put(put(put(p, a), b), 'C'), d), e), 1e-300);
	p = put_padded(put(put_padded(p, g), (short)-2), i);
	p = put(put(put(p, true), k.v), 0.1f);
	put(p, (short)0x7e7e);

	std::vector<unsigned char> got = host_copy(out, want.size());

	expect_same("structs-by-value-mixed", got, want);
	report("structs-by-value-mixed", got);
	CHECK(cudaFree(out));
}

template <int N>
static void
check_alone(const char *name)
{
	struct tail<N> value;
	std::vector<unsigned> got(1), want(1, N);

	for (int i = 0; i < N; i++) {
		value.c[i] = (unsigned char)(200 + i * 3);
		want[0] = want[0] * 257 + value.c[i];
	}
	single<<<1, 1>>>(value);
	CHECK_LAUNCH();
	CHECK(cudaMemcpyFromSymbol(got.data(), result, sizeof(unsigned)));
	expect_same(name, got, want);
	report(name, got);
}

/* 8 bytes of address and 4088 of struct: the 4 KB that every device takes. */
static void
check_large()
{
	struct s4088 s;
	std::vector<int> want(1022);
	int *out = device_alloc<int>(1022);

	for (int i = 0; i < 1022; i++)
		s.word[i] = i * i - 500;
	for (int i = 0; i < 1022; i++)
		want[i] = s.word[i] * 2 + s.word[1021 - i];
	large<<<8, 128>>>(out, s);
	CHECK_LAUNCH();
	/* The launch has taken its copy. */
	memset(&s, 0, sizeof(s));

	std::vector<int> got = host_copy(out, 1022);

	expect_same("structs-by-value-4k", got, want);
	report("structs-by-value-4k", got);
	CHECK(cudaFree(out));
}

int
main()
{
	check_mixed();
	check_alone<1>("structs-by-value-1");
	check_alone<3>("structs-by-value-3");
	check_alone<5>("structs-by-value-5");
	check_alone<31>("structs-by-value-31");
	check_large();
	return 0;
}
