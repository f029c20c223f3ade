/* SPDX-License-Identifier: Apache-2.0 */
/*
 * module-many-kernels: two source files compiled with -rdc=true and linked on
 * the device too. Kernels, device functions, variables, constants and a
 * function pointer cross between the files; one file has 20 kernels.
 */
#include "check.h"
#include "rdc-part.h"

static __device__ unsigned private_value = 6;

__device__ unsigned
call_back(unsigned x)
{
	return x ^ private_value;
}

/* Many kernels from one template, all entries of one module. */
template <int N>
__global__ void
numbered(unsigned *data, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n) {
		data[i] = shared_operation(data[i] + N) * (2 * N + 1);
		data[i] += work_on({N, N + 1}, data[i]);
		atomicAdd(&shared_total, (unsigned)N);
	}
}

static unsigned
work_on_cpu(unsigned factor, unsigned offset, unsigned x)
{
	return (x * factor ^ 6) + offset;
}

/* Launches kernel N and all before it. */
template <int N>
static void
launch_up_to(unsigned *data, std::vector<unsigned> &want, unsigned &total)
{
	if constexpr (N > 0)
		launch_up_to<N - 1>(data, want, total);

	int n = (int)want.size();

	numbered<N><<<blocks_for(n, 64), 64>>>(data, n);
	CHECK_LAUNCH();
	for (unsigned &v : want) {
		v = ((v + N) / 2 + 11) * (2 * N + 1);
		v += work_on_cpu(N, N + 1, v);
		total += N;
	}
}

int
main()
{
	const int n = 500;
	std::vector<unsigned> want(n);
	unsigned total = 100, got_total;

	for (int i = 0; i < n; i++)
		want[i] = i * 12345u;

	unsigned *data = device_copy(want);

	launch_up_to<19>(data, want, total);
	kernel_of_part<<<blocks_for(n, 128), 128>>>(data, n);
	CHECK_LAUNCH();
	for (unsigned &v : want)
		v = work_on_cpu(3, 7, v) + 5;
	total += n;

	std::vector<unsigned> got = host_copy(data, n);

	expect_same("module-many-kernels", got, want);
	report("module-many-kernels", got);
	CHECK(cudaMemcpyFromSymbol(
		&got_total, shared_total, sizeof(got_total)));
	if (got_total != total)
		fail_element("module-many-kernels-total", 0, got_total, total);
	report("module-many-kernels-total", &got_total, sizeof(got_total));
	CHECK(cudaFree(data));
	return 0;
}
