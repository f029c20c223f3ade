/* SPDX-License-Identifier: Apache-2.0 */
/* Time that only goes forward, in nanoseconds. */
#ifndef RGPU_COMMON_CLOCK_H
#define RGPU_COMMON_CLOCK_H

#include <stdint.h>
#include <time.h>

#define RGPU_US	    UINT64_C(1000)
#define RGPU_MS	    UINT64_C(1000000)
#define RGPU_SECOND UINT64_C(1000000000)

/* CLOCK_MONOTONIC; about 20 ns, no system call (vDSO). */
static inline uint64_t
rgpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * RGPU_SECOND + (uint64_t)t.tv_nsec;
}

static inline struct timespec
rgpu_timespec(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / RGPU_SECOND),
		.tv_nsec = (long)(ns % RGPU_SECOND)};
}

/* Milliseconds until deadline for poll(2): rounded up, 0 when it has passed. */
static inline int
rgpu_poll_ms(uint64_t deadline)
{
	uint64_t now = rgpu_now();

	return deadline <= now
		? 0
		: (int)((deadline - now + RGPU_MS - 1) / RGPU_MS);
}

#endif
