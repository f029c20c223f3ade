/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linking of PTX texts. It looks at the statements of the module scope alone:
 * which names they define, and how. Inside of functions it only replaces
 * names. What is wrong in a text is left for the engine to say.
 */
#include "config.h"
#include "softgpu/ptx-link.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/map.h"
#include "softgpu/name.h"

struct span {
	const char *at;
	size_t len;
};

enum linkage { LOCAL, WEAK, STRONG, DECLARED };

struct statement {
	struct statement *next;	 /* in its text */
	struct span whole, name; /* name.len 0: it defines nothing */
	enum linkage linkage;
	bool dropped;
	struct statement *next_same_hash;
};

struct text {
	const char *at, *end;
	struct statement *first, **link;
	struct rgpu_map renamed; /* by hash of the old name: statement */
};

struct linker {
	struct text *texts;
	size_t count;
	struct rgpu_map defined;  /* by hash of the name: chain of statements */
	unsigned version, target; /* 90 for 9.0; the highest */
	char *message;
};

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '%';
}

static bool
span_is(struct span s, const char *word)
{
	return s.len == strlen(word) && !memcmp(s.at, word, s.len);
}

static bool
same(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

static uint64_t
hash(struct span s)
{
	return rgpu_name_hash(s.at, s.len);
}

/* The end of a comment, string or blank space at p; p itself: there is none. */
static const char *
skip_dull(const char *p, const char *end)
{
	if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
		const char *q = memchr(p, '\n', (size_t)(end - p));

		return q ? q + 1 : end;
	}
	if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
		const char *q = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);

		return q ? q + 2 : end;
	}
	if (*p == '"') {
		for (p++; p < end && *p != '"'; p++)
			p += *p == '\\' && p + 1 < end;
		return p < end ? p + 1 : end;
	}
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

/*
 * The next token of one statement: a word, a directive with its dot, or one
 * character. Blank space, comments and strings come as one token of length 0,
 * so that they can be copied. false: the end of the text.
 */
static bool
token(const char **p, const char *end, struct span *t)
{
	const char *q = skip_dull(*p, end);

	*t = (struct span){*p, 0};
	if (*p == end)
		return false;
	if (q == *p) {
		q++;
		if (is_word(**p) ||
			(**p == '.' && q < end && isalpha((unsigned char)*q))) {
			while (q < end && is_word(*q))
				q++;
		}
		t->len = (size_t)(q - *p);
	}
	*p = q;
	return true;
}

static bool
ends_with_its_line(struct span directive)
{
	return span_is(directive, ".version") ||
		span_is(directive, ".target") ||
		span_is(directive, ".address_size") ||
		span_is(directive, ".file");
}

static unsigned
number(struct span s, const char *after)
{
	const char *p = memmem(s.at, s.len, after, strlen(after));
	unsigned n = 0;

	for (p = p ? p + strlen(after) : s.at + s.len; p < s.at + s.len &&
		(isdigit((unsigned char)*p) || *p == '.' || *p == ' ');
		p++)
		n = isdigit((unsigned char)*p) ? n * 10 + (unsigned)(*p - '0')
					       : n;
	return n;
}

/* A statement without a semicolon. The header is written anew. */
static void
read_line(struct linker *l, struct statement *s, struct span directive,
	const char *end)
{
	const char *q =
		memchr(directive.at, '\n', (size_t)(end - directive.at));
	unsigned n;

	s->whole.len = (size_t)((q ? q + 1 : end) - s->whole.at);
	s->dropped = !span_is(directive, ".file");
	if (span_is(directive, ".version")) {
		n = number(s->whole, ".version");
		l->version = n > l->version ? n : l->version;
	} else if (span_is(directive, ".target")) {
		n = number(s->whole, "sm_");
		l->target = n > l->target ? n : l->target;
	}
}

/* What the words of a statement have said so far. */
struct head {
	bool variable, function, body;
	int depth; /* of ( [ { */
};

static void
read_directive(struct statement *s, struct head *h, struct span t)
{
	if (span_is(t, ".extern"))
		s->linkage = DECLARED;
	else if (span_is(t, ".visible"))
		s->linkage = STRONG;
	else if (span_is(t, ".weak") || span_is(t, ".common"))
		s->linkage = WEAK;
	else if (span_is(t, ".func") || span_is(t, ".entry"))
		h->function = true;
	else if (span_is(t, ".global") || span_is(t, ".const") ||
		span_is(t, ".shared") || span_is(t, ".local") ||
		span_is(t, ".tex") || span_is(t, ".texref") ||
		span_is(t, ".samplerref") || span_is(t, ".surfref"))
		h->variable = true;
}

/* Goes on to the end of the statement that begins at s->whole.at. */
static void
read_statement(struct linker *l, struct statement *s, const char *end)
{
	struct head h = {.depth = 0};
	const char *p = s->whole.at;
	bool first = true;
	struct span t;

	while (token(&p, end, &t)) {
		if (!t.len)
			continue;
		if (first && ends_with_its_line(t)) {
			read_line(l, s, t, end);
			return;
		}
		first = false;
		if (h.depth == 0 && *t.at == '.' && t.len > 1)
			read_directive(s, &h, t);
		else if (h.depth == 0 && !s->name.len &&
			(h.function || h.variable) && is_word(*t.at) &&
			!isdigit((unsigned char)*t.at))
			s->name = t;
		if (strchr("([{", *t.at) && t.len == 1) {
			h.body |= h.depth == 0 && *t.at == '{' && !h.variable;
			h.depth++;
		} else if (strchr(")]}", *t.at) && t.len == 1) {
			h.depth--;
			if (h.depth <= 0 && h.body)
				break;
		} else if (*t.at == ';' && h.depth <= 0) {
			break;
		}
	}
	s->whole.len = (size_t)(p - s->whole.at);
	/* A prototype defines nothing. */
	if (h.function && !h.body && s->linkage != DECLARED)
		s->linkage = DECLARED;
}

