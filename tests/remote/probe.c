/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small CUDA program of many modes, for the tests of what happens around
 * calls: servers that are not there, end, or refuse. Built without a toolkit.
 * Prints a line for each thing asked, "WHAT: CUDA_ERROR_...".
 *
 *   probe init             cuInit
 *   probe add [N]          vector additions, each checked
 *   probe path FILE        the same, through dlopen(FILE)
 *   probe devices          how many devices, and their UUIDs
 *   probe spin             prints "spinning" and waits for an endless kernel
 *   probe callback         the same, with a callback behind the kernel
 *   probe loop             prints "working", then adds until something fails
 *   probe handles|pointers|modules|fault|fork|output|posts N|
 *         graphs N
 */
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/remote/cu.h"
#include "tests/remote/probe-ptx.h"

#define COUNT 1000

static CUcontext context;
static CUmodule module;

static void
say(const char *what, CUresult r)
{
	printf("%s: %s\n", what, cu_name(r));
	fflush(stdout);
}

/* What a call returns, and how long it took where that matters. */
static void
say_timed(const char *what, CUresult r, uint64_t start)
{
	say(what, r);
	fprintf(stderr, "%s took %.3f s\n", what,
		(double)(rgpu_now() - start) / 1e9);
}

static void
begin(void)
{
	CUdevice device;

	MUST(cuInit, 0);
	MUST(cuDeviceGet, &device, 0);
	MUST(cuDevicePrimaryCtxRetain, &context, device);
	MUST(cuCtxSetCurrent, context);
	MUST(cuModuleLoadData, &module, probe_ptx);
}

static CUfunction
function(const char *name)
{
	CUfunction f;

	MUST(cuModuleGetFunction, &f, module, name);
	return f;
}

static CUresult
launch(const char *name, unsigned threads, void **params)
{
	return CU(cuLaunchKernel)(
		function(name), 1, 1, 1, threads, 1, 1, 0, NULL, params, NULL);
}

/* out = in + 1; the first call that fails, or -1 when a number is wrong. */
static int
add_once(CUdeviceptr data, int round)
{
	int host[COUNT];
	int n = COUNT;
	void *params[] = {&data, &n};
	CUresult r;

	for (int i = 0; i < COUNT; i++)
		host[i] = i * round;
	r = CU(cuMemcpyHtoD_v2)(data, host, sizeof(host));
	if (!r)
		r = CU(cuLaunchKernel)(function("increment"), (COUNT + 63) / 64,
			1, 1, 64, 1, 1, 0, NULL, params, NULL);
	if (!r)
		r = CU(cuMemcpyDtoH_v2)(host, data, sizeof(host));
	for (int i = 0; !r && i < COUNT; i++) {
		if (host[i] != i * round + 1)
			return -1;
	}
	return (int)r;
}

static int
do_add(int rounds)
{
	CUdeviceptr data;

	begin();
	MUST(cuMemAlloc_v2, &data, COUNT * sizeof(int));
	for (int i = 0; i < rounds; i++) {
		int r = add_once(data, i);

		if (r) {
			printf("add: round %d: %d\n", i, r);
			return 1;
		}
	}
	printf("add: %d right\n", rounds);
	return 0;
}

static int
do_init(void)
{
	uint64_t start = rgpu_now();
	CUresult r = CU(cuInit)(0);

	say_timed("cuInit", r, start);
	return r ? 1 : 0;
}

static int
do_devices(void)
{
	int count;

	MUST(cuInit, 0);
	MUST(cuDeviceGetCount, &count);
	printf("devices: %d\n", count);
	for (int i = 0; i < count; i++) {
		CUdevice d;
		CUuuid id;

		MUST(cuDeviceGet, &d, i);
		MUST(cuDeviceGetUuid_v2, &id, d);
		printf("GPU-");
		for (int b = 0; b < 16; b++)
			printf("%s%02x",
				b == 4 || b == 6 || b == 8 || b == 10 ? "-"
								      : "",
				(uint8_t)id.bytes[b]);
		printf("\n");
	}
	return 0;
}

static int
do_spin(void)
{
	uint64_t start;
	CUresult r;

	begin();
	r = launch("spin", 1, NULL);
	if (r) {
		say("launch", r);
		return 1;
	}
	printf("spinning\n");
	fflush(stdout);
	start = rgpu_now();
	r = CU(cuCtxSynchronize)();
	say_timed("cuCtxSynchronize", r, start);
	/* And every call after it. */
	say("cuCtxSynchronize", CU(cuCtxSynchronize)());
	return r ? 3 : 0;
}

static void
called_back(CUstream stream, CUresult status, void *data)
{
	(void)stream;
	(void)data;
	say("callback", status);
}

