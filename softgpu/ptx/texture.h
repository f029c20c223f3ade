/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Textures and surfaces: what a handle stands for, and how elements are fetched.
 * Facts are from the CUDA C++ Programming Guide 13.0, "Texture Fetching" and
 * "Cubemap Textures", and the PTX ISA 9.0, "Texture Instructions".
 */
#ifndef RGPU_SOFTGPU_PTX_TEXTURE_H
#define RGPU_SOFTGPU_PTX_TEXTURE_H

#include <stdbool.h>
#include <stdint.h>

enum rgpu_ptx_channel {
	RGPU_PTX_UNSIGNED,
	RGPU_PTX_SIGNED,
	RGPU_PTX_FLOAT, /* of 2 or 4 bytes */
};

/* Numbers as in CUaddress_mode. */
enum rgpu_ptx_addressing {
	RGPU_PTX_WRAP,
	RGPU_PTX_CLAMP,
	RGPU_PTX_MIRROR,
	RGPU_PTX_BORDER,
};

struct rgpu_ptx_texture {
	uint64_t base; /* of the first element */
	/* At least 1; depth is slices, layers or faces. */
	uint32_t width, height, depth;
	uint64_t pitch, slice; /* bytes */
	enum rgpu_ptx_channel channel;
	uint8_t channels, bytes; /* of an element; of a channel */
	bool fetch;		 /* linear memory: elements behind it are 0 */
	bool linear;		 /* filter */
	bool normalized;	 /* coordinates from 0 to 1 */
	bool as_float;		 /* integers become 0 to 1, or -1 to 1 */
	uint8_t address[3];	 /* enum rgpu_ptx_addressing */
	float border[4];
};

enum ptx_geometry {
	PTX_TEX_1D,
	PTX_TEX_2D,
	PTX_TEX_3D,
	PTX_TEX_A1D,
	PTX_TEX_A2D,
	PTX_TEX_CUBE,
	PTX_TEX_ACUBE,
};

/* What a surface access outside of it does. */
enum ptx_surface_mode { PTX_SURFACE_TRAP, PTX_SURFACE_CLAMP, PTX_SURFACE_ZERO };

/* op->x of texture and surface operations; their sources come by MAT_IN: the
 * handle, then the coordinates. */
enum ptx_tex_field {
	PTX_TEX_GEOMETRY,
	PTX_TEX_INTEGER, /* coordinates are texels */
	PTX_TEX_GATHER,	 /* 1 + the channel of tld4; 0: tex */
	PTX_TEX_SIZE,	 /* surfaces: bytes of an element */
	PTX_TEX_COUNT,	 /* elements */
	PTX_TEX_MODE,	 /* enum ptx_surface_mode */
};

/* How many coordinates of a lane count. */
unsigned ptx_texture_coords(enum ptx_geometry geometry);

/*
 * The four components at the coordinates: 32 bits each, bits of a float or an
 * integer. gather: tld4 of that channel, counted from 1.
 */
void ptx_texture_fetch(const struct rgpu_ptx_texture *t,
	enum ptx_geometry geometry, const uint32_t coord[4], bool integer,
	unsigned gather, uint32_t out[4]);

/*
 * Where size bytes of a surface are; x counts bytes. NULL: outside of it, with
 * .zero and .trap.
 */
uint8_t *ptx_surface_at(const struct rgpu_ptx_texture *t,
	enum ptx_geometry geometry, const uint32_t coord[4], unsigned size,
	enum ptx_surface_mode mode);

#endif
