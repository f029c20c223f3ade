/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cudaDeviceReset: everything the process has on the device goes, variables
 * are as they were initialised, and the program can begin again.
 */
#include "work.h"

__device__ unsigned state = 1234;

static __global__ void
change()
{
	state += 1;
}

int
main()
{
	std::vector<unsigned> first, again;
	unsigned value;
	size_t before, after, total;

	CHECK(cudaDeviceReset());
	for (int round = 0; round < 3; round++) {
		CHECK(cudaMemcpyFromSymbol(&value, state, sizeof(value)));
		EXPECT(value == 1234);
		change<<<1, 1>>>();
		CHECK_LAUNCH();
		CHECK(cudaMemcpyFromSymbol(&value, state, sizeof(value)));
		EXPECT(value == 1235);
		again = do_work(30);
		if (round == 0)
			first = again;
		expect_same("device-reset", again, first);
		/* Left behind on purpose; the reset takes it back. */
		CHECK(cudaMemGetInfo(&before, &total));
		(void)device_alloc<char>(32 << 20);
		CHECK(cudaDeviceReset());
	}
	CHECK(cudaMemGetInfo(&after, &total));
	EXPECT(after + (16 << 20) > before);
	report("device-reset", again);
	CHECK(cudaDeviceReset());
	return 0;
}
