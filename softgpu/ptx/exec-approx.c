/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handlers: .approx functions.
 */
#include "config.h"
#include "softgpu/ptx/exec-approx.h"
#include "softgpu/ptx/exec-vec.h"
#include "softgpu/ptx/tables.h"

#define OP1 PTX_OP1
#define OP2 PTX_OP2
#define FN(name)
#include "softgpu/ptx/ops/approx.h"
#undef OP1
#undef OP2
#undef FN

/*
 * Large arguments are first taken modulo 2 pi, exactly for the double nearest
 * to it. PTX bounds the error only up to 100 pi; further out the result is
 * only sure to be a number between -1 and 1.
 */
static void
reduce(double *x)
{
	PTX_FOR_LANES
	if (fabs(x[i]) > 1e6 && fabs(x[i]) < INFINITY)
		x[i] = fmod(x[i], 0x1.921fb54442d18p2);
}

static const struct ptx_op *
sincos_op(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	uint64_t quarter, bool ftz)
{
	const float *a = PTX_SRC(float, 1);
	double x[PTX_LANES];
	float r[PTX_LANES];
	bool large = false;

	PTX_FOR_LANES
	{
		x[i] = ftz ? ptx_ftz32(a[i]) : a[i];
		large |= !(fabs(x[i]) <= 1e6);
	}
	if (large)
		reduce(x);
	PTX_FOR_LANES
	{
		/* Tiny values, and -0, are their own sine. */
		double v = ptx_sincos(x[i], quarter);

		v = quarter == 0 && fabs(x[i]) < 0x1p-30 ? x[i] : v;
		v = fabs(x[i]) < INFINITY ? v : NAN;
		r[i] = ptx_canon32((float)v);
		r[i] = ftz ? ptx_ftz32(r[i]) : r[i];
	}
	ptx_put32(PTX_DST(float, 0), r, mask);
	return op + 1;
}

PTX_HANDLER(SIN_F32)
{
	return sincos_op(w, op, mask, 0, false);
}

PTX_HANDLER(SIN_F32_FTZ)
{
	return sincos_op(w, op, mask, 0, true);
}

PTX_HANDLER(COS_F32)
{
	return sincos_op(w, op, mask, 1, false);
}

PTX_HANDLER(COS_F32_FTZ)
{
	return sincos_op(w, op, mask, 1, true);
}

#define OP1(name, ...) x_##name,
#define OP2(name, ...) x_##name,
#define FN(name)       x_##name,
ptx_exec *const PTX_ISA_NAME(ptx_table_approx)[] = {
#include "softgpu/ptx/ops/approx.h"
};
