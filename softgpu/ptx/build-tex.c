/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builders: textures and surfaces.
 *
 *   tex.2d.v4.f32.f32 {d, d, d, d}, [handle, {x, y}]{, lod}
 *   suld.b.2d.v2.b32.trap {d, d}, [handle, {x, y}]
 *   sust.b.2d.v2.b32.trap [handle, {x, y}], {a, a}
 */
#include "config.h"
#include "softgpu/ptx/decode.h"
#include "softgpu/ptx/matrix.h"
#include "softgpu/ptx/texture.h"

static enum ptx_geometry
geometry_of(const struct ptx_insn *in)
{
	static const enum ptx_mod mods[] = {
		[PTX_TEX_1D] = PTX_MOD_1D,
		[PTX_TEX_2D] = PTX_MOD_2D,
		[PTX_TEX_3D] = PTX_MOD_3D,
		[PTX_TEX_A1D] = PTX_MOD_A1D,
		[PTX_TEX_A2D] = PTX_MOD_A2D,
		[PTX_TEX_CUBE] = PTX_MOD_CUBE,
		[PTX_TEX_ACUBE] = PTX_MOD_ACUBE,
	};
	unsigned i = 0;

	while (i < PTX_TEX_ACUBE && !ptx_has(in, mods[i]))
		i++;
	return (enum ptx_geometry)i;
}

/* Vectors of coordinates have 1, 2 or 4 elements; a fourth may be there for
 * nothing (PTX ISA: "elements are ignored"). */
static int
get_coords(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, enum ptx_type type, uint32_t source[5])
{
	enum ptx_geometry geometry = geometry_of(in);
	unsigned count = ptx_texture_coords(geometry);
	bool layered = geometry == PTX_TEX_A1D || geometry == PTX_TEX_A2D ||
		geometry == PTX_TEX_ACUBE;

	if (arg->kind != PTX_ARG_TEXTURE)
		return ptx_refuse(
			dec, RGPU_PTX_SYNTAX, "has no [handle, coordinates]");
	if (arg->count != count && !(count == 3 && arg->count == 4))
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has %u coordinates where it takes %u", arg->count,
			count == 3 ? 4 : count);
	if (!arg->reg || dec->reg[arg->reg].bits != 64)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"has a handle that is not a 64-bit register");
	source[0] = ptx_reg_operand(arg->reg);
	for (unsigned i = 0; i < count; i++) {
		source[1 + i] = ptx_source(dec, in, &arg->list[i],
			layered && i == 0 ? PTX_B32 : type);
		if (source[1 + i] == PTX_BAD_OPERAND)
			return -1;
	}
	return 0;
}

static int
emit_sources(
	struct ptx_dec *dec, const struct ptx_insn *in, const uint32_t *source)
{
	unsigned count = 1 + ptx_texture_coords(geometry_of(in));
	struct ptx_op *op = ptx_emit(dec, PTX_X_MAT_IN);

	if (!op)
		return -1;
	op->x[PTX_MAT_COUNT] = (uint8_t)count;
	for (unsigned i = 0; i < count; i++)
		if (ptx_set(dec, i, source[i]))
			return -1;
	return 0;
}

static int
get_results(struct ptx_dec *dec, const struct ptx_arg *arg, unsigned count,
	unsigned bits, uint32_t d[4])
{
	const struct ptx_arg *list =
		arg->kind == PTX_ARG_VECTOR ? arg->list : arg;
	unsigned has = arg->kind == PTX_ARG_VECTOR ? arg->count : 1;

	if (has != count)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has another number of elements than it says");
	for (unsigned i = 0; i < count; i++) {
		d[i] = ptx_dest(dec, &list[i], bits);
		if (!d[i])
			return -1;
	}
	return 0;
}

/* form->x: one of tld4, 1 more than its channel is in the modifiers. */
static unsigned
gather_of(const struct ptx_insn *in)
{
	return ptx_has(in, PTX_MOD_R)	     ? 1
		: ptx_has(in, PTX_MOD_TEX_G) ? 2
		: ptx_has(in, PTX_MOD_MAT_B) ? 3
		: ptx_has(in, PTX_MOD_MAT_A) ? 4
					     : 0;
}

