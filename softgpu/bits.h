/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of bits, 64 a word: which units of a piece of memory are taken. */
#ifndef RGPU_SOFTGPU_BITS_H
#define RGPU_SOFTGPU_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool
rgpu_bit(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> (i % 64) & 1;
}

/* Sets or clears n bits from i on. */
void rgpu_bits_set(uint64_t *bits, size_t i, size_t n, bool on);

/* The first of n clear bits in a row within [from, to), or to. *longest becomes
 * the longest run seen when there are not n; it may be NULL. */
size_t rgpu_bits_find_clear(const uint64_t *bits, size_t from, size_t to,
	size_t n, size_t *longest);

#endif
