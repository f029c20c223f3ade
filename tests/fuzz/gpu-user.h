/* SPDX-License-Identifier: Apache-2.0 */
/* A program that uses a GPU: something of every kind of call that waits for an
 * answer with more in it than a result. */
#ifndef RGPU_TESTS_FUZZ_GPU_USER_H
#define RGPU_TESTS_FUZZ_GPU_USER_H

#include <stdbool.h>

/*
 * Runs it against the server that RGPU_SERVER names. Goes on after errors, as
 * some programs do. Whether every call succeeded; ends the process when an
 * answer was taken that cannot be (a text without end, a count beyond the
 * program's array).
 */
bool rgpu_fuzz_use_gpu(void);

#endif
