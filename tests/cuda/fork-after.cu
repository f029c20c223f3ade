/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Children of a process that has already used CUDA: CUDA is dead for them and
 * says so, whichever way they end, and the parent's work is not disturbed.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

/* What a child can still ask is answered with one error. */
static void
expect_dead(unsigned *data)
{
	void *p;
	unsigned host[16];
	cudaStream_t stream;

	CHECK_ERROR(cudaErrorInitializationError, cudaMalloc(&p, 100));
	CHECK_ERROR(cudaErrorInitializationError,
		cudaMemcpy(host, data, sizeof(host), cudaMemcpyDeviceToHost));
	CHECK_ERROR(cudaErrorInitializationError, cudaDeviceSynchronize());
	CHECK_ERROR(cudaErrorInitializationError, cudaStreamCreate(&stream));
	work_kernel<<<1, 16>>>(data, 16, 1);
	CHECK_ERROR(cudaErrorInitializationError, cudaGetLastError());
}

/* Mode 0 ends by exit with its handlers, 1 by _exit, 2 touches nothing. */
static void
child_main(int mode, unsigned *data)
{
	if (mode != 2)
		expect_dead(data);
	if (mode == 1)
		_exit(31);
	exit(30 + mode);
}

int
main()
{
	std::vector<unsigned> before = do_work(7), after;
	unsigned *data = device_copy(before);
	int status;

	for (int mode = 0; mode < 3; mode++) {
		/* Work is under way while the child lives and dies. */
		work_kernel<<<20, 256>>>(data, (int)before.size(), mode);
		CHECK_LAUNCH();

		pid_t child = fork();

		EXPECT(child >= 0);
		if (child == 0)
			child_main(mode, data);
		EXPECT(waitpid(child, &status, 0) == child);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 30 + mode)
			FAIL("child %d: wait status 0x%x", mode, status);
		for (unsigned &v : before)
			v = (v ^ v >> 11) * 2246822519u + mode;
	}
	after = host_copy(data, before.size());
	expect_same("fork-after", after, before);
	report("fork-after", after);
	do_work(8);
	CHECK(cudaFree(data));
	return 0;
}
