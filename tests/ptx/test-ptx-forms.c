/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms-nvcc.txt has the instructions of all CUDA test programs, as nvcc
 * makes them: each is in the table of forms, and none is with a modifier or a
 * type more. What is refused is named in the message.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/optab.h"
#include "tests/ptx/harness.h"

#define HEADER ".version 9.0\n.target sm_90\n.address_size 64\n"

/* "add.rn.f32" as the decoder takes it apart. */
struct opcode {
	char text[96];
	size_t name_len;
	struct ptx_mods mods;
	enum ptx_type types[PTX_TYPES_MAX + 1];
	unsigned count;
};

static bool
split(struct opcode *o, const char *text)
{
	const char *p;

	*o = (struct opcode){.name_len = strcspn(text, ".")};
	snprintf(o->text, sizeof(o->text), "%s", text);
	for (p = o->text + o->name_len; *p;) {
		size_t n = strcspn(++p, ".");
		enum ptx_type type = ptx_type_find(p, n);
		int mod = ptx_mod_find(p, n);

		if (type != PTX_NONE && o->count < PTX_TYPES_MAX)
			o->types[o->count++] = type;
		else if (mod >= 0)
			ptx_mod_set(&o->mods, (enum ptx_mod)mod);
		else
			return false;
		p += n;
	}
	return true;
}

static bool
is_known(const struct opcode *o)
{
	return ptx_form_find(o->text, o->name_len, &o->mods, o->types,
		       o->count) != NULL;
}

/* Modifiers that no instruction takes beside those that it has. */
static void
test_more(const struct opcode *o)
{
	static const enum ptx_mod strange[] = {PTX_MOD_LAUNCH, PTX_MOD_SHIFTAMT,
		PTX_MOD_NOTANUMBER, PTX_MOD_ALIAS};
	struct opcode more;

	for (unsigned i = 0; i < RGPU_COUNT(strange); i++) {
		more = *o;
		if (ptx_mod_in(&o->mods, strange[i]))
			continue;
		ptx_mod_set(&more.mods, strange[i]);
		if (is_known(&more))
			T_FAIL("%s: .%s is taken as well", o->text,
				ptx_mod_name(strange[i]));
	}
	more = *o;
	if (more.count < PTX_TYPES_MAX) {
		more.types[more.count++] = PTX_PRED;
		if (is_known(&more))
			T_FAIL("%s: .pred is taken as well", o->text);
	}
}

static unsigned
test_list(void)
{
	const char *dir = getenv("srcdir");
	char path[4096], line[96];
	unsigned count = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/ptx/forms-nvcc.txt",
		dir ? dir : ".");
	f = fopen(path, "r");
	if (!f) {
		T_FAIL("cannot read %s", path);
		return 0;
	}
	while (fgets(line, sizeof(line), f)) {
		struct opcode o;

		line[strcspn(line, "\n")] = 0;
		if (!*line || *line == '#')
			continue;
		if (!split(&o, line) || !is_known(&o))
			T_FAIL("%s is not known", line);
		else
			test_more(&o);
		count++;
	}
	fclose(f);
	return count;
}

