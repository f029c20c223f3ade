/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constant expressions: C's operators on 64-bit integers, and floating-point
 * literals with a sign. Integers are unsigned when written with U or too
 * large for .s64; here all are kept as 64 bits and only division, remainder,
 * right shift and comparison would differ: they work on signed values.
 */
#include "config.h"
#include "softgpu/ptx/module.h"

#include <string.h>

#define DEPTH_MAX 64

/* Binary operators by precedence; two-character ones first. */
static const struct {
	const char *op;
	int level;
} operators[] = {
	{"||", 1},
	{"&&", 2},
	{"==", 6},
	{"!=", 6},
	{"<=", 7},
	{">=", 7},
	{"<<", 8},
	{">>", 8},
	{"|", 3},
	{"^", 4},
	{"&", 5},
	{"<", 7},
	{">", 7},
	{"+", 9},
	{"-", 9},
	{"*", 10},
	{"/", 10},
	{"%", 10},
};

static int ternary(struct ptx_lex *lex, struct ptx_value *out, int depth);

static int
literal(struct ptx_lex *lex, struct ptx_value *out)
{
	const struct ptx_token *tok = &lex->tok;
	float f;
	double d;

	*out = (struct ptx_value){.bits = tok->bits};
	switch (tok->kind) {
	case PTX_TOK_INT: break;
	case PTX_TOK_F64: out->is_float = true; break;
	case PTX_TOK_F32:
		out->is_float = out->is_f32 = true;
		out->f32_bits = (uint32_t)tok->bits;
		memcpy(&f, &out->f32_bits, sizeof(f));
		d = f;
		memcpy(&out->bits, &d, sizeof(d));
		break;
	case PTX_TOK_NAME:
		if (!ptx_lex_is_name(lex, "WARP_SZ"))
			return -1;
		out->bits = 32;
		break;
	default: return -1;
	}
	ptx_lex_next(lex);
	return 0;
}

static int
negate(struct ptx_value *v)
{
	if (v->is_float)
		v->bits ^= 1ull << 63;
	else
		v->bits = 0 - v->bits;
	v->f32_bits ^= 1u << 31;
	return 0;
}

static int
unary(struct ptx_lex *lex, struct ptx_value *out, int depth)
{
	if (depth > DEPTH_MAX)
		return -1;
	if (ptx_lex_take(lex, '-'))
		return unary(lex, out, depth + 1) ? -1 : negate(out);
	if (ptx_lex_take(lex, '+'))
		return unary(lex, out, depth + 1);
	if (ptx_lex_is(lex, '~') || ptx_lex_is(lex, '!')) {
		bool not = *lex->tok.text == '!';

		ptx_lex_next(lex);
		if (unary(lex, out, depth + 1) || out->is_float)
			return -1;
		out->bits = not ? !out->bits : ~out->bits;
		return 0;
	}
	if (!ptx_lex_take(lex, '('))
		return literal(lex, out);
	/* A cast only says how later operators read the same 64 bits. */
	if (ptx_lex_take_dot(lex, "s64") || ptx_lex_take_dot(lex, "u64"))
		return ptx_lex_take(lex, ')') ? unary(lex, out, depth + 1) : -1;
	if (ternary(lex, out, depth + 1))
		return -1;
	return ptx_lex_take(lex, ')') ? 0 : -1;
}

static int
apply(const char *op, uint64_t a, uint64_t b, uint64_t *out)
{
	int64_t x = (int64_t)a, y = (int64_t)b;
	uint64_t r;

	switch (op[0] + 256 * op[1]) {
	case '|' + 256 * '|': r = a || b; break;
	case '&' + 256 * '&': r = a && b; break;
	case '=' + 256 * '=': r = a == b; break;
	case '!' + 256 * '=': r = a != b; break;
	case '<' + 256 * '=': r = x <= y; break;
	case '>' + 256 * '=': r = x >= y; break;
	case '<' + 256 * '<': r = b > 63 ? 0 : a << b; break;
	case '>' + 256 * '>': r = (uint64_t)(x >> (b > 63 ? 63 : b)); break;
	case '|': r = a | b; break;
	case '^': r = a ^ b; break;
	case '&': r = a & b; break;
	case '<': r = x < y; break;
	case '>': r = x > y; break;
	case '+': r = a + b; break;
	case '-': r = a - b; break;
	case '*': r = a * b; break;
	case '/':
		if (!b)
			return -1;
		r = y == -1 ? 0 - a : (uint64_t)(x / y);
		break;
	case '%':
		if (!b)
			return -1;
		r = y == -1 ? 0 : (uint64_t)(x % y);
		break;
	default: return -1;
	}
	*out = r;
	return 0;
}

/* The operator at the current token, or -1. */
static int
find_operator(const struct ptx_lex *lex)
{
	const char *p = lex->tok.text;

	if (lex->tok.kind != PTX_TOK_CHAR)
		return -1;
	for (unsigned i = 0; i < RGPU_COUNT(operators); i++) {
		size_t n = strlen(operators[i].op);

		if ((size_t)(lex->end - p) >= n &&
			memcmp(p, operators[i].op, n) == 0)
			return (int)i;
	}
	return -1;
}

/* Left-associative operators of at least this level. */
static int
binary(struct ptx_lex *lex, struct ptx_value *out, int level, int depth)
{
	if (unary(lex, out, depth + 1))
		return -1;
	for (;;) {
		struct ptx_value right;
		int i = find_operator(lex);

		if (i < 0 || operators[i].level < level)
			return 0;
		ptx_lex_next(lex);
		if (operators[i].op[1])
			ptx_lex_next(lex);
		if (binary(lex, &right, operators[i].level + 1, depth + 1))
			return -1;
		if (out->is_float || right.is_float ||
			apply(operators[i].op, out->bits, right.bits,
				&out->bits))
			return -1;
	}
}

static int
ternary(struct ptx_lex *lex, struct ptx_value *out, int depth)
{
	struct ptx_value yes, no;

	if (depth > DEPTH_MAX || binary(lex, out, 1, depth))
		return -1;
	if (!ptx_lex_is(lex, '?'))
		return 0;
	ptx_lex_next(lex);
	if (ternary(lex, &yes, depth + 1) || !ptx_lex_take(lex, ':') ||
		ternary(lex, &no, depth + 1))
		return -1;
	*out = out->bits ? yes : no;
	return 0;
}

int
ptx_expr(struct ptx_lex *lex, struct ptx_value *out)
{
	return ternary(lex, out, 0);
}

int
ptx_value_bits(const struct ptx_value *value, enum ptx_type type, uint64_t *out)
{
	unsigned size = ptx_type_size(type);
	uint32_t narrow;
	double d;
	float f;

	if (!value->is_float) {
		*out = value->bits;
		return ptx_type_float(type) ? -1 : 0;
	}
	if (size == 8 && (type == PTX_F64 || type == PTX_B64)) {
		*out = value->bits;
		return 0;
	}
	if (size != 4 || (type != PTX_F32 && type != PTX_B32))
		return -1;
	memcpy(&d, &value->bits, sizeof(d));
	f = (float)d;
	memcpy(&narrow, &f, sizeof(f));
	*out = value->is_f32 ? value->f32_bits : narrow;
	return 0;
}
