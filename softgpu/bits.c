/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays of bits. */
#include "config.h"
#include "softgpu/bits.h"

void
rgpu_bits_set(uint64_t *bits, size_t i, size_t n, bool on)
{
	for (; n; i++, n--) {
		if (on)
			bits[i / 64] |= (uint64_t)1 << (i % 64);
		else
			bits[i / 64] &= ~((uint64_t)1 << (i % 64));
	}
}

size_t
rgpu_bits_find_clear(
	const uint64_t *bits, size_t from, size_t to, size_t n, size_t *longest)
{
	size_t run = 0, most = 0;

	for (size_t i = from; i < to; i++) {
		if (i % 64 == 0 && bits[i / 64] == UINT64_MAX) {
			run = 0;
			i += 63;
			continue;
		}
		run = rgpu_bit(bits, i) ? 0 : run + 1;
		if (run > most)
			most = run;
		if (run == n)
			return i + 1 - n;
	}
	if (longest)
		*longest = most;
	return to;
}
