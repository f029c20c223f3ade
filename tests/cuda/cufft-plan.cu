/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuFFT makes plans of several sizes, tells their work areas, and destroys
 * them. No transform is run: which kernel that needs depends on the device.
 */
#include <cufft.h>

#include "work.h"

#define CHECK_FFT(call)                                             \
	do {                                                        \
		cufftResult result_ = (call);                       \
                                                                    \
		if (result_ != CUFFT_SUCCESS)                       \
			FAIL("%s: cuFFT error %d", #call, result_); \
	} while (0)

int
main()
{
	const int sizes[] = {64, 256, 1000};
	cufftHandle plan;
	cudaStream_t stream;
	int version = 0;

	CHECK_FFT(cufftGetVersion(&version));
	EXPECT(version >= 10000);
	CHECK(cudaStreamCreate(&stream));
	for (int size : sizes) {
		size_t area;

		CHECK_FFT(cufftPlan1d(&plan, size, CUFFT_C2C, 4));
		CHECK_FFT(cufftSetStream(plan, stream));
		CHECK_FFT(cufftGetSize(plan, &area));
		CHECK_FFT(cufftDestroy(plan));
	}
	CHECK(cudaStreamDestroy(stream));
	report("cufft-plan", &version, sizeof(version));
	do_work(6);
	return 0;
}