static int
do_callback(void)
{
	CUresult r;

	begin();
	MUST(cuLaunchKernel, function("spin"), 1, 1, 1, 1, 1, 1, 0, NULL, NULL,
		NULL);
	MUST(cuStreamAddCallback, NULL, called_back, NULL, 0);
	printf("spinning\n");
	fflush(stdout);
	r = CU(cuCtxSynchronize)();
	/* The callback has a thread of its own. */
	usleep(200000);
	say("cuCtxSynchronize", r);
	return r ? 3 : 0;
}

static int
do_loop(void)
{
	CUdeviceptr data;
	int r = 0;

	begin();
	MUST(cuMemAlloc_v2, &data, COUNT * sizeof(int));
	for (int i = 0; !r; i++) {
		r = add_once(data, i % 100);
		if (i == 10) {
			printf("working\n");
			fflush(stdout);
		}
	}
	if (r < 0) {
		printf("loop: wrong numbers\n");
		return 1;
	}
	say("loop", (CUresult)r);
	return 3;
}

/* Handles that never were, of another kind, and no longer valid. */
static int
do_handles(void)
{
	void *const garbage[] = {(void *)(uintptr_t)0x1234,
		(void *)(uintptr_t)0x7fff12345678, (void *)-16, NULL};
	CUstream gone;
	CUevent event;
	CUfunction f;

	begin();
	MUST(cuStreamCreate, &gone, 0);
	MUST(cuStreamDestroy_v2, gone);
	MUST(cuEventCreate, &event, 0);
	for (int i = 0; garbage[i]; i++) {
		say("stream", CU(cuStreamSynchronize)(garbage[i]));
		say("event", CU(cuEventSynchronize)(garbage[i]));
		say("module", CU(cuModuleGetFunction)(&f, garbage[i], "spin"));
		say("unload", CU(cuModuleUnload)(garbage[i]));
		say("kernel",
			CU(cuLaunchKernel)(garbage[i], 1, 1, 1, 1, 1, 1, 0,
				NULL, NULL, NULL));
		say("context", CU(cuCtxSetCurrent)(garbage[i]));
	}
	say("gone stream", CU(cuStreamSynchronize)(gone));
	say("gone stream again", CU(cuStreamDestroy_v2)(gone));
	say("event as stream", CU(cuStreamSynchronize)((CUstream)event));
	say("stays usable", CU(cuCtxSynchronize)());
	return 0;
}

static int
do_pointers(void)
{
	static char host[4096];
	CUdeviceptr p, other;

	begin();
	MUST(cuMemAlloc_v2, &p, 1024);
	MUST(cuMemAlloc_v2, &other, 1024);
	say("copy past the end", CU(cuMemcpyHtoD_v2)(p, host, 4096));
	say("copy back past the end", CU(cuMemcpyDtoH_v2)(host, p, 4096));
	say("copy to nowhere", CU(cuMemcpyHtoD_v2)(64, host, 16));
	say("copy from nowhere", CU(cuMemcpyDtoH_v2)(host, ~15ull, 16));
	say("size that wraps",
		CU(cuMemcpyDtoD_v2)(other, p, (size_t) - (int64_t)p));
	say("memset past the end", CU(cuMemsetD8_v2)(p + 1000, 0, 100));
	say("free inside", CU(cuMemFree_v2)(p + 16));
	say("free", CU(cuMemFree_v2)(p));
	say("free again", CU(cuMemFree_v2)(p));
	say("copy to freed", CU(cuMemcpyHtoD_v2)(p, host, 16));
	say("stays usable", CU(cuMemcpyHtoD_v2)(other, host, 1024));
	return 0;
}

static void
load(const char *what, const void *image)
{
	CUmodule m;

	say(what, CU(cuModuleLoadData)(&m, image));
}

/* Images that are none. What follows each is readable: a driver may look. */
static int
do_modules(void)
{
	static union {
		uint32_t word[1024];
		char text[4096];
	} u;

	begin();
	load("empty text", u.text);
	strcpy(u.text, "this is no module\n");
	load("prose", u.text);
	strcpy(u.text,
		".version 6.5\n.target sm_75\n.address_size 64\n"
		".visible .entry k() { frobnicate.u32 %r1; ret; }\n");
	load("unknown instruction", u.text);
	strcpy(u.text,
		".version 6.5\n.target sm_75\n.address_size 64\n"
		".visible .entry k( { ret\n");
	load("cut off", u.text);
	memset(&u, 0, sizeof(u));
	u.word[0] = 0xba55ed50; /* fat binary */
	u.word[1] = 0x00100001;
	u.word[2] = 0xffffffff;
	u.word[3] = 0xffffffff;
	load("fat binary of 2^64 bytes", &u);
	memset(&u, 0, sizeof(u));
	u.word[0] = 0xba55ed50;
	u.word[1] = 0x00100001;
	u.word[2] = 64;
	load("fat binary of nothing", &u);
	memcpy(&u, "\177ELF\2\1\1", 7);
	load("ELF of nothing", &u);
	load("no image", NULL);
	say("stays usable", CU(cuCtxSynchronize)());
	return 0;
}

