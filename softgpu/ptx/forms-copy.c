/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: asynchronous copies from global to shared memory, without mbarriers.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"

#define COPY(cache)                                                   \
	{                                                             \
		"cp",                                                 \
			"async " cache                                \
			" shared|shared::cta global ?L2::cache_hint " \
			"~L2::64B|L2::128B|L2::256B",                 \
			"", "COPY", ptx_build_copy, PTX_X_COPY, 0     \
	}
#define GROUP(what, args)                                                     \
	{                                                                     \
		"cp", "async " what, "", args, ptx_build_void, PTX_X_NOTHING, \
			0                                                     \
	}

const struct ptx_form ptx_forms_copy[] = {
	COPY("ca"),
	COPY("cg"),
	GROUP("commit_group", ""),
	GROUP("wait_group", "i"),
	GROUP("wait_all", ""),
};
const size_t ptx_forms_copy_count = RGPU_COUNT(ptx_forms_copy);
