/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults in kernels, one kind a run, chosen by the argument: store (far out of
 * bounds), load, null, misaligned, assert, trap. The error comes out at the
 * next call that waits and stays for the life of the process; the process
 * itself ends well (status 0) when all codes are as documented.
 */
#include <cassert>

#include "check.h"

/* Far beyond any allocation: 2^40 bytes above the buffer. */
static const size_t far = (size_t)1 << 38;

static __global__ void
store(int *data, size_t offset)
{
	if (threadIdx.x == 5)
		data[offset] = 1;
}

static __global__ void
load(int *data, size_t offset)
{
	if (threadIdx.x == 6)
		data[0] = data[offset] + 1;
}

static __global__ void
store_misaligned(char *data)
{
	*(int *)(data + 1 + threadIdx.x * 4) = 1;
}

static __global__ void
fail_assertion(int *data)
{
	if (threadIdx.x == 3 && blockIdx.x == 1)
		assert(data[0] == 12345 && "meant to fail");
}

static __global__ void
stop(int *data)
{
	if (data[0] != 12345)
		__trap();
}

static __global__ void
fill(int *data)
{
	data[threadIdx.x] = 7 * threadIdx.x;
}

struct kind {
	const char *name;
	cudaError_t error;
};

static const struct kind kinds[] = {
	{"store", cudaErrorIllegalAddress},
	{"load", cudaErrorIllegalAddress},
	{"null", cudaErrorIllegalAddress},
	{"misaligned", cudaErrorMisalignedAddress},
	{"assert", cudaErrorAssert},
	{"trap", cudaErrorLaunchFailure},
};

static void
launch(const char *name, int *data)
{
	if (strcmp(name, "store") == 0)
		store<<<2, 32>>>(data, far);
	else if (strcmp(name, "load") == 0)
		load<<<2, 32>>>(data, far);
	else if (strcmp(name, "null") == 0)
		store<<<2, 32>>>(nullptr, 0);
	else if (strcmp(name, "misaligned") == 0)
		store_misaligned<<<1, 8>>>((char *)data);
	else if (strcmp(name, "assert") == 0)
		fail_assertion<<<2, 32>>>(data);
	else
		stop<<<1, 32>>>(data);
}

/* Whatever needs the device says the same, again and again. */
static void
check_sticky(cudaError_t want, int *data)
{
	int host[32];
	void *more;
	cudaStream_t stream;
	int device;

	for (int round = 0; round < 2; round++) {
		CHECK_ERROR(want, cudaDeviceSynchronize());
		CHECK_ERROR(want, cudaMalloc(&more, 256));
		CHECK_ERROR(want,
			cudaMemcpy(host, data, sizeof(host),
				cudaMemcpyDeviceToHost));
		CHECK_ERROR(want, cudaMemset(data, 0, sizeof(host)));
		CHECK_ERROR(want, cudaStreamCreate(&stream));
		CHECK_ERROR(want, cudaStreamSynchronize(0));
		fill<<<1, 32>>>(data);
		CHECK_ERROR(want, cudaGetLastError());
	}
	CHECK_ERROR(want, cudaFree(data));
	/* Questions that need no device are still answered. */
	CHECK(cudaGetDevice(&device));
	EXPECT(device == 0);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "store";
	const struct kind *kind = nullptr;
	int *data = device_alloc<int>(32);
	char line[64];

	for (const struct kind &k : kinds)
		if (strcmp(k.name, name) == 0)
			kind = &k;
	if (!kind)
		FAIL("usage: kernel-fault store|load|null|misaligned|assert|"
		     "trap");
	fill<<<1, 32>>>(data);
	CHECK_LAUNCH();

	std::vector<int> before = host_copy(data, 32);

	EXPECT(before[31] == 7 * 31);
	launch(name, data);
	CHECK_LAUNCH();
	check_sticky(kind->error, data);
	snprintf(line, sizeof(line), "kernel-fault-%s", name);
	report(line, before);
	return 0;
}
