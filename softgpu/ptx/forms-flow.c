/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: control flow, barriers, operations between lanes.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"
#include "softgpu/ptx/warp.h"

#define FLOW(name, mods, types, args, build, op, x)           \
	{                                                     \
		name, mods, types, args, build, PTX_X_##op, x \
	}

/* clang-format off */
const struct ptx_form ptx_forms_flow[] = {
	/* .uni promises what need not be known here. */
	FLOW("bra", "~uni", "", "BRA", ptx_build_bra, BRA, 0),
	FLOW("brx", "idx ~uni", "", "BRX", ptx_build_brx, BRX, 0),
	FLOW("call", "~uni", "", "CALL", ptx_build_call, CALL, 0),
	FLOW("ret", "~uni", "", "RET", ptx_build_simple, RET, 1),
	FLOW("exit", "", "", "EXIT", ptx_build_simple, EXIT, 1),
	FLOW("trap", "", "", "TRAP", ptx_build_simple, TRAP, 0),
	FLOW("brkpt", "", "", "TRAP", ptx_build_simple, TRAP, 0),
	FLOW("nanosleep", "", "u32", "SLEEP", ptx_build_nanosleep,
		NANOSLEEP, 0),
	FLOW("alloca", "", "u32|u64", "ALLOCA", ptx_build_alloca, ALLOCA, 0),
	FLOW("stacksave", "", "u32|u64", "STACK", ptx_build_stack,
		STACKSAVE, 0),
	FLOW("stackrestore", "", "u32|u64", "STACK", ptx_build_stack,
		STACKRESTORE, 0),
};
const size_t ptx_forms_flow_count = RGPU_COUNT(ptx_forms_flow);

/* bar is barrier.aligned: threads are counted one by one in both. */
#define BAR(mods, types, x) \
	FLOW("bar", "~cta " mods, types, "BAR", ptx_build_bar, BAR, x), \
	FLOW("barrier", "~cta ~aligned " mods, types, "BAR", ptx_build_bar, \
		BAR, x)
#define SHFL(mode, x) \
	FLOW("shfl", "sync " mode, "b32", "SHFL", ptx_build_shfl, SHFL, x)
#define VOTE(mode, type, x) \
	FLOW("vote", "sync " mode, type, "VOTE", ptx_build_vote, VOTE, x)
#define MATCH(mode, type, op, x) \
	FLOW("match", mode " sync", type, "MATCH", ptx_build_match, op, x)
#define REDUX(mods, type, op, x) \
	FLOW("redux", "sync " mods, type, "REDUX", ptx_build_redux, op, \
		PTX_REDUX_##x)
const struct ptx_form ptx_forms_warp[] = {
	BAR("sync", "", PTX_BAR_SYNC),
	BAR("arrive", "", PTX_BAR_ARRIVE),
	BAR("red popc", "u32", PTX_BAR_RED_POPC),
	BAR("red and", "pred", PTX_BAR_RED_AND),
	BAR("red or", "pred", PTX_BAR_RED_OR),
	FLOW("bar", "warp sync", "", "BARWARP", ptx_build_warp_bar,
		BAR_WARP, 0),
	SHFL("up", PTX_SHFL_UP),
	SHFL("down", PTX_SHFL_DOWN),
	SHFL("bfly", PTX_SHFL_BFLY),
	SHFL("idx", PTX_SHFL_IDX),
	VOTE("all", "pred", PTX_VOTE_ALL),
	VOTE("any", "pred", PTX_VOTE_ANY),
	VOTE("uni", "pred", PTX_VOTE_UNI),
	VOTE("ballot", "b32", PTX_VOTE_BALLOT),
	MATCH("any", "b32", MATCH_B32, 0),
	MATCH("any", "b64", MATCH_B64, 0),
	MATCH("all", "b32", MATCH_B32, 1),
	MATCH("all", "b64", MATCH_B64, 1),
	REDUX("add", "u32|s32", REDUX, ADD),
	REDUX("and", "b32", REDUX, AND),
	REDUX("or", "b32", REDUX, OR),
	REDUX("xor", "b32", REDUX, XOR),
	REDUX("min", "u32", REDUX, MIN_U),
	REDUX("max", "u32", REDUX, MAX_U),
	REDUX("min", "s32", REDUX, MIN_S),
	REDUX("max", "s32", REDUX, MAX_S),
	REDUX("min ?abs ?NaN", "f32", REDUX_F32, MIN_F),
	REDUX("max ?abs ?NaN", "f32", REDUX_F32, MAX_F),
	FLOW("activemask", "", "b32", "e", ptx_build_alu, ACTIVEMASK, 0),
	FLOW("elect", "sync", "", "ELECT", ptx_build_elect, ELECT, 0),
};
const size_t ptx_forms_warp_count = RGPU_COUNT(ptx_forms_warp);
/* clang-format on */
