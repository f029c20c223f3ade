/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: textures and surfaces by 64-bit handles. Not here: gradients, samples,
 * sparse results, independent samplers, formatted stores, reductions, queries.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"

#define ALL	 "1d|2d|3d|a1d|a2d|cube|acube"
#define SURFACES "1d|2d|3d|a1d|a2d"

#define TEX(name, mods, types)                                        \
	{                                                             \
		name, mods, types, "TEX", ptx_build_tex, PTX_X_TEX, 0 \
	}
#define SURFACE(name, mods, build, op)                                         \
	{name, "b " SURFACES " ?v2|v4 " mods " trap|clamp|zero", "b8|b16|b32", \
		"SURFACE", build, PTX_X_##op, 0},                              \
	{                                                                      \
		name, "b " SURFACES " ?v2 " mods " trap|clamp|zero", "b64",    \
			"SURFACE", build, PTX_X_##op, 0                        \
	}

const struct ptx_form ptx_forms_tex[] = {
	TEX("tex", ALL " v4", "u32|s32|f32 f32"),
	TEX("tex", "1d|2d|3d|a1d|a2d v4", "u32|s32|f32 s32"),
	TEX("tex", "level " ALL " v4", "u32|s32|f32 f32"),
	TEX("tld4", "r|g|b|a 2d|a2d v4", "u32|s32|f32 f32"),
	SURFACE("suld", "~ca|cg|cs|cv", ptx_build_suld, SULD),
	SURFACE("sust", "~wb|cg|cs|wt", ptx_build_sust, SUST),
};
const size_t ptx_forms_tex_count = RGPU_COUNT(ptx_forms_tex);
