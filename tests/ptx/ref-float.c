/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: f32 and f64, one scalar operation of the processor in the
 * rounding mode that is asked; approximations by libm in double.
 */
#include "config.h"
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "tests/ptx/ref.h"

#define NAN32 0x7fffffffu
#define NAN64 0xfff8000000000000ull

float
ref_f32(uint64_t bits)
{
	uint32_t narrow = (uint32_t)bits;
	float x;

	memcpy(&x, &narrow, sizeof(x));
	return x;
}

double
ref_f64(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

uint32_t
ref_bits32(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

uint64_t
ref_bits64(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

int
ref_rounding(const struct ref *r)
{
	return ref_has(r, PTX_MOD_RZ)	 ? REF_RZ
		: ref_has(r, PTX_MOD_RM) ? REF_RM
		: ref_has(r, PTX_MOD_RP) ? REF_RP
					 : REF_RN;
}

static bool
is(const struct ref *r, const char *name)
{
	return strcmp(r->name, name) == 0;
}

static float
flush(const struct ref *r, float x)
{
	return ref_has(r, PTX_MOD_FTZ) && fpclassify(x) == FP_SUBNORMAL
		? copysignf(0, x)
		: x;
}

static const int modes[] = {
	FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

/* volatile: computed where it stands, in the mode of that moment. */
static float
compute32(const struct ref *r, volatile float x, volatile float y,
	volatile float z)
{
	volatile float d = 0;

	fesetround(modes[ref_rounding(r)]);
	if (is(r, "add"))
		d = x + y;
	else if (is(r, "sub"))
		d = x - y;
	else if (is(r, "mul"))
		d = x * y;
	else if (is(r, "fma") || is(r, "mad"))
		d = fmaf(x, y, z);
	else if (is(r, "div"))
		d = x / y;
	else if (is(r, "rcp"))
		d = 1 / x;
	else
		d = sqrtf(x);
	fesetround(FE_TONEAREST);
	return d;
}

static double
compute64(const struct ref *r, volatile double x, volatile double y,
	volatile double z)
{
	volatile double d = 0;

	fesetround(modes[ref_rounding(r)]);
	if (is(r, "add"))
		d = x + y;
	else if (is(r, "sub"))
		d = x - y;
	else if (is(r, "mul"))
		d = x * y;
	else if (is(r, "fma") || is(r, "mad"))
		d = fma(x, y, z);
	else if (is(r, "div"))
		d = x / y;
	else if (is(r, "rcp"))
		d = 1 / x;
	else
		d = sqrt(x);
	fesetround(FE_TONEAREST);
	return d;
}

static bool
put32(struct ref *r, float x)
{
	x = flush(r, x);
	if (ref_has(r, PTX_MOD_SAT)) {
		if (isnan(x) || x <= 0)
			x = 0;
		else if (x > 1)
			x = 1;
	}
	r->out[0] = isnan(x) ? NAN32 : ref_bits32(x);
	return true;
}

static bool
put64(struct ref *r, double x)
{
	r->out[0] = isnan(x) ? NAN64 : ref_bits64(x);
	return true;
}

/* -0 counts as less than +0; a NaN gives way to a number. */
static double
least(double x, double y, bool max)
{
	if (isnan(x) || isnan(y))
		return isnan(x) ? y : x;
	if (x == 0 && y == 0)
		return signbit(x) != max ? x : y;
	return (x < y) != max ? x : y;
}

static bool
ref_minmax(struct ref *r)
{
	bool max = is(r, "max"), xorsign = ref_has(r, PTX_MOD_XORSIGN);
	double x, y, d;

	if (r->type[0] == PTX_F64)
		return put64(
			r, least(ref_f64(r->in[0]), ref_f64(r->in[1]), max));
	x = flush(r, ref_f32(r->in[0]));
	y = flush(r, ref_f32(r->in[1]));
	d = xorsign ? least(fabs(x), fabs(y), max) : least(x, y, max);
	if (ref_has(r, PTX_MOD_NAN_WINS) && (isnan(x) || isnan(y)))
		d = NAN;
	if (xorsign && !isnan(d))
		d = signbit(ref_f32(r->in[0])) != signbit(ref_f32(r->in[1]))
			? -d
			: d;
	return put32(r, (float)d);
}

static bool
ref_sign(struct ref *r)
{
	unsigned top = r->type[0] == PTX_F64 ? 63 : 31;
	uint64_t sign = 1ull << top, x = r->in[0];

	if (r->type[0] == PTX_F32 && !is(r, "copysign"))
		x = ref_bits32(flush(r, ref_f32(x)));
	if (is(r, "abs"))
		r->out[0] = x & ~sign;
	else if (is(r, "neg"))
		r->out[0] = x ^ sign;
	else
		r->out[0] = (r->in[0] & sign) | (r->in[1] & ~sign);
	return true;
}

static bool
ref_testp(struct ref *r)
{
	int class = r->type[0] == PTX_F64 ? fpclassify(ref_f64(r->in[0]))
					  : fpclassify(ref_f32(r->in[0]));
	bool yes = false;

	if (ref_has(r, PTX_MOD_FINITE))
		yes = class != FP_NAN && class != FP_INFINITE;
	if (ref_has(r, PTX_MOD_INFINITE))
		yes = class == FP_INFINITE;
	if (ref_has(r, PTX_MOD_NUMBER))
		yes = class != FP_NAN;
	if (ref_has(r, PTX_MOD_NOTANUMBER))
		yes = class == FP_NAN;
	if (ref_has(r, PTX_MOD_NORMAL))
		yes = class == FP_NORMAL || class == FP_ZERO;
	if (ref_has(r, PTX_MOD_SUBNORMAL))
		yes = class == FP_SUBNORMAL;
	r->out[0] = yes;
	return true;
}

bool
ref_float(struct ref *r)
{
	if (is(r, "min") || is(r, "max"))
		return ref_minmax(r);
	if (is(r, "abs") || is(r, "neg") || is(r, "copysign"))
		return ref_sign(r);
	if (is(r, "testp"))
		return ref_testp(r);
	if (ref_has(r, PTX_MOD_APPROX) || ref_has(r, PTX_MOD_FULL))
		return ref_approx(r);
	if (!is(r, "add") && !is(r, "sub") && !is(r, "mul") && !is(r, "fma") &&
		!is(r, "mad") && !is(r, "div") && !is(r, "rcp") &&
		!is(r, "sqrt"))
		return false;
	if (r->type[0] == PTX_F64)
		return put64(r,
			compute64(r, ref_f64(r->in[0]), ref_f64(r->in[1]),
				ref_f64(r->in[2])));
	return put32(r,
		compute32(r, flush(r, ref_f32(r->in[0])),
			flush(r, ref_f32(r->in[1])),
			flush(r, ref_f32(r->in[2]))));
}

/* The bounds are those of the manual for the instruction. */
static bool
near(struct ref *r, double value, enum ref_compare compare, double limit)
{
	r->value = value;
	r->compare = compare;
	r->limit = limit;
	r->real_type = r->type[0];
	return true;
}

static bool
ref_divide(struct ref *r, double x, double y)
{
	bool full = ref_has(r, PTX_MOD_FULL);

	/* "for 2^126 < |b| < 2^128 [...] if a is infinity, NaN, else 0" */
	if (!full && fabs(y) > 0x1p126 && !isinf(y) && !isnan(y))
		return near(r, isinf(x) || isnan(x) ? NAN : 0, REF_ABS, 0);
	return near(r, x / y, REF_ULP, 2);
}

static bool
ref_trig(struct ref *r, double x)
{
	double y = is(r, "sin") ? sin(x) : cos(x);

	if (isinf(x) || isnan(x))
		return near(r, NAN, REF_ABS, 0);
	if (fabs(x) <= 2 * M_PI)
		return near(r, y, REF_ABS, exp2(-20.5));
	if (fabs(x) <= 100 * M_PI)
		return near(r, y, REF_ABS, exp2(-14.7));
	return near(r, y, REF_NUMBER, 1);
}

static bool
ref_approx64(struct ref *r)
{
	bool ftz = ref_has(r, PTX_MOD_FTZ);
	/* With .ftz only the upper half of the source counts. */
	uint64_t bits = ftz ? r->in[0] & ~0xffffffffull : r->in[0];
	double x = ref_f64(bits);

	if (isnan(ref_f64(r->in[0])))
		return near(r, NAN, REF_ABS, 0);
	if (ftz && fpclassify(x) == FP_SUBNORMAL)
		x = copysign(0, x);
	x = is(r, "rcp") ? 1 / x : 1 / sqrt(x);
	if (ftz && fpclassify(x) == FP_SUBNORMAL)
		x = copysign(0, x);
	return near(r, x, REF_REL, ftz ? 0x1p-19 : 0x1p-45);
}

bool
ref_approx(struct ref *r)
{
	double x = flush(r, ref_f32(r->in[0]));
	double y = flush(r, ref_f32(r->in[1]));

	if (r->type[0] == PTX_F64)
		return ref_approx64(r);
	if (r->type[0] != PTX_F32)
		return false;
	if (is(r, "div"))
		return ref_divide(r, x, y);
	if (is(r, "rcp"))
		return near(r, 1 / x, REF_ULP, 1);
	if (is(r, "sqrt"))
		return near(r, sqrt(x), REF_REL, 0x1p-23);
	if (is(r, "rsqrt"))
		return near(r, 1 / sqrt(x), REF_REL, exp2(-22.9));
	if (is(r, "ex2"))
		return near(r, exp2(x), REF_ULP, 2);
	if (is(r, "lg2"))
		return x > 0.5 && x < 2 ? near(r, log2(x), REF_ABS, 0x1p-22)
					: near(r, log2(x), REF_REL, 0x1p-22);
	if (is(r, "sin") || is(r, "cos"))
		return ref_trig(r, x);
	if (is(r, "tanh"))
		return near(r, tanh(x), REF_REL, 0x1p-11);
	return false;
}
