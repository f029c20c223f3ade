/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: textures and surfaces, lane by lane.
 */
#include "config.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/tables.h"
#include "softgpu/ptx/texture.h"

/* What the running instruction was given by MAT_IN. */
static uint64_t
handle_of(const struct ptx_warp *w, unsigned lane)
{
	return ((const uint64_t *)w->block->matrices.in[0])[lane];
}

static void
coords_of(const struct ptx_warp *w, const struct ptx_op *op, unsigned lane,
	uint32_t c[4])
{
	unsigned count = ptx_texture_coords(op->x[PTX_TEX_GEOMETRY]);

	for (unsigned i = 0; i < count; i++)
		c[i] = ((const uint32_t *)w->block->matrices.in[1 + i])[lane];
}

/* The texture of a lane; lanes mostly have the same. NULL: none. */
struct cache {
	uint64_t handle;
	const struct rgpu_ptx_texture *texture;
};

static const struct rgpu_ptx_texture *
find(struct ptx_warp *w, unsigned lane, bool surface, struct cache *cache)
{
	const struct rgpu_ptx_env *env = w->block->launch->env;
	uint64_t handle = handle_of(w, lane);

	if (!cache->texture || cache->handle != handle) {
		cache->handle = handle;
		cache->texture = env->texture
			? env->texture(env->ctx, handle, surface)
			: NULL;
	}
	return cache->texture;
}

static const struct ptx_op *
no_texture(struct ptx_warp *w, const struct ptx_op *op, unsigned lane,
	bool surface)
{
	return ptx_fault(w, op, 1u << lane, RGPU_PTX_FAULT_ADDRESS,
		handle_of(w, lane),
		surface ? "not the handle of a surface"
			: "not the handle of a texture");
}

PTX_HANDLER(TEX)
{
	uint32_t out[4][PTX_LANES] __attribute__((aligned(64))), c[4], e[4];
	struct cache cache = {0, NULL};

	memset(out, 0, sizeof(out));
	PTX_FOR_MASK(i, mask)
	{
		const struct rgpu_ptx_texture *t = find(w, i, false, &cache);

		if (rgpu_unlikely(!t))
			return no_texture(w, op, i, false);
		coords_of(w, op, i, c);
		ptx_texture_fetch(t, op->x[PTX_TEX_GEOMETRY], c,
			op->x[PTX_TEX_INTEGER], op->x[PTX_TEX_GATHER], e);
		for (unsigned n = 0; n < 4; n++)
			out[n][i] = e[n];
	}
	for (unsigned n = 0; n < 4; n++)
		ptx_put32(PTX_DST(uint32_t, n), out[n], mask);
	return op + 1;
}

/* Where the lanes' elements are; NULL where nothing is. false: a fault. */
static bool
locate(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint8_t *at[PTX_LANES])
{
	unsigned bytes = op->x[PTX_TEX_SIZE] * op->x[PTX_TEX_COUNT];
	bool layered = op->x[PTX_TEX_GEOMETRY] == PTX_TEX_A1D ||
		op->x[PTX_TEX_GEOMETRY] == PTX_TEX_A2D;
	struct cache cache = {0, NULL};
	uint32_t c[4];

	PTX_FOR_MASK(i, mask)
	{
		const struct rgpu_ptx_texture *t = find(w, i, true, &cache);

		if (rgpu_unlikely(!t)) {
			no_texture(w, op, i, true);
			return false;
		}
		coords_of(w, op, i, c);
		at[i] = ptx_surface_at(t, op->x[PTX_TEX_GEOMETRY], c, bytes,
			op->x[PTX_TEX_MODE]);
		if (rgpu_unlikely(c[layered] % bytes)) {
			ptx_fault(w, op, 1u << i, RGPU_PTX_FAULT_MISALIGNED,
				c[layered], "in a surface");
			return false;
		}
		if (rgpu_unlikely(!at[i] &&
			    op->x[PTX_TEX_MODE] == PTX_SURFACE_TRAP)) {
			ptx_fault(w, op, 1u << i, RGPU_PTX_FAULT_ADDRESS,
				c[layered], "outside of the surface");
			return false;
		}
	}
	return true;
}

PTX_HANDLER(SULD)
{
	unsigned size = op->x[PTX_TEX_SIZE], count = op->x[PTX_TEX_COUNT];
	uint64_t out[4][PTX_LANES] __attribute__((aligned(64)));
	uint32_t narrow[PTX_LANES] __attribute__((aligned(64)));
	uint8_t *at[PTX_LANES];

	if (!locate(w, op, mask, at))
		return w->stop;
	memset(out, 0, sizeof(out));
	PTX_FOR_MASK(i, mask)
	for (unsigned n = 0; n < count && at[i]; n++)
		memcpy(&out[n][i], at[i] + n * size, size);
	for (unsigned n = 0; n < count; n++) {
		if (size == 8) {
			ptx_put64(PTX_DST(uint64_t, n), out[n], mask);
			continue;
		}
		PTX_FOR_LANES
		narrow[i] = (uint32_t)out[n][i];
		ptx_put32(PTX_DST(uint32_t, n), narrow, mask);
	}
	return op + 1;
}

PTX_HANDLER(SUST)
{
	unsigned size = op->x[PTX_TEX_SIZE], count = op->x[PTX_TEX_COUNT];
	uint8_t *at[PTX_LANES];

	if (!locate(w, op, mask, at))
		return w->stop;
	for (unsigned n = 0; n < count; n++) {
		const uint8_t *from = PTX_SRC(uint8_t, n);
		unsigned lane = size == 8 ? 8 : 4;

		PTX_FOR_MASK(i, mask)
		if (at[i])
			memcpy(at[i] + n * size, from + i * lane, size);
	}
	return op + 1;
}

#define FN(name) x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_tex)[] = {
#include "softgpu/ptx/ops/tex.h"
};