int
ptx_build_tex(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	bool level = ptx_has(in, PTX_MOD_LEVEL);
	uint32_t source[5], d[4];
	struct ptx_op *op;

	/* There are no mipmaps, so that every level is the first one. */
	if (ptx_want_args(dec, in, level ? 3 : 2, level ? 3 : 2) ||
		get_results(dec, &in->arg[0], 4, 32, d) ||
		get_coords(dec, in, &in->arg[1], in->types[1], source) ||
		(level &&
			ptx_source(dec, in, &in->arg[2], in->types[1]) ==
				PTX_BAD_OPERAND) ||
		emit_sources(dec, in, source))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op)
		return -1;
	op->x[PTX_TEX_GEOMETRY] = (uint8_t)geometry_of(in);
	op->x[PTX_TEX_INTEGER] = in->types[1] == PTX_S32;
	op->x[PTX_TEX_GATHER] = (uint8_t)gather_of(in);
	for (unsigned i = 0; i < 4; i++)
		if (ptx_set_def(dec, i, d[i]))
			return -1;
	return 0;
}

static void
set_surface(struct ptx_op *op, const struct ptx_insn *in, unsigned count)
{
	op->x[PTX_TEX_GEOMETRY] = (uint8_t)geometry_of(in);
	op->x[PTX_TEX_SIZE] = (uint8_t)ptx_type_size(in->types[0]);
	op->x[PTX_TEX_COUNT] = (uint8_t)count;
	op->x[PTX_TEX_MODE] = ptx_has(in, PTX_MOD_CLAMP) ? PTX_SURFACE_CLAMP
		: ptx_has(in, PTX_MOD_ZERO)		 ? PTX_SURFACE_ZERO
							 : PTX_SURFACE_TRAP;
}

static unsigned
vector_of(const struct ptx_insn *in)
{
	return ptx_has(in, PTX_MOD_V4) ? 4 : ptx_has(in, PTX_MOD_V2) ? 2 : 1;
}

/* Registers of 16 bits hold bytes, too. */
static unsigned
register_bits(const struct ptx_insn *in)
{
	unsigned bits = 8 * ptx_type_size(in->types[0]);

	return bits == 8 ? 16 : bits;
}

int
ptx_build_suld(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	unsigned count = vector_of(in);
	uint32_t source[5], d[4];
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 2, 2) ||
		get_results(dec, &in->arg[0], count, register_bits(in), d) ||
		get_coords(dec, in, &in->arg[1], PTX_B32, source) ||
		emit_sources(dec, in, source))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op)
		return -1;
	set_surface(op, in, count);
	for (unsigned i = 0; i < count; i++)
		if (ptx_set_def(dec, i, d[i]))
			return -1;
	return 0;
}

int
ptx_build_sust(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_form *form)
{
	const struct ptx_arg *arg = &in->arg[1];
	enum ptx_type type = in->types[0] == PTX_B8 ? PTX_B16 : in->types[0];
	unsigned count = vector_of(in);
	uint32_t source[5], v[4];
	struct ptx_op *op;

	if (ptx_want_args(dec, in, 2, 2) ||
		get_coords(dec, in, &in->arg[0], PTX_B32, source))
		return -1;
	if ((arg->kind == PTX_ARG_VECTOR ? arg->count : 1) != count)
		return ptx_refuse(dec, RGPU_PTX_SYNTAX,
			"has another number of elements than it says");
	for (unsigned i = 0; i < count; i++) {
		v[i] = ptx_source(dec, in,
			arg->kind == PTX_ARG_VECTOR ? &arg->list[i] : arg,
			type);
		if (v[i] == PTX_BAD_OPERAND)
			return -1;
	}
	if (emit_sources(dec, in, source))
		return -1;
	op = ptx_emit(dec, form->op);
	if (!op)
		return -1;
	set_surface(op, in, count);
	for (unsigned i = 0; i < count; i++)
		if (ptx_set(dec, i, v[i]))
			return -1;
	return 0;
}
