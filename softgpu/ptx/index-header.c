/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directives that begin a module: .version, .target, .address_size.
 */
#include "config.h"
#include "softgpu/ptx/index.h"

#include <stdlib.h>
#include <string.h>

/* .version 9.1 is the newest that is known (cuDNN 9 carries it). */
#define VERSION_MAX 91

enum rgpu_ptx_status
ptx_index_fail(
	struct ptx_index *ix, enum rgpu_ptx_status status, const char *text)
{
	return ptx_diag(ix->diag, &ix->module->source, ix->lex.tok.text, status,
		"%s", text);
}

enum rgpu_ptx_status
ptx_index_no_memory(struct ptx_index *ix)
{
	return ptx_diag_plain(
		ix->diag, RGPU_PTX_NO_MEMORY, "no memory for a PTX module");
}

enum rgpu_ptx_status
ptx_index_u32(struct ptx_index *ix, uint32_t *out)
{
	if (ix->lex.tok.kind != PTX_TOK_INT || ix->lex.tok.bits > UINT32_MAX)
		return ptx_index_fail(
			ix, RGPU_PTX_SYNTAX, "is not a 32-bit number");
	*out = (uint32_t)ix->lex.tok.bits;
	ptx_lex_next(&ix->lex);
	return RGPU_PTX_OK;
}

/* ".version 9.0": the token is a decimal, its text tells major and minor. */
static enum rgpu_ptx_status
parse_version(struct ptx_index *ix)
{
	const struct ptx_token *tok = &ix->lex.tok;
	const char *dot = memchr(tok->text, '.', tok->len);
	char *end;
	unsigned long major, minor;

	if (tok->kind != PTX_TOK_F64 || !dot)
		return ptx_index_fail(ix, RGPU_PTX_SYNTAX, "is not a version");
	major = strtoul(tok->text, &end, 10);
	minor = strtoul(dot + 1, &end, 10);
	if (major > 99 || minor > 9 || major * 10 + minor > VERSION_MAX)
		return ptx_index_fail(ix, RGPU_PTX_VERSION,
			"is newer than the PTX 9.1 that is known");
	ix->module->version = (unsigned)(major * 10 + minor);
	ptx_lex_next(&ix->lex);
	return RGPU_PTX_OK;
}

/* "sm_90a", "compute_120f": the letter only permits more instructions, each
 * of which is in the table of forms or is refused. */
static enum rgpu_ptx_status
parse_sm(struct ptx_index *ix)
{
	const struct ptx_token *tok = &ix->lex.tok;
	const char *digits = memchr(tok->text, '_', tok->len);
	unsigned long sm = strtoul(digits + 1, NULL, 10);

	if (sm == 0 || sm > 9999)
		return ptx_index_fail(ix, RGPU_PTX_SYNTAX, "is not a target");
	if (sm > ix->max_target)
		return ptx_index_fail(ix, RGPU_PTX_VERSION,
			"is above the compute capability of this device");
	ix->module->target = (unsigned)sm;
	return RGPU_PTX_OK;
}

static bool
starts(const struct ptx_token *tok, const char *prefix)
{
	size_t n = strlen(prefix);

	return tok->kind == PTX_TOK_NAME && tok->len > n &&
		memcmp(tok->text, prefix, n) == 0;
}

/* .target sm_90, texmode_unified, debug */
static enum rgpu_ptx_status
parse_target(struct ptx_index *ix)
{
	static const char *const void_words[] = {"texmode_unified",
		"texmode_independent", "debug", "map_f64_to_f32"};
	enum rgpu_ptx_status rc;

	do {
		bool known = false;

		if (starts(&ix->lex.tok, "sm_") ||
			starts(&ix->lex.tok, "compute_")) {
			rc = parse_sm(ix);
			if (rc)
				return rc;
			known = true;
		}
		/* map_f64_to_f32 changes arithmetic: it is not void. */
		for (unsigned i = 0; i + 1 < RGPU_COUNT(void_words); i++)
			known |= ptx_lex_is_name(&ix->lex, void_words[i]);
		if (!known)
			return ptx_index_fail(ix, RGPU_PTX_UNSUPPORTED,
				"is not a known target word");
		ptx_lex_next(&ix->lex);
	} while (ptx_lex_take(&ix->lex, ','));
	return RGPU_PTX_OK;
}

enum rgpu_ptx_status
ptx_index_header(struct ptx_index *ix)
{
	uint32_t bits = 0;

	if (ptx_lex_take_dot(&ix->lex, "version"))
		return parse_version(ix);
	if (ptx_lex_take_dot(&ix->lex, "target"))
		return parse_target(ix);
	if (ptx_lex_take_dot(&ix->lex, "address_size")) {
		if (ix->lex.tok.kind == PTX_TOK_INT && ix->lex.tok.bits != 64)
			return ptx_index_fail(ix, RGPU_PTX_UNSUPPORTED,
				"is an address size other than 64");
		return ptx_index_u32(ix, &bits);
	}
	return ptx_index_fail(
		ix, RGPU_PTX_UNSUPPORTED, "is not known at module scope");
}
