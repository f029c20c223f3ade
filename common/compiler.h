/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The GNU extensions this project allows itself, in one place. gcc 12 and
 * clang 14 are the oldest compilers that are tested.
 */
#ifndef RGPU_COMMON_COMPILER_H
#define RGPU_COMMON_COMPILER_H

#include <stddef.h>

#define rgpu_likely(x)	 __builtin_expect(!!(x), 1)
#define rgpu_unlikely(x) __builtin_expect(!!(x), 0)

/* Checks the arguments of a printf-like function; f and a count from 1. */
#define RGPU_PRINTF(f, a)  __attribute__((format(printf, f, a)))
#define RGPU_EXPORT	   __attribute__((visibility("default")))
#define RGPU_WEAK	   __attribute__((weak))
#define RGPU_COLD	   __attribute__((cold, noinline))
#define RGPU_UNUSED	   __attribute__((unused))
#define RGPU_ALWAYS_INLINE inline __attribute__((always_inline))

#define RGPU_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The structure of the given type whose member is at ptr. */
#define rgpu_container_of(ptr, type, member) \
	((type *)((char *)(ptr)-offsetof(type, member)))

#endif
