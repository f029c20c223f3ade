/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations between lanes against the manual: all lanes, some lanes, two
 * groups of lanes at once. And the barriers of a block in all their forms.
 */
#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/forms.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ops.h"

#define LANES  32
#define ROUNDS 24

/* Control flow has no values; these tests run it. */
static const struct {
	const char *name, *test;
} covered[] = {
	{"bra", "test-ptx-flow"},
	{"brx", "test-ptx-flow"},
	{"call", "test-ptx-call"},
	{"ret", "test-ptx-flow"},
	{"exit", "test-ptx-flow"},
	{"trap", "test-ptx-fault"},
	{"brkpt", "test-ptx-fault"},
	{"nanosleep", "test-ptx-progress"},
	{"alloca", "test-ptx-call"},
	{"stacksave", "test-ptx-call"},
	{"stackrestore", "test-ptx-call"},
};

struct lane {
	uint64_t a;
	uint32_t b, c, members, active, pred, unused[5];
};

struct result {
	uint64_t d, p;
};

static struct lane *lanes;
static struct result *results;

struct variant {
	const struct ptx_form *form;
	char text[96];
	struct ptx_mods mods;
	enum ptx_type type;
};

static bool
has(const struct variant *v, enum ptx_mod mod)
{
	return ptx_mod_in(&v->mods, mod);
}

static bool
is(const struct variant *v, const char *name)
{
	return strcmp(v->form->name, name) == 0;
}

/* Lanes with bit set in the result: 0 .. 31. Members form groups. */
static void
fill(unsigned round)
{
	uint32_t split = round % 3 == 0 ? 0 : (uint32_t)t_random();
	uint32_t off = round % 4 < 2 ? 0 : (uint32_t)t_random();

	if (off == ~0u)
		off = 1;
	for (unsigned i = 0; i < LANES; i++) {
		uint32_t side = split >> i & 1 ? split : ~split;
		struct lane *l = &lanes[i];

		l->a = round % 5 == 0 ? t_random() & 3 : t_random();
		if (round % 7 == 0)
			l->a = (l->a & 0xffffffff00000000) |
				(0x7fc00000 & -(l->a & 1)) | (l->a & 0xff);
		l->b = (uint32_t)t_random() & (round & 1 ? 31 : 0xffffffff);
		l->c = (uint32_t)t_random() & 0x1f1f;
		if (round & 2)
			l->c = 31;
		l->members = side & ~off;
		l->active = !(off >> i & 1);
		l->pred = round % 6 == 0 ? 1
			: round % 6 == 1 ? 0
					 : t_random() & 1;
	}
}

static void
kernel(struct ops_text *t, const struct variant *v)
{
	ops_add(t,
		"%s.visible .entry k(.param .u64 a, .param .u64 b)\n{\n"
		".reg .pred %%p<8>;\n.reg .b32 %%r<16>;\n"
		".reg .b64 %%d<16>;\nld.param.u64 %%d1, [a];\n"
		"ld.param.u64 %%d2, [b];\nmov.u32 %%r1, %%tid.x;\n"
		"mul.wide.u32 %%d3, %%r1, 48;\nadd.u64 %%d1, %%d1, %%d3;\n"
		"mul.wide.u32 %%d3, %%r1, 16;\nadd.u64 %%d2, %%d2, %%d3;\n"
		"ld.global.u64 %%d4, [%%d1];\ncvt.u32.u64 %%r4, %%d4;\n"
		"ld.global.u32 %%r5, [%%d1+8];\n"
		"ld.global.u32 %%r6, [%%d1+12];\n"
		"ld.global.u32 %%r7, [%%d1+16];\n"
		"ld.global.u32 %%r8, [%%d1+20];\n"
		"ld.global.u32 %%r9, [%%d1+24];\n"
		"setp.ne.u32 %%p1, %%r8, 0;\nsetp.ne.u32 %%p2, %%r9, 0;\n"
		"setp.eq.u32 %%p3, 0, 0;\nmov.u32 %%r10, 0x5a5a;\n"
		"@%%p1 %s ",
		OPS_HEADER, v->text);
}

static void
finish(struct ops_text *t, bool pred_result)
{
	ops_add(t,
		";\n%sselp.u64 %%d6, 1, 0, %%p3;\n"
		"cvt.u64.u32 %%d5, %%r10;\n"
		"st.global.v2.u64 [%%d2], {%%d5, %%d6};\nret;\n}\n",
		pred_result ? "selp.u32 %r10, 1, 0, %p4;\n" : "");
}

