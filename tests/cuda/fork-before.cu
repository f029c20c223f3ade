/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes forked before anybody has used CUDA: each of them, and the parent
 * at the same time, is a CUDA program of its own.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

static const int children = 3;

int
main()
{
	pid_t child[children];
	int status;

	for (int i = 0; i < children; i++) {
		child[i] = fork();
		EXPECT(child[i] >= 0);
		if (child[i] == 0) {
			for (unsigned k = 0; k < 5; k++)
				do_work(i * 100 + k);
			/* One ends by return, as main usually does. */
			if (i == 0)
				return 40;
			exit(40 + i);
		}
	}

	std::vector<unsigned> result = do_work(1000);

	for (int i = 0; i < children; i++) {
		EXPECT(waitpid(child[i], &status, 0) == child[i]);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 40 + i)
			FAIL("child %d: wait status 0x%x", i, status);
	}
	result = do_work(1001);
	report("fork-before", result);
	return 0;
}
