/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions behind the hidden tables. They rest on the inner functions, so
 * the shim and the software GPU share them. Signatures were found by experiment
 * (CUDA 13.0); the comment at each says what the caller does with the answer.
 */
#include "config.h"
#include "cudaabi/slots.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/cls.h"
#include "cudaabi/entry.h"
#include "cudaabi/gen/inner.h"
#include "cudaabi/ops.h"
#include "cudaabi/selftest.h"

static rgpu_slot_fn *cudart_table, *integrity_table;

void
rgpu_slots_set_tables(rgpu_slot_fn *cudart, rgpu_slot_fn *integrity)
{
	cudart_table = cudart;
	integrity_table = integrity;
}

CUresult
rgpu_slot_unknown(const char *table, int slot)
{
	static _Atomic unsigned long long seen;
	unsigned long long bit = 1ull << ((unsigned)slot % 64);

	/* Slots that share a bit are logged once together: enough to see that
	 * something is missing, without a flood. */
	if (!(atomic_fetch_or(&seen, bit) & bit))
		rgpu_warn("hidden driver table %s, slot %d, is not known: "
			  "answered CUDA_ERROR_NOT_SUPPORTED",
			table, slot);
	return CUDA_ERROR_NOT_SUPPORTED;
}

/* CUDART_INTERFACE: cudart reads the handle of the primary context of each
 * device at start, without making it active. */
static CUresult
cudart_primary(CUcontext *context, CUdevice dev)
{
	return rgpu_primary_context(dev, context);
}

/* [1], [6], [8]: a module from a fat binary; older runtimes. */
static CUresult
cudart_module(CUmodule *module, const void *wrapper)
{
	return rgpu_do_cuModuleLoadData(module, wrapper);
}

static CUresult
cudart_module_ex(CUmodule *module, const void *wrapper, void *a RGPU_UNUSED,
	void *b RGPU_UNUSED, unsigned c RGPU_UNUSED)
{
	return rgpu_do_cuModuleLoadData(module, wrapper);
}

static CUresult
cudart_module_fatbin(const void *fatbin, CUmodule *module, void *a RGPU_UNUSED,
	void *b RGPU_UNUSED, unsigned c RGPU_UNUSED)
{
	return rgpu_do_cuModuleLoadData(module, fatbin);
}

static void
cudart_no_op(size_t size RGPU_UNUSED)
{
}

static CUresult
success(void)
{
	return CUDA_SUCCESS;
}

/* TOOLS_CALLBACKS: flags of subscribed callbacks; nobody is subscribed. */
static void
tools_callbacks(void **flags, size_t *count)
{
	static unsigned zero[1024];

	*flags = zero;
	*count = 1024;
}

static void
tools_callbacks_few(void **flags, size_t *count)
{
	static unsigned zero[16];

	*flags = zero;
	*count = 14;
}

/* TOOLS_TLS: a handle given back to TOOLS_CONTEXT; NULL serves. */
static CUresult
tools_tls(void **out)
{
	*out = NULL;
	return CUDA_SUCCESS;
}

/* In a forked child, where the runtime's destructors still call, the lock of
 * the storage may be held for ever. */
static CUresult
cls_context(CUcontext *context)
{
	CUresult r = rgpu_enter(RGPU_OP_cuCtxGetCurrent);

	if (r)
		return r;
	if (!*context)
		rgpu_do_cuCtxGetCurrent(context);
	return *context ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
}

static CUresult
cls_put(CUcontext context, void *key, void *value, rgpu_cls_dtor dtor)
{
	CUresult r = cls_context(&context);

	return r ? r : rgpu_cls_put(context, key, value, dtor);
}

static CUresult
cls_delete(CUcontext context, void *key)
{
	CUresult r = cls_context(&context);

	return r ? r : rgpu_cls_delete(context, key);
}

/* A new thread asks without a current context and must be told so (201); it
 * then sets the primary context itself. */
static CUresult
cls_get(void **value, CUcontext context, void *key)
{
	CUresult r = cls_context(&context);

	return r ? r : rgpu_cls_get(context, key, value);
}

/* CONTEXT_CHECKS: no restriction on the context. */
static CUresult
context_check(CUcontext context RGPU_UNUSED, uint32_t *result,
	const void **detail RGPU_UNUSED)
{
	*result = 0;
	return CUDA_SUCCESS;
}

static CUresult
selftest_devices(struct rgpu_selftest *t)
{
	struct rgpu_selftest_device *d;
	int count = 0;
	CUresult r = rgpu_do_cuDeviceGetCount(&count);

	if (r)
		return r;
	d = calloc((size_t)count + 1, sizeof(*d));
	if (!d)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (int i = 0; i < count && !r; i++) {
		CUuuid uuid;

		r = rgpu_do_cuDeviceGetUuid_v2(&uuid, i);
		if (r)
			break;
		memcpy(d[i].uuid, &uuid, sizeof(d[i].uuid));
		rgpu_do_cuDeviceGetAttribute(
			&d[i].pci_domain, CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID, i);
		rgpu_do_cuDeviceGetAttribute(
			&d[i].pci_bus, CU_DEVICE_ATTRIBUTE_PCI_BUS_ID, i);
		rgpu_do_cuDeviceGetAttribute(
			&d[i].pci_device, CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID, i);
	}
	t->devices = d;
	t->device_count = (size_t)count;
	return r;
}