/* A kernel that writes where nothing is: the fault stays. */
static int
do_fault(void)
{
	CUdeviceptr nowhere = 0x10, p;
	int n = 1;
	void *params[] = {&nowhere, &n};

	begin();
	say("launch", launch("increment", 1, params));
	say("synchronise", CU(cuCtxSynchronize)());
	say("allocate", CU(cuMemAlloc_v2)(&p, 16));
	say("synchronise again", CU(cuCtxSynchronize)());
	return 0;
}

static int
do_fork(void)
{
	int status;
	pid_t child;

	begin();
	child = fork();
	if (!child) {
		say("child", CU(cuCtxSynchronize)());
		_exit(0);
	}
	waitpid(child, &status, 0);
	say("parent", CU(cuCtxSynchronize)());
	return status ? 1 : 0;
}

static int
do_output(void)
{
	begin();
	for (int i = 0; i < 3; i++) {
		printf("before %d\n", i);
		MUST(cuLaunchKernel, function("speak"), 1, 1, 1, 1, 1, 1, 0,
			NULL, NULL, NULL);
		MUST(cuCtxSynchronize);
		printf("after %d\n", i);
	}
	return 0;
}

/* What needs no reply, many times over, and one wait at the end. */
static int
do_posts(int n)
{
	CUdeviceptr data;
	int count = 64;
	void *params[] = {&data, &count};
	static int host[64];
	CUfunction f;

	begin();
	MUST(cuMemAlloc_v2, &data, sizeof(host));
	MUST(cuMemsetD8_v2, data, 0, sizeof(host));
	f = function("increment");
	for (int i = 0; i < n; i++) {
		CUstream s;
		CUevent e;

		MUST(cuStreamCreate, &s, 0);
		MUST(cuEventCreate, &e, CU_EVENT_DISABLE_TIMING);
		MUST(cuMemsetD32Async, data, 1, 64, s);
		MUST(cuMemcpyHtoDAsync_v2, data, host, sizeof(host), s);
		MUST(cuLaunchKernel, f, 1, 1, 1, 64, 1, 1, 0, s, params, NULL);
		MUST(cuEventRecord, e, s);
		MUST(cuStreamWaitEvent, NULL, e, 0);
		MUST(cuEventDestroy_v2, e);
		MUST(cuStreamDestroy_v2, s);
	}
	MUST(cuCtxSynchronize);
	printf("posts: %d\n", n);
	return 0;
}

/* A captured graph of four nodes, launched n times. */
static int
do_graphs(int n)
{
	CUdeviceptr data;
	CUstream s;
	CUgraph graph;
	CUgraphExec exec;

	begin();
	MUST(cuMemAlloc_v2, &data, 256);
	MUST(cuStreamCreate, &s, 0);
	MUST(cuStreamBeginCapture_v2, s, CU_STREAM_CAPTURE_MODE_GLOBAL);
	for (unsigned i = 0; i < 4; i++)
		MUST(cuMemsetD32Async, data, i, 64, s);
	MUST(cuStreamEndCapture, s, &graph);
	MUST(cuGraphInstantiateWithFlags, &exec, graph, 0);
	for (int i = 0; i < n; i++)
		MUST(cuGraphLaunch, exec, s);
	MUST(cuCtxSynchronize);
	printf("graphs: %d\n", n);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 1;
	const struct {
		const char *name;
		int (*run)(void);
	} modes[] = {
		{"init", do_init},
		{"devices", do_devices},
		{"spin", do_spin},
		{"callback", do_callback},
		{"loop", do_loop},
		{"handles", do_handles},
		{"pointers", do_pointers},
		{"modules", do_modules},
		{"fault", do_fault},
		{"fork", do_fork},
		{"output", do_output},
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!strcmp(mode, modes[i].name))
			return modes[i].run();
	}
	if (!strcmp(mode, "path") && argc > 2) {
		cu_library = argv[2];
		return do_add(1);
	}
	if (!strcmp(mode, "add"))
		return do_add(n);
	if (!strcmp(mode, "posts"))
		return do_posts(n);
	if (!strcmp(mode, "graphs"))
		return do_graphs(n);
	fprintf(stderr, "probe: unknown mode '%s'\n", mode);
	return 2;
}