static bool
load(struct ops_text *t, struct rgpu_ptx_module **module, struct t_launch *l)
{
	*module = t_module(t->data);
	l->kernel = t_kernel(*module, "k");
	l->block[0] = LANES;
	t->len = 0;
	return true;
}

/* The lanes that lane i works with. */
static uint32_t
group_of(unsigned i)
{
	uint32_t group = 0;

	for (unsigned k = 0; k < LANES; k++)
		if (lanes[k].active && lanes[k].members == lanes[i].members)
			group |= 1u << k;
	return group;
}

/* A right answer: value of d and p; skip: the manual gives none. */
struct answer {
	uint64_t d, p;
	bool skip_d, skip_p;
};

static struct answer
answer_shfl(const struct variant *v, unsigned i)
{
	int b = lanes[i].b & 31, c = lanes[i].c & 31;
	int mask = lanes[i].c >> 8 & 31, lane = (int)i, j;
	int max = (lane & mask) | (c & ~mask);
	bool p;

	if (has(v, PTX_MOD_UP)) {
		j = lane - b;
		p = j >= max;
	} else if (has(v, PTX_MOD_DOWN)) {
		j = lane + b;
		p = j <= max;
	} else if (has(v, PTX_MOD_BFLY)) {
		j = lane ^ b;
		p = j <= max;
	} else {
		j = (lane & mask) | (b & ~mask);
		p = j <= max;
	}
	if (!p)
		j = lane;
	j &= 31;
	return (struct answer){.d = (uint32_t)lanes[j].a,
		.p = p,
		.skip_d = !(group_of(i) >> j & 1)};
}

static struct answer
answer_vote(const struct variant *v, unsigned i)
{
	uint32_t group = group_of(i), yes = 0;

	for (unsigned k = 0; k < LANES; k++)
		if (group >> k & 1 && lanes[k].pred)
			yes |= 1u << k;
	if (has(v, PTX_MOD_BALLOT))
		return (struct answer){.d = yes, .p = 1};
	return (struct answer){.d = has(v, PTX_MOD_ALL) ? yes == group
			: has(v, PTX_MOD_ANY)		? yes != 0
					      : yes == 0 || yes == group,
		.p = 1};
}

static struct answer
answer_match(const struct variant *v, unsigned i)
{
	uint64_t keep = v->type == PTX_B64 ? ~0ull : 0xffffffff;
	uint32_t group = group_of(i), same = 0;

	for (unsigned k = 0; k < LANES; k++)
		if (group >> k & 1 && !((lanes[k].a ^ lanes[i].a) & keep))
			same |= 1u << k;
	if (has(v, PTX_MOD_ANY))
		return (struct answer){.d = same, .p = 1};
	return (struct answer){
		.d = same == group ? group : 0, .p = same == group};
}

static uint32_t
reduce_int(const struct variant *v, uint32_t x, uint32_t y)
{
	bool less = v->type == PTX_S32 ? (int32_t)x < (int32_t)y : x < y;

	if (has(v, PTX_MOD_ADD))
		return x + y;
	if (has(v, PTX_MOD_AND))
		return x & y;
	if (has(v, PTX_MOD_OR))
		return x | y;
	if (has(v, PTX_MOD_XOR))
		return x ^ y;
	return less == has(v, PTX_MOD_MIN) ? x : y;
}

static uint32_t
reduce_float(const struct variant *v, uint32_t x, uint32_t y)
{
	struct ref r = {
		.name = has(v, PTX_MOD_MIN) ? "min" : "max", .type = {PTX_F32}};

	if (has(v, PTX_MOD_NAN_WINS))
		ptx_mod_set(&r.mods, PTX_MOD_NAN_WINS);
	r.in[0] = x;
	r.in[1] = y;
	ref_eval(&r);
	return (uint32_t)r.out[0];
}

static struct answer
answer_redux(const struct variant *v, unsigned i)
{
	uint32_t group = group_of(i), sum = 0;
	bool first = true, real = v->type == PTX_F32;

	for (unsigned k = 0; k < LANES; k++) {
		uint32_t x = (uint32_t)lanes[k].a;

		if (!(group >> k & 1))
			continue;
		if (has(v, PTX_MOD_ABS))
			x &= 0x7fffffff;
		if (real)
			sum = reduce_float(v, first ? x : sum, x);
		else
			sum = first ? x : reduce_int(v, sum, x);
		first = false;
	}
	return (struct answer){.d = sum, .p = 1};
}

