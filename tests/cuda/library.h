/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs about NVIDIA's libraries share. Each has parts, one for a
 * family of calls: PROGRAM runs all of them, PROGRAM PART one, and PROGRAM list
 * prints their names, for scripts/library-table.
 */
#ifndef RGPU_TESTS_CUDA_LIBRARY_H
#define RGPU_TESTS_CUDA_LIBRARY_H

#include "check.h"

/* In every one of these libraries success is 0. */
#define CHECK_LIB(call)                                             \
	do {                                                        \
		int status_ = (int)(call);                          \
                                                                    \
		if (status_)                                        \
			FAIL("%s: it returned %d", #call, status_); \
	} while (0)

struct part {
	const char *name;
	void (*run)(const char *name); /* ends the program when it is wrong */
};

static inline void
no_start(void)
{
}

/* start: before the first part; to list them needs no device. */
template <size_t n>
static inline int
run_parts(const struct part (&parts)[n], int argc, char **argv,
	void (*start)(void))
{
	const char *wanted = argc > 1 ? argv[1] : NULL;
	bool listing = wanted && !strcmp(wanted, "list"), found = !wanted;

	if (!listing)
		start();
	for (const struct part &p : parts) {
		if (listing)
			puts(p.name);
		else if (!wanted || !strcmp(wanted, p.name))
			p.run(p.name);
		else
			continue;
		found = true;
	}
	if (!found)
		FAIL("there is no part %s", wanted);
	return 0;
}

/* n numbers in [-1, 1], the same for a seed everywhere. */
template <class T>
static inline std::vector<T>
random_vector(size_t n, uint64_t seed)
{
	struct rng r = rng_make(seed);
	std::vector<T> v(n);

	for (T &x : v)
		x = (T)rng_double(&r, -1, 1);
	return v;
}

/* What n additions of products in T may be off. */
template <class T>
static inline double
rounding(size_t n)
{
	return (double)(n + 4) * (sizeof(T) == 8 ? 0x1p-52 : 0x1p-23);
}

#endif
