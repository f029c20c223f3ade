/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks verify.h, on which the verdict of every CUDA test program rests:
 * known answers of the generator, the hash and the distances, and that a
 * failed expectation ends a program with status 1.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "verify.h"

/* The published test vectors of FNV-1a, 64 bits. */
static void
check_hash(void)
{
	EXPECT(hash_bytes("", 0) == 0xcbf29ce484222325);
	EXPECT(hash_bytes("a", 1) == 0xaf63dc4c8601ec8c);
	EXPECT(hash_bytes("foobar", 6) == 0x85944171f73967e8);
}

/* The steps of xorshift64* worked out for one state by hand. */
static void
check_generator(void)
{
	struct rng r = {1}, same = rng_make(7), again = rng_make(7);
	uint64_t x = 1;

	for (int i = 0; i < 1000; i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		EXPECT(rng_u64(&r) == x * 2685821657736338717u);
		EXPECT(rng_u64(&same) == rng_u64(&again));
	}
	EXPECT(rng_make(0).state != 0);
	r.state = 1;
	EXPECT(rng_u64(&r) == 0x47e4ce4b896cdd1d);
}

static void
check_ranges(void)
{
	struct rng r = rng_make(3);
	double lowest = 1e9, highest = -1e9;

	for (int i = 0; i < 10000; i++) {
		double d = rng_double(&r, -2, 5);
		float f = rng_float(&r, 0, 1);

		EXPECT(d >= -2 && d <= 5 && f >= 0 && f <= 1);
		EXPECT(rng_below(&r, 10) < 10);
		lowest = fmin(lowest, d);
		highest = fmax(highest, d);
	}
	/* Both ends are come near to. */
	EXPECT(lowest < -1.99 && highest > 4.99);
}

static void
check_distances(void)
{
	EXPECT(ulp_error_float(1.0f, 1.0L) == 0);
	EXPECT(ulp_error_float(nextafterf(1.0f, 2.0f), 1.0L) == 1);
	EXPECT(ulp_error_float(nextafterf(1.0f, 0.0f), 1.0L) == 0.5);
	EXPECT(ulp_error_float(3.0f, 3.0L + 0x1p-23L) == 0.5);
	EXPECT(ulp_error_float(-8.0f, -8.0L - 0x1p-19L) == 2);
	EXPECT(ulp_error_double(nextafter(1.0, 2.0), 1.0L) == 1);
	EXPECT(ulp_error_double(1.5, 1.5L) == 0);
	/* Below the normal range units no longer shrink. */
	EXPECT(ulp_error_float(0x3p-149f, 0x1p-149L) == 2);
	EXPECT(ulp_error_float(0x1p-149f, 0.0L) == 1);
	EXPECT(ulp_error_double(0x1p-1074, 0.0L) == 1);
	/* What is not a number is near nothing else. */
	EXPECT(ulp_error_float(NAN, NAN) == 0);
	EXPECT(isinf(ulp_error_float(NAN, 1.0L)));
	EXPECT(isinf(ulp_error_float(1.0f, INFINITY)));
	EXPECT(isinf(ulp_error_float(-INFINITY, INFINITY)));
	EXPECT(ulp_error_float(INFINITY, 1e39L) == 0);
	EXPECT(isinf(ulp_error_float(INFINITY, 1e38L)));
}

/* A test that cannot fail is none: EXPECT must end the program. */
static void
check_failure(void)
{
	int status;
	pid_t child = fork();

	EXPECT(child >= 0);
	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(2);
		EXPECT(hash_bytes("a", 1) == 0);
		_exit(0);
	}
	EXPECT(waitpid(child, &status, 0) == child);
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

int
main(void)
{
	check_hash();
	check_generator();
	check_ranges();
	check_distances();
	check_failure();
	report("verify-test", "foobar", 6);
	return 0;
}