static struct answer
answer(const struct variant *v, unsigned i)
{
	uint32_t active = 0;

	if (is(v, "shfl"))
		return answer_shfl(v, i);
	if (is(v, "vote"))
		return answer_vote(v, i);
	if (is(v, "match"))
		return answer_match(v, i);
	if (is(v, "redux"))
		return answer_redux(v, i);
	if (is(v, "elect"))
		return (struct answer){
			.d = (unsigned)__builtin_ctz(group_of(i)),
			.p = (unsigned)__builtin_ctz(group_of(i)) == i};
	for (unsigned k = 0; k < LANES; k++)
		active |= lanes[k].active << k;
	/* activemask; bar.warp.sync changes nothing. */
	return (struct answer){.d = is(v, "bar") ? 0x5a5a : active, .p = 1};
}

static void
check(const struct variant *v, unsigned round)
{
	for (unsigned i = 0; i < LANES; i++) {
		struct answer right = answer(v, i);

		if (!lanes[i].active)
			right = (struct answer){.d = has(v, PTX_MOD_ALL) ||
						has(v, PTX_MOD_ANY) ||
						has(v, PTX_MOD_UNI)
					? results[i].d
					: 0x5a5a,
				.p = 1};
		if ((!right.skip_d && results[i].d != right.d) ||
			(!right.skip_p && results[i].p != right.p))
			T_FAIL("%s, round %u, lane %u: %llx %llx, right is "
			       "%llx %llx",
				v->text, round, i,
				(unsigned long long)results[i].d,
				(unsigned long long)results[i].p,
				(unsigned long long)right.d,
				(unsigned long long)right.p);
	}
}

static void
operands(struct ops_text *t, const struct variant *v)
{
	bool wide = v->type == PTX_B64;

	if (is(v, "shfl"))
		ops_add(t, "%%r10|%%p3, %%r4, %%r5, %%r6, %%r7");
	else if (is(v, "vote"))
		ops_add(t, "%s, %%p2, %%r7",
			v->type == PTX_PRED ? "%p4" : "%r10");
	else if (is(v, "match"))
		ops_add(t, "%%r10%s, %s, %%r7",
			has(v, PTX_MOD_ALL) ? "|%p3" : "",
			wide ? "%d4" : "%r4");
	else if (is(v, "redux"))
		ops_add(t, "%%r10, %%r4, %%r7");
	else if (is(v, "elect"))
		ops_add(t, "%%r10|%%p3, %%r7");
	else
		ops_add(t, is(v, "bar") ? "%%r7" : "%%r10");
}

static void
test_lanes(const struct variant *v, struct ops_text *t)
{
	const void *params[2] = {lanes, results};
	struct rgpu_ptx_module *module;
	struct t_launch l = {0};

	kernel(t, v);
	operands(t, v);
	finish(t, is(v, "vote") && v->type == PTX_PRED);
	load(t, &module, &l);
	for (unsigned round = 0; round < ROUNDS; round++) {
		fill(round);
		if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
			T_FAIL("%s: %s", v->text, l.fault.text);
		else
			check(v, round);
	}
	t_module_free(module);
}

#define THREADS 160

/* bar.red of a value over all threads, or over the first 96. */
static void
test_red(const struct variant *v, struct ops_text *t, bool counted)
{
	bool popc = has(v, PTX_MOD_POPC);
	const void *params[2] = {lanes, results};
	struct rgpu_ptx_module *module;
	struct t_launch l = {0};

	ops_add(t,
		"%s.visible .entry k(.param .u64 a, .param .u64 b)\n{\n"
		".reg .pred %%p<8>;\n.reg .b32 %%r<16>;\n"
		".reg .b64 %%d<16>;\nld.param.u64 %%d1, [a];\n"
		"ld.param.u64 %%d2, [b];\nmov.u32 %%r1, %%tid.x;\n"
		"mul.wide.u32 %%d3, %%r1, 4;\nadd.u64 %%d1, %%d1, %%d3;\n"
		"mul.wide.u32 %%d3, %%r1, 16;\nadd.u64 %%d2, %%d2, %%d3;\n"
		"setp.ge.u32 %%p4, %%r1, 96;\n%s"
		"ld.global.u32 %%r2, [%%d1];\nsetp.ne.u32 %%p1, %%r2, 0;\n"
		"%s %s, 3%s, !%%p1;\n%s"
		"st.global.u32 [%%d2], %%r3;\nret;\n}\n",
		OPS_HEADER, counted ? "@%p4 ret;\n" : "", v->text,
		popc ? "%r3" : "%p3", counted ? ", 96" : "",
		popc ? "" : "selp.u32 %r3, 1, 0, %p3;\n");
	load(t, &module, &l);
	l.block[0] = THREADS;
	for (unsigned round = 0; round < 8; round++) {
		unsigned n = counted ? 96 : THREADS, yes = 0, right;

		for (unsigned i = 0; i < THREADS; i++) {
			uint32_t x = round < 2 ? round : t_random() % 40 > 0;

			((uint32_t *)lanes)[i] = x;
			yes += i < n && !x;
		}
		right = popc ? yes : has(v, PTX_MOD_AND) ? yes == n : yes > 0;
		if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
			T_FAIL("%s: %s", v->text, l.fault.text);
		for (unsigned i = 0; i < n; i++)
			if ((uint32_t)results[i].d != right)
				T_FAIL("%s thread %u: %u, right is %u", v->text,
					i, (uint32_t)results[i].d, right);
	}
	t_module_free(module);
}

