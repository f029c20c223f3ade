/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PTX text to tokens. A token points into the text; nothing is copied.
 */
#ifndef RGPU_SOFTGPU_PTX_LEX_H
#define RGPU_SOFTGPU_PTX_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ptx_token_kind {
	PTX_TOK_END,
	PTX_TOK_NAME,	/* foo, %r1, $L__BB0_1, _ */
	PTX_TOK_DOT,	/* .global, .L2::128B; text without the dot */
	PTX_TOK_INT,	/* bits: its value */
	PTX_TOK_F32,	/* 0f3F800000; bits: the 32 bits */
	PTX_TOK_F64,	/* 0d..., 1.5; bits: the 64 bits */
	PTX_TOK_STRING, /* text without the quotes */
	PTX_TOK_CHAR,	/* any other single character */
	PTX_TOK_BAD,
};

struct ptx_token {
	enum ptx_token_kind kind;
	const char *text;
	uint32_t len;
	uint64_t bits;
};

struct ptx_lex {
	const char *p, *end;
	struct ptx_token tok; /* the current token */
};

/* Starts at text; the first token is current. */
void ptx_lex_start(struct ptx_lex *lex, const char *text, const char *end);
void ptx_lex_next(struct ptx_lex *lex);

/* Whether the current token is this character, name or .name. */
bool ptx_lex_is(const struct ptx_lex *lex, char c);
bool ptx_lex_is_name(const struct ptx_lex *lex, const char *name);
bool ptx_lex_is_dot(const struct ptx_lex *lex, const char *name);

/* The same, and steps over it. */
bool ptx_lex_take(struct ptx_lex *lex, char c);
bool ptx_lex_take_dot(struct ptx_lex *lex, const char *name);

/*
 * p is after a '{': the place after the '}' that ends it, or NULL. Skips
 * strings and comments; made to pass over megabytes quickly.
 */
const char *ptx_skip_block(const char *p, const char *end);

/* Text at p ends where the statement does: the next ';' or end. */
const char *ptx_skip_statement(const char *p, const char *end);

#endif
