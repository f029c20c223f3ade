/* SPDX-License-Identifier: Apache-2.0 */
/* The reason of the last failure, one a thread. */
#include "config.h"
#include "common/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char text[512];

int
rgpu_error(const char *fmt, ...)
{
	char line[sizeof(text)];
	va_list ap;

	/* The arguments may point into the old text. */
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	memcpy(text, line, sizeof(text));
	return -1;
}

const char *
rgpu_error_text(void)
{
	return text;
}
