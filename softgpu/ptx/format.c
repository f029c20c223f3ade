/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device printf: a format and a buffer of arguments to text. Each argument
 * lies in the buffer aligned to its size: 4 bytes for int, 8 for the rest.
 */
#include "config.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/host.h"

/* Wider fields and longer precisions than this are cut. */
#define WIDTH_MAX 4096

struct format {
	struct ptx_warp *warp;
	unsigned lane;
	const char *args;
	size_t left, used; /* bytes of args */
	struct ptx_text *out;
	int count; /* arguments */
};

/* One conversion: "%-08.3lld". */
struct spec {
	char flags[8];
	unsigned flag_count;
	int width, precision; /* -1: none */
	bool wide;	      /* l, ll, z, j, t */
	unsigned halves;      /* h, hh */
	char conversion;
};

void
ptx_text_add(struct ptx_text *text, const char *s, size_t len)
{
	size_t want = text->size ? text->size : 256;
	char *more;

	while (want - text->len < len + 1)
		want *= 2;
	if (want != text->size) {
		more = realloc(text->data, want);
		if (!more) {
			text->failed = true;
			return;
		}
		text->data = more;
		text->size = want;
	}
	memcpy(text->data + text->len, s, len);
	text->len += len;
	text->data[text->len] = 0;
}

/* The next argument of 4 or 8 bytes. False: there is none. */
static bool
take(struct format *f, size_t size, uint64_t *out)
{
	size_t at = (f->used + size - 1) & ~(size - 1);

	*out = 0;
	if (at + size > f->left)
		return false;
	memcpy(out, f->args + at, size);
	f->used = at + size;
	f->count++;
	return true;
}

static int
clip(int64_t n)
{
	return n > WIDTH_MAX ? WIDTH_MAX : (int)n;
}

/* A number or '*'. */
static bool
take_number(struct format *f, const char **p, const char *end, int *out)
{
	uint64_t arg;
	int64_t n = 0;

	if (*p < end && **p == '*') {
		(*p)++;
		if (!take(f, 4, &arg))
			return false;
		*out = clip((int32_t)arg);
		return true;
	}
	while (*p < end && **p >= '0' && **p <= '9')
		n = clip(n * 10 + (*(*p)++ - '0'));
	*out = clip(n);
	return true;
}

static const char *
parse_flags(struct spec *s, const char *p, const char *end)
{
	while (p < end && memchr("-+ #0", *p, 5)) {
		if (s->flag_count < 5 && !strchr(s->flags, *p))
			s->flags[s->flag_count++] = *p;
		p++;
	}
	return p;
}

/* The spec after '%'; NULL when it is none. */
static const char *
parse_spec(struct format *f, struct spec *s, const char *p, const char *end)
{
	*s = (struct spec){.width = -1, .precision = -1};
	p = parse_flags(s, p, end);
	if (p < end && (*p == '*' || (*p >= '0' && *p <= '9')) &&
		!take_number(f, &p, end, &s->width))
		return NULL;
	if (s->width < -1) {
		/* A negative width is a '-' flag and a width. */
		s->width = s->width < -WIDTH_MAX ? WIDTH_MAX : -s->width;
		s->flags[s->flag_count++] = '-';
	}
	if (p < end && *p == '.') {
		p++;
		if (!take_number(f, &p, end, &s->precision))
			return NULL;
	}
	for (; p < end && memchr("hlLzjt", *p, 6); p++) {
		s->wide |= *p != 'h' && *p != 'L';
		s->halves += *p == 'h';
	}
	if (p == end)
		return NULL;
	s->conversion = *p;
	return p + 1;
}

static void
print(struct format *f, const struct spec *s, const char *length, ...)
{
	char fmt[32], *text;
	va_list ap;
	int n;

	snprintf(fmt, sizeof(fmt), "%%%s*.*%s%c", s->flags, length,
		s->conversion);
	va_start(ap, length);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		f->out->failed = true;
		return;
	}
	ptx_text_add(f->out, text, (size_t)n);
	free(text);
}

static bool
print_string(struct format *f, const struct spec *s)
{
	const char *text;
	uint64_t address, len;
	int precision = s->precision;

	if (!take(f, 8, &address))
		return false;
	text = ptx_device_bytes(f->warp, f->lane, address, &len);
	if (!text) {
		text = address ? "(invalid address)" : "(null)";
		len = strlen(text);
	}
	len = strnlen(text, len);
	if (precision < 0 || (uint64_t)precision > len)
		precision = len > INT32_MAX ? INT32_MAX : (int)len;
	print(f, s, "", s->width < 0 ? 0 : s->width, precision, text);
	return true;
}

static bool
print_integer(struct format *f, const struct spec *s)
{
	static const char *const lengths[] = {"", "h", "hh"};
	int width = s->width < 0 ? 0 : s->width;
	uint64_t v;

	if (!take(f, s->wide ? 8 : 4, &v))
		return false;
	if (s->conversion == 'c')
		print(f, s, "", width, s->precision, (int)v);
	else if (s->wide)
		print(f, s, "ll", width, s->precision, (long long)v);
	else
		print(f, s, lengths[s->halves > 2 ? 2 : s->halves], width,
			s->precision, (int)v);
	return true;
}

static bool
print_double(struct format *f, const struct spec *s)
{
	uint64_t bits;
	double v;

	if (!take(f, 8, &bits))
		return false;
	memcpy(&v, &bits, sizeof(v));
	print(f, s, "", s->width < 0 ? 0 : s->width, s->precision, v);
	return true;
}

static bool
print_pointer(struct format *f, const struct spec *s)
{
	uint64_t v;

	if (!take(f, 8, &v))
		return false;
	print(f, s, "", s->width < 0 ? 0 : s->width, s->precision,
		(void *)(uintptr_t)v);
	return true;
}

/* False: arguments are missing. */
static bool
convert(struct format *f, const struct spec *s, const char *from,
	const char *to)
{
	switch (s->conversion) {
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X':
	case 'c': return print_integer(f, s);
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
	case 'a':
	case 'A': return print_double(f, s);
	case 's': return print_string(f, s);
	case 'p': return print_pointer(f, s);
	case '%': ptx_text_add(f->out, "%", 1); return true;
	default:
		/* Not a conversion: as it stands. */
		ptx_text_add(f->out, from, (size_t)(to - from));
		return true;
	}
}

static bool
format_all(struct format *f, const char *p, const char *end)
{
	while (p < end) {
		const char *percent = memchr(p, '%', (size_t)(end - p));
		const char *next;
		struct spec s;

		if (!percent)
			percent = end;
		ptx_text_add(f->out, p, (size_t)(percent - p));
		if (percent == end)
			return true;
		next = parse_spec(f, &s, percent + 1, end);
		if (!next) {
			ptx_text_add(f->out, percent, (size_t)(end - percent));
			return true;
		}
		if (!convert(f, &s, percent, next))
			return false;
		p = next;
	}
	return true;
}

int
ptx_format(struct ptx_warp *w, unsigned lane, const char *fmt, size_t fmt_len,
	const char *args, size_t args_len, struct ptx_text *out)
{
	struct format f = {.warp = w,
		.lane = lane,
		.args = args,
		.left = args_len,
		.out = out};
	locale_t c = ptx_c_locale(), old = uselocale(c);
	bool ok = format_all(&f, fmt, fmt + fmt_len);

	uselocale(old);
	return ok ? f.count : -1;
}
