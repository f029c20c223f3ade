/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damage: each kind is one function; an input is a seed with a few of them, one
 * on top of the other. What lengths and counts can do to a decoder gets most of
 * the weight, because bits flipped at random seldom hit them.
 */
#include "config.h"
#include "tests/fuzz/mutate.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

/* splitmix64: good numbers from any start, and neighbours have nothing in
 * common. */
static uint64_t
next(struct rgpu_mutator *m)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

size_t
rgpu_mutator_below(struct rgpu_mutator *m, size_t below)
{
	return (size_t)(next(m) % below);
}

/* Mostly small, now and then up to max. */
static size_t
some(struct rgpu_mutator *m, size_t max)
{
	size_t small = 1 + rgpu_mutator_below(m, 16);

	if (!max)
		return 0;
	if (next(m) % 4 == 0)
		return rgpu_mutator_below(m, max + 1);
	return small < max ? small : max;
}

/* Makes room for size bytes at an offset; what is there now moves up. Returns
 * how many there is room for. */
static size_t
open_gap(struct rgpu_mutator *m, size_t at, size_t size)
{
	size_t room = RGPU_FUZZ_INPUT_MAX - m->size;

	if (size > room)
		size = room;
	memmove(m->data + at + size, m->data + at, m->size - at);
	m->size += size;
	return size;
}

/* The place of a number: fields are aligned to their size nearly always. */
static size_t
field(struct rgpu_mutator *m, size_t width)
{
	size_t at = rgpu_mutator_below(m, m->size - width + 1);

	return next(m) % 8 ? at & ~(width - 1) : at;
}

/* A width that fits into the input, which is not empty. */
static size_t
some_width(struct rgpu_mutator *m)
{
	size_t width = (size_t)1 << next(m) % 4;

	while (width > m->size)
		width /= 2;
	return width;
}

static void
flip_bit(struct rgpu_mutator *m)
{
	m->data[rgpu_mutator_below(m, m->size)] ^= (uint8_t)(1u << next(m) % 8);
}

static void
set_byte(struct rgpu_mutator *m)
{
	m->data[rgpu_mutator_below(m, m->size)] = (uint8_t)next(m);
}

static void
cut(struct rgpu_mutator *m)
{
	m->size -= some(m, m->size);
}

static void
leave_out(struct rgpu_mutator *m)
{
	size_t at = rgpu_mutator_below(m, m->size);
	size_t n = some(m, m->size - at);

	memmove(m->data + at, m->data + at + n, m->size - at - n);
	m->size -= n;
}

static void
repeat(struct rgpu_mutator *m)
{
	size_t at = rgpu_mutator_below(m, m->size);
	size_t n = some(m, m->size - at);

	n = open_gap(m, at, n);
	/* What was at `at` is now behind the gap. */
	memmove(m->data + at, m->data + at + n, n);
}

/* A piece of another seed, over what is there or in between. */
static void
splice(struct rgpu_mutator *m)
{
	const struct rgpu_fuzz_seed *s =
		&m->seeds[rgpu_mutator_below(m, m->seed_count)];
	size_t from, n, at = rgpu_mutator_below(m, m->size + 1);

	if (!s->size)
		return;
	from = rgpu_mutator_below(m, s->size);
	if (next(m) % 2)
		from &= ~(size_t)7, at &= ~(size_t)7;
	n = next(m) % 2 ? s->size - from : some(m, s->size - from);
	if (next(m) % 2) {
		n = open_gap(m, at, n);
	} else if (n > RGPU_FUZZ_INPUT_MAX - at) {
		n = RGPU_FUZZ_INPUT_MAX - at;
	}
	memcpy(m->data + at, (const uint8_t *)s->data + from, n);
	if (m->size < at + n)
		m->size = at + n;
}

static void
put_number(struct rgpu_mutator *m, size_t at, size_t width, uint64_t v)
{
	memcpy(m->data + at, &v, width);
}

/* Numbers at which arithmetic goes wrong. */
static void
set_limit(struct rgpu_mutator *m)
{
	static const uint64_t limits[] = {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17,
		31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 4095, 4096, 4097,
		UINT16_MAX, INT16_MAX, 1u << 16, 1u << 20, (1u << 20) + 1,
		1u << 24, INT32_MAX, 1u << 31, UINT32_MAX - 7, UINT32_MAX,
		UINT64_C(1) << 32, INT64_MAX, UINT64_C(1) << 63,
		UINT64_MAX - 15, UINT64_MAX - 7, UINT64_MAX};
	size_t width = some_width(m);

	put_number(m, field(m, width), width,
		limits[rgpu_mutator_below(m, RGPU_COUNT(limits))]);
}

/* A number that is nearly right. */
static void
nudge(struct rgpu_mutator *m)
{
	static const int steps[] = {-16, -8, -4, -2, -1, 1, 2, 4, 8, 16};
	size_t width = some_width(m), at = field(m, width);
	uint64_t v = 0;

	memcpy(&v, m->data + at, width);
	put_number(m, at, width,
		v +
			(uint64_t)(int64_t)steps[rgpu_mutator_below(
				m, RGPU_COUNT(steps))]);
}

