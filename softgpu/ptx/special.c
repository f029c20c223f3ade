/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Special registers.
 */
#include "config.h"
#include <string.h>

#include "softgpu/ptx/decode.h"

enum kind {
	UNIFORM,   /* enum ptx_uniform, 32 bits */
	UNIFORM64, /* the same, 64 bits */
	WARP,	   /* enum ptx_warp_value */
	LANES,	   /* differs by lane, always the same */
	VALUE,	   /* a constant */
	PRED,	   /* a constant predicate */
	CLOCK,	   /* read by an operation, 32 bits */
	CLOCK64,   /* the same, 64 bits */
};

enum { LANEID, MASK_EQ, MASK_LT, MASK_LE, MASK_GT, MASK_GE };

/* A launch without clusters is one of clusters of one block. */
static const struct {
	const char *name;
	enum kind kind;
	unsigned value;
} specials[] = {
	{"%tid.x", WARP, PTX_W_TID_X},
	{"%tid.y", WARP, PTX_W_TID_Y},
	{"%tid.z", WARP, PTX_W_TID_Z},
	{"%ntid.x", UNIFORM, PTX_U_NTID_X},
	{"%ntid.y", UNIFORM, PTX_U_NTID_Y},
	{"%ntid.z", UNIFORM, PTX_U_NTID_Z},
	{"%ctaid.x", UNIFORM, PTX_U_CTAID_X},
	{"%ctaid.y", UNIFORM, PTX_U_CTAID_Y},
	{"%ctaid.z", UNIFORM, PTX_U_CTAID_Z},
	{"%nctaid.x", UNIFORM, PTX_U_NCTAID_X},
	{"%nctaid.y", UNIFORM, PTX_U_NCTAID_Y},
	{"%nctaid.z", UNIFORM, PTX_U_NCTAID_Z},
	{"%clusterid.x", UNIFORM, PTX_U_CTAID_X},
	{"%clusterid.y", UNIFORM, PTX_U_CTAID_Y},
	{"%clusterid.z", UNIFORM, PTX_U_CTAID_Z},
	{"%nclusterid.x", UNIFORM, PTX_U_NCTAID_X},
	{"%nclusterid.y", UNIFORM, PTX_U_NCTAID_Y},
	{"%nclusterid.z", UNIFORM, PTX_U_NCTAID_Z},
	{"%cluster_ctaid.x", VALUE, 0},
	{"%cluster_ctaid.y", VALUE, 0},
	{"%cluster_ctaid.z", VALUE, 0},
	{"%cluster_nctaid.x", VALUE, 1},
	{"%cluster_nctaid.y", VALUE, 1},
	{"%cluster_nctaid.z", VALUE, 1},
	{"%cluster_ctarank", VALUE, 0},
	{"%cluster_nctarank", VALUE, 1},
	{"%is_explicit_cluster", PRED, 0},
	{"%laneid", LANES, LANEID},
	{"%lanemask_eq", LANES, MASK_EQ},
	{"%lanemask_lt", LANES, MASK_LT},
	{"%lanemask_le", LANES, MASK_LE},
	{"%lanemask_gt", LANES, MASK_GT},
	{"%lanemask_ge", LANES, MASK_GE},
	{"%warpid", WARP, PTX_W_WARPID},
	{"%nwarpid", UNIFORM, PTX_U_NWARPID},
	{"%smid", UNIFORM, PTX_U_SMID},
	{"%nsmid", UNIFORM, PTX_U_NSMID},
	{"%gridid", UNIFORM64, PTX_U_GRIDID},
	{"%dynamic_smem_size", UNIFORM, PTX_U_DYNAMIC_SMEM},
	{"%total_smem_size", UNIFORM, PTX_U_TOTAL_SMEM},
	{"%aggr_smem_size", UNIFORM, PTX_U_TOTAL_SMEM},
	{"%envreg1", UNIFORM, PTX_U_ENVREG1},
	{"%envreg2", UNIFORM, PTX_U_ENVREG2},
	{"%current_graph_exec", UNIFORM64, PTX_U_ZERO},
	{"%clock", CLOCK, PTX_X_CLOCK32},
	{"%clock_hi", CLOCK, PTX_X_CLOCK_HI},
	{"%clock64", CLOCK64, PTX_X_CLOCK64},
	{"%globaltimer", CLOCK64, PTX_X_GLOBALTIMER},
	{"%globaltimer_lo", CLOCK, PTX_X_GLOBALTIMER_LO},
	{"%globaltimer_hi", CLOCK, PTX_X_GLOBALTIMER_HI},
};

unsigned
ptx_special_find(const char *name, size_t len)
{
	for (unsigned i = 0; i < RGPU_COUNT(specials); i++)
		if (strncmp(specials[i].name, name, len) == 0 &&
			specials[i].name[len] == 0)
			return i + 1;
	return 0;
}

static uint32_t
lane_value(unsigned which, unsigned lane)
{
	uint32_t eq = 1u << lane;

	switch (which) {
	case LANEID: return lane;
	case MASK_EQ: return eq;
	case MASK_LT: return eq - 1;
	case MASK_LE: return eq | (eq - 1);
	case MASK_GT: return ~(eq | (eq - 1));
	default: return ~(eq - 1);
	}
}

static uint32_t
read_clock(struct ptx_dec *dec, unsigned handler, unsigned bits)
{
	uint32_t reg = ptx_reg_new(dec, bits);

	if (!reg || !ptx_emit_temp(dec, handler) || ptx_set_def(dec, 0, reg))
		return PTX_BAD_OPERAND;
	return ptx_reg_operand(reg);
}

uint32_t
ptx_special_operand(struct ptx_dec *dec, unsigned special, unsigned *bits)
{
	unsigned value = specials[special - 1].value;
	uint32_t lanes[PTX_LANES];

	*bits = 32;
	switch (specials[special - 1].kind) {
	case UNIFORM: return ptx_uniform_operand((enum ptx_uniform)value);
	case UNIFORM64:
		*bits = 64;
		return ptx_uniform_operand((enum ptx_uniform)value);
	case WARP: return ptx_warp_operand((enum ptx_warp_value)value);
	case VALUE: return ptx_const(dec, value, 32);
	case PRED: *bits = 1; return ptx_const(dec, value, 1);
	case CLOCK: return read_clock(dec, value, 32);
	case CLOCK64: *bits = 64; return read_clock(dec, value, 64);
	default: break;
	}
	for (unsigned i = 0; i < PTX_LANES; i++)
		lanes[i] = lane_value(value, i);
	return ptx_const_lanes(dec, value, lanes);
}
