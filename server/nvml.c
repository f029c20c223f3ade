/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions for the real NVML. Its functions are found by name and called by
 * shape (protocol/nvml.h); the buffer is larger than anything they write.
 */
#include "config.h"
#include "server/nvml.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "common/compiler.h"
#include "common/log.h"
#include "cudaabi/visible.h"
#include "protocol/nvml.h"

#define NVML_SUCCESS	0
#define VERSION_SIZE(v) ((v)&0xffffffu)

typedef void (*any_fn)(void); /* cast to what it is */

struct known {
	uint32_t number;
	enum rgpu_nvml_shape shape;
	uint32_t size;
	const char *name;
	any_fn function; /* NULL: this NVML has none */
};

static struct known known[] = {
#define X(number, name, shape, size) \
	{number, RGPU_SHAPE_##shape, size, #name, NULL},
	RGPU_NVML_QUERIES(X)
#undef X
};

static void *library;
static any_fn by_uuid;

static any_fn
find(const char *name)
{
	void *p = dlsym(library, name);
	any_fn f;

	memcpy(&f, &p, sizeof(f));
	return f;
}

static void
load(void)
{
	any_fn init;

	library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library) {
		rgpu_debug("no NVML: %s", dlerror());
		return;
	}
	init = find("nvmlInit_v2");
	by_uuid = find("nvmlDeviceGetHandleByUUID");
	if (!init || !by_uuid || ((int (*)(void))init)()) {
		rgpu_debug("NVML of this machine does not start");
		by_uuid = NULL;
		return;
	}
	for (size_t i = 0; i < RGPU_COUNT(known); i++)
		known[i].function = find(known[i].name);
}

static const struct known *
find_known(uint32_t number)
{
	for (size_t i = 0; i < RGPU_COUNT(known); i++) {
		if (known[i].number == number)
			return &known[i];
	}
	return NULL;
}

/* A device of this NVML; NULL: it is not there. */
static void *
device_of(const uint8_t uuid[16])
{
	char text[RGPU_UUID_TEXT];
	void *device = NULL;

	rgpu_uuid_text(uuid, text);
	if (!by_uuid ||
		((int (*)(const char *, void **))by_uuid)(text, &device))
		return NULL;
	return device;
}

/* ---- calls by shape ----------------------------------------------------------- */

/* Functions that are given the device alone. */
static int
call_plain(const struct known *k, void *d, void *out)
{
	uint32_t *n = out;

	switch (k->shape) {
	case RGPU_SHAPE_U32X2:
		return ((int (*)(void *, uint32_t *, uint32_t *))k->function)(
			d, n, n + 1);
	case RGPU_SHAPE_U32X4:
		return ((int (*)(void *, uint32_t *, uint32_t *, uint32_t *,
			uint32_t *))k->function)(d, n, n + 1, n + 2, n + 3);
	case RGPU_SHAPE_TEXT:
		return ((int (*)(void *, char *, unsigned))k->function)(
			d, out, RGPU_NVML_TEXT);
	case RGPU_SHAPE_SYSTEM:
		return ((int (*)(char *, unsigned))k->function)(
			out, RGPU_NVML_TEXT);
	default: return ((int (*)(void *, void *))k->function)(d, out);
	}
}

/* Functions that are given numbers or a structure, too. */
static int
call_with(const struct known *k, void *d, void *peer,
	const struct rgpu_nvml_question *q, void *out)
{
	switch (k->shape) {
	case RGPU_SHAPE_A_U32:
	case RGPU_SHAPE_A_U64:
	case RGPU_SHAPE_A_S:
		return ((int (*)(void *, unsigned, void *))k->function)(
			d, q->a, out);
	case RGPU_SHAPE_AB_U32:
	case RGPU_SHAPE_AB_U64:
		return ((int (*)(void *, unsigned, unsigned,
			void *))k->function)(d, q->a, q->b, out);
	case RGPU_SHAPE_V:
		memcpy(out, q->data, q->size);
		return ((int (*)(void *, void *))k->function)(d, out);
	case RGPU_SHAPE_FIELD:
		memcpy(out, &q->a, sizeof(q->a));
		memcpy((char *)out + 4, &q->b, sizeof(q->b));
		return ((int (*)(void *, int, void *))k->function)(d, 1, out);
	case RGPU_SHAPE_PEER:
		return ((int (*)(void *, void *, void *))k->function)(
			d, peer, out);
	case RGPU_SHAPE_PEER_A:
		return ((int (*)(void *, void *, unsigned, void *))k->function)(
			d, peer, q->a, out);
	default: return call_plain(k, d, out);
	}
}

static bool
wants_peer(const struct known *k)
{
	return k->shape == RGPU_SHAPE_PEER || k->shape == RGPU_SHAPE_PEER_A;
}

/* The version of a structure says how long it is. */
static bool
fits(const struct known *k, const struct rgpu_nvml_question *q)
{
	uint32_t version;

	if (k->shape != RGPU_SHAPE_V)
		return q->size == 0;
	if (q->size < sizeof(version) || q->size > RGPU_NVML_BYTES)
		return false;
	memcpy(&version, q->data, sizeof(version));
	return VERSION_SIZE(version) == q->size;
}

int
rgpu_nvml_answer(const uint8_t uuid[16], const struct rgpu_nvml_question *q,
	void *answer, uint32_t *size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static uint64_t buffer[2 * RGPU_NVML_BYTES / sizeof(uint64_t)];
	const struct known *k = find_known(q->query);
	void *device, *peer = NULL;
	int r;

	*size = 0;
	if (!k || !fits(k, q) || (wants_peer(k) && !q->peer))
		return -1;
	pthread_once(&once, load);
	device = device_of(uuid);
	if (wants_peer(k))
		peer = device_of(q->peer);
	if (!device || !k->function || (wants_peer(k) && !peer))
		return RGPU_NVML_NO_LIBRARY;
	memset(buffer, 0, sizeof(buffer));
	r = call_with(k, device, peer, q, buffer);
	if (r != NVML_SUCCESS)
		return r;
	*size = k->shape == RGPU_SHAPE_V ? (uint32_t)q->size : k->size;
	memcpy(answer, buffer, *size);
	return r;
}
