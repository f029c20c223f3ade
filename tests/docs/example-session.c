/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session that PROTOCOL.md shows byte by byte. The client's own code talks to
 * the server's own code through a relay, which prints every frame: a line "C" or
 * "S" (who sent it), then its bytes in hexadecimal. The null backend answers, and
 * host names and the process number are fixed below, so the bytes are the same on
 * every machine.
 *
 * A pause before each step keeps it out of the batch of the one before.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/compiler.h"
#include "common/error.h"
#include "common/thread.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"
#include "protocol/bundle.h"
#include "server/session.h"
#include "tests/check.h"

static const char ptx[] = ".version 7.0\n.target sm_70\n.address_size 64\n"
			  ".visible .entry fill(.param .u64 data, .param .u64 "
			  "count,\n.param .u64 first, .param .u64 step)\n"
			  "{\nret;\n}\n";

/* ---- what would differ from machine to machine --------------------------- */

static bool is_server;

int
gethostname(char *name, size_t size)
{
	snprintf(name, size, "%s", is_server ? "gpubox" : "laptop");
	return 0;
}

pid_t
getpid(void)
{
	return 4242;
}

/* ---- the relay ------------------------------------------------------------- */

struct wire {
	int listener, session;
	pthread_mutex_t lock;
	uint8_t bytes[2][65536]; /* frames begun but not complete */
	size_t have[2];
	char *text; /* what is printed at the end */
	size_t text_size;
	FILE *out;
};

static struct wire wire = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void
print_frame(char side, const uint8_t *p, size_t size)
{
	fprintf(wire.out, "%c\n", side);
	for (size_t i = 0; i < size; i++)
		fprintf(wire.out, "%02x%c", p[i],
			i % 16 == 15 || i + 1 == size ? '\n' : ' ');
}

/* Prints every frame that is complete now. */
static void
take(int side, const uint8_t *data, size_t size)
{
	uint8_t *p = wire.bytes[side];
	struct rgpu_frame f;

	CHECK(size <= sizeof(wire.bytes[side]) - wire.have[side]);
	memcpy(p + wire.have[side], data, size);
	wire.have[side] += size;
	while (wire.have[side] >= RGPU_FRAME_HEADER) {
		CHECK_EQ(rgpu_frame_get(p, &f), 0);
		size = RGPU_FRAME_HEADER + f.length;
		if (wire.have[side] < size)
			return;
		print_frame("CS"[side], p, size);
		wire.have[side] -= size;
		memmove(p, p + size, wire.have[side]);
	}
}

static void
pass(int side, int from, int to)
{
	uint8_t data[16384];
	ssize_t n = recv(from, data, sizeof(data), 0);

	if (n <= 0)
		exit(0); /* one side has gone: main() is ending */
	pthread_mutex_lock(&wire.lock);
	take(side, data, (size_t)n);
	pthread_mutex_unlock(&wire.lock);
	CHECK_EQ(send(to, data, (size_t)n, MSG_NOSIGNAL), n);
}

static void *
relay(void *arg RGPU_UNUSED)
{
	int client = accept(wire.listener, NULL, NULL);

	for (;;) {
		struct pollfd p[2] = {
			{client, POLLIN, 0}, {wire.session, POLLIN, 0}};

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[0].revents)
			pass(0, client, wire.session);
		if (p[1].revents)
			pass(1, wire.session, client);
	}
	return NULL;
}

