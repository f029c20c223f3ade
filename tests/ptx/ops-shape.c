/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operands a variant has, and its kernel.
 */
#include "config.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/ops.h"

/* At most this many bytes are added at once. */
#define PIECE_MAX 2048

void
ops_add(struct ops_text *text, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (text->room - text->len < PIECE_MAX) {
		text->room = text->room * 2 + 4096;
		text->data = realloc(text->data, text->room);
		if (!text->data)
			abort();
	}
	va_start(ap, fmt);
	n = vsnprintf(text->data + text->len, PIECE_MAX, fmt, ap);
	va_end(ap);
	if (n < 0 || n >= PIECE_MAX)
		abort();
	text->len += (size_t)n;
}

static void
add(struct ops_case *c, enum ops_kind kind, enum ptx_type type, unsigned bits)
{
	c->operand[c->count++] =
		(struct ops_operand){.kind = kind, .type = type, .bits = bits};
}

static unsigned
bits_of(enum ptx_type type)
{
	return type == PTX_PRED ? 1 : 8 * ptx_type_size(type);
}

static enum ptx_type
wider(enum ptx_type type)
{
	bool is_signed = ptx_type_signed(type);

	return ptx_type_size(type) == 2 ? (is_signed ? PTX_S32 : PTX_U32)
					: (is_signed ? PTX_S64 : PTX_U64);
}

/* Operands by the letters of the table. */
static void
by_letters(struct ops_case *c)
{
	const enum ptx_type *t = c->ref.type;

	for (const char *s = c->form->args; *s; s++) {
		switch (*s) {
		case 'd': add(c, OPS_RESULT, t[0], bits_of(t[0])); break;
		case 'D':
			add(c, OPS_RESULT, wider(t[0]), bits_of(wider(t[0])));
			break;
		case 'e': add(c, OPS_RESULT, PTX_B32, 32); break;
		case 'q': add(c, OPS_RESULT, PTX_PRED, 1); break;
		case 'a': add(c, OPS_SOURCE, t[0], bits_of(t[0])); break;
		case 'A':
			add(c, OPS_SOURCE, wider(t[0]), bits_of(wider(t[0])));
			break;
		case 'b': add(c, OPS_SOURCE, t[1], bits_of(t[1])); break;
		case 'w': add(c, OPS_SOURCE, PTX_NONE, 32); break;
		case 'p': add(c, OPS_SOURCE, PTX_PRED, 1); break;
		default: add(c, OPS_NUMBER, PTX_NONE, 0);
		}
	}
}

static bool
has_bool_op(const struct ops_case *c)
{
	return ptx_mod_in(&c->ref.mods, PTX_MOD_AND) ||
		ptx_mod_in(&c->ref.mods, PTX_MOD_OR) ||
		ptx_mod_in(&c->ref.mods, PTX_MOD_XOR);
}

/* n 0: p; 1: p|q; 2: with !c. */
static bool
shape_setp(struct ops_case *c, unsigned n)
{
	enum ptx_type t = c->ref.type[0];

	if (n > (has_bool_op(c) ? 2u : 1u))
		return false;
	add(c, OPS_RESULT, PTX_PRED, 1);
	if (n == 1) {
		add(c, OPS_RESULT, PTX_PRED, 1);
		c->operand[1].bar = true;
	}
	add(c, OPS_SOURCE, t, bits_of(t));
	add(c, OPS_SOURCE, t, bits_of(t));
	if (has_bool_op(c)) {
		add(c, OPS_SOURCE, PTX_PRED, 1);
		c->operand[c->count - 1].negated = n == 2;
	}
	return true;
}

static bool
shape_set(struct ops_case *c, unsigned n)
{
	const enum ptx_type *t = c->ref.type;

	add(c, OPS_RESULT, t[0], bits_of(t[0]));
	add(c, OPS_SOURCE, t[1], bits_of(t[1]));
	add(c, OPS_SOURCE, t[1], bits_of(t[1]));
	if (has_bool_op(c))
		add(c, OPS_SOURCE, PTX_PRED, 1);
	return n == 0;
}

static bool
shape_lop3(struct ops_case *c, unsigned n)
{
	add(c, OPS_RESULT, PTX_B32, 32);
	add(c, OPS_RESULT, PTX_PRED, 1);
	c->operand[1].bar = true;
	for (unsigned i = 0; i < 3; i++)
		add(c, OPS_SOURCE, PTX_B32, 32);
	add(c, OPS_NUMBER, PTX_NONE, 0);
	add(c, OPS_SOURCE, PTX_PRED, 1);
	c->operand[c->count - 1].negated = n == 1;
	return n < 2;
}

