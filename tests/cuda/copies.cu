/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linear copies and fills in every direction: lengths of 1 to 17 bytes at odd
 * offsets, the default kind, device to device with and without overlap of
 * buffers, fills of each width, and one copy of 40 MB.
 */
#include "check.h"

typedef std::vector<unsigned char> byte_vector;

static byte_vector
random_bytes(size_t n, uint64_t seed)
{
	struct rng r = rng_make(seed);
	byte_vector v(n);

	for (unsigned char &b : v)
		b = (unsigned char)rng_u32(&r);
	return v;
}

/* Short copies up, across and down; the bytes around them must stay. */
static void
check_odd()
{
	const size_t size = 512;
	byte_vector in = random_bytes(size, 70), a(size, 0xaa), b(size, 0xbb);
	byte_vector down(size, 0xcc), got(size);
	unsigned char *da = device_copy(a), *db = device_copy(b);

	for (size_t length = 1; length <= 17; length++) {
		size_t from = length * 7 % 31, to = length * 25 + length % 4;

		CHECK(cudaMemcpy(da + to, in.data() + from, length,
			cudaMemcpyHostToDevice));
		memcpy(&a[to], &in[from], length);
		CHECK(cudaMemcpy(db + to + 1, da + to, length,
			cudaMemcpyDeviceToDevice));
		memcpy(&b[to + 1], &a[to], length);
		CHECK(cudaMemcpy(got.data() + to, db + to + 1, length,
			cudaMemcpyDeviceToHost));
		EXPECT(memcmp(&got[to], &in[from], length) == 0);
	}
	expect_same("copies-odd-a", host_copy(da, size), a);
	expect_same("copies-odd-b", host_copy(db, size), b);
	report("copies-odd-a", a);
	report("copies-odd-b", b);
	CHECK(cudaFree(da));
	CHECK(cudaFree(db));
}

/* cudaMemcpyDefault finds the direction from the addresses. */
static void
check_default_kind()
{
	const size_t size = 100003;
	byte_vector in = random_bytes(size, 71), out(size), host(size);
	unsigned char *a = device_alloc<unsigned char>(size);
	unsigned char *b = device_alloc<unsigned char>(size);

	CHECK(cudaMemcpy(a, in.data(), size, cudaMemcpyDefault));
	CHECK(cudaMemcpy(b, a, size, cudaMemcpyDefault));
	CHECK(cudaMemcpy(out.data(), b, size, cudaMemcpyDefault));
	CHECK(cudaMemcpy(host.data(), in.data(), size, cudaMemcpyHostToHost));
	expect_same("copies-default", out, in);
	expect_same("copies-host-to-host", host, in);
	report("copies-default", out);
	/* Nothing is a valid amount, and so are async copies of it. */
	CHECK(cudaMemcpy(a, in.data(), 0, cudaMemcpyHostToDevice));
	CHECK(cudaMemcpyAsync(a, b, 0, cudaMemcpyDeviceToDevice));
	CHECK(cudaFree(a));
	CHECK(cudaFree(b));
}

static void
check_fills()
{
	const size_t size = 70001;
	byte_vector want(size, 0x11);
	unsigned char *data = device_alloc<unsigned char>(size);
	cudaStream_t stream;

	CHECK(cudaStreamCreate(&stream));
	CHECK(cudaMemset(data, 0x11, size));
	for (size_t length = 1; length <= 17; length++) {
		size_t at = length * 1000 + length;

		CHECK(cudaMemsetAsync(
			data + at, 0x80 + (int)length, length, stream));
		memset(&want[at], 0x80 + (int)length, length);
	}
	/* Only the low byte of the value counts. */
	CHECK(cudaMemsetAsync(data + 33333, 0x1ff, 20000, stream));
	memset(&want[33333], 0xff, 20000);
	CHECK(cudaMemsetAsync(data, 0x22, 0, stream));
	CHECK(cudaStreamSynchronize(stream));
	expect_same("copies-fills", host_copy(data, size), want);
	report("copies-fills", want);
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(data));
}

/* Copies queued behind each other see each other's results. */
static void
check_chain()
{
	const size_t size = 30011;
	byte_vector in = random_bytes(size, 72), out(size);
	unsigned char *buffer[5];
	cudaStream_t stream;

	CHECK(cudaStreamCreate(&stream));
	for (unsigned char *&b : buffer) {
		b = device_alloc<unsigned char>(size);
		CHECK(cudaMemsetAsync(b, 0, size, stream));
	}
	CHECK(cudaMemcpyAsync(
		buffer[0], in.data(), size, cudaMemcpyHostToDevice, stream));
	for (int i = 1; i < 5; i++)
		CHECK(cudaMemcpyAsync(buffer[i], buffer[i - 1], size,
			cudaMemcpyDeviceToDevice, stream));
	/* Within one buffer, the halves apart. */
	CHECK(cudaMemcpyAsync(buffer[4] + size / 2 + 1, buffer[4], size / 2,
		cudaMemcpyDeviceToDevice, stream));
	CHECK(cudaMemcpyAsync(
		out.data(), buffer[4], size, cudaMemcpyDeviceToHost, stream));
	CHECK(cudaStreamSynchronize(stream));
	memcpy(&in[size / 2 + 1], &in[0], size / 2);
	expect_same("copies-chain", out, in);
	report("copies-chain", out);
	CHECK(cudaStreamDestroy(stream));
	for (unsigned char *b : buffer)
		CHECK(cudaFree(b));
}

static void
check_large()
{
	const size_t words = 40 * 1000 * 1000 / 8;
	struct rng r = rng_make(73);
	std::vector<uint64_t> in(words);

	for (uint64_t &v : in)
		v = rng_u64(&r);

	uint64_t *data = device_copy(in);
	std::vector<uint64_t> out = host_copy(data, words);

	expect_same("copies-large", out, in);
	report("copies-large", out);
	CHECK(cudaFree(data));
}

int
main()
{
	check_odd();
	check_default_kind();
	check_fills();
	check_chain();
	check_large();
	return 0;
}
