/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that uses NVML as it finds it: usage: probe MODE [LIBRARY]. Prints
 * what it is told, one line a fact, and each error as its name.
 *
 *   list      what there is
 *   sensors   what changes
 *   errors    wrong use
 *   process   before and after this process has a context
 *   fork      in a child, before anybody called cuInit
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Functions are called as they are found: without a prototype. */
#pragma GCC diagnostic ignored "-Wstrict-prototypes"

static void *nvml;

static void *
symbol(void *library, const char *name)
{
	void *p = dlsym(library, name);

	if (!p) {
		fprintf(stderr, "probe: no %s\n", name);
		exit(3);
	}
	return p;
}

/* Calls a function of NVML by its name; every argument is a word. */
#define CALL(name, ...) \
	(((int (*)())(uintptr_t)symbol(nvml, #name))(__VA_ARGS__))

static const char *
text(int result)
{
	const char *(*f)(int) = NULL;
	void *p = symbol(nvml, "nvmlErrorString");

	memcpy(&f, &p, sizeof(p));
	return f(result);
}

#define SAY(name, ...)                                                     \
	do {                                                               \
		int r_ = CALL(name, __VA_ARGS__);                          \
		if (r_)                                                    \
			printf("%s: error %d, %s\n", #name, r_, text(r_)); \
	} while (0)

static void
say_number(const char *what, int r, unsigned long long value)
{
	if (r)
		printf("%s: %s\n", what, text(r));
	else
		printf("%s: %llu\n", what, value);
}

static void *
device(unsigned i)
{
	void *d = NULL;

	SAY(nvmlDeviceGetHandleByIndex_v2, i, &d);
	return d;
}

static int
do_list(void)
{
	char name[96] = "", uuid[96] = "", version[80] = "";
	unsigned count = 0, pci[17];
	int cuda = 0, major = 0, minor = 0;

	SAY(nvmlDeviceGetCount_v2, &count);
	SAY(nvmlSystemGetDriverVersion, version, 80u);
	SAY(nvmlSystemGetCudaDriverVersion, &cuda);
	printf("devices: %u\ndriver: %s\ncuda: %d\n", count, version, cuda);
	for (unsigned i = 0; i < count; i++) {
		void *d = device(i), *again = NULL;

		SAY(nvmlDeviceGetName, d, name, 96u);
		SAY(nvmlDeviceGetUUID, d, uuid, 96u);
		SAY(nvmlDeviceGetCudaComputeCapability, d, &major, &minor);
		SAY(nvmlDeviceGetPciInfo_v3, d, pci);
		printf("device %u: %s, %s, %d.%d, %s\n", i, name, uuid, major,
			minor, (char *)&pci[9]);
		SAY(nvmlDeviceGetHandleByUUID, uuid, &again);
		printf("by UUID: %s\n", again == d ? "the same" : "another");
		again = NULL;
		SAY(nvmlDeviceGetHandleByPciBusId_v2, (char *)&pci[9], &again);
		printf("by bus: %s\n", again == d ? "the same" : "another");
	}
	return 0;
}

static int
do_sensors(void)
{
	unsigned long long memory[3] = {0}, wide = 0;
	struct {
		unsigned version, sensor;
		int degrees;
	} t = {12u | 1u << 24, 1, 0};
	struct {
		unsigned id, scope;
		long long timestamp, latency;
		unsigned type;
		int result;
		unsigned long long value;
	} f[2] = {{.id = 5, .scope = 4}, {.id = 13}};
	unsigned n[4] = {0};
	char serial[96] = "";
	void *d = device(0), *found = NULL;
	int r = CALL(nvmlDeviceGetMemoryInfo, d, memory);

	say_number("memory total", r, memory[0]);
	say_number("memory free", r, memory[1]);
	say_number("memory used", r, memory[2]);
	r = CALL(nvmlDeviceGetPowerUsage, d, n);
	say_number("power", r, n[0]);
	r = CALL(nvmlDeviceGetTotalEnergyConsumption, d, &wide);
	say_number("energy", r, wide);
	r = CALL(nvmlDeviceGetTemperature, d, 0u, n);
	say_number("temperature", r, n[0]);
	r = CALL(nvmlDeviceGetTemperature, d, 5u, n);
	say_number("no such sensor", r, n[0]);
	r = CALL(nvmlDeviceGetTemperatureV, d, &t);
	printf("temperature V: %s %d\n", text(r), t.degrees);
	r = CALL(nvmlDeviceGetClock, d, 2u, 3u, n);
	say_number("clock", r, n[0]);
	r = CALL(nvmlDeviceGetTotalEccErrors, d, 1u, 1u, &wide);
	say_number("ecc errors", r, wide);
	r = CALL(nvmlDeviceGetEccMode, d, &n[0], &n[1]);
	say_number("ecc", r, n[0]);
	r = CALL(nvmlDeviceGetRemappedRows, d, n, n + 1, n + 2, n + 3);
	say_number("rows", r, n[0] + 10 * n[1] + 100 * n[2] + 1000 * n[3]);
	r = CALL(nvmlDeviceGetFanSpeed, d, n);
	say_number("fan", r, n[0]);
	r = CALL(nvmlDeviceGetSerial, d, serial, 96u);
	printf("serial: %s %s\n", text(r), serial);
	r = CALL(nvmlDeviceGetHandleBySerial, "serial-2", &found);
	printf("by serial: %s\n", r ? text(r) : found == d ? "0" : "1");
	r = CALL(nvmlDeviceGetFieldValues, d, 2, f);
	printf("fields: %s, %d %llu, %d\n", text(r), f[0].result, f[0].value,
		f[1].result);
	r = CALL(nvmlDeviceGetP2PStatus, d, device(1), 3u, n);
	say_number("p2p", r, n[0]);
	r = CALL(nvmlDeviceGetTopologyCommonAncestor, d, device(1), n);
	say_number("ancestor", r, n[0]);
	return 0;
}

static int
do_errors(void)
{
	void *d = device(0), *none = NULL;
	char small[4];
	unsigned n;

	printf("beyond: %s\n",
		text(CALL(nvmlDeviceGetHandleByIndex_v2, 99u, &none)));
	printf("garbage: %s\n", text(CALL(nvmlDeviceGetIndex, &n, &n)));
	printf("nowhere: %s\n", text(CALL(nvmlDeviceGetIndex, d, NULL)));
	printf("short: %s\n", text(CALL(nvmlDeviceGetName, d, small, 4u)));
	printf("unknown: %s\n",
		text(CALL(nvmlDeviceGetHandleByUUID, "GPU-0", &none)));
	n = 7;
	printf("version: %s\n", text(CALL(nvmlDeviceGetMemoryInfo_v2, d, &n)));
	printf("set: %s\n", text(CALL(nvmlDeviceSetComputeMode, d, 1u)));
	printf("set again: %s\n", text(CALL(nvmlDeviceSetComputeMode, d, 1u)));
	CALL(nvmlShutdown);
	printf("after: %s\n", text(CALL(nvmlDeviceGetIndex, d, &n)));
	printf("ended: %s\n", text(CALL(nvmlShutdown)));
	return CALL(nvmlInit_v2);
}

static void
say_processes(void *d)
{
	struct {
		unsigned pid;
		unsigned long long memory;
		unsigned instance[2];
	} p[4];
	unsigned n = 4;
	int r = CALL(nvmlDeviceGetComputeRunningProcesses_v3, d, &n, p);

	printf("processes: %s %u%s\n", text(r), n,
		n && p[0].pid == (unsigned)getpid() ? ", this one" : "");
}

static int
do_process(void)
{
	void *cuda = dlopen("libcuda.so.1", RTLD_NOW), *d = device(0);
	void *context = NULL;
	unsigned none = 0;

	say_processes(d);
	if (((int (*)())(uintptr_t)symbol(cuda, "cuInit"))(0u) ||
		((int (*)())(uintptr_t)symbol(
			cuda, "cuDevicePrimaryCtxRetain"))(&context, 0))
		return 4;
	say_processes(d);
	printf("no room: %s\n",
		text(CALL(
			nvmlDeviceGetComputeRunningProcesses, d, &none, NULL)));
	say_processes(device(1));
	return 0;
}

static int
do_fork(void)
{
	unsigned long long memory[3] = {0};
	void *cuda = dlopen("libcuda.so.1", RTLD_NOW), *d = device(0);
	int status = 0;
	pid_t pid;

	SAY(nvmlDeviceGetMemoryInfo, d, memory);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		printf("child NVML: %s\n",
			text(CALL(nvmlDeviceGetMemoryInfo, d, memory)));
		printf("child CUDA: %d\n",
			((int (*)())(uintptr_t)symbol(cuda, "cuInit"))(0u));
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("parent NVML: %s\n",
		text(CALL(nvmlDeviceGetMemoryInfo, d, memory)));
	printf("parent CUDA: %d\n",
		((int (*)())(uintptr_t)symbol(cuda, "cuInit"))(0u));
	return status;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} modes[] = {{"list", do_list}, {"sensors", do_sensors},
		{"errors", do_errors}, {"process", do_process},
		{"fork", do_fork}};
	int r;

	nvml = dlopen(argc > 2 ? argv[2] : "libnvidia-ml.so.1", RTLD_NOW);
	if (argc < 2 || !nvml) {
		fprintf(stderr, "probe: %s\n", argc < 2 ? "MODE" : dlerror());
		return 2;
	}
	r = CALL(nvmlInit_v2);
	if (r) {
		printf("nvmlInit: %s\n", text(r));
		return 1;
	}
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!strcmp(argv[1], modes[i].name))
			return modes[i].run() || CALL(nvmlShutdown);
	}
	return 2;
}
