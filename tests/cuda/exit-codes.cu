/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program's own exit status must come through: 7, or the number given, after
 * work whose memory and streams are left to the end of the process.
 */
#include "work.h"

int
main(int argc, char **argv)
{
	cudaStream_t stream;

	report("exit-codes", do_work(3));
	CHECK(cudaStreamCreate(&stream));
	work_kernel<<<1, 32, 0, stream>>>(device_alloc<unsigned>(32), 32, 1);
	CHECK_LAUNCH();
	return argc > 1 ? atoi(argv[1]) : 7;
}
