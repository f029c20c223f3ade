/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the CUDA test programs share and need no CUDA for: random numbers that
 * are the same on every machine, a hash of results, distances between floating
 * point numbers, and the one form in which success and failure are printed.
 * C11 and C++17; tests/cuda/verify-test.c checks it against known answers.
 */
#ifndef RGPU_TESTS_CUDA_VERIFY_H
#define RGPU_TESTS_CUDA_VERIFY_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Ends the program with status 1, from any thread, without the handlers of
 * exit: these would take the driver down under threads that still use it.
 */
#ifdef __cplusplus
[[noreturn]]
#else
_Noreturn
#endif
static inline void
give_up(void)
{
	fflush(NULL);
	_Exit(1);
}

/* Ends the program with status 1 and one line: where, and printf text. */
#define FAIL(...)                                               \
	do {                                                    \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__);                   \
		fputc('\n', stderr);                            \
		give_up();                                      \
	} while (0)

/* Like assert, but never compiled out. */
#define EXPECT(condition)                                 \
	do {                                              \
		if (!(condition))                         \
			FAIL("not true: %s", #condition); \
	} while (0)

/* xorshift64*: the C library's generators differ between machines. */
struct rng {
	uint64_t state;
};

/* Seed 0 would stay 0 for ever, so every seed gets a bit set. */
static inline struct rng
rng_make(uint64_t seed)
{
	struct rng r;

	r.state = seed * 0x9e3779b97f4a7c15ull | 1;
	return r;
}

static inline uint64_t
rng_u64(struct rng *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dull;
}

static inline uint32_t
rng_u32(struct rng *r)
{
	return (uint32_t)(rng_u64(r) >> 32);
}

/* In [0, n); the bias of the modulus does not matter here. */
static inline uint32_t
rng_below(struct rng *r, uint32_t n)
{
	return rng_u32(r) % n;
}

/* In [lo, hi], 53 random bits. */
static inline double
rng_double(struct rng *r, double lo, double hi)
{
	return lo + (hi - lo) * ((double)(rng_u64(r) >> 11) * 0x1p-53);
}

static inline float
rng_float(struct rng *r, float lo, float hi)
{
	return (float)rng_double(r, lo, hi);
}

/* FNV-1a, 64 bits. */
static inline uint64_t
hash_bytes(const void *data, size_t bytes)
{
	const unsigned char *p = (const unsigned char *)data;
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < bytes; i++)
		h = (h ^ p[i]) * 0x100000001b3ull;
	return h;
}

/* The line of a result that was found right: "name: ok <hash of its bits>". */
static inline void
report(const char *name, const void *result, size_t bytes)
{
	printf("%s: ok %016llx\n", name,
		(unsigned long long)hash_bytes(result, bytes));
	fflush(stdout);
}

/*
 * Error of got against the true value want, in units in the last place of the
 * format of mant bits (24 float, 53 double) whose smallest exponent is emin.
 * Two NaNs, or two equal infinities, are 0 apart; one alone is infinitely far.
 */
static inline double
ulp_error(long double got, long double want, int mant, int emin)
{
	int e;

	if (isnan(got) || isnan(want))
		return isnan(got) && isnan(want) ? 0 : (double)INFINITY;
	if (got == want)
		return 0;
	if (isinf(got) || isinf(want))
		return (double)INFINITY;
	frexpl(want, &e);
	if (e - 1 < emin || want == 0)
		e = emin + 1;
	return (double)fabsl(ldexpl(got - want, mant - e));
}

static inline double
ulp_error_float(float got, long double want)
{
	/* A true value that rounds to infinity is met by infinity. */
	if (isinf(got) && isinf((float)want) && signbit(got) == signbit(want))
		return 0;
	return ulp_error(got, want, 24, -126);
}

static inline double
ulp_error_double(double got, long double want)
{
	if (isinf(got) && isinf((double)want) && signbit(got) == signbit(want))
		return 0;
	return ulp_error(got, want, 53, -1022);
}

#endif
