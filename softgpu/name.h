/* SPDX-License-Identifier: Apache-2.0 */
/* Names as keys of struct rgpu_map: the hash is the key, and what has the same
 * hash is in a chain. */
#ifndef RGPU_SOFTGPU_NAME_H
#define RGPU_SOFTGPU_NAME_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a; never 0, which no table takes as a key. */
static inline uint64_t
rgpu_name_hash(const char *name, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
	return h ? h : 1;
}

#endif
