/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Initial values: text to memory.
 */
#include "config.h"
#include "softgpu/ptx/module.h"

#include <string.h>

struct place {
	struct rgpu_ptx_module *module;
	const struct ptx_var *var;
	struct ptx_lex lex;
	struct rgpu_ptx_diag *diag;
	uint64_t offset; /* of the next element */
};

static enum rgpu_ptx_status
fail(struct place *pl, enum rgpu_ptx_status status, const char *text)
{
	return ptx_diag(pl->diag, &pl->module->source, pl->lex.tok.text, status,
		"%s", text);
}

/* Shared memory has no one address, and an extern variable has none here. */
static enum rgpu_ptx_status
symbol_address(struct place *pl, uint64_t *out)
{
	const struct ptx_token *tok = &pl->lex.tok;
	struct ptx_symbol *sym =
		ptx_module_find(pl->module, tok->text, tok->len);

	if (!sym)
		return fail(pl, RGPU_PTX_UNRESOLVED, "is not declared");
	if (sym->kind == PTX_SYM_FUNC) {
		*out = ptx_func_address(
			rgpu_container_of(sym, struct ptx_func, sym));
	} else {
		const struct ptx_var *var =
			rgpu_container_of(sym, struct ptx_var, sym);

		if (sym->linkage == PTX_LINK_EXTERN)
			return fail(pl, RGPU_PTX_UNRESOLVED,
				"is extern and not defined in this module");
		if (var->space == PTX_SHARED || var->opaque)
			return fail(pl, RGPU_PTX_UNSUPPORTED,
				"has no address that a value could hold");
		*out = var->address;
	}
	ptx_lex_next(&pl->lex);
	return RGPU_PTX_OK;
}

/* sym, generic(sym), each with + or - a constant: addresses in .global and
 * .const are generic ones already. */
static enum rgpu_ptx_status
address_term(struct place *pl, uint64_t *out)
{
	bool generic = ptx_lex_is_name(&pl->lex, "generic");
	enum rgpu_ptx_status rc;
	struct ptx_value add;
	bool minus;

	if (generic) {
		ptx_lex_next(&pl->lex);
		if (!ptx_lex_take(&pl->lex, '('))
			return fail(pl, RGPU_PTX_SYNTAX, "is no '('");
	}
	rc = symbol_address(pl, out);
	if (rc != RGPU_PTX_OK)
		return rc;
	if (generic && !ptx_lex_take(&pl->lex, ')'))
		return fail(pl, RGPU_PTX_SYNTAX, "is no ')'");
	while (ptx_lex_is(&pl->lex, '+') || ptx_lex_is(&pl->lex, '-')) {
		minus = ptx_lex_is(&pl->lex, '-');
		ptx_lex_next(&pl->lex);
		if (ptx_expr(&pl->lex, &add) || add.is_float)
			return fail(pl, RGPU_PTX_SYNTAX, "is not an offset");
		*out += minus ? 0 - add.bits : add.bits;
	}
	return RGPU_PTX_OK;
}

/* "0xff00(sym)": the bytes of an address that the mask selects. */
static enum rgpu_ptx_status
masked_address(struct place *pl, uint64_t mask, uint64_t *out)
{
	enum rgpu_ptx_status rc;

	ptx_lex_next(&pl->lex);
	rc = address_term(pl, out);
	if (rc != RGPU_PTX_OK)
		return rc;
	if (mask == 0 || !ptx_lex_take(&pl->lex, ')'))
		return fail(pl, RGPU_PTX_SYNTAX, "ends a masked address");
	*out = (*out & mask) >> __builtin_ctzll(mask);
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
element(struct place *pl, uint64_t *bits)
{
	struct ptx_value value;

	if (pl->lex.tok.kind == PTX_TOK_NAME &&
		!ptx_lex_is_name(&pl->lex, "WARP_SZ"))
		return address_term(pl, bits);
	if (ptx_expr(&pl->lex, &value))
		return fail(pl, RGPU_PTX_SYNTAX, "is not a constant");
	if (!value.is_float && ptx_lex_is(&pl->lex, '('))
		return masked_address(pl, value.bits, bits);
	if (ptx_value_bits(&value, pl->var->type, bits))
		return fail(pl, RGPU_PTX_SYNTAX,
			"does not fit the type of the variable");
	return RGPU_PTX_OK;
}

static enum rgpu_ptx_status
store(struct place *pl)
{
	unsigned size = ptx_type_size(pl->var->type);
	enum rgpu_ptx_status rc;
	uint64_t bits;

	rc = element(pl, &bits);
	if (rc != RGPU_PTX_OK)
		return rc;
	if (pl->offset + size > pl->var->size)
		return fail(pl, RGPU_PTX_SYNTAX,
			"is beyond the end of the variable");
	memcpy((char *)(uintptr_t)pl->var->address + pl->offset, &bits, size);
	pl->offset += size;
	return RGPU_PTX_OK;
}

/* An inner list that is short leaves zeros behind it. */
static enum rgpu_ptx_status
list(struct place *pl, unsigned depth)
{
	enum rgpu_ptx_status rc = RGPU_PTX_OK;
	uint64_t end = pl->offset;

	if (!ptx_lex_take(&pl->lex, '{'))
		return store(pl);
	if (depth > pl->var->dims)
		return fail(pl, RGPU_PTX_SYNTAX, "is nested too deep");
	end += pl->var->stride[depth];
	while (rc == RGPU_PTX_OK && !ptx_lex_take(&pl->lex, '}')) {
		rc = list(pl, depth + 1);
		if (rc == RGPU_PTX_OK && !ptx_lex_take(&pl->lex, ',') &&
			!ptx_lex_is(&pl->lex, '}'))
			rc = fail(pl, RGPU_PTX_SYNTAX, "follows a value");
	}
	if (rc == RGPU_PTX_OK && pl->offset > end)
		rc = fail(pl, RGPU_PTX_SYNTAX, "ends too long a list");
	pl->offset = end;
	return rc;
}

static enum rgpu_ptx_status
place_var(struct rgpu_ptx_module *module, const struct ptx_var *var,
	struct rgpu_ptx_diag *diag)
{
	struct place pl = {.module = module, .var = var, .diag = diag};
	enum rgpu_ptx_status rc;

	memset((void *)(uintptr_t)var->address, 0, var->size);
	if (!var->init)
		return RGPU_PTX_OK;
	ptx_lex_start(&pl.lex, var->init, var->init_end);
	rc = list(&pl, 0);
	if (rc == RGPU_PTX_OK && pl.lex.tok.kind != PTX_TOK_END)
		rc = fail(&pl, RGPU_PTX_SYNTAX, "follows a value");
	return rc;
}

enum rgpu_ptx_status
rgpu_ptx_module_place(
	struct rgpu_ptx_module *module, struct rgpu_ptx_diag *diag)
{
	enum rgpu_ptx_status rc = RGPU_PTX_OK;

	*diag = (struct rgpu_ptx_diag){RGPU_PTX_OK, 0, ""};
	for (size_t i = 0; i < module->var_count && rc == RGPU_PTX_OK; i++)
		rc = place_var(module, module->vars[i], diag);
	return rc;
}