/* INTEGRITY: the runtime's self-test; called three times a copy of cudart. */
static CUresult
integrity(uint32_t version, uint64_t seconds, uint8_t *answer)
{
	struct rgpu_selftest t = {.version = version, .seconds = seconds};
	int driver = 0;
	CUresult r = rgpu_do_cuDriverGetVersion(&driver);

	if (!r)
		r = selftest_devices(&t);
	if (!r) {
		t.driver_version = (uint32_t)driver;
		t.cudart_table = cudart_table;
		t.integrity_table = integrity_table;
		memcpy(&t.integrity_function, &integrity_table[1],
			sizeof(t.integrity_function));
		r = rgpu_selftest_answer(&t, answer);
	}
	free((void *)(uintptr_t)t.devices);
	return r;
}

/* TOOLS_CONTEXT [4]: values 0, 1, 8 and pointers made no difference to the
 * kernels that cuBLAS chose. */
static CUresult
tools_context_word(void *tls RGPU_UNUSED, uint64_t *out)
{
	*out = 0;
	return CUDA_SUCCESS;
}

/* [51] then [39]: a number for a stream. cuBLAS compares it with the stream that
 * last used its workspace: it must be unique, or two streams race. */
static CUresult
tools_context_stream(void *tls RGPU_UNUSED, CUstream stream, void **out)
{
	unsigned long long id = 0;
	CUresult r = rgpu_do_cuStreamGetId(stream, &id);

	if (!r)
		*out = (void *)(uintptr_t)id;
	return r;
}

static CUresult
tools_context_stream_id(void *tls RGPU_UNUSED, void *stream, uint64_t *out)
{
	*out = (uint64_t)(uintptr_t)stream;
	return CUDA_SUCCESS;
}

/* CUBLASLT_1734 [4]: two zeroed cells; untouched gives the same kernels. */
static CUresult
cublaslt_cells(uint64_t *a RGPU_UNUSED, uint64_t *b RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

/* TOOLS_MODULE [7]: calls back for each function of a module and returns how
 * many there are (cuFFT wants exactly the one it loaded). */
static int
tools_module_functions(CUcontext context RGPU_UNUSED, CUmodule module,
	void (*callback)(void *user, CUfunction f), void *user)
{
	CUfunction *f;
	unsigned n = 0;

	if (rgpu_do_cuModuleGetFunctionCount(&n, module) || n == 0)
		return 0;
	f = calloc(n, sizeof(*f));
	if (!f || rgpu_do_cuModuleEnumerateFunctions(f, n, module))
		n = 0;
	for (unsigned i = 0; i < n; i++)
		callback(user, f[i]);
	free(f);
	return (int)n;
}

const struct rgpu_slot rgpu_slots[] = {
	{"CUDART_INTERFACE", 1, (rgpu_slot_fn)cudart_module},
	{"CUDART_INTERFACE", 2, (rgpu_slot_fn)cudart_primary},
	{"CUDART_INTERFACE", 6, (rgpu_slot_fn)cudart_module_ex},
	{"CUDART_INTERFACE", 7, (rgpu_slot_fn)cudart_no_op},
	{"CUDART_INTERFACE", 8, (rgpu_slot_fn)cudart_module_fatbin},
	{"CUDART_INTERFACE", 12, (rgpu_slot_fn)success},
	{"TOOLS_CALLBACKS", 2, (rgpu_slot_fn)tools_callbacks},
	{"TOOLS_CALLBACKS", 6, (rgpu_slot_fn)tools_callbacks_few},
	{"TOOLS_TLS", 2, (rgpu_slot_fn)tools_tls},
	{"CLS", 0, (rgpu_slot_fn)cls_put},
	{"CLS", 1, (rgpu_slot_fn)cls_delete},
	{"CLS", 2, (rgpu_slot_fn)cls_get},
	{"CONTEXT_CHECKS", 2, (rgpu_slot_fn)context_check},
	{"CONTEXT_CHECKS", 3, (rgpu_slot_fn)success},
	{"INTEGRITY", 1, (rgpu_slot_fn)integrity},
	{"TOOLS_CONTEXT", 4, (rgpu_slot_fn)tools_context_word},
	{"TOOLS_CONTEXT", 39, (rgpu_slot_fn)tools_context_stream_id},
	{"TOOLS_CONTEXT", 51, (rgpu_slot_fn)tools_context_stream},
	{"TOOLS_MODULE", 7, (rgpu_slot_fn)tools_module_functions},
	{"CUBLASLT_1734", 4, (rgpu_slot_fn)cublaslt_cells},
};
const size_t rgpu_slot_count = RGPU_COUNT(rgpu_slots);
