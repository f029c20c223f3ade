/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching instructions with the table of forms. The patterns of the table
 * are turned into bit sets once.
 */
#include "config.h"
#include "softgpu/ptx/optab.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "softgpu/ptx/arena.h"
#include "softgpu/ptx/forms.h"

#define GROUPS_MAX 12

static const char *const mod_names[] = {
#define X(id, text) [PTX_MOD_##id] = text,
	PTX_MODS(X)
#undef X
};

struct group {
	struct ptx_mods any;
	bool optional, hint, after;
};

struct pattern {
	const struct ptx_form *form;
	struct ptx_mods allowed;
	struct group group[GROUPS_MAX];
	unsigned groups;
	uint32_t type[PTX_TYPES_MAX]; /* bits of enum ptx_type */
	unsigned types;
	struct pattern *next; /* of the same name */
};

static struct pattern *patterns;
static size_t pattern_count;
static struct ptx_map mod_map, name_map;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const struct {
	const struct ptx_form *forms;
	const size_t *count;
} tables[] = {
	{ptx_forms_int, &ptx_forms_int_count},
	{ptx_forms_bits, &ptx_forms_bits_count},
	{ptx_forms_float, &ptx_forms_float_count},
	{ptx_forms_half, &ptx_forms_half_count},
	{ptx_forms_move, &ptx_forms_move_count},
	{ptx_forms_cvt, &ptx_forms_cvt_count},
	{ptx_forms_mem, &ptx_forms_mem_count},
	{ptx_forms_flow, &ptx_forms_flow_count},
	{ptx_forms_warp, &ptx_forms_warp_count},
	{ptx_forms_video, &ptx_forms_video_count},
	{ptx_forms_copy, &ptx_forms_copy_count},
	{ptx_forms_matrix, &ptx_forms_matrix_count},
	{ptx_forms_tex, &ptx_forms_tex_count},
	{ptx_forms_mbarrier, &ptx_forms_mbarrier_count},
};

const struct ptx_form *
ptx_form(size_t i)
{
	for (unsigned t = 0; t < RGPU_COUNT(tables); t++) {
		if (i < *tables[t].count)
			return &tables[t].forms[i];
		i -= *tables[t].count;
	}
	return NULL;
}

/* A mistake in the table itself: found by the first run of any test. */
static RGPU_COLD void
bad_table(void)
{
	abort();
}

static void
add_word(struct pattern *p, struct group *group, const char *word, size_t len)
{
	void *id = ptx_map_get(&mod_map, word, len);

	if (!id)
		bad_table();
	ptx_mod_set(&group->any, (enum ptx_mod)((uintptr_t)id - 1));
	ptx_mod_set(&p->allowed, (enum ptx_mod)((uintptr_t)id - 1));
}

/* "?rn|rz" */
static void
add_group(struct pattern *p, const char *text, size_t len)
{
	struct group *group = &p->group[p->groups++];
	const char *end = text + len;

	if (p->groups > GROUPS_MAX)
		bad_table();
	for (; *text == '?' || *text == '~' || *text == '>'; text++) {
		group->optional |= *text != '>';
		group->hint |= *text == '~';
		group->after |= *text == '>';
	}
	while (text < end) {
		size_t n = strcspn(text, "| ");

		add_word(p, group, text, n);
		text += n + 1;
	}
}

static void
add_types(struct pattern *p, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		size_t n = strcspn(text, "| ");
		enum ptx_type type = ptx_type_find(text, n);

		if (type == PTX_NONE || p->types == PTX_TYPES_MAX)
			bad_table();
		p->type[p->types] |= 1u << type;
		text += n + 1;
	}
	p->types++;
}

static void
compile(struct pattern *p, const struct ptx_form *form)
{
	const char *s;
	size_t n;

	p->form = form;
	for (s = form->mods; *s; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		add_group(p, s, n);
	}
	for (s = form->types; *s; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		add_types(p, s, n);
	}
}

static void
link_pattern(struct pattern *p)
{
	const char *name = p->form->name;
	struct pattern *first = ptx_map_get(&name_map, name, strlen(name));

	if (first) {
		/* In table order, so that the first match is the intended. */
		while (first->next)
			first = first->next;
		first->next = p;
	} else if (ptx_map_put(&name_map, name, strlen(name), p)) {
		bad_table();
	}
}

static void
init(void)
{
	for (unsigned i = 0; i < PTX_MOD_COUNT; i++)
		if (ptx_map_put(&mod_map, mod_names[i], strlen(mod_names[i]),
			    (void *)(uintptr_t)(i + 1)))
			bad_table();
	while (ptx_form(pattern_count))
		pattern_count++;
	patterns = calloc(pattern_count, sizeof(*patterns));
	if (!patterns)
		bad_table();
	for (size_t i = 0; i < pattern_count; i++) {
		compile(&patterns[i], ptx_form(i));
		link_pattern(&patterns[i]);
	}
}

int
ptx_mod_find(const char *name, size_t len)
{
	pthread_once(&once, init);
	return (int)(uintptr_t)ptx_map_get(&mod_map, name, len) - 1;
}

const char *
ptx_mod_name(enum ptx_mod mod)
{
	switch (mod) {
	case PTX_MOD_ROW_B: return mod_names[PTX_MOD_ROW];
	case PTX_MOD_COL_B: return mod_names[PTX_MOD_COL];
	default: return mod_names[mod];
	}
}

