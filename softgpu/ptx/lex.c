/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PTX tokenizer.
 */
#include "config.h"
#include "softgpu/ptx/lex.h"

#include "softgpu/ptx/diag.h"

#include <stdlib.h>
#include <string.h>

enum {
	ALPHA = 1, /* may begin a name */
	DIGIT = 2,
	HEX = 4,
	SPACE = 8,
	MORE = 16, /* may continue a name */
};

static const uint8_t classes[256] = {
	['\t'] = SPACE,
	['\n'] = SPACE,
	['\v'] = SPACE,
	['\f'] = SPACE,
	['\r'] = SPACE,
	[' '] = SPACE,
	['$'] = ALPHA | MORE,
	['%'] = ALPHA,
	['_'] = ALPHA | MORE,
	['0' ... '9'] = DIGIT | HEX | MORE,
	['A' ... 'F'] = ALPHA | HEX | MORE,
	['G' ... 'Z'] = ALPHA | MORE,
	['a' ... 'f'] = ALPHA | HEX | MORE,
	['g' ... 'z'] = ALPHA | MORE,
};

static bool
is(char c, int class)
{
	return classes[(uint8_t)c] & class;
}

static const char *
skip_comment(const char *p, const char *end)
{
	const char *q;

	if (end - p < 2 || *p != '/')
		return p;
	if (p[1] == '/') {
		q = memchr(p, '\n', (size_t)(end - p));
		return q ? q + 1 : end;
	}
	if (p[1] != '*')
		return p;
	q = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
	return q ? q + 2 : end;
}

static const char *
skip_space(const char *p, const char *end)
{
	for (;;) {
		const char *q;

		while (p < end && is(*p, SPACE))
			p++;
		q = skip_comment(p, end);
		if (q == p)
			return p;
		p = q;
	}
}

static const char *
skip_name(const char *p, const char *end)
{
	while (p < end && is(*p, MORE))
		p++;
	return p;
}

/* .L2::128B is one token, but a label's colon is none of ours. */
static const char *
skip_dot(const char *p, const char *end)
{
	p = skip_name(p, end);
	while (end - p > 2 && p[0] == ':' && p[1] == ':' && is(p[2], MORE))
		p = skip_name(p + 2, end);
	return p;
}

static const char *
read_hex(const char *p, const char *end, unsigned digits, struct ptx_token *tok)
{
	unsigned n = 0;

	tok->bits = 0;
	for (; p < end && is(*p, HEX); p++, n++) {
		unsigned v = is(*p, DIGIT) ? (unsigned)(*p - '0')
					   : (unsigned)((*p | 32) - 'a') + 10;

		if (n >= 16)
			tok->kind = PTX_TOK_BAD;
		tok->bits = tok->bits << 4 | v;
	}
	if (n == 0 || (digits && n != digits))
		tok->kind = PTX_TOK_BAD;
	return p;
}

static const char *
read_based(const char *p, const char *end, unsigned base, struct ptx_token *tok)
{
	tok->bits = 0;
	for (; p < end && is(*p, DIGIT); p++) {
		unsigned v = (unsigned)(*p - '0');

		if (v >= base || tok->bits > (UINT64_MAX - v) / base)
			tok->kind = PTX_TOK_BAD;
		tok->bits = tok->bits * base + v;
	}
	return p;
}

/* 1.5, 1e10, 1.5e-3: text is not NUL-terminated, so strtod gets a copy. */
static const char *
read_decimal(const char *p, const char *end, struct ptx_token *tok)
{
	locale_t c = ptx_c_locale();
	char copy[64];
	const char *q = p;
	double value;
	size_t n;

	while (q < end && (is(*q, DIGIT) || *q == '.'))
		q++;
	if (q < end && (*q == 'e' || *q == 'E')) {
		q++;
		if (q < end && (*q == '+' || *q == '-'))
			q++;
		while (q < end && is(*q, DIGIT))
			q++;
	}
	n = (size_t)(q - p);
	tok->kind = PTX_TOK_BAD;
	if (n < sizeof(copy)) {
		char *stop;

		memcpy(copy, p, n);
		copy[n] = 0;
		value = c ? strtod_l(copy, &stop, c) : strtod(copy, &stop);
		memcpy(&tok->bits, &value, sizeof(value));
		if (*stop == 0)
			tok->kind = PTX_TOK_F64;
	}
	return q;
}

static const char *
read_prefixed(const char *p, const char *end, struct ptx_token *tok)
{
	switch (p[1] | 32) {
	case 'f': tok->kind = PTX_TOK_F32; return read_hex(p + 2, end, 8, tok);
	case 'd': tok->kind = PTX_TOK_F64; return read_hex(p + 2, end, 16, tok);
	case 'x': return read_hex(p + 2, end, 0, tok);
	case 'b': return read_based(p + 2, end, 2, tok);
	default: return read_based(p + 1, end, 8, tok);
	}
}

