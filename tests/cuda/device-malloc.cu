/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heap of the device: malloc, free, new and delete in kernels, memory that
 * one launch leaves to the next, a destructor through a virtual table, and
 * malloc's NULL when the heap is full.
 */
#include "check.h"

static const int threads = 64, blocks = 4;

struct item {
	struct item *next;
	unsigned value;
};

class counter
{
      public:
	__device__ virtual ~counter()
	{
	}
	__device__ virtual unsigned count(unsigned x) = 0;
};

class doubling : public counter
{
	unsigned *log;

      public:
	__device__
	doubling(unsigned *where)
	    : log(where)
	{
	}
	__device__ ~doubling() override
	{
		*log += 1000;
	}
	__device__ unsigned
	count(unsigned x) override
	{
		return 2 * x;
	}
};

/* A list of its own length for each thread. */
static __global__ void
build(struct item **lists)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	struct item *first = nullptr;

	for (int k = 0; k <= i % 9; k++) {
		struct item *it = (struct item *)malloc(sizeof(*it));

		if (!it)
			break;
		it->next = first;
		it->value = i * 100 + k;
		first = it;
	}
	lists[i] = first;
}

static __global__ void
sum_and_free(struct item **lists, unsigned *out)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	unsigned sum = 0;

	/* Somebody else's list: the heap is the device's, not the thread's. */
	i = gridDim.x * blockDim.x - 1 - i;
	for (struct item *it = lists[i]; it;) {
		struct item *next = it->next;

		sum = sum * 3 + it->value;
		free(it);
		it = next;
	}
	out[i] = sum;
}

static __global__ void
use_new(unsigned *out)
{
	int i = threadIdx.x;
	unsigned *array = new unsigned[i + 1];
	counter *c = new doubling(&out[i]);

	out[i] = 0;
	for (int k = 0; k <= i; k++)
		array[k] = c->count(k);
	for (int k = 0; k <= i; k++)
		out[i] += array[k];
	delete[] array;
	delete c;
}

/* More than the whole heap, then what fits. */
static __global__ void
too_much(size_t heap, unsigned *out)
{
	void *p = malloc(heap * 2);

	out[0] = p == nullptr;
	free(p);
	p = malloc(1000);
	out[1] = p != nullptr && (size_t)p % 16 == 0;
	free(p);
	free(nullptr);
}

static void
check_lists()
{
	const int n = threads * blocks;
	struct item **lists = device_alloc<struct item *>(n);
	unsigned *out = device_alloc<unsigned>(n);
	std::vector<unsigned> want(n, 0);

	build<<<blocks, threads>>>(lists);
	CHECK_LAUNCH();
	sum_and_free<<<blocks, threads>>>(lists, out);
	CHECK_LAUNCH();
	for (int i = 0; i < n; i++)
		for (int k = i % 9; k >= 0; k--)
			want[i] = want[i] * 3 + i * 100 + k;

	std::vector<unsigned> got = host_copy(out, n);

	expect_same("device-malloc-lists", got, want);
	report("device-malloc-lists", got);
	CHECK(cudaFree(lists));
	CHECK(cudaFree(out));
}

int
main()
{
	size_t heap = 0;
	unsigned *out = device_alloc<unsigned>(threads);
	std::vector<unsigned> want(threads), got;

	CHECK(cudaDeviceSetLimit(cudaLimitMallocHeapSize, 4 << 20));
	CHECK(cudaDeviceGetLimit(&heap, cudaLimitMallocHeapSize));
	EXPECT(heap >= 4 << 20);
	check_lists();
	use_new<<<1, threads>>>(out);
	CHECK_LAUNCH();
	for (unsigned i = 0; i < threads; i++)
		want[i] = i * (i + 1) + 1000;
	got = host_copy(out, threads);
	expect_same("device-malloc-new", got, want);
	report("device-malloc-new", got);
	too_much<<<1, 1>>>(heap, out);
	CHECK_LAUNCH();
	got = host_copy(out, 2);
	expect_same("device-malloc-full", got, std::vector<unsigned>{1, 1});
	report("device-malloc-full", got);
	CHECK(cudaFree(out));
	return 0;
}
