/* SPDX-License-Identifier: Apache-2.0 */
/* What every target uses, under either driver. */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned long rgpu_fuzz_accepted;

void
rgpu_fuzz_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
	abort();
}

void *
rgpu_fuzz_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p) {
		fprintf(stderr, "no memory for %zu bytes\n", size);
		exit(1);
	}
	return p;
}

void *
rgpu_fuzz_copy(const void *data, size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p) {
		fprintf(stderr, "no memory for %zu bytes\n", size);
		exit(1);
	}
	if (size)
		memcpy(p, data, size);
	return p;
}

void
rgpu_fuzz_check_inside(const void *part, size_t part_size, const void *whole,
	size_t whole_size)
{
	uintptr_t p = (uintptr_t)part, w = (uintptr_t)whole;

	if (!part_size)
		return;
	FUZZ_CHECK(p >= w && p - w <= whole_size);
	FUZZ_CHECK(part_size <= whole_size - (p - w));
}