int
ptx_mod_add(struct ptx_mods *mods, const char *name, size_t len)
{
	int mod = ptx_mod_find(name, len);
	bool second =
		ptx_mod_in(mods, PTX_MOD_ROW) || ptx_mod_in(mods, PTX_MOD_COL);

	if (second && mod == PTX_MOD_ROW)
		mod = PTX_MOD_ROW_B;
	if (second && mod == PTX_MOD_COL)
		mod = PTX_MOD_COL_B;
	if (mod < 0 || ptx_mod_in(mods, (enum ptx_mod)mod) ||
		(mod == PTX_MOD_ROW_B && ptx_mod_in(mods, PTX_MOD_COL_B)) ||
		(mod == PTX_MOD_COL_B && ptx_mod_in(mods, PTX_MOD_ROW_B)))
		return -1;
	ptx_mod_set(mods, (enum ptx_mod)mod);
	return 0;
}

/* How many of a group's alternatives are in mods: 0, 1 or more. */
static unsigned
count_in(const struct group *group, const struct ptx_mods *mods)
{
	unsigned n = 0;

	for (unsigned i = 0; i < PTX_MOD_WORDS; i++)
		n += (unsigned)__builtin_popcountll(
			group->any.word[i] & mods->word[i]);
	return n;
}

static bool
matches(const struct pattern *p, const struct ptx_mods *mods,
	const enum ptx_type *types, unsigned count)
{
	if (count != p->types)
		return false;
	for (unsigned i = 0; i < PTX_MOD_WORDS; i++)
		if (mods->word[i] & ~p->allowed.word[i])
			return false;
	for (unsigned i = 0; i < count; i++)
		if (!(p->type[i] >> types[i] & 1))
			return false;
	for (unsigned i = 0; i < p->groups; i++) {
		unsigned n = count_in(&p->group[i], mods);

		if (n > 1 || (n == 0 && !p->group[i].optional))
			return false;
	}
	return true;
}

bool
ptx_form_known(const char *name, size_t len)
{
	pthread_once(&once, init);
	return ptx_map_get(&name_map, name, len) != NULL;
}

const struct ptx_form *
ptx_form_find(const char *name, size_t len, const struct ptx_mods *mods,
	const enum ptx_type *types, unsigned count)
{
	const struct pattern *p;

	pthread_once(&once, init);
	p = ptx_map_get(&name_map, name, len);
	for (; p; p = p->next)
		if (matches(p, mods, types, count))
			return p->form;
	return NULL;
}

const struct ptx_form *
ptx_form_find_text(const char *opcode)
{
	size_t name_len = strcspn(opcode, "."), n;
	enum ptx_type types[PTX_TYPES_MAX], type;
	struct ptx_mods mods = {{0}};
	unsigned count = 0;

	for (const char *p = opcode + name_len; *p; p += n) {
		n = strcspn(++p, ".");
		type = ptx_type_find(p, n);
		if (type != PTX_NONE && count < PTX_TYPES_MAX)
			types[count++] = type;
		else if (ptx_mod_add(&mods, p, n))
			return NULL;
	}
	return ptx_form_find(opcode, name_len, &mods, types, count);
}

static void
append(char *out, size_t size, const char *word)
{
	size_t n = strlen(out);

	if (n + strlen(word) + 2 <= size) {
		out[n] = '.';
		strcpy(out + n + 1, word);
	}
}

/* Takes one of `choices` from the mixed-radix number *n. */
static unsigned
choose(size_t *n, unsigned choices)
{
	unsigned pick = (unsigned)(*n % choices);

	*n /= choices;
	return pick;
}

/* The pick-th set bit of mods; pick counts from 0. */
static enum ptx_mod
nth_mod(const struct ptx_mods *mods, unsigned pick)
{
	for (unsigned i = 0; i < PTX_MOD_COUNT; i++)
		if (ptx_mod_in(mods, (enum ptx_mod)i) && pick-- == 0)
			return (enum ptx_mod)i;
	return PTX_MOD_COUNT;
}

static void
variant_group(const struct group *group, bool after, size_t *n, char *out,
	size_t size, struct ptx_mods *mods)
{
	enum ptx_mod mod;
	unsigned pick;

	if (group->hint || group->after != after)
		return;
	pick = choose(
		n, count_in(group, &group->any) + (group->optional ? 1 : 0));
	if (group->optional && pick-- == 0)
		return;
	mod = nth_mod(&group->any, pick);
	ptx_mod_set(mods, mod);
	append(out, size, ptx_mod_name(mod));
}

static enum ptx_type
nth_type(uint32_t set, unsigned pick)
{
	while (pick--)
		set &= set - 1;
	return (enum ptx_type)__builtin_ctz(set);
}

bool
ptx_form_variant(const struct ptx_form *form, size_t n, char *out, size_t size,
	struct ptx_mods *mods, enum ptx_type *types, unsigned *count)
{
	const struct pattern *p = NULL;

	pthread_once(&once, init);
	for (size_t i = 0; i < pattern_count; i++)
		if (patterns[i].form == form)
			p = &patterns[i];
	if (!p)
		return false;
	*mods = (struct ptx_mods){{0}};
	*count = p->types;
	strcpy(out, form->name);
	for (unsigned i = 0; i < p->groups; i++)
		variant_group(&p->group[i], false, &n, out, size, mods);
	for (unsigned i = 0; i < p->types; i++) {
		types[i] = nth_type(p->type[i],
			choose(&n, (unsigned)__builtin_popcount(p->type[i])));
		append(out, size, ptx_type_name(types[i]));
	}
	for (unsigned i = 0; i < p->groups; i++)
		variant_group(&p->group[i], true, &n, out, size, mods);
	return n == 0;
}
