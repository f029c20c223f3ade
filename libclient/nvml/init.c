/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, ending, and the way to the connection. */
#include "config.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "libclient/nvml/nvml.h"

#define FLAG_NO_GPUS   1u
#define FLAG_NO_ATTACH 2u

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned users; /* calls of nvmlInit; atomic for readers */
static const struct rgpu_bridge *bridge;
static struct rgpu_nvml_device devices[RGPU_DEVICES_MAX];
static unsigned device_count;

/* ---- the shim ------------------------------------------------------------------- */

/* Why there is no way to a server is one line, here or in the shim. */
static const struct rgpu_bridge *
find_bridge(void)
{
	static const CUuuid id = {.bytes = RGPU_BRIDGE_ID};
	void *shim = dlopen("libcuda.so.1", RTLD_NOW);
	void *p = shim ? dlsym(shim, "cuGetExportTable") : NULL;
	CUresult (*table_of)(const void **, const CUuuid *);
	const struct rgpu_bridge *b;
	const void *table = NULL;

	memcpy(&table_of, &p, sizeof(p));
	if (!p || table_of(&table, &id)) {
		rgpu_err("NVML: libcuda.so.1 of this process is not that of "
			 "rgpu: start the program with rgpu-run");
		return NULL;
	}
	b = table;
	if (b->size != sizeof(*b) || strcmp(b->release, PACKAGE_VERSION)) {
		rgpu_err("NVML: libcuda.so.1 is of another release of rgpu "
			 "than libnvidia-ml.so.1 (" PACKAGE_VERSION
			 "): install both anew");
		return NULL;
	}
	return b;
}

static uint64_t
pci_address(const struct rgpu_device_facts *f)
{
	const int32_t *a = f->attribute;

	return (uint64_t)(uint32_t)a[CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID] << 32 |
		(uint32_t)a[CU_DEVICE_ATTRIBUTE_PCI_BUS_ID] << 8 |
		(uint32_t)a[CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID];
}

static int
by_pci_address(const void *a, const void *b)
{
	const struct rgpu_nvml_device *x = a, *y = b;
	uint64_t p = pci_address(x->facts), q = pci_address(y->facts);

	return p != q ? (p > q) - (p < q)
		      : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static void
list_devices(const struct rgpu_facts *f)
{
	for (uint32_t i = 0; i < f->device_count; i++) {
		devices[i].ordinal = i;
		devices[i].facts = &f->device[i];
	}
	qsort(devices, f->device_count, sizeof(devices[0]), by_pci_address);
	for (uint32_t i = 0; i < f->device_count; i++)
		devices[i].index = i;
	device_count = f->device_count;
}

/* ---- for the other files ---------------------------------------------------------- */

unsigned
rgpu_nvml_count(void)
{
	return device_count;
}

struct rgpu_nvml_device *
rgpu_nvml_device_at(unsigned index)
{
	return &devices[index];
}

const struct rgpu_bridge *
rgpu_nvml_bridge(void)
{
	return bridge;
}

int
rgpu_nvml_enter(void)
{
	return __atomic_load_n(&users, __ATOMIC_ACQUIRE)
		? NVML_SUCCESS
		: NVML_ERROR_UNINITIALIZED;
}

int
rgpu_nvml_enter_device(const void *device)
{
	int r = rgpu_nvml_enter();

	if (r)
		return r;
	for (unsigned i = 0; i < device_count; i++) {
		if (device == &devices[i])
			return NVML_SUCCESS;
	}
	return NVML_ERROR_INVALID_ARGUMENT;
}

/* ---- the API ------------------------------------------------------------------------ */

static int
start(void)
{
	if (!bridge)
		bridge = find_bridge();
	if (!bridge || bridge->connect())
		return NVML_ERROR_DRIVER_NOT_LOADED;
	if (!device_count)
		list_devices(&bridge->welcome()->facts);
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlInitWithFlags(unsigned flags)
{
	int r = NVML_SUCCESS;

	if (flags & ~(FLAG_NO_GPUS | FLAG_NO_ATTACH))
		return NVML_ERROR_INVALID_ARGUMENT;
	pthread_mutex_lock(&lock);
	if (!users)
		r = start();
	if (!r)
		__atomic_add_fetch(&users, 1, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&lock);
	return r;
}

RGPU_EXPORT int
nvmlInit_v2(void)
{
	return nvmlInitWithFlags(0);
}

RGPU_EXPORT int
nvmlInit(void)
{
	return nvmlInitWithFlags(0);
}

/* The connection is the process's and stays. */
RGPU_EXPORT int
nvmlShutdown(void)
{
	int r = NVML_ERROR_UNINITIALIZED;

	pthread_mutex_lock(&lock);
	if (users) {
		__atomic_sub_fetch(&users, 1, __ATOMIC_RELEASE);
		r = NVML_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return r;
}
