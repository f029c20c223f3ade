/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PTX inside a module image: of each fat binary the best entry, kept
 * compressed until it is needed. SASS is never looked at.
 */
#ifndef RGPU_SOFTGPU_CODE_H
#define RGPU_SOFTGPU_CODE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cudaabi/gen/cuda-abi.h"

#define RGPU_MESSAGE_MAX 1024

struct rgpu_code_part {
	const void *data; /* as stored */
	void *owned;	  /* NULL: the application keeps it */
	size_t stored, plain;
	uint64_t flags; /* of the entry: how it is compressed */
};

struct rgpu_code {
	_Atomic unsigned refs;
	bool text; /* the application gave PTX, not a fat binary */
	size_t count;
	struct rgpu_code_part parts[];
};

/*
 * Takes an image apart. preserved: the application keeps it as long as the
 * code. On failure message says why, for a person.
 */
CUresult rgpu_code_load(const void *image, bool preserved,
	struct rgpu_code **out, char message[RGPU_MESSAGE_MAX]);

/* The same for bytes in memory, copied; PTX with or without its NUL. name: what
 * messages call them. */
CUresult rgpu_code_load_bytes(const void *data, size_t size, const char *name,
	struct rgpu_code **out, char message[RGPU_MESSAGE_MAX]);

/* The same for a file. */
CUresult rgpu_code_load_file(const char *name, struct rgpu_code **out,
	char message[RGPU_MESSAGE_MAX]);

void rgpu_code_ref(struct rgpu_code *code);
void rgpu_code_put(struct rgpu_code *code);

struct rgpu_code_text {
	const char *text;
	size_t len;  /* without a NUL */
	void *owned; /* to be freed; may be NULL */
};

/* The PTX of part i, decompressed. */
CUresult rgpu_code_text(const struct rgpu_code *code, size_t i,
	struct rgpu_code_text *text, char message[RGPU_MESSAGE_MAX]);

#endif