/* No registers of 8 bits: what ptxas takes for all conversions is 16. */
static unsigned
reg_bits(enum ptx_type type)
{
	return bits_of(type) < 16 ? 16 : bits_of(type);
}

/* n 0: registers as wide as the types; 1: a wider result; 2: a wider source.
 * Conversions of bf16 do not take those. */
static bool
shape_cvt(struct ops_case *c, unsigned n)
{
	const enum ptx_type *t = c->ref.type;
	unsigned to = reg_bits(t[0]), from = reg_bits(t[1]);
	bool bf16 = t[0] == PTX_BF16 || t[1] == PTX_BF16;
	bool pair = t[0] == PTX_F16X2 || t[0] == PTX_BF16X2 || t[0] >= PTX_TF32;

	if (n > 2 || (n && (bf16 || pair)) || (n == 1 && to == 64) ||
		(n == 2 && from == 64))
		return n == 1 && !bf16 && !pair;
	add(c, OPS_RESULT, t[0], n == 1 ? 2 * to : to);
	add(c, OPS_SOURCE, t[1], n == 2 ? 2 * from : from);
	if (pair && t[0] != PTX_TF32 && t[1] == PTX_F32)
		add(c, OPS_SOURCE, t[1], from);
	return true;
}

/* d, a, b, c; n 0: all elements in their order; else some of them. */
static bool
shape_video(struct ops_case *c, unsigned n)
{
	static const char *const two[][3] = {{"", "", ""},
		{".h0", ".h23", ".h01"}, {".h1", "", ".h30"},
		{".h10", ".h00", ""}, {"", ".h31", ".h12"}};
	static const char *const four[][3] = {{"", "", ""},
		{".b0", ".b7654", ".b3210"}, {".b310", "", ".b0123"},
		{".b3210", ".b0000", ""}, {".b21", ".b7531", ".b6420"},
		{".b3", ".b1467", ".b7777"}};
	bool quad = strchr(c->form->name, '4');

	if (n >= (quad ? RGPU_COUNT(four) : RGPU_COUNT(two)))
		return false;
	add(c, OPS_RESULT, PTX_B32, 32);
	for (unsigned i = 0; i < 3; i++)
		add(c, OPS_SOURCE, PTX_B32, 32);
	for (unsigned i = 0; i < 3; i++) {
		c->ref.part[i] = quad ? four[n][i] : two[n][i];
		c->operand[i].part = c->ref.part[i];
	}
	return true;
}

bool
ops_shape(struct ops_case *c, unsigned n)
{
	const char *args = c->form->args;

	c->count = 0;
	c->carry = c->form->build == ptx_build_carry;
	if (strcmp(args, "SETP") == 0)
		return shape_setp(c, n);
	if (strcmp(args, "SET") == 0)
		return shape_set(c, n);
	if (strcmp(args, "LOP3") == 0)
		return shape_lop3(c, n);
	if (strcmp(args, "CVT") == 0)
		return shape_cvt(c, n);
	if (strcmp(args, "VIDEO") == 0)
		return shape_video(c, n);
	if (n > 0)
		return false;
	if (strcmp(args, "MOV") == 0) {
		add(c, OPS_RESULT, c->ref.type[0], bits_of(c->ref.type[0]));
		add(c, OPS_SOURCE, c->ref.type[0], bits_of(c->ref.type[0]));
	} else if (args[0] >= 'a' || args[0] == 'D') {
		by_letters(c);
	}
	return true;
}

/* Registers by width: %p, %h, %r, %d and a number. */
static const char *
prefix(unsigned bits)
{
	return bits == 1 ? "p" : bits == 16 ? "h" : bits == 32 ? "r" : "d";
}

static void
load_source(struct ops_text *t, const struct ops_operand *o, unsigned reg,
	unsigned at)
{
	ops_add(t, "ld.global.u64 %%d20, [%%in+%u];\n", 8 * at);
	if (o->bits == 1)
		ops_add(t, "setp.ne.u64 %%p%u, %%d20, 0;\n", reg);
	else if (o->bits == 64)
		ops_add(t, "mov.b64 %%d%u, %%d20;\n", reg);
	else
		ops_add(t, "cvt.u%u.u64 %%%s%u, %%d20;\n", o->bits,
			prefix(o->bits), reg);
}