static struct statement *
find(const struct rgpu_map *map, struct span name)
{
	struct statement *s = rgpu_map_get(map, hash(name));

	while (s && !same(s->name, name))
		s = s->next_same_hash;
	return s;
}

static int
add(struct rgpu_map *map, struct statement *s)
{
	s->next_same_hash = rgpu_map_get(map, hash(s->name));
	return rgpu_map_put(map, hash(s->name), s);
}

/* Enters a definition that other texts can see. Of weak ones the first stays,
 * if there is no strong one. */
static CUresult
define(struct linker *l, struct statement *s)
{
	struct statement *old = find(&l->defined, s->name);

	if (old && s->linkage == STRONG && old->linkage == STRONG) {
		snprintf(l->message, RGPU_MESSAGE_MAX,
			"PTX: %.*s is defined more than once",
			(int)(s->name.len > 200 ? 200 : s->name.len),
			s->name.at);
		return CUDA_ERROR_INVALID_PTX;
	}
	if (old && s->linkage == WEAK) {
		s->dropped = true;
		return CUDA_SUCCESS;
	}
	if (old) {
		old->dropped = true;
		old->name.len = 0;
	}
	return add(&l->defined, s) ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
}

static CUresult
read_text(struct linker *l, struct text *t)
{
	const char *p = t->at;
	CUresult r = CUDA_SUCCESS;

	t->link = &t->first;
	while (p < t->end && !r) {
		const char *q = skip_dull(p, t->end);
		struct statement *s;

		if (q != p) {
			p = q;
			continue;
		}
		s = calloc(1, sizeof(*s));
		if (!s)
			return CUDA_ERROR_OUT_OF_MEMORY;
		*t->link = s;
		t->link = &s->next;
		s->whole.at = p;
		read_statement(l, s, t->end);
		p += s->whole.len;
		if (s->name.len && s->linkage != LOCAL &&
			s->linkage != DECLARED)
			r = define(l, s);
	}
	return r;
}

/* Local definitions get another name when somebody else has theirs. */
static CUresult
rename_locals(struct linker *l)
{
	for (size_t i = 0; i < l->count; i++) {
		for (struct statement *s = l->texts[i].first; s; s = s->next) {
			struct statement *old;

			if (!s->name.len || s->linkage != LOCAL)
				continue;
			old = find(&l->defined, s->name);
			if (add(old ? &l->texts[i].renamed : &l->defined, s))
				return CUDA_ERROR_OUT_OF_MEMORY;
		}
	}
	return CUDA_SUCCESS;
}

static void
write_text(const struct text *t, size_t index, FILE *out)
{
	for (const struct statement *s = t->first; s; s = s->next) {
		const char *p = s->whole.at, *end = p + s->whole.len;
		struct span w;

		if (s->dropped)
			continue;
		while (token(&p, end, &w)) {
			size_t n = (size_t)(p - w.at);

			fwrite(w.at, 1, n, out);
			if (w.len && t->renamed.count && find(&t->renamed, w))
				fprintf(out, "$part%zu", index);
		}
		fputc('\n', out);
	}
}

static CUresult
write_all(struct linker *l, char **out, size_t *len)
{
	FILE *f = open_memstream(out, len);
	int bad;

	if (!f)
		return CUDA_ERROR_OUT_OF_MEMORY;
	fprintf(f, ".version %u.%u\n.target sm_%u\n.address_size 64\n",
		l->version / 10, l->version % 10, l->target);
	for (size_t i = 0; i < l->count; i++)
		write_text(&l->texts[i], i, f);
	bad = ferror(f);
	if (fclose(f) || bad) {
		free(*out);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	return CUDA_SUCCESS;
}

static void
free_text(struct text *t)
{
	struct statement *next;

	for (struct statement *s = t->first; s; s = next) {
		next = s->next;
		free(s);
	}
	rgpu_map_free(&t->renamed);
}

CUresult
rgpu_ptx_link(const struct rgpu_code_text *texts, size_t count, char **out,
	size_t *len, char message[RGPU_MESSAGE_MAX])
{
	struct linker l = {.message = message};
	CUresult r = CUDA_SUCCESS;

	l.texts = calloc(count, sizeof(*l.texts));
	if (!l.texts)
		return CUDA_ERROR_OUT_OF_MEMORY;
	l.count = count;
	for (size_t i = 0; i < count && !r; i++) {
		l.texts[i].at = texts[i].text;
		l.texts[i].end = texts[i].text + texts[i].len;
		r = read_text(&l, &l.texts[i]);
	}
	if (!r)
		r = rename_locals(&l);
	if (!r)
		r = write_all(&l, out, len);
	for (size_t i = 0; i < count; i++)
		free_text(&l.texts[i]);
	rgpu_map_free(&l.defined);
	free(l.texts);
	return r;
}
