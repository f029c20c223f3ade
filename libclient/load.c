/* SPDX-License-Identifier: Apache-2.0 */
/* Uploading images, compilation options, files. */
#include "config.h"
#include "libclient/load.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "libclient/client.h"
#include "libclient/complain.h"
#include "libclient/gen/send.h"
#include "protocol/bundle.h"

#define FILE_MAX (1ll << 30)

/* ---- upload ------------------------------------------------------------------------ */

static CUresult
send_bytes(struct rgpu_args_rgpu_blob_put *a, const void *data, size_t size)
{
	CUresult r = CUDA_SUCCESS;

	for (size_t at = 0; at < size && !r; at += a->size) {
		size_t left = size - at;

		a->size = (uint32_t)(left < RGPU_CHUNK_MAX ? left
							   : RGPU_CHUNK_MAX);
		a->data = (const uint8_t *)data + at;
		r = rgpu_post_rgpu_blob_put(0, a);
		a->offset += a->size;
	}
	return r;
}

static CUresult
send_parts(const struct rgpu_image_part *parts, size_t count, uint64_t blob)
{
	static const uint8_t zero[8];
	struct rgpu_args_rgpu_blob_put a = {
		.blob = blob, .total = rgpu_bundle_size(parts, count)};
	size_t head_size = rgpu_bundle_head_size(count);
	uint8_t *head = malloc(head_size);
	CUresult r;

	if (!head)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_bundle_put_head(head, parts, count);
	r = send_bytes(&a, head, head_size);
	free(head);
	for (size_t i = 0; i < count && !r; i++) {
		r = send_bytes(&a, parts[i].data, parts[i].size);
		if (!r)
			r = send_bytes(&a, zero, (8 - parts[i].size % 8) % 8);
	}
	return r;
}

static uint64_t
new_blob(void)
{
	static _Atomic uint64_t next = 1;

	return atomic_fetch_add(&next, 1);
}

CUresult
rgpu_load_upload_bytes(const void *data, size_t size, bool text, uint64_t *blob)
{
	bool add = text && size && ((const char *)data)[size - 1];
	struct rgpu_args_rgpu_blob_put a = {
		.blob = *blob = new_blob(), .total = size + add};
	CUresult r = send_bytes(&a, data, size);

	return r || !add ? r : send_bytes(&a, "", 1);
}

CUresult
rgpu_load_upload(const void *image, uint64_t *blob)
{
	struct rgpu_image_part one, *parts = &one;
	size_t count;
	CUresult r;

	if (rgpu_image_parts(image, &one, 1, &count))
		return rgpu_because(CUDA_ERROR_INVALID_IMAGE,
			"the image at %p is neither PTX, cubin nor fat binary, "
			"or is damaged",
			image);
	if (count > 1) {
		parts = calloc(count, sizeof(*parts));
		if (!parts)
			return CUDA_ERROR_OUT_OF_MEMORY;
		rgpu_image_parts(image, parts, count, &count);
	}
	*blob = new_blob();
	r = send_parts(parts, count, *blob);
	if (parts != &one)
		free(parts);
	return r;
}

/* ---- options ------------------------------------------------------------------------- */

static uint32_t
capacity(void *value)
{
	uintptr_t n = (uintptr_t)value & UINT32_MAX;

	return n < RGPU_JIT_LOG_MAX ? (uint32_t)n : RGPU_JIT_LOG_MAX;
}

static CUresult
take_option(struct rgpu_load_options *o, struct rgpu_jit *jit,
	CUjit_option option, void **value)
{
	switch (option) {
	case CU_JIT_INFO_LOG_BUFFER: o->info = *value; break;
	case CU_JIT_ERROR_LOG_BUFFER: o->error = *value; break;
	case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
		o->info_size = value;
		o->info_capacity = capacity(*value);
		break;
	case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES:
		o->error_size = value;
		o->error_capacity = capacity(*value);
		break;
	case CU_JIT_WALL_TIME: o->wall_time = value; break;
	default:
		if (!rgpu_jit_is_number(option)) {
			rgpu_warn("compilation option %d is not supported",
				(int)option);
			return CUDA_ERROR_NOT_SUPPORTED;
		}
		jit->option[jit->count] = option;
		jit->value[jit->count++] = *value;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_load_parse(unsigned count, const CUjit_option *options, void **values,
	struct rgpu_load_options *o)
{
	struct rgpu_jit jit = {.count = 0};
	struct rgpu_enc e;
	CUresult r = CUDA_SUCCESS;

	memset(o, 0, sizeof(*o));
	if (count > RGPU_JIT_OPTIONS_MAX || (count && (!options || !values)))
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < count && !r; i++)
		r = take_option(o, &jit, options[i], &values[i]);
	if (!o->info)
		o->info_capacity = 0;
	if (!o->error)
		o->error_capacity = 0;
	e = rgpu_enc_init(o->numbers, sizeof(o->numbers));
	rgpu_jit_put(&e, &jit);
	o->numbers_size = (uint32_t)e.pos;
	return r;
}

static void
give_log(char *buffer, uint32_t room, void **size_value, const void *text,
	uint32_t size)
{
	if (buffer && room) {
		uint32_t n = size < room ? size : room - 1;

		if (n)
			memcpy(buffer, text, n);
		buffer[n] = '\0';
		size = n;
	}
	if (size_value)
		*size_value = (void *)(uintptr_t)(buffer && room ? size : 0);
}

void
rgpu_load_finish(const struct rgpu_load_options *o, const void *info,
	uint32_t info_size, const void *error, uint32_t error_size)
{
	float none = 0;

	give_log(o->info, o->info_capacity, o->info_size, info, info_size);
	give_log(o->error, o->error_capacity, o->error_size, error, error_size);
	if (o->wall_time)
		memcpy(o->wall_time, &none, sizeof(none));
}

/* ---- files --------------------------------------------------------------------------- */

static void *
read_all(int fd, size_t size)
{
	uint8_t *p = malloc(size + 1);
	size_t have = 0;

	while (p && have < size) {
		ssize_t n = read(fd, p + have, size - have);

		if (n <= 0) {
			free(p);
			return NULL;
		}
		have += (size_t)n;
	}
	if (p)
		p[size] = '\0';
	return p;
}

CUresult
rgpu_load_read(const char *path, void **data, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	*data = NULL;
	if (fd < 0)
		return CUDA_ERROR_FILE_NOT_FOUND;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size < FILE_MAX) {
		*size = (size_t)st.st_size;
		*data = read_all(fd, *size);
	}
	close(fd);
	return *data ? CUDA_SUCCESS : CUDA_ERROR_OPERATING_SYSTEM;
}

CUresult
rgpu_load_file(const char *path, void **image)
{
	size_t size;
	CUresult r = rgpu_load_read(path, image, &size);

	if (r)
		return r;
	/* Text counts with the NUL, the rest without. */
	if (!rgpu_image_check(*image, size) &&
		!rgpu_image_check(*image, size + 1)) {
		free(*image);
		*image = NULL;
		return CUDA_ERROR_INVALID_IMAGE;
	}
	return CUDA_SUCCESS;
}
