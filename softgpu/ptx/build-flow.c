/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: branches, exit, the stack.
 */
#include "config.h"
#include "softgpu/ptx/decode.h"

int
ptx_build_bra(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	(void)form;
	if (ptx_want_args(dec, in, 1, 1))
		return -1;
	if (in->arg[0].kind != PTX_ARG_NAME)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "does not name a label");
	if (!ptx_emit(dec, PTX_X_BRA))
		return -1;
	ptx_last_use(dec)->jumps = true;
	ptx_last_use(dec)->ends = true;
	return ptx_jump_to(dec, -1, in->arg[0].text, in->arg[0].len);
}

static uint32_t
count_labels(const struct ptx_name *table)
{
	struct ptx_lex lex;
	uint32_t n = 0;

	ptx_lex_start(&lex, table->at, table->end);
	for (; lex.tok.kind != PTX_TOK_END; ptx_lex_next(&lex))
		n += lex.tok.kind == PTX_TOK_NAME;
	return n;
}

/* brx.idx %r, L: L names a list of labels. */
int
ptx_build_brx(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	const struct ptx_name *name;
	struct ptx_branch_table *table;
	struct ptx_lex lex;
	struct ptx_op *op;
	uint32_t index, n;

	(void)form;
	if (ptx_want_args(dec, in, 2, 2))
		return -1;
	index = ptx_source(dec, in, &in->arg[0], PTX_B32);
	name = ptx_name_find(dec, in->arg[1].text, in->arg[1].len);
	if (index == PTX_BAD_OPERAND)
		return -1;
	if (!name || name->kind != PTX_NAME_TABLE)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"does not name a list of branch targets before it");
	n = count_labels(name);
	if (dec->jumps + n > PTX_JUMPS_MAX)
		return ptx_refuse(
			dec, RGPU_PTX_UNSUPPORTED, "is one jump too many");
	table = ptx_arena_get(&dec->code->arena,
		sizeof(*table) + n * sizeof(table->target[0]));
	op = ptx_emit(dec, PTX_X_BRX);
	if (!table || !op)
		return ptx_no_memory(dec);
	op->ext = table;
	table->count = n;
	ptx_last_use(dec)->table = true;
	ptx_last_use(dec)->ends = true;
	n = 0;
	ptx_lex_start(&lex, name->at, name->end);
	for (; lex.tok.kind != PTX_TOK_END; ptx_lex_next(&lex))
		if (lex.tok.kind == PTX_TOK_NAME &&
			ptx_jump_to(
				dec, (int32_t)n++, lex.tok.text, lex.tok.len))
			return -1;
	return ptx_set(dec, 1, index);
}

/* No operands. form->x: nothing follows. */
int
ptx_build_simple(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	if (ptx_want_args(dec, in, 0, 0) || !ptx_emit(dec, form->op))
		return -1;
	ptx_last_use(dec)->ends = form->x;
	return 0;
}

int
ptx_build_nanosleep(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	(void)form;
	if (ptx_want_args(dec, in, 1, 1) ||
		ptx_source(dec, in, &in->arg[0], PTX_U32) == PTX_BAD_OPERAND)
		return -1;
	return ptx_emit(dec, PTX_X_NANOSLEEP) ? 0 : -1;
}

/* alloca.u64 d, size{, align} */
int
ptx_build_alloca(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	enum ptx_type type = in->types[0];
	uint64_t align = 8;
	uint32_t d, size;
	struct ptx_op *op;

	(void)form;
	if (ptx_want_args(dec, in, 2, 3))
		return -1;
	if (in->args == 3) {
		align = in->arg[2].value.bits;
		if (in->arg[2].kind != PTX_ARG_VALUE || align == 0 ||
			(align & (align - 1)) || align > 256)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"needs an alignment from 1 to 256");
	}
	d = ptx_dest(dec, &in->arg[0], 8 * ptx_type_size(type));
	size = ptx_source(dec, in, &in->arg[1], type);
	if (!d || size == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec, PTX_X_ALLOCA);
	if (!op)
		return -1;
	op->imm = align < 8 ? 8 : align;
	if (align > dec->code->local_align)
		dec->code->local_align = (uint32_t)align;
	op->x[0] = type == PTX_U64;
	dec->code->uses_stack = true;
	return ptx_set_def(dec, 0, d) || ptx_set(dec, 1, size) ? -1 : 0;
}

/* stacksave.u64 d and stackrestore.u64 a */
int
ptx_build_stack(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	enum ptx_type type = in->types[0];
	bool save = form->op == PTX_X_STACKSAVE;
	uint32_t v;
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 1, 1))
		return -1;
	v = save ? ptx_dest(dec, &in->arg[0], 8 * ptx_type_size(type))
		 : ptx_source(dec, in, &in->arg[0], type);
	if (save ? !v : v == PTX_BAD_OPERAND)
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op)
		return -1;
	op->x[0] = type == PTX_U64;
	dec->code->uses_stack = true;
	return save ? ptx_set_def(dec, 0, v) : ptx_set(dec, 1, v);
}
