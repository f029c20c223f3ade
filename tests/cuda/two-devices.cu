/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two devices in one process: work on both at once, each with its own globals
 * and streams, copies from one to the other, and what must not cross. Skipped
 * (status 77) where there is only one.
 */
#include "check.h"

static const int n = 10000;

__device__ unsigned seed = 17;

static __global__ void
mix(unsigned *data, int count)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < count)
		data[i] = data[i] * 2654435761u + seed;
}

static std::vector<unsigned>
numbers(unsigned from)
{
	std::vector<unsigned> v(n);

	for (int i = 0; i < n; i++)
		v[i] = from + (unsigned)i * i;
	return v;
}

static void
mix_on_cpu(std::vector<unsigned> &data, unsigned with)
{
	for (unsigned &v : data)
		v = v * 2654435761u + with;
}

static void
check(const char *name, const unsigned *device,
	const std::vector<unsigned> &want)
{
	std::vector<unsigned> got = host_copy(device, n);

	expect_same(name, got, want);
	report(name, got);
}

/* Every device has its own copy of the program's variables. */
static void
check_globals()
{
	const unsigned other = 99;
	unsigned value;

	CHECK(cudaSetDevice(1));
	CHECK(cudaMemcpyToSymbol(seed, &other, sizeof(other)));
	CHECK(cudaSetDevice(0));
	CHECK(cudaMemcpyFromSymbol(&value, seed, sizeof(value)));
	EXPECT(value == 17);
	CHECK(cudaSetDevice(1));
	CHECK(cudaMemcpyFromSymbol(&value, seed, sizeof(value)));
	EXPECT(value == 99);
}

static void
check_work_and_copies()
{
	std::vector<unsigned> host[2] = {numbers(1), numbers(2)};
	const unsigned with[2] = {17, 99};
	unsigned *data[2];
	cudaStream_t stream[2];
	struct cudaPointerAttributes attributes;

	for (int d = 0; d < 2; d++) {
		CHECK(cudaSetDevice(d));
		CHECK(cudaStreamCreate(&stream[d]));
		data[d] = device_copy(host[d]);
		CHECK(cudaPointerGetAttributes(&attributes, data[d]));
		EXPECT(attributes.device == d);
		EXPECT(attributes.type == cudaMemoryTypeDevice);
	}
	for (int d = 0; d < 2; d++) {
		CHECK(cudaSetDevice(d));
		mix<<<blocks_for(n, 256), 256, 0, stream[d]>>>(data[d], n);
		CHECK_LAUNCH();
		mix_on_cpu(host[d], with[d]);
	}
	for (int d = 0; d < 2; d++) {
		CHECK(cudaStreamSynchronize(stream[d]));
		check(d ? "two-devices-1" : "two-devices-0", data[d], host[d]);
	}
	/* First half of 0 over the first half of 1, then 1 over 0. */
	CHECK(cudaMemcpyPeer(data[1], 1, data[0], 0, n / 2 * 4));
	CHECK(cudaMemcpyPeerAsync(data[0], 0, data[1], 1, n * 4, stream[1]));
	CHECK(cudaStreamSynchronize(stream[1]));
	memcpy(host[1].data(), host[0].data(), n / 2 * 4);
	check("two-devices-peer", data[1], host[1]);
	check("two-devices-back", data[0], host[1]);
	/* The default kind finds both devices from the addresses. */
	CHECK(cudaMemset(data[1], 0, n * 4));
	CHECK(cudaMemcpy(
		data[0] + n / 2, data[1], n / 2 * 4, cudaMemcpyDefault));
	memset(&host[1][n / 2], 0, n / 2 * 4);
	check("two-devices-default", data[0], host[1]);
	for (int d = 0; d < 2; d++) {
		CHECK(cudaSetDevice(d));
		CHECK(cudaStreamDestroy(stream[d]));
		CHECK(cudaFree(data[d]));
	}
}

/* A launch into a stream of the other device is refused. */
static void
check_wrong_stream()
{
	cudaStream_t stream;
	unsigned *data;

	CHECK(cudaSetDevice(0));
	CHECK(cudaStreamCreate(&stream));
	CHECK(cudaSetDevice(1));
	data = device_copy(numbers(3));
	mix<<<1, 32, 0, stream>>>(data, 32);
	CHECK_ERROR(cudaErrorInvalidResourceHandle, cudaGetLastError());
	check("two-devices-untouched", data, numbers(3));
	CHECK(cudaFree(data));
	CHECK(cudaStreamDestroy(stream));
}

/* An event of one device orders the work of the other. */
static void
check_event_across()
{
	std::vector<unsigned> host = numbers(4);
	unsigned *from, *to;
	cudaStream_t first, second;
	cudaEvent_t done;

	CHECK(cudaSetDevice(0));
	CHECK(cudaStreamCreateWithFlags(&first, cudaStreamNonBlocking));
	CHECK(cudaEventCreateWithFlags(&done, cudaEventDisableTiming));
	from = device_copy(host);
	CHECK(cudaSetDevice(1));
	CHECK(cudaStreamCreateWithFlags(&second, cudaStreamNonBlocking));
	to = device_alloc<unsigned>(n);
	CHECK(cudaSetDevice(0));
	mix<<<blocks_for(n, 128), 128, 0, first>>>(from, n);
	CHECK_LAUNCH();
	CHECK(cudaMemcpyPeerAsync(to, 1, from, 0, n * 4, first));
	CHECK(cudaEventRecord(done, first));
	CHECK(cudaSetDevice(1));
	CHECK(cudaStreamWaitEvent(second, done, 0));
	mix<<<blocks_for(n, 128), 128, 0, second>>>(to, n);
	CHECK_LAUNCH();
	CHECK(cudaStreamSynchronize(second));
	mix_on_cpu(host, 17);
	mix_on_cpu(host, 99);
	check("two-devices-event", to, host);
	CHECK(cudaFree(to));
	CHECK(cudaStreamDestroy(second));
	CHECK(cudaFree(from));
	CHECK(cudaStreamDestroy(first));
	CHECK(cudaEventDestroy(done));
}

int
main()
{
	int count, current, can;

	CHECK(cudaGetDeviceCount(&count));
	if (count < 2) {
		printf("two-devices: skipped, there is one\n");
		return 77;
	}
	CHECK(cudaGetDevice(&current));
	EXPECT(current == 0);
	CHECK_ERROR(cudaErrorInvalidDevice, cudaSetDevice(count));
	(void)cudaGetLastError();
	CHECK(cudaDeviceCanAccessPeer(&can, 0, 1));
	EXPECT(can == 0 || can == 1);
	check_globals();
	check_work_and_copies();
	check_wrong_stream();
	check_event_across();
	CHECK(cudaSetDevice(0));
	return 0;
}
