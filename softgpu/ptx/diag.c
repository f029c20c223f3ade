/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages about PTX text.
 */
#include "config.h"
#include "softgpu/ptx/diag.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

int
ptx_line(const struct ptx_source *source, const char *p)
{
	const char *at = source->text;
	int line = 1;

	while ((at = memchr(at, '\n', (size_t)(p - at))) != NULL) {
		at++;
		line++;
	}
	return line;
}

void
ptx_statement(
	const struct ptx_source *source, const char *p, char *out, size_t size)
{
	size_t n = 0;

	/* The length is bounded: a damaged text may have no ';' at all. */
	while (p < source->end && *p && *p != ';' && n + 4 < size && n < 120) {
		bool blank = *p == ' ' || *p == '\t' || *p == '\n';

		if (*p == '\r' || (blank && n > 0 && out[n - 1] == ' ')) {
			p++;
			continue;
		}
		out[n++] = blank ? ' ' : (char)(*p < ' ' ? '?' : *p);
		p++;
	}
	if (p < source->end && *p && *p != ';') {
		memcpy(out + n, "...", 3);
		n += 3;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = 0;
}

enum rgpu_ptx_status
ptx_diag(struct rgpu_ptx_diag *diag, const struct ptx_source *source,
	const char *p, enum rgpu_ptx_status status, const char *fmt, ...)
{
	char statement[160], text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ptx_statement(source, p, statement, sizeof(statement));
	diag->status = status;
	diag->line = ptx_line(source, p);
	snprintf(diag->text, sizeof(diag->text), "line %d: `%s` %s", diag->line,
		statement, text);
	return status;
}

enum rgpu_ptx_status
ptx_diag_plain(struct rgpu_ptx_diag *diag, enum rgpu_ptx_status status,
	const char *fmt, ...)
{
	va_list ap;

	diag->status = status;
	diag->line = 0;
	va_start(ap, fmt);
	vsnprintf(diag->text, sizeof(diag->text), fmt, ap);
	va_end(ap);
	return status;
}

static locale_t c_locale;

static void
make_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t
ptx_c_locale(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_locale);
	return c_locale;
}
