/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged inputs from good ones, the same ones for the same numbers. */
#ifndef RGPU_TESTS_FUZZ_MUTATE_H
#define RGPU_TESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "tests/fuzz/fuzz.h"

struct rgpu_mutator {
	const struct rgpu_fuzz_seed *seeds; /* at least one */
	size_t seed_count;
	const char *const *words; /* ended by NULL; may be NULL */
	uint64_t random;	  /* set by rgpu_mutate() */
	uint8_t *data;		  /* RGPU_FUZZ_INPUT_MAX bytes: the input */
	size_t size;
};

/* A number from 0 to below - 1, which is not 0. */
size_t rgpu_mutator_below(struct rgpu_mutator *m, size_t below);

/* Makes input `number` of the series `series` in m->data, m->size. Depends on
 * nothing but the two, the seeds and the words. */
void rgpu_mutate(struct rgpu_mutator *m, uint64_t series, uint64_t number);

#endif
