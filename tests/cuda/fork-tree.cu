/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of processes, three deep, forked before CUDA is used; each uses it at
 * the same time as its children, and threads of its own do, too. The parent of
 * all then forks again, having used CUDA, a child that only replaces itself by a
 * new program: this one again, which works.
 */
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "work.h"

static void
expect_exit(pid_t child, int want)
{
	int status;

	EXPECT(waitpid(child, &status, 0) == child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != want)
		FAIL("child: wait status 0x%x, not exit %d", status, want);
}

static void
node(int depth, unsigned number)
{
	pid_t child[2];

	for (int i = 0; depth > 0 && i < 2; i++) {
		child[i] = fork();
		EXPECT(child[i] >= 0);
		if (child[i] == 0) {
			node(depth - 1, number * 2 + i + 1);
			exit(10 + i);
		}
	}

	std::thread other([=] { do_work(number + 100); });

	do_work(number);
	other.join();
	for (int i = 0; depth > 0 && i < 2; i++)
		expect_exit(child[i], 10 + i);
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "again") == 0) {
		do_work(7777);
		return 33;
	}
	node(2, 0);

	pid_t child = fork();

	EXPECT(child >= 0);
	if (child == 0) {
		execl("/proc/self/exe", argv[0], "again", (char *)NULL);
		_exit(1);
	}
	expect_exit(child, 33);
	auto result = do_work(5);

	report("fork-tree", result);
	return 0;
}
