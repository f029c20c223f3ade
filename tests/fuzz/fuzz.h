/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target is. fuzz-NAME.c gives bytes to one decoder and checks what
 * comes out; it also builds good inputs with our own encoders, so that they are
 * never out of date. Two things run a target: driver.c, in every `make check`,
 * and clang's libFuzzer (`make fuzzers`).
 *
 * A target keeps nothing from one input to the next: an input that fails once
 * fails always.
 */
#ifndef RGPU_TESTS_FUZZ_H
#define RGPU_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "common/compiler.h"

/* No input is longer. */
#define RGPU_FUZZ_INPUT_MAX (256u << 10)

struct rgpu_fuzz_seed {
	const void *data;
	size_t size;
};

struct rgpu_fuzz_setup {
	const char *name;     /* "url" for fuzz-url.c */
	unsigned long inputs; /* of one run of the driver: a second or two */
	const char *const *words; /* what the format's text is made of, ended
				   * by NULL; may be NULL */

	/* Inputs that went wrong once, good ones or not: tried in each run. */
	const struct rgpu_fuzz_seed *found;
	size_t found_count;
};

/* ---- what a target defines -------------------------------------------------- */

extern const struct rgpu_fuzz_setup rgpu_fuzz_setup;

/* Decodes; ends the process when a promise is broken. Returns 0 (libFuzzer has
 * no use for anything else). data ends where its memory block ends. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Gives the good inputs to add(), which copies them: the same ones in each run.
 * The decoder accepts every one of them, or the driver calls that a failure. */
void rgpu_fuzz_seeds(void (*add)(const void *data, size_t size));

/* ---- what a target uses ------------------------------------------------------ */

/* Inputs that the decoder took: counted so that a run shows how much of it lay
 * behind the first check. */
extern unsigned long rgpu_fuzz_accepted;

/* Says which promise is broken and aborts. */
_Noreturn void rgpu_fuzz_fail(const char *file, int line, const char *what);

#define FUZZ_CHECK(condition)                                           \
	do {                                                            \
		if (!(condition))                                       \
			rgpu_fuzz_fail(__FILE__, __LINE__, #condition); \
	} while (0)

/* Memory of exactly this size, so that the sanitizers see a byte too many; ends
 * the process when there is none. Zeroed. For free(). */
void *rgpu_fuzz_alloc(size_t size);

/* A copy in a block of exactly this size. For free(). */
void *rgpu_fuzz_copy(const void *data, size_t size);

/* The part lies within the whole; an empty part may lie anywhere. */
void rgpu_fuzz_check_inside(const void *part, size_t part_size,
	const void *whole, size_t whole_size);

#endif
