/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builder: calls. Arguments and results are bytes in the local memory of
 * caller and callee; those in registers are stored and loaded around the
 * call.
 */
#include "config.h"
#include <string.h>

#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/mem.h"

/* Arguments of a PTX function: more than any program has. */
#define CALL_ARGS_MAX 256

/* One actual argument or result. */
struct actual {
	uint32_t offset, size; /* in the caller's local memory */
	uint32_t reg;	       /* a result that goes to a register */
};

struct call {
	struct actual arg[CALL_ARGS_MAX], result[CALL_ARGS_MAX];
	uint32_t args, results;
	struct ptx_func *func;
	uint32_t target; /* operand, when func is NULL */
	const char *name;
	uint32_t name_len;
};

static const struct {
	const char *name;
	uint32_t args, results;
	unsigned op;
} hosts[] = {
	{"vprintf", 2, 1, PTX_X_HOST_VPRINTF},
	{"__assertfail", 5, 0, PTX_X_HOST_ASSERTFAIL},
	{"malloc", 1, 1, PTX_X_HOST_MALLOC},
	{"free", 1, 0, PTX_X_HOST_FREE},
};

/* A load or store of a register in the call's local memory. */
static int
local_access(struct ptx_dec *dec, const struct actual *at, uint32_t operand,
	bool store)
{
	struct ptx_op *op = ptx_emit(dec, store ? PTX_X_ST_ANY : PTX_X_LD_ANY);

	if (!op)
		return -1;
	op->imm = at->offset;
	op->x[PTX_MEM_SPACE] = PTX_LOCAL;
	op->x[PTX_MEM_SIZE] = (uint8_t)at->size;
	op->x[PTX_MEM_COUNT] = 1;
	op->x[PTX_MEM_ALIGN] = (uint8_t)at->size;
	op->x[PTX_MEM_FLAGS] = at->size == 8 ? PTX_MEM_LANE64 : 0;
	if (ptx_set(dec, 4,
		    dec->func->entry ? ptx_uniform_operand(PTX_U_ZERO)
				     : ptx_reg_operand(PTX_REG_LOCAL)))
		return -1;
	return store ? ptx_set(dec, 0, operand)
		     : ptx_set_def(dec, 0, operand >> 2);
}

/* A register or number as an argument: it gets a place of its own. size is
 * what the callee expects, 0 when that is not known. */
static int
spill(struct ptx_dec *dec, const struct ptx_arg *arg, uint32_t size,
	struct actual *out)
{
	static const enum ptx_type types[] = {
		[1] = PTX_B8, [2] = PTX_B16, [4] = PTX_B32, [8] = PTX_B64};
	uint32_t operand;

	if (arg->kind == PTX_ARG_REG)
		size = dec->reg[arg->reg].bits / 8u;
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"passes a value of unknown size");
	out->size = size;
	out->offset = ptx_local_get(dec, size, size);
	operand = ptx_source(dec, dec->insn, arg, types[size]);
	if (out->offset == UINT32_MAX || operand == PTX_BAD_OPERAND)
		return -1;
	return local_access(dec, out, operand, true);
}

static int
get_actual(struct ptx_dec *dec, const struct ptx_arg *arg, bool result,
	uint32_t size, struct actual *out)
{
	*out = (struct actual){0};
	if (arg->kind == PTX_ARG_PLACE && arg->place.space == PTX_LOCAL &&
		arg->place.origin == PTX_AT_FRAME) {
		/* "a+8" may lead out of the variable, and of all memory. */
		if (arg->place.offset > dec->code->local_bytes ||
			arg->place.size >
				dec->code->local_bytes - arg->place.offset)
			return ptx_refuse(dec, RGPU_PTX_SYNTAX,
				"passes what is outside of its variables");
		out->offset = (uint32_t)arg->place.offset;
		out->size = (uint32_t)arg->place.size;
		return 0;
	}
	if (!result)
		return spill(dec, arg, size, out);
	if (arg->kind != PTX_ARG_REG || dec->reg[arg->reg].bits < 8)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"has a result that is no .param and no register");
	out->reg = arg->reg;
	out->size = dec->reg[arg->reg].bits / 8u;
	out->offset = ptx_local_get(dec, out->size, out->size);
	return out->offset == UINT32_MAX ? -1 : 0;
}

/* "(a, b)"; lex is at the '('. formals: of the callee, or NULL. */
static int
parse_list(struct ptx_dec *dec, bool result, const struct ptx_formals *formals,
	struct actual list[CALL_ARGS_MAX], uint32_t *count)
{
	ptx_lex_next(&dec->lex);
	if (ptx_lex_take(&dec->lex, ')'))
		return 0;
	do {
		struct ptx_arg arg;
		uint32_t size = formals && *count < formals->count
			? formals->list[*count].size
			: 0;

		if (*count == CALL_ARGS_MAX)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"passes too many arguments");
		if (ptx_parse_arg(dec, &arg) ||
			get_actual(dec, &arg, result, size, &list[(*count)++]))
			return -1;
	} while (ptx_lex_take(&dec->lex, ','));
	if (!ptx_lex_take(&dec->lex, ')'))
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "lacks a ')'");
	return 0;
}

static int
parse_target(struct ptx_dec *dec, struct call *call)
{
	struct ptx_arg arg;

	if (ptx_parse_arg(dec, &arg))
		return -1;
	call->name = arg.text;
	call->name_len = arg.len;
	if (arg.kind == PTX_ARG_FUNC) {
		call->func = (struct ptx_func *)arg.func;
		return 0;
	}
	call->target = arg.kind == PTX_ARG_REG
		? ptx_source(dec, dec->insn, &arg, PTX_B64)
		: PTX_BAD_OPERAND;
	if (call->target != PTX_BAD_OPERAND)
		return 0;
	return ptx_refuse(dec, RGPU_PTX_UNRESOLVED,
		"calls %.*s, which is not declared",
		(int)(arg.len > 80 ? 80 : arg.len), arg.text);
}