/* What the message has to name. */
static const struct {
	const char *body, *name;
} refusals[] = {
	{"wgmma.fence.sync.aligned;", "unknown instruction wgmma"},
	{"tcgen05.fence;", "unknown instruction tcgen05"},
	{"frobnicate %r1;", "unknown instruction frobnicate"},
	{"add.frob.u32 %r1, %r1, %r1;", ".frob"},
	{"add.sat.u32 %r1, %r1, %r1;", "`add.sat.u32 %r1, %r1, %r1`"},
	{"add.rn.rz.f32 %f1, %f1, %f1;", "`add.rn.rz.f32"},
	{"add.ftz.f64 %d1, %d1, %d1;", "`add.ftz.f64"},
	{"fma.f32 %f1, %f1, %f1, %f1;", "`fma.f32"},
	{"add.u8 %r1, %r1, %r1;", "`add.u8"},
	{"ld.global.ca.cg.u32 %r1, [%d1];", "`ld.global.ca.cg.u32"},
	{"ld.shared.global.u32 %r1, [%d1];", "`ld.shared.global.u32"},
	{"st.global.nc.u32 [%d1], %r1;", "`st.global.nc.u32"},
	{"atom.global.add.s16 %h1, [%d1], %h1;", "`atom.global.add.s16"},
	{"cvt.f32.s32 %f1, %r1;", "`cvt.f32.s32"},
	{"cvt.rn.s32.f32 %r1, %f1;", "`cvt.rn.s32.f32"},
	{"shfl.idx.b32 %r1, %r1, 0, 31;", "`shfl.idx.b32"},
	{"mov.u32 %r1, %tid.w;", "%tid"},
	{"mov.u32 %r1, %nosuch;", "%nosuch"},
	{"mov.u32 %r1, %d1;", "%d1, a register of another width"},
	{"add.u32 %r1, %r1;", "has 2 operands where it takes 3"},
	{"add.u32 %r1, %r1.b0, %r1;", "part of a register"},
	{"vadd4.u32.u32.u32.sat.add %r1, %r1, %r1, %r1;", "`vadd4"},
	{"vadd4.u32.u32.u32 %r1.b01, %r1, %r1, %r1;", "mask out of order"},
	{"vadd4.u32.u32.u32 %r1.b8, %r1, %r1, %r1;", "mask that is none"},
	{"vadd2.u32.u32.u32 %r1, %r1.h4, %r1, %r1;", "selector"},
	{"vset4.u32.u32.num %r1, %r1, %r1, %r1;", "`vset4.u32.u32.num"},
	{"lop3.or.b32 %p1|%p1, %r1, %r1, %r1, 3, %p1;", "%p1, which is not"},
	{"lop3.or.b32 %r1|%d1, %r1, %r1, %r1, 3, %p1;", "no predicate after"},
	{"setp.eq.u32 %r1, %r1, %r1;", "not a predicate"},
	{"bra NOWHERE;", "jumps to a label that does not exist: NOWHERE"},
	{"call nobody;", "calls nobody"},
	{"@%r1 bra L; L:", "guard that is not a predicate"},
	{"wgmma.fence.sync.aligned;", "unknown instruction wgmma"},
	{"tex.2d.v4.f32.f32 {%f1, %f1, %f1, %f1}, [%d1, {%f1}];",
		"has 1 coordinates where it takes 2"},
	{"tex.2d.v4.f32.f32 {%f1, %f1, %f1, %f1}, [%d1, %f1];",
		"unknown coordinates"},
	{"tex.2d.v4.f32.f32 {%f1, %f1, %f1, %f1}, [%d1+8, {%f1, %f1}];",
		"unknown texture or surface"},
	{"tex.grad.2d.v4.f32.f32 {%f1, %f1, %f1, %f1}, [%d1, {%f1, %f1}], "
	 "{%f1, %f1}, {%f1, %f1};",
		"not supported: .grad"},
	{"ld.global.f32 %f1, [%d1, {%f1, %f1}];", "no [address]"},
	{"{ .param .b32 x; call f, (x+64); }", "outside of its variables"},
};

static void
test_refusals(void)
{
	for (unsigned i = 0; i < RGPU_COUNT(refusals); i++) {
		struct rgpu_ptx_diag diag;
		char text[1024];

		snprintf(text, sizeof(text),
			HEADER ".visible .entry k()\n{\n.reg .b32 %%r<4>;\n"
			       ".reg .b64 %%d<4>;\n.reg .f32 %%f<4>;\n"
			       ".reg .pred %%p<4>;\n.reg .b16 %%h<4>;\n"
			       "%s\nret;\n}\n"
			       ".func f(.param .b32 a)\n{\nret;\n}\n",
			refusals[i].body);
		if (!t_refused(text, &diag))
			T_FAIL("%s: accepted", refusals[i].body);
		else if (!strstr(diag.text, refusals[i].name) ||
			diag.line != 11)
			T_FAIL("%s: line %d, \"%s\"", refusals[i].body,
				diag.line, diag.text);
	}
}

int
main(void)
{
	printf("%u instructions\n", test_list());
	test_refusals();
	return t_done();
}
