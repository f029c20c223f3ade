/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 10,000 launches of a tiny kernel without waiting: queues fill up and are
 * emptied, and none of them may be lost, doubled or overtaken.
 */
#include "check.h"

static const int launches = 10000;

/* The order matters: another order gives another number. */
static __global__ void
step(unsigned *data, unsigned add)
{
	data[threadIdx.x] = data[threadIdx.x] * 69069u + add;
}

static void
run(const char *name, cudaStream_t stream)
{
	std::vector<unsigned> want(32);

	for (unsigned i = 0; i < 32; i++)
		want[i] = i * 1000;

	unsigned *data = device_copy(want);

	for (unsigned k = 0; k < launches; k++) {
		step<<<1, 32, 0, stream>>>(data, k);
		CHECK_LAUNCH();
		for (unsigned &v : want)
			v = v * 69069u + k;
	}
	CHECK(cudaStreamSynchronize(stream));

	std::vector<unsigned> got = host_copy(data, 32);

	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(data));
}

int
main()
{
	cudaStream_t stream;

	run("many-launches-default", 0);
	CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
	run("many-launches-stream", stream);
	CHECK(cudaStreamDestroy(stream));
	return 0;
}
