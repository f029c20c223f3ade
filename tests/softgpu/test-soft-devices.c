/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: what the settings make of them, what they say of themselves, and
 * whose memory is whose. Each case has a process with settings of its own. */
#include "config.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

static char log_name[] = "/tmp/rgpu-test-XXXXXX";

static int
attribute(CUdevice_attribute which, CUdevice device)
{
	int v;

	CU(cuDeviceGetAttribute(&v, which, device));
	return v;
}

static void
without_settings(void)
{
	char name[100];
	CUdevice d;
	size_t bytes;
	int n;

	CU(cuInit(0));
	CU(cuDeviceGetCount(&n));
	CHECK_EQ(n, 1);
	CU(cuDeviceGetName(name, sizeof(name), 0));
	CHECK_STR(name, "rgpu software GPU");
	/* Cut, and ended by a NUL. */
	CU(cuDeviceGetName(name, 5, 0));
	CHECK_STR(name, "rgpu");
	CU(cuDeviceTotalMem_v2(&bytes, 0));
	CHECK_EQ(bytes, (size_t)8 << 30);
	CHECK_EQ(
		attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0), 12);
	CHECK_EQ(attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 0), 1);
	CHECK_EQ(attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0), 16);
	EXPECT_CU(cuDeviceGet(&d, 1), CUDA_ERROR_INVALID_DEVICE);
	EXPECT_CU(cuDeviceGet(&d, -1), CUDA_ERROR_INVALID_DEVICE);
	EXPECT_CU(cuDeviceTotalMem_v2(&bytes, 1), CUDA_ERROR_INVALID_DEVICE);
	EXPECT_CU(cuDeviceGetAttribute(&n, (CUdevice_attribute)0, 0),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuDeviceGetAttribute(&n, (CUdevice_attribute)999, 0),
		CUDA_ERROR_INVALID_VALUE);
	EXPECT_CU(cuInit(1), CUDA_ERROR_INVALID_VALUE);
}

static void
set_all(void)
{
	setenv("SOFTGPU_DEVICES", "3", 1);
	setenv("SOFTGPU_NAME", "Another GPU", 1);
	setenv("SOFTGPU_CC", "8.6", 1);
	setenv("SOFTGPU_MEM", "64MiB", 1);
	setenv("SOFTGPU_SMS", "4", 1);
	setenv("SOFTGPU_WORKERS", "1", 1);
}

static void
with_settings(void)
{
	CUdevprop p;
	CUdeviceptr a, b;
	char name[100];
	size_t bytes;
	int n;

	set_all();
	make_context();
	CU(cuDeviceGetCount(&n));
	CHECK_EQ(n, 3);
	CU(cuDeviceGetName(name, sizeof(name), 2));
	CHECK_STR(name, "Another GPU");
	CHECK_EQ(attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 1), 8);
	CHECK_EQ(attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 1), 6);
	CHECK_EQ(attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 1), 4);
	CU(cuDeviceGetProperties(&p, 0));
	CHECK_EQ(p.maxThreadsPerBlock, 1024);
	CU(cuDeviceTotalMem_v2(&bytes, 1));
	CHECK_EQ(bytes, (size_t)64 << 20);
	CU(cuMemAlloc_v2(&a, (size_t)40 << 20));
	EXPECT_CU(
		cuMemAlloc_v2(&b, (size_t)40 << 20), CUDA_ERROR_OUT_OF_MEMORY);
	CU(cuMemFree_v2(a));
	CU(cuMemAlloc_v2(&b, (size_t)40 << 20));
}

