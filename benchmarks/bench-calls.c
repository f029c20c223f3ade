/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What remoting costs a caller: a posted launch and a synchronous call, against
 * the null backend, with both ends pinned to one core and to two. Beside them
 * stands the raw limit, taken in the same run: a ping-pong of messages of the
 * same size over the same kind of socket, with sleeping and with spinning ends.
 *
 *   bench-calls            (in a build tree: ./run benchmarks/bench-calls)
 */
#include "config.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "cudaabi/errors.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"

#define ROUNDS	 9 /* medians are taken of so many */
#define LAUNCHES 200000
#define CALLS	 20000
#define MESSAGE	 48 /* a frame header and a unit header */

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static void
pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *list)
{
	qsort(list, ROUNDS, sizeof(*list), compare);
	return list[ROUNDS / 2];
}

static double
us_each(uint64_t start, int n)
{
	return (double)(rgpu_now() - start) / 1e3 / n;
}

/* ---- the raw limit ------------------------------------------------------------- */

static void
transfer(int fd, char *message, bool sending, bool spin)
{
	for (size_t at = 0; at < MESSAGE;) {
		ssize_t n = sending ? send(fd, message + at, MESSAGE - at, 0)
				    : recv(fd, message + at, MESSAGE - at,
					      spin ? MSG_DONTWAIT : 0);

		if (n == 0)
			_exit(0);
		if (n > 0)
			at += (size_t)n;
	}
}

static double
raw_ping_pong(int server_cpu, bool spin)
{
	double us[ROUNDS];
	char message[MESSAGE] = {0};
	int fd[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		fail("socketpair");
	pid = fork();
	if (pid == 0) {
		close(fd[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pin(server_cpu);
		for (;;) {
			transfer(fd[1], message, false, spin);
			transfer(fd[1], message, true, spin);
		}
	}
	close(fd[1]);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = rgpu_now();

		for (int k = 0; k < CALLS; k++) {
			transfer(fd[0], message, true, spin);
			transfer(fd[0], message, false, spin);
		}
		us[i] = us_each(start, CALLS);
	}
	kill(pid, SIGKILL);
	close(fd[0]);
	waitpid(pid, NULL, 0);
	return median(us);
}

/* ---- the client's side ----------------------------------------------------------- */

static void
must(const char *what, CUresult r)
{
	if (!r)
		return;
	fprintf(stderr, "bench-calls: %s: %s\n", what,
		rgpu_cuda_error_name((int)r));
	exit(1);
}

static CUfunction
prepare(void)
{
	CUcontext context;
	CUmodule module;
	CUfunction f;

	must("cuInit", cuInit(0));
	must("retain", cuDevicePrimaryCtxRetain(&context, 0));
	must("set current", cuCtxSetCurrent(context));
	must("load", cuModuleLoadData(&module, ".version 7.0\n"));
	must("look up", cuModuleGetFunction(&f, module, "kernel"));
	return f;
}

/* Launches one after the other, with a synchronisation at the end of a round
 * that is not counted: the cost to the thread that launches. */
static double
measure_launch(CUfunction f)
{
	double us[ROUNDS];
	uint64_t a = 1, b = 2, c = 3, d = 4;
	void *params[] = {&a, &b, &c, &d};

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = rgpu_now();

		for (int k = 0; k < LAUNCHES; k++)
			must("launch",
				cuLaunchKernel(f, 1, 1, 1, 32, 1, 1, 0, NULL,
					params, NULL));
		us[i] = us_each(start, LAUNCHES);
		must("synchronise", cuCtxSynchronize());
	}
	return median(us);
}

static double
measure_call(void)
{
	const struct rgpu_args_rgpu_ping a = {0};
	double us[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = rgpu_now();

		for (int k = 0; k < CALLS; k++)
			must("call", rgpu_call_rgpu_ping(0, &a));
		us[i] = us_each(start, CALLS);
	}
	return median(us);
}

static double
measure_synchronise(void)
{
	double us[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		uint64_t start = rgpu_now();

		for (int k = 0; k < CALLS; k++)
			must("synchronise", cuCtxSynchronize());
		us[i] = us_each(start, CALLS);
	}
	return median(us);
}

/* In a process of its own, pinned, with RGPU_SERVER set. */
static int
measure(int client_cpu, int server_cpu)
{
	double sleeping, spinning, launch, call, synchronise;
	CUfunction f;

	pin(client_cpu);
	sleeping = raw_ping_pong(server_cpu, false);
	spinning = client_cpu == server_cpu ? sleeping
					    : raw_ping_pong(server_cpu, true);
	f = prepare();
	launch = measure_launch(f);
	call = measure_call();
	synchronise = measure_synchronise();
	printf("%s\n",
		client_cpu == server_cpu ? "both ends on one core"
					 : "client and server on two cores");
	printf("  raw ping-pong, sleeping ends    %7.2f us\n", sleeping);
	if (client_cpu != server_cpu)
		printf("  raw ping-pong, spinning ends    %7.2f us\n",
			spinning);
	printf("  synchronous call                %7.2f us  %.2f x raw "
	       "(budget 1.30)\n",
		call, call / sleeping);
	printf("  cuCtxSynchronize                %7.2f us  %.2f x raw\n",
		synchronise, synchronise / sleeping);
	printf("  posted launch, 4 arguments      %7.3f us  (budget 0.300), "
	       "%.2f million a second\n",
		launch, 1 / launch);
	return 0;
}

/* ---- the server, pinned ---------------------------------------------------------- */

static pid_t
start_server(const char *url, int cpu)
{
	int ready[2];
	char fd[12], line[256];
	pid_t pid;

	if (pipe(ready))
		fail("pipe");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		pin(cpu);
		close(ready[0]);
		snprintf(fd, sizeof(fd), "%d", ready[1]);
		execlp("rgpud", "rgpud", "--listen", url, "--backend", "null",
			"--ready-fd", fd, (char *)NULL);
		fail("rgpud");
	}
	close(ready[1]);
	if (read(ready[0], line, sizeof(line)) <= 0) {
		fprintf(stderr, "bench-calls: the server did not start\n");
		exit(1);
	}
	close(ready[0]);
	return pid;
}

static int
run(const char *url, int client_cpu, int server_cpu)
{
	pid_t server = start_server(url, server_cpu), pid;
	int status = 1;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		setenv("RGPU_SERVER", url, 1);
		exit(measure(client_cpu, server_cpu));
	}
	waitpid(pid, &status, 0);
	kill(server, SIGTERM);
	waitpid(server, NULL, 0);
	return status ? 1 : 0;
}

int
main(void)
{
	char dir[] = "/tmp/rgpu-bench-XXXXXX", url[64];
	int cpus[2] = {0, 0}, n = 0, r;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || !mkdtemp(dir))
		fail("start");
	for (int i = 0; i < CPU_SETSIZE && n < 2; i++) {
		if (CPU_ISSET(i, &set))
			cpus[n++] = i;
	}
	snprintf(url, sizeof(url), "unix:%s/socket", dir);
	r = run(url, cpus[0], cpus[0]);
	if (!r && n == 2)
		r = run(url, cpus[0], cpus[1]);
	rmdir(dir);
	return r;
}
