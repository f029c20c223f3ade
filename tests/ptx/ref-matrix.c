/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reference: products of matrices. Each product is exact, sums are rounded one
 * by one in the order of k.
 */
#include "config.h"
#include <math.h>

#include "common/compiler.h"
#include "tests/ptx/harness.h"
#include "tests/ptx/ref-matrix.h"

void
ref_shape(struct ref_product *p, const struct ptx_mods *mods)
{
	static const struct {
		enum ptx_mod mod;
		unsigned m, n, k;
	} shapes[] = {
		{PTX_MOD_M8N8K4, 8, 8, 4},
		{PTX_MOD_M8N8K16, 8, 8, 16},
		{PTX_MOD_M16N8K4, 16, 8, 4},
		{PTX_MOD_M16N8K8, 16, 8, 8},
		{PTX_MOD_M16N8K16, 16, 8, 16},
		{PTX_MOD_M16N8K32, 16, 8, 32},
		{PTX_MOD_M16N16K8, 16, 16, 8},
		{PTX_MOD_M16N16K16, 16, 16, 16},
		{PTX_MOD_M32N8K16, 32, 8, 16},
		{PTX_MOD_M8N32K16, 8, 32, 16},
	};

	for (unsigned i = 0; i < RGPU_COUNT(shapes); i++)
		if (ptx_mod_in(mods, shapes[i].mod)) {
			p->m = shapes[i].m;
			p->n = shapes[i].n;
			p->k = shapes[i].k;
		}
}

unsigned
ref_width(enum ptx_type type)
{
	switch (type) {
	case PTX_F64: return 64;
	case PTX_F32:
	case PTX_S32:
	case PTX_TF32: return 32;
	case PTX_F16:
	case PTX_BF16: return 16;
	default: return 8;
	}
}

static double
number(enum ptx_type type, uint64_t bits)
{
	switch (type) {
	case PTX_F16: return ref_from_half((uint16_t)bits, false);
	case PTX_BF16: return ref_from_half((uint16_t)bits, true);
	case PTX_E4M3: return ref_from_fp8((unsigned)bits, false);
	case PTX_E5M2: return ref_from_fp8((unsigned)bits, true);
	case PTX_TF32: return ref_f32(bits >> 13 << 13);
	case PTX_F32: return ref_f32(bits);
	case PTX_F64: return ref_f64(bits);
	case PTX_S8: return (int8_t)bits;
	case PTX_S32: return (int32_t)bits;
	default: return (uint8_t)bits;
	}
}

static uint64_t
sum_floats(const struct ref_product *p, const uint64_t *a, const uint64_t *b,
	uint64_t c)
{
	volatile float sum = (float)number(p->type[3], c);

	for (unsigned k = 0; k < p->k; k++) {
		double x = number(p->type[1], a[k]) *
			number(p->type[2], b[k * p->n]);

		sum = sum + (float)x;
	}
	if (p->type[0] == PTX_F16)
		return ref_to_half((ref_quad)sum, 0, false, REF_RN);
	return isnan(sum) ? 0x7fffffff : ref_bits32(sum);
}

static uint64_t
sum_doubles(const struct ref_product *p, const uint64_t *a, const uint64_t *b,
	uint64_t c)
{
	double sum = ref_f64(c);

	for (unsigned k = 0; k < p->k; k++)
		sum = fma(ref_f64(a[k]), ref_f64(b[k * p->n]), sum);
	return isnan(sum) ? 0xfff8000000000000 : ref_bits64(sum);
}

static uint64_t
sum_ints(const struct ref_product *p, const uint64_t *a, const uint64_t *b,
	uint64_t c)
{
	double sum = (int32_t)c;

	for (unsigned k = 0; k < p->k; k++)
		sum += number(p->type[1], a[k]) *
			number(p->type[2], b[k * p->n]);
	if (p->satfinite)
		sum = sum > INT32_MAX	  ? INT32_MAX
			: sum < INT32_MIN ? INT32_MIN
					  : sum;
	return (uint32_t)(int64_t)sum;
}

void
ref_product(struct ref_product *p)
{
	for (unsigned i = 0; i < p->m; i++)
		for (unsigned j = 0; j < p->n; j++) {
			unsigned at = i * p->n + j;
			const uint64_t *a = p->a + i * p->k, *b = p->b + j;

			p->d[at] = p->type[0] == PTX_F64
				? sum_doubles(p, a, b, p->c[at])
				: p->type[0] == PTX_S32
				? sum_ints(p, a, b, p->c[at])
				: sum_floats(p, a, b, p->c[at]);
		}
}

/* Zeros, ones, subnormals, the largest, infinities, NaNs. */
static uint64_t
edge(enum ptx_type type, unsigned n)
{
	static const uint16_t f16[] = {0, 0x8000, 0x3c00, 1, 0x83ff, 0x7bff,
		0xfbff, 0x7c00, 0xfc00, 0x7e00};
	static const uint16_t bf16[] = {0, 0x8000, 0x3f80, 1, 0x807f, 0x7f7f,
		0xff7f, 0x7f80, 0xff80, 0x7fc0};
	static const uint32_t f32[] = {0, 0x80000000, 0x3f800000, 1, 0x807fffff,
		0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00001};
	static const uint64_t f64[] = {0, 1ull << 63, 0x3ff0000000000000, 1,
		0x800fffffffffffff, 0x7fefffffffffffff, 0xffefffffffffffff,
		0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000001};
	static const uint8_t bytes[] = {
		0, 0x80, 0x38, 1, 0x87, 0x7e, 0xfe, 0x7c, 0xfc, 0x7f};
	static const uint32_t ints[] = {0, 0x80000000, 1, ~0u, 0x7fffffff,
		0x7fffff00, 0x80000100, 77, 0x7ffffff0, 0x8000000f};

	switch (type) {
	case PTX_F16: return f16[n];
	case PTX_BF16: return bf16[n];
	case PTX_TF32:
	case PTX_F32: return f32[n];
	case PTX_F64: return f64[n];
	case PTX_S32: return ints[n];
	default: return bytes[n];
	}
}

uint64_t
ref_cell(enum ptx_type type, bool wild)
{
	uint64_t x = t_random();

	if (wild && x % 32 == 0)
		return edge(type, (unsigned)(x >> 8) % 10);
	x >>= 16;
	switch (type) {
	case PTX_F16: return (x & 0x8fff) | 0x3000;
	case PTX_BF16: return (x & 0x81ff) | 0x3e00;
	case PTX_TF32:
	case PTX_F32: return (x & 0x81ffffff) | 0x3e000000;
	case PTX_F64:
		return ((x << 16) & 0x803fffffffff0000) | 0x3fc0000000000000;
	case PTX_E4M3: return (x & 0x8f) | 0x30;
	case PTX_E5M2: return (x & 0x87) | 0x38;
	case PTX_S32: return (uint32_t)x;
	default: return (uint8_t)x;
	}
}
