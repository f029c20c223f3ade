/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetching from textures. The weights of the linear filter have 8 fraction bits,
 * as the guide says; coordinates are rounded to them, to the nearest, before they
 * are taken apart, so that a weight of 1 is the next texel.
 */
#include "config.h"
#include "softgpu/ptx/texture.h"

#include <math.h>
#include <string.h>

#include "softgpu/ptx/soft.h"

/* A fetched element: integers as they are, or floats. */
union texel {
	float f[4];
	uint32_t u[4];
};

unsigned
ptx_texture_coords(enum ptx_geometry geometry)
{
	static const unsigned count[] = {
		[PTX_TEX_1D] = 1,
		[PTX_TEX_2D] = 2,
		[PTX_TEX_3D] = 3,
		[PTX_TEX_A1D] = 2,
		[PTX_TEX_A2D] = 3,
		[PTX_TEX_CUBE] = 3,
		[PTX_TEX_ACUBE] = 4,
	};

	return count[geometry];
}

static uint32_t
read_channel(const struct rgpu_ptx_texture *t, const uint8_t *p)
{
	uint32_t v = 0;

	memcpy(&v, p, t->bytes);
	if (t->channel == RGPU_PTX_SIGNED && t->bytes == 1)
		return (uint32_t)(int8_t)v;
	if (t->channel == RGPU_PTX_SIGNED && t->bytes == 2)
		return (uint32_t)(int16_t)v;
	if (t->channel == RGPU_PTX_FLOAT && t->bytes == 2)
		return ptx_bits32(ptx_from_f16(v));
	return v;
}

/* To 0 .. 1, or -1 .. 1: the smallest number of a signed type is -1, too. */
static float
to_unit(const struct rgpu_ptx_texture *t, uint32_t v)
{
	unsigned bits = 8u * t->bytes;
	float f;

	if (t->channel == RGPU_PTX_UNSIGNED)
		return (float)v / (float)((1u << bits) - 1);
	f = (float)(int32_t)v / (float)((1u << (bits - 1)) - 1);
	return f < -1 ? -1 : f;
}

static union texel
read_texel(const struct rgpu_ptx_texture *t, uint32_t x, uint32_t y, uint32_t z)
{
	const uint8_t *p = (const uint8_t *)(uintptr_t)(t->base + z * t->slice +
		y * t->pitch + (uint64_t)x * t->bytes * t->channels);
	bool is_float = t->as_float || t->channel == RGPU_PTX_FLOAT;
	union texel e = {.u = {0, 0, 0, is_float ? ptx_bits32(1.0f) : 1}};

	for (unsigned i = 0; i < t->channels; i++) {
		e.u[i] = read_channel(t, p + i * t->bytes);
		if (t->as_float && t->channel != RGPU_PTX_FLOAT)
			e.f[i] = to_unit(t, e.u[i]);
	}
	return e;
}

/* A texel's number as its dimension has it; false: the border. */
static bool
address(enum rgpu_ptx_addressing mode, int64_t i, uint32_t size, uint32_t *out)
{
	int64_t n = size, m;

	switch (mode) {
	case RGPU_PTX_WRAP:
		m = i % n;
		*out = (uint32_t)(m < 0 ? m + n : m);
		return true;
	case RGPU_PTX_MIRROR:
		m = i % (2 * n);
		m = m < 0 ? m + 2 * n : m;
		*out = (uint32_t)(m < n ? m : 2 * n - 1 - m);
		return true;
	case RGPU_PTX_BORDER: *out = (uint32_t)i; return i >= 0 && i < n;
	default: *out = (uint32_t)(i < 0 ? 0 : i >= n ? n - 1 : i); return true;
	}
}

/* One dimension of a fetch: two texels, and how much the second one counts. */
struct axis {
	uint32_t at[2];
	bool inside[2];
	float weight;
};

/* Wrapping and mirroring are for normalized coordinates: others clamp. */
static enum rgpu_ptx_addressing
mode_of(const struct rgpu_ptx_texture *t, unsigned dim, bool integer)
{
	enum rgpu_ptx_addressing mode = t->address[dim];

	if ((integer || !t->normalized) && mode != RGPU_PTX_BORDER)
		return RGPU_PTX_CLAMP;
	return mode;
}

/* What is far outside, and what is no number, is as far as matters. */
static int64_t
whole(double x)
{
	return x != x	      ? 0
		: x < -0x1p40 ? -(INT64_C(1) << 40)
		: x > 0x1p40  ? INT64_C(1) << 40
			      : (int64_t)floor(x);
}

static struct axis
make_axis(const struct rgpu_ptx_texture *t, unsigned dim, uint32_t bits,
	uint32_t size, bool integer, bool pair)
{
	enum rgpu_ptx_addressing mode = mode_of(t, dim, integer);
	double x = integer ? (double)(int32_t)bits : (double)ptx_float32(bits);
	struct axis a = {.weight = 0};
	int64_t i, fixed;

	if (!integer && t->normalized)
		x *= size;
	if (pair) {
		fixed = whole((x - 0.5) * 256 + 0.5);
		i = fixed >> 8;
		a.weight = (float)(fixed & 255) / 256;
	} else {
		i = whole(x);
	}
	for (unsigned k = 0; k < 2; k++)
		a.inside[k] = address(mode, i + k, size, &a.at[k]);
	return a;
}

static union texel
pick(const struct rgpu_ptx_texture *t, const struct axis *a, unsigned n,
	uint32_t layer)
{
	unsigned x = n & 1, y = n >> 1 & 1, z = n >> 2;
	union texel e;

	if (a[0].inside[x] && a[1].inside[y] && a[2].inside[z])
		return read_texel(
			t, a[0].at[x], a[1].at[y], a[2].at[z] + layer);
	memcpy(e.f, t->border, sizeof(e.f));
	return e;
}

