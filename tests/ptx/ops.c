/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs every variant of a part of the table of forms.
 */
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"

/* Kernels of one module, and how much of its text is compiled at once. */
#define BATCH 48

/* Forms without values to compare; each has a test of its own. */
static const struct {
	const char *args, *test;
} covered[] = {
	{"CVTA", "test-ptx-memory"},
	{"ISSPACEP", "test-ptx-memory"},
	{"LD", "test-ptx-ops-mem"},
	{"ST", "test-ptx-ops-mem"},
	{"ATOM", "test-ptx-ops-mem"},
	{"FENCE", "test-ptx-ops-mem"},
	{"m", "test-ptx-ops-mem"},
	{"mi", "test-ptx-ops-mem"},
	{"i", "test-ptx-ops-mem"},
	{"", "test-ptx-ops-mem"},
};

/* What one thread reads and what it has written. */
struct in {
	uint64_t source[6], carry, guard;
};
struct out {
	uint64_t plain[2], guarded[2], unused[4];
};

struct batch {
	struct ops_text text;
	struct ops_case cases[BATCH];
	unsigned count;
	struct in *in;
	struct out *out;
};

static bool
is_covered(const struct ptx_form *form)
{
	for (unsigned i = 0; i < RGPU_COUNT(covered); i++)
		if (strcmp(covered[i].args, form->args) == 0)
			return true;
	return false;
}

/* Floats as whole numbers in their order. */
static double
ordered(uint64_t bits)
{
	double magnitude = bits & 0x7fffffff;

	return bits >> 31 & 1 ? -magnitude : magnitude;
}

/* Distance in units of the last place. */
static double
ulps(uint64_t a, uint64_t b)
{
	return fabs(ordered(a) - ordered(b));
}

static bool
close_enough(const struct ref *r, uint64_t got)
{
	bool wide = r->real_type == PTX_F64;
	double x = wide ? ref_f64(got) : ref_f32(got), y = r->value;
	bool ftz = ref_has(r, PTX_MOD_FTZ);

	if (isnan(y))
		return got == (wide ? 0xfff8000000000000ull : 0x7fffffff);
	/* Where the right value is subnormal, .ftz gives zero. */
	if (ftz && !wide && fabs(y) < 0x1p-126 && x == 0)
		return true;
	switch (r->compare) {
	case REF_ULP: return ulps(got, ref_bits32((float)y)) <= r->limit;
	case REF_ABS: return x == y || fabs(x - y) <= r->limit;
	case REF_REL:
		return x == y || fabs(x - y) <= r->limit * fabs(y) ||
			(!wide && (float)y == x);
	default: return fabs(x) <= r->limit;
	}
}

static bool
equal(const struct ref *r, const uint64_t *got, unsigned results)
{
	if (r->compare == REF_SKIP)
		return true;
	if (r->compare != REF_EXACT)
		return close_enough(r, got[0]);
	return got[0] == r->out[0] && (results < 2 || got[1] == r->out[1]);
}

static void
complain(const struct ops_case *c, const struct ref *r, const char *what,
	unsigned thread, const uint64_t *got)
{
	char sources[160] = "";
	size_t n = 0;

	for (unsigned i = 0; i < 5 && n < 140; i++)
		n += (size_t)snprintf(sources + n, sizeof(sources) - n, " %llx",
			(unsigned long long)r->in[i]);
	T_FAIL("%s (%s, thread %u):%s carry %d: got %llx %llx, right is %llx "
	       "%llx (%.17g)",
		c->text, what, thread, sources, (int)r->old,
		(unsigned long long)got[0], (unsigned long long)got[1],
		(unsigned long long)r->out[0], (unsigned long long)r->out[1],
		r->value);
}

/* What the guarded run leaves where the guard is false. */
static bool
is_kept(const struct ops_case *c, const struct in *in, const uint64_t *got)
{
	unsigned result = 0;

	for (unsigned i = 0; i < c->count; i++) {
		unsigned bits = c->operand[i].bits;

		if (c->operand[i].kind != OPS_RESULT)
			continue;
		if (got[result++] !=
			(bits == 1		     ? 1
					: bits == 16 ? 0x5a5a
						     : 0x5a5a5a5a))
			return false;
	}
	return !c->carry || got[1] == in->carry;
}

static unsigned
count_results(const struct ops_case *c)
{
	unsigned n = c->carry ? 1 : 0;

	for (unsigned i = 0; i < c->count; i++)
		n += c->operand[i].kind == OPS_RESULT;
	return n;
}

