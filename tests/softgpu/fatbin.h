/* SPDX-License-Identifier: Apache-2.0 */
/* Builds fat binaries, as nvcc lays them out (cudaabi/image.h). */
#ifndef RGPU_TESTS_SOFTGPU_FATBIN_H
#define RGPU_TESTS_SOFTGPU_FATBIN_H

#include <stdbool.h>
#include <stdint.h>

#include "cudaabi/image.h"
#include "tests/check.h"

#define FATBIN_HEADER 16
#define FATBIN_ENTRY  64

struct fatbin {
	uint8_t *data; /* malloc, just as long as the headers say */
	size_t size;
};

static inline void
fatbin_put(struct fatbin *f, size_t at, uint64_t value, size_t bytes)
{
	memcpy(f->data + at, &value, bytes);
}

static inline void
fatbin_begin(struct fatbin *f)
{
	f->size = FATBIN_HEADER;
	f->data = calloc(1, f->size);
	CHECK(f->data);
	fatbin_put(f, 0, 0xba55ed50u, 4);
	fatbin_put(f, 4, 1, 2);
	fatbin_put(f, 6, FATBIN_HEADER, 2);
}

/* Adds an entry of stored bytes, which are plain bytes after decompression. */
static inline void
fatbin_add(struct fatbin *f, unsigned kind, unsigned sm, uint64_t flags,
	const void *data, size_t stored, size_t plain)
{
	size_t at = f->size, padded = (stored + 7) / 8 * 8;
	bool packed = flags & (RGPU_FATBIN_LZ4 | RGPU_FATBIN_ZSTD);

	f->size += FATBIN_ENTRY + padded;
	f->data = realloc(f->data, f->size);
	CHECK(f->data);
	memset(f->data + at, 0, FATBIN_ENTRY + padded);
	fatbin_put(f, at, kind, 2);
	fatbin_put(f, at + 4, FATBIN_ENTRY, 4);
	fatbin_put(f, at + 8, padded, 8);
	fatbin_put(f, at + 16, packed ? stored : 0, 4);
	fatbin_put(f, at + 28, sm, 4);
	fatbin_put(f, at + 40, flags, 8);
	fatbin_put(f, at + 56, packed ? plain : 0, 8);
	memcpy(f->data + at + FATBIN_ENTRY, data, stored);
	fatbin_put(f, 8, f->size - FATBIN_HEADER, 8);
}

static inline void
fatbin_add_ptx(struct fatbin *f, unsigned sm, const char *text)
{
	size_t n = strlen(text) + 1;

	fatbin_add(f, RGPU_FATBIN_PTX, sm, 0, text, n, n);
}

static inline void
fatbin_end(struct fatbin *f)
{
	free(f->data);
}

#endif
