/* SPDX-License-Identifier: Apache-2.0 */
/* Module images that the client has uploaded, piece by piece. */
#ifndef RGPU_SERVER_IMAGE_H
#define RGPU_SERVER_IMAGE_H

#include "cudaabi/image.h"
#include "protocol/jit.h"
#include "server/session.h"

/* An uploaded image in the form that the driver takes. */
struct rgpu_loadable {
	const void *image;
	struct rgpu_blob blob;
	struct rgpu_image_part *parts;
	void *wrapper, *list;

	/* Options and logs of the compilation. */
	struct rgpu_jit jit;
	char *info, *error; /* log buffers; NULL: not wanted */
	uint32_t option_count;
	CUjit_option option[RGPU_JIT_OPTIONS_MAX + 4];
	void *value[RGPU_JIT_OPTIONS_MAX + 4];
};

/* Takes a complete upload out of the session, checks that it is an image, and
 * prepares the options. CUDA_ERROR_INVALID_IMAGE when it is none. Always to be
 * followed by rgpu_loadable_free(). */
CUresult rgpu_loadable_open(struct rgpu_session *s, uint64_t blob,
	const void *jit, uint32_t jit_size, uint32_t info_capacity,
	uint32_t error_capacity, struct rgpu_loadable *l);

/* The same for an input of the linker, of any kind: l->blob has it. */
CUresult rgpu_loadable_open_input(struct rgpu_session *s, uint64_t blob,
	const void *jit, uint32_t jit_size, struct rgpu_loadable *l);

/* Options alone. */
CUresult rgpu_loadable_open_options(const void *jit, uint32_t jit_size,
	uint32_t info_capacity, uint32_t error_capacity,
	struct rgpu_loadable *l);

void rgpu_loadable_free(struct rgpu_loadable *l);

#endif
