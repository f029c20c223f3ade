/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wrong use of the runtime API: the documented codes, the names and texts of
 * errors, and the rules of the last error (kept by successes and by peeking,
 * taken by getting, one a thread).
 */
#include <thread>

#include "check.h"

static __device__ int variable[4];

static __global__ void
fill(int *data)
{
	data[threadIdx.x] = 5;
}

/* The call fails with this error, and so does the question for the last. */
#define CHECK_BOTH(want, call)                         \
	do {                                           \
		CHECK_ERROR(want, call);               \
		CHECK_ERROR(want, cudaGetLastError()); \
		CHECK(cudaGetLastError());             \
	} while (0)

static void
passed(const char *group)
{
	printf("runtime-errors-%s: ok\n", group);
	fflush(stdout);
}

static void
check_names()
{
	EXPECT(strcmp(cudaGetErrorName(cudaErrorMemoryAllocation),
		       "cudaErrorMemoryAllocation") == 0);
	EXPECT(strcmp(cudaGetErrorString(cudaErrorMemoryAllocation),
		       "out of memory") == 0);
	EXPECT(strcmp(cudaGetErrorName(cudaSuccess), "cudaSuccess") == 0);
	EXPECT(strcmp(cudaGetErrorString(cudaSuccess), "no error") == 0);
	EXPECT(strcmp(cudaGetErrorString((cudaError_t)123456),
		       "unrecognized error code") == 0);
	passed("names");
}

static void
check_arguments()
{
	int on_host[4] = {0}, count;
	void *p;
	cudaStream_t stream;

	CHECK(cudaGetDeviceCount(&count));
	CHECK_BOTH(cudaErrorInvalidValue, cudaMalloc((void **)nullptr, 16));
	CHECK_BOTH(cudaErrorInvalidValue, cudaFree(on_host));
	CHECK_BOTH(cudaErrorInvalidDevice, cudaSetDevice(count));
	CHECK_BOTH(cudaErrorInvalidDevice, cudaSetDevice(-1));
	CHECK_BOTH(cudaErrorInvalidMemcpyDirection,
		cudaMemcpy(on_host, on_host, 4, (enum cudaMemcpyKind)77));
	CHECK_BOTH(cudaErrorInvalidSymbol,
		cudaGetSymbolAddress(&p, (const void *)on_host));
	CHECK_BOTH(cudaErrorInvalidValue,
		cudaMemcpyToSymbol(variable, on_host, sizeof(on_host), 4));
	CHECK_BOTH(cudaErrorInvalidValue,
		cudaStreamCreateWithFlags(&stream, 0xff00));
	CHECK_BOTH(cudaErrorMemoryAllocation, cudaMalloc(&p, (size_t)1 << 60));
	passed("arguments");
}

/*
 * Runtimes up to 12 say invalid configuration. That of 13.0 was seen to hand
 * on what the driver says, and drivers document invalid value.
 */
static bool
is_refusal(cudaError_t error)
{
	return error == cudaErrorInvalidConfiguration ||
		error == cudaErrorInvalidValue;
}

static void
check_launches()
{
	int *data = device_copy(std::vector<int>(4, 1));
	const struct {
		dim3 grid, block;
	} wrong[] = {{0, 1}, {1, 0}, {1, 1025}, {1, dim3(32, 33)},
		{1, dim3(1, 1, 65)}, {dim3(1, 65536), 1}};

	for (const auto &w : wrong) {
		fill<<<w.grid, w.block>>>(data);
		EXPECT(is_refusal(cudaPeekAtLastError()));
		EXPECT(is_refusal(cudaGetLastError()));
		CHECK(cudaGetLastError());
	}
	CHECK(cudaDeviceSynchronize());
	expect_same("runtime-errors-launches", host_copy(data, 4),
		std::vector<int>(4, 1));
	/* None of it stands in the way of a right launch. */
	fill<<<1, 4>>>(data);
	CHECK_LAUNCH();
	expect_same("runtime-errors-launches", host_copy(data, 4),
		std::vector<int>(4, 5));
	CHECK(cudaFree(data));
	passed("launches");
}

/* Copies past the end of an allocation, and from nowhere. */
static void
check_ranges()
{
	const size_t size = 16 << 20;
	char *small = device_alloc<char>(4096);
	std::vector<char> host(size, 1);

	CHECK(cudaMemset(small, 3, 4096));
	CHECK_BOTH(cudaErrorInvalidValue,
		cudaMemcpy(small, host.data(), size, cudaMemcpyHostToDevice));
	CHECK_BOTH(cudaErrorInvalidValue,
		cudaMemcpy(host.data(), small, size, cudaMemcpyDeviceToHost));
	CHECK_BOTH(cudaErrorInvalidValue, cudaMemset(small, 0, size));
	expect_same("runtime-errors-ranges", host_copy(small, 4096),
		std::vector<char>(4096, 3));
	CHECK(cudaFree(small));
	CHECK_BOTH(cudaErrorInvalidValue, cudaFree(small));
	passed("ranges");
}

static void
check_last_error()
{
	void *p;
	cudaError_t elsewhere = cudaErrorUnknown;

	CHECK_ERROR(cudaErrorMemoryAllocation, cudaMalloc(&p, (size_t)1 << 60));
	/* A success in between does not wipe it out. */
	CHECK(cudaDeviceSynchronize());
	CHECK_ERROR(cudaErrorMemoryAllocation, cudaPeekAtLastError());
	CHECK_ERROR(cudaErrorMemoryAllocation, cudaPeekAtLastError());
	std::thread([&] { elsewhere = cudaGetLastError(); }).join();
	CHECK(elsewhere);
	/* A later failure takes its place. */
	CHECK_ERROR(cudaErrorInvalidDevice, cudaSetDevice(-1));
	CHECK_ERROR(cudaErrorInvalidDevice, cudaGetLastError());
	CHECK(cudaGetLastError());
	passed("last-error");
}

int
main()
{
	check_names();
	check_arguments();
	check_launches();
	check_ranges();
	check_last_error();
	return 0;
}
