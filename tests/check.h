/* SPDX-License-Identifier: Apache-2.0 */
/* What every C test uses: CHECK ends the test with the place and the condition;
 * a case is named by the behaviour it shows. */
#ifndef RGPU_TESTS_CHECK_H
#define RGPU_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exit status of a test that cannot run here (Automake). */
#define TEST_SKIPPED 77

#define CHECK(condition)                                                 \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, \
				__LINE__, #condition);                   \
			exit(1);                                         \
		}                                                        \
	} while (0)

/* Two integers, shown when they differ. */
#define CHECK_EQ(got, want)                                                   \
	do {                                                                  \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_) {                                          \
			fprintf(stderr, "%s:%d: %s is %lld, not %lld\n",      \
				__FILE__, __LINE__, #got, got_, want_);       \
			exit(1);                                              \
		}                                                             \
	} while (0)

#define CHECK_STR(got, want)                                                 \
	do {                                                                 \
		const char *got_ = (got), *want_ = (want);                   \
		if (strcmp(got_, want_)) {                                   \
			fprintf(stderr, "%s:%d: %s is \"%s\", not \"%s\"\n", \
				__FILE__, __LINE__, #got, got_, want_);      \
			exit(1);                                             \
		}                                                            \
	} while (0)

struct test_case {
	const char *behaviour;
	void (*run)(void);
};

/* Runs the cases of an array; for the end of main(). */
#define RUN_CASES(cases)                                                     \
	do {                                                                 \
		for (size_t i_ = 0; i_ < sizeof(cases) / sizeof((cases)[0]); \
			i_++) {                                              \
			printf("%s\n", (cases)[i_].behaviour);               \
			fflush(stdout);                                      \
			(cases)[i_].run();                                   \
		}                                                            \
	} while (0)

#endif
