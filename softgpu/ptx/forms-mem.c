/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: loads, stores, atomic operations, fences, and what only speaks of
 * caches. All levels of memory are one here, so that cache operators,
 * eviction priorities, prefetch sizes and policies are hints without effect.
 * Scopes and orders are all taken as the strongest.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"
#include "softgpu/ptx/half.h"

#define LD(mods, types)                                     \
	{                                                   \
		"ld", mods, types, "LD", ptx_build_ld, 0, 0 \
	}
#define ST(mods, types)                                     \
	{                                                   \
		"st", mods, types, "ST", ptx_build_st, 0, 0 \
	}
#define TYPES "b8|u8|s8|b16|u16|s16|b32|u32|s32|f32|b64|u64|s64|f64"
#define SPACES                                                          \
	"?global|const|shared|shared::cta|shared::cluster|local|param|" \
	"param::entry|param::func"
#define ST_SPACES \
	"?global|shared|shared::cta|shared::cluster|local|param|param::func"
#define STRONG "?global|shared|shared::cta|shared::cluster"
#define SCOPE  "cta|cluster|gpu|sys"
#define L1                                                       \
	"~L1::evict_normal|L1::evict_unchanged|L1::evict_first|" \
	"L1::evict_last|L1::no_allocate"
#define L2   "~L2::evict_normal|L2::evict_first|L2::evict_last"
#define SIZE "~L2::64B|L2::128B|L2::256B"
#define HINT "?L2::cache_hint"

#define ATOM(name, mods, types, op, x)                                        \
	{                                                                     \
		name,                                                         \
			"~relaxed|acquire|release|acq_rel ~" SCOPE " " STRONG \
			" " HINT " " mods,                                    \
			types, "ATOM", ptx_build_atom, PTX_X_##op, x          \
	}
#define BOTH(mods, types, op, x) \
	ATOM("atom", mods, types, op, x), ATOM("red", mods, types, op, x)
#define VOID(name, mods, types, args)                         \
	{                                                     \
		name, mods, types, args, ptx_build_void, 0, 0 \
	}
#define FENCE(name, mods)                                      \
	{                                                      \
		name, mods, "", "FENCE", ptx_build_fence, 0, 0 \
	}
#define B PTX_HALF_BF16

/* clang-format off */
const struct ptx_form ptx_forms_mem[] = {
	LD("~weak " SPACES " ~ca|cg|cs|lu ?cv " HINT " " SIZE " ?v2|v4", TYPES),
	LD("~weak " SPACES " " L1 " " L2 " " HINT " " SIZE " ?v2|v4", TYPES),
	LD("~weak global nc ~ca|cg|cs " L1 " " L2 " " HINT " " SIZE " ?v2|v4",
		TYPES),
	LD("~weak ?global ~nc " L1 " " L2 " " HINT " " SIZE " v8",
		"b32|u32|s32|f32"),
	LD("volatile " STRONG " " SIZE " ?v2|v4", TYPES),
	LD("relaxed|acquire " SCOPE " " STRONG " " L1 " " L2 " " HINT " " SIZE
		" ?v2|v4", TYPES),
	LD("mmio relaxed sys ?global", TYPES),
	{ "ldu", "?global ?v2|v4", TYPES, "LD", ptx_build_ld, 0, 0 },
	ST("~weak " ST_SPACES " ~wb|cg|cs|wt " HINT " ?v2|v4", TYPES),
	ST("~weak " ST_SPACES " " L1 " " L2 " " HINT " ?v2|v4", TYPES),
	ST("~weak ?global " L1 " " L2 " " HINT " v8", "b32|u32|s32|f32"),
	ST("volatile " STRONG " ?v2|v4", TYPES),
	ST("relaxed|release " SCOPE " " STRONG " " L1 " " L2 " " HINT
		" ?v2|v4", TYPES),
	ST("mmio relaxed sys ?global", TYPES),

	BOTH("and|or|xor", "b32", ATOM_B32, 0),
	BOTH("and|or|xor", "b64", ATOM_B64, 0),
	BOTH("add", "u32|s32", ATOM_B32, 0),
	BOTH("add", "u64", ATOM_B64, 0),
	BOTH("inc|dec", "u32", ATOM_B32, 0),
	BOTH("min|max", "u32|s32", ATOM_B32, 0),
	BOTH("min|max", "u64|s64", ATOM_B64, 0),
	ATOM("atom", "exch|cas", "b32", ATOM_B32, 0),
	ATOM("atom", "exch|cas", "b64", ATOM_B64, 0),
	ATOM("atom", "cas", "b16", ATOM_CAS_B16, 0),
	BOTH("add", "f32", ATOM_F32, 0),
	BOTH("add", "f64", ATOM_F64, 0),
	BOTH("add noftz", "f16", ATOM_HALF, 0),
	BOTH("add noftz", "bf16", ATOM_HALF, B),
	BOTH("add noftz", "f16x2", ATOM_HALF2, 0),
	BOTH("add noftz", "bf16x2", ATOM_HALF2, B),

	FENCE("membar", "cta|gl|sys"),
	FENCE("membar", "proxy alias"),
	FENCE("fence", "?sc|acq_rel|acquire|release " SCOPE),
	FENCE("fence", "proxy alias"),
	/* Nothing runs on the asynchronous proxy here. */
	FENCE("fence", "proxy async ?global|shared::cta|shared::cluster"),

	VOID("prefetch", "?global|local L1|L2", "", "m"),
	VOID("prefetch", "global L2::evict_last|L2::evict_normal", "", "m"),
	VOID("discard", "?global L2", "", "mi"),
	VOID("applypriority", "?global L2::evict_normal", "", "mi"),
	VOID("griddepcontrol", "launch_dependents|wait", "", ""),
	VOID("pmevent", "?mask", "", "i"),
};
const size_t ptx_forms_mem_count = RGPU_COUNT(ptx_forms_mem);
/* clang-format on */