/* The sum of up to eight texels, in the order of the guide. */
static union texel
blend(const struct rgpu_ptx_texture *t, const struct axis *a, unsigned dims,
	uint32_t layer)
{
	union texel sum = {.f = {0, 0, 0, 0}};

	for (unsigned n = 0; n < 1u << dims; n++) {
		union texel e = pick(t, a, n, layer);
		float w = 1;

		for (unsigned d = 0; d < dims; d++)
			w *= n >> d & 1 ? a[d].weight : 1 - a[d].weight;
		/* A texel that does not count may be no number. */
		for (unsigned i = 0; i < 4 && w != 0; i++)
			sum.f[i] += w * e.f[i];
	}
	return sum;
}

/* tld4: one channel of the four texels of a linear filter. */
static void
gather_four(const struct rgpu_ptx_texture *t, const struct axis *a,
	unsigned channel, uint32_t layer, uint32_t out[4])
{
	static const unsigned order[4] = {2, 3, 1, 0};

	for (unsigned i = 0; i < 4; i++)
		out[i] = pick(t, a, order[i], layer).u[channel];
}

/* The face that a direction meets, and where. */
static uint32_t
cube_face(const uint32_t dir[3], uint32_t st[2])
{
	float x = ptx_float32(dir[0]), y = ptx_float32(dir[1]);
	float z = ptx_float32(dir[2]), m, s, r;
	float ax = fabsf(x), ay = fabsf(y), az = fabsf(z);
	uint32_t face;

	if (ax >= ay && ax >= az) {
		face = x < 0;
		m = ax;
		s = x < 0 ? z : -z;
		r = -y;
	} else if (ay >= az) {
		face = 2 + (y < 0);
		m = ay;
		s = x;
		r = y < 0 ? -z : z;
	} else {
		face = 4 + (z < 0);
		m = az;
		s = z < 0 ? -x : x;
		r = -y;
	}
	st[0] = ptx_bits32((s / m + 1) / 2);
	st[1] = ptx_bits32((r / m + 1) / 2);
	return face;
}

static uint32_t
clamp_layer(uint32_t layer, uint32_t count)
{
	return (int32_t)layer < 0 ? 0 : layer < count ? layer : count - 1;
}

/* Takes layer and face off the coordinates; the rest go to c. Returns how many
 * they are. */
static unsigned
take_layer(const struct rgpu_ptx_texture *t, enum ptx_geometry geometry,
	const uint32_t coord[4], uint32_t c[3], uint32_t *layer)
{
	unsigned count = ptx_texture_coords(geometry);

	*layer = 0;
	switch (geometry) {
	case PTX_TEX_A1D:
	case PTX_TEX_A2D:
		*layer = clamp_layer(coord[0], t->depth);
		memcpy(c, coord + 1, (count - 1) * sizeof(*c));
		return count - 1;
	case PTX_TEX_CUBE: *layer = cube_face(coord, c); break;
	case PTX_TEX_ACUBE:
		*layer = 6 * clamp_layer(coord[0], t->depth / 6);
		*layer += cube_face(coord + 1, c);
		break;
	default: memcpy(c, coord, count * sizeof(*c)); return count;
	}
	*layer = clamp_layer(*layer, t->depth);
	return 2;
}

void
ptx_texture_fetch(const struct rgpu_ptx_texture *t, enum ptx_geometry geometry,
	const uint32_t coord[4], bool integer, unsigned gather, uint32_t out[4])
{
	const uint32_t size[3] = {t->width, t->height, t->depth};
	struct axis a[3] = {{{0, 0}, {true, true}, 0},
		{{0, 0}, {true, true}, 0}, {{0, 0}, {true, true}, 0}};
	bool pair = gather || (t->linear && !integer);
	uint32_t c[3], layer;
	union texel e;
	unsigned dims;

	memset(out, 0, 4 * sizeof(*out));
	/* Of linear memory: elements behind its end are 0. */
	if (t->fetch && integer && coord[0] >= t->width)
		return;
	dims = take_layer(t, geometry, coord, c, &layer);
	for (unsigned d = 0; d < dims; d++)
		a[d] = make_axis(t, d, c[d], size[d], integer, pair);
	if (gather) {
		gather_four(t, a, gather - 1, layer, out);
		return;
	}
	e = pair ? blend(t, a, dims, layer) : pick(t, a, 0, layer);
	memcpy(out, e.u, sizeof(e.u));
}

uint8_t *
ptx_surface_at(const struct rgpu_ptx_texture *t, enum ptx_geometry geometry,
	const uint32_t coord[4], unsigned size, enum ptx_surface_mode mode)
{
	bool layered = geometry == PTX_TEX_A1D || geometry == PTX_TEX_A2D;
	unsigned count = ptx_texture_coords(geometry);
	uint64_t row = (uint64_t)t->width * t->bytes * t->channels;
	int64_t most[3] = {(int64_t)row - size, t->height - 1, t->depth - 1};
	int64_t at[3] = {0, 0, 0};

	for (unsigned i = layered ? 1 : 0; i < count; i++)
		at[layered ? i - 1 : i] = (int32_t)coord[i];
	if (layered)
		at[2] = (int32_t)coord[0];
	for (unsigned i = 0; i < 3; i++) {
		if (at[i] >= 0 && at[i] <= most[i])
			continue;
		if (mode != PTX_SURFACE_CLAMP || most[i] < 0)
			return NULL;
		at[i] = at[i] < 0 ? 0 : most[i];
	}
	return (uint8_t *)(uintptr_t)(t->base + (uint64_t)at[2] * t->slice +
		(uint64_t)at[1] * t->pitch + (uint64_t)at[0]);
}
