/* SPDX-License-Identifier: Apache-2.0 */
/* Module images on their way to the server. */
#ifndef RGPU_CLIENT_LOAD_H
#define RGPU_CLIENT_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "cudaabi/gen/cuda-abi.h"
#include "protocol/jit.h"

/* Sends an image (protocol/bundle.h) and gives the number under which the next
 * load finds it. CUDA_ERROR_INVALID_IMAGE: it is no image. */
CUresult rgpu_load_upload(const void *image, uint64_t *blob);

/* The same for bytes that are checked by who gets them. text: a NUL is added if
 * the last byte is none. */
CUresult rgpu_load_upload_bytes(
	const void *data, size_t size, bool text, uint64_t *blob);

/* The options of a load, taken apart. */
struct rgpu_load_options {
	uint8_t numbers[RGPU_JIT_BYTES_MAX]; /* encoded, for the server */
	uint32_t numbers_size;
	/* Where the application wants its logs; 0 bytes: nowhere. */
	char *info, *error;
	uint32_t info_capacity, error_capacity;
	/* Options whose value is written back; NULL: not given. */
	void **info_size, **error_size, **wall_time;
};

/* CUDA_ERROR_INVALID_VALUE: an option that makes no sense; NOT_SUPPORTED: one
 * that cannot travel. */
CUresult rgpu_load_parse(unsigned count, const CUjit_option *options,
	void **values, struct rgpu_load_options *o);

/* Gives the application its logs. */
void rgpu_load_finish(const struct rgpu_load_options *o, const void *info,
	uint32_t info_size, const void *error, uint32_t error_size);

/* A file's bytes and a NUL behind them, from malloc; checked to be an image.
 * CUDA_ERROR_FILE_NOT_FOUND, CUDA_ERROR_INVALID_IMAGE. */
CUresult rgpu_load_file(const char *path, void **image);

/* The same unchecked, with its size. */
CUresult rgpu_load_read(const char *path, void **data, size_t *size);

#endif