static void
store_result(struct ops_text *t, const struct ops_operand *o, unsigned reg,
	unsigned at)
{
	if (o->bits == 1)
		ops_add(t, "selp.u64 %%d20, 1, 0, %%p%u;\n", reg);
	else if (o->bits == 64)
		ops_add(t, "mov.b64 %%d20, %%d%u;\n", reg);
	else
		ops_add(t, "cvt.u64.u%u %%d20, %%%s%u;\n", o->bits,
			prefix(o->bits), reg);
	ops_add(t, "st.global.u64 [%%out+%u], %%d20;\n", 8 * at);
}

/* What a guarded result keeps where the guard is false. */
static void
preset(struct ops_text *t, const struct ops_operand *o, unsigned reg)
{
	if (o->bits == 1)
		ops_add(t, "setp.eq.u32 %%p%u, 0, 0;\n", reg);
	else
		ops_add(t, "mov.b%u %%%s%u, %s;\n", o->bits, prefix(o->bits),
			reg, o->bits == 16 ? "0x5a5a" : "0x5a5a5a5a");
}

/* The instruction; results in registers from `first`. */
static void
write_op(struct ops_text *t, const struct ops_case *c, unsigned first,
	const char *guard)
{
	unsigned source = 0, result = first;

	ops_add(t, "%s%s ", guard, c->text);
	for (unsigned i = 0; i < c->count; i++) {
		const struct ops_operand *o = &c->operand[i];

		ops_add(t, "%s", i == 0 ? "" : o->bar ? "|" : ", ");
		if (o->kind == OPS_NUMBER)
			ops_add(t, "%u", (unsigned)c->ref.in[source++]);
		else
			ops_add(t, "%s%%%s%u", o->negated ? "!" : "",
				prefix(o->bits),
				o->kind == OPS_RESULT ? result++ : source++);
		ops_add(t, "%s", o->part ? o->part : "");
	}
	ops_add(t, ";\n");
}

/* CC.CF becomes the carry of x + ffffffff, where x is 0 or 1. */
static void
set_carry(struct ops_text *t)
{
	ops_add(t,
		"ld.global.u32 %%r20, [%%in+48];\n"
		"add.cc.u32 %%r21, %%r20, 0xffffffff;\n");
}

static void
one_run(struct ops_text *t, const struct ops_case *c, unsigned first,
	unsigned out, const char *guard)
{
	unsigned result = 0;

	for (unsigned i = 0; i < c->count && *guard; i++)
		if (c->operand[i].kind == OPS_RESULT)
			preset(t, &c->operand[i], first + result++);
	if (c->carry)
		set_carry(t);
	write_op(t, c, first, guard);
	if (c->carry)
		ops_add(t,
			"addc.u32 %%r22, 0, 0;\n"
			"cvt.u64.u32 %%d20, %%r22;\n"
			"st.global.u64 [%%out+%u], %%d20;\n",
			8 * (out + 1));
	result = 0;
	for (unsigned i = 0; i < c->count; i++)
		if (c->operand[i].kind == OPS_RESULT) {
			store_result(t, &c->operand[i], first + result,
				out + result);
			result++;
		}
}

void
ops_kernel(struct ops_text *t, const char *name, const struct ops_case *c)
{
	unsigned source = 0;

	ops_add(t, ".visible .entry %s(.param .u64 a, .param .u64 b)\n{\n",
		name);
	ops_add(t,
		".reg .pred %%p<24>;\n.reg .b16 %%h<24>;\n"
		".reg .b32 %%r<24>;\n.reg .b64 %%d<24>, %%in, %%out;\n"
		"ld.param.u64 %%in, [a];\nld.param.u64 %%out, [b];\n"
		"mov.u32 %%r20, %%tid.x;\nmul.wide.u32 %%d20, %%r20, 64;\n"
		"add.u64 %%in, %%in, %%d20;\nadd.u64 %%out, %%out, %%d20;\n"
		"ld.global.u32 %%r20, [%%in+56];\n"
		"setp.ne.u32 %%p20, %%r20, 0;\n");
	for (unsigned i = 0; i < c->count; i++) {
		const struct ops_operand *o = &c->operand[i];

		if (o->kind == OPS_SOURCE)
			load_source(t, o, source, source);
		source += o->kind != OPS_RESULT;
	}
	one_run(t, c, 10, 0, "");
	one_run(t, c, 14, 2, "@%p20 ");
	ops_add(t, "ret;\n}\n");
}