static const char *
read_number(const char *p, const char *end, struct ptx_token *tok)
{
	const char *q = p;

	tok->kind = PTX_TOK_INT;
	while (q < end && is(*q, DIGIT))
		q++;
	if (q < end && q > p &&
		(*q == '.' || ((*q | 32) == 'e' && !(q == p + 1 && *p == '0'))))
		return read_decimal(p, end, tok);
	if (*p == '0' && end - p > 1 && is(p[1], MORE))
		p = read_prefixed(p, end, tok);
	else
		p = read_based(p, end, 10, tok);
	if (p < end && *p == 'U')
		p++;
	if (p < end && is(*p, MORE))
		tok->kind = PTX_TOK_BAD;
	return p;
}

static const char *
read_string(const char *p, const char *end, struct ptx_token *tok)
{
	const char *q = p + 1;

	while (q < end && *q != '"' && *q != '\n')
		q += *q == '\\' && end - q > 1 ? 2 : 1;
	tok->kind = q < end && *q == '"' ? PTX_TOK_STRING : PTX_TOK_BAD;
	tok->text = p + 1;
	tok->len = (uint32_t)(q - tok->text);
	return q < end ? q + 1 : end;
}

void
ptx_lex_next(struct ptx_lex *lex)
{
	struct ptx_token *tok = &lex->tok;
	const char *p = skip_space(lex->p, lex->end);
	const char *q = p;

	*tok = (struct ptx_token){PTX_TOK_END, p, 0, 0};
	lex->p = p;
	if (p == lex->end)
		return;
	if (*p == '"') {
		lex->p = read_string(p, lex->end, tok);
		return;
	}
	/* A '%' alone is an operator of constant expressions. */
	if (is(*p, ALPHA) &&
		(*p != '%' || (lex->end - p > 1 && is(p[1], MORE)))) {
		tok->kind = PTX_TOK_NAME;
		q = skip_name(p + 1, lex->end);
	} else if (is(*p, DIGIT)) {
		q = read_number(p, lex->end, tok);
	} else if (*p == '.' && lex->end - p > 1 && is(p[1], MORE)) {
		tok->kind = PTX_TOK_DOT;
		tok->text = ++p;
		q = skip_dot(p, lex->end);
	} else {
		tok->kind = PTX_TOK_CHAR;
		q = p + 1;
	}
	tok->len = (uint32_t)(q - p);
	lex->p = q;
}

void
ptx_lex_start(struct ptx_lex *lex, const char *text, const char *end)
{
	lex->p = text;
	lex->end = end;
	ptx_lex_next(lex);
}

bool
ptx_lex_is(const struct ptx_lex *lex, char c)
{
	return lex->tok.kind == PTX_TOK_CHAR && *lex->tok.text == c;
}

static bool
same(const struct ptx_token *tok, const char *name)
{
	return strncmp(tok->text, name, tok->len) == 0 && name[tok->len] == 0;
}

bool
ptx_lex_is_name(const struct ptx_lex *lex, const char *name)
{
	return lex->tok.kind == PTX_TOK_NAME && same(&lex->tok, name);
}

bool
ptx_lex_is_dot(const struct ptx_lex *lex, const char *name)
{
	return lex->tok.kind == PTX_TOK_DOT && same(&lex->tok, name);
}

bool
ptx_lex_take(struct ptx_lex *lex, char c)
{
	if (!ptx_lex_is(lex, c))
		return false;
	ptx_lex_next(lex);
	return true;
}

bool
ptx_lex_take_dot(struct ptx_lex *lex, const char *name)
{
	if (!ptx_lex_is_dot(lex, name))
		return false;
	ptx_lex_next(lex);
	return true;
}

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));

/* Whether 16 bytes hold one of { } " /, the only ones a block cares for. */
static bool
interesting(const char *p)
{
	bytes16 v;
	words2 hit;

	memcpy(&v, p, sizeof(v));
	hit = (words2)((v == '{') | (v == '}') | (v == '"') | (v == '/'));
	return (hit[0] | hit[1]) != 0;
}

const char *
ptx_skip_block(const char *p, const char *end)
{
	struct ptx_token ignored;
	unsigned depth = 1;

	while (p < end) {
		if (end - p >= 16 && !interesting(p)) {
			p += 16;
			continue;
		}
		if (*p == '}' && --depth == 0)
			return p + 1;
		if (*p == '{')
			depth++;
		if (*p == '"') {
			p = read_string(p, end, &ignored);
		} else {
			const char *q = skip_comment(p, end);

			p = q == p ? p + 1 : q;
		}
	}
	return NULL;
}

const char *
ptx_skip_statement(const char *p, const char *end)
{
	struct ptx_token ignored;

	while (p < end && *p != ';') {
		if (*p == '"') {
			p = read_string(p, end, &ignored);
		} else {
			const char *q = skip_comment(p, end);

			p = q == p ? p + 1 : q;
		}
	}
	return p;
}
