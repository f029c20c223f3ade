/* SPDX-License-Identifier: Apache-2.0 */
/* Decompression of fat binary entries. */
#ifndef RGPU_SOFTGPU_UNPACK_H
#define RGPU_SOFTGPU_UNPACK_H

#include <stddef.h>
#include <stdint.h>

/* NULL if entries with these flags can be read; otherwise what is missing, for
 * a person. */
const char *rgpu_unpack_missing(uint64_t flags);

/* Fills all plain bytes of out. -1: damaged. */
int rgpu_unpack(uint64_t flags, const void *data, size_t stored, void *out,
	size_t plain);

#endif
