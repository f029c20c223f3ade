/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads, and what the driver is given of them. */
#include "config.h"
#include "server/image.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/bundle.h"
#include "server/serve.h"

/* What nvcc calls __fatBinC_Wrapper_t; version 2 lists several fat binaries. */
#define WRAPPER_MAGIC 0x466243b1u

struct wrapper {
	uint32_t magic, version;
	const void *data, *list;
};

static struct rgpu_blob *
find_blob(struct rgpu_session *s, uint64_t id)
{
	for (size_t i = 0; i < RGPU_SESSION_BLOBS_MAX; i++) {
		if (s->blobs[i].data && s->blobs[i].id == id)
			return &s->blobs[i];
	}
	return NULL;
}

static struct rgpu_blob *
new_blob(struct rgpu_session *s, uint64_t id, uint64_t total)
{
	for (size_t i = 0; i < RGPU_SESSION_BLOBS_MAX; i++) {
		struct rgpu_blob *b = &s->blobs[i];

		if (b->data)
			continue;
		if (!total ||
			total > RGPU_SESSION_BLOB_BYTES_MAX - s->blob_bytes)
			return NULL;
		b->data = malloc(total);
		if (!b->data)
			return NULL;
		b->id = id;
		b->total = total;
		b->have = 0;
		s->blob_bytes += total;
		return b;
	}
	return NULL;
}

CUresult
rgpu_serve_rgpu_blob_put(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_blob_put *a)
{
	struct rgpu_blob *b = find_blob(s, a->blob);

	if (!b && a->offset == 0)
		b = new_blob(s, a->blob, a->total);
	if (!b)
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (b->total != a->total || b->have != a->offset ||
		a->size > b->total - b->have)
		return CUDA_ERROR_INVALID_VALUE;
	memcpy(b->data + b->have, a->data, a->size);
	b->have += a->size;
	return CUDA_SUCCESS;
}

/* The image behind a checked upload. */
static CUresult
assemble(struct rgpu_loadable *l)
{
	size_t n = rgpu_bundle_open(l->blob.data, l->blob.total, &l->parts);
	struct wrapper *w;
	const void **list;

	if (!n)
		return CUDA_ERROR_INVALID_IMAGE;
	l->image = l->parts[0].data;
	if (n == 1)
		return CUDA_SUCCESS;
	l->wrapper = w = calloc(1, sizeof(*w));
	l->list = list = calloc(n + 1, sizeof(*list));
	if (!w || !list)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (size_t i = 0; i < n; i++)
		list[i] = l->parts[i].data;
	w->magic = WRAPPER_MAGIC;
	w->version = 2;
	w->data = l->parts[0].data;
	w->list = list;
	l->image = w;
	return CUDA_SUCCESS;
}

static void
add_option(struct rgpu_loadable *l, CUjit_option option, void *value)
{
	l->option[l->option_count] = option;
	l->value[l->option_count++] = value;
}

static CUresult
add_log(struct rgpu_loadable *l, uint32_t capacity, CUjit_option buffer,
	CUjit_option size, char **log)
{
	if (!capacity)
		return CUDA_SUCCESS;
	if (capacity > RGPU_JIT_LOG_MAX)
		capacity = RGPU_JIT_LOG_MAX;
	*log = calloc(1, capacity + 1);
	if (!*log)
		return CUDA_ERROR_OUT_OF_MEMORY;
	add_option(l, buffer, *log);
	add_option(l, size, (void *)(uintptr_t)capacity);
	return CUDA_SUCCESS;
}

static CUresult
options(struct rgpu_loadable *l, const void *jit, uint32_t jit_size,
	uint32_t info_capacity, uint32_t error_capacity)
{
	struct rgpu_dec d = rgpu_dec_init(jit, jit_size);
	CUresult r;

	if (rgpu_jit_get(&d, &l->jit))
		return CUDA_ERROR_INVALID_VALUE;
	for (uint32_t i = 0; i < l->jit.count; i++)
		add_option(l, l->jit.option[i], l->jit.value[i]);
	r = add_log(l, info_capacity, CU_JIT_INFO_LOG_BUFFER,
		CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, &l->info);
	if (!r)
		r = add_log(l, error_capacity, CU_JIT_ERROR_LOG_BUFFER,
			CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, &l->error);
	return r;
}

/* A complete upload becomes the loadable's. */
static CUresult
take_blob(struct rgpu_session *s, uint64_t id, struct rgpu_loadable *l)
{
	struct rgpu_blob *b = find_blob(s, id);

	if (!b)
		return CUDA_ERROR_OUT_OF_MEMORY; /* its upload failed */
	l->blob = *b;
	s->blob_bytes -= b->total;
	memset(b, 0, sizeof(*b));
	return l->blob.have == l->blob.total ? CUDA_SUCCESS
					     : CUDA_ERROR_INVALID_IMAGE;
}

CUresult
rgpu_loadable_open(struct rgpu_session *s, uint64_t blob, const void *jit,
	uint32_t jit_size, uint32_t info_capacity, uint32_t error_capacity,
	struct rgpu_loadable *l)
{
	CUresult r;

	memset(l, 0, sizeof(*l));
	r = take_blob(s, blob, l);
	if (!r)
		r = assemble(l);
	return r ? r : options(l, jit, jit_size, info_capacity, error_capacity);
}

CUresult
rgpu_loadable_open_input(struct rgpu_session *s, uint64_t blob, const void *jit,
	uint32_t jit_size, struct rgpu_loadable *l)
{
	CUresult r;

	memset(l, 0, sizeof(*l));
	r = take_blob(s, blob, l);
	return r ? r : options(l, jit, jit_size, 0, 0);
}

CUresult
rgpu_loadable_open_options(const void *jit, uint32_t jit_size,
	uint32_t info_capacity, uint32_t error_capacity,
	struct rgpu_loadable *l)
{
	memset(l, 0, sizeof(*l));
	return options(l, jit, jit_size, info_capacity, error_capacity);
}

void
rgpu_loadable_free(struct rgpu_loadable *l)
{
	free(l->blob.data);
	free(l->parts);
	free(l->wrapper);
	free(l->list);
	free(l->info);
	free(l->error);
}