/* A length that ends just before, at or just behind the input's end. */
static void
set_length(struct rgpu_mutator *m)
{
	size_t width = some_width(m), at = field(m, width);
	uint64_t left = next(m) % 2 ? m->size - at - width : m->size;

	if (width < 2)
		return;
	left += rgpu_mutator_below(m, 17);
	left -= next(m) % 2 ? 8 : 16;
	put_number(m, at, width, next(m) % 2 ? left : left / 8);
}

static void
zero(struct rgpu_mutator *m)
{
	size_t at = rgpu_mutator_below(m, m->size);

	memset(m->data + at, 0, some(m, m->size - at));
}

static void
noise(struct rgpu_mutator *m)
{
	size_t at = rgpu_mutator_below(m, m->size + 1);
	size_t n = some(m, 64);

	if (next(m) % 2)
		n = open_gap(m, at, n);
	else if (n > m->size - at)
		n = m->size - at;
	while (n--)
		m->data[at++] = (uint8_t)next(m);
}

static void
word(struct rgpu_mutator *m)
{
	size_t count = 0, at = rgpu_mutator_below(m, m->size + 1), n;
	const char *w;

	while (m->words && m->words[count])
		count++;
	if (!count)
		return;
	w = m->words[rgpu_mutator_below(m, count)];
	n = strlen(w);
	if (next(m) % 2)
		n = open_gap(m, at, n);
	else if (n > m->size - at)
		n = m->size - at;
	memcpy(m->data + at, w, n);
}

static bool
is_word(uint8_t c)
{
	return isalnum(c) || c == '_' || c == '.' || c == '%' || c == '$';
}

/* The word around a place of a text; its size, 0 when there is none. */
static size_t
word_at(const uint8_t *text, size_t size, size_t place, size_t *start)
{
	size_t end = place;

	for (*start = place; *start > 0 && is_word(text[*start - 1]); --*start)
		;
	while (end < size && is_word(text[end]))
		end++;
	return end - *start;
}

/* A word of some seed in the place of another: text stays well formed longer. */
static void
swap_word(struct rgpu_mutator *m)
{
	const struct rgpu_fuzz_seed *s =
		&m->seeds[rgpu_mutator_below(m, m->seed_count)];
	size_t from, to, n, old;

	if (!m->size || !s->size)
		return;
	n = word_at(s->data, s->size, rgpu_mutator_below(m, s->size), &from);
	old = word_at(m->data, m->size, rgpu_mutator_below(m, m->size), &to);
	memmove(m->data + to, m->data + to + old, m->size - to - old);
	m->size -= old;
	n = open_gap(m, to, n);
	memcpy(m->data + to, (const uint8_t *)s->data + from, n);
}

/* A line of some seed between two lines. */
static void
add_line(struct rgpu_mutator *m)
{
	const struct rgpu_fuzz_seed *s =
		&m->seeds[rgpu_mutator_below(m, m->seed_count)];
	const uint8_t *text = s->data;
	size_t from, end, to = rgpu_mutator_below(m, m->size + 1), n;

	if (!s->size)
		return;
	from = rgpu_mutator_below(m, s->size);
	while (from > 0 && text[from - 1] != '\n')
		from--;
	for (end = from; end < s->size && text[end] != '\n'; end++)
		;
	end += end < s->size;
	while (to > 0 && m->data[to - 1] != '\n')
		to--;
	n = open_gap(m, to, end - from);
	memcpy(m->data + to, text + from, n);
}

static void
damage_text(struct rgpu_mutator *m)
{
	static void (*const kinds[])(struct rgpu_mutator * m) = {
		word, word, swap_word, swap_word, add_line};

	kinds[rgpu_mutator_below(m, RGPU_COUNT(kinds))](m);
}

static void
damage(struct rgpu_mutator *m)
{
	static void (*const kinds[])(struct rgpu_mutator * m) = {flip_bit,
		set_byte, cut, leave_out, repeat, splice, set_limit, set_limit,
		nudge, nudge, set_length, zero};

	/* Text is damaged by words more than by anything else. */
	if (m->words && next(m) % 4)
		damage_text(m);
	else if (m->size == 0 || next(m) % 16 == 0)
		noise(m);
	else
		kinds[rgpu_mutator_below(m, RGPU_COUNT(kinds))](m);
}

void
rgpu_mutate(struct rgpu_mutator *m, uint64_t series, uint64_t number)
{
	const struct rgpu_fuzz_seed *s;
	size_t times;

	m->random = series * 0xd1342543de82ef95u + number;
	next(m);
	s = &m->seeds[rgpu_mutator_below(m, m->seed_count)];
	memcpy(m->data, s->data, s->size);
	m->size = s->size;
	/* One change is the most likely to get past the checks before it. */
	for (times = 1; next(m) % 2 && times < 12; times++)
		;
	while (times--)
		damage(m);
}
