/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The output of device printf. It is gathered for a context and written to
 * stdout by the call that synchronises, before that returns, so that it stands
 * in the right place among the output of the application itself.
 */
#ifndef RGPU_SOFTGPU_PRINT_H
#define RGPU_SOFTGPU_PRINT_H

#include <pthread.h>
#include <stddef.h>

struct rgpu_print {
	pthread_mutex_t lock;
	char *text;
	size_t len, capacity;
};

void rgpu_print_init(struct rgpu_print *print);
void rgpu_print_free(struct rgpu_print *print);

/* Adds text; written at once when more than limit bytes have gathered or there
 * is no memory, so that nothing is lost. */
void rgpu_print_add(
	struct rgpu_print *print, size_t limit, const char *text, size_t len);

/* Writes what has gathered. */
void rgpu_print_flush(struct rgpu_print *print);

#endif
