/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes, and what only the server's NVML knows. Every function of
 * protocol/nvml.h is exported here with the signature of its shape.
 */
#include "config.h"

#include <string.h>

#include "libclient/nvml/nvml.h"
#include "protocol/nvml.h"

/* CUDA cores of a multiprocessor, by the CUDA programming guide. */
static unsigned
cores(const struct rgpu_nvml_device *d)
{
	int major = rgpu_nvml_attribute(
		d, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
	int minor = rgpu_nvml_attribute(
		d, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
	int n = rgpu_nvml_attribute(
		d, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
	bool half = major == 7 || (major == 8 && minor == 0) ||
		(major == 6 && minor == 0);

	return (unsigned)n * (half ? 64 : 128);
}

/* MHz; NVML_CLOCK_GRAPHICS, _SM and _MEM. */
static int
max_clock(const struct rgpu_nvml_device *d, uint32_t type, unsigned *mhz)
{
	if (type > 2)
		return NVML_ERROR_NOT_SUPPORTED;
	*mhz = (unsigned)rgpu_nvml_attribute(d,
		       type == 2 ? CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE
				 : CU_DEVICE_ATTRIBUTE_CLOCK_RATE) /
		1000;
	return *mhz ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
}

static int
memory_v2(const struct rgpu_nvml_device *d, const void *in, void *out)
{
	struct rgpu_nvml_memory_v2 m;
	struct rgpu_nvml_memory old;
	int r;

	memcpy(&m.version, in, sizeof(m.version));
	if (m.version != NVML_STRUCT(struct rgpu_nvml_memory_v2, 2u))
		return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
	r = rgpu_nvml_ask(d, RGPU_NVML_nvmlDeviceGetMemoryInfo, 0, 0, NULL,
		&old, sizeof(old));
	m.total = old.total;
	m.reserved = 0;
	m.free = old.free;
	m.used = old.used;
	if (!r)
		memcpy(out, &m, sizeof(m));
	return r;
}

static int
attributes(const struct rgpu_nvml_device *d, void *out)
{
	const struct rgpu_nvml_attributes a = {
		.processors = (unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
		.copy_engines = (unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT),
		.memory_mib = d->facts->total_memory >> 20,
	};

	memcpy(out, &a, sizeof(a));
	return NVML_SUCCESS;
}

/* A server without NVML: what the driver's attributes say. */
static int
without_nvml(const struct rgpu_nvml_device *d, uint32_t query, uint32_t a,
	const void *in, void *out)
{
	unsigned *n = out;

	switch (query) {
	case RGPU_NVML_nvmlDeviceGetMemoryInfo_v2: return memory_v2(d, in, out);
	case RGPU_NVML_nvmlDeviceGetAttributes_v2: return attributes(d, out);
	case RGPU_NVML_nvmlDeviceGetMaxClockInfo: return max_clock(d, a, n);
	case RGPU_NVML_nvmlDeviceGetNumGpuCores: *n = cores(d); break;
	case RGPU_NVML_nvmlDeviceGetMinorNumber: *n = d->index; break;
	case RGPU_NVML_nvmlDeviceGetBrand: *n = 0; break; /* unknown */
	case RGPU_NVML_nvmlDeviceGetMemoryBusWidth:
		*n = (unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH);
		break;
	case RGPU_NVML_nvmlDeviceGetComputeMode:
		*n = (unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_COMPUTE_MODE);
		break;
	case RGPU_NVML_nvmlDeviceGetMultiGpuBoard:
		*n = (unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_MULTI_GPU_BOARD);
		break;
	case RGPU_NVML_nvmlDeviceGetEccMode:
		n[0] = n[1] = (unsigned)rgpu_nvml_attribute(
			d, CU_DEVICE_ATTRIBUTE_ECC_ENABLED);
		break;
	default: return NVML_ERROR_NOT_SUPPORTED;
	}
	return NVML_SUCCESS;
}

int
rgpu_nvml_ask(const struct rgpu_nvml_device *d, uint32_t query, uint32_t a,
	uint32_t b, const void *in, void *out, uint32_t size)
{
	const struct rgpu_bridge_question q = {.query = query,
		.device = d->ordinal,
		.a = a,
		.b = b,
		.data = in,
		.data_size = in ? size : 0};
	int r = rgpu_nvml_bridge()->ask(&q, out, size);

	return r == RGPU_NVML_NO_LIBRARY ? without_nvml(d, query, a, in, out)
					 : r;
}

/* ---- by shape -------------------------------------------------------------------- */

/* One answer of size bytes. */
static int
one(const struct rgpu_nvml_device *d, uint32_t query, uint32_t a, uint32_t b,
	void *out, uint32_t size)
{
	uint64_t answer[16];
	int r = rgpu_nvml_enter_device(d);

	if (r || !out)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	r = rgpu_nvml_ask(d, query, a, b, NULL, answer, size);
	if (!r)
		memcpy(out, answer, size);
	return r;
}

/* Several numbers, each with a place of its own. */
static int
several(const struct rgpu_nvml_device *d, uint32_t query, unsigned **out,
	unsigned count)
{
	unsigned answer[4];
	int r = NVML_SUCCESS;

	for (unsigned i = 0; i < count; i++) {
		if (!out[i])
			r = NVML_ERROR_INVALID_ARGUMENT;
	}
	if (!r)
		r = one(d, query, 0, 0, answer, count * sizeof(unsigned));
	for (unsigned i = 0; i < count && !r; i++)
		*out[i] = answer[i];
	return r;
}

/* A structure that says its version: number and size. Garbage is no version, and
 * nothing behind it is read. */
static int
versioned(const struct rgpu_nvml_device *d, uint32_t query, void *io)
{
	uint64_t answer[RGPU_NVML_BYTES / sizeof(uint64_t)];
	uint32_t version, size;
	int r = rgpu_nvml_enter_device(d);

	if (r || !io)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	memcpy(&version, io, sizeof(version));
	size = NVML_VERSION_SIZE(version);
	if (!(version >> 24) || size % 4 || size <= sizeof(version) ||
		size > RGPU_NVML_BYTES)
		return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
	r = rgpu_nvml_ask(d, query, 0, 0, io, answer, size);
	if (!r)
		memcpy(io, answer, size);
	return r;
}

static int
text(const struct rgpu_nvml_device *d, uint32_t query, char *out,
	unsigned length)
{
	char answer[RGPU_NVML_TEXT];
	int r = one(d, query, 0, 0, answer, sizeof(answer));

	if (r)
		return r;
	answer[sizeof(answer) - 1] = '\0';
	return rgpu_nvml_copy(answer, out, length);
}

#define D	const struct rgpu_nvml_device *d
#define Q(name) RGPU_NVML_##name
#define DEFINE_U32(name, size)                           \
	RGPU_EXPORT int name(D, unsigned *out)           \
	{                                                \
		return one(d, Q(name), 0, 0, out, size); \
	}
#define DEFINE_U64(name, size)                           \
	RGPU_EXPORT int name(D, unsigned long long *out) \
	{                                                \
		return one(d, Q(name), 0, 0, out, size); \
	}
#define DEFINE_U32X2(name, size)                                     \
	RGPU_EXPORT int name(D, unsigned *x, unsigned *y)            \
	{                                                            \
		return several(d, Q(name), (unsigned *[]){x, y}, 2); \
	}
#define DEFINE_U32X4(name, size)                                           \
	RGPU_EXPORT int name(                                              \
		D, unsigned *x, unsigned *y, unsigned *z, unsigned *w)     \
	{                                                                  \
		return several(d, Q(name), (unsigned *[]){x, y, z, w}, 4); \
	}
#define DEFINE_A_U32(name, size)                           \
	RGPU_EXPORT int name(D, unsigned a, unsigned *out) \
	{                                                  \
		return one(d, Q(name), a, 0, out, size);   \
	}
#define DEFINE_AB_U32(name, size)                                      \
	RGPU_EXPORT int name(D, unsigned a, unsigned b, unsigned *out) \
	{                                                              \
		return one(d, Q(name), a, b, out, size);               \
	}
#define DEFINE_AB_U64(name, size)                                   \
	RGPU_EXPORT int name(                                       \
		D, unsigned a, unsigned b, unsigned long long *out) \
	{                                                           \
		return one(d, Q(name), a, b, out, size);            \
	}
#define DEFINE_S(name, size)                             \
	RGPU_EXPORT int name(D, void *out)               \
	{                                                \
		return one(d, Q(name), 0, 0, out, size); \
	}
#define DEFINE_A_S(name, size)                           \
	RGPU_EXPORT int name(D, unsigned a, void *out)   \
	{                                                \
		return one(d, Q(name), a, 0, out, size); \
	}
#define DEFINE_V(name, size)                      \
	RGPU_EXPORT int name(D, void *io)         \
	{                                         \
		return versioned(d, Q(name), io); \
	}
#define DEFINE_TEXT(name, size)                             \
	RGPU_EXPORT int name(D, char *out, unsigned length) \
	{                                                   \
		return text(d, Q(name), out, length);       \
	}
/* The manual wants a buffer of this size. */
#define DEFINE_TEXT1(name, size)                  \
	RGPU_EXPORT int name(D, char *out)        \
	{                                         \
		return text(d, Q(name), out, 80); \
	}
/* These are written by hand, here or in device.c and system.c. */
#define DEFINE_SYSTEM(name, size)
#define DEFINE_FIELD(name, size)
#define DEFINE_S_HAND(name, size)
#define DEFINE_PEER(name, size)
#define DEFINE_PEER_A(name, size)

#define X(number, name, shape, size) DEFINE_##shape(name, size)
/* clang-format off */
RGPU_NVML_QUERIES(X)
/* clang-format on */
#undef X

/* An older name of the same. */
RGPU_EXPORT int
nvmlDeviceGetAttributes(D, void *out)
{
	return nvmlDeviceGetAttributes_v2(d, out);
}

/* Which ends where the long bus id begins. */
RGPU_EXPORT int
nvmlDeviceGetNvLinkRemotePciInfo(D, unsigned link, void *pci)
{
	struct rgpu_nvml_pci p;
	int r = nvmlDeviceGetNvLinkRemotePciInfo_v2(d, link, pci ? &p : NULL);

	if (!r)
		memcpy(pci, &p, offsetof(struct rgpu_nvml_pci, bus_id));
	return r;
}

/* Each value has a result of its own. */
RGPU_EXPORT int
nvmlDeviceGetFieldValues(D, int count, struct rgpu_nvml_field *values)
{
	int r = rgpu_nvml_enter_device(d);

	if (r || count <= 0 || !values)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	for (int i = 0; i < count; i++) {
		struct rgpu_nvml_field *v = &values[i], answer;

		r = rgpu_nvml_ask(d, RGPU_NVML_nvmlDeviceGetFieldValues,
			v->field, v->scope, NULL, &answer, sizeof(answer));
		if (!r)
			*v = answer;
		else
			v->result = r;
	}
	return NVML_SUCCESS;
}