static void
start_session(void)
{
	int fd[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	wire.session = fd[0];
	if (fork())
		return;
	close(fd[0]);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	is_server = true;
	rgpu_session_run(rgpu_transport_unix.adopt(fd[1]),
		rgpu_backend_find("null"), NULL, 1, "example");
	_exit(0);
}

static void
start_relay(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	char url[200];
	pthread_t thread;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	snprintf(url, sizeof(url), "unix:%s", path);
	setenv("RGPU_SERVER", url, 1);
	wire.out = open_memstream(&wire.text, &wire.text_size);
	wire.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(wire.out && wire.listener >= 0);
	CHECK_EQ(bind(wire.listener, (struct sockaddr *)&a, sizeof(a)), 0);
	CHECK_EQ(listen(wire.listener, 1), 0);
	CHECK_EQ(rgpu_thread_start(&thread, "relay", relay, NULL), 0);
}

/* ---- the client -------------------------------------------------------------- */

static void
pause_shortly(void)
{
	usleep(5000);
}

/* One piece; libclient/load.c sends several. */
static void
upload(uint64_t blob)
{
	static uint64_t memory[64];
	struct rgpu_image_part part = {RGPU_IMAGE_PTX, ptx, sizeof(ptx)};
	size_t head = rgpu_bundle_head_size(1);
	struct rgpu_args_rgpu_blob_put a = {.blob = blob,
		.total = rgpu_bundle_size(&part, 1),
		.data = memory};

	CHECK(a.total <= sizeof(memory));
	rgpu_bundle_put_head((uint8_t *)memory, &part, 1);
	memcpy((uint8_t *)memory + head, ptx, sizeof(ptx));
	a.size = (uint32_t)a.total;
	CHECK_EQ(rgpu_post_rgpu_blob_put(0, &a), 0);
}

static void
load(uint64_t context, CUmodule *module)
{
	static const uint32_t no_options;
	struct rgpu_module *m =
		rgpu_module_new(rgpu_id_find(&rgpu_contexts, context));
	struct rgpu_args_cuModuleLoadDataEx a = {.module = m->id,
		.blob = 1,
		.jit = &no_options,
		.jitBytes = sizeof(no_options),
		.errorCapacity = 1024};
	struct rgpu_res_cuModuleLoadDataEx res;
	struct rgpu_call call;

	upload(a.blob);
	pause_shortly();
	CHECK_EQ(rgpu_call_cuModuleLoadDataEx(context, &a, &res, &call), 0);
	rgpu_call_end(&call);
	*module = rgpu_id_handle(m->id);
}

static void
run_kernel(CUmodule module, CUdeviceptr data)
{
	uint64_t count = 4, first = 100, step = 10;
	void *params[] = {&data, &count, &first, &step};
	CUfunction f;

	pause_shortly();
	CHECK_EQ(cuModuleGetFunction(&f, module, "fill"), 0);
	pause_shortly();
	CHECK_EQ(
		cuLaunchKernel(f, 2, 1, 1, 32, 1, 1, 0, NULL, params, NULL), 0);
}

/* What the client would find out by itself: sent all the same. */
static void
provoke_error(uint64_t context)
{
	struct rgpu_args_cuMemsetD8Async a = {.dstDevice = 4096, .N = 1};

	pause_shortly();
	CHECK_EQ(rgpu_post_cuMemsetD8Async(context, &a), 0);
	pause_shortly();
	CHECK_EQ(cuCtxSynchronize(), CUDA_ERROR_INVALID_VALUE);
}

static void
use_gpu(void)
{
	static const struct rgpu_args_rgpu_ping ping;
	static const uint32_t in[4] = {1, 2, 3, 4};
	uint32_t out[4];
	CUcontext context;
	CUdeviceptr data;
	CUmodule module;

	CHECK_EQ(cuInit(0), 0);
	CHECK_EQ(rgpu_call_rgpu_ping(0, &ping), 0);
	CHECK_EQ(cuDevicePrimaryCtxRetain(&context, 0), 0);
	CHECK_EQ(cuCtxSetCurrent(context), 0);
	CHECK_EQ(cuMemAlloc_v2(&data, sizeof(in)), 0);
	pause_shortly();
	CHECK_EQ(cuMemcpyHtoD_v2(data, in, sizeof(in)), 0);
	pause_shortly();
	load(rgpu_handle_id(context), &module);
	run_kernel(module, data);
	pause_shortly();
	CHECK_EQ(cuMemcpyDtoH_v2(out, data, sizeof(out)), 0);
	provoke_error(rgpu_handle_id(context));
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: example-session SOCKET\n");
		return 2;
	}
	program_invocation_short_name = (char *)(uintptr_t) "saxpy";
	unsetenv("RGPU_STATS");
	unsetenv("CUDA_VISIBLE_DEVICES");
	unsetenv("CUDA_LAUNCH_BLOCKING");
	start_session();
	start_relay(argv[1]);
	use_gpu();
	pthread_mutex_lock(&wire.lock);
	fflush(wire.out);
	fwrite(wire.text, 1, wire.text_size, stdout);
	fflush(stdout);
	unlink(argv[1]);
	_exit(0);
}
