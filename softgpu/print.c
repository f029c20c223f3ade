/* SPDX-License-Identifier: Apache-2.0 */
/* The output of device printf. */
#include "config.h"
#include "softgpu/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 4096

void
rgpu_print_init(struct rgpu_print *print)
{
	pthread_mutex_init(&print->lock, NULL);
	print->text = NULL;
	print->len = print->capacity = 0;
}

void
rgpu_print_free(struct rgpu_print *print)
{
	free(print->text);
	pthread_mutex_destroy(&print->lock);
}

/* Through the FILE of the application, so that its order is kept. A stdout that
 * cannot be written is the application's to notice. */
static void
write_out(struct rgpu_print *print)
{
	if (!print->len)
		return;
	fwrite(print->text, 1, print->len, stdout);
	fflush(stdout);
	print->len = 0;
}

static int
grow(struct rgpu_print *print, size_t need)
{
	size_t n = print->capacity ? print->capacity : CAPACITY_MIN;
	void *p;

	while (n < need)
		n *= 2;
	if (n == print->capacity)
		return 0;
	p = realloc(print->text, n);
	if (!p)
		return -1;
	print->text = p;
	print->capacity = n;
	return 0;
}

void
rgpu_print_add(
	struct rgpu_print *print, size_t limit, const char *text, size_t len)
{
	pthread_mutex_lock(&print->lock);
	if (print->len + len > limit)
		write_out(print);
	if (len > limit || grow(print, print->len + len)) {
		write_out(print);
		fwrite(text, 1, len, stdout);
	} else {
		memcpy(print->text + print->len, text, len);
		print->len += len;
	}
	pthread_mutex_unlock(&print->lock);
}

void
rgpu_print_flush(struct rgpu_print *print)
{
	pthread_mutex_lock(&print->lock);
	write_out(print);
	pthread_mutex_unlock(&print->lock);
}
