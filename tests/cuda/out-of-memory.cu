/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for more memory than there is: the documented error, at once, that
 * spoils nothing; and memory that can be used up and comes back.
 */
#include "work.h"

static void
check_refused(size_t bytes)
{
	void *p;

	CHECK_ERROR(cudaErrorMemoryAllocation, cudaMalloc(&p, bytes));
	CHECK_ERROR(cudaErrorMemoryAllocation, cudaPeekAtLastError());
	CHECK_ERROR(cudaErrorMemoryAllocation, cudaGetLastError());
	CHECK(cudaGetLastError());
}

/* Halves of what is left, until even a little is refused. */
static void
check_use_up()
{
	std::vector<void *> all;
	size_t left, total, size;

	CHECK(cudaMemGetInfo(&left, &total));
	for (size = left / 2; size >= (size_t)1 << 20;) {
		void *p;
		cudaError_t error = cudaMalloc(&p, size);

		if (error == cudaSuccess) {
			all.push_back(p);
			continue;
		}
		CHECK_ERROR(cudaErrorMemoryAllocation, error);
		CHECK_ERROR(cudaErrorMemoryAllocation, cudaGetLastError());
		size /= 2;
	}
	EXPECT(!all.empty());
	for (void *p : all)
		CHECK(cudaFree(p));
	/* What was there is there again. */
	CHECK(cudaMalloc(&all[0], left / 2));
	CHECK(cudaFree(all[0]));
}

int
main(int argc, char **argv)
{
	size_t left, total;

	/* On a card that others use, only the first part is polite. */
	bool use_up = argc > 1 && strcmp(argv[1], "use-up") == 0;

	report("out-of-memory-before", do_work(20));
	CHECK(cudaMemGetInfo(&left, &total));
	check_refused(total + ((size_t)1 << 30));
	check_refused((size_t)1 << 62);
	report("out-of-memory-after", do_work(21));
	if (use_up) {
		check_use_up();
		report("out-of-memory-used-up", do_work(22));
	}
	return 0;
}
