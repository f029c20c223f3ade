/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms: barriers in shared memory. A block is a cluster of its own, so that
 * .shared::cluster is the block's memory.
 */
#include "config.h"
#include "common/compiler.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"
#include "softgpu/ptx/mbarrier.h"

#define SPACE	" ?shared|shared::cta"
#define CLUSTER " ?shared|shared::cta|shared::cluster"
#define SCOPE	" ~cta|cluster"

#define MBARRIER(mods, args, x)                                    \
	{                                                          \
		"mbarrier", mods, "b64", args, ptx_build_mbarrier, \
			PTX_X_MBARRIER, PTX_MBARRIER_##x           \
	}
#define WAIT(mods, x)                                                         \
	{                                                                     \
		"mbarrier", mods " ~acquire|relaxed" SCOPE SPACE, "b64",      \
			"WAIT", ptx_build_mbarrier_wait, PTX_X_MBARRIER_WAIT, \
			PTX_MBARRIER_##x                                      \
	}

const struct ptx_form ptx_forms_mbarrier[] = {
	MBARRIER("init" SPACE, "INIT", INIT),
	MBARRIER("inval" SPACE, "INVAL", INVAL),
	MBARRIER("expect_tx ~relaxed" SCOPE CLUSTER, "TX", EXPECT),
	MBARRIER("complete_tx ~relaxed" SCOPE CLUSTER, "TX", COMPLETE),
	MBARRIER("arrive ~release|relaxed" SCOPE CLUSTER, "ARRIVE", ARRIVE),
	MBARRIER("arrive ~release" SCOPE " noComplete" SPACE, "ARRIVE", ARRIVE),
	MBARRIER("arrive expect_tx ~release|relaxed" SCOPE CLUSTER, "ARRIVETX",
		ARRIVE_EXPECT),
	MBARRIER("arrive_drop ~release|relaxed" SCOPE CLUSTER, "ARRIVE", DROP),
	MBARRIER("arrive_drop ~release" SCOPE " noComplete" SPACE, "ARRIVE",
		DROP),
	MBARRIER("arrive_drop expect_tx ~release|relaxed" SCOPE CLUSTER,
		"ARRIVETX", DROP_EXPECT),
	WAIT("test_wait", STATE),
	WAIT("test_wait parity", PARITY),
	WAIT("try_wait", STATE),
	WAIT("try_wait parity", PARITY),
	{"mbarrier", "pending_count", "b64", "PENDING",
		ptx_build_mbarrier_pending, PTX_X_MBARRIER_PENDING, 0},
	{"cp", "async mbarrier arrive noinc" SPACE, "b64", "COPIED",
		ptx_build_mbarrier, PTX_X_MBARRIER, PTX_MBARRIER_ARRIVE},
	{"cp", "async mbarrier arrive" SPACE, "b64", "COPIED",
		ptx_build_mbarrier, PTX_X_MBARRIER, PTX_MBARRIER_COPIED},
	/* What is written before it is seen by all here anyway. */
	{"fence", "mbarrier_init release cluster", "", "FENCE", ptx_build_fence,
		0, 0},
};
const size_t ptx_forms_mbarrier_count = RGPU_COUNT(ptx_forms_mbarrier);
