/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page-locked host memory: allocated in every way, registered afterwards, and
 * the pipeline it exists for: chunks that go up, through a kernel and down
 * again over two streams.
 */
#include <unistd.h>

#include "check.h"

static const int chunks = 16, chunk = 20000, n = chunks * chunk;

static __global__ void
mix(unsigned *data, int count, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < count)
		data[i] = (data[i] ^ data[i] >> 15) * 2654435761u + add;
}

static void
fill(unsigned *host, uint64_t seed, std::vector<unsigned> &want)
{
	struct rng r = rng_make(seed);

	want.resize(n);
	for (int i = 0; i < n; i++) {
		unsigned v = host[i] = rng_u32(&r);

		want[i] = (v ^ v >> 15) * 2654435761u + (unsigned)(i / chunk);
	}
}

/* in may be out: each chunk is read before it is written. */
static void
pipeline(const char *name, const unsigned *in, unsigned *out,
	const std::vector<unsigned> &want)
{
	cudaStream_t stream[2];
	unsigned *data = device_alloc<unsigned>(n);

	for (cudaStream_t &s : stream)
		CHECK(cudaStreamCreate(&s));
	for (int c = 0; c < chunks; c++) {
		cudaStream_t s = stream[c % 2];
		unsigned *at = data + c * chunk;

		CHECK(cudaMemcpyAsync(at, in + c * chunk, chunk * 4,
			cudaMemcpyHostToDevice, s));
		mix<<<blocks_for(chunk, 256), 256, 0, s>>>(at, chunk, c);
		CHECK_LAUNCH();
		CHECK(cudaMemcpyAsync(out + c * chunk, at, chunk * 4,
			cudaMemcpyDeviceToHost, s));
	}
	for (cudaStream_t &s : stream) {
		CHECK(cudaStreamSynchronize(s));
		CHECK(cudaStreamDestroy(s));
	}

	std::vector<unsigned> got(out, out + n);

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(data));
}

static void
check_allocated()
{
	unsigned *in, *out;
	unsigned flags;
	struct cudaPointerAttributes attributes;
	std::vector<unsigned> want;

	CHECK(cudaMallocHost((void **)&in, n * 4));
	CHECK(cudaHostAlloc((void **)&out, n * 4, cudaHostAllocWriteCombined));
	CHECK(cudaHostGetFlags(&flags, out));
	EXPECT(flags & cudaHostAllocWriteCombined);
	CHECK(cudaPointerGetAttributes(&attributes, in + 5));
	EXPECT(attributes.type == cudaMemoryTypeHost);
	EXPECT(attributes.hostPointer == in + 5);
	memset(out, 0xee, n * 4);
	fill(in, 60, want);
	pipeline("async-pinned-allocated", in, out, want);
	fill(in, 61, want);
	pipeline("async-pinned-in-place", in, in, want);
	CHECK(cudaFreeHost(in));
	CHECK(cudaFreeHost(out));
	CHECK(cudaFreeHost(nullptr));
}

/* Memory of malloc: registered where the device can, else used as it is. */
static void
check_registered()
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (n * 4 + page - 1) / page * page;
	unsigned *host = (unsigned *)aligned_alloc(page, bytes);
	bool can = device_attribute(cudaDevAttrHostRegisterSupported);
	struct cudaPointerAttributes attributes;
	std::vector<unsigned> want;

	EXPECT(host);
	CHECK(cudaPointerGetAttributes(&attributes, host));
	EXPECT(attributes.type == cudaMemoryTypeUnregistered);
	fill(host, 62, want);
	if (can) {
		CHECK(cudaHostRegister(host, bytes, cudaHostRegisterDefault));
		CHECK_ERROR(cudaErrorHostMemoryAlreadyRegistered,
			cudaHostRegister(host, bytes, 0));
		(void)cudaGetLastError();
		CHECK(cudaPointerGetAttributes(&attributes, host));
		EXPECT(attributes.type == cudaMemoryTypeHost);
	}
	pipeline("async-pinned-registered", host, host, want);
	if (can) {
		CHECK(cudaHostUnregister(host));
		CHECK_ERROR(cudaErrorHostMemoryNotRegistered,
			cudaHostUnregister(host));
		(void)cudaGetLastError();
	}
	/* Ordinary memory takes the same calls; they only wait more. */
	fill(host, 63, want);
	pipeline("async-pinned-ordinary", host, host, want);
	free(host);
}

/* What was handed over for copying up may not change before it is copied. */
static void
check_reuse()
{
	unsigned *host, *data = device_alloc<unsigned>(n);
	std::vector<unsigned> want;
	cudaEvent_t copied;

	CHECK(cudaMallocHost((void **)&host, n * 4));
	CHECK(cudaEventCreateWithFlags(&copied, cudaEventDisableTiming));
	fill(host, 64, want);
	for (int i = 0; i < n; i++)
		want[i] = host[i];
	CHECK(cudaMemcpyAsync(data, host, n * 4, cudaMemcpyHostToDevice, 0));
	CHECK(cudaEventRecord(copied, 0));
	CHECK(cudaEventSynchronize(copied));
	memset(host, 0, n * 4);

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("async-pinned-reuse", got, want);
	report("async-pinned-reuse", got);
	CHECK(cudaEventDestroy(copied));
	CHECK(cudaFreeHost(host));
	CHECK(cudaFree(data));
}

int
main()
{
	check_allocated();
	check_registered();
	check_reuse();
	return 0;
}