/* The upper half of the block writes, the lower one waits and reads; .arrive
 * is for the writers. */
static void
test_bar(const struct variant *v, struct ops_text *t)
{
	bool arrive = has(v, PTX_MOD_ARRIVE);
	const void *params[2] = {lanes, results};
	struct rgpu_ptx_module *module;
	struct t_launch l = {.block = {128}};

	ops_add(t,
		"%s.visible .entry k(.param .u64 a, .param .u64 b)\n{\n"
		".reg .pred %%p<8>;\n.reg .b32 %%r<16>;\n"
		".reg .b64 %%d<16>;\n.shared .b32 s[64];\n"
		"ld.param.u64 %%d2, [b];\nmov.u32 %%r1, %%tid.x;\n"
		"mul.wide.u32 %%d3, %%r1, 16;\nadd.u64 %%d2, %%d2, %%d3;\n"
		"mov.u32 %%r9, s;\nand.b32 %%r2, %%r1, 63;\n"
		"mad.lo.u32 %%r9, %%r2, 4, %%r9;\n"
		"mov.u32 %%r5, 2;\nmov.u32 %%r6, 128;\n"
		"setp.lt.u32 %%p1, %%r1, 64;\n@%%p1 bra READ;\n"
		"mul.lo.u32 %%r3, %%r2, 7;\nst.shared.u32 [%%r9], %%r3;\n"
		"%s%s %s;\nret;\nREAD:\nbar.sync %%r5, %%r6;\n"
		"ld.shared.u32 %%r4, [%%r9];\n"
		"st.global.u32 [%%d2], %%r4;\nret;\n}\n",
		OPS_HEADER, "", v->text, arrive ? "2, 128" : "2, %r6");
	load(t, &module, &l);
	l.block[0] = 128;
	if (t_run(&l, params) != RGPU_PTX_FAULT_NONE)
		T_FAIL("%s: %s", v->text, l.fault.text);
	for (unsigned i = 0; i < 64; i++)
		if ((uint32_t)results[i].d != 7 * i)
			T_FAIL("%s: thread %u read %u", v->text, i,
				(uint32_t)results[i].d);
	t_module_free(module);
}

static bool
is_covered(const struct ptx_form *form)
{
	for (unsigned i = 0; i < RGPU_COUNT(covered); i++)
		if (strcmp(covered[i].name, form->name) == 0)
			return true;
	return false;
}

static void
test_variant(const struct variant *v, struct ops_text *t)
{
	if (v->form->build != ptx_build_bar) {
		test_lanes(v, t);
	} else if (has(v, PTX_MOD_RED)) {
		test_red(v, t, false);
		test_red(v, t, true);
	} else {
		test_bar(v, t);
	}
}

static void
test_form(const struct ptx_form *form, struct ops_text *t)
{
	enum ptx_type types[PTX_TYPES_MAX];
	unsigned count;

	if (is_covered(form))
		return;
	for (size_t n = 0;; n++) {
		struct variant v = {.form = form};

		if (!ptx_form_variant(form, n, v.text, sizeof(v.text), &v.mods,
			    types, &count))
			return;
		v.type = count ? types[0] : PTX_NONE;
		test_variant(&v, t);
	}
}

int
main(void)
{
	struct ops_text text = {0};

	lanes = t_alloc(THREADS * sizeof(*lanes));
	results = t_alloc(THREADS * sizeof(*results));
	for (size_t i = 0; i < ptx_forms_warp_count; i++)
		test_form(&ptx_forms_warp[i], &text);
	for (size_t i = 0; i < ptx_forms_flow_count; i++)
		test_form(&ptx_forms_flow[i], &text);
	free(text.data);
	return t_done();
}