static void
with_nonsense(void)
{
	static const char *const bad[][2] = {
		{"SOFTGPU_DEVICES", "17"},
		{"SOFTGPU_CC", "12.x"},
		{"SOFTGPU_LIBRARY_CC", "4.0"},
		{"SOFTGPU_LIBRARY_SHARED", "101377"},
		{"SOFTGPU_MEM", "-8G"},
		{"SOFTGPU_SMS", "4 "},
		{"SOFTGPU_WORKERS", "0"},
	};
	char setting[64], want[64], log[2000];
	size_t n, lines = 0;
	FILE *f;

	snprintf(setting, sizeof(setting), "warn:%s", log_name);
	setenv("RGPU_LOG", setting, 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		setenv(bad[i][0], bad[i][1], 1);
	without_settings();
	f = fopen(log_name, "r");
	CHECK(f);
	n = fread(log, 1, sizeof(log) - 1, f);
	log[n] = '\0';
	fclose(f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(want, sizeof(want), "%s=%s ", bad[i][0], bad[i][1]);
		CHECK(strstr(log, want));
	}
	for (size_t i = 0; i < n; i++)
		lines += log[i] == '\n';
	CHECK_EQ(lines, sizeof(bad) / sizeof(bad[0]));
}

static void
get_uuids(CUuuid *uuids, int count)
{
	int n;

	CU(cuInit(0));
	CU(cuDeviceGetCount(&n));
	CHECK_EQ(n, count);
	for (int i = 0; i < n; i++)
		CU(cuDeviceGetUuid_v2(&uuids[i], i));
}

/* The first and the last of three, turned round: uuids and places go along. */
static void
with_visible_devices(void)
{
	static const int bus_of_first = 0xc0;
	CUuuid uuids[2];
	CUdevice d;
	char text[20];

	set_all();
	setenv("CUDA_VISIBLE_DEVICES", "2,0", 1);
	get_uuids(uuids, 2);
	CHECK(memcmp(&uuids[0], &uuids[1], sizeof(uuids[0])));
	CHECK_EQ(
		attribute(CU_DEVICE_ATTRIBUTE_PCI_BUS_ID, 0), bus_of_first + 2);
	CHECK_EQ(attribute(CU_DEVICE_ATTRIBUTE_PCI_BUS_ID, 1), bus_of_first);
	CU(cuDeviceGetPCIBusId(text, sizeof(text), 0));
	CHECK_STR(text, "0000:C2:00.0");
	EXPECT_CU(cuDeviceGetPCIBusId(text, 12, 0), CUDA_ERROR_INVALID_VALUE);
	CU(cuDeviceGetByPCIBusId(&d, "0000:C2:00.0"));
	CHECK_EQ(d, 0);
	CU(cuDeviceGetByPCIBusId(&d, "c0:00"));
	CHECK_EQ(d, 1);
	EXPECT_CU(cuDeviceGetByPCIBusId(&d, "0000:C1:00.0"),
		CUDA_ERROR_INVALID_DEVICE);
	EXPECT_CU(cuDeviceGetByPCIBusId(&d, "here"), CUDA_ERROR_INVALID_VALUE);
}

static void
with_no_visible_device(void)
{
	int n;

	setenv("RGPU_LOG", "error", 1);
	setenv("CUDA_VISIBLE_DEVICES", "-1", 1);
	EXPECT_CU(cuInit(0), CUDA_ERROR_NO_DEVICE);
	EXPECT_CU(cuDeviceGetCount(&n), CUDA_ERROR_NOT_INITIALIZED);
}

/* Stores 5 at an address from a new context of a device. */
static CUresult
store_from(CUdevice device, CUdeviceptr at, CUcontext peer)
{
	unsigned value = 5;
	void *params[] = {&at, &value};
	CUcontext c;
	CUfunction f;
	CUmodule m;
	CUresult r;

	CU(cuCtxCreate_v2(&c, 0, device));
	if (peer) {
		CU(cuCtxEnablePeerAccess(peer, 0));
		EXPECT_CU(cuCtxEnablePeerAccess(peer, 0),
			CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED);
	}
	CU(cuModuleLoadData(&m, HEAD STORE));
	CU(cuModuleGetFunction(&f, m, "store"));
	CU(cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, NULL, params, NULL));
	r = cuCtxSynchronize();
	CU(cuCtxDestroy_v2(c));
	return r;
}

static void
with_two_devices(void)
{
	CUcontext first, second;
	CUdeviceptr a, b;
	unsigned v = 0;
	int n;

	setenv("SOFTGPU_DEVICES", "2", 1);
	first = make_context();
	CU(cuMemAlloc_v2(&a, 4));
	CU(cuMemsetD32_v2(a, 1, 1));
	CU(cuCtxCreate_v2(&second, 0, 1));
	CU(cuMemAlloc_v2(&b, 4));
	CHECK(a != b);
	CU(cuPointerGetAttribute(&n, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, a));
	CHECK_EQ(n, 0);
	CU(cuPointerGetAttribute(&n, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, b));
	CHECK_EQ(n, 1);
	CU(cuDeviceCanAccessPeer(&n, 0, 1));
	CHECK_EQ(n, 1);
	CU(cuDeviceCanAccessPeer(&n, 1, 1));
	CHECK_EQ(n, 0);

	CU(cuMemcpyPeer(b, second, a, first, 4));
	CU(cuMemcpyDtoH_v2(&v, b, 4));
	CHECK_EQ(v, 1);
	EXPECT_CU(cuMemcpyPeer(b, second, a, NULL, 4),
		CUDA_ERROR_INVALID_CONTEXT);
	EXPECT_CU(store_from(1, a, NULL), CUDA_ERROR_ILLEGAL_ADDRESS);
	CU(cuMemcpyDtoH_v2(&v, a, 4));
	CHECK_EQ(v, 1);
	CU(store_from(1, a, first));
	CU(cuMemcpyDtoH_v2(&v, a, 4));
	CHECK_EQ(v, 5);
	EXPECT_CU(cuCtxDisablePeerAccess(first),
		CUDA_ERROR_PEER_ACCESS_NOT_ENABLED);
	CU(cuCtxDestroy_v2(second));
	CU(cuCtxDestroy_v2(first));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"one device, if nobody says otherwise", without_settings},
		{"settings make the devices", with_settings},
		{"settings without sense are named and not used",
			with_nonsense},
		{"CUDA_VISIBLE_DEVICES chooses and orders",
			with_visible_devices},
		{"without a visible device there is no driver",
			with_no_visible_device},
		{"memory is one device's, and its peers'", with_two_devices},
	};
	static const char *const settings[] = {"CUDA_VISIBLE_DEVICES",
		"SOFTGPU_CC", "SOFTGPU_DEVICES", "SOFTGPU_LIBRARY_CC",
		"SOFTGPU_LIBRARY_SHARED", "SOFTGPU_MEM", "SOFTGPU_NAME",
		"SOFTGPU_SMS", "SOFTGPU_WORKERS"};
	int fd = mkstemp(log_name);

	CHECK(fd >= 0);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		unsetenv(settings[i]);
	setenv("RGPU_LOG", "error:/dev/null", 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		printf("%s\n", cases[i].behaviour);
		fflush(stdout);
		in_child(cases[i].run);
	}
	close(fd);
	unlink(log_name);
	return 0;
}
