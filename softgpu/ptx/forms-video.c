/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: SIMD video instructions, on two halves and on four bytes.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"
#include "softgpu/ptx/video.h"

#define FORM(name, mods, types, x)                                          \
	{                                                                   \
		name, mods, types, "VIDEO", ptx_build_video, PTX_X_VIDEO, x \
	}
/* .sat is not for sums. */
#define BOTH(name, x)                                                  \
	FORM(name "2", ">?sat", T3, x), FORM(name "2", ">add", T3, x), \
		FORM(name "4", ">?sat", T3, (x) | PTX_VIDEO_QUAD),     \
		FORM(name "4", ">add", T3, (x) | PTX_VIDEO_QUAD)
#define T2 "u32|s32 u32|s32"
#define T3 T2 " u32|s32"

const struct ptx_form ptx_forms_video[] = {
	BOTH("vadd", PTX_VIDEO_ADD),
	BOTH("vsub", PTX_VIDEO_SUB),
	BOTH("vavrg", PTX_VIDEO_AVRG),
	BOTH("vabsdiff", PTX_VIDEO_ABSDIFF),
	BOTH("vmin", PTX_VIDEO_MIN),
	BOTH("vmax", PTX_VIDEO_MAX),
	FORM("vset2", ">eq|ne|lt|le|gt|ge >?add", T2, PTX_VIDEO_SET),
	FORM("vset4", ">eq|ne|lt|le|gt|ge >?add", T2,
		PTX_VIDEO_SET | PTX_VIDEO_QUAD),
};
const size_t ptx_forms_video_count = RGPU_COUNT(ptx_forms_video);