/* The last operand of an indirect call: who may be called is found out when
 * it is. */
static int
parse_proto(struct ptx_dec *dec)
{
	const struct ptx_name *name =
		ptx_name_find(dec, dec->lex.tok.text, dec->lex.tok.len);

	if (dec->lex.tok.kind != PTX_TOK_NAME)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX, "lacks a prototype");
	if (!(name && name->kind == PTX_NAME_PROTO) &&
		!ptx_module_find(
			dec->module, dec->lex.tok.text, dec->lex.tok.len))
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"names a prototype that is not declared");
	ptx_lex_next(&dec->lex);
	return 0;
}

static int
parse_call(struct ptx_dec *dec, struct call *call)
{
	*call = (struct call){0};
	if (ptx_lex_is(&dec->lex, '(')) {
		if (parse_list(dec, true, NULL, call->result, &call->results))
			return -1;
		if (!ptx_lex_take(&dec->lex, ','))
			return ptx_refuse(dec, RGPU_PTX_SYNTAX, "lacks a ','");
	}
	if (parse_target(dec, call))
		return -1;
	if (!ptx_lex_take(&dec->lex, ','))
		return 0;
	if (ptx_lex_is(&dec->lex, '(')) {
		if (parse_list(dec, false,
			    call->func ? &call->func->params : NULL, call->arg,
			    &call->args))
			return -1;
		if (!ptx_lex_take(&dec->lex, ','))
			return 0;
	}
	return parse_proto(dec);
}

static int
check_sizes(struct ptx_dec *dec, const struct actual *list, uint32_t count,
	const struct ptx_formals *formals)
{
	bool same = count == formals->count;

	for (uint32_t i = 0; same && i < count; i++)
		same = list[i].size == formals->list[i].size;
	return same ? 0
		    : ptx_refuse(dec, RGPU_PTX_SYNTAX,
			      "does not fit the declaration of the function");
}

/* The operation that calls, by what is called. */
static int
pick_op(struct ptx_dec *dec, const struct call *call, unsigned *id)
{
	const char *name = call->func ? call->func->sym.name : "";

	*id = call->func ? PTX_X_CALL : PTX_X_CALL_INDIRECT;
	if (!call->func)
		return 0;
	if (check_sizes(dec, call->arg, call->args, &call->func->params) ||
		check_sizes(
			dec, call->result, call->results, &call->func->results))
		return -1;
	if (call->func->entry)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED, "calls a kernel");
	if (call->func->has_body)
		return 0;
	for (unsigned i = 0; i < RGPU_COUNT(hosts); i++)
		if (strcmp(hosts[i].name, name) == 0 &&
			hosts[i].args == call->args &&
			hosts[i].results >= call->results) {
			*id = hosts[i].op;
			return 0;
		}
	return ptx_refuse(dec, RGPU_PTX_UNRESOLVED,
		"calls %.80s, which this module does not define", name);
}

static struct ptx_arg_copy *
copy_list(struct ptx_dec *dec, const struct actual *list, uint32_t count)
{
	struct ptx_arg_copy *out =
		ptx_arena_get(&dec->code->arena, (count + 1) * sizeof(*out));

	for (uint32_t i = 0; out && i < count; i++)
		out[i] = (struct ptx_arg_copy){.from = list[i].offset,
			.to = list[i].offset,
			.size = list[i].size};
	return out;
}

/* Results of a callee lie at the start of its frame, each at its alignment:
 * there is at most one, or the declaration tells. */
static int
fill_site(struct ptx_dec *dec, const struct call *call, struct ptx_call *site)
{
	uint32_t at = 0;

	site->owner = dec->code;
	site->module = dec->module;
	site->callee = call->func;
	site->args = call->args;
	site->results = call->results;
	site->arg = copy_list(dec, call->arg, call->args);
	site->result = copy_list(dec, call->result, call->results);
	if (!site->arg || !site->result)
		return ptx_no_memory(dec);
	for (uint32_t i = 0; i < call->results; i++) {
		if (call->func)
			at = call->func->results.list[i].offset;
		else if (i > 0)
			return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
				"has several results of an unknown callee");
		site->result[i].from = at;
	}
	return 0;
}

static int
note_callee(struct ptx_dec *dec, struct ptx_func *func)
{
	struct ptx_code *code = dec->code;

	if (!func) {
		code->indirect = true;
		return 0;
	}
	if (!func->has_body)
		return 0;
	if (ptx_grow(&code->callees, code->callee_count, &code->callee_room,
		    sizeof(*code->callees)))
		return ptx_no_memory(dec);
	code->callees[code->callee_count++] = func;
	return 0;
}

int
ptx_build_call(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	struct ptx_call *site = ptx_arena_get(&dec->code->arena, sizeof(*site));
	struct call call;
	struct ptx_op *op;
	unsigned id;

	(void)in;
	(void)form;
	if (!site)
		return ptx_no_memory(dec);
	if (parse_call(dec, &call) || pick_op(dec, &call, &id) ||
		fill_site(dec, &call, site) || note_callee(dec, call.func))
		return -1;
	op = ptx_emit(dec, id);
	if (!op)
		return -1;
	op->ext = site;
	dec->code->uses_stack = true;
	if (!call.func && ptx_set(dec, 1, call.target))
		return -1;
	for (uint32_t i = 0; i < call.results; i++)
		if (call.result[i].reg &&
			local_access(dec, &call.result[i],
				ptx_reg_operand(call.result[i].reg), false))
			return -1;
	return 0;
}
