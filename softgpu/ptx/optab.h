/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of forms: which instructions exist, with which modifiers and
 * types. What is not in it is refused. The tests walk the same table.
 */
#ifndef RGPU_SOFTGPU_PTX_OPTAB_H
#define RGPU_SOFTGPU_PTX_OPTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "softgpu/ptx/mods.h"
#include "softgpu/ptx/types.h"

#define PTX_MOD_WORDS ((PTX_MOD_COUNT + 63) / 64)
#define PTX_TYPES_MAX 4

struct ptx_mods {
	uint64_t word[PTX_MOD_WORDS];
};

static inline bool
ptx_mod_in(const struct ptx_mods *mods, enum ptx_mod mod)
{
	return mods->word[mod / 64] >> mod % 64 & 1;
}

static inline void
ptx_mod_set(struct ptx_mods *mods, enum ptx_mod mod)
{
	mods->word[mod / 64] |= 1ull << mod % 64;
}

/* The modifier named by len characters; -1: none. */
int ptx_mod_find(const char *name, size_t len);
/* As PTX writes it. */
const char *ptx_mod_name(enum ptx_mod mod);

/* Adds the modifier named by len characters. -1: there is none, or it is
 * there already. Of two layouts, "row.row", the second one is a modifier of
 * its own: in the table it is "row+" or "col+". */
int ptx_mod_add(struct ptx_mods *mods, const char *name, size_t len);

struct ptx_dec;
struct ptx_insn;
struct ptx_form;

/* Turns one instruction into operations. -1: refused, the diag is set. */
typedef int ptx_build(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form);

/*
 * mods: groups separated by blanks, alternatives by '|'. "rn|rz" must be
 * there, "?ftz" may be. "~ca|cg" may be there and means nothing to a machine
 * without caches: such hints are listed, never skipped unseen. A leading '>'
 * only makes the tests write the group after the type.
 *
 * types: one group a type, in order. Modifiers may stand in any order, as
 * NVIDIA's own libraries have "add.f32.ftz"; types may not.
 *
 * args: operands, a letter each, see ptx_build_alu(). Builders of other
 * shapes have a word in capitals that the tests know.
 */
struct ptx_form {
	const char *name, *mods, *types, *args;
	ptx_build *build;
	uint16_t op;
	uint8_t x;
};

/* All forms, i from 0; NULL beyond the last. */
const struct ptx_form *ptx_form(size_t i);

/* Whether there is any form of this name. */
bool ptx_form_known(const char *name, size_t len);

/* The form of an instruction; NULL: none has these modifiers and types. */
const struct ptx_form *ptx_form_find(const char *name, size_t len,
	const struct ptx_mods *mods, const enum ptx_type *types,
	unsigned count);

/* The form of an opcode as it is written, "add.rn.f32"; NULL: none. */
const struct ptx_form *ptx_form_find_text(const char *opcode);

/*
 * Variant n of a form as text, "add.rn.ftz.f32", with its types: every choice
 * of modifiers and types, hints left out. False when there is no such n.
 */
bool ptx_form_variant(const struct ptx_form *form, size_t n, char *out,
	size_t size, struct ptx_mods *mods, enum ptx_type *types,
	unsigned *count);

#endif