static void
check(const struct ops_case *c, const struct in *in, const struct out *out)
{
	unsigned results = count_results(c);

	for (unsigned i = 0; i < OPS_THREADS; i++) {
		struct ref r = c->ref;

		memcpy(r.in, in[i].source, sizeof(r.in));
		r.old = in[i].carry;
		for (unsigned k = 0, s = 0; k < c->count; k++) {
			if (c->operand[k].kind == OPS_RESULT)
				continue;
			/* The reference knows no '!'. */
			if (c->operand[k].negated)
				r.in[s] = !r.in[s];
			s++;
		}
		if (!ref_eval(&r)) {
			T_FAIL("%s has no reference", c->text);
			return;
		}
		if (!equal(&r, out[i].plain, results))
			complain(c, &r, "plain", i, out[i].plain);
		if (!in[i].guard && !is_kept(c, &in[i], out[i].guarded))
			complain(c, &r, "guard off", i, out[i].guarded);
		if (in[i].guard && !equal(&r, out[i].guarded, results))
			complain(c, &r, "guard on", i, out[i].guarded);
	}
}

/* The values of a source as the register holds them. */
static void
fill(const struct ops_case *c, struct in *in)
{
	for (unsigned i = 0; i < OPS_THREADS; i++) {
		unsigned source = 0;

		memset(&in[i], 0, sizeof(in[i]));
		for (unsigned k = 0; k < c->count; k++) {
			const struct ops_operand *o = &c->operand[k];
			uint64_t v;

			if (o->kind == OPS_RESULT)
				continue;
			v = ops_value(o, source, i, OPS_THREADS);
			if (o->kind == OPS_NUMBER)
				v = c->ref.in[source];
			else if (o->bits < 64)
				v &= (1ull << o->bits) - 1;
			in[i].source[source++] = v;
		}
		in[i].carry = t_random() & 1;
		in[i].guard = t_random() & 1;
	}
}

static void
run_batch(struct batch *b)
{
	struct rgpu_ptx_module *module;

	if (!b->count)
		return;
	module = t_module(b->text.data);
	for (unsigned i = 0; i < b->count; i++) {
		struct t_launch l = {.block = {OPS_THREADS}};
		const void *params[2] = {b->in, b->out};
		char name[16];

		snprintf(name, sizeof(name), "k%u", i);
		fill(&b->cases[i], b->in);
		l.kernel = t_kernel(module, name);
		if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
			T_FAIL("%s: %s", b->cases[i].text, l.fault.text);
		else
			check(&b->cases[i], b->in, b->out);
	}
	t_module_free(module);
	b->count = 0;
	b->text.len = 0;
}

static void
add_case(struct batch *b, const struct ops_case *c)
{
	char name[16];

	if (b->count == BATCH)
		run_batch(b);
	if (b->count == 0)
		ops_add(&b->text, "%s", OPS_HEADER);
	snprintf(name, sizeof(name), "k%u", b->count);
	ops_kernel(&b->text, name, c);
	b->cases[b->count++] = *c;
}

static void
set_results(struct ops_case *c)
{
	unsigned n = 0, source = 0;

	for (unsigned i = 0; i < c->count; i++) {
		if (c->operand[i].kind == OPS_RESULT)
			c->ref.bits[n++] = c->operand[i].bits;
		else
			source++;
		/* A table of lop3 that differs from case to case. */
		if (c->operand[i].kind == OPS_NUMBER)
			c->ref.in[source - 1] = t_random() & 255;
	}
}

static unsigned
add_variants(struct batch *b, const struct ptx_form *form)
{
	unsigned cases = 0, types;

	for (size_t n = 0;; n++) {
		struct ops_case c = {.form = form};

		c.ref.name = form->name;
		if (!ptx_form_variant(form, n, c.text, sizeof(c.text),
			    &c.ref.mods, c.ref.type, &types))
			return cases;
		for (unsigned shape = 0; ops_shape(&c, shape); shape++) {
			if (!c.count)
				continue;
			set_results(&c);
			add_case(b, &c);
			cases++;
		}
	}
}

int
ops_main(const struct ptx_form *forms, size_t count)
{
	struct batch *b = calloc(1, sizeof(*b));
	unsigned cases = 0;

	if (!b)
		return 1;
	b->in = t_alloc(OPS_THREADS * sizeof(*b->in));
	b->out = t_alloc(OPS_THREADS * sizeof(*b->out));
	for (size_t i = 0; i < count; i++) {
		unsigned n = 0;

		if (!is_covered(&forms[i]))
			n = add_variants(b, &forms[i]);
		if (!n && !is_covered(&forms[i]))
			T_FAIL("%s %s: nothing tests it", forms[i].name,
				forms[i].mods);
		cases += n;
	}
	run_batch(b);
	printf("%u cases on %s\n", cases, rgpu_ptx_isa());
	free(b->text.data);
	free(b);
	return t_done();
}
